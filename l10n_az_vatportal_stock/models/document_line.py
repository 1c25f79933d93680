from odoo import fields, models


class VatportalDocumentLine(models.Model):
    _inherit = 'vatportal.document.line'

    stock_move_id = fields.Many2one('stock.move', readonly=True, ondelete='set null', index='btree_not_null')

from odoo import api, fields, models


class VatportalSendWizard(models.TransientModel):
    _inherit = 'vatportal.send.wizard'

    picking_ids = fields.Many2many('stock.picking', string='Transfers')
    ready_picking_ids = fields.Many2many('stock.picking', string='Transfers Ready to Send', compute='_compute_problems')

    @api.model
    def _fields_of(self):
        return {**super()._fields_of(), 'stock.picking': ('picking_ids', 'ready_picking_ids')}

    def _none_text(self):
        if self.picking_ids and not self.move_ids:
            return self.env._('None of the transfers can be sent:')
        return super()._none_text()

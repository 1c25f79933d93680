from odoo import fields, models

from .terms import FINDINGS


class VatportalExplanation(models.Model):
    """What a person has said of a difference between the books and e-taxes: it stays, with who said it and when.

    It is about the entry and the document, so it is found again when the two are linked. It explains what there was: another
    finding, another amount, or other months, ask for another one.
    """

    _name = 'vatportal.explanation'
    _description = 'Explained difference'
    _inherit = ['vatportal.guard']
    _order = 'id desc'
    _rec_name = 'text'

    company_id = fields.Many2one('res.company', required=True, readonly=True)
    move_id = fields.Many2one('account.move', string='Entry', readonly=True, ondelete='cascade', index='btree_not_null')
    document_id = fields.Many2one('vatportal.document', readonly=True, ondelete='cascade', index='btree_not_null')
    text = fields.Char(string='Explanation', required=True, readonly=True)
    user_id = fields.Many2one('res.users', string='Explained by', required=True, readonly=True, default=lambda self: self.env.uid)
    finding = fields.Selection(FINDINGS, required=True, readonly=True)
    difference = fields.Float(digits=(16, 2), readonly=True, help='Total in Odoo less that at e-taxes, in AZN, at that time.')
    # Empty on those of before version 19.0.1.9, which explain whatever has their finding and difference.
    columns = fields.Char('Differences by Column', readonly=True, help='Those of VAT and of its columns, in AZN, at that time.')
    months = fields.Char(readonly=True, help='Those of the entry and of the qaimə at that time.')

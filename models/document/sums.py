from odoo import api, fields, models

from ..states import RETURN_KINDS

_SIGNED = {'amount_net_signed': 'amount_net', 'amount_vat_signed': 'amount_vat', 'amount_total_signed': 'amount_total'}


class VatportalDocument(models.Model):
    """What lists and analyses add up: in AZN, to the qəpik, and less what was returned.

    Each document counts with the figure that its row shows, so that a column adds up to what stands below it. What a
    document has exactly stands on its own form.
    """

    _inherit = 'vatportal.document'

    amount_net_signed = fields.Float(string='Net Signed', digits=(16, 2), compute='_compute_signed', store=True, help='Returns count less than nothing.')
    amount_vat_signed = fields.Float(string='VAT Signed', digits=(16, 2), compute='_compute_signed', store=True, help='Returns count less than nothing.')
    amount_total_signed = fields.Float(string='Total Signed', digits=(16, 2), compute='_compute_signed', store=True, help='Returns count less than nothing.')

    @api.depends('kind_id', *_SIGNED.values())
    def _compute_signed(self):
        for document in self:
            sign = -1 if document.kind_id.code in RETURN_KINDS else 1
            for signed, exact in _SIGNED.items():
                document[signed] = sign * document[exact]

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

    @api.depends('kind_id', 'advance_id', 'move_id.amount_total', 'move_id.state', *_SIGNED.values())
    def _compute_signed(self):
        for document in self:
            sign = document._sign()
            for signed, exact in _SIGNED.items():
                document[signed] = sign * document[exact]

    def _sign(self):
        """1, -1 for what is returned, unless the document itself says so with a minus, and 0 for a final invoice of which nothing
        remains to be paid: e-taxes shows it with the advance's figures, which count there."""
        if self.advance_id and self.move_id and self.move_id._vatportal_total() == 0:
            return 0
        return -1 if self.kind_id.code in RETURN_KINDS and self.amount_total >= 0 else 1

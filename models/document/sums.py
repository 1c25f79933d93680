from odoo import api, fields, models

from ..states import baku_day

_SIGNED = {'amount_net_signed': 'amount_net', 'amount_vat_signed': 'amount_vat', 'amount_total_signed': 'amount_total'}
_HELP = 'Returns and credit notes count less than nothing, what a company sends to itself counts nothing.'


class VatportalDocument(models.Model):
    """What lists and analyses add up, and by which day: in AZN, to the qəpik, and less what was returned or credited.

    Each document counts with the figure that its row shows, so that a column adds up to what stands below it. What a
    document has exactly stands on its own form.
    """

    _inherit = 'vatportal.document'

    amount_net_signed = fields.Float(string='Net Signed', digits=(16, 2), compute='_compute_signed', store=True, help=_HELP)
    amount_vat_signed = fields.Float(string='VAT Signed', digits=(16, 2), compute='_compute_signed', store=True, help=_HELP)
    amount_total_signed = fields.Float(string='Total Signed', digits=(16, 2), compute='_compute_signed', store=True, help=_HELP)

    day = fields.Date(
        string='Date in Baku',
        compute='_compute_day',
        store=True,
        help='The day on which it was made, where it was made: by this lists and analyses sort it into months, for whoever reads them.',
    )

    @api.depends('date')
    def _compute_day(self):
        for document in self:
            document.day = document.date and baku_day(document.date)

    @api.depends('kind_id.booking', 'advance_id', 'move_id.state', 'move_id.move_type', 'seller_vat', 'buyer_vat', *_SIGNED.values())
    def _compute_signed(self):
        for document in self:
            sign = document._sign()
            for signed, exact in _SIGNED.items():
                document[signed] = sign * document[exact]

    def _sign(self):
        """With what sign this document counts in what was sent or received: 0 for goods that stay with the company, and for a final
        invoice of which nothing remains to be paid: e-taxes shows it with the advance's figures, which count there."""
        if self._is_to_oneself() or self.advance_id and self.move_id and self.move_id._vatportal_total() == 0:
            return 0
        return self._way()

    def _way(self):
        """-1 for what takes something back, unless the document itself says so with a minus, else 1."""
        move_type = self.move_id.move_type
        # What was linked with an entry of the other sign says itself what it is.
        return -1 if self.amount_total >= 0 and self.kind_id._takes_back(not self._is_contrary(move_type) and move_type) else 1

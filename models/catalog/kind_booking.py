from odoo import api, fields, models

from ..states import ADJUSTMENTS, RETURN_KINDS

# How the kinds of the portal are booked unless somebody changes it; the kinds' own help says why. Articles 163 and
# 177.5 may raise or lower what is owed, and of kinds that are new to us nothing is known: a person decides.
BOOKINGS = {
    'defaultInvoice': 'bill',
    'resale': 'bill',
    'returnInvoice': 'refund',
    **dict.fromkeys(('advanceInvoice', 'agent', 'returnByAgent', 'exportNoteInvoice', 'goodsTransfer'), 'none'),
    # Goods that go to and fro; what was done to them, or is sold with them, may be charged on the same document.
    **dict.fromkeys(('recycling', 'returnRecycled', 'exciseGoodsTransfer'), 'amount'),
}
# Of these no person decides: every document of the kind is that, unless somebody changes how the kind is booked.
SURE_BOOKINGS = tuple(item for item in BOOKINGS.items() if item[1] in ('bill', 'refund'))
KNOWN_KINDS = (*BOOKINGS, *ADJUSTMENTS)


class VatportalKind(models.Model):
    """What becomes of a received document of this kind in the books."""

    _inherit = 'vatportal.kind'

    booking = fields.Selection(
        [('bill', 'Vendor bill'), ('refund', 'Credit note'), ('none', 'Nothing'), ('amount', 'Nothing, but a question where it has an amount')],
        string='When Received',
        compute='_compute_booking',
        store=True,
        readonly=False,
        help='Vendor bill: a draft bill of the seller is made.\n'
        'Credit note: goods that a customer returned to us become a draft customer credit note; any other '
        'kind becomes a draft vendor credit note.\n'
        'Nothing: the document is kept and not booked.\n'
        'Nothing, but a question where it has an amount: a person decides on documents with VAT or an amount to '
        'pay; others are kept and not booked.\n'
        'Empty: a person decides for each document.',
    )

    @api.depends('code')
    def _compute_booking(self):
        for kind in self:
            kind.booking = kind.booking or BOOKINGS.get(kind.code, False)

    def _bill_move_type(self, booking=None):
        """The ``move_type`` of what a received document of this kind becomes; False for nothing or undecided."""
        booking = booking or self.booking
        if booking == 'bill':
            return 'in_invoice'
        if booking == 'refund':
            return 'out_refund' if self.code in RETURN_KINDS else 'in_refund'
        return False

    def _sure_booking(self):
        """``bill`` or ``refund`` where every document of this kind is that; False where a person decides, or has changed it: what was
        booked before stays right."""
        return (self.code, self.booking) in SURE_BOOKINGS and self.booking

    def _takes_back(self, move_type=False):
        """Whether a document of this kind takes back what others said: goods are returned, or its entry is a credit note.

        :param move_type: that of its entry; where there is none yet, what the kind is booked as decides
        """
        return self.code in RETURN_KINDS or (move_type or self._bill_move_type() or '').endswith('refund')

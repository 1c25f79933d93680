from decimal import Decimal

from odoo import fields, models

from ..amounts import in_qepik
from ..states import ROUNDING_LIMIT

# Of more sums than this only the largest is gone on with.
MOST_SUMS = 4096


def fitting(amounts, limit):
    """Positions of those of ``amounts`` that together come nearest to ``limit`` and not beyond it; of several that do, the first ones."""
    found = {Decimal(0): ()}
    for position, amount in enumerate(amounts):
        for total in list(found) if len(found) < MOST_SUMS else [max(found)]:
            if total < total + amount <= limit:
                found.setdefault(total + amount, (*found[total], position))
    return found[max(found)]


class VatportalDocument(models.Model):
    """A received document whose seller lowered it at e-taxes after its bill was posted: in the books a credit note lowers the bill, and
    that is nothing at e-taxes."""

    _inherit = 'vatportal.document'

    lowering_move_ids = fields.Many2many(
        'account.move',
        'vatportal_document_lowering_rel',
        string='Lowered in the Books by',
        compute='_compute_amount_differs',
        store=True,
        help='Credit notes that take off the bill what the document was lowered by at e-taxes after the bill was posted.',
    )

    def _lowering(self):
        """The posted credit notes that lower the bill as this document was lowered: those without a kind or a document of their own, as far
        as they are not taken back themselves, that together come nearest to what the bill exceeds the document by. What the vendor has yet
        to adjust with another document is none of them."""
        move = self.sudo().move_id
        none = move.browse()
        total = move._vatportal_total() if self.direction == 'incoming' and move.move_type == 'in_invoice' else None
        excess = total is not None and total - self._amount_to_pay()
        if not excess or excess < 0:
            return none
        credits = none.union(*(credit for credit, amount in move._vatportal_credits().items() if credit._vatportal_may_lower(move, amount)))
        if None in [credit._vatportal_total() for credit in credits]:
            return none
        amounts = {credit: credit._vatportal_of_left(credit._vatportal_total()) for credit in credits.sorted(lambda credit: (credit.date, credit.id))}
        lowering = list(amounts)
        return none.union(*(lowering[position] for position in fitting(amounts.values(), excess)))

    def _lowered_total(self):
        """What the bill comes to less those credit notes, in AZN; None where no amount of it is in AZN."""
        total = self.sudo().move_id._vatportal_total()
        return total and total - self._lowered_by(lambda credit: credit._vatportal_total())

    def _lowered_by(self, amount_of):
        """What credit notes take off the bill because this document was lowered, in AZN; ``amount_of``: the amount of one."""
        return sum((credit._vatportal_of_left(amount_of(credit)) for credit in self._lowering()), Decimal(0))


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_of_left(self, amount):
        """What is left of ``amount``, an amount of this credit note in AZN, in whole qəpik, see :meth:`_vatportal_left`."""
        return in_qepik(float(amount) * self._vatportal_share_left())

    def _vatportal_may_lower(self, bill, amount):
        """Whether this credit note, which takes back ``amount`` of ``bill`` in the currency of that one, is none at e-taxes and of no other
        bill beside."""
        if self.vatportal_kind_id or self.vatportal_document_ids:
            return False
        return abs(bill._vatportal_in_currency(self, self._vatportal_left()) - amount) <= ROUNDING_LIMIT

    def _vatportal_lowered_text(self):
        """That the document of the bill was lowered at e-taxes by what is left of this credit note, or more; False where it was not."""
        total = self._vatportal_total() if self.move_type == 'in_refund' else None
        total = total and self.sudo()._vatportal_of_left(total)
        for bill in self.sudo()._vatportal_taken_back() if total else ():
            document = bill.vatportal_bill_document_id
            # Of all that the bill exceeds it by: what the vendor has yet to adjust may have been taken for a part of the lowering.
            excess = document._is_in_force() and document.amount_differs and bill._vatportal_total() - document._amount_to_pay()
            if excess and 0 < total <= excess:
                return self.env._(
                    'The document %(number)s of %(bill)s is lower than the bill, by as much as this credit note takes back or more. If the seller has '
                    'lowered it at e-taxes, nothing is to be sent: empty the kind on the tab e-taxes. Sent as well, the purchase is lowered twice.',
                    number=document.qaime or document.name,
                    bill=bill.display_name,
                )
        return False

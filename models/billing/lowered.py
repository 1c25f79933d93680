from decimal import Decimal

from odoo import fields, models

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
        """The posted credit notes that lower the bill as this document was lowered: those without a kind or a document of their own, and not
        taken back themselves, that together come nearest to what the bill exceeds the document by. What the vendor has yet to adjust with
        another document is none of them."""
        move = self.sudo().move_id
        none = move.browse()
        if self.direction != 'incoming' or move.move_type != 'in_invoice' or not move.reversal_move_ids:
            return none
        credits = move._vatportal_reversals().filtered(
            lambda credit: credit.state == 'posted' and credit._vatportal_left() and not (credit.vatportal_kind_id or credit.vatportal_document_ids)
        )
        total, amounts = move._vatportal_total(), {credit: credit._vatportal_total() for credit in credits.sorted(lambda credit: (credit.date, credit.id))}
        if total is None or None in amounts.values():
            return none
        lowering = list(amounts)
        return none.union(*(lowering[position] for position in fitting(amounts.values(), total - self._amount_to_pay())))

    def _lowered_total(self):
        """What the bill comes to less those credit notes, in AZN; None where no amount of it is in AZN."""
        total = self.sudo().move_id._vatportal_total()
        return total and total - self._lowered_by(lambda credit: credit._vatportal_total())

    def _lowered_by(self, amount_of):
        """What credit notes take off the bill because this document was lowered, in AZN; ``amount_of``: the amount of one."""
        return sum(map(amount_of, self._lowering()), Decimal(0))


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_lowered_text(self):
        """That the document of the bill was lowered at e-taxes by what this credit note takes back, or more; False where it was not."""
        bill = self.sudo().reversed_entry_id
        document = bill.vatportal_bill_document_id
        if self.move_type != 'in_refund' or not document._is_in_force():
            return False
        # Of all that the bill exceeds it by: what the vendor has yet to adjust may have been taken for a part of the lowering.
        total, excess = self._vatportal_total(), document.amount_differs and bill._vatportal_total() - document._amount_to_pay()
        if total is None or not 0 < total <= excess:
            return False
        return self.env._(
            'The document %(number)s of %(bill)s is lower than the bill, by as much as this credit note takes back or more. If the seller has '
            'lowered it at e-taxes, nothing is to be sent: empty the kind on the tab e-taxes. Sent as well, the purchase is lowered twice.',
            number=document.qaime or document.name,
            bill=bill.display_name,
        )

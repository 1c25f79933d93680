from decimal import Decimal

from odoo import models

from ..amounts import in_qepik


class VatportalDocument(models.Model):
    """A received document whose seller lowered it at e-taxes after its bill was posted: in the books a credit note lowers the bill, and
    that is nothing at e-taxes."""

    _inherit = 'vatportal.document'

    def _lowering(self):
        """The posted credit notes that lower the bill as this document was lowered: without a kind or a document of their own, and together
        no more than what the bill exceeds the document by. What the vendor has yet to adjust with another document is none of them."""
        move = self.sudo().move_id
        none = move.browse()
        if self.direction != 'incoming' or move.move_type != 'in_invoice' or not move.reversal_move_ids:
            return none
        credits = move.reversal_move_ids.filtered(lambda credit: credit.state == 'posted' and not (credit.vatportal_kind_id or credit.vatportal_document_ids))
        totals = [move._vatportal_total(), *(credit._vatportal_total() for credit in credits)]
        if None in totals:
            return none
        return credits if 0 < sum(totals[1:]) <= totals[0] - self._amount_to_pay() else none

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
        total, excess = self._vatportal_total(), in_qepik(document.amount_difference)
        if total is None or not 0 < total <= excess:
            return False
        return self.env._(
            'The document %(number)s of %(bill)s is lower than the bill, by as much as this credit note takes back or more. If the seller has '
            'lowered it at e-taxes, nothing is to be sent: empty the kind on the tab e-taxes. Sent as well, the purchase is lowered twice.',
            number=document.qaime or document.name,
            bill=bill.display_name,
        )

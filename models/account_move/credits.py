from odoo import models

# Which type of entry takes back which, where no link says so.
_TAKES_BACK = {'out_invoice': 'out_refund', 'in_invoice': 'in_refund'}


class AccountMove(models.Model):
    """What takes an invoice back in Odoo.

    Not every credit note names its invoice. A sales order of which less is wanted makes one that is only reconciled with the invoice,
    or takes the order's down payment back. One that names another invoice, and is reconciled with this one, is a payment of it.
    Amounts are compared in the currency of the invoice: in AZN they are booked at the rate of their days.
    """

    _inherit = 'account.move'

    def _vatportal_credits(self):
        """The posted credit notes of this invoice, whoever asks.

        :return: dict of credit note → how much of this invoice it takes back, in the currency of this invoice
        """
        move = self.sudo()
        found = {credit: move._vatportal_in_currency(credit, credit.amount_total) for credit in move.reversal_move_ids}
        for line in move._vatportal_given_back_lines():
            credit = line.move_id
            found[credit] = found.get(credit, 0.0) + move._vatportal_in_currency(credit, line.price_total)
        named = set(found)
        for credit, amount in move._vatportal_reconciled():
            if credit not in named and credit._vatportal_may_take_back(move):
                found[credit] = found.get(credit, 0.0) + amount
        return {credit: amount for credit, amount in found.items() if credit.state == 'posted'}

    def _vatportal_is_taken_back(self):
        """Whether nothing is left of this invoice."""
        taken = self._vatportal_credits()
        return bool(taken) and self.currency_id.compare_amounts(sum(taken.values()), self.amount_total) >= 0

    def _vatportal_credited_azn(self):
        """What of this invoice's qaimə is taken back, in AZN: what its credit notes bear beside the qaimə does not count."""
        total = 0.0
        for credit, amount in self._vatportal_credits().items():
            azn = abs(credit.amount_total_signed)
            total += amount * self._vatportal_booked_rate() * (credit._vatportal_amount(False) / azn if azn else 1.0)
        return total

    def _vatportal_given_back_lines(self):
        """The lines of an order's credit notes that give this down payment back."""
        if not self or not self._is_downpayment():
            return self.invoice_line_ids.browse()
        lines = self.invoice_line_ids._vatportal_downpayment_lines()
        return lines.filtered(lambda line: line.move_id.move_type == _TAKES_BACK.get(self.move_type) and not line.move_id.reversed_entry_id)

    def _vatportal_reconciled(self):
        """The entries that are reconciled with this invoice, each with how much of it, in its currency. Not by Odoo's own method, which
        asks the database for each invoice."""
        found = []
        for line in self.line_ids if self.move_type in _TAKES_BACK else ():
            if line.account_type in ('asset_receivable', 'liability_payable'):
                found += [(partial.credit_move_id.move_id, partial.debit_amount_currency) for partial in line.matched_credit_ids]
                found += [(partial.debit_move_id.move_id, partial.credit_amount_currency) for partial in line.matched_debit_ids]
        return found

    def _vatportal_may_take_back(self, invoice):
        """Whether this entry, reconciled with ``invoice``, is its credit note, and not that of another one, or of another order."""
        orders = self._vatportal_orders(), invoice._vatportal_orders()
        return (
            self.move_type == _TAKES_BACK.get(invoice.move_type)
            and not self._vatportal_taken_back() - invoice
            and not (all(orders) and orders[0].isdisjoint(orders[1]))
        )

    def _vatportal_taken_back(self):
        """What these entries take back without being reconciled with it: what they name, and the down payments of their orders."""
        alone = self.filtered(lambda move: move.move_type == 'out_refund' and not move.reversed_entry_id)
        return self.reversed_entry_id | alone.invoice_line_ids._vatportal_downpayment_lines().move_id - alone

    def _vatportal_in_currency(self, other, amount):
        """``amount``, in the currency of the entry ``other``, in that of this one, at the rate of this one."""
        if other.currency_id == self.currency_id:
            return amount
        return amount * other._vatportal_booked_rate() / (self._vatportal_booked_rate() or 1.0)

    def _vatportal_booked_rate(self):
        """The AZN for which one of the currency of this entry was booked: of the whole, for each of its lines is rounded."""
        if self.currency_id.is_zero(self.amount_total):
            return 1 / (self.invoice_currency_rate or 1.0)
        return abs(self.amount_total_signed) / self.amount_total

    def _vatportal_is_rounding(self, azn):
        """Whether ``azn`` is less than the smallest amount of the currency of this entry, so that nobody can pay or settle it."""
        foreign = self.currency_id != self.company_currency_id
        return foreign and abs(azn) < self.currency_id.rounding * self._vatportal_booked_rate()

    def _vatportal_has_total_of(self, other):
        """Whether this entry and ``other`` come to the same on a qaimə, or do so in the currency that they share."""
        if self._vatportal_total() == other._vatportal_total():
            return True
        totals = [move.amount_total - move.vatportal_outside_currency for move in (self, other)]
        return self.currency_id == other.currency_id and not self.currency_id.compare_amounts(*totals)

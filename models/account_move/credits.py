from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..states import FINAL_STATUSES, LIVE_STATES, ROUNDING_LIMIT

# Which type of entry takes back which, where no link says so.
_TAKES_BACK = {'out_invoice': 'out_refund', 'out_receipt': 'out_refund', 'in_invoice': 'in_refund', 'in_receipt': 'in_refund'}
CHARGES = tuple(_TAKES_BACK)

# By what a line of which entries names the line of its order, which knows its ``invoice_lines``; the app may not be there.
ORDER_LINES = {'sale_line_ids': ('out_invoice', 'out_refund'), 'purchase_line_id': ('in_invoice', 'in_refund')}

# The entries of the order lines of these credit notes. From there on, for these are few; a domain is searched for from the entries.
_OF_ORDERS = {
    'sale_line_ids': """
        (SELECT sold.move_id
           FROM account_move_line back
           JOIN sale_order_line_invoice_rel given ON given.invoice_line_id = back.id
           JOIN sale_order_line_invoice_rel taken ON taken.order_line_id = given.order_line_id
           JOIN account_move_line sold ON sold.id = taken.invoice_line_id
          WHERE back.move_id IN %s)
    """,
    'purchase_line_id': """
        (SELECT bought.move_id
           FROM account_move_line back
           JOIN account_move_line bought ON bought.purchase_line_id = back.purchase_line_id
          WHERE back.move_id IN %s)
    """,
}


def within_credit(move):
    """SQL: what AccountMove._vatportal_is_within() tells of the entry with the id ``move`` and the credit note ``origin``; of what takes back
    such entries it does not ask whether that was taken back itself."""
    return f"""
        origin.state = 'posted' AND (
            SELECT BOOL_AND(back.currency_id = origin.currency_id) AND SUM(GREATEST(back.amount_total - again.amount, 0)) <= origin.amount_total
              FROM account_move back
              CROSS JOIN LATERAL (
                  SELECT COALESCE(SUM(again.amount_total), 0) AS amount
                    FROM account_move again
                   WHERE again.reversed_entry_id = back.id AND again.state = 'posted' AND again.move_type != back.move_type
                     AND again.currency_id = back.currency_id
              ) again
             WHERE back.reversed_entry_id = origin.id AND back.move_type != origin.move_type AND (back.state = 'posted' OR back.id = {move})
        )
    """


class AccountMove(models.Model):
    """What takes an invoice back in Odoo.

    Not every credit note names its invoice. An order of which less is wanted, or has come, makes one with the lines of the order, paid or not.
    One that is of another invoice, and is reconciled with this one, is a payment of it.
    Amounts are compared in the currency of the invoice: in AZN they are booked at the rate of their days.
    """

    _inherit = 'account.move'

    def _vatportal_credits(self):
        """The posted credit notes of this invoice, whoever asks.

        :return: dict of credit note → how much of this invoice it takes back, in the currency of this invoice
        """
        move = self.sudo()
        found = {credit: move._vatportal_in_currency(credit, credit._vatportal_left()) for credit in move._vatportal_reversals()}
        named, of_orders, settled = {*found, *move._vatportal_reverses()}, move._vatportal_order_credits(), {}
        for credit, amount in move._vatportal_reconciled() if move.move_type in _TAKES_BACK else ():
            if credit not in named and (credit in of_orders or credit._vatportal_may_take_back(move)):
                settled[credit] = settled.get(credit, 0.0) + amount * credit._vatportal_share_left()
        for credit, amount in of_orders.items():
            paid = settled.get(credit, 0.0)
            if paid > amount:
                # What is on both beside the order they know by their settlement alone; what is of another invoice of an order pays this one.
                amount = max(amount, min(paid, amount + move._vatportal_in_currency(credit, credit._vatportal_left_uncharged())))
            settled[credit] = amount
        found |= settled
        # What comes to nothing takes back what comes to nothing.
        return {credit: amount for credit, amount in found.items() if credit.state == 'posted' and (amount or not credit.amount_total)}

    def _vatportal_reverses(self):
        """The entry that this one names and takes back; none where a credit note was switched into an invoice, which keeps the name."""
        origin = self.reversed_entry_id
        return origin.filtered(lambda origin: origin.move_type != self.move_type)

    def _vatportal_reversals(self):
        """The entries that name this one and take it back, see :meth:`_vatportal_reverses`."""
        return self.reversal_move_ids.filtered(lambda back: back.move_type != self.move_type)

    def _vatportal_is_at_etaxes(self):
        """Whether a document of this entry stands at e-taxes, or may do so: it is on its way, or in a package."""
        documents = self.vatportal_bill_document_id | self.vatportal_document_id
        if not documents:
            return bool(self.vatportal_package_date)
        return any(document.state in LIVE_STATES and document.status not in FINAL_STATUSES for document in documents)

    def _vatportal_left(self):
        """What is left of this entry, in its currency, after what names it and takes it back, where neither is at e-taxes: what has a document
        of its own changes nothing of another one there."""
        backs = self._vatportal_reversals().filtered(lambda back: back.state == 'posted')
        if not backs or self._vatportal_is_at_etaxes():
            return self.amount_total
        taken = sum(self._vatportal_in_currency(back, back._vatportal_left()) for back in backs if not back._vatportal_is_at_etaxes())
        return self.amount_total - taken if self.currency_id.compare_amounts(self.amount_total, taken) > 0 else 0.0

    def _vatportal_is_within(self, credit):
        """Whether ``credit``, a credit note that this entry takes back, stands, and all that takes it back comes to no more than it does:
        what goes beyond that is sold anew."""
        backs = credit._vatportal_reversals().filtered(lambda back: back.state == 'posted') - self._origin | self
        taken = sum(back._vatportal_left() for back in backs)
        return credit.state == 'posted' and backs.currency_id == credit.currency_id and credit.currency_id.compare_amounts(taken, credit.amount_total) <= 0

    def _vatportal_left_uncharged(self):
        """What is left of the lines of this credit note that no invoice charges by its order, in its currency: they are of no order, or of a
        line that came to it afterwards."""
        lines = self.invoice_line_ids
        whole, uncharged = (sum(found.mapped('price_total')) for found in (lines, lines.filtered(lambda line: not line._vatportal_is_charged())))
        return self._vatportal_left() * uncharged / whole if whole else 0.0

    def _vatportal_share_left(self):
        """Which part of this entry is left, see :meth:`_vatportal_left`."""
        return self._vatportal_left() / self.amount_total if self.amount_total else 1.0

    def _vatportal_is_taken_back(self):
        """Whether nothing is left of this invoice. Odoo's *Reversed* does not tell: it says so of what the credit note of another pays, and
        not of what was paid before it was credited."""
        return self._vatportal_is_taken_back_by(self._vatportal_credits())

    def _vatportal_is_taken_back_by(self, taken):
        """As :meth:`_vatportal_is_taken_back`; ``taken``: what :meth:`_vatportal_credits` returns, where it is known."""
        # A bill has the VAT of its document, which may be rounded otherwise than that of what takes it back.
        limit = float(ROUNDING_LIMIT) if self.is_purchase_document(include_receipts=True) else 0.0
        whole = bool(taken) and self.currency_id.compare_amounts(sum(taken.values()), self.amount_total - limit) >= 0
        # A return that stands at e-taxes is of something that is to stand there, too.
        return whole and not any(credit._vatportal_counting_document()._counts() for credit in taken)

    @api.model
    def _vatportal_reversed_in_full(self, domain):
        """The entries in ``domain`` of which nothing is left, whoever asks."""
        found = Domain(domain) & self._vatportal_with_credits(Domain('state', '=', 'posted'))
        return self.sudo().search(found).filtered(lambda move: move._vatportal_is_taken_back())

    @api.model
    def _vatportal_with_credits(self, credits):
        """The domain of the entries that ``credits``, a domain, may take back: searched for in each way, for each has an index."""
        # What is reconciled with credit notes that do not name it is reversed for Odoo, too; those of an order may be reconciled with nothing.
        back = Domain('reversal_move_ids', 'any', credits) | Domain('payment_state', '=', 'reversed')
        return back | self._vatportal_with_order_credits(credits)

    @api.model
    def _vatportal_with_order_credits(self, credits):
        """The domain of the entries of orders of which some of ``credits``, a domain, name no invoice."""
        fields, found = self.line_ids._fields, Domain.FALSE
        for name, (_charges, takes_back) in ORDER_LINES.items():
            if name in fields:
                alone = self.sudo()._search(credits & Domain('move_type', '=', takes_back) & Domain('reversed_entry_id', '=', False))
                found |= Domain('id', 'in', SQL(_OF_ORDERS[name], alone.subselect(), to_flush=[fields['move_id'], fields[name]]))
        return found

    def _vatportal_counting_document(self):
        """The document that counts for this entry beside e-taxes, if it has one."""
        return self.vatportal_bill_document_id or self.vatportal_document_id

    def _vatportal_credited_azn(self):
        """What of this invoice's qaimə is taken back, in AZN and whole qəpik, as what is left of it is: what its credit notes bear beside
        the qaimə does not count."""
        total = 0.0
        for credit, amount in self._vatportal_credits().items():
            azn = abs(credit.amount_total_signed)
            total += amount * self._vatportal_booked_rate() * (credit._vatportal_amount(False) / azn if azn else 1.0)
        return self.company_currency_id.round(total) if total else 0.0

    def _vatportal_order_credits(self):
        """The credit notes of this invoice's orders that name no invoice, each with how much of this one it takes back."""
        if self.move_type not in _TAKES_BACK:
            return {}
        lines = self.invoice_line_ids
        whole = sum(line.price_total for line in lines if line.price_total > 0)
        if not whole:
            return {}
        found = {}
        for ordered in lines._vatportal_order_lines():
            for credit, invoice, amount in ordered.invoice_lines._vatportal_taken_in_turn():
                if invoice == self and not credit.reversed_entry_id:
                    # Its share, for the total may be rounded otherwise than the lines, and an advance may be taken off.
                    found[credit] = found.get(credit, 0.0) + amount / whole * self.amount_total
        return found

    def _vatportal_reconciled(self):
        """The entries that are reconciled with this one, each with how much of it, in its currency. Not by Odoo's own method, which
        asks the database for each invoice."""
        found = []
        for line in self.line_ids:
            if line.account_type in ('asset_receivable', 'liability_payable'):
                found += [(partial.credit_move_id.move_id, partial.debit_amount_currency) for partial in line.matched_credit_ids]
                found += [(partial.debit_move_id.move_id, partial.credit_amount_currency) for partial in line.matched_debit_ids]
        return found

    def _vatportal_may_take_back(self, invoice):
        """Whether this entry, reconciled with ``invoice``, is its credit note. One that is of another invoice, or of none, as a bonus, pays
        it; where no order tells, it is the invoice's if it pays nothing else and has its total. An advance is given back by its order, or
        by a credit note that names it."""
        if self.move_type != _TAKES_BACK.get(invoice.move_type) or self._vatportal_taken_back() - invoice:
            return False
        orders = self._vatportal_orders()
        if orders or invoice.vatportal_is_advance or invoice._is_downpayment():
            return not orders.isdisjoint(invoice._vatportal_orders())
        paid = {move for move, _amount in self._vatportal_reconciled() if move.is_invoice(include_receipts=True)}
        return paid == {invoice} and self._vatportal_has_total_of(invoice)

    def _vatportal_taken_back(self):
        """What these entries may take back without being reconciled with it: what they name, else the invoices of their order lines."""
        alone = self.filtered(lambda move: move.move_type in _TAKES_BACK.values() and not move.reversed_entry_id)
        # Asked of all that are at work at once.
        charged = alone.with_prefetch(self._prefetch_ids)._vatportal_of_same_orders().filtered(lambda move: move.move_type in _TAKES_BACK)
        return self.reversed_entry_id | charged.sudo(self.env.su)

    def _vatportal_of_same_orders(self):
        """The entries of the order lines of these, whoever asks."""
        found = self.sudo().browse()
        for name, types in ORDER_LINES.items():
            entries = self.filtered(lambda move, types=types: move.move_type in types)
            lines = entries.with_prefetch(self._prefetch_ids).sudo().invoice_line_ids
            if name in lines._fields:
                found |= lines[name].invoice_lines.move_id.filtered(lambda move, types=types: move.move_type in types)
        return found

    def _vatportal_all_taken_back(self):
        """:meth:`_vatportal_taken_back` of these entries, of those, and so on, whoever asks: what takes back a credit note gives back what that
        one took."""
        found, more = self.browse().sudo(), self.sudo()._vatportal_taken_back()
        while more := more - found:
            found |= more
            more = more._vatportal_taken_back()
        return found

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
        """Whether ``azn`` is less than the smallest amount of the currency of this entry, so that nobody can pay or settle it; or a qəpik, by
        which the parts of an amount in a weak currency may miss the whole."""
        foreign = self.currency_id != self.company_currency_id
        return foreign and abs(azn) < max(self.currency_id.rounding * self._vatportal_booked_rate(), 1.5 * self.company_currency_id.rounding)

    def _vatportal_has_total_of(self, other):
        """Whether this entry and ``other`` come to the same on a qaimə, or do so in the currency that they share."""
        if self._vatportal_total() == other._vatportal_total():
            return True
        totals = [move.amount_total - move.vatportal_outside_currency for move in (self, other)]
        return self.currency_id == other.currency_id and not self.currency_id.compare_amounts(*totals)


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _vatportal_order_lines(self):
        """The order lines of these lines, all of one entry; none where no app has any."""
        for name, types in ORDER_LINES.items():
            if name in self._fields and self.move_id.move_type in types:
                return self[name]
        return ()

    def _vatportal_is_charged(self):
        """Whether a posted invoice has the order line of this line."""
        charges = (line for ordered in self._vatportal_order_lines() for line in ordered.invoice_lines if line.move_id.move_type in CHARGES)
        return any(line.parent_state == 'posted' for line in charges)

    def _vatportal_taken_in_turn(self):
        """What the credit notes among these lines, all those of one order line, take back of its invoices: of the one that they name, else
        of the one with which they are reconciled, else of the latest before them.

        :return: list of (credit note, invoice, how much of it in the currency of the invoice)
        """
        left, found = {}, []
        posted = self.filtered(lambda line: line.parent_state == 'posted').sorted(lambda line: line.move_id.id)
        for line in posted.with_prefetch(self._prefetch_ids):
            move = line.move_id
            if move.move_type in _TAKES_BACK and not move._vatportal_credits_nothing():
                left[move] = left.get(move, 0.0) + line.price_total
                continue
            if move.move_type not in _TAKES_BACK.values():
                continue
            rest, named = line._vatportal_given_back() * move._vatportal_share_left(), move.reversed_entry_id
            # Of one invoice it is, paid or not.
            paid = dict(move._vatportal_reconciled()) if len(left) > 1 and not named else {}
            for invoice in sorted(left, key=lambda invoice: (invoice in paid, invoice.id), reverse=True):
                amount = min(invoice._vatportal_in_currency(move, rest), left[invoice])
                if named in (invoice, invoice.browse()) and invoice.currency_id.compare_amounts(amount, 0) > 0:
                    left[invoice] -= amount
                    rest -= move._vatportal_in_currency(invoice, amount)
                    found.append((move, invoice, amount))
        return found

    def _vatportal_given_back(self):
        """What this line of a credit note gives back: of an advance no more than is left after what the same credit note takes off for
        deliveries of its order."""
        if not self._vatportal_is_of_advance():
            return self.price_total
        orders = self._vatportal_order_lines().order_id
        lines = self.move_id.invoice_line_ids.filtered(lambda line: line._vatportal_order_lines().order_id in (orders, orders.browse()))
        given = lines.filtered(lambda line: line._vatportal_is_of_advance())
        whole = sum(given.mapped('price_total'))
        if whole <= 0:
            return self.price_total
        share, before = min(1.0, sum(lines.mapped('price_total')) / whole), sum(given[: list(given).index(self)].mapped('price_total'))
        # Rounded is what it and those before it give back, so that all of them add up to the whole.
        rounded = self.currency_id.round
        return rounded(rounded((before + self.price_total) * share) - rounded(before * share))

    def _vatportal_is_of_advance(self):
        return any(ordered.is_downpayment for ordered in self._vatportal_order_lines())

from odoo import models
from odoo.fields import Command

from .credits import ORDER_LINES


class AccountMove(models.Model):
    """VAT that is booked on payment from now on: what is confirmed has the taxes that have taken the place of those it was made with,
    be it an old draft, the next of a recurring invoice, a copy, or what an order has kept."""

    _inherit = 'account.move'

    def _vatportal_put_on_payment(self):
        """Called before these drafts are confirmed. A reversal undoes what was booked, so it keeps the taxes of that; what was
        confirmed before stays as it was; an entry without lines of goods has its tax items written by whatever made it, as has what the
        cash desk confirms: it books without having the items made anew."""
        if self.env.context.get('skip_invoice_sync') or not self.env['account.tax']._vatportal_was_any_replaced():
            return
        for move in self.filtered(lambda move: move.is_invoice(include_receipts=True) and not move.posted_before and not move._vatportal_reverses()):
            new = {line: taxes for line in move.invoice_line_ids if (taxes := line._vatportal_on_payment_taxes())}
            if new:
                amounts = move._vatportal_tax_amounts()
                # Nobody has corrected anything: it is not learnt.
                unlearnt = move.with_context(vatportal_billing=True)
                unlearnt.write({'invoice_line_ids': [Command.update(line.id, line._vatportal_on_payment_vals(taxes)) for line, taxes in new.items()]})
                unlearnt._vatportal_keep_tax_amounts(amounts)

    def _vatportal_tax_items(self):
        """The tax items of this invoice by what they are of: (tax, or the one in its place, number of its repartition line) → items."""

        def key(item):
            line = item.tax_repartition_line_id
            tax, alike = line.tax_id, line.tax_id.repartition_line_ids.filtered(lambda other: other.document_type == line.document_type)
            return tax.vatportal_replaced_by_id or tax, alike.ids.index(line.id)

        return self.line_ids.filtered('tax_repartition_line_id').grouped(key)

    def _vatportal_tax_amounts(self):
        """Key of :meth:`_vatportal_tax_items` → amount in the currency of the invoice."""
        return {key: sum(items.mapped('amount_currency')) for key, items in self._vatportal_tax_items().items()}

    def _vatportal_keep_tax_amounts(self, amounts):
        """Put back what a person has corrected in the totals: with other taxes Odoo computes the items of all anew.

        :param amounts: those of before, see :meth:`_vatportal_tax_amounts`
        """
        for key, items in self._vatportal_tax_items().items():
            missing = amounts.get(key, 0) - sum(items.mapped('amount_currency'))
            if key in amounts and not self.currency_id.is_zero(missing):
                # As Odoo does it with a corrected total.
                items[0].amount_currency += missing


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _vatportal_on_payment_taxes(self):
        """Return those of this line's taxes that were replaced, as a dict of tax → the tax on payment in its place."""
        replaced = self.tax_ids.filtered(lambda tax: not tax.active and tax.vatportal_replaced_by_id.active)
        return {tax: tax.vatportal_replaced_by_id for tax in replaced - self._vatportal_taken_back_taxes()} if replaced else {}

    def _vatportal_taken_back_taxes(self):
        """The taxes with which an order's line was booked that this credit note takes back. Made by the order, it names no invoice
        that it reverses."""
        lines = self.sudo()
        if self.move_id.move_type not in ('out_refund', 'in_refund'):
            return lines.tax_ids.browse()
        ordered = lines.browse().union(*(self.sudo()[name].invoice_lines for name in ORDER_LINES if name in self._fields))
        return ordered.filtered(lambda line: line.parent_state == 'posted').tax_ids

    def _vatportal_on_payment_vals(self, new):
        """Return the values that put this line's taxes on payment.

        :param new: see :meth:`_vatportal_on_payment_taxes`
        """
        vals = {'tax_ids': [command for old, tax in new.items() for command in (Command.unlink(old.id), Command.link(tax.id))]}
        manual = (self.extra_tax_data or {}).get('manual_tax_amounts')
        if manual:
            # A document's amounts hold for the tax by its id.
            ids = {str(old.id): str(tax.id) for old, tax in new.items()}
            vals['extra_tax_data'] = {**self.extra_tax_data, 'manual_tax_amounts': {ids.get(key, key): amounts for key, amounts in manual.items()}}
        return vals

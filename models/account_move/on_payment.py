from odoo import models
from odoo.fields import Command


class AccountMove(models.Model):
    """VAT that is booked on payment from now on: what is confirmed has the taxes that have taken the place of those it was made with,
    be it an old draft, the next of a recurring invoice, a copy, or what an order has kept."""

    _inherit = 'account.move'

    def _vatportal_put_on_payment(self):
        """Called before these drafts are confirmed. A reversal undoes what was booked, so it keeps the taxes of that; what was
        confirmed before stays as it was; an entry without lines of goods has its tax items written by whatever made it."""
        for move in self.filtered(lambda move: move.is_invoice(include_receipts=True) and not move.posted_before and not move.reversed_entry_id):
            commands = [Command.update(line.id, vals) for line in move.invoice_line_ids if (vals := line._vatportal_on_payment_vals())]
            if commands:
                # Nobody has corrected anything: it is not learnt.
                move.with_context(vatportal_billing=True).write({'invoice_line_ids': commands})


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _vatportal_on_payment_vals(self):
        """Return the values that put this line's taxes on payment; {} where none of them was replaced."""
        new = {tax: tax.vatportal_replaced_by_id for tax in self.tax_ids if not tax.active and tax.vatportal_replaced_by_id.active}
        if not new:
            return {}
        vals = {'tax_ids': [command for old, tax in new.items() for command in (Command.unlink(old.id), Command.link(tax.id))]}
        manual = (self.extra_tax_data or {}).get('manual_tax_amounts')
        if manual:
            # A document's amounts hold for the tax by its id.
            ids = {str(old.id): str(tax.id) for old, tax in new.items()}
            vals['extra_tax_data'] = {**self.extra_tax_data, 'manual_tax_amounts': {ids.get(key, key): amounts for key, amounts in manual.items()}}
        return vals

from odoo import models
from odoo.fields import Command


class AccountMove(models.Model):
    """Bills that are entered anew (*Reverse and Create Invoice*): an internal correction of which e-taxes knows nothing. The
    received document stands as before, and is that of the new bill."""

    _inherit = 'account.move'

    def _vatportal_correction_vals(self):
        """The values of the entry that takes this one back because it is entered anew: whatever the rules say, it goes out as
        nothing."""
        if self.move_type not in ('out_invoice', 'in_invoice'):
            return {}
        proposed = self.env.ref('l10n_az_vatportal.kind_return_invoice')
        return {'vatportal_kind_id': False, 'vatportal_kind_proposed_id': proposed.id}

    def _vatportal_take_over_documents(self):
        """The received documents of what these new entries replace are theirs, as far as they are in force."""
        for move in self:
            old = move.sudo().vatportal_replaced_id
            document = old.vatportal_bill_document_id
            if document._is_in_force():
                move.sudo()._vatportal_take_over(old, document)

    def _vatportal_take_over(self, old, document):
        document._close_activity()
        rows = old._vatportal_row_link_commands(self)
        day, document.move_id = document.bill_day, self
        # What day the old bill was made for stays known: the new one begins with it.
        document.bill_day = day
        old._vatportal_stand_alone(document)
        self.with_context(vatportal_billing=True).write(
            {
                'ref': self.ref or old.ref,
                'payment_reference': self.payment_reference or old.payment_reference,
                'invoice_date': self.invoice_date or old.invoice_date,
                'invoice_line_ids': rows,
            }
        )
        body = self.env._('The e-taxes document %(number)s goes over from %(old)s.', number=document.qaime or document.name, old=old.display_name)
        self._message_log(body=body)
        document._message_log(body=self.env._('Its bill %(old)s was reversed; it is that of the new one.', old=old.display_name))
        document._follow_day()
        document._follow_status()

    def _vatportal_row_link_commands(self, copy):
        """The commands that link the lines of ``copy``, made of this bill, with the rows of which these lines were made. Unlike those of
        other duplicates they are the document's own."""

        def products(move):
            return move.invoice_line_ids.filtered(lambda line: line.display_type == 'product').sorted('id')

        def content(line):
            return line.name, line.product_id, line.quantity, line.price_unit

        lines, copies = products(self), products(copy)
        if list(map(content, lines)) != list(map(content, copies)):
            return []
        return [
            Command.update(
                ours.id,
                {'vatportal_line_id': theirs.vatportal_line_id.id, 'vatportal_line_mark': theirs.vatportal_line_mark, 'is_imported': theirs.is_imported},
            )
            for theirs, ours in zip(lines, copies, strict=True)
        ]

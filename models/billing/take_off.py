from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command


class VatportalDocument(models.Model):
    """A document that an import, or a person, has linked with the wrong invoice or bill is taken off it again: both stand as
    if they had never been linked. What was sent from here is its invoice's for good."""

    _inherit = 'vatportal.document'

    can_take_off = fields.Boolean(compute='_compute_can_take_off')

    @api.depends('state', 'move_id', 'erp_id', 'attempt', 'first_sent_at', 'job_ids.state')
    def _compute_can_take_off(self):
        for document in self:
            document.can_take_off = bool(document.move_id) and not document._take_off_problem()

    def _take_off_problem(self):
        """Why this document can't be taken off its invoice or bill; False for nothing."""
        _ = self.env._
        if not self.move_id:
            return _('%s has no invoice.', self.display_name)
        if self.erp_id and (self.attempt or self.first_sent_at or self._sending()):
            return _('%s was sent from this invoice. Delete it from e-taxes, if it must go.', self.display_name)
        if self.state not in ('registered', 'deleted') or self._open_deletions():
            return _('%s is in a process at the portal. Wait for its end.', self.display_name)
        return False

    def action_not_this_move(self):
        """A person says that this document is not that of the invoice or bill that it is linked with.

        :raises AccessError: for users who may not invoice, or may not change that entry
        :raises UserError: for a document without an entry, and for one that was sent from it
        """
        self.check_access('read')
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users can say that a document is not that of an invoice.'))
        for document in self:
            move = document.sudo().move_id.sudo(False).with_env(self.env)
            move.check_access('write')
            problem = document._take_off_problem()
            if problem:
                raise UserError(problem)
            document._take_off(move)
        return True

    def _take_off(self, move):
        """Nothing is left of the link of this document with ``move`` but what is told of it."""
        document = self.sudo()
        if not document._is_replaced():
            # What is asked for there is asked because of this document.
            document._close_activity()
        document._clear_double()
        with move._vatportal_following_documents():
            document.write({'move_id': False, **document._taken_off_vals()})
        document._set_partners()
        move.sudo()._vatportal_stand_alone(document)
        move.sudo()._message_log(
            body=self.env._('%(user)s: the e-taxes document %(number)s is not that of this entry.', user=self.env.user.name, number=self.qaime or self.name)
        )
        self._say_other(move)
        document._follow_status()
        document.filtered(lambda one: one.direction == 'outgoing')._suspect_doubles()

    def _taken_off_vals(self):
        """What a document has of its entry alone, emptied. That is no deletion: another bill may be made by itself."""
        vals = {'line_ids': [Command.update(line.id, {'move_line_id': False}) for line in self.line_ids if line.move_line_id]}
        if not self.bill_partner_chosen and self._counterparty()[0] != self.partner_id._vatportal_voen():
            vals['partner_id'] = False
        if self.direction == 'outgoing':
            return {**vals, 'advance_id': False, 'advance_settled': 0.0, 'advance_day': False}
        return {**vals, 'had_bill': self.had_bill, 'bill_notes': False, 'bill_question': False, 'bill_requested': False, 'bill_retry_at': False}


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_stand_alone(self, document):
        """This entry is not that of ``document``: its lines are none of that one's rows, and it was not made for its file."""
        # Those without a row too: a part too small for a quantity, road tax, rounding.
        lines = self.invoice_line_ids.filtered(lambda line: line._vatportal_is_made() or line.is_imported) if document.direction == 'incoming' else ()
        if lines:
            lines.with_context(vatportal_billing=True).write({'vatportal_line_id': False, 'vatportal_line_mark': False, 'is_imported': False})
        if self.vatportal_file_document_id == document:
            self.vatportal_file_document_id = False

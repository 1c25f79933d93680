from datetime import timedelta

from odoo import models
from odoo.exceptions import AccessError, UserError

# So long before and after an entry its qaimə is looked for.
AROUND = timedelta(days=5)


class VatportalReconciliation(models.Model):
    """What a person does about a row: both sides are opened from it, and the next step begins with the tools that there are."""

    _inherit = 'vatportal.reconciliation'

    def action_open_move(self):
        """Open the entry of this row."""
        return self._open(self.move_id)

    def action_open_document(self):
        """Open the e-taxes document of this row."""
        return self._open(self.document_id)

    def _open(self, record):
        self.ensure_one()
        self.check_access('read')
        if not record:
            raise UserError(self.env._('%s has nothing on this side.', self.name))
        return {'type': 'ir.actions.act_window', 'res_model': record._name, 'res_id': record.id, 'views': [[False, 'form']]}

    def action_next(self):
        """Begin the next step of these rows, which must be the same one.

        :return: an action, or True
        :raises UserError: where they ask for different steps, or for none
        """
        self._check_may_act()
        steps = set(self.mapped('next_step'))
        if len(steps) != 1 or False in steps:
            raise UserError(self.env._('Choose rows with the same next step: these have different ones, or nothing is to be done.'))
        begin = {'send': self._step_send, 'import': self._step_import, 'bill': self._step_bill, 'link': self._step_link, 'look': self._step_look}
        return begin[steps.pop()]()

    def _check_may_act(self):
        self.check_access('read')
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users can do this.'))

    def _step_send(self):
        return self.move_id.action_vatportal_send()

    def _step_import(self):
        """Ask e-taxes for the days of these rows, and a little around them: a qaimə may have another date than its entry."""
        days, folders = [row._day_at_etaxes() for row in self], {row._folder() for row in self}
        return self.env['vatportal.reading']._import_action(
            self.company_id, folders.pop() if len(folders) == 1 else 'both', min(days) - AROUND, max(days) + AROUND
        )

    def _day_at_etaxes(self):
        """The day of the qaimə; where there is none, the one that stands on the entry: it may be booked later."""
        return self.etaxes_date or self.sudo().move_id.invoice_date or self.date

    def _folder(self):
        """Where e-taxes has, or would have, the document: what customers give back is received, what vendors get back is sent.
        An entry of the purchases that is not issued here waits for what the vendor issues."""
        if self.document_id or self.reason == 'no_document':
            return self.document_id.direction or 'incoming'
        return 'outgoing' if (self.side == 'sale') != self.is_return else 'incoming'

    def _step_bill(self):
        return self.document_id.action_create_bills()

    def _step_link(self):
        documents = self.document_id | self.typed_id
        if len(documents) != 1:
            raise UserError(self.env._('Link one after the other: each is asked about.'))
        return documents.action_bill_wizard()

    def _step_look(self):
        """The row itself, with both sides beside each other; of one that has a single side, that."""
        if len({(row.move_id, row.document_id) for row in self}) != 1:
            raise UserError(self.env._('Compare one after the other.'))
        row = self[:1]
        if row.move_id and row.document_id:
            return {'type': 'ir.actions.act_window', 'res_model': row._name, 'res_id': row.id, 'views': [[False, 'form']], 'name': row.name}
        return row._open(row.move_id or row.document_id)

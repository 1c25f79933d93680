from datetime import timedelta

from odoo import fields, models

from odoo.addons.l10n_az_vatportal.models.billing.cron import SOON


class ResCompany(models.Model):
    """The bills of a company that are to be made by themselves."""

    _name = 'res.company'
    _inherit = ['res.company', 'vatportal.queued']

    def _queue_work(self):
        documents = self.env['vatportal.document']
        before = self._queue_awaited_bills()
        documents._make_awaited_bills(self)
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()
        left = documents.search([('company_id', '=', self.id), ('bill_requested', '=', True)], order='bill_retry_at nulls first', limit=1)
        if not left:
            return None
        now = fields.Datetime.now()
        if left.bill_retry_at and left.bill_retry_at > now:
            return left.bill_retry_at
        # What does not become fewer is in somebody else's hands.
        return now + (timedelta(seconds=1) if self._queue_awaited_bills() < before else SOON)

    def _queue_awaited_bills(self):
        documents = self.env['vatportal.document']
        return documents.search_count([*documents._awaited_bills_domain(), ('company_id', '=', self.id)])

    def _queue_title(self):
        return self.env._('e-taxes: bills of %s', self.name)

    def _queue_company(self):
        return self

    def _queue_action(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('e-taxes Documents'),
            'res_model': 'vatportal.document',
            'view_mode': 'list,form',
            'domain': [('company_id', '=', self.id), ('bill_requested', '=', True)],
        }

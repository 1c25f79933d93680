from datetime import timedelta

from odoo import fields, models

from odoo.addons.l10n_az_vatportal.models.billing.cron import SOON

# So many bills are made before others have their turn.
PART = 100


class ResCompany(models.Model):
    """The bills of a company that are to be made by themselves."""

    _name = 'res.company'
    _inherit = ['res.company', 'vatportal.queued']

    def _queue_work(self):
        documents = self.env['vatportal.document']._waiting_for_bill([('company_id', '=', self.id)], limit=PART)
        documents._make_waiting()
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()
        now = fields.Datetime.now()
        left = documents.search([('company_id', '=', self.id), ('bill_requested', '=', True)], order='bill_retry_at nulls first', limit=1)
        if not left:
            return None
        if left.bill_retry_at and left.bill_retry_at > now:
            return left.bill_retry_at
        # What is left of fewer than a part is in somebody else's hands.
        return now + (timedelta(seconds=1) if len(documents) == PART else SOON)

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

import time
from datetime import timedelta

from odoo import fields, models

from odoo.addons.l10n_az_vatportal.models.connector.threads import request_seconds
from odoo.addons.l10n_az_vatportal.models.states import OPEN_STATES
from odoo.addons.l10n_az_vatportal.vatportal import polling

# What is due at once after a step, the next page of an import say, need not wait for another worker; but others have a turn.
ROUNDS = 5


class VatportalAccount(models.Model):
    """The processes of an account, imports among them: those that are due, step by step in the order of the scheduled action;
    then its queue job waits until the next is due, as the engine has planned it, back-off included."""

    _name = 'vatportal.account'
    _inherit = ['vatportal.account', 'vatportal.queued']

    def _queue_processes(self):
        return [('state', 'in', OPEN_STATES), ('connector_id.account_id', '=', self.id)]

    def _queue_work(self):
        jobs = self.env['vatportal.job'].with_context(vatportal_queue_turn=self.id)
        until, places = time.monotonic() + request_seconds(), None
        for _round in range(ROUNDS):
            due = jobs._due(self._queue_processes())
            before, places = places, [(job.id, job.write_date) for job in due]
            if not due or places == before:  # somebody else is at them
                break
            due._cron_steps(until, set())
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self.env.invalidate_all()
        return self._queue_next_look()

    def _queue_next_look(self):
        """When the next process of this account is due; None where none is open."""
        now = fields.Datetime.now()
        jobs = self.env['vatportal.job'].search([*self._queue_processes(), ('on_hold', '=', False)])
        if not jobs:
            return None
        at = min(job._cron_due_at(now) for job in jobs)
        if self._is_waiting():
            at = max(at, self.retry_at)
        # Never sooner: a process that somebody else is at stays due.
        return max(at, now + timedelta(seconds=polling.MINIMUM_S))

    def _queue_title(self):
        connectors = self.connector_ids
        if self._queue_company():
            return self.env._('e-taxes: processes of %s', ', '.join(connectors.sorted('name').mapped('name')))
        # Whoever sees a connector must not learn of those of other companies.
        return self.env._('e-taxes: processes of an account with %s connectors', len(connectors))

    def _queue_company(self):
        companies = self.connector_ids.company_id
        return companies if len(companies) == 1 else companies.browse()

    def _queue_action(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('e-taxes Processes'),
            'res_model': 'vatportal.job',
            'view_mode': 'list,form',
            'domain': [('connector_id', 'in', self.connector_ids.ids)],
        }

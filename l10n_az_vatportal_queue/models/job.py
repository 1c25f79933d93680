from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.l10n_az_vatportal.models.states import OPEN_STATES

from .queued import KEY

# A dialog that begins a process moves it itself at first.
DIALOG = timedelta(seconds=10)
# A queue job that should have begun this long ago has nobody who runs it, or too few.
LATE = timedelta(seconds=60)
# One that runs this long does so no more: its server has died, and its job runner too.
LOST = timedelta(seconds=180)


class VatportalJob(models.Model):
    """Processes are moved by a queue job for each account. The scheduled action sees to it that there is one, and does the
    work itself where it is late: no job runner runs, or all servers together are too slow."""

    _inherit = 'vatportal.job'

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS: imports and others for which nobody is woken, as the scheduled action comes by anyway
        jobs = super().create(vals_list)
        jobs._wake(fields.Datetime.now() + DIALOG)
        return jobs

    def _wake(self, at=None):
        # OVERRIDES: the scheduled action comes by each minute
        accounts = self.sudo().connector_id.account_id
        # The queue job that is at work finds by itself what is next.
        accounts.filtered(lambda account: account.id != self.env.context.get('vatportal_queue_turn'))._queue_wake(at)

    def _cron_advance(self):
        # EXTENDS: first what no queue job does
        self._queue_lost()
        super()._cron_advance()

    def _cron_domain(self):
        # EXTENDS: but those that queue jobs move in time
        return [*super()._cron_domain(), ('connector_id.account_id', 'not in', self._queue_accounts(['pending', 'enqueued', 'started']))]

    def _queue_lost(self):
        """Hand over whatever is due and has no queue job, or one that waits for a later moment."""
        due = self._due([('state', 'in', OPEN_STATES)]).connector_id.account_id
        started = self._queue_accounts(['started'])
        due.filtered(lambda account: account.id not in started)._queue_wake()
        self.env['ir.cron']._commit_progress()
        self.env.invalidate_all()

    def _queue_accounts(self, states):
        """The ids of the accounts whose queue jobs are of these states, and not late."""
        now = fields.Datetime.now()
        jobs = (
            self.env['queue.job']
            .sudo()
            .search(
                [
                    ('model_name', '=', 'vatportal.account'),
                    ('identity_key', '=like', f'{KEY}:%'),
                    ('state', 'in', states),
                    '|',
                    '&',
                    ('state', '=', 'pending'),
                    ('eta', '>', now - LATE),
                    '&',
                    ('state', '!=', 'pending'),
                    ('date_enqueued', '>', now - LOST),
                ]
            )
        )
        return [int(key.rpartition(',')[2]) for key in jobs.mapped('identity_key')]

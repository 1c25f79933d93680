import logging
import time
from datetime import timedelta

from psycopg2.errors import OperationalError

from odoo import fields, models

from ...vatportal import kept_connections, polling
from ..connector.threads import READ_LIMITS, START_LIMITS, Lanes, lane_count, run_seconds
from ..states import OPEN_STATES

_logger = logging.getLogger(__name__)

# For how many seconds one run of the scheduled action follows jobs. Well below Odoo's limit_time_real (120 s): the
# last call that is begun comes on top. While a portal hangs, which has to be waited for, the others are followed on.
FOLLOW_SECONDS = 45
# How often those that wait for a thread are looked after.
LOOK_S = 0.05
# An open live view asks every 2 to 10 seconds; a job that one has moved this recently is left to it.
WATCHED_SECONDS = 20


class VatportalJob(models.Model):
    """The net beneath the dialog: with no dialog open, the scheduled action carries the jobs on.

    A prompt on the phone ends after two minutes, while Odoo looks at its scheduled actions once a minute. So a run
    stays with the jobs that a person may be asked for and asks the portal at the vendor's pace, for
    ``l10n_az_vatportal.follow_seconds`` (system parameter; 0: one round only); then it calls itself again.
    """

    _inherit = 'vatportal.job'

    def _wake(self, at=None):
        """These jobs are to be moved by themselves: whoever does that hears of it. Addons may hand them to others than the
        scheduled action.

        :param at: not before this moment, a datetime
        """
        self.env.ref('l10n_az_vatportal.cron_advance')._trigger(at)

    def _cron_domain(self):
        """The jobs that the scheduled action looks after: all that are open."""
        return [('state', 'in', OPEN_STATES)]

    def _cron_advance(self):
        """Scheduled action: carry on every job that is due. Neither one job's failure nor a portal that hangs touches
        the next, for each connector has a thread of its own."""
        begin = time.monotonic()
        seconds = self._follow_seconds()
        failed = set()
        with Lanes(self.env, lane_count()) as lanes:
            while True:
                self._cron_round(lanes, begin + run_seconds(), failed)
                pause, end = self._cron_pause(failed, lanes.busy()), seconds
                if seconds and lanes.busy():
                    pause, end = polling.MINIMUM_S, run_seconds() - READ_LIMITS['timeout']
                if pause is None or time.monotonic() - begin + pause > end:
                    break
                # No transaction is held open meanwhile, and the next round sees what others have written.
                self.env['ir.cron']._commit_progress()
                if not lanes.wait(pause):
                    time.sleep(pause)
                self.env.invalidate_all()
        self.env['ir.cron']._commit_progress()
        self.env.invalidate_all()
        if seconds and self._cron_pause(failed) is not None:
            self.env.ref('l10n_az_vatportal.cron_advance')._trigger()

    def _follow_seconds(self):
        value = self.env['ir.config_parameter'].sudo().get_param('l10n_az_vatportal.follow_seconds', '')
        try:
            return max(0.0, min(float(value), FOLLOW_SECONDS))
        except ValueError:
            return FOLLOW_SECONDS

    def _cron_round(self, lanes, until, failed):
        """Begin to move every job that is due by one step, but those in ``failed``; wait for them for a moment, in which
        those that found no thread free get one."""
        waiting = self._cron_due(failed, lanes.busy()).grouped('connector_id')
        end, begun = time.monotonic() + polling.MINIMUM_S, 0
        while waiting:
            for connector in list(waiting):
                if lanes.has_room(connector):
                    begun += lanes.begin(connector, waiting.pop(connector), until, failed)
            if time.monotonic() > end or not lanes.wait(LOOK_S):
                break
        self.env['ir.cron']._commit_progress(begun)
        lanes.wait(polling.MINIMUM_S)
        self.env.invalidate_all()

    def _cron_steps(self, until, failed):
        """Move these jobs by one step each, all calls being over at ``until``; add to ``failed`` those that fail for a
        reason of our own."""
        with kept_connections():
            self.with_context(vatportal_cron=until)._cron_move(until, failed)

    def _cron_move(self, until, failed):
        for job in self:
            limits = READ_LIMITS if job.phase == 'follow' else START_LIMITS
            if until - time.monotonic() < min(limits['timeout'], run_seconds() / 2):
                continue
            try:
                job._advance()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next job must have its turn
                if self._cron_failed(job, error):
                    failed.add(job.id)
            self.env['ir.cron']._commit_progress(1)

    def _cron_due(self, failed, busy=()):
        """The jobs that are due, but those of the connectors in ``busy``."""
        return self._due([*self._cron_domain(), ('id', 'not in', list(failed)), ('connector_id', 'not in', list(busy))])

    def _due(self, domain):
        """The jobs of ``domain`` that are due and that no live view has in hand. Those at portals that answer and those that
        follow a process come before the others: they are quick, and a code may be waiting in them."""
        self._mend_clocks()
        now = fields.Datetime.now()
        jobs = self.search(
            [
                *domain,
                '|',
                ('next_poll_at', '=', False),
                ('next_poll_at', '<=', now),
                '|',
                ('watched_at', '=', False),
                ('watched_at', '<=', now - timedelta(seconds=WATCHED_SECONDS)),
            ],
            order='next_poll_at, id',
        ).filtered(lambda job: not job.connector_id._is_waiting())
        return jobs.sorted(lambda job: (job.connector_id.sudo().error_count, job.phase != 'follow'))

    def _cron_failed(self, job, error):
        """A step failed for a reason of our own: undo it, and leave the job alone for a while.

        :return: False when someone else only wrote the same rows (the dialog, for instance); the next round tries again
        """
        self.env.cr.rollback()
        if isinstance(error, OperationalError):
            _logger.info('VatPortal job %s is in use: %s', job.id, type(error).__name__)
            return False
        _logger.error('VatPortal job %s could not be moved on', job.id, exc_info=error)
        try:
            locked = job.sudo()._locked()
            if locked:
                errors = locked.error_count + 1
                locked._go(locked.phase, polling.next_delay(0, errors), error_count=errors)
                locked._commit()
        except OperationalError:
            self.env.cr.rollback()
        return True

    def _cron_pause(self, failed, busy=()):
        """Seconds until the next of the jobs that are followed closely is due; None where there is none soon.

        Not those whose portal is down, and not those that wait for a lost answer to be settled: the next run of the
        scheduled action is soon enough for them.
        """
        now = fields.Datetime.now()
        soon = now + timedelta(seconds=FOLLOW_SECONDS)
        jobs = self.search(
            [
                *self._cron_domain(),
                ('id', 'not in', list(failed)),
                ('connector_id', 'not in', list(busy)),
                ('reason', 'not in', ('lost', 'exists')),
                '|',
                ('next_poll_at', '=', False),
                ('next_poll_at', '<=', soon),
                ('connector_id.retry_at', '=', False),
            ]
        )
        if not jobs:
            return None
        due = min(job._cron_due_at(now) for job in jobs)
        # Never less: a job that someone else is at stays due.
        return max(polling.MINIMUM_S, (due - now).total_seconds())

    def _cron_due_at(self, now):
        """When the scheduled action may move this job: when it is due, and nobody watches it any more."""
        due = self.next_poll_at or now
        return max(due, self.watched_at + timedelta(seconds=WATCHED_SECONDS)) if self.watched_at else due

    def _client_limits(self):
        """How long the call may take; see ``VatPortalClient``. Empty: the client's own limits."""
        limits = self._operation()._limits(self)
        if not limits and self.env.context.get('vatportal_cron'):
            limits = START_LIMITS if self.phase == 'start' else READ_LIMITS
        return self._within_run(limits)

    def _within_run(self, limits):
        """``limits``, cut to what a run of the scheduled action has left: Odoo would kill it in mid-call."""
        until = self.env.context.get('vatportal_cron')
        if not until:
            return limits
        left = max(until - time.monotonic(), polling.MINIMUM_S)
        return {name: min(seconds, left) for name, seconds in limits.items()}

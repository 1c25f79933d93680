import functools
import logging
from datetime import datetime, timedelta

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.l10n_az_vatportal.models.concurrency import CONCURRENT
from odoo.addons.queue_job.exception import RetryableJobError

_logger = logging.getLogger(__name__)

# What the identity keys of our queue jobs begin with.
KEY = 'l10n_az_vatportal_queue'
# Of these states is a queue job that has not begun: it will see all that is committed by now.
WAITING = ('pending', 'enqueued')
# In so many seconds a queue job tries again whose work another one is at; no call to the portal takes much longer.
BUSY_S = 5
# How often a queue job is handed over while others write the same one.
TRIES = 3


class VatportalQueued(models.AbstractModel):
    """A record with work that goes on by itself: an account with its processes, a company with its bills, a large sending.

    It has one queue job, which does what is due and then waits (``eta``) for what is due next; where nothing is left, it is
    done. Its own transaction holds a lock as long as it is at work, so no other does the same work side by side, on
    whatever server; the work has a transaction of its own, which commits as often as it likes.

    It is handed over after the commit, when the queue job can see what was written, and nothing that was written can
    be undone because somebody else has written the queue job. Should a server die in between, the scheduled actions of
    the addon are the net beneath.
    """

    _name = 'vatportal.queued'
    _description = 'Work that queue jobs do'

    # ------------------------------------------------------------------ what each kind of work says of itself

    def _queue_work(self):
        """Do what is due, with commits; return when there is more to do, a datetime, or None. Called as superuser."""
        raise NotImplementedError

    def _queue_title(self):
        """What an administrator reads in the list of queue jobs."""
        raise NotImplementedError

    def _queue_company(self):
        """The company whose administrators see the queue job; empty: those of all."""
        raise NotImplementedError

    # ------------------------------------------------------------------ handing over

    def _queue_wake(self, at=None):
        """Have queue jobs do the work of these records, once this transaction is committed.

        :param at: not before this moment, a datetime
        """
        if not self:
            return
        callbacks = self.env.cr.postcommit
        if KEY not in callbacks.data:
            callbacks.data[KEY] = {}
            callbacks.add(functools.partial(_hand_over, self.env.registry, callbacks.data[KEY]))
        waiting = callbacks.data[KEY]
        for record in self:
            key = (record._name, record.id)
            waiting[key] = min(at or fields.Datetime.now(), waiting.get(key, datetime.max))

    def _queue_next(self, at):
        """See to it that the work of this record goes on at that moment, or before: where a queue job waits, it is that one."""
        jobs = self._queue_jobs(WAITING)
        if not jobs:
            context = {'company_id': self._queue_company().id, 'lang': self._queue_lang()}
            # Nothing of whoever woke it goes along.
            record = self.with_env(api.Environment(self.env.cr, SUPERUSER_ID, context))
            record.with_delay(eta=at, max_retries=0, description=record._queue_title(), identity_key=self._queue_key())._queue_run()
        elif jobs[0].state == 'pending' and jobs[0].eta and jobs[0].eta > at:
            jobs[0].eta = at

    def _queue_jobs(self, states):
        """The queue jobs of this record, that which begins first before the others, but for the one that is asking."""
        return (
            self.env['queue.job']
            .sudo()
            .search(
                [('identity_key', '=', self._queue_key()), ('state', 'in', states), ('uuid', '!=', self.env.context.get('job_uuid', ''))],
                order='eta nulls first, id',
            )
        )

    def _queue_key(self):
        return f'{KEY}:{self._name},{self.id}'

    def _queue_lang(self):
        """The language of the company's administrators, as far as it can be told."""
        company = self._queue_company() or self.env.ref('base.main_company')
        return self.env['res.lang']._get_code(company.sudo().partner_id.lang or '') or None

    # ------------------------------------------------------------------ the queue job

    def _queue_run(self):
        """What a queue job does.

        :raises RetryableJobError: it goes on later, when there is more to do
        """
        self.env.cr.execute('SELECT pg_try_advisory_xact_lock(hashtext(%s))', [self._queue_key()])
        if not self.env.cr.fetchone()[0]:
            raise RetryableJobError(self.env._('Another queue job is at it.'), seconds=BUSY_S, ignore_retry=True)
        try:
            at = self._queue_turn()
        except Exception as error:
            # Whatever is wrong with a process is written on it; this is the server's, or the database's.
            _logger.exception('%s: the work of %s failed', KEY, self)
            raise RetryableJobError(f'{type(error).__name__}: {error}') from error
        if at:
            seconds = max(1, (at - fields.Datetime.now()).total_seconds())
            raise RetryableJobError(self.env._('Goes on at %s (UTC).', at), seconds=seconds, ignore_retry=True)

    def _queue_turn(self):
        """Do what is due in a transaction of its own; return when this queue job goes on, None where it need not."""
        with self.env.registry.cursor() as cr:
            # As the scheduled actions do it: in nobody's language, for whatever companies.
            record = self.with_env(api.Environment(cr, SUPERUSER_ID, {'job_uuid': self.env.context.get('job_uuid', '')})).exists()
            at = record._queue_work() if record else None
            cr.commit()  # pylint: disable=invalid-commit
            if at and record._queue_jobs(WAITING):
                # Somebody has handed it over meanwhile: one is enough.
                record._queue_next(at)
                return None
            return at


def _hand_over(registry, waiting):
    """Make the queue jobs of ``waiting``, a dict of (model, id) → when. What fails is left to the scheduled actions."""
    for left in reversed(range(TRIES)):
        try:
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                for (model, record_id), at in sorted(waiting.items()):
                    for record in env[model].browse(record_id).exists():
                        record._queue_next(max(at, fields.Datetime.now() - timedelta(seconds=1)))
            return
        except CONCURRENT as error:
            if not left:
                _logger.info('%s: %s are in use: %s', KEY, list(waiting), type(error).__name__)
        except Exception:
            _logger.exception('%s: %s could not be handed over', KEY, list(waiting))
            return

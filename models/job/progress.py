import hashlib
import json
import math

from psycopg2.errors import SerializationFailure

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..states import OPEN_STATES


class VatportalJob(models.Model):
    """What a person sees of a job while it runs and after its end."""

    _inherit = 'vatportal.job'

    def action_refresh(self, shown=False):
        """Move the job by one step where one is due and return what its live view shows.

        The open dialog calls this every 2, 5, 10 seconds. Several viewers do not ask the portal more often: a step
        that is not due, or that someone else is at, is not made. For whoever may read the job and not use it nothing moves,
        no code is shown, and there is nothing to press.

        :param shown: the ``version`` of what the view shows already. Where that is not out of date, the answer is ``unchanged``
            (True) and has ``id``, ``state``, ``finished``, ``elapsed``, ``seconds_left`` and ``next_poll`` alone
        :return: dict with

            - ``version`` of all of this, or False where that can't be told
            - ``id``, ``name``, ``operation``, ``state``, ``finished``
            - ``headline``: one sentence, ``problem``: what went wrong or False, ``portal_message``: the portal's words
            - ``steps``: list of {``key``, ``label``, ``state``: done | active | waiting | failed}
            - ``code``: False or {``kind``: pin1 | pin2, ``value``, ``title``, ``help``}, ``seconds_left``: how long its prompt
              waits, or False
            - ``elapsed``: seconds since the start, ``next_poll``: seconds until the next call, or False at the end
            - ``documents``: list of {``id``, ``move_id``, ``res_model``, ``res_id``, ``name``, ``partner``, ``total``, ``qaime``, ``state``,
              ``state_label``, ``message``, ``portal_message``}
            - ``counts``: {``total``, ``registered``, ``imported``, ``rejected``, ``pending``}
            - ``can_retry``, ``can_cancel``, ``can_ask_etaxes``, ``can_stop_signing``
            - what imports and deletions show beside, see their ``_progress``; what several together do, see ``_progress_batch``
            - ``connector``: {``id``, ``name``} where the connector has to be mended and the user may do so, else False
        :raises AccessError: for users who may not read the job
        """
        self.ensure_one()
        self.check_access('read')
        if not self._may_use():
            return without_null(self._progress_read_only())
        self = self.with_context(vatportal_watched=True)
        self._advance_watched()
        if self.root_id:
            return without_null(self._progress_together(shown))
        version = self._progress_version()
        if version and version == shown:
            return {**self._progress_passing(), 'unchanged': True}
        return without_null({**self._progress(), 'version': version})

    def _advance_watched(self):
        """Move the job by one step, unless someone else moves it at this very moment. What they wrote is shown now then, rather
        than after the seconds that Odoo waits before it runs a request again; what is left to do comes with the next call."""
        try:
            self._advance()
        except SerializationFailure:
            self.env.cr.rollback()

    def _progress_read_only(self):
        """What the live view shows those who may read this job and not use it."""
        # Its texts are made of the portal's answers as well, which are kept from them for the codes in them.
        data = self.sudo()._progress()
        buttons = dict.fromkeys([name for name in data if name.startswith('can_')], False)
        return {**data, **buttons, 'code': None, 'seconds_left': False, 'connector': None}

    def _progress_together(self, shown):
        """Of the processes that were started together with this one, move on and show the one that is at work."""
        batch = self._batch()
        current = _current(batch)
        if current != self:
            # One call to the portal in a transaction. The right to follow was checked for this job; the others were started
            # with it.
            self._commit()
            current._advance_watched()
            current = _current(batch)
        version = current._progress_version_of(batch)
        if version and version == shown:
            data = {**current._progress_passing(), 'unchanged': True}
        else:
            data = {**current._operation()._progress_batch(current), 'version': version}
        finished = all(job.state not in OPEN_STATES for job in batch)
        return {**data, 'id': self.id, 'finished': finished, 'next_poll': not finished and (data['next_poll'] or 1)}

    def _progress_version(self):
        """What changes whenever something is told of this process; False where more than its own row, and its portal's, tells it.

        Most questions bring nothing new. The documents, which may be hundreds, need not be read for them, nor shown again.
        """
        if self.phase != 'follow':
            return False
        out_of_reach = self.connector_id._is_waiting() and self.connector_id.down_reason
        told = (
            *(self.portal_id, self.stats, self.step, self.error_count, self.message, self.portal_message, self.connector_fault),
            *(self.waits_for_pin, self.stopped_by_id.id, out_of_reach, self.env.lang),
        )
        return _digest(told)

    def _progress_version_of(self, batch):
        """As :meth:`_progress_version`, of all of ``batch``, in which this process is at work; False where others move beside it."""
        version, others = self._progress_version(), batch - self
        if not version or any(other.state in OPEN_STATES and not other.on_hold for other in others):
            return False
        return _digest([version, self.id, [(other.id, other.state, str(other.changed_at), other.message, other.portal_message) for other in others]])

    def _progress_passing(self):
        """What passes with the time, whether or not anything is told."""
        finished = self.state not in OPEN_STATES
        return {
            'id': self.id,
            'state': self.state,
            'finished': finished,
            'seconds_left': self._seconds_left() if self.waits_for_pin else False,
            'elapsed': self._elapsed(),
            'next_poll': False if finished else self._next_poll(),
        }

    def _progress(self):
        """What the live view shows of this job, see :meth:`action_refresh`."""
        return {**self._progress_process(), **self._operation()._progress(self)}

    def _progress_process(self):
        """What the live view shows of this job, but for its documents."""
        operation, code = self._operation(), self._progress_code()
        return {
            **self._progress_passing(),
            'name': self.name,
            'operation': self.operation,
            'headline': self._headline(),
            'problem': self.message or False,
            'portal_message': self.portal_message or False,
            'steps': operation._steps(self),
            'code': code,
            'can_cancel': operation._can_cancel(self),
            'can_stop_signing': bool(code) and self._can_stop_signing(),
            'can_ask_etaxes': False,
            'connector': self._progress_connector(),
        }

    def _progress_connector(self):
        connector = self._connector_to_mend()
        return {'id': connector.id, 'name': connector.name} if connector else None

    def _connector_to_mend(self):
        """The connector, where the portal does not let it in and the user is one who configures connectors."""
        if self.connector_fault and self.env.user.has_group('account.group_account_manager'):
            return self.connector_id
        return self.connector_id.browse()

    def _elapsed(self):
        start = self.started_at or self.create_date
        return max(0, int(((self.finished_at or fields.Datetime.now()) - start).total_seconds()))

    def _next_poll(self):
        """Seconds until the next step is due; a whole second more than that is never asked for."""
        if self.state == 'starting':
            return 2  # someone else's call may have its answer any moment
        return max(1, math.ceil((self._due_at() - fields.Datetime.now()).total_seconds()))

    def _progress_code(self):
        """The code that waits for a PIN, and whose it is, for several may be on one screen."""
        _ = self.env._
        if self.state != 'running' or not (self.pin1_code or self.pin2_code):
            return None
        if self.pin2_code:
            code = {
                'kind': 'pin2',
                'value': self.pin2_code,
                'title': _('Sign: PIN2'),
                'help': _('Your phone shows a code. If it is the same as this one, type PIN2 on the phone.'),
            }
        else:
            code = {
                'kind': 'pin1',
                'value': self.pin1_code,
                'title': _('Log in: PIN1'),
                'help': _('Your phone shows a code. If it is the same as this one, type PIN1 on the phone.'),
            }
        return {**code, **self._label()}

    def _headline(self):
        """One sentence: how far it is."""
        before = self._shown_before()
        return self._turn_text(before) if before else self._operation()._headline(self)

    # ------------------------------------------------------------------ buttons

    def action_retry(self):
        """Open the wizard for what was rejected in this job, or not deleted."""
        self.ensure_one()
        self.check_access('read')
        return self._operation()._retry(self)

    def action_cancel(self):
        """Give up what has not left yet (the portal is down, say), and stop imports.

        The view of the first of several stands for those that wait for their turn as well; those that can be given up are.

        :raises UserError: when the portal has been told of each already, or may have been
        :raises AccessError: for users who may not read the job, or may not invoice
        """
        self.check_access('read')
        waiting = self.browse().union(*(job._operation()._waiting_behind(job) for job in self))
        started = self.filtered(lambda job: job in waiting.root_id and job.state != 'queued')
        jobs, refused, kept = (self - started | waiting).sorted('id', reverse=True), [], self.browse()
        jobs.check_access('read')
        # The last first, so that none gets its turn on the way.
        for job in jobs:
            try:
                with self.env.cr.savepoint():
                    job._operation()._cancel(job)
            except AccessError:
                raise
            except UserError as error:
                refused.append(error)
                kept += job
        if refused and len(refused) == len(jobs):
            raise refused[-1]
        # What is in doubt can't be given up; at its turn nothing of it goes.
        kept.filtered(lambda job: job.state == 'queued').sudo().write({'stopped_by_id': self.env.uid})
        return True

    def _unsent(self):
        """Return this job, locked.

        :raises UserError: when the portal has been told of it already, or may have been
        """
        operation = self._operation()
        # Not locked where it can't be: whoever starts it lets go of it for a moment.
        locked = self.sudo()._locked() if operation._can_cancel(self) else self.browse()
        if not locked or not operation._can_cancel(locked):
            raise UserError(self.env._("The process has started already; it can't be stopped from here."))
        return locked


def _current(batch):
    """The job that is at work; at the end, the first that failed, else the last."""
    working = batch.filtered(lambda job: job.state in OPEN_STATES and not job.on_hold)
    return (working or batch.filtered(lambda job: job.state == 'failed') or batch[-1:])[0]


def _digest(told):
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def without_null(data):
    """``data``, of any JSON shape, with False for what is not there: XML-RPC knows no null."""
    if isinstance(data, dict):
        return {key: without_null(value) for key, value in data.items()}
    if isinstance(data, list):
        return [without_null(value) for value in data]
    return False if data is None else data

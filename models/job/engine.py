import logging
from datetime import timedelta

from odoo import fields, models

from ...vatportal import AuthError, InvalidInvoices, PortalError, Refused, Stats, TransientError, UnknownOutcome, polling
from .. import portal_text
from ..concurrency import CONCURRENT
from ..states import OPEN_STATES

_logger = logging.getLogger(__name__)
_ERRORS = (AuthError, InvalidInvoices, Refused, TransientError, UnknownOutcome)
# How long a call that starts a process may be under way: the client's own deadline and a little more. Before that,
# whoever wrote the intent is not taken for dead: only its connection to the database may be broken.
CALL_S = 100


class VatportalJob(models.Model):
    """How a job moves: one step at a time, under a lock, with a commit on either side of every call.

    A step asks the portal one thing. Its answer is stored and committed before anything follows from it, because
    only the job's own row, which is locked, can be written without fear of a conflict; the consequences for
    documents and invoices come in a transaction of their own, which may be repeated. What tells nothing new has none.

    Which call a phase makes, and what follows from its answer, is said by the job's operation: ``_phases()``.
    """

    _inherit = 'vatportal.job'

    def _advance(self):
        """Move each of these jobs by one step, as far as it is due and nobody else is at it.

        What is refused or broken at the portal is written on the job, never raised. A serialization failure is
        raised, so that Odoo runs the request again; nothing is sent twice by that, for the job has moved on.

        What is written for the person is written in the language of whoever started the job, or is told of it.
        """
        for job in self.sudo():
            job.with_context(lang=job._language())._advance_one()

    def _begin(self):
        """Do what can be done of this job with the press of the button itself: what VatPortal alone has deleted, and does
        not show any more, is known before the view opens."""
        self._advance()
        for _reading in ('by ERP id', 'by date'):
            self.filtered(lambda job: job.sudo()._operation()._is_seen_at_once(job.sudo()))._advance()

    def _advance_one(self):
        self._mend_clock()
        if not self._is_ready():
            return  # nor locked, for whoever is at it lets go of it at each commit
        job = self._locked()
        if not job or not job._is_ready():
            return
        if not job.answer:
            if job.state == 'starting':
                # Nobody holds the lock, and no call can take so long: whoever wrote the intent died before the answer
                # was stored.
                answer = answer_of('start', error=UnknownOutcome(reason='answer'))
            else:
                job = job._announce()
                if not job:
                    return
                answer = job._call()
            answer = job._storable_answer(answer)
            if job._operation()._is_no_news(job, answer):
                # It changes the job's own row alone, which is locked. Whoever called commits, with what else is done.
                return job._apply_answer(answer)
            job.answer = answer
            job._commit()
            job = self._locked()
            if not job or not job.answer:
                return
        job._apply_answer(job.answer)
        job._commit()

    def _locked(self):
        """Return this job with its row locked, or nothing if it has ended or someone else is at it.

        :raises SerializationFailure: someone else has written it since this transaction began
        """
        return self.try_lock_for_update().filtered(lambda job: job.state in OPEN_STATES)

    def _is_due(self):
        return not self.on_hold and self._due_at() <= fields.Datetime.now()

    def _due_at(self):
        """When this job may be moved: at its time, and not before its portal can be asked."""
        now = fields.Datetime.now()
        due = self.next_poll_at or now
        if self.next_poll_at and self.phase == 'follow' and not (self.error_count or self.answer) and self.planned_wait <= polling.SLOWEST_S:
            # It was planned when nobody looked, and somebody does.
            due = min(due, due + timedelta(seconds=self._operation()._pace(self) - self.planned_wait))
        return max(due, self.connector_id.retry_at if self.connector_id._is_waiting() else now)

    def _announce(self):
        """Commit the intent to start a process before the portal hears of it. Every other call may be repeated."""
        operation = self._operation()
        if self.phase != 'start':
            return self
        if operation._looks_first(self):
            self._go('look', 0)
            return self
        if not self._has_turn():
            return self.browse()
        if not operation._prepare(self):
            self._finish()
            self._commit()
            return self.browse()
        self._go('start', CALL_S, state='starting', **self._starting_values())
        self._commit()
        job = self._locked()
        return job.filtered(lambda j: j.state == 'starting' and j.phase == 'start')

    # ------------------------------------------------------------------ the call

    def _call(self):
        """Make the one call to the portal that the phase asks for; return its answer as plain data."""
        connector = self.connector_id
        phase = self.phase
        try:
            client = connector._client(**self._client_limits())
        except Exception as error:  # noqa: BLE001 - log-in data missing: told on the job like a refusal
            return answer_of(phase, error=AuthError(reason='credentials'), text=str(error))
        with client:
            try:
                call, _apply, _error = self._operation()._phases()[phase]
                value = call(self, client)
            except PortalError as error:
                _logger.info('VatPortal job %s, %s: %s', self.id, phase, error)
                return answer_of(phase, error=error, methods=client.read_methods)
            except CONCURRENT:
                raise
            except Exception as error:
                # Whether anything had left is not known then, and need not be: what is lost is asked for.
                _logger.exception('VatPortal job %s, %s', self.id, phase)
                return self._doubt(phase, type(error).__name__)
            return answer_of(phase, value=value, methods=client.read_methods)

    # ------------------------------------------------------------------ the consequences

    def _apply(self, answer):
        """Write what follows from ``answer``; repeatable, for it touches nothing but the database."""
        error, methods = answer.get('error'), answer.get('methods')
        asked = not error or methods is not None
        if asked and (error or self.connector_id._is_answer_news(methods)):
            self._beside(lambda job: job._note_outcome(answer))
        # Code 7 (auth_system) is tried again by itself; if it lasts, the log-in data are to be looked at.
        fault = error == 'AuthError' or bool(error) and answer.get('reason') == 'auth_system'
        self._set(connector_fault=fault)
        _call, apply, handle = self._operation()._phases()[answer['phase']]
        if error:
            handle(self, answer)
        else:
            self._set(error_count=0, message=False, portal_message=self._refusals_text())
            apply(self, answer['value'])

    def _note_outcome(self, answer):
        """Note on the connector what ``answer`` says of the portal, in the language of those who look after the connector."""
        error, connector = answer.get('error'), self.connector_id
        if answer.get('http_status') and self._operation()._tells_nothing_of_portal(answer['phase']):
            return
        text = error and self.with_env(connector._in_their_language().env)._explained(answer)
        connector._note_outcome(error, answer.get('reason'), text, answer.get('methods'), answer.get('retry_after'), answer.get('http_status'))

    def _try_again(self, answer, silence, **vals):
        """Make the call that ended with the error ``answer`` once more, and say why; wait longer each time.

        :param silence: for how many seconds the portal has told nothing new
        """
        errors = self.error_count + 1
        self._go(
            self.phase,
            polling.next_delay(silence, errors),
            error_count=errors,
            message=self._explained(answer),
            portal_message=answer.get('message') or False,
            **vals,
        )

    def _follow_process(self, process_id):
        """The portal has begun a process of this number; from now on it is followed."""
        self._go(
            'follow',
            polling.next_delay(0),
            portal_id=str(process_id),
            step='send',
            reason=False,
            stats=False,
            asked_pin=False,
            end_words=False,
            changed_at=fields.Datetime.now(),
        )

    def _explained(self, answer):
        """What the error in ``answer`` means to the person."""
        return answer.get('text') or portal_text.explain(self.env, _error(answer))

    def _refusals(self):
        """What e-taxes refused in this process, word for word; what else the portal says of its end is no refusal of anything."""
        return Stats.from_json(self.stats).refusals

    def _refusals_text(self):
        """What e-taxes refused in this process, word for word, a refusal a line; where that did not end well, all that the
        portal said of it. False for nothing."""
        return self.end_words or '\n'.join(self._refusals()) or False

    def _end_words(self, stats, description=''):
        """What the portal says of a process that does not end well: why it was refused, and what it waited for in vain."""
        said = [*stats.refusals, description, *stats.exceptions]
        return '\n'.join(dict.fromkeys(filter(None, said))) or False

    def _silence(self):
        """Seconds since the portal last told something new."""
        return (fields.Datetime.now() - (self.changed_at or self.create_date)).total_seconds()

    def _settling(self):
        """Seconds since the numbers are being read; 0 before that."""
        return (fields.Datetime.now() - self.settle_at).total_seconds() if self.settle_at else 0.0


def answer_of(phase, value=None, error=None, methods=None, text=None):
    """The outcome of a call as plain data, to be stored."""
    answer = {'phase': phase, 'value': value, 'methods': methods}
    if error is None:
        return answer
    kind = next((cls.__name__ for cls in _ERRORS if isinstance(error, cls)), 'Refused')
    return {
        **answer,
        'error': kind,
        'code': error.code,
        'message': error.message,
        'text': text,
        'reason': getattr(error, 'reason', None),
        'codes': getattr(error, 'codes', None),
        'retry_after': getattr(error, 'retry_after', None),
        'http_status': getattr(error, 'http_status', None),
    }


def _error(answer):
    """The exception that ``answer`` was made from, as far as explaining it needs it."""
    error = PortalError(answer.get('message') or '', answer.get('code'))
    error.reason = answer.get('reason')
    error.http_status = answer.get('http_status')
    return error

from datetime import timedelta

from odoo import fields, models

from ...vatportal import DONE, FAILED, ProcessStatus, Stats, polling
from ...vatportal.settlement import LOST_S
from ...vatportal.settlement_facts import Process
from ..job.job import without_codes
from ..job.stop import SIGNED
from ..states import OPEN_STATES

# How often a call that a web server has refused is made again, where nothing else sets an end to it: for about a minute.
WEB_TRIES = 5


class VatportalOperation(models.AbstractModel):
    """What a job is about: sending, import or deletion, each a model of its own that inherits from this one.

    The job is the record and knows how it moves; its operation, found by ``job._operation()``, knows what is asked of the
    portal and what follows from the answers. Every method gets the job; an operation has no records of its own.

    Every process is started, then followed until it has ended. An operation says the rest:

    - ``_phases``: what each phase asks, and what follows from the answer or the error
    - ``_prepare``, ``_start``, ``_started``, ``_not_started``: what goes to the portal, and whether it was taken
    - ``_ended``, ``_silent``: the process has ended, or nothing is heard of it any more
    - ``_goes_on``, ``_finished``, ``_all_ended``: what is left to do at the end of the job
    - what a person sees and may press, see ``operation/view.py``
    """

    _name = 'vatportal.operation'
    _description = 'Operation'

    def _phases(self):
        """Return phase → (call, apply, error), for all phases of :data:`job.PHASES` but the end.

        ``call(job, client)`` asks the portal and returns plain data. ``apply(job, value)`` writes what follows from them,
        ``error(job, answer)`` what follows from an error; both touch nothing but the database.
        """
        return {
            'start': (self._start, self._started, self._start_failed),
            'follow': (self._ask_status, self._take_status, self._status_failed),
            'detail': (self._ask_log, self._take_log, self._log_failed),
        }

    def _may_pass(self, answer):
        """Whether the error in ``answer`` may be of the moment. What a web server refuses by itself has not reached the
        portal's program: it may be renewed at this moment."""
        return answer['error'] in ('TransientError', 'UnknownOutcome') or bool(answer.get('http_status'))

    def _tells_nothing_of_portal(self, phase):
        """Whether a web server that refuses the call of ``phase`` need not be a wrong address: some take no DELETE, or not each call.
        What is asked afterwards tells."""
        return phase in ('clean', 'remove', 'detail')

    def _is_refusal(self, job, answer):
        """Whether ``answer`` is a refusal to go by, of a call that may be repeated: the portal's own, or a web server's that lasts."""
        return answer['error'] == 'Refused' and not (self._may_pass(answer) and job.error_count < WEB_TRIES)

    def _again(self, job, answer):
        """The error of a call that may be repeated: asking again is harmless."""
        job._try_again(answer, job._silence())

    def _variant(self, _job):
        """The operation that says more precisely what ``job`` is about."""
        return self

    def _own_documents(self, job):
        """The documents whose fate this job decides."""
        return job.document_ids

    def _asks_pin(self, job):
        """Whether the process asks for a PIN on the phone; see ``job/turns.py``."""
        raise NotImplementedError

    def _language(self, job):
        """In which language is written what ``job`` tells."""
        return job._language_of_people()

    def _looks_first(self, _job):
        """Whether the portal is to be asked before the process starts."""
        return False

    def _limits(self, _job):
        """How long the next call may take; see ``VatPortalClient``. Empty: as long as any."""
        return {}

    def _ends_at_once(self, _job):
        """Whether it is over with the press of the button."""
        return False

    def _is_seen_at_once(self, _job):
        """Whether the portal is to be asked now, without a pause, what it has."""
        return False

    def _facts(self, job):
        """What is known of this process, for :mod:`settlement`."""
        now = fields.Datetime.now()
        return Process(
            reason=job.reason or '',
            sign=job.sign,
            signed=job.step in ('sign', 'numbers'),
            errors=job.error_count,
            since_started=(now - job.started_at).total_seconds(),
            since_sent=(now - (job.sent_at or job.settle_at or now)).total_seconds(),
            settling=job._settling(),
            last_read=job.last_read,
            by_date=job.by_date,
            one_by_one=job.one_by_one,
            refused_ids=job.refused_ids or None,
            **{name: tuple(job[name] or ()) for name in ('kept_ids', 'missed_ids', 'unseen_ids')},
        )

    # ------------------------------------------------------------------ start

    def _prepare(self, _job):
        """Write down what is about to be asked for; return whether there is anything."""
        return True

    def _start(self, job, client):
        """Have the portal start the process; return its number."""
        raise NotImplementedError

    def _started(self, job, process_id):
        """The portal has taken what it was given."""
        job._follow_process(process_id)

    def _start_failed(self, job, answer):
        job._pass_turn(answer)
        self._not_started(job, answer)

    def _not_started(self, job, answer):
        """The start ended with an error."""
        raise NotImplementedError

    # ------------------------------------------------------------------ follow

    def _ask_status(self, job, client):
        status = client.process_status(int(job.portal_id))
        return {'status': status.status, 'description': status.description, 'stats': status.stats.raw}

    def _take_status(self, job, value):
        status = ProcessStatus(value['status'], value['description'], Stats.from_json(value['stats']))
        self._take_stats(job, status)
        if status.status in (DONE, FAILED):
            job.write({'pin1_code': False, 'pin2_code': False})
            if status.succeeded:
                self._ended(job, True)
            else:
                job._go('detail', polling.MINIMUM_S)
        elif polling.overdue(job._silence()):
            self._give_up(job)
        else:
            job._go('follow', self._pace(job))

    def _is_no_news(self, job, answer):
        """Whether ``answer`` tells that the process still runs as it did: of that nothing but the job's own row is written."""
        value = answer['phase'] == 'follow' and not answer.get('error') and answer['value']
        return (
            bool(value)
            and value['status'] not in (DONE, FAILED)
            and not value_changed(job.stats, value['stats'])
            and not polling.overdue(job._silence())
            and not job.connector_id._is_answer_news(answer['methods'])
        )

    def _pace(self, job):
        """Seconds until the process is asked for its status again: by what the portal's makers advise, from its start.

        While somebody looks who may have a code to compare, it counts from the last news, for the next may come at once.
        """
        if self.env.context.get('vatportal_watched') and self._may_show_code(job):
            return polling.next_delay(job._silence())
        return polling.next_delay((fields.Datetime.now() - (job.sent_at or job.started_at)).total_seconds())

    def _may_show_code(self, job):
        """Whether a code to compare may still come."""
        return self._asks_pin(job) and job.step not in SIGNED and not job.stopped_by_id

    def _take_stats(self, job, status):
        """Write what the portal tells of the process, and wake the person when a code has come."""
        stats = status.stats
        if not stats.raw and not status.finished:
            # Nothing told is no news: what is known of a running process stays.
            stats = Stats.from_json(job.stats)
        asked_pin = (stats.pin2_code and not stats.invoice_signed and 'pin2') or (stats.pin1_code and not stats.login_done and 'pin1')
        if job.stopped_by_id:
            # What is not to be confirmed is not even kept.
            stats = Stats.from_json(without_codes(stats.raw))
        step = self._reached(job, stats, status.finished)
        # A code is to be compared only while the portal waits for it.
        pin1 = stats.pin1_code if not stats.login_done else ''
        pin2 = stats.pin2_code if not stats.invoice_signed else ''
        if value_changed(job.stats, stats.raw):
            job._set(changed_at=fields.Datetime.now())
        news = (pin1 and pin1 != job.pin1_code) or (pin2 and pin2 != job.pin2_code)
        vals = {
            'stats': stats.raw or False,
            'step': step,
            'pin1_code': pin1 or False,
            'pin2_code': pin2 or False,
            'end_words': status.failed and job._end_words(stats, status.description),
            'asked_pin': asked_pin or job.asked_pin,
        }
        if news:
            vals['code_at'] = fields.Datetime.now()
        if self._asks_pin(job):
            vals['prompt_until'] = not status.finished and job.changed_at + timedelta(seconds=LOST_S)
        job._set(**vals)
        job._set(portal_message=job._refusals_text())
        if news and not status.finished:
            job._beside(lambda job: job._notify('code'))

    def _reached(self, job, stats, finished):
        """The furthest step that the portal has reported; a process that goes back a step does not undo it."""
        steps = [step for step, _label in job._fields['step'].selection]
        reached = 'send'
        if stats.imported:
            reached = 'import'
        if stats.packet_created:
            reached = 'packet'
        if stats.login_done:
            reached = 'login'
        if stats.invoice_signed:
            reached = 'sign'
        return max(reached, job.step or 'send', key=steps.index)

    def _ended(self, job, succeeded):
        """The portal says that the process has ended."""
        raise NotImplementedError

    def _give_up(self, job):
        """Watch the process no longer; its number is kept."""
        job.write({'pin1_code': False, 'pin2_code': False, 'end_words': job._end_words(Stats.from_json(job.stats))})
        self._silent(job)

    def _silent(self, job):
        """The portal has told nothing new for ten minutes, or does not know the process."""
        raise NotImplementedError

    def _status_failed(self, job, answer):
        """A process that the portal does not know (any more), or that can't be asked for ten minutes, is settled
        by reading what became of its documents."""
        may_pass = self._may_pass(answer)
        if (answer['error'] == 'Refused' and not may_pass) or (may_pass and polling.overdue(job._silence())):
            self._give_up(job)
        else:
            self._again(job, answer)

    # ------------------------------------------------------------------ detail

    def _ask_log(self, job, client):
        """The portal's own log of a process that failed: for support, nothing depends on it."""
        return job.connector_id._without_secrets(without_codes(client.process_data(int(job.portal_id))))

    def _take_log(self, job, value):
        job._keep_details(value or {})
        self._ended(job, False)

    def _log_failed(self, job, _answer):
        self._ended(job, False)

    # ------------------------------------------------------------------ the end

    def _goes_on(self, _job):
        """Have the job go on where its end can't be its end yet; return whether it does."""
        return False

    def _finished(self, job, batch):
        """The job has ended: the next of ``batch``, those that were started together, has its turn."""
        job.on_hold = False
        # What is only being asked for keeps nobody waiting.
        if not any(other.state in OPEN_STATES and not other.on_hold and other.reason != 'exists' for other in batch):
            batch.filtered('on_hold')[:1]._release()

    def _all_ended(self, job, batch):
        """The job was the last of ``batch`` to end."""

    def _tells_end(self, _job):
        """Whether people are told of the end."""
        return True

    def _told_event(self, job, event):
        """How jobs that were started together ended (``done`` or ``failed``), where the last of them ended with ``event``."""
        return 'failed' if job.root_id and any(other.state == 'failed' for other in job._batch()) else event


def value_changed(old, new):
    """Whether the portal's ``stats`` tell something new; nothing told is no news."""
    return bool(new) and new != (old or {})

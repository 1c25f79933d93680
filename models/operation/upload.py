from odoo import fields, models

from ...vatportal import settlement
from ...vatportal.settlement_facts import Outcome, Verdict
from ..document.doubt import read_as
from ..portal_text import TOO_LARGE
from ..states import PENDING_STATES

# What cannot be written for a document at all is tried again after so many seconds.
AGAIN_S = 300


class VatportalOperationUpload(models.AbstractModel):
    """Sending invoices: upload, follow, then settle each invoice by itself.

    Whether one bad invoice stops its whole packet is not documented. So nothing is assumed: after every process,
    done or failed or lost, each ERP id is read back. One with a number is registered; one without, after a failed
    or lost process, is removed from the portal (which takes that only for what was not submitted to e-taxes) and
    rejected. It can be sent again: under a new ERP id where the portal has shown it and shows it no more, for it never
    takes an id twice; under the same one where it did not, whatever it answered to the removal, so that error 17 tells
    should it be there.

    A document that was rejected can be sent again while the rest of its batch is still under way. From then on it is
    the later process' alone, see ``_own_documents``.

    Beside this file: how records get into jobs (``upload_queue.py``), the look before (``upload_look.py``), what is given
    back (``upload_rejected.py``), error 17 (``upload_apart.py``), what a person sees (``upload_view.py``).
    """

    _name = 'vatportal.operation.upload'
    _description = 'Sending'
    _inherit = ['vatportal.operation']

    def _phases(self):
        return {
            **super()._phases(),
            'look': (self._look, self._looked, self._not_looked),
            'read': (self._ask_numbers, self._take_numbers, self._again),
            'clean': (self._remove, self._removed, self._not_removed),
        }

    def _pending(self, job):
        """The documents whose fate is open, in the order in which they are sent."""
        return job._written(self._own_documents(job)).filtered(lambda doc: doc.state in PENDING_STATES)._in_order()

    def _own_documents(self, job):
        return job.document_ids.filtered(lambda doc: doc._sending() == job)

    def _asks_pin(self, job):
        return job.sign

    # ------------------------------------------------------------------ start

    def _prepare(self, job):
        if job.stopped_by_id:
            # What goes again by itself would ask for a PIN again.
            text = self.env._('Stopped by %s. Nothing of it is known to be at e-taxes; send it again.', job.stopped_by_id.name)
            self._reject(job, self._pending(job), text)
            return False
        unfit = self._pending(job)._settle(lambda documents: documents._write_payload())
        for document, why in unfit.items():
            self._reject(job, document, self.env._("This invoice can't be written as an e-invoice: %s Correct it and send it again.", why))
        return bool(self._pending(job))

    def _start(self, job, client):
        invoices = [document._to_invoice() for document in self._pending(job)]
        return client.upload_invoices(invoices, upload=job.sign, use_old_sys=job.connector_id.use_old_sys)

    def _started(self, job, process_id):
        super()._started(job, process_id)
        job._each(self._pending(job), lambda documents: documents._set_processing(job.sent_at))

    def _not_started(self, job, answer):
        """What follows from a sending that failed; see :func:`settlement.started`."""
        outcome, pending = self._outcome(answer), self._pending(job)
        decision = settlement.started(self._facts(job), self._invoices(job, pending), outcome, self._named(answer, pending))
        text, said = job._explained(answer), answer.get('message') or False

        def give_back(documents):
            self._reject(job, documents, text, said)

        if outcome == Outcome.LOST:
            job.message = text if answer.get('reason') != 'answer' else False
        elif outcome == Outcome.KNOWN:
            if any(not (doc.doubtful or doc.last_sent_at) for doc in pending):
                # Not from here, as far as is known here.
                job._beside(lambda job: job.connector_id._compare_by_itself())
        elif outcome == Outcome.TOO_LARGE and decision.phase == 'start':
            job.message = False
        elif outcome == Outcome.INVALID:

            def give_back(_documents):
                self._take_all_codes(job, pending, answer['codes'])
        else:
            given_up = outcome == Outcome.NOT_TAKEN and decision.phase != 'start'
            told = self.env._('%s Nothing was sent.', text) if given_up else text
            job.write(
                {'message': told if decision.phase == 'end' else text, 'portal_message': said, 'error_count': job.error_count + (decision.phase == 'start')}
            )
            text = told
        self._carry_out(job, decision, GIVEN_BACK=give_back)

    def _outcome(self, answer):
        """Which :class:`settlement_facts.Outcome` an error in answer to a sending is."""
        if answer['error'] == 'Refused' and answer['code'] == 17:
            return Outcome.KNOWN
        if answer['error'] == 'InvalidInvoices' and any(answer['codes']):
            return Outcome.INVALID
        if answer.get('http_status') == TOO_LARGE:
            return Outcome.TOO_LARGE
        return {'TransientError': Outcome.NOT_TAKEN, 'UnknownOutcome': Outcome.LOST}.get(answer['error'], Outcome.REFUSED)

    def _named(self, answer, documents):
        """The ERP ids of ``documents`` that an error speaks of: error 14 by its codes, 17 maybe in its words."""
        if answer['error'] == 'InvalidInvoices':
            return [doc.erp_id for doc, codes in zip(documents, answer['codes'], strict=False) if codes]
        return [doc.erp_id for doc in documents if doc.erp_id in (answer.get('message') or '')]

    # ------------------------------------------------------------------ what is known, and what follows

    def _invoices(self, job, documents, unnumbered=()):
        """What is known of ``documents``, for :mod:`settlement`."""
        refusals, written = job._refusals(), job._written(documents)
        return [
            document._facts(
                pending=document in written and document.state in PENDING_STATES,
                unnumbered=document in unnumbered,
                objected=bool(self._naming(document, refusals)),
            )
            for document in documents._in_order()
        ]

    def _carry_out(self, job, decision, **handlers):
        """Write the verdicts, each document by itself, and go on with what comes next.

        :param handlers: functions of documents, for verdicts of which :meth:`_verdicts` does not know what to write
        """
        handlers = self._verdicts(job) | {Verdict[name]: handler for name, handler in handlers.items()}
        documents = self._own_documents(job)._in_order()
        for verdict in dict.fromkeys(decision.verdicts.values()):
            handlers[verdict](documents.filtered(lambda doc, verdict=verdict: decision.verdicts.get(doc.erp_id) == verdict))
        vals = {name: (list(value) or False) if isinstance(value, tuple) else value for name, value in decision.memory.items()}
        if decision.phase == 'start':
            vals |= {'state': 'queued', 'reason': False, 'settle_at': False, 'portal_id': False, 'step': False}
        elif 'reason' in vals:
            vals |= {'settle_at': fields.Datetime.now(), 'error_count': 0}
        if decision.phase == 'end':
            job.write(vals)
            self._end(job)
        else:
            job._go(decision.phase, decision.wait_s, **vals)

    def _verdicts(self, job):
        """What is written for each :class:`settlement_facts.Verdict`: verdict → function of documents."""
        moment = job.sent_at or fields.Datetime.now()

        def each(change):
            return lambda documents: job._each(documents, change)

        def recall(documents):
            documents._set_state('queued', message=False, portal_message=False)
            documents._set_state('unconfirmed', doubtful=True)

        def unanswered(documents):
            documents._note_sent(moment, taken=False)
            documents._set_state('unconfirmed', doubtful=True)

        def known(documents):
            documents._note_known(job.sent_at)
            documents._set_state('unconfirmed', doubtful=True)

        def unsent(documents):
            documents._set_unsent(job.sent_at)
            documents._set_state('queued')

        return {
            Verdict.UNANSWERED: each(unanswered),
            Verdict.KNOWN: each(known),
            Verdict.DOUBTED: each(lambda documents: documents._set_state('unconfirmed', doubtful=True)),
            Verdict.RECALLED: each(recall),
            Verdict.IMPORTED: each(
                lambda documents: documents._set_state(
                    'imported',
                    portal_message=False,
                    message=job.sign and self.env._('The portal has the invoice but no qaimə number yet. The number is fetched by itself when it is there.'),
                )
            ),
            Verdict.HELD: each(lambda documents: documents._set_held(job.sign)),
            Verdict.REJECTED: lambda documents: self._reject_pending(job, documents),
            Verdict.SPENT: lambda documents: self._reject_pending(job, documents, spent=True),
            Verdict.AGAIN: each(lambda documents: documents._set_queued_again()),
            Verdict.UNSENT: each(unsent),
            Verdict.HALVED: lambda documents: self._send_apart(job, documents),
            Verdict.PARTED: lambda documents: self._send_in_two(job, documents),
            Verdict.APART: lambda documents: self._ask_apart(job, documents),
        }

    # ------------------------------------------------------------------ the end of the process

    def _ended(self, job, succeeded):
        self._ask_what_it_has(job, 'done' if succeeded else 'failed')

    def _silent(self, job):
        """What became of the invoices is asked for directly."""
        self._ask_what_it_has(job, 'lost')

    def _ask_what_it_has(self, job, reason):
        self._carry_out(job, settlement.asking(reason, self._invoices(job, self._own_documents(job))))

    # ------------------------------------------------------------------ read

    def _ask_numbers(self, job, client):
        return self._own_documents(job).sorted('id')._ask_numbers(client, job.by_date, later=job.reason == 'failed')

    def _take_numbers(self, job, numbers):
        documents, reading = self._own_documents(job), read_as(numbers)
        job._each(documents, lambda documents: documents._take_later(numbers, reading.names_all))
        unnumbered = documents._take_numbers(numbers)
        shown = documents.filtered(lambda doc: reading.shows(doc.erp_id) and not doc.shown)
        job._each(shown, lambda documents: documents.sudo().write({'shown': True}))
        decision = settlement.read(self._facts(job), self._invoices(job, documents, unnumbered), reading)
        self._carry_out(job, decision, UNNUMBERED=lambda _documents: self._keep_unnumbered(job, unnumbered))

    def _keep_unnumbered(self, job, texts):
        """Keep the documents that the portal has with a number which can't be written; ``texts``: document → why."""
        for document, text in texts.items():
            job._each(document, lambda kept, text=text: kept._keep_without_number(text))
            job._note(f'{document._source().display_name or document.display_name}: {text}')

    # ------------------------------------------------------------------ remove

    def _remove(self, job, client):
        """Remove from the portal what got no number. Its answer proves nothing, neither yes nor no, see :func:`settlement.cleaned`."""
        client.delete_invoices([invoice.erp_id for invoice in settlement.to_clean(self._facts(job), self._invoices(job, self._pending(job)))])

    def _removed(self, job, _value):
        """The portal says that they are gone, which it may say of any: it is asked what it has."""
        self._go_on_removing(job, granted=True)

    def _not_removed(self, job, answer):
        """A refusal means: not there, or submitted to e-taxes."""
        if self._is_refusal(job, answer):
            self._go_on_removing(job, granted=False)
        else:
            self._again(job, answer)

    def _go_on_removing(self, job, granted):
        self._carry_out(job, settlement.cleaned(self._facts(job), self._invoices(job, self._pending(job)), granted))

    # ------------------------------------------------------------------ the end

    def _end(self, job):
        if job.notes:
            job.message = '\n'.join(dict.fromkeys([*(job.message or '').splitlines(), *job.notes.splitlines()]))
        if job.document_ids and all(doc.state == 'registered' for doc in job.document_ids) and not job._passed_on():
            job.step = 'numbers'
        job._finish()

    def _goes_on(self, job):
        """A sending has not ended before all of its documents say how it did for them: ask the portal later for what it
        has of those that could not be written, and that nobody would look after, and try to write that."""
        own = self._own_documents(job)
        if not (own - job._written(own)).filtered(lambda document: document.state in PENDING_STATES):
            return False
        job._go(
            'read',
            AGAIN_S,
            message=job._unwritten_text(),
            unwritten=False,
            reason=job.reason or 'lost',
            settle_at=job.settle_at or fields.Datetime.now(),
            # What is neither shown then nor known to have been taken is given back.
            last_read=job.reason != 'done',
            by_date=False,
            pin1_code=False,
            pin2_code=False,
        )
        return True

from odoo import fields, models

from ...vatportal import settlement
from ...vatportal.settlement_facts import Outcome, Process, Verdict
from .. import portal_text
from ..document.doubt import read_as
from ..states import PENDING_STATES


class VatportalJob(models.Model):
    """Sending invoices: upload, follow, then settle each invoice by itself.

    Whether one bad invoice stops its whole packet is not documented. So nothing is assumed: after every process,
    done or failed or lost, each ERP id is read back. One with a number is registered; one without, after a failed
    or lost process, is removed from the portal (which takes that only for what was not submitted to e-taxes) and
    rejected. It can be sent again: under a new ERP id where the portal has shown it and shows it no more, for it never
    takes an id twice; under the same one where it did not, whatever it answered to the removal, so that error 17 tells
    should it be there.

    A document that was rejected can be sent again while the rest of its batch is still under way. From then on it is
    the later process' alone, see ``_passed_on``.
    """

    _inherit = 'vatportal.job'

    def _pending(self):
        """The documents whose fate is open, in the order in which they are sent."""
        return self._written(self._own_documents()).filtered(lambda doc: doc.state in PENDING_STATES)._in_order()

    def _own_documents(self):
        return self.document_ids - self._passed_on()

    def _passed_on(self):
        """The documents that were rejected here and have gone again since, with another process."""
        if self.operation != 'upload':
            return self.document_ids.browse()
        return self.document_ids.filtered(lambda doc: doc._sending() != self)

    # ------------------------------------------------------------------ start

    def _prepare_upload(self):
        unfit = self._pending()._settle(lambda documents: documents._write_payload())
        for document, why in unfit.items():
            self._reject(document, self.env._("This invoice can't be written as an e-invoice: %s Correct it and send it again.", why))
        return bool(self._pending())

    def _start_upload(self, client):
        invoices = [document._to_invoice() for document in self._pending()]
        return client.upload_invoices(invoices, upload=self.sign, use_old_sys=self.connector_id.use_old_sys)

    def _started_upload(self):
        self._each(self._pending(), lambda documents: documents._set_processing(self.sent_at))

    def _error_start_upload(self, answer):
        """What follows from a sending that failed; see :func:`settlement.started`."""
        outcome, pending = self._outcome(answer), self._pending()
        decision = settlement.started(self._facts(), self._invoices(pending), outcome, self._named(answer, pending))
        text, said = self._explained(answer), answer.get('message') or False

        def give_back(documents):
            self._reject(documents, text, said)

        if outcome == Outcome.LOST:
            self.message = text if answer.get('reason') != 'answer' else False
        elif outcome == Outcome.KNOWN:
            if any(not (doc.doubtful or doc.last_sent_at) for doc in pending):
                # Not from here, as far as is known here.
                self._beside(lambda job: job.connector_id._compare_by_itself())
        elif outcome == Outcome.INVALID:

            def give_back(_documents):
                self._take_all_codes(pending, answer['codes'])
        else:
            given_up = outcome == Outcome.NOT_TAKEN and decision.phase != 'start'
            told = self.env._('%s Nothing was sent.', text) if given_up else text
            self.write(
                {'message': told if decision.phase == 'end' else text, 'portal_message': said, 'error_count': self.error_count + (decision.phase == 'start')}
            )
            text = told
        self._carry_out(decision, GIVEN_BACK=give_back)

    def _outcome(self, answer):
        """Which :class:`settlement_facts.Outcome` an error in answer to a sending is."""
        if answer['error'] == 'Refused' and answer['code'] == 17:
            return Outcome.KNOWN
        if answer['error'] == 'InvalidInvoices' and any(answer['codes']):
            return Outcome.INVALID
        return {'TransientError': Outcome.NOT_TAKEN, 'UnknownOutcome': Outcome.LOST}.get(answer['error'], Outcome.REFUSED)

    def _named(self, answer, documents):
        """The ERP ids of ``documents`` that an error speaks of: error 14 by its codes, 17 maybe in its words."""
        if answer['error'] == 'InvalidInvoices':
            return [doc.erp_id for doc, codes in zip(documents, answer['codes'], strict=False) if codes]
        return [doc.erp_id for doc in documents if doc.erp_id in (answer.get('message') or '')]

    def _take_all_codes(self, documents, all_codes):
        """Error 14: each code to its invoice."""
        for document, codes in zip(documents, all_codes, strict=False):
            if codes and document._settle(lambda refused, codes=codes: refused._take_codes(codes)):
                self._reject(document, portal_text.validation_text(self.env, codes[0]), reject_reason='refused')

    # ------------------------------------------------------------------ what is known, and what follows

    def _facts(self):
        """What is known of this process, for :mod:`settlement`."""
        now = fields.Datetime.now()
        return Process(
            reason=self.reason or '',
            sign=self.sign,
            signed=self.step in ('sign', 'numbers'),
            errors=self.error_count,
            since_started=(now - self.started_at).total_seconds(),
            since_sent=(now - (self.sent_at or self.settle_at or now)).total_seconds(),
            settling=self._settling(),
            last_read=self.last_read,
            by_date=self.by_date,
            one_by_one=self.one_by_one,
            refused_ids=self.refused_ids or None,
            **{name: tuple(self[name] or ()) for name in ('kept_ids', 'missed_ids', 'unseen_ids')},
        )

    def _invoices(self, documents, unnumbered=()):
        """What is known of ``documents``, for :mod:`settlement`."""
        said, written = self.portal_message or '', self._written(documents)
        return [
            document._facts(
                pending=document in written and document.state in PENDING_STATES,
                unnumbered=document in unnumbered,
                objected=bool(document.buyer_vat) and document.buyer_vat in said,
            )
            for document in documents._in_order()
        ]

    def _carry_out(self, decision, **handlers):
        """Write the verdicts, each document by itself, and go on with what comes next.

        :param handlers: functions of documents, for verdicts of which :meth:`_verdicts` does not know what to write
        """
        handlers = self._verdicts() | {Verdict[name]: handler for name, handler in handlers.items()}
        documents = self._own_documents()._in_order()
        for verdict in dict.fromkeys(decision.verdicts.values()):
            handlers[verdict](documents.filtered(lambda doc, verdict=verdict: decision.verdicts.get(doc.erp_id) == verdict))
        vals = {name: (list(value) or False) if isinstance(value, tuple) else value for name, value in decision.memory.items()}
        if decision.phase == 'start':
            vals |= {'state': 'queued', 'reason': False, 'settle_at': False, 'portal_id': False, 'step': False}
        elif 'reason' in vals:
            vals |= {'state': 'running', 'settle_at': fields.Datetime.now(), 'error_count': 0}
        if decision.phase == 'end':
            self.write(vals)
            self._end_upload()
        else:
            self.write({**vals, 'phase': decision.phase})
            self._schedule(decision.wait_s)

    def _verdicts(self):
        """What is written for each :class:`settlement_facts.Verdict`: verdict → function of documents."""
        moment = self.sent_at or fields.Datetime.now()

        def each(change):
            return lambda documents: self._each(documents, change)

        def recall(documents):
            documents._set_state('queued', message=False, portal_message=False)
            documents._set_state('unconfirmed', doubtful=True)

        def unanswered(documents):
            documents._note_sent(moment, taken=False)
            documents._set_state('unconfirmed', doubtful=True)

        def known(documents):
            documents._note_known(self.sent_at)
            documents._set_state('unconfirmed', doubtful=True)

        def unsent(documents):
            documents._set_unsent(self.sent_at)
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
                    message=self.sign and self.env._('The portal has the invoice but no qaimə number yet. The number is fetched by itself when it is there.'),
                )
            ),
            Verdict.HELD: each(lambda documents: documents._set_held(self.sign)),
            Verdict.REJECTED: self._reject_pending,
            Verdict.SPENT: lambda documents: self._reject_pending(documents, spent=True),
            Verdict.AGAIN: each(lambda documents: documents._set_queued_again()),
            Verdict.UNSENT: each(unsent),
            Verdict.HALVED: self._send_apart,
            Verdict.APART: self._ask_apart,
        }

    # ------------------------------------------------------------------ the end of the process

    def _ended_upload(self, succeeded, _refusals):
        self._ask_what_it_has('done' if succeeded else 'failed')

    def _silent_upload(self):
        """What became of the invoices is asked for directly."""
        self._ask_what_it_has('lost')

    def _ask_what_it_has(self, reason):
        self._carry_out(settlement.asking(reason, self._invoices(self._own_documents())))

    # ------------------------------------------------------------------ read

    def _call_read_upload(self, client):
        return self._own_documents().sorted('id')._ask_numbers(client, self.by_date, later=self.reason == 'failed')

    def _apply_read_upload(self, numbers):
        documents, reading = self._own_documents(), read_as(numbers)
        self._each(documents, lambda documents: documents._take_later(numbers, reading.names_all))
        unnumbered = documents._take_numbers(numbers)
        shown = documents.filtered(lambda doc: reading.shows(doc.erp_id) and not doc.shown)
        self._each(shown, lambda documents: documents.sudo().write({'shown': True}))
        decision = settlement.read(self._facts(), self._invoices(documents, unnumbered), reading)
        self._carry_out(decision, UNNUMBERED=lambda _documents: self._keep_unnumbered(unnumbered))

    def _keep_unnumbered(self, texts):
        """Keep the documents that the portal has with a number which can't be written; ``texts``: document → why."""
        for document, text in texts.items():
            self._each(document, lambda kept, text=text: kept._keep_without_number(text))
            self._note(f'{document._source().display_name or document.display_name}: {text}')

    # ------------------------------------------------------------------ the end

    def _reject_pending(self, documents, spent=False):
        """Say of each document why it was not registered. ``spent``: its ERP id was used up at the portal; else the
        portal may have it still."""
        said = (self._refusals() or '').splitlines()
        vals = {'spent': spent, 'doubtful': not spent}
        for document in documents:
            mine = [text for text in said if document.buyer_vat and document.buyer_vat in text]
            reason, text = self._rejection(bool(mine), said, spent)
            self._reject(document, text, '\n'.join(mine or said) or False, reject_reason=reason, **vals)

    def _reject(self, documents, message, portal_message=False, **vals):
        """Give ``documents`` back, each by itself; see :meth:`VatportalDocument._reject`."""
        self._each(documents, lambda back: back._reject(message, portal_message, **vals))

    def _rejection(self, refused, said, spent):
        """Why a document ended without a number, one of :data:`REJECT_REASONS`, and what to do.

        :param refused: e-taxes named its buyer. :param said: all that e-taxes said, maybe about other invoices
        :param spent: it was removed from the portal
        """
        if self.reason == 'exists' and not spent:
            return 'other', self.env._(
                'The portal knows the ERP ID of this invoice and does not show it: it was removed there, or is not '
                'shown yet. Nothing of it is known to be at e-taxes; send it again. Should the portal have it '
                'after all, it takes it only once; if it was removed, it goes under a new ERP ID a day later.'
            )
        if self.reason in ('lost', 'exists'):
            return 'other', self.env._(
                "The portal's answer was lost, and it has no number for this invoice. Nothing of it is known "
                'to be at e-taxes; send it again. Should the portal have it after all, it takes it only once.'
            )
        if refused:
            return 'refused', self.env._('e-taxes refused this invoice. Correct it and send it again.')
        if not self.sign:
            return 'other', self.env._('The portal could not import this invoice. Send it again.')
        if not all('PIN' in text.upper() for text in said):
            # Where it names another's buyer, nothing is wrong with this one.
            named = any(doc.buyer_vat and doc.buyer_vat in text for doc in self.document_ids for text in said)
            return 'other' if named else 'refused', self.env._(
                'e-taxes did not take this process, and this invoice got no number. Nothing of it is at '
                'e-taxes; look at what the portal said, and send it again.'
            )
        if self.step in ('send', 'import', 'packet'):
            return 'pin', self.env._('PIN1 was not confirmed on the phone, or not in time. Nothing is at e-taxes; send it again.')
        if self.step == 'login':
            return 'pin', self.env._('PIN2 was not confirmed on the phone, or not in time. Nothing is at e-taxes; send it again.')
        return 'other', self.env._('The process ended with errors, and this invoice got no number. Nothing is at e-taxes; send it again.')

    def _end_upload(self):
        if self.notes:
            self.message = '\n'.join(dict.fromkeys([*(self.message or '').splitlines(), *self.notes.splitlines()]))
        if self.document_ids and all(doc.state == 'registered' for doc in self.document_ids) and not self._passed_on():
            self.step = 'numbers'
        self._finish()

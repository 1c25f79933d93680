
from odoo import fields, models

from ..vatportal import polling
from . import portal_text
from .connector_setup import NO_INVOICE
from .document import PENDING_STATES

# How long after a lost answer the portal may still be working on the invoices: prompts on the phone end after two
# minutes, a process takes three to five.
LOST_S = 600
# How long the numbers of a process that ended well may take to appear.
NUMBERS_S = 120
# How long the portal may work on an upload before it shows the invoices; an import takes 30 to 60 s. Until then "not
# there" says nothing, and nothing goes again: that a known ERP id is refused at once is nowhere documented.
SHOWN_S = 150
# A portal may fail to show something for a moment: what it no longer shows is asked for again after so many seconds.
SHOW_AGAIN_S = 30
# For how long, and how often, invoices that the portal surely does not have go again by themselves. After that
# nobody may be there to type the PIN.
RESEND_S = 1800
RESENDS = 2


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
            self._reject(document, self.env._(
                "This invoice can't be written as an e-invoice: %s Correct it and send it again.", why))
        return bool(self._pending())

    def _start_upload(self, client):
        invoices = [document._to_invoice() for document in self._pending()]
        return client.upload_invoices(invoices, upload=self.sign, use_old_sys=self.connector_id.use_old_sys)

    def _started_upload(self):
        self._each(self._pending(), lambda documents: documents._set_processing(self.sent_at))

    def _error_start_upload(self, answer):
        handler = {
            'TransientError': self._start_not_taken,
            'UnknownOutcome': self._start_unknown,
            'InvalidInvoices': self._start_invalid,
        }.get(answer['error'], self._start_refused)
        handler(answer)

    def _start_not_taken(self, answer):
        """Surely not processed: the same again later, while somebody may still be there to type the PIN."""
        if (fields.Datetime.now() - self.started_at).total_seconds() > RESEND_S:
            self._start_refused(answer)
            return
        self.write({
            'state': 'queued', 'error_count': self.error_count + 1, 'message': self._explained(answer),
            'portal_message': answer.get('message') or False,
        })
        self._schedule(polling.next_delay(0, self.error_count))

    def _start_unknown(self, answer):
        """The answer was lost: the portal may be at work on the invoices. Only it can tell."""
        self.write({'message': self._explained(answer) if answer.get('reason') != 'answer' else False})
        moment = self.sent_at or fields.Datetime.now()
        self._each(self._pending(), lambda documents: documents._note_sent(moment, taken=False))
        self._read_numbers('lost')

    def _start_refused(self, answer):
        """The invoices are given back; those of which an earlier answer was lost only once the portal was asked."""
        if answer['error'] == 'Refused' and answer['code'] == 17:
            if any(not (doc.doubtful or doc.last_sent_at) for doc in self._pending()):
                # Not from here, as far as is known here.
                self._beside(lambda job: job.connector_id._compare_by_itself())
            self._note_refusal(answer.get('message') or '')
            self._each(self._pending(), lambda documents: documents._note_known(self.sent_at))
            self._read_numbers('exists')
            return
        text = self._explained(answer)
        self.write({'message': text, 'portal_message': answer.get('message') or False})
        doubtful = self._pending().filtered('doubtful')
        if answer['error'] == 'TransientError':
            text = self.env._("%s Nothing was sent.", text)
        self._reject(self._pending() - doubtful, text, answer.get('message') or False)
        if doubtful:
            self._read_numbers('lost')
        else:
            self.message = text
            self._finish()

    def _start_invalid(self, answer):
        """Error 14: each code to its invoice; the others go again once the portal has told that it has none."""
        if not any(answer['codes']):
            self._start_refused(answer)
            return
        for document, codes in zip(self._pending(), answer['codes'], strict=False):
            if codes and document._settle(lambda refused, codes=codes: refused._take_codes(codes)):
                self._reject(document, portal_text.validation_text(self.env, codes[0]), reject_reason='refused')
        self._read_numbers('invalid')

    # ------------------------------------------------------------------ the end of the process

    def _ended_upload(self, succeeded, _refusals):
        self._read_numbers('done' if succeeded else 'failed')

    def _silent_upload(self):
        """What became of the invoices is asked for directly."""
        self._read_numbers('lost')

    def _read_numbers(self, reason):
        """From now on the portal is asked what it has, for ``reason``."""
        if reason in ('lost', 'exists'):
            self._each(self._pending(), lambda documents: documents._set_state('unconfirmed', doubtful=True))
        self.write({
            'state': 'running', 'phase': 'read', 'reason': reason, 'settle_at': fields.Datetime.now(),
            'error_count': 0, 'last_read': False, 'by_date': False,
        })
        self._schedule(0 if reason in ('done', 'failed') else polling.next_delay(0))

    # ------------------------------------------------------------------ read

    def _call_read_upload(self, client):
        return self._own_documents().sorted('id')._ask_numbers(client, self.by_date, later=self.reason == 'failed')

    def _apply_read_upload(self, numbers):
        documents = self._own_documents()
        self._each(documents, lambda documents: documents._take_later(numbers, NO_INVOICE in numbers))
        numberless = documents._take_numbers(numbers)
        shown = documents.filtered(lambda doc: doc._is_shown(numbers) and not doc.shown)
        self._each(shown, lambda documents: documents.sudo().write({'shown': True}))
        if numberless and self._settling() < NUMBERS_S:
            # A slip of the portal, or of the moment: it is asked once more.
            self._schedule(polling.next_delay(self._settling()))
            return
        for document, text in numberless.items():
            self._each(document, lambda kept, text=text: kept._keep_without_number(text))
            self._note(f'{document._source().display_name or document.display_name}: {text}')
        if self.reason == 'invalid' and self._refused_yet_there(numbers):
            return
        if not self.sign and self.reason in ('lost', 'exists'):
            # It is there, unsigned, as was wanted.
            there = self._pending().filtered(lambda doc: doc._is_shown(numbers))
            self._each(there, lambda documents: documents._set_state('imported', message=False, portal_message=False))
        pending = self._pending()
        if not pending:
            self._end_upload()
        elif (self.last_read or self.refused_ids) and NO_INVOICE in numbers:
            self._read_by_date()
        elif self.last_read:
            if self._settle_kept(pending, numbers):
                self._end_upload()
        else:
            getattr(self, f'_settle_{self.reason}')(pending, numbers)

    def _read_by_date(self):
        """It names whatever it is asked for; what it names unasked, it has."""
        self.by_date = True
        self._schedule(polling.MINIMUM_S)

    def _settle_done(self, pending, numbers):
        """The process ended well. Without a signature there is no number yet; with one it may take a moment."""
        if self.sign and self._settling() < NUMBERS_S:
            self._schedule(polling.next_delay(self._settling()))
            return
        if NO_INVOICE in numbers:
            self._read_by_date()  # once it is to be removed, it counts whether it was ever there
            return
        message = self.sign and self.env._(
            "The portal has the invoice but no qaimə number yet. The number is fetched by itself when it is there.")
        self._each(pending, lambda documents: documents._set_state('imported', message=message))
        self._end_upload()

    def _settle_failed(self, pending, numbers):
        """The process ended with errors and these got no number: they leave the portal, to be sent again.

        Where something was signed, a number may only be late: those of which e-taxes said nothing are waited for.
        """
        said = self.portal_message or ''
        late = pending.filtered(lambda doc: not doc.buyer_vat or doc.buyer_vat not in said)
        if self.step in ('sign', 'numbers') and late and self._settling() < NUMBERS_S:
            self._schedule(polling.next_delay(self._settling()))
        else:
            self._clean(numbers)

    def _settle_lost(self, pending, numbers):
        """What the portal has not shown for a good while goes again, under the same ERP id: should it be at work on it
        after all, it answers 17. Else wait until no process can be at work any more."""
        # Where an id asked for is left out of the answer, the portal leaves out what it does not have.
        absent = not self.by_date and not any(doc.erp_id in numbers for doc in pending)
        if absent and self._goes_again(pending):
            self._send_again(pending)
        else:
            self._wait_or_clean(numbers)

    def _settle_exists(self, pending, numbers):
        """Error 17: the portal knows one of the ERP ids. What has nothing to do with it goes again by itself; of the rest
        wait until no process can be at work."""
        if not self._part_known(pending, numbers):
            self._wait_or_clean(numbers)

    def _wait_or_clean(self, numbers):
        if self._settling() < LOST_S:
            self._schedule(polling.next_delay(self._settling()))
        else:
            self._clean(numbers)

    def _settle_invalid(self, pending, _numbers):
        """Error 14: nothing was imported, so those that the portal did not object to go again at once."""
        self._send_again(pending)

    def _refused_yet_there(self, numbers):
        """Whether the portal refused something (error 14) that it has from an earlier try, of which the answer was lost
        and in which it found no fault: that is settled as if it had said 17."""
        refused = self._own_documents().filtered(lambda doc: doc.state == 'rejected' and doc.doubtful)
        if refused and NO_INVOICE in numbers:
            self.by_date = True
            self._schedule(polling.MINIMUM_S)
            return True
        there = refused.filtered(lambda doc: doc.erp_id in numbers)
        if there:
            self._each(there, lambda documents: documents._set_state('queued', message=False, portal_message=False))
            self._read_numbers('exists')
        return bool(there)

    def _goes_again(self, documents):
        now = fields.Datetime.now()
        since_sent = (now - (self.sent_at or self.settle_at)).total_seconds()
        return (
            since_sent >= SHOWN_S and (now - self.started_at).total_seconds() < RESEND_S
            and max(documents.mapped('resend_count')) < RESENDS)

    def _send_again(self, documents):
        self._each(documents, lambda again: again._set_queued_again())
        self._begin_again()

    def _begin_again(self):
        self.write({'state': 'queued', 'phase': 'start', 'reason': False, 'settle_at': False, 'portal_id': False,
                    'step': False})
        self._schedule(polling.next_delay(0))

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
            return 'other', self.env._("The portal knows the ERP ID of this invoice and does not show it: it was removed there, or is not "
                              "shown yet. Nothing of it is known to be at e-taxes; send it again. Should the portal have it "
                              "after all, it takes it only once; if it was removed, it goes under a new ERP ID a day later.")
        if self.reason in ('lost', 'exists'):
            return 'other', self.env._("The portal's answer was lost, and it has no number for this invoice. Nothing of it is known "
                              "to be at e-taxes; send it again. Should the portal have it after all, it takes it only once.")
        if refused:
            return 'refused', self.env._("e-taxes refused this invoice. Correct it and send it again.")
        if not self.sign:
            return 'other', self.env._("The portal could not import this invoice. Send it again.")
        if not all('PIN' in text.upper() for text in said):
            # Where it names another's buyer, nothing is wrong with this one.
            named = any(doc.buyer_vat and doc.buyer_vat in text for doc in self.document_ids for text in said)
            return 'other' if named else 'refused', self.env._("e-taxes did not take this process, and this invoice got no number. Nothing of it is at "
                              "e-taxes; look at what the portal said, and send it again.")
        if self.step in ('send', 'import', 'packet'):
            return 'pin', self.env._("PIN1 was not confirmed on the phone, or not in time. Nothing is at e-taxes; send it again.")
        if self.step == 'login':
            return 'pin', self.env._("PIN2 was not confirmed on the phone, or not in time. Nothing is at e-taxes; send it again.")
        return 'other', self.env._("The process ended with errors, and this invoice got no number. Nothing is at e-taxes; send it "
                 "again.")

    def _end_upload(self):
        if self.notes:
            self.message = self.notes
        if self.document_ids and all(doc.state == 'registered' for doc in self.document_ids) and not self._passed_on():
            self.step = 'numbers'
        self._finish()

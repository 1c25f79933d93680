from datetime import timedelta

from odoo import fields, models

from ...vatportal import PAGE_SIZE, Stats, polling, removals, serie_number
from ...vatportal.etaxes import qaime_number
from ...vatportal.settlement import LOST_S, NUMBERS_S, RESEND_S, SHOW_AGAIN_S
from ...vatportal.settlement_facts import Verdict
from ..connector.setup import NO_INVOICE
from ..document.delete import FOLDERS
from ..document.doubt import read_as

# The portal files a document under the day on which it was made, in Baku; ours may be a day off.
_DAYS = timedelta(days=2)


class VatportalJob(models.Model):
    """Deleting documents.

    From VatPortal alone the documents go by ERP id, at once and without PINs. From e-taxes they go by series and
    number, in a process with PIN1 and PIN2, all together or not at all.

    Nothing is written on a document before the portal shows that it is gone, for what counts as deleted can be sent
    again. What it says of the deletion itself, well or ill, proves nothing:

    - a document that the list of the sent ones shows with a final status is gone
    - one that is not shown proves nothing after a process that failed: all or nothing, it says. Where it ended well,
      or its answer was lost, a document is gone that neither its ERP id nor the list shows, twice, some time apart; one
      without an ERP id is not where the answer was lost, for there is only the list to ask
    - what is at VatPortal alone is gone where two answers do not show it any more, some time apart, and it was shown before: a
      portal may not show yet what it has. Unless the deletion went well, it is deleted once more, one by one, which is harmless.
    """

    _inherit = 'vatportal.job'

    phase = fields.Selection(
        selection_add=[('remove', 'Delete what is left'), ('list', "Look through the portal's list")], ondelete={'remove': 'set default', 'list': 'set default'}
    )
    folder = fields.Selection(FOLDERS, readonly=True, help='Where the documents are deleted from.')
    delete_reason = fields.Char(string='Reason of Deletion', readonly=True)
    listed = fields.Json(readonly=True, help="What the portal's list shows so far: number or ERP id → status.")
    unseen_ids = fields.Json(readonly=True, help='ERP ids that the portal did not show with a number when last asked.')
    missed_ids = fields.Json(readonly=True, help='ERP ids, else numbers, that neither reading showed in the last round.')

    # ------------------------------------------------------------------ queueing

    def _queue_deletion(self, documents, folder, reason, user=None):
        """Create the jobs that delete ``documents`` out of ``folder``, one per connector; return them.

        :param user: who starts them, see :meth:`_owner`

        The caller has locked and checked the documents and commits before anything is sent.
        """
        now = fields.Datetime.now()
        jobs = self.sudo().create(
            [
                {
                    'operation': 'delete',
                    'connector_id': connector.id,
                    'user_id': self._owner(user).id,
                    'folder': folder,
                    'delete_reason': reason,
                    'document_ids': [fields.Command.set(group.ids)],
                    'started_at': now,
                    'changed_at': now,
                }
                for connector, group in documents.grouped(lambda document: document._connector()).items()
            ]
        )
        for job in jobs:
            # Written on the document's own row: who asks for the same deletion with an older view of the database
            # fails on it, is run again by Odoo, and then sees this one.
            job.document_ids.deletion_job_id = job
        return jobs.sudo(False)

    def _to_delete(self):
        """The documents of this deletion that are not known to be gone."""
        return self._written(self.document_ids).filtered(lambda doc: doc.state != 'deleted').sorted('id')

    def _gone(self, documents):
        user = self.user_id or self.env.ref('base.user_root')
        self._each(documents, lambda gone: gone._set_deleted(user, self.delete_reason or ''))

    def _seen_first(self):
        """Documents of this deletion that an import has seen deleted before the process told of its end."""
        return self.document_ids.filtered(lambda doc: doc.state == 'deleted' and not doc.deleted_at and doc.status == 'deleted')

    # ------------------------------------------------------------------ start

    def _prepare_delete(self):
        return bool(self._to_delete())

    def _start_delete(self, client):
        documents = self._to_delete()
        if self.folder == 'portal':
            return client.delete_invoices(documents.mapped('erp_id'))
        numbers = [serie_number(document.qaime) for document in documents]
        return client.delete_etaxes(numbers, is_signed=self.folder == 'sent')

    def _apply_start(self, process_id):
        if self.operation == 'delete' and self.folder == 'portal':
            self._settle_deletion('done')
        else:
            super()._apply_start(process_id)

    def _started_delete(self):
        """The documents stay what they are until they are gone."""

    def _error_start_delete(self, answer):
        lost = answer['error'] == 'UnknownOutcome'
        if answer['error'] == 'TransientError' and self._elapsed() < RESEND_S:
            # Surely not processed: the same again later, while somebody may still be there to type the PIN.
            self.write(
                {'state': 'queued', 'error_count': self.error_count + 1, 'message': self._explained(answer), 'portal_message': answer.get('message') or False}
            )
            self._schedule(polling.next_delay(0, self.error_count))
        elif lost or (self.folder == 'portal' and answer['error'] == 'Refused'):
            self._settle_deletion('lost' if lost else 'failed')
        else:
            text = self._explained(answer)
            if answer['error'] == 'Refused' and answer['code'] == 20:
                text = self._not_in_folder()
            self._end_deletion(self.env._('%s Nothing was deleted.', text), answer.get('message'))

    def _not_in_folder(self):
        if self.folder == 'draft':
            return self.env._('e-taxes does not find all of these among the drafts.')
        return self.env._(
            'e-taxes does not find all of these among the sent invoices that wait for the counterparty. One of them '
            'may have been answered meanwhile (import the statuses), or may not be signed yet (delete it as a draft).'
        )

    # ------------------------------------------------------------------ the end of the process

    def _ended_delete(self, succeeded, _refusals):
        self._settle_deletion('done' if succeeded else 'failed')

    def _silent_delete(self):
        self._settle_deletion('lost')

    def _settle_deletion(self, reason):
        """From now on the portal is asked what it still has."""
        self.write({'state': 'running', 'phase': 'read', 'reason': reason, 'settle_at': fields.Datetime.now(), 'error_count': 0, 'message': False})
        if reason == 'failed' and self.folder != 'portal':
            # What an ERP id shows proves nothing then.
            self._to('list')
        else:
            self._schedule(polling.next_delay(0) if reason == 'lost' else 0)

    # ------------------------------------------------------------------ read, by ERP id

    def _call_read_delete(self, client):
        erp_ids = self._to_delete().filtered('erp_id').mapped('erp_id')
        return client.read_invoices([NO_INVOICE, *erp_ids] if erp_ids else [])

    def _apply_read_delete(self, numbers):
        documents = self._to_delete().filtered('erp_id')
        unseen = documents.filtered(lambda doc: numbers.get(doc.erp_id, '') == '')
        if self.folder != 'portal':
            self.unseen_ids = unseen.mapped('erp_id')
            self._to('list')
            return
        reading = read_as(numbers)
        self._note_shown(documents.filtered(lambda doc: reading.shows(doc.erp_id)))
        # Signed at the portal by hand meanwhile. What can't take its number is not removed there either.
        for document, text in (documents - unseen)._take_numbers(numbers).items():
            self._each(document, lambda kept, text=text: kept._keep_without_number(text))
            self.kept_ids = [*(self.kept_ids or []), document.erp_id]
        self._carry_on(removals.after_reading(self._facts(), self._removals(documents), reading))

    def _note_shown(self, documents):
        """The portal shows these ``documents``: what it does not show any more later has been removed there."""
        self._each(documents.filtered(lambda doc: not doc.shown), lambda shown: shown.sudo().write({'shown': True}))

    def _removals(self, documents):
        """What is known of ``documents`` of this deletion from VatPortal alone, for :mod:`removals`: pending are those that
        were there without a number when it was last asked."""
        left = self._to_delete()
        return [document._facts(pending=document in left and document.state == 'imported') for document in documents]

    def _carry_on(self, decision):
        """Write what became of documents that were to be deleted from VatPortal alone, and go on."""
        self._gone(self._to_delete().filtered(lambda doc: decision.verdicts.get(doc.erp_id) == Verdict.DELETED))
        self.write({name: list(value) if isinstance(value, tuple) else value for name, value in decision.memory.items()})
        self._to(decision.phase, decision.wait_s)

    def _to(self, phase, wait_s=0):
        """Go on with ``phase``, in ``wait_s`` seconds at the earliest; at the end say what was not deleted."""
        if phase == 'end':
            self._end_deletion()
            return
        self.write({'phase': phase, 'page': 1, 'listed': False})
        self._schedule(max(wait_s, 0 if self._is_seen_at_once() else polling.MINIMUM_S))

    def _begin(self):
        # EXTENDS: what is not shown any more is known before the view opens
        super()._begin()
        for _reading in ('by ERP id', 'by date'):
            self.filtered(lambda job: job.sudo()._is_seen_at_once())._advance()

    def _is_seen_at_once(self):
        """Whether only the portal is to be asked, now, whether what it has just deleted is gone."""
        return self.folder == 'portal' and self.reason == 'done' and self.state == 'running'

    # ------------------------------------------------------------------ remove, one by one

    def _call_remove(self, client):
        client.delete_invoices(self._first_unsure())

    def _first_unsure(self):
        """The ERP id that is removed next, in a list; empty once each was tried by itself."""
        left = removals.unsure(self._facts(), self._removals(self._to_delete()))
        return [invoice.erp_id for invoice in left[:1]]

    def _apply_remove(self, _value):
        """It says that this one is gone; what it then shows tells."""
        self.kept_ids = [*(self.kept_ids or []), *self._first_unsure()]
        self._to('remove' if self._first_unsure() else 'read')

    def _error_remove(self, answer):
        """A refusal means: not there, or submitted to e-taxes. What it then shows tells which. A lost answer means to try
        again: this call has no effect on what is gone."""
        if answer['error'] != 'Refused':
            return False
        self._apply_remove(None)
        return True

    # ------------------------------------------------------------------ the portal's list

    def _call_list(self, client):
        """Return [{number or ERP id: status or qaimə}, whether there are more pages]."""
        first, last = self._list_span()
        if self.folder == 'portal':
            return [client.read_invoices_by_date(first, last), False]
        page = client.read_etaxes(direction=1, date_from=first, date_to=last, page=self.page or 1)
        rows = {qaime_number(document.qaime): document.status for document in page.documents}
        return [rows, (self.page or 1) * PAGE_SIZE < page.total and bool(rows)]

    def _list_span(self):
        """The days around those on which the documents can have been made at the portal."""
        documents = self._to_delete()
        if self.folder == 'portal':
            return documents._first_day(), fields.Datetime.now() + _DAYS
        uploads = documents.job_ids.filtered(lambda job: job.operation == 'upload')
        dates = [date for date in documents.mapped('date') + uploads.mapped('sent_at') if date]
        dates = dates or [fields.Datetime.now()]
        return (min(dates) - _DAYS).date(), (max(dates) + _DAYS).date()

    def _apply_list(self, value):
        rows, more = value
        listed = {**(self.listed or {}), **rows}
        if more:
            self.write({'listed': listed, 'page': (self.page or 1) + 1})
            self._schedule(polling.MINIMUM_S)
            return
        documents = self._to_delete()
        if self.folder == 'portal':
            self.listed = listed
            self._note_shown(documents.filtered(lambda doc: doc.erp_id in listed))
            self._carry_on(removals.after_listing(self._facts(), self._removals(documents), read_as(listed)))
            return
        self._gone(documents.filtered(lambda doc: doc._is_gone_from(listed)))
        if self.reason in ('lost', 'done'):
            self._miss(listed)
        else:
            self._to('end')

    def _miss(self, listed):
        """After a process that ended well, or whose answer was lost: what neither reading shows for the second time is
        gone; ask again where that is open."""
        unseen, missed = self.unseen_ids or [], self.missed_ids or []
        absent = self._to_delete().filtered(
            lambda doc: qaime_number(doc.qaime) not in listed and (doc.erp_id in unseen if doc.erp_id else self.reason == 'done')
        )
        self._gone(absent.filtered(lambda doc: (doc.erp_id or doc.qaime) in missed))
        absent &= self._to_delete()
        self.missed_ids = [doc.erp_id or doc.qaime for doc in absent]
        # The process may be at work still: PIN prompts end after two minutes, a process after five. If it has ended well,
        # the portal may be slow to show it.
        if absent or self._to_delete() and self._settling() < (LOST_S if self.reason == 'lost' else NUMBERS_S):
            self._to('read')
            self._schedule(SHOW_AGAIN_S if absent else polling.next_delay(self._settling()))
        else:
            self._to('end')

    def _error_list(self, answer):
        """A portal that can't show its list leaves the documents what they are."""
        if answer['error'] != 'Refused':
            return False
        self._end_deletion()
        return True

    # ------------------------------------------------------------------ the end

    def _end_deletion(self, message=False, portal_message=False):
        """End the job; ``message`` or, where documents are left, what stood against it."""
        if self.reason in ('lost', 'done'):
            # All or nothing: nobody else was deleting them, for they wait for this deletion.
            self._gone(self._seen_first())
        left = self._to_delete()
        if self.unwritten:
            message = '\n'.join(filter(None, [message, self._undeleted_text()]))
        said = '\n'.join(Stats.from_json(self.stats).refusals)
        self.write({'message': message or (self._not_deleted(left) if left else False), 'portal_message': portal_message or said or False})
        self._finish()

    def _undeleted_text(self):
        """What to do about documents that are gone, where that could not be written."""
        return f'{self._unwritten_text()}\n' + self.env._(
            'The portal has told what became of these. Once they can be written, delete them again, or import their day from '
            'e-taxes: the import brings their state.'
        )

    def _not_deleted(self, left):
        _ = self.env._
        if self.folder == 'portal':
            signed = left.filtered('qaime')
            texts = [
                _(
                    '%(name)s was signed at the portal meanwhile and has the number %(number)s. Delete it from e-taxes.',
                    name=document._source().name or document.erp_id,
                    number=document.qaime,
                )
                for document in signed
            ]
            hidden = (left - signed).filtered(lambda doc: doc.erp_id in (self.unseen_ids or []) and doc.erp_id not in (self.listed or {}))
            texts += [
                _(
                    'The portal does not show %s, and has not shown it since it went there; it may still do so. Nothing '
                    'counts as deleted before a day has passed: then delete it again.',
                    document.erp_id,
                )
                for document in hidden
            ]
            texts += [
                _('The portal shows %s and does not let it be deleted. Look for it in VatPortal, and delete it there.', document.erp_id)
                for document in left - signed - hidden
            ]
            return '\n'.join(texts)
        if self.reason == 'done':
            return _(
                'The portal says that the deletion has ended well, and still has these invoices. Nothing counts as '
                'deleted before the portal shows it: look for them at e-taxes.gov.az, or import their day from e-taxes.'
            )
        if self.reason == 'lost':
            return _("The portal's answer was lost, and it still has these invoices. Nothing was deleted; try again.")
        text = {1: _('PIN1 was not confirmed on the phone, or not in time.'), 2: _('PIN2 was not confirmed on the phone, or not in time.')}.get(
            self._missed_pin()
        )
        if not text and Stats.from_json(self.stats).refusals:
            return _('The deletion was refused, for the reason below. Nothing was deleted.')
        return _('%s Nothing was deleted.', text or _('The process ended with errors, and the portal does not say why.'))

    def _missed_pin(self):
        """1 or 2 where the portal says of that PIN, and of nothing else, that it was not confirmed, or where it still
        waited for it at the end; else False."""
        stats = Stats.from_json(self.stats)
        said = [text.upper() for text in stats.refusals]
        if said:
            return next((pin for pin in (1, 2) if all(f'PIN{pin}' in text for text in said)), False)
        if stats.pin2_code and not stats.deleted:
            return 2
        return 1 if stats.pin1_code and not stats.login_done else False

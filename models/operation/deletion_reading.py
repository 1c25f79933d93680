from datetime import timedelta

from odoo import fields, models

from ...vatportal import PAGE_SIZE, polling, removals
from ...vatportal.etaxes import qaime_number
from ...vatportal.settlement import LOST_S, NUMBERS_S, SHOW_AGAIN_S
from ...vatportal.settlement_facts import Verdict
from ..connector.setup import NO_INVOICE
from ..document.doubt import read_as
from .operation import WEB_TRIES

# The portal files a document under the day on which it was made, in Baku; ours may be a day off.
_DAYS = timedelta(days=2)


class VatportalOperationDelete(models.AbstractModel):
    """What the portal is asked after a deletion, and what follows from what it shows."""

    _inherit = 'vatportal.operation.delete'

    # ------------------------------------------------------------------ read, by ERP id

    def _ask_ids(self, job, client):
        erp_ids = self._to_delete(job).filtered('erp_id').mapped('erp_id')
        return client.read_invoices([NO_INVOICE, *erp_ids] if erp_ids else [])

    def _take_ids(self, job, numbers):
        documents = self._to_delete(job).filtered('erp_id')
        unseen = documents.filtered(lambda doc: numbers.get(doc.erp_id, '') == '')
        if job.folder != 'portal':
            job.unseen_ids = unseen.mapped('erp_id')
            self._to(job, 'list')
            return
        reading = read_as(numbers)
        self._note_shown(job, documents.filtered(lambda doc: reading.shows(doc.erp_id)))
        # Signed at the portal by hand meanwhile. What can't take its number is not removed there either.
        for document, text in (documents - unseen)._take_numbers(numbers).items():
            job._each(document, lambda kept, text=text: kept._keep_without_number(text))
            job.kept_ids = [*(job.kept_ids or []), document.erp_id]
        self._carry_on(job, removals.after_reading(self._facts(job), self._removals(job, documents), reading))

    def _note_shown(self, job, documents):
        """The portal shows these ``documents``: what it does not show any more later has been removed there."""
        job._each(documents.filtered(lambda doc: not doc.shown), lambda shown: shown.sudo().write({'shown': True}))

    def _removals(self, job, documents):
        """What is known of ``documents`` of this deletion from VatPortal alone, for :mod:`removals`: pending are those that
        were there without a number when it was last asked."""
        left = self._to_delete(job)
        return [document._facts(pending=document in left and document.state == 'imported') for document in documents]

    def _carry_on(self, job, decision):
        """Write what became of documents that were to be deleted from VatPortal alone, and go on."""
        self._gone(job, self._to_delete(job).filtered(lambda doc: decision.verdicts.get(doc.erp_id) == Verdict.DELETED))
        job.write({name: list(value) if isinstance(value, tuple) else value for name, value in decision.memory.items()})
        self._to(job, decision.phase, decision.wait_s)

    def _to(self, job, phase, wait_s=0):
        """Go on with ``phase``, in ``wait_s`` seconds at the earliest; at the end say what was not deleted."""
        if phase == 'end':
            self._end(job)
            return
        job._go(phase, max(wait_s, 0 if self._is_seen_at_once(job) else polling.MINIMUM_S), page=1, listed=False, total=0)

    # ------------------------------------------------------------------ remove, one by one

    def _remove(self, job, client):
        client.delete_invoices(self._first_unsure(job))

    def _first_unsure(self, job):
        """The ERP id that is removed next, in a list; empty once each was tried by itself."""
        left = removals.unsure(self._facts(job), self._removals(job, self._to_delete(job)))
        return [invoice.erp_id for invoice in left[:1]]

    def _removed(self, job, _value):
        """It says that this one is gone; what it then shows tells."""
        job.kept_ids = [*(job.kept_ids or []), *self._first_unsure(job)]
        self._to(job, 'remove' if self._first_unsure(job) else 'read')

    def _not_removed(self, job, answer):
        """A refusal means: not there, or submitted to e-taxes. What it then shows tells which. A lost answer means to try
        again: this call has no effect on what is gone."""
        if self._is_refusal(job, answer):
            self._removed(job, None)
        else:
            self._again(job, answer)

    # ------------------------------------------------------------------ the portal's list

    def _ask_list(self, job, client):
        """Return [{number or ERP id: status or qaimə}, whether there are more pages, how many documents there are in all, 0 where that is not said]."""
        first, last = self._list_span(job)
        if job.folder == 'portal':
            return [client.read_invoices_by_date(first, last), False, 0]
        page = client.read_etaxes(direction=1, date_from=first, date_to=last, page=job.page or 1)
        rows = {qaime_number(document.qaime): document.status for document in page.documents}
        count = len(page.documents) + len(page.bad)
        more = count == PAGE_SIZE or ((job.page or 1) * PAGE_SIZE < page.total and bool(rows))
        # The client lifts a total to the number of rows.
        return [rows, more, page.total if page.total > count else 0]

    def _list_span(self, job):
        """The days around those on which the documents can have been made at the portal."""
        documents = self._to_delete(job)
        if job.folder == 'portal':
            return documents._first_day(), fields.Datetime.now() + _DAYS
        uploads = documents.job_ids.filtered(lambda other: other.operation == 'upload')
        dates = [date for date in documents.mapped('date') + uploads.mapped('sent_at') if date]
        dates = dates or [fields.Datetime.now()]
        return (min(dates) - _DAYS).date(), (max(dates) + _DAYS).date()

    def _take_list(self, job, value):
        rows, more, *totals = value
        listed = {**(job.listed or {}), **rows}
        if more and len(listed) == len(job.listed or {}):
            # It shows the same page again and again: what is on the others nobody knows.
            self._end(job)
            return
        if more:
            job._go('list', polling.MINIMUM_S, listed=listed, page=(job.page or 1) + 1, total=max(totals, default=0))
            return
        documents = self._to_delete(job)
        if job.folder == 'portal':
            job.listed = listed
            self._note_shown(job, documents.filtered(lambda doc: doc.erp_id in listed))
            self._carry_on(job, removals.after_listing(self._facts(job), self._removals(job, documents), read_as(listed)))
            return
        self._gone(job, documents.filtered(lambda doc: doc._is_gone_from(listed)))
        if job.reason in ('lost', 'done'):
            self._miss(job, listed)
        else:
            self._to(job, 'end')

    def _miss(self, job, listed):
        """After a process that ended well, or whose answer was lost: what neither reading shows for the second time is
        gone; ask again where that is open."""
        unseen, missed = job.unseen_ids or [], job.missed_ids or []
        absent = self._to_delete(job).filtered(
            lambda doc: qaime_number(doc.qaime) not in listed and (doc.erp_id in unseen if doc.erp_id else job.reason == 'done')
        )
        self._gone(job, absent.filtered(lambda doc: (doc.erp_id or doc.qaime) in missed))
        absent &= self._to_delete(job)
        job.missed_ids = [doc.erp_id or doc.qaime for doc in absent]
        # The process may be at work still: PIN prompts end after two minutes, a process after five. If it has ended well,
        # the portal may be slow to show it.
        if absent or self._to_delete(job) and job._settling() < (LOST_S if job.reason == 'lost' else NUMBERS_S):
            self._to(job, 'read', SHOW_AGAIN_S if absent else polling.next_delay(job._settling()))
        else:
            self._to(job, 'end')

    def _list_failed(self, job, answer):
        """A portal that can't show its list leaves the documents what they are."""
        refused = self._is_refusal(job, answer)
        if 0 < job.total <= len(job.listed or {}) and (refused or job.error_count >= WEB_TRIES):
            # As many are listed as there are, and what comes after a full page was no page, however the portal says so.
            self._take_list(job, [{}, False])
        elif refused or answer.get('reason') == 'size':
            self._end(job)
        else:
            self._again(job, answer)

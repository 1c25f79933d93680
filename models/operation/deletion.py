from odoo import fields, models

from ...vatportal import polling, serie_number
from ...vatportal.settlement import RESEND_S
from ..document.delete import FOLDERS


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    folder = fields.Selection(FOLDERS, readonly=True, help='Where the documents are deleted from.')
    delete_reason = fields.Char(string='Reason of Deletion', readonly=True)
    listed = fields.Json(readonly=True, help="What the portal's list shows so far: number or ERP id → status.")
    unseen_ids = fields.Json(readonly=True, help='ERP ids that the portal did not show with a number when last asked.')
    missed_ids = fields.Json(readonly=True, help='ERP ids, else numbers, that neither reading showed in the last round.')

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
                for connector, group in documents.grouped(lambda document: document._deletion_connector()).items()
            ]
        )
        for job in jobs:
            # Written on the document's own row: who asks for the same deletion with an older view of the database
            # fails on it, is run again by Odoo, and then sees this one.
            job.document_ids.deletion_job_id = job
        return jobs.sudo(False)


class VatportalOperationDelete(models.AbstractModel):
    """Deleting documents.

    From VatPortal alone the documents go by ERP id, at once and without PINs. From e-taxes they go by series and
    number, in a process with PIN1 and PIN2, all together or not at all.

    Beside this file: what the portal is asked afterwards (``deletion_reading.py``), what a person sees (``deletion_view.py``).

    Nothing is written on a document before the portal shows that it is gone, for what counts as deleted can be sent
    again. What it says of the deletion itself, well or ill, proves nothing:

    - a document that the list of the sent ones shows with a final status is gone
    - one that is not shown proves nothing after a process that failed: all or nothing, it says. Where it ended well,
      or its answer was lost, a document is gone that neither its ERP id nor the list shows, twice, some time apart; one
      without an ERP id is not where the answer was lost, for there is only the list to ask
    - what is at VatPortal alone is gone where two answers do not show it any more, some time apart, and it was shown before: a
      portal may not show yet what it has. Unless the deletion went well, it is deleted once more, one by one, which is harmless.
    """

    _name = 'vatportal.operation.delete'
    _description = 'Deletion'
    _inherit = ['vatportal.operation']

    def _phases(self):
        return {
            **super()._phases(),
            'read': (self._ask_ids, self._take_ids, self._again),
            'remove': (self._remove, self._removed, self._not_removed),
            'list': (self._ask_list, self._take_list, self._list_failed),
        }

    def _asks_pin(self, job):
        return job.folder != 'portal'

    def _ends_at_once(self, job):
        return job.folder == 'portal'

    def _is_seen_at_once(self, job):
        """Whether only the portal is to be asked, now, whether what it has just deleted is gone."""
        return job.folder == 'portal' and job.reason == 'done' and job.state == 'running'

    def _to_delete(self, job):
        """The documents of this deletion that are not known to be gone."""
        return job._written(job.document_ids).filtered(lambda doc: doc.state != 'deleted').sorted('id')

    def _gone(self, job, documents):
        user = job.user_id or self.env.ref('base.user_root')
        job._each(documents, lambda gone: gone._set_deleted(user, job.delete_reason or ''))

    def _seen_first(self, job):
        """Documents of this deletion that an import has seen deleted before the process told of its end."""
        return job.document_ids.filtered(lambda doc: doc.state == 'deleted' and not doc.deleted_at and doc.status == 'deleted')

    # ------------------------------------------------------------------ start

    def _tells_nothing_of_portal(self, phase):
        return phase == 'start' or super()._tells_nothing_of_portal(phase)

    def _prepare(self, job):
        if job.stopped_by_id:
            job.message = self.env._('Stopped by %s. Nothing was deleted.', job.stopped_by_id.name)
            return False
        return bool(self._to_delete(job))

    def _start(self, job, client):
        documents = self._to_delete(job)
        if job.folder == 'portal':
            return client.delete_invoices(documents.mapped('erp_id'))
        numbers = [serie_number(document.qaime) for document in documents]
        return client.delete_etaxes(numbers, is_signed=job.folder == 'sent')

    def _started(self, job, process_id):
        if job.folder == 'portal':
            self._settle(job, 'done')
        else:
            super()._started(job, process_id)

    def _not_started(self, job, answer):
        lost = answer['error'] == 'UnknownOutcome'
        if answer['error'] == 'TransientError' and job._elapsed() < RESEND_S:
            # Surely not processed: the same again later, while somebody may still be there to type the PIN.
            job._try_again(answer, 0, state='queued')
        elif lost or (job.folder == 'portal' and answer['error'] == 'Refused'):
            self._settle(job, 'lost' if lost else 'failed')
        else:
            text = job._explained(answer)
            if answer['error'] == 'Refused' and answer['code'] == 20:
                text = self._not_in_folder(job)
            self._end(job, self.env._('%s Nothing was deleted.', text), answer.get('message'))

    def _not_in_folder(self, job):
        if job.folder == 'draft':
            return self.env._('e-taxes does not find all of these among the drafts.')
        return self.env._(
            'e-taxes does not find all of these among the sent invoices that wait for the counterparty. One of them '
            'may have been answered meanwhile (import the statuses), or may not be signed yet (delete it as a draft).'
        )

    # ------------------------------------------------------------------ the end of the process

    def _ended(self, job, succeeded):
        self._settle(job, 'done' if succeeded else 'failed')

    def _silent(self, job):
        self._settle(job, 'lost')

    def _settle(self, job, reason):
        """From now on the portal is asked what it still has."""
        vals = {'reason': reason, 'settle_at': fields.Datetime.now(), 'error_count': 0, 'message': False}
        if reason == 'failed' and job.folder != 'portal':
            # What an ERP id shows proves nothing then.
            job.write(vals)
            self._to(job, 'list')
        else:
            job._go('read', polling.next_delay(0) if reason == 'lost' else 0, **vals)

    # ------------------------------------------------------------------ the end

    def _end(self, job, message=False, portal_message=False):
        """End the job; ``message`` or, where documents are left, what stood against it."""
        if job.reason in ('lost', 'done'):
            # All or nothing: nobody else was deleting them, for they wait for this deletion.
            self._gone(job, self._seen_first(job))
        left = self._to_delete(job)
        if job.unwritten:
            message = '\n'.join(filter(None, [message, self._undeleted_text(job)]))
        job.write({'message': message or (self._not_deleted(job, left) if left else False), 'portal_message': portal_message or job._refusals_text()})
        job._finish()

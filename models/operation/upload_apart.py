from datetime import timedelta

from odoo import fields, models
from odoo.fields import Command

from ...vatportal.settlement import LOST_S


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    refused_ids = fields.Json(readonly=True, help='ERP ids that the portal refused together, for it knows one: whether each may be that one.')


class VatportalOperationUpload(models.AbstractModel):
    """Error 17 for several invoices that went together: the portal knows one of them, and has taken none.

    That one must not keep the others. What explains the refusal is left to be asked for in a process of its own: what the
    portal shows or names in its answer, and what it may have from an earlier try. The others go again at once, under the
    same ERP ids. Where nothing explains it they go in two halves, and so on, until the one is found.
    """

    _inherit = 'vatportal.operation.upload'

    def _send_apart(self, job, documents):
        """Have ``documents``, the second half, sent by a process of their own: one of the halves will be refused again."""
        job._each(documents, lambda halved: halved._set_unsent(job.sent_at))
        self._send_in_two(job, documents)

    def _send_in_two(self, job, documents):
        """Have ``documents``, the second half, sent by a process of their own: all together were too much for the portal."""
        self._part(job, documents, state='queued', next_poll_at=fields.Datetime.now())

    def _ask_apart(self, job, documents):
        """Have ``documents`` asked for by a process of their own, or by the one that others were left to before."""
        now = fields.Datetime.now()
        asking = (job._batch() - job).filtered(
            lambda other: other.state == 'running' and other.phase == 'read' and other.reason == 'exists' and not other.last_read
        )
        asking = asking.try_lock_for_update()[:1]
        if asking:
            self._let_go(job, documents)
            asking.write({'document_ids': [Command.link(document.id) for document in documents], 'settle_at': now})
            return
        # Only what an earlier try of ours has brought there may be asking for a PIN.
        earlier = documents.filtered(lambda doc: doc.last_sent_at and doc.last_sent_at < (job.sent_at or now))
        self._part(
            job,
            documents,
            state='running',
            phase='read',
            reason='exists',
            settle_at=now,
            next_poll_at=now,
            sent_at=job.sent_at,
            prompt_until=bool(earlier) and max(earlier.mapped('last_sent_at')) + timedelta(seconds=LOST_S),
        )

    def _part(self, job, documents, **vals):
        """Hand ``documents`` over to a process of their own, shown together with this one."""
        self._let_go(job, documents)
        job.root_id = job.root_id or job
        job.create(
            {
                'operation': job.operation,
                'connector_id': job.connector_id.id,
                'user_id': job.user_id.id,
                'sign': job.sign,
                'root_id': job.root_id.id,
                'stopped_by_id': job.stopped_by_id.id,
                'document_ids': [Command.set(documents.ids)],
                'started_at': job.started_at,
                'changed_at': fields.Datetime.now(),
                **vals,
            }
        )

    def _let_go(self, job, documents):
        job.document_ids = [Command.unlink(document.id) for document in documents]


class VatportalDocument(models.Model):
    _inherit = 'vatportal.document'

    def _set_unsent(self, moment):
        """The portal did not take the documents at ``moment``, and not because it knows them."""
        for document in self.sudo():
            document.write({'doubtful': False, 'last_sent_at': document.last_sent_at != moment and document.last_sent_at})

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..concurrency import CONCURRENT
from ..states import OPEN_STATES
from .download_batch import HOLD

# For how long after it was queued, or last joined, a process that has not begun takes in what the same person queues.
JOIN_S = 60


class VatportalJob(models.Model):
    """Processes that belong together run one after the other, and are shown together.

    Imports of a long range do so (``job/download_batch.py``), and so do the processes of one connector that one press
    of a button has started: a deletion from several folders, a sending of more invoices than go into one process.
    Those that have nothing to do with each other but the phone take turns by ``job/turns.py``.
    What ends with errors does not keep the next from its turn, for each is a process of its own.
    """

    _inherit = 'vatportal.job'

    root_id = fields.Many2one(help='The first of the processes that were started together.')
    on_hold = fields.Boolean(help='Waits for the process before it.')

    def _take_turns(self):
        """Let these jobs, queued a moment ago, run one after the other for each connector; return them."""
        for jobs in self.sudo().sorted('id').grouped('connector_id').values():
            if len(jobs) > 1:
                # The first may be one that others have joined.
                jobs.root_id = jobs[0].root_id or jobs[0]
                jobs[1:].write({'on_hold': True, 'next_poll_at': fields.Datetime.now() + HOLD})
        return self

    @api.model
    def _joinable(self, documents, vals):
        """The last upload with ``vals`` (connector, person, with or without signature) where it has not begun, was queued
        a moment ago and has room: ``documents``, of the same model, can go with it. Locked.

        Each process costs a person two PINs. A deletion is never joined, for it succeeds or fails as a whole; nor are
        transfers and invoices, which are for different people to see.
        """
        since = fields.Datetime.now() - timedelta(seconds=JOIN_S)
        job = self.sudo().search([('operation', '=', 'upload'), *((name, '=', value) for name, value in vals.items())], limit=1)
        if job.state != 'queued' or job.sent_at or job.changed_at < since:
            return job.browse()
        if any(other.id > job.id for other in documents.sudo().job_ids):
            return job.browse()  # a document belongs to the last of its processes
        try:
            with self.env.cr.savepoint():
                job = job._locked()
        except CONCURRENT:
            return job.browse()  # it begins at this moment
        return job.filtered(lambda job: job._has_room(documents))

    def _gather(self, more_to_come):
        """Begin this process, the last that was queued, when it is full or no more is to come: at once or, where nobody
        comes any more after all, when what is queued no longer joins it."""
        full = len(self.document_ids) >= self.connector_id.batch_size
        if not self.on_hold:
            if more_to_come and not full:
                self.sudo()._schedule(JOIN_S)
            else:
                self.sudo().next_poll_at = False

    def _has_room(self, documents):
        return len(self.document_ids) < self.connector_id.batch_size and self.document_ids[:1]._source()._name == documents[:1]._source()._name

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waited_for(self):
        if any(job.state in OPEN_STATES for job in self.root_id._batches_of()):
            raise UserError(self.env._("A process can't be deleted while others that were started with it have not ended."))

    def _batches_of(self):
        return self.browse().union(*(job._batch() for job in self))

    def _is_due(self):
        return not self.on_hold and super()._is_due()

    def _finish(self):
        if self.operation == 'download':
            super()._finish()
            return
        self.on_hold = False
        super()._finish()
        batch = self._batch()
        # What is only being asked for keeps nobody waiting.
        if not any(job.state in OPEN_STATES and not job.on_hold and job.reason != 'exists' for job in batch):
            batch.filtered('on_hold')[:1]._release()

    def _notify(self, event):
        # EXTENDS: what is told at the end is told of all
        if event == 'done' and self.root_id and self.operation != 'download' and any(job.state == 'failed' for job in self._batch()):
            event = 'failed'
        super()._notify(event)

    # ------------------------------------------------------------------ the live view

    def _progress_batch(self):
        """Return what the live view shows of the processes that take turns with this one, which is at work.

        Adds ``cancels_rest``: what can be given up is what has not begun beside something that has.
        """
        data = self._progress()
        if self.operation == 'download':
            return data
        batch = self._batch()
        # Inventory users do not see the invoices that were sent together with their transfers.
        parts = [job._progress() for job in batch if job._may_use()]
        running = any(job.state in OPEN_STATES for job in batch)
        said = {key: '\n'.join(dict.fromkeys(part[key] for part in parts if part[key])) or False for key in ('problem', 'portal_message')}
        headline = (
            data['headline']
            if not running
            else self.env._('Process %(number)s of %(count)s: %(headline)s', number=batch.ids.index(self.id) + 1, count=len(batch), headline=data['headline'])
        )
        return {
            **data,
            **said,
            'name': parts[0]['name'],
            'headline': headline,
            'documents': [document for part in parts for document in part['documents']],
            'counts': {key: sum(part['counts'][key] for part in parts) for key in data['counts']},
            'can_retry': not running and any(part['can_retry'] for part in parts),
            'can_cancel': any(part['can_cancel'] for part in parts),
            'cancels_rest': any(part['can_cancel'] for part in parts) and any(job.state != 'queued' for job in batch),
            **({'folder': 'portal' if {job.folder for job in batch} == {'portal'} else 'sent'} if self.operation == 'delete' else {}),
        }

    def action_cancel(self):
        # EXTENDS: the live view of the first stands for those that wait for their turn as well
        self.check_access('read')
        waiting = self.browse()
        for job in self.filtered(lambda job: job.operation != 'download' and job.root_id == job):
            waiting |= (job._batch() - job).filtered(lambda other: other.state == 'queued')
        started = self.filtered(lambda job: job in waiting.root_id and job.state != 'queued')
        # The last first, so that none gets its turn on the way.
        return super(VatportalJob, (self - started | waiting).sorted('id', reverse=True)).action_cancel()

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import split_every

from ...vatportal import settlement
from ..concurrency import CONCURRENT

# For how long after it was queued, or last joined, a process that has not begun takes in what the same person queues.
JOIN_S = 60


class VatportalJob(models.Model):
    """How records get into processes that send them."""

    _inherit = 'vatportal.job'

    _uploads_of_person = models.Index("(connector_id, user_id, id DESC) WHERE operation = 'upload'")

    @api.model
    def _queue(self, records, connector, sign, user=None, join=False, values=None):
        """Create the documents of ``records`` (of a model with ``vatportal.source``) and the jobs that send them; return the jobs.

        A rejected document is taken up again with the figures of today and the same ERP id, unless that was used up
        at the portal: ids are unique there for ever. Also where it now goes through another connector, which may be
        another log-in to the same account. The caller commits before anything is sent.

        The documents go in the order of the records' days and numbers, see ``_vatportal_order``.

        :param user: who starts them, see :meth:`_owner`
        :param join: whether they may go with what the same person queued a moment ago, see :meth:`_joinable`
        :param values: record → the values of its document, of those that were checked in this transaction
        :raises UserError: for records that others queue, or have queued, at this moment
        :raises AmountError: for a record that was not checked with ``_vatportal_problems`` before
        """
        records._vatportal_lock_for_queue()
        queued = [self._queue_document(record, (values or {}).get(record) or record._vatportal_document_vals(connector)) for record in records]
        documents = self.env['vatportal.document']._complete(records, queued)
        vals = {'connector_id': connector.id, 'user_id': self._owner(user).id, 'sign': sign}
        jobs = self._joinable(documents, vals) if join else self.browse().sudo()
        parts = list(split_every(connector.batch_size, (jobs.document_ids | documents)._put_in_order().ids, list))
        now = fields.Datetime.now()
        if jobs:
            jobs.write({'document_ids': [fields.Command.set(parts.pop(0))], 'changed_at': now})
            if not jobs.on_hold:
                jobs._go(jobs.phase, None)
        jobs += jobs.create([{**vals, 'document_ids': [fields.Command.set(ids)], 'started_at': now, 'changed_at': now} for ids in parts])
        jobs = jobs.sudo(False)
        records._vatportal_check_queued(jobs.document_ids)
        return jobs

    @api.model
    def _queue_document(self, record, vals):
        """Take up the document that ``record`` has for another try, with ``vals``; where it has none, return them for a new one."""
        document = record.sudo().vatportal_document_ids.filtered(lambda doc: settlement.is_taken_up(doc._facts(), doc.spent)).sorted('id')[-1:]
        if not document:
            return vals
        vals.pop(record._vatportal_link)
        document._set_state('queued', message=False, portal_message=False, resend_count=0, **vals)
        document._renew_erp_id()
        return document.sudo(False)

    @api.model
    def _joinable(self, documents, vals):
        """The last upload with ``vals`` (connector, person, with or without signature) where it has not begun, was queued
        a moment ago and has room: ``documents``, of the same model, can go with it. Locked.

        Each process costs a person two PINs. A deletion is never joined, for it succeeds or fails as a whole; nor are
        transfers and invoices, which are for different people to see. What was stopped sends nothing any more.
        """
        since = fields.Datetime.now() - timedelta(seconds=JOIN_S)
        job = self.sudo().search([('operation', '=', 'upload'), *((name, '=', value) for name, value in vals.items())], limit=1)
        if job.state != 'queued' or job.sent_at or job.stopped_by_id or job.changed_at < since:
            return job.browse()
        if job.root_id - job and not job.on_hold:
            return job.browse()  # others may wait for it: it has their turn, or is a part of one before them
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
            self.sudo()._go(self.phase, JOIN_S if more_to_come and not full else None)

    def _has_room(self, documents):
        return len(self.document_ids) < self.connector_id.batch_size and self.document_ids[:1]._source()._name == documents[:1]._source()._name

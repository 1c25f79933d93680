from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...vatportal import qaime_number
from ..states import FINAL_STATUSES, OPEN_STATES
from . import view_batch
from .download import number_in


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    asked_document_ids = fields.Many2many(
        'vatportal.document',
        'vatportal_job_asked_rel',
        string='Asked for',
        readonly=True,
        help='The documents of which the status was asked for. None: all of the folder.',
    )
    absent_ids = fields.Json(readonly=True, help='Of these, the ids of those that e-taxes did not show.')


class VatportalOperationRefresh(models.AbstractModel):
    """An import that is about single documents: the folder is read, and all but these are passed over."""

    _name = 'vatportal.operation.refresh'
    _description = 'Refresh Status'
    _inherit = ['vatportal.operation.download']

    def _ask_etaxes(self, job):
        """After a look at what VatPortal holds of single documents, e-taxes is asked for the same ones."""
        documents = job._batch().asked_document_ids
        documents.check_access('read')
        # A fresh transaction: what somebody else has begun meanwhile is seen.
        job._commit()
        if len(documents.sudo().try_lock_for_update(allow_referencing=True)) < len(documents):
            raise UserError(self.env._('Someone else has these documents in hand at this moment. Wait a little and press the button again.'))
        jobs = self._asking_etaxes(documents, [('state', 'in', OPEN_STATES)])
        left = documents - jobs.asked_document_ids
        if left:
            more = job._queue_refresh(left, 'etaxes')
            more._start_together()
            jobs += more
        return jobs._dialog_action()

    def _asking_etaxes(self, documents, domain):
        """Those of the processes of ``domain`` that ask e-taxes itself for any of ``documents``."""
        return self.env['vatportal.job'].search(
            [('operation', '=', 'download'), ('source', '=', 'etaxes'), ('asked_document_ids', 'in', documents.ids), *domain], order='id'
        )

    def _offers_asking(self, job, documents):
        """Whether e-taxes can be asked for ``documents``, of which VatPortal was asked here: until it has answered."""
        if job.source != 'portal':
            return False
        batch = job._batch()
        answered = self._asking_etaxes(documents, [('state', '=', 'done'), '|', ('id', '>', batch[-1:].id), ('finished_at', '>', batch[-1:].finished_at)])
        return bool(documents - answered.asked_document_ids)

    # ------------------------------------------------------------------ reading

    def _asked_numbers(self, job):
        """The numbers of the documents that were asked for."""
        return set(job.asked_document_ids.mapped('qaime'))

    def _wanted(self, job, documents):
        asked = self._asked_numbers(job)
        return [document for document in documents if qaime_number(document.qaime) in asked]

    def _count(self, job, result, skipped, bad, again):
        # What nobody asked for was not left out, nor is it missed where it can't be read.
        asked = self._asked_numbers(job)
        super()._count(job, result, 0, [(raw, why) for raw, why in bad if number_in(raw) in asked], again)

    def _has_read_all(self, job, more):
        return super()._has_read_all(job, more) or self._asked_numbers(job) <= self._seen(job)

    def _get_warning(self, job):
        return bool(job.notes) and self.env._('Not everything could be done:')

    def _can_divide(self, _job):
        return False  # of some of the documents nobody knows on which day they are

    # ------------------------------------------------------------------ what a person sees

    def _title(self, job):
        documents = job.sudo().asked_document_ids
        return self.env._('Status: %s', documents.name) if len(documents) == 1 else self.env._('Status of %s documents', len(documents))

    def _progress(self, job):
        batch = job._batch()
        asked, finished = batch.asked_document_ids, batch.filtered(lambda other: other.state == 'done')
        absent = {number for other in finished for number in other.absent_ids or ()}
        listed = asked.sorted(lambda document: document.id not in absent)[: view_batch.DOCUMENTS_SHOWN]
        return {
            **super()._progress(job),
            'documents': [self._progress_asked(job, document, finished) for document in listed],
            'more': len(asked) - len(listed),
            'can_ask_etaxes': job.state not in OPEN_STATES and self._offers_asking(job, asked),
        }

    def _progress_asked(self, job, document, finished):
        """A document that was asked for, as :meth:`_progress_document` has it: its status takes the place of its state."""
        reader = finished.filtered(lambda other: document in other.asked_document_ids)
        message = document._missing_text()
        if not message and document.id in (reader.absent_ids or ()):
            message = self.env._(
                'It is not among the documents of %(start)s – %(end)s.',
                start=format_date(self.env, reader.date_from),
                end=format_date(self.env, reader.date_to),
            )
        level = 'danger' if document.status in FINAL_STATUSES else 'warning' if message else ('success' if document.is_approved else 'info')
        return {
            **self._progress_document(job, document),
            'partner': document.counterparty_name or '',
            'message': message or False,
            'state_label': document.status_label or self.env._('not known'),
            'level': level,
        }

    def _headline_done(self, job):
        batch = job._batch()
        documents = batch.asked_document_ids
        absent = sum(len(other.absent_ids or ()) for other in batch)
        changed = sum(batch.mapped('updated_count')) + sum(batch.mapped('created_count'))
        values = {
            'where': self.env._('VatPortal') if job.source == 'portal' else self.env._('e-taxes'),
            'name': documents[:1].name,
            'status': documents[:1].status_label,
            'count': len(documents),
            'changed': changed,
            'absent': absent,
        }
        if len(documents) > 1:
            return self.env._('%(count)s documents, as %(where)s has them: %(changed)s changed, %(absent)s not found.', **values)
        if absent:
            return self.env._('%(where)s does not have %(name)s.', **values)
        if changed:
            return self.env._('%(name)s has changed, as %(where)s has it: %(status)s.', **values)
        return self.env._('%(name)s is unchanged, as %(where)s has it: %(status)s.', **values)

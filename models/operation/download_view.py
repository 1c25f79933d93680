from collections import Counter

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..states import OPEN_STATES
from .download import KEPT_BAD


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    def action_ask_etaxes(self):
        """Ask e-taxes for what VatPortal did not hold: of an import all, else the documents that were asked for.

        :raises AccessError: for users who may not invoice
        :raises UserError: where the import has brought something, or has not ended
        """
        self.ensure_one()
        self._check_may_import()
        return self._operation()._ask_etaxes(self)

    def _warning_text(self):
        """What was wrong with single documents in these imports that are done, first what it means; '' for nothing."""
        warned = self.filtered('warning')
        lines = [line for text in warned.mapped('warning') + warned.mapped('notes') for line in (text or '').splitlines()]
        return '\n'.join([*dict.fromkeys(lines)][: 1 + KEPT_BAD])


class VatportalOperationDownload(models.AbstractModel):
    """What a person sees of an import while it runs and after its end."""

    _inherit = 'vatportal.operation.download'

    def _title(self, job):
        labels = dict(job._fields['direction']._description_selection(self.env))
        return self.env._(
            'Import: %(folder)s, %(start)s – %(end)s',
            folder=labels.get(job.direction, ''),
            start=format_date(self.env, job.date_from),
            end=format_date(self.env, job.date_to),
        )

    def _documents_action(self, job):
        return {'domain': [('import_job_id', 'in', job._batch().ids)], 'views': [[False, kind] for kind in ('list', 'kanban', 'form', 'pivot', 'graph')]}

    def _document_counts(self, jobs):
        roots = {job: job.root_id or job._origin for job in jobs}
        together = jobs.browse().union(*roots.values())
        together |= jobs.search([('root_id', 'in', together.ids)])
        brought = self.env['vatportal.document']._read_group([('import_job_id', 'in', together.ids)], ['import_job_id'], ['__count'])
        counts = Counter()
        for job, count in brought:
            counts[job.root_id or job] += count
        return {job: counts[root] for job, root in roots.items()}

    def _progress(self, job):
        """Adds ``can_stop``, ``can_resume``, ``progress``, see :meth:`_progress_download`, and ``warning``: what was wrong with
        single documents though all is done, or False."""
        return {
            **super()._progress(job),
            'documents': [],
            'can_retry': False,
            'can_stop': job.state in OPEN_STATES,
            'can_resume': job.state == 'failed',
            'can_ask_etaxes': self._offers_etaxes(job),
            'progress': self._progress_download(job),
            'warning': job._batch()._warning_text() or False,
        }

    def _progress_batch(self, job):
        return job._progress()

    def _progress_download(self, job):
        """Return the counts of the whole import: dict of

        - ``read``, ``total``, ``created``, ``updated``, ``unchanged``, ``foreign``, ``skipped``, ``bad``, ``missing``
        - ``percent``: how far it is, every part counting the same, for nobody knows yet how long the next ones are
        - ``parts``: list of {``id``, ``name``, ``state``: waiting | running | done | failed, ``read``, ``total``}, one
          per folder and month
        """
        batch = job._batch()
        counts = ('read', 'created', 'updated', 'unchanged', 'foreign', 'skipped', 'bad', 'missing')
        return {
            **{count: sum(batch.mapped(f'{count}_count')) for count in counts},
            'total': sum(batch.mapped('total')),
            'percent': round(sum(map(_share, batch)) / len(batch)),
            'parts': [
                {
                    'id': job.id,
                    'name': job.name,
                    'read': job.read_count,
                    'total': job.total,
                    'state': 'waiting' if job.on_hold else 'running' if job.state in OPEN_STATES else job.state,
                }
                for job in batch
            ],
        }

    def _offers_etaxes(self, job):
        """Whether these imports have ended without bringing anything, and e-taxes was not asked."""
        batch = job._batch()
        return all(job.state == 'done' and job.source == 'portal' for job in batch) and not any(job.created_count or job.updated_count for job in batch)

    def _ask_etaxes(self, job):
        """The same folders, days, kinds and statuses."""
        batch = job._batch().sudo()
        if not self._offers_etaxes(job.sudo()):
            raise UserError(self.env._('This import has brought documents, or has not come to its end. Begin a new one.'))
        directions = list(dict.fromkeys(batch.mapped('direction')))
        first, last = min(batch.mapped('date_from')), max(batch.mapped('date_to'))
        asked = job.search(
            [
                ('connector_id', '=', job.connector_id.id),
                ('source', '=', 'etaxes'),
                ('state', 'in', OPEN_STATES),
                ('direction', '=', directions[0]),
                ('date_from', '=', first),
                ('id', '>', batch[-1:].id),
                ('asked_document_ids', '=', False),
            ],
            limit=1,
        )
        if not asked:  # a second click, else
            asked = job._queue_download(batch.connector_id, directions, first, last, 'etaxes', batch[:1].filters)
            asked._commit()
            asked[:1]._advance()
        return asked._dialog_action()

    # ------------------------------------------------------------------ steps

    def _step_keys(self, job):
        return ['numbers'] if job.source == 'portal' else ['send', 'login', 'numbers']

    def _steps(self, job):
        steps = super()._steps(job)
        steps[-1]['label'] = self.env._('Documents read')
        return steps

    def _headline_done(self, job):
        counts = self._progress_download(job)
        if not counts['total'] and not job._batch()._warning_text():
            return self.env._('There are no documents in this time.')
        return self.env._(
            '%(read)s documents read: %(created)s new, %(updated)s changed.', read=counts['read'], created=counts['created'], updated=counts['updated']
        )

    def _headline_failed(self, job):
        if not job.is_stopped:
            return super()._headline_failed(job)
        if job.source == 'etaxes' and job.portal_id and not self._logged_in(job):
            return self.env._('Stopped. A prompt that waits on the phone can be declined.')
        return self.env._('Stopped. What was read is kept.')

    def _headline_open(self, job):
        _ = self.env._
        if job.on_hold:
            return _('Waiting for the import before it.')
        if job.phase == 'read':
            return _('Reading the documents…')
        return _('e-taxes is being asked…') if self._logged_in(job) else _('VatPortal is logging in; the code for PIN1 will appear here.')

    # ------------------------------------------------------------------ buttons

    def _can_stop_signing(self, _job):
        return False  # nothing is signed; an import is stopped as a whole

    def _cancel(self, job):
        job.action_stop()

    def _waiting_behind(self, job):
        return job.browse()


def _share(job):
    """How far one import is, in percent."""
    if job.state not in OPEN_STATES:
        return 100 if job.state == 'done' or not job.total else 100 * job.read_count / job.total
    return 100 * min(job.read_count, job.total) / job.total if job.total else 0

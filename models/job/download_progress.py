from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..states import OPEN_STATES
from .download import KEPT_BAD
from .progress import without_null


class VatportalJob(models.Model):
    """What a person sees of an import while it runs and after its end."""

    _inherit = 'vatportal.job'

    @api.depends('direction', 'date_from', 'date_to')
    def _compute_name(self):
        downloads = self.filtered(lambda job: job.operation == 'download')
        super(VatportalJob, self - downloads)._compute_name()
        labels = dict(self._fields['direction']._description_selection(self.env))
        for job in downloads:
            job.name = self.env._(
                'Import: %(folder)s, %(start)s – %(end)s',
                folder=labels.get(job.direction, ''),
                start=format_date(self.env, job.date_from),
                end=format_date(self.env, job.date_to),
            )

    def action_refresh(self):
        """Of processes that were started together, move on and show the one that is at work.

        :return: as for every job, and ``progress``, see :meth:`_progress_download`, and ``warning``: what was wrong
            with single documents though all is done, or False
        """
        data = super().action_refresh()
        if not self.root_id:
            return data
        batch = self._batch()
        current = _current(batch)
        if current != self:
            # The right to follow was checked for this job; the others were started with it.
            current._advance()
            self.env.invalidate_all()
            current = _current(batch)
        data = current._progress_batch()
        finished = all(job.state not in OPEN_STATES for job in batch)
        return without_null({**data, 'id': self.id, 'finished': finished, 'next_poll': not finished and (data['next_poll'] or 1)})

    def _progress(self):
        data = super()._progress()
        if self.operation == 'download':
            data.update(
                documents=[],
                can_retry=False,
                can_cancel=False,
                can_stop=self.state in OPEN_STATES,
                can_resume=self.state == 'failed',
                can_ask_etaxes=self._offers_etaxes(),
                progress=self._progress_download(),
                warning=self._batch()._warning_text() or False,
            )
        return data

    def _progress_download(self):
        """Return the counts of the whole import: dict of

        - ``read``, ``total``, ``created``, ``updated``, ``unchanged``, ``foreign``, ``skipped``, ``bad``, ``missing``
        - ``percent``: how far it is, every part counting the same, for nobody knows yet how long the next ones are
        - ``parts``: list of {``id``, ``name``, ``state``: waiting | running | done | failed, ``read``, ``total``}, one
          per folder and month
        """
        batch = self._batch()
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

    def _offers_etaxes(self):
        """Whether these imports have ended without bringing anything, and e-taxes was not asked."""
        batch = self._batch()
        return all(job.state == 'done' and job.source == 'portal' for job in batch) and not any(job.created_count or job.updated_count for job in batch)

    def action_ask_etaxes(self):
        """Ask e-taxes for what VatPortal did not hold: the same folders, days, kinds and statuses.

        :raises AccessError: for users who may not invoice
        :raises UserError: where the import has brought something, or has not ended
        """
        self.ensure_one()
        self._check_may_import()
        batch = self._batch().sudo()
        if not batch._offers_etaxes():
            raise UserError(self.env._('This import has brought documents, or has not come to its end. Begin a new one.'))
        directions = list(dict.fromkeys(batch.mapped('direction')))
        first, last = min(batch.mapped('date_from')), max(batch.mapped('date_to'))
        asked = self.search(
            [
                ('connector_id', '=', self.connector_id.id),
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
            asked = self._queue_download(batch.connector_id, directions, first, last, 'etaxes', batch[:1].filters)
            asked._commit()
            asked[:1]._advance()
        return asked._dialog_action()

    def _warning_text(self):
        """What was wrong with single documents in these imports that are done, first what it means; '' for nothing."""
        warned = self.filtered('warning')
        lines = [line for text in warned.mapped('warning') + warned.mapped('notes') for line in (text or '').splitlines()]
        return '\n'.join([*dict.fromkeys(lines)][: 1 + KEPT_BAD])

    # ------------------------------------------------------------------ steps

    def _step_keys(self):
        if self.operation != 'download':
            return super()._step_keys()
        return ['numbers'] if self.source == 'portal' else ['send', 'login', 'numbers']

    def _progress_steps(self):
        steps = super()._progress_steps()
        if self.operation == 'download':
            steps[-1]['label'] = self.env._('Documents read')
        return steps

    def _headline(self):
        _ = self.env._
        if self.operation != 'download':
            return super()._headline()
        if self.state == 'done':
            return self._headline_done()
        if self.state == 'failed' and self.is_stopped:
            return _('Stopped. What was read is kept.')
        if self.state in OPEN_STATES and not self._is_delayed():
            if self.on_hold:
                return _('Waiting for the import before it.')
            if self.phase == 'read':
                return _('Reading the documents…')
            if not self.waits_for_pin:
                return _('e-taxes is being asked…') if self._logged_in() else _('VatPortal is logging in; the code for PIN1 will appear here.')
        return super()._headline()

    def _is_delayed(self):
        return self.connector_id._is_waiting()

    def _headline_done(self):
        counts = self._progress_download()
        if not counts['total']:
            return self.env._('There are no documents in this time.')
        return self.env._(
            '%(read)s documents read: %(created)s new, %(updated)s changed.', read=counts['read'], created=counts['created'], updated=counts['updated']
        )


def _share(job):
    """How far one import is, in percent."""
    if job.state not in OPEN_STATES:
        return 100 if job.state == 'done' or not job.total else 100 * job.read_count / job.total
    return 100 * min(job.read_count, job.total) / job.total if job.total else 0


def _current(batch):
    """The job that is at work; at the end, the first that failed, else the last."""
    working = batch.filtered(lambda job: job.state in OPEN_STATES and not job.on_hold)
    return (working or batch.filtered(lambda job: job.state == 'failed') or batch[-1:])[0]

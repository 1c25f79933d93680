from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..job.batch import HOLD_S
from ..states import OPEN_STATES

# All pages are read again, and all is counted anew.
FROM_THE_FIRST = {
    'page': 1,
    'second_pass': False,
    'seen': False,
    'read_count': 0,
    'unchanged_count': 0,
    'skipped_count': 0,
    'bad_count': 0,
    'notes': False,
    'warning': False,
}


class VatportalJob(models.Model):
    """Imports that belong together: a long range is read month by month, one job after the other.

    The first job of a batch stands for all of it: its live view shows the one that is at work, and what is told to
    people is told of it. It can be stopped and resumed.
    """

    _inherit = 'vatportal.job'

    is_stopped = fields.Boolean(readonly=True)

    # ------------------------------------------------------------------ queueing

    @api.model
    def _queue_download(self, connector, directions, date_from, date_to, source, filters=None, user=None, **vals):
        """Create the imports of a range of days, one per folder and calendar month; only the first is due.

        The caller commits before anything is asked.

        :param directions: list of 'incoming', 'outgoing'
        :param source: 'portal' | 'etaxes'
        :param filters: dict of ``inc_kinds``, ``exc_kinds``, ``inc_status``, ``exc_status``: lists of codes
        :param user: who starts them, see :meth:`_owner`
        :raises UserError: the company has no VÖEN, so that nobody can tell which documents are its own
        """
        if not self.env['vatportal.document']._own_voen(connector.company_id):
            raise UserError(self.env['vatportal.document']._no_voen_text(connector.company_id))
        chosen = {key: codes for key, codes in (filters or {}).items() if codes}
        return self._queue_parts(
            [
                {'connector_id': connector.id, 'direction': direction, 'date_from': start, 'date_to': end, 'filters': chosen, **vals}
                for direction in directions
                for start, end in _months(date_from, date_to)
            ],
            source,
            user,
        )

    @api.model
    def _queue_parts(self, parts, source, user=None):
        """Create the imports that ``parts``, values of jobs, describe, one to run after the other; only the first is due."""
        now = fields.Datetime.now()
        jobs = self.sudo().create(
            [
                {
                    'operation': 'download',
                    'user_id': self._owner(user).id,
                    'sign': False,
                    'source': source,
                    'phase': 'read' if source == 'portal' else 'start',
                    'on_hold': True,
                    'next_poll_at': now + timedelta(seconds=HOLD_S),
                    'started_at': now,
                    'changed_at': now,
                    **part,
                }
                for part in parts
            ]
        )
        if len(jobs) > 1:
            jobs.root_id = jobs[0]
        jobs[0]._release()
        return jobs.sudo(False)

    # ------------------------------------------------------------------ stop and resume

    def action_stop(self):
        """Stop these imports, and those that were started together with them. What was read is kept.

        :raises AccessError: for users who may not invoice
        """
        self._check_may_import()
        for job in self._batches():
            if job.state in OPEN_STATES:
                # Where a step is being made, this waits for its end, and the request is run again by Odoo.
                job.write({'is_stopped': True, 'message': job.env._('Stopped by %s.', job.env.user.name)})
                job._finish()
        return True

    def action_resume(self):
        """Go on with imports that were stopped or ended with errors, each where it stood.

        :raises AccessError: for users who may not invoice
        :raises UserError: when there is nothing to go on with
        """
        self._check_may_import()
        jobs = self._batches()
        if any(job.state in OPEN_STATES for job in jobs):
            raise UserError(self.env._('The import is running already.'))
        failed = jobs.filtered(lambda job: job.state == 'failed')
        if not failed:
            raise UserError(self.env._('The import has come to its end; there is nothing to go on with.'))
        for job in failed:
            job._go(seconds=HOLD_S, **job._operation()._resume_values(job))
        failed[0]._release()
        failed._commit()
        return True

    def _batches(self):
        """The imports among these and all that were started with them, with the rights to write them.

        :raises AccessError: where the user may not read one of them
        """
        downloads = self.filtered(lambda job: job.operation == 'download')._batches_of()
        downloads.check_access('read')
        return downloads.filtered(lambda job: job.operation == 'download').sorted('id').sudo()

    def _check_may_import(self):
        self.check_access('read')
        if not self._may_use():
            raise AccessError(self.env._('Only invoicing users can import documents from e-taxes.'))


class VatportalOperationDownload(models.AbstractModel):
    """The imports that were started together, one after the other."""

    _inherit = 'vatportal.operation.download'

    def _finished(self, job, batch):
        """The next has its turn; what keeps this one from asking would keep the others from it too."""
        waiting = batch.filtered('on_hold')
        if not waiting:
            return
        if job.state != 'failed' or not (job.is_stopped or not job.has_documents):
            waiting[0]._release()
            return
        for other in waiting:
            other._go(
                'end',
                None,
                on_hold=False,
                state='failed',
                is_stopped=True,
                finished_at=fields.Datetime.now(),
                message=self.env._('Not begun, because “%s” did not come to its end.', job.name),
            )

    def _read_less(self, job):
        """A page of these days is too long to be read: read them in two parts. A single day can't be divided."""
        if job.date_from < job.date_to and self._can_divide(job):
            self._read_in_two(job)
        elif job.date_from < job.date_to:
            text = self.env._("The portal's answer for these days is too long to be read. Import them: an import reads them in parts.")
            self._end(job, text)
        else:
            text = self.env._("The portal's answer for a single day, %s, is too long to be read. Import this day's documents from files of e-taxes.gov.az.")
            text %= format_date(self.env, job.date_from)
            # The other days can be read all the same, and so can those that come later: it is as long each time.
            job.write({'has_documents': True, 'has_gaps': True})
            if job.compares or not self._can_divide(job):
                self._end(job, text)
            else:
                self._end(job, warning=text)

    def _can_divide(self, _job):
        return True

    def _read_in_two(self, job):
        """Read the first half of the days anew, and the others after all that was begun with ``job``. By dates: what a process
        brought, the portal holds. It is no older for that than the process, ``sent_at``."""
        middle = job.date_from + (job.date_to - job.date_from) // 2
        now = fields.Datetime.now()
        job.root_id = job.root_id or job
        shared = ('connector_id', 'user_id', 'direction', 'schedule_id', 'root_id')
        half = {'portal_id': False, 'has_gaps': job.has_gaps or job.source == 'etaxes'}
        job.create(
            {
                **{name: job[name].id if name.endswith('_id') else job[name] for name in shared},
                **{name: job[name] for name in ('operation', 'source', 'sign', 'filters', 'compares', 'unknown_ids', 'date_to')},
                **{name: job[name] for name in ('has_documents', 'sent_at', 'step')},
                **half,
                'date_from': middle + timedelta(days=1),
                'phase': 'read',
                'on_hold': True,
                'next_poll_at': now + timedelta(seconds=HOLD_S),
                'started_at': now,
                'changed_at': now,
            }
        )
        # What is not known here is told by the last part, which has seen all documents.
        job.write({**half, 'date_to': middle, 'unknown_ids': False, 'total': 0, 'page_size': 0, 'error_count': 0})
        self._read_on(job, message=False, portal_message=False, **FROM_THE_FIRST)

    def _told_event(self, _job, event):
        return event

    def _resume_values(self, job):
        """How ``job`` goes on where it stood, for :meth:`VatportalJob._go`."""
        vals = {
            'state': 'queued',
            'is_stopped': False,
            'on_hold': True,
            'answer': False,
            'message': False,
            'portal_message': False,
            'finished_at': False,
            'error_count': 0,
            'conflicts': 0,
            'pin_missed': False,
            'user_id': job._owner().id,
        }
        if job.has_documents or job.source == 'portal':
            # What is read now is of another moment than what was read before, and than what e-taxes was asked for.
            old = job.source == 'etaxes'
            vals |= {'phase': 'read', 'has_gaps': old or bool(job.read_count)}
            if job.second_pass:
                # Every page was read: from the first again, all counted anew.
                vals |= {**FROM_THE_FIRST, 'has_gaps': old}
        else:
            vals |= {'phase': 'start', 'portal_id': False, 'step': False, 'stats': False}
        return vals


def _months(date_from, date_to):
    """Yield (first day, last day) of each part in which the range is read; both ends count.

    A range no longer than a month is one part, a longer one is cut where calendar months end.
    """
    if date_to - date_from < timedelta(days=31):
        yield date_from, date_to
        return
    while date_from <= date_to:
        end = min(date_from + relativedelta(day=31), date_to)
        yield date_from, end
        date_from = end + timedelta(days=1)

import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import split_every

from ..connector.portal_account import SKEW
from ..states import BAKU_OFFSET, OPEN_STATES

_logger = logging.getLogger(__name__)

COPY_REST = timedelta(hours=1)
# What has happened to a schedule. One of them that is yet to come was written by a clock that has been set right since.
PAST = ('begun_at', 'last_success_at', 'failed_since', 'last_missed_at')


class VatportalConnector(models.Model):
    _inherit = 'vatportal.connector'

    import_schedule_ids = fields.One2many('vatportal.import.schedule', 'connector_id', string='Scheduled Imports', copy=True)


class VatportalImportSchedule(models.Model):
    """One folder of e-taxes that a connector imports by itself, and how that went.

    Documents come late (an invoice of the 28th is signed on the 3rd) and change for weeks afterwards, so each import
    looks some days back; what has not changed since costs nothing. An import that asks e-taxes needs a person with a
    phone: without one it ends quietly and is tried at its next time, never two of a folder at once.
    """

    _name = 'vatportal.import.schedule'
    _description = 'Scheduled import from e-taxes'
    _inherit = ['vatportal.import.choice', 'vatportal.guard']
    _order = 'connector_id, direction, id'
    _check_company_auto = True

    connector_id = fields.Many2one('vatportal.connector', required=True, ondelete='cascade')
    company_id = fields.Many2one(related='connector_id.company_id', store=True)
    active = fields.Boolean(default=True)
    direction = fields.Selection([('incoming', 'Incoming'), ('outgoing', 'Sent')], string='Folder', required=True, default='incoming')
    source = fields.Selection(
        [('portal', 'What VatPortal holds'), ('etaxes', 'Ask e-taxes (PIN1)')],
        required=True,
        default='portal',
        help='What VatPortal holds: nobody has to do anything.\n'
        'Ask e-taxes: the users to notify get the code for PIN1; if none of them confirms it, the import is tried '
        'again at its next time.',
    )
    # Without what it names it would read everything.
    kind_ids = fields.Many2many(ondelete='restrict')
    status_ids = fields.Many2many(ondelete='restrict')
    interval_number = fields.Integer(string='Every', required=True, default=1)
    interval_type = fields.Selection([('hours', 'Hours'), ('days', 'Days')], string='Unit', required=True, default='days')
    interval_text = fields.Char(string='Interval', compute='_compute_interval_text')
    next_at = fields.Datetime(string='Next', required=True, default=fields.Datetime.now)
    begun_at = fields.Datetime(readonly=True, copy=False, help='When its turn last came.')
    days_back = fields.Integer(
        required=True,
        default=30,
        help='Documents of this many days are read each time, so that late ones and changed ones are caught. After a '
        'longer pause the import begins as many days before the last one that came to its end.',
    )

    last_success_at = fields.Datetime(string='Last Success', readonly=True, copy=False)
    last_day = fields.Date(readonly=True, copy=False, help='The last day of the last import that came to its end.')
    last_read = fields.Integer(string='Read', readonly=True, copy=False)
    last_created = fields.Integer(string='New', readonly=True, copy=False)
    last_updated = fields.Integer(string='Changed', readonly=True, copy=False)
    last_counts = fields.Char(
        string='Read / New / Changed',
        compute='_compute_last_counts',
        help='How many documents the last import that came to its end has read, how many of them were new, and how many had changed.',
    )
    failed_since = fields.Datetime(readonly=True, copy=False)
    last_error = fields.Text(readonly=True, copy=False)
    last_warning = fields.Text(readonly=True, copy=False, help='What was wrong with single documents, though the last import came to its end.')
    last_missed_at = fields.Datetime(string='PIN1 Missed', readonly=True, copy=False, help='When an import last ended because nobody confirmed PIN1.')
    job_ids = fields.One2many('vatportal.job', 'schedule_id', string='Processes')

    _one_per_folder = models.UniqueIndex('(connector_id, direction, source)', 'A folder is scheduled once for each source.')
    _interval_positive = models.Constraint('CHECK (interval_number > 0)', 'The interval must be at least one.')
    _days_back_sane = models.Constraint('CHECK (days_back BETWEEN 1 AND 366)', 'An import can look between 1 and 366 days back.')

    @api.depends('interval_number', 'interval_type')
    @api.depends_context('lang')
    def _compute_interval_text(self):
        for schedule in self:
            number = schedule.interval_number
            schedule.interval_text = self.env._('%s hour(s)', number) if schedule.interval_type == 'hours' else self.env._('%s day(s)', number)

    @api.depends('last_success_at', 'last_read', 'last_created', 'last_updated')
    def _compute_last_counts(self):
        for schedule in self:
            schedule.last_counts = schedule.last_success_at and f'{schedule.last_read} / {schedule.last_created} / {schedule.last_updated}'

    def copy_data(self, default=None):
        # A copy does not begin before somebody has said of which company it is.
        later = fields.Datetime.now() + COPY_REST
        return [{**vals, 'next_at': max(vals['next_at'], later)} for vals in super().copy_data(default)]

    # ------------------------------------------------------------------ when

    def _cron_import(self):
        """Scheduled action: begin the imports that are due. Those of one connector do not keep the others. What could
        not be done after earlier imports is taken up again."""
        self.env['vatportal.document']._cron_follow()
        now = fields.Datetime.now()
        ahead = Domain.OR(Domain(name, '>', now + SKEW) for name in PAST)
        due = self.search(Domain('connector_id.active', '=', True) & (Domain('next_at', '<=', now) | ahead))
        self.env['ir.cron']._commit_progress(remaining=len(due))
        for schedules in split_every(1, due.ids, self.browse):
            try:
                # The scheduled action has no language.
                schedules._in_their_language()._begin()
            except Exception:
                self.env.cr.rollback()
                _logger.exception('VatPortal: scheduled import %s could not be begun', schedules.id)
            if not self.env['ir.cron']._commit_progress(1):
                break

    def _begin(self, user=None):
        """Begin this import, unless one of the same folder is still at work; return its jobs.

        :param user: who pressed the button for it; nobody where its time has come
        """
        self.ensure_one()
        jobs = self.env['vatportal.job']
        schedule = self.try_lock_for_update()
        if not schedule:
            return jobs
        now = fields.Datetime.now()
        ahead = [name for name in PAST if self[name] and self[name] > now + SKEW]
        if ahead:
            self.sudo().write({'next_at': min(self.next_at, now), **dict.fromkeys(ahead, now)})
        self.sudo().write({'next_at': self._next_time(user), **({} if user else {'begun_at': now})})
        if jobs.search_count(
            [
                ('operation', '=', 'download'),
                ('connector_id', '=', self.connector_id.id),
                ('direction', '=', self.direction),
                ('state', 'in', OPEN_STATES),
                ('schedule_id', '!=', False),
            ],
            limit=1,
        ):
            return jobs
        if self.source == 'etaxes' and not user and not self._confirmers():
            self._note_failure(self.env._('Name the users to notify on the connector: one of them has to confirm PIN1.'))
            return jobs
        try:
            return jobs._queue_download(
                self.connector_id, [self.direction], *self._days(), self.source, self._filters(), user=user or self.env['res.users'], schedule_id=self.id
            )
        except UserError as error:
            self._note_failure(str(error))
            return jobs

    def _confirmers(self):
        """The users to notify who are shown the code for PIN1."""
        connector = self.connector_id
        return connector._reachable(connector.sudo().notify_user_ids, self.env['vatportal.job'].new({'operation': 'download', 'connector_id': connector.id}))

    def _next_time(self, user=None):
        """The next time after now; times that were missed are not made up for. After a ``user`` has pressed the button it is no later
        than the interval says, unless a beginning is planned that has not come yet."""
        step = relativedelta(**{self.interval_type: self.interval_number})
        now, moment = fields.Datetime.now(), self.next_at
        if now - moment > timedelta(days=60):
            moment = now
        # Earlier versions have not noted when its turn came. What a person has begun is no turn of it.
        if user and (self.begun_at or any(not job.user_id for job in self.job_ids)):
            moment = min(moment, now + step)
        while moment <= now:
            moment += step
        return moment

    def _days(self):
        """The first and the last day to read, as days of Baku."""
        today = (fields.Datetime.now() + BAKU_OFFSET).date()
        last = min(self.last_day or today, today)
        return last - timedelta(days=self.days_back), today

    def action_import_now(self):
        """Begin this import now and open its live view, or that of the one that is at work.

        :raises AccessError: for anyone but accounting managers
        """
        self.ensure_one()
        self.check_access('write')
        jobs = self._begin(self.env.user).sudo(False)
        if not jobs:
            jobs = self.job_ids.filtered(lambda job: job.state in OPEN_STATES)
        if not jobs:
            raise UserError(self.last_error or self.env._('Another import of this folder is at work.'))
        jobs._commit()
        return jobs._dialog_action()

    # ------------------------------------------------------------------ how it went

    def _note_end(self, jobs):
        """Write how an import that has ended went; ``jobs`` are all of it."""
        self.ensure_one()
        failed = jobs.filtered(lambda job: job.state == 'failed')
        if any(job.pin_missed for job in failed):
            self.sudo().last_missed_at = fields.Datetime.now()
        elif failed:
            if not failed[0].is_stopped:
                self._note_failure('\n'.join(filter(None, [failed[0].message, failed[0].portal_message])))
        else:
            self._note_success(jobs)

    def _note_success(self, jobs):
        """Write what came. Of single documents that were not as they should be, the users to notify hear once, not at
        every import that meets them."""
        warning = jobs._warning_text()
        news = warning and not self.last_warning
        self.sudo().write(
            {
                'last_success_at': fields.Datetime.now(),
                'last_day': max(jobs.mapped('date_to')),
                'last_read': sum(jobs.mapped('read_count')),
                'last_created': sum(jobs.mapped('created_count')),
                'last_updated': sum(jobs.mapped('updated_count')),
                'failed_since': False,
                'last_error': False,
                'last_warning': warning or False,
            }
        )
        if news:
            self._tell(
                self.env._('Scheduled import with a warning'),
                self.env._(
                    'The scheduled import (%(folder)s) is done, with a warning: %(warning)s You will not be told again until an import has none.',
                    folder=self._folder(),
                    warning=warning,
                ),
            )

    def _note_failure(self, text):
        """Write the failure; the users to notify hear of the first of a row only."""
        first = not self.failed_since
        self.sudo().write({'failed_since': self.failed_since or fields.Datetime.now(), 'last_error': text})
        if first:
            self._tell(
                self.env._('Scheduled import failed'),
                self.env._(
                    'The scheduled import (%(folder)s) failed: %(error)s It is tried again by itself; you will not be told again until it has worked.',
                    folder=self._folder(),
                    error=text,
                ),
            )

    def _in_their_language(self):
        """This import in the language of those who are told of it: whoever has pressed the button may speak another."""
        return self.with_env(self.connector_id._in_their_language().env)

    def _folder(self):
        return dict(self._fields['direction']._description_selection(self.env))[self.direction]

    def _tell(self, subject, body):
        """Tell those who hear of what nobody has started."""
        self.connector_id.sudo().message_post(
            subject=subject, body=body, partner_ids=self.connector_id._told_users().partner_id.ids, message_type='notification', subtype_xmlid='mail.mt_note'
        )


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    schedule_id = fields.Many2one('vatportal.import.schedule', string='Scheduled Import', readonly=True, ondelete='set null', index='btree_not_null')


class VatportalOperationDownload(models.AbstractModel):
    _inherit = 'vatportal.operation.download'

    def _language(self, job):
        # How a scheduled import went stands on the connector and is told there, word for word, whoever has begun it.
        return job.connector_id._in_their_language().env.lang if job.schedule_id else super()._language(job)

    def _all_ended(self, job, batch):
        super()._all_ended(job, batch)
        if job.schedule_id:
            job.schedule_id._in_their_language()._note_end(batch)

    def _tells_end(self, job):
        # How a scheduled import ended stands on the connector.
        return not job.schedule_id

import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date
from odoo.tools.misc import split_every

from ...vatportal import deadlines
from ..concurrency import CONCURRENT, by_halves
from .deadline import STANDS

_logger = logging.getLogger(__name__)

BATCH = 500
# What has been late for longer is on the lists, and nobody's activity: a company that begins would get hundreds.
TOLD_LATE = timedelta(days=7)


class VatportalDue(models.AbstractModel):
    """Whatever has a last day at e-taxes: what is to be sent, corrected, or answered.

    The day is stored, and there is none for what is in time already or never goes. Whether it has passed is found out when it
    is looked at, so that it is told though no scheduled action runs.

    A model that inherits from this says what is due by :meth:`_vatportal_due_day`, computes the two stored fields with what
    that depends on, and names in :meth:`_vatportal_may_be_due` those for which it can change when rules do.
    """

    _name = 'vatportal.due'
    _description = 'Due at e-taxes'

    # At so many days left, or less, a person is told, once for each.
    _vatportal_told_at = (1,)
    _vatportal_due_activity = None

    vatportal_due_date = fields.Date(
        string='Due at e-taxes',
        compute='_compute_vatportal_due_date',
        store=True,
        copy=False,
        index='btree_not_null',
        help='The last day, until midnight in Baku. Empty: nothing is due.',
    )
    vatportal_deadline_id = fields.Many2one(
        'vatportal.deadline',
        string='e-taxes Deadline',
        compute='_compute_vatportal_due_date',
        store=True,
        copy=False,
        ondelete='restrict',
        index='btree_not_null',
    )
    vatportal_due_state = fields.Selection(STANDS, string='Time Left at e-taxes', compute='_compute_vatportal_due_state', search='_search_vatportal_due_state')
    vatportal_days_left = fields.Integer(
        string='Days Left at e-taxes', compute='_compute_vatportal_due_state', help='After today, in Baku; negative once the last day has passed.'
    )
    vatportal_due_text = fields.Char(string='When It Is Due', compute='_compute_vatportal_due_text')
    vatportal_told_due = fields.Date(readonly=True, copy=False, string='Told of Last Day', index='btree_not_null')
    vatportal_told_left = fields.Integer(readonly=True, copy=False, aggregator=None, string='Told at Days Left')

    def _compute_vatportal_due_date(self):
        for record in self:
            record.vatportal_due_date, record.vatportal_deadline_id = record._vatportal_due_day()

    def _vatportal_due_day(self):
        """(last day, id of the rule); (False, False) where nothing is due."""
        raise NotImplementedError

    @api.model
    def _vatportal_may_be_due(self):
        """The domain of those that can have a last day, few enough to be computed one by one."""
        raise NotImplementedError

    @api.model
    def _vatportal_of_partners(self, partners):
        """The domain of those whose last day depends on what ``partners`` are: commercial ones, or such as have just been put under one."""
        return Domain.FALSE

    @api.depends('vatportal_due_date')
    def _compute_vatportal_due_state(self):
        now = fields.Datetime.now()
        for record in self:
            day = record.vatportal_due_date
            record.vatportal_due_state = day and deadlines.stand(day, now)
            record.vatportal_days_left = deadlines.days_left(day, now) if day else 0

    @api.model
    def _search_vatportal_due_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        now = fields.Datetime.now()
        return Domain.OR(_between(*deadlines.span(stand, now)) if stand else Domain('vatportal_due_date', '=', False) for stand in value)

    @api.depends('vatportal_due_date')
    @api.depends_context('lang')
    def _compute_vatportal_due_text(self):
        for record in self:
            record.vatportal_due_text = record.vatportal_due_date and record._vatportal_due_words()

    def _vatportal_due_words(self):
        """When it is due, or since when it is late, in a sentence."""
        day = format_date(self.env, self.vatportal_due_date)
        if self.vatportal_due_state == 'late':
            since = format_date(self.env, self.vatportal_due_date + timedelta(days=1))
            return self.env._('Late since %(day)s; days late: %(count)s.', day=since, count=-self.vatportal_days_left)
        if self.vatportal_due_state == 'today':
            return self.env._('Due today, until midnight in Baku.')
        return self.env._('Due on %s, until midnight in Baku.', day)

    # ------------------------------------------------------------------ when rules change

    @api.model
    def _renew_due(self, domain):
        """Compute the last days anew, a batch at a time, of those in ``domain`` that have one or can have one."""
        having = Domain('vatportal_due_date', '!=', False) | self._vatportal_may_be_due()
        ids = self.sudo().with_context(active_test=False).search(Domain(domain) & having, order='id').ids
        self._vatportal_compute_in_parts(ids, ('vatportal_due_date', 'vatportal_deadline_id'))

    @api.model
    def _renew_concerned(self, domain):
        """As :meth:`_renew_due`, where others can be concerned than before: by a connector that comes or goes, or a partner that is another."""
        self._renew_due(domain)

    @api.model
    def _vatportal_compute_in_parts(self, ids, names):
        """Compute the stored fields ``names`` of these records anew, a batch at a time: there may be more than memory holds."""
        for part in split_every(BATCH, ids):
            records = self.sudo().browse(part)
            for name in names:
                self.env.add_to_compute(self._fields[name], records)
            records.modified(names)
            self.env.flush_all()
            if len(ids) > BATCH:
                records.invalidate_recordset()

    # ------------------------------------------------------------------ telling a person before it is late

    @api.model
    def _remind_due(self):
        """Give the activity to somebody for each that is due so soon, and close those of what is due no more."""
        self._close_reminded()
        today = deadlines.today(fields.Datetime.now())
        due = self.search(
            self._vatportal_told_of()
            & Domain('vatportal_due_date', '>=', today - TOLD_LATE)
            & Domain('vatportal_due_date', '<=', today + timedelta(days=max(self._vatportal_told_at))),
            order='vatportal_due_date, id',
        )
        waiting = due.filtered(lambda record: record._vatportal_telling())
        self.env['ir.cron']._commit_progress(remaining=len(waiting))
        for ids in split_every(BATCH // 10, waiting.ids):
            for record in self.browse(ids):
                record._vatportal_try_remind()
            if not self.env['ir.cron']._commit_progress(len(ids)):
                return

    @api.model
    def _vatportal_told_of(self):
        """The domain of those of which anybody is told."""
        return Domain.TRUE

    def _vatportal_telling(self):
        """The days left of which a person is to be told now; False for nothing new."""
        left = min((level for level in self._vatportal_told_at if level >= self.vatportal_days_left), default=False)
        told = self.vatportal_told_due == self.vatportal_due_date and self.vatportal_told_left <= (left or 0)
        return left and not told and not self._vatportal_is_settled() and left

    def _vatportal_is_settled(self):
        """Whether a person has said that nothing more is to be done before the last day."""
        return False

    def _vatportal_is_over(self):
        """Whether nothing is due any more."""
        return not self.vatportal_due_date or self._vatportal_is_settled()

    def _vatportal_try_remind(self):
        try:
            with self.env.cr.savepoint():
                self._vatportal_remind()
        except CONCURRENT:
            raise
        except Exception:  # the others are told all the same; it is tried again with the next run
            _logger.exception('Nobody could be told of what is due: %s %s', self._name, self.id)

    def _vatportal_remind(self):
        left = self._vatportal_telling()
        self._vatportal_tell()
        self.sudo().write({'vatportal_told_due': self.vatportal_due_date, 'vatportal_told_left': left})

    def _vatportal_tell(self):
        """Give the activity to whoever the record is entrusted to, in their language, in the place of an earlier one."""
        record = self.sudo()
        user = record._vatportal_due_user()
        summary, note = record._vatportal_in_language_of(user)._vatportal_due_task()
        record.activity_unlink([self._vatportal_due_activity])
        record.activity_schedule(
            self._vatportal_due_activity, date_deadline=record.vatportal_due_date, summary=summary, note=Markup('<p>%s</p>') % note, user_id=user.id
        )

    def _vatportal_in_language_of(self, user):
        return self.with_context(lang=user.lang) if user.lang else self

    def _vatportal_due_user(self):
        """Whose task it is, ``res.users``."""
        raise NotImplementedError

    def _vatportal_due_task(self):
        """(summary, what to do) for a person, in the language of the context."""
        raise NotImplementedError

    @api.model
    def _close_reminded(self):
        """Close the activities of what is due no more, and of whatever a person was told of and is."""
        kind = self.env.ref(self._vatportal_due_activity)
        told = self.sudo().search([('vatportal_told_due', '!=', False)])
        activities = self.env['mail.activity'].sudo().search([('activity_type_id', '=', kind.id), ('res_model', '=', self._name)])

        def failed(record, error):
            _logger.error('What is due no more could not be closed: %s %s', self._name, record.id, exc_info=error)

        by_halves(told | self.browse(activities.mapped('res_id')).exists(), lambda records: records._vatportal_close_due(), failed)

    def _vatportal_close_due(self):
        """Close the activities of those of these records that are due no more; a person is told anew should they be once more."""
        for record in self.sudo().filtered(lambda record: record._vatportal_is_over()):
            if record.vatportal_told_due:
                record.write({'vatportal_told_due': False, 'vatportal_told_left': 0})
            if record.activity_ids:
                reader = record._vatportal_in_language_of(record._vatportal_due_user())
                reader.activity_feedback([self._vatportal_due_activity], feedback=reader.env._('Done in time, or due no more.'))


def _between(first, last):
    domain = Domain('vatportal_due_date', '!=', False)
    if first:
        domain &= Domain('vatportal_due_date', '>=', first)
    return domain & Domain('vatportal_due_date', '<=', last) if last else domain

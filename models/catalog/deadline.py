import logging
from collections import defaultdict
from dataclasses import replace
from datetime import time, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...vatportal import deadlines
from ..states import BAKU_OFFSET

_logger = logging.getLogger(__name__)

SUBJECTS = [
    ('goods', 'Supply of goods'),
    ('service', 'Works and services'),
    ('return', 'Returns and adjustments'),
    ('advance', 'Advances'),
    ('correction', 'Corrections of what was sent back'),
    ('answer', 'Answers to received documents'),
    ('edited', 'Answers to corrected documents'),
]
_INCOMING = ('answer', 'edited')
STANDS = [('late', 'Late'), ('today', 'Due today'), ('soon', 'Due soon'), ('later', 'Due later')]
# By these a rule gives other days than before.
_RULE_FIELDS = {'active', 'company_id', 'subject', 'days', 'count', 'start', 'kind_ids', 'valid_from', 'valid_to'}


class VatportalDeadline(models.Model):
    """Until when an e-invoice, or the answer to one, is due: rules that the accountant owns.

    What the law says is told differently by different sources, so the rules are data, with where they come from beside
    them. Of all that hold, those of the company count before those of the companies above it, these before those of all,
    those that name the kind before those for any, and of these the strictest. The arithmetic is in ``vatportal/deadlines.py``.

    What is due by them is stored with what it is due for, so that it is found among very many; whether it is late is said
    when it is looked at.
    """

    _name = 'vatportal.deadline'
    _description = 'Deadline of e-invoices'
    _inherit = ['vatportal.guard', 'mail.thread']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True, tracking=True, help='A rule that no longer holds is archived, not deleted: what was due by it goes on to say so.')
    sequence = fields.Integer(default=100)
    company_id = fields.Many2one(
        'res.company',
        tracking=True,
        ondelete='cascade',
        help='Empty: all companies that have no rule of their own for the same. The rules of a company hold for its branches, as far as these have none.',
    )
    subject = fields.Selection(SUBJECTS, string='For', required=True, tracking=True)
    direction = fields.Selection([('outgoing', 'Sent'), ('incoming', 'Incoming')], compute='_compute_direction', store=True)
    kind_ids = fields.Many2many(
        'vatportal.kind', string='Kinds', ondelete='restrict', context={'active_test': False}, help='Empty: any kind that no other rule for the same names.'
    )
    days = fields.Integer(required=True, default=0, tracking=True, help='0: on the day itself; with the day of the next month: the last day of its own month.')
    count = fields.Selection(
        [('calendar', 'Calendar days after'), ('working', 'Working days after'), ('next_month', 'Day of the month after')],
        string='Counted as',
        required=True,
        default='calendar',
        tracking=True,
        help="Working days are those of the company's working hours, without its public holidays.",
    )
    start = fields.Selection(
        [('delivery', 'Delivery, else invoice date'), ('invoice', 'Invoice date'), ('payment', 'First payment of the advance'), ('issue', 'Issue at e-taxes')],
        string='Counted from',
        required=True,
        default='delivery',
        tracking=True,
    )
    valid_from = fields.Date(tracking=True, help='It holds for what is counted from this day on.')
    valid_to = fields.Date(tracking=True, help='It holds for what is counted until this day.')
    source = fields.Text(translate=True, help='Where the rule comes from.')
    certainty = fields.Selection([('sure', 'Several sources agree'), ('thin', 'One source'), ('open', 'Sources disagree')], string='How Sure')

    _days_possible = models.Constraint("CHECK (days >= 0 AND days <= CASE count WHEN 'next_month' THEN 31 ELSE 366 END)", 'So many days there are not.')
    _valid_span = models.Constraint('CHECK (valid_from <= valid_to)', 'A rule ends after it has begun.')

    @api.depends('subject')
    def _compute_direction(self):
        for deadline in self:
            deadline.direction = 'incoming' if deadline.subject in _INCOMING else 'outgoing'

    @api.constrains('subject', 'start')
    def _check_start(self):
        for deadline in self:
            if (deadline.start == 'issue') != (deadline.subject in ('correction', *_INCOMING)) or (deadline.start == 'payment') != (
                deadline.subject == 'advance'
            ):
                raise ValidationError(
                    self.env._(
                        '%s: answers and corrections are counted from the issue at e-taxes, advances from their first payment, all others from delivery or '
                        'invoice date.',
                        deadline.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._changed()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if _RULE_FIELDS & vals.keys():
            self._changed()
        return result

    def _changed(self):
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)
        # Data of an installation come before there is anything that could be due.
        if self.pool.ready:
            self._renew()

    # ------------------------------------------------------------------ the last day

    @api.model
    @ormcache('company_id')
    def _rules_of(self, company_id):
        """Subject → (id, where it counts from, kinds, how near its company is, :class:`deadlines.Rule`) of the rules that
        ``company_id`` goes by."""
        found, above = defaultdict(list), self.env['res.company'].sudo().browse(company_id or ()).parent_ids
        # Whoever asks first may look for what is archived as well.
        for deadline in self.sudo().with_context(active_test=True).search([('company_id', 'in', (*above.ids, False))]):
            rule = deadlines.Rule(deadline.days, deadline.count, valid_from=deadline.valid_from or None, valid_to=deadline.valid_to or None)
            near = len(deadline.company_id.parent_ids)
            found[deadline.subject].append((deadline.id, deadline.start, frozenset(deadline.kind_ids.ids), near, rule))
        return dict(found)

    @api.model
    def _due_day(self, company, claims, kind, first_day=False, own=True):
        """(last day, id of the rule) of what is due; (False, False) for nothing.

        :param claims: list of (subject, dict of where it counts from → day)
        :param kind: ``vatportal.kind``
        :param first_day: whether the day that is counted from is the first
        :param own: whether the rules count that ``company``, or one above it, has made for itself
        """
        strictest = []
        for subject, days in claims:
            holding = [
                (near, bool(kinds), rule_id, replace(rule, first_day=first_day), days[start])
                for rule_id, start, kinds, near, rule in self._rules_of(own and company.id).get(subject, ())
                if days.get(start) and rule.holds_on(days[start]) and (not kinds or kind.id in kinds)
            ]
            nearest = max((rule[:2] for rule in holding), default=None)
            strictest += [rule[2:] for rule in holding if rule[:2] == nearest]
        works = any(rule.count == 'working' for _id, rule, _start in strictest)
        return deadlines.earliest(strictest, self._calendar(company) if works else deadlines.WorkCalendar()) or (False, False)

    @api.model
    def _calendar(self, company):
        """The working days of ``company``: its working hours in Odoo, without its public holidays; without hours Monday to Friday."""
        calendar = company.sudo().resource_calendar_id
        weekdays = frozenset(int(hours.dayofweek) for hours in calendar.attendance_ids if not hours.display_type)
        leaves = (
            self.env['resource.calendar.leaves']
            .sudo()
            .search(
                [
                    ('resource_id', '=', False),
                    ('time_type', '=', 'leave'),
                    ('company_id', 'in', (company.id, False)),
                    ('calendar_id', 'in', (calendar.id, False)),
                ]
            )
        )
        holidays = frozenset(day for leave in leaves for day in _days_between(leave.date_from + BAKU_OFFSET, leave.date_to + BAKU_OFFSET))
        return deadlines.WorkCalendar(weekdays or deadlines.WorkCalendar().weekdays, holidays)

    # ------------------------------------------------------------------ what is due by them

    def _models(self):
        """The models of what can be due."""
        return [model for model in self.env.values() if isinstance(model, self.pool['vatportal.due']) and not model._abstract]

    @api.model
    def _renew(self, companies=None):
        """Compute anew until when everything is due that can be due: what was sent and answered long ago is not walked through.

        :param companies: ``res.company``; None for all
        """
        for model in self._models():
            model._renew_due([('company_id', 'in', companies.ids)] if companies is not None else [])

    @api.model
    def _renew_begun(self, companies):
        """As :meth:`_renew`, where ``companies`` have got a connector, or lost one: since when anything is due is another day, too."""
        for model in self._models():
            model._renew_concerned([('company_id', 'in', companies.ids)])

    @api.model
    def _renew_working(self):
        """As :meth:`_renew`, where anything is counted in working days."""
        if self.sudo().search_count([('count', '=', 'working')], limit=1):
            self.sudo()._renew()

    @api.model
    def _cron_remind(self):
        """Scheduled action: tell people of what is due soon. The lists and counts do without it."""
        for model in self._models():
            try:
                model._remind_due()
            except Exception:  # of what else is due people are told all the same
                self.env.cr.rollback()
                _logger.exception('Nobody could be told of what is due: %s', model._name)


def _days_between(first, last):
    """The days whose noon lies between two moments: half a day off is no holiday."""
    day = first.date() if first.time() <= time(12) else first.date() + timedelta(days=1)
    while day < last.date() or day == last.date() and last.time() >= time(12):
        yield day
        day += timedelta(days=1)

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .states import BAKU_OFFSET


class VatportalPeriod(models.AbstractModel):
    """A range of days in Baku, chosen by a word or day by day. Whoever inherits it has the field ``period``, which says which words
    of :func:`period_days` there are, and ``custom``."""

    _name = 'vatportal.period'
    _description = 'Days of a dialog'
    _inherit = ['vatportal.guard']

    date_from = fields.Date(string='From', required=True, compute='_compute_dates', store=True, readonly=False, precompute=True)
    date_to = fields.Date(string='To', required=True, compute='_compute_dates', store=True, readonly=False, precompute=True)

    @api.depends('period')
    def _compute_dates(self):
        today = self._baku_today()
        for wizard in self:
            if wizard.period != 'custom':
                wizard.date_from, wizard.date_to = period_days(wizard.period, today)
            else:
                wizard.date_from, wizard.date_to = wizard.date_from or today, wizard.date_to or today

    @api.onchange('date_from', 'date_to')
    def _onchange_dates(self):
        if self.period != 'custom' and (self.date_from, self.date_to) != period_days(self.period, self._baku_today()):
            self.period = 'custom'

    @api.constrains('date_from', 'date_to')
    def _check_dates(self):
        for wizard in self:
            if wizard.date_from > wizard.date_to:
                raise ValidationError(self.env._('The first day is after the last day.'))

    @api.model
    def _baku_today(self):
        return (fields.Datetime.now() + BAKU_OFFSET).date()


def period_days(period, today):
    """The first and the last day of ``period``."""
    day = timedelta(days=1)
    month, year = today + relativedelta(day=1), today + relativedelta(month=1, day=1)
    quarter = month - relativedelta(months=(today.month - 1) % 3)
    return {
        'today': (today, today),
        'week': (today - timedelta(days=today.weekday()), today),
        'month': (month, today),
        'last_month': (month - relativedelta(months=1), month - day),
        'quarter': (quarter, today),
        'last_quarter': (quarter - relativedelta(months=3), quarter - day),
        'year': (year, today),
        'last_year': (year - relativedelta(years=1), year - day),
    }[period]

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..models.job_download_batch import _months
from ..models.portal_values import BAKU_OFFSET


class VatportalImportWizard(models.TransientModel):
    """Asks for a folder and a range of days, and imports what e-taxes has there."""

    _name = 'vatportal.import.wizard'
    _description = 'Import from e-taxes'
    _inherit = ['vatportal.import.choice', 'vatportal.guard']

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    connector_id = fields.Many2one(
        'vatportal.connector', domain="[('company_id', '=', company_id)]",
        compute='_compute_connector_id', store=True, readonly=False)
    connector_count = fields.Integer(compute='_compute_connector_count')
    direction = fields.Selection(
        [('incoming', "Incoming"), ('outgoing', "Sent"), ('both', "Both")], string="Folder", required=True,
        default='incoming')
    source = fields.Selection(
        [('portal', "What VatPortal holds already"), ('etaxes', "Ask e-taxes now (PIN1)")], required=True,
        default='portal')
    period = fields.Selection(
        [('today', "Today"), ('week', "This week"), ('month', "This month"), ('last_month', "Last month"),
         ('quarter', "This quarter"), ('custom', "Other dates")], required=True, default='month')
    date_from = fields.Date(
        string="From", required=True, compute='_compute_dates', store=True, readonly=False, precompute=True,
        help="The day on which the document was made.")
    date_to = fields.Date(
        string="To", required=True, compute='_compute_dates', store=True, readonly=False, precompute=True)
    compares = fields.Boolean(help="Look first for what VatPortal has from here and this database does not know.")
    process_count = fields.Integer(compute='_compute_process_count')

    @api.depends('company_id')
    def _compute_connector_id(self):
        for wizard in self:
            wizard.connector_id = self.env['vatportal.connector']._default_for(wizard.company_id)

    @api.depends('company_id')
    def _compute_connector_count(self):
        for wizard in self:
            wizard.connector_count = self.env['vatportal.connector'].search_count(
                [('company_id', '=', wizard.company_id.id)])

    @api.depends('period')
    def _compute_dates(self):
        today = (fields.Datetime.now() + BAKU_OFFSET).date()
        for wizard in self:
            if wizard.period != 'custom':
                wizard.date_from, wizard.date_to = _period(wizard.period, today)
            else:
                wizard.date_from, wizard.date_to = wizard.date_from or today, wizard.date_to or today

    @api.onchange('date_from', 'date_to')
    def _onchange_dates(self):
        today = (fields.Datetime.now() + BAKU_OFFSET).date()
        if self.period != 'custom' and (self.date_from, self.date_to) != _period(self.period, today):
            self.period = 'custom'

    @api.constrains('date_from', 'date_to')
    def _check_dates(self):
        for wizard in self:
            if wizard.date_from > wizard.date_to:
                raise ValidationError(self.env._("The first day is after the last day."))
            if wizard.date_from + relativedelta(years=5) < wizard.date_to:
                raise ValidationError(self.env._("Choose five years at most."))

    @api.depends('date_from', 'date_to', 'direction')
    def _compute_process_count(self):
        for wizard in self:
            months = len(list(_months(wizard.date_from, wizard.date_to))) \
                if wizard.date_from and wizard.date_to else 0
            wizard.process_count = months * len(wizard._directions())

    def _directions(self):
        return ['incoming', 'outgoing'] if self.direction == 'both' else [self.direction]

    def action_import(self):
        """Begin the import and open its live view.

        :raises UserError: when the company has no VÖEN
        """
        self.ensure_one()
        if self.connector_id.company_id != self.company_id:
            raise UserError(self.env._("The connector belongs to another company."))
        jobs = self.env['vatportal.job']._queue_download(
            self.connector_id, self._directions(), self.date_from, self.date_to, self.source, self._filters(),
            **({'compares': True, 'phase': 'compare'} if self.compares else {}))
        jobs._commit()
        jobs[:1]._advance()
        return jobs._dialog_action()


def _period(period, today):
    """The first and the last day of ``period``."""
    month = today + relativedelta(day=1)
    return {
        'today': (today, today),
        'week': (today - timedelta(days=today.weekday()), today),
        'month': (month, today),
        'last_month': (month - relativedelta(months=1), month - timedelta(days=1)),
        'quarter': (month - relativedelta(months=(today.month - 1) % 3), today),
    }[period]

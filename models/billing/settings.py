from odoo import api, fields, models

from ..states import baku_day


class VatportalConnector(models.Model):
    """How received documents are booked, and who hears of what happens to documents."""

    _inherit = 'vatportal.connector'

    auto_bill = fields.Boolean(
        string='Make Bills by Itself',
        tracking=True,
        help='Draft bills and credit notes are made of incoming documents as soon as they are imported. What Odoo is not sure of stays with a question.',
    )
    auto_bill_from = fields.Date(string='Bill Documents From', help='Older documents are left alone; bills of them can still be made with the button.')
    cancel_draft_bills = fields.Boolean(
        tracking=True,
        help='A draft bill is cancelled by itself when its document is cancelled or deleted at e-taxes. Confirmed '
        'bills are never touched: they get an activity.',
    )
    issue_day_counts = fields.Boolean(
        string='Day of Issue Counts',
        default=True,
        tracking=True,
        help='The days within which a received document has to be answered begin with the day on which it was issued. Off: with the day after. Which of the '
        'two holds is told differently; on is the stricter one.',
    )
    bill_journal_id = fields.Many2one(
        'account.journal',
        string='Journal of Bills',
        check_company=True,
        domain="[('type', '=', 'purchase')]",
        help="Empty: the company's first purchase journal.",
    )
    rounding_account_id = fields.Many2one(
        'account.account',
        check_company=True,
        help="For differences of up to 0.05 AZN between a document's total and its lines. Empty: the account that Odoo proposes for the vendor.",
    )
    responsible_id = fields.Many2one(
        'res.users',
        string='Responsible for Documents',
        domain="[('share', '=', False)]",
        help='Gets the activities when a document is sent back, cancelled or deleted. Empty: the salesperson of the '
        'invoice, or whoever made the bill; of a document without invoice, whoever imported it.',
    )

    @api.onchange('auto_bill')
    def _onchange_auto_bill(self):
        if self.auto_bill and not self.auto_bill_from:
            self.auto_bill_from = baku_day(fields.Datetime.now())

    def _date_bills(self, vals):
        """Before ``vals`` are written: of connectors that begin to make bills by themselves, older documents are left alone."""
        if vals.get('auto_bill') and 'auto_bill_from' not in vals:
            self.filtered(lambda connector: not connector.auto_bill_from).auto_bill_from = baku_day(fields.Datetime.now())

    @api.model
    def _with_bill_date(self, vals):
        if vals.get('auto_bill') and not vals.get('auto_bill_from'):
            return {**vals, 'auto_bill_from': baku_day(fields.Datetime.now())}
        return vals

    def _receiving_journal(self):
        """The journal in which received documents become bills: the chosen one, or the company's first."""
        self.ensure_one()
        journals = self.env['account.journal']
        return self.bill_journal_id.filtered('active') or journals.search(
            [*journals._check_company_domain(self.company_id), ('type', '=', 'purchase')], limit=1
        )

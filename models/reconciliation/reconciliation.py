from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..states import SHOWN_STATUSES
from .query import with_found
from .sql_amounts import COLUMN_DIFFERENCES
from .sql_findings import HALF, MONTHS, STEP
from .terms import AMOUNTS, CLEAR_FINDINGS, COLUMNS, FINDINGS, REASONS, STEPS

# What the rows are computed from, so that it is written before they are read.
DEPENDS = {
    'account.move': [
        'state',
        'move_type',
        'name',
        'ref',
        'payment_reference',
        'payment_state',
        'amount_total',
        'currency_id',
        'date',
        'invoice_date',
        'company_id',
        'commercial_partner_id',
        'invoice_partner_display_name',
        'reversed_entry_id',
        'vatportal_document_id',
        'vatportal_bill_document_id',
        'vatportal_kind_id',
        'vatportal_is_advance',
        'vatportal_package_date',
        'vatportal_unsent_reason',
    ],
    'account.move.line': ['move_id', 'balance', 'amount_currency', 'currency_id', 'display_type', 'product_id', 'tax_ids', 'tax_line_id'],
    'vatportal.document': [
        'state',
        'status',
        'shown_status',
        'direction',
        'company_id',
        'bill_company_id',
        'kind_id',
        'qaime',
        'name',
        'date',
        'move_id',
        'other_move_ids',
        'partner_id',
        'counterparty_name',
        'seller_vat',
        'buyer_vat',
        'is_foreign',
        'is_advance',
        'advance_id',
        'double_id',
        'missing_since',
        'doubtful',
        'bill_state',
        'bill_notes',
        'amount_vat_base',
        'amount_zero',
        'amount_exempt',
        'amount_not_subject',
        'amount_vat',
        'amount_road',
        'amount_total',
    ],
    'vatportal.kind': ['code', 'booking'],
    'res.partner': ['country_id', 'is_company', 'vat', 'vatportal_voen'],
}


def amount(label, help_text=None):
    """A sum of a side, in AZN; returns count less than nothing."""
    return fields.Float(label, digits=(16, 2), readonly=True, help=help_text)


class VatportalReconciliation(models.Model):
    """The books beside e-taxes: a row for each posted entry with its document, for each entry without one, and for each
    document without an entry. What lies in two months is a row in each of them, with what it counts there.

    Nothing of it is stored but what people explain. How it is computed: ``query.py`` and the constants that it names.
    """

    _name = 'vatportal.reconciliation'
    _description = 'Reconciliation with e-taxes'
    _inherit = ['vatportal.guard']
    _auto = False
    _order = 'date desc, id desc'
    _depends = {**DEPENDS, 'vatportal.explanation': ['move_id', 'document_id', 'text', 'user_id', 'finding', 'difference', 'columns', 'months']}

    name = fields.Char('Number', readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    side = fields.Selection([('sale', 'Sales'), ('purchase', 'Purchases')], readonly=True, help='Returns are of the side whose amounts they lower.')
    date = fields.Date(readonly=True, help='The day for which the row counts: that of the entry, or of the qaimə where it counts alone.')
    books_date = fields.Date('Date in Odoo', readonly=True, help='The accounting date: the ledger has it in this month.')
    etaxes_date = fields.Date('Date of the Qaimə', readonly=True, help='In Baku.')
    move_id = fields.Many2one('account.move', string='Entry', readonly=True)
    document_id = fields.Many2one('vatportal.document', readonly=True)
    typed_id = fields.Many2one(
        'vatportal.document', string='Document with Its Number', readonly=True, help='Its number stands on the entry; nobody has linked them.'
    )
    kind_id = fields.Many2one('vatportal.kind', readonly=True)
    partner_id = fields.Many2one('res.partner', readonly=True)
    partner_name = fields.Char('Counterparty', readonly=True)
    shown_status = fields.Selection(SHOWN_STATUSES, string='Status', readonly=True)
    is_return = fields.Boolean('Return', readonly=True)
    is_advance = fields.Boolean('Advance', readonly=True)

    finding = fields.Selection(FINDINGS, readonly=True)
    reason = fields.Selection(REASONS, string='Why', readonly=True)
    first_column = fields.Selection(COLUMNS, string='Differs in', readonly=True, help='The first VAT column in which the two sides are not the same.')
    next_step = fields.Selection(STEPS, readonly=True)
    is_open = fields.Boolean('To Be Cleared', readonly=True, help='A difference that nobody has explained yet.')

    books_vat_base = amount('Odoo: Base at 18 %')
    books_zero = amount('Odoo: Base at 0 %')
    books_exempt = amount('Odoo: Exempt from VAT')
    books_not_subject = amount('Odoo: Not Subject to VAT')
    books_other = amount('Odoo: Other', 'Road tax, rounding, and amounts whose taxes name no VAT column.')
    books_vat = amount('Odoo: VAT')
    books_total = amount('Odoo: Total', 'Without taxes that are not part of the e-invoice.')
    etaxes_vat_base = amount('e-taxes: Base at 18 %')
    etaxes_zero = amount('e-taxes: Base at 0 %')
    etaxes_exempt = amount('e-taxes: Exempt from VAT')
    etaxes_not_subject = amount('e-taxes: Not Subject to VAT')
    etaxes_other = amount('e-taxes: Other')
    etaxes_vat = amount('e-taxes: VAT')
    etaxes_total = amount('e-taxes: Total')
    diff_vat_base = amount('Difference: Base at 18 %')
    diff_zero = amount('Difference: Base at 0 %')
    diff_exempt = amount('Difference: Exempt from VAT')
    diff_not_subject = amount('Difference: Not Subject to VAT')
    diff_other = amount('Difference: Other')
    diff_vat = amount('Difference: VAT')
    diff_total = amount('Difference', 'Total in Odoo less that at e-taxes.')

    whole_difference = fields.Float(digits=(16, 2), readonly=True, aggregator=None, help='The difference of both months, where the row is of one of two.')
    whole_columns = fields.Char('Differences by Column', readonly=True, help='Those of VAT and of its columns, of both months.')
    whole_months = fields.Char('Months', readonly=True, help='Those of the entry and of the qaimə.')

    explanation_id = fields.Many2one('vatportal.explanation', string='Last Explanation', readonly=True)
    explanation = fields.Char(
        compute='_compute_explanation',
        inverse='_inverse_explanation',
        help='Why the difference is as it should be. It stays, with your name; another one can be added.',
    )
    explained_by_id = fields.Many2one('res.users', string='Explained by', readonly=True)
    explained_at = fields.Datetime('Explained at', readonly=True)

    @property
    def _table_query(self):
        return SQL('%s %s', with_found(self.env), self._select())

    @api.model
    def _select(self):
        amounts = [
            part
            for name in AMOUNTS
            for part in (
                f'half.books * found.books_{name} AS books_{name}',
                f'half.etaxes * found.etaxes_{name} AS etaxes_{name}',
                f'half.books * found.books_{name} - half.etaxes * found.etaxes_{name} AS diff_{name}',
            )
        ]
        return SQL(
            f"""
            SELECT CASE WHEN found.posted THEN found.move_id ELSE found.document_id END::bigint * 4
                   + CASE WHEN found.posted THEN half.number ELSE 1 END AS id,
                   found.name, found.company_id, found.side, found.move_id, found.document_id, found.typed_id, found.kind_id, found.partner_id, found.partner_name,
                   document.shown_status, found.is_return, found.is_advance, found.finding, found.reason,
                   found.books_date, CASE WHEN found.stands THEN found.etaxes_date END AS etaxes_date,
                   CASE WHEN found.posted AND half.books = 1 THEN found.books_date ELSE found.etaxes_date END AS date,
                   CASE WHEN found.differs THEN found.first_column END AS first_column,
                   {STEP} AS next_step,
                   found.finding NOT IN %(clear)s
                   AND (said.id IS NULL OR said.finding != found.finding
                        OR ABS(said.difference - (found.books_total - found.etaxes_total)) >= 0.005
                        OR NOT found.simplified AND COALESCE(said.columns != whole.columns, FALSE)
                        OR found.other_month AND COALESCE(said.months != whole.months, FALSE)) AS is_open,
                   found.books_total - found.etaxes_total AS whole_difference, whole.columns AS whole_columns, whole.months AS whole_months,
                   said.id AS explanation_id, said.user_id AS explained_by_id, said.create_date AS explained_at,
                   {', '.join(amounts)}
              FROM found
              JOIN {HALF} ON (half.name = 'both') = (found.other_month IS NOT TRUE)
              LEFT JOIN vatportal_document document ON document.id = found.document_id
              CROSS JOIN LATERAL (SELECT {COLUMN_DIFFERENCES} AS columns, {MONTHS} AS months) whole
              LEFT JOIN LATERAL (
                  SELECT said.* FROM vatportal_explanation said
                   WHERE said.move_id = found.move_id OR said.document_id = found.document_id
                   ORDER BY said.id DESC LIMIT 1
              ) said ON TRUE
            """,
            clear=CLEAR_FINDINGS,
        )

    # ------------------------------------------------------------------ what people explain

    @api.depends('explanation_id')
    def _compute_explanation(self):
        for row in self:
            # A branch's row may be one that somebody has explained for its parent: who sees the row reads why.
            row.explanation = row.explanation_id.sudo().text

    def _inverse_explanation(self):
        said = [(row, (row.explanation or '').strip()) for row in self]
        if not all(text for _row, text in said):
            raise UserError(self.env._('What was explained stays. Write another explanation instead.'))
        # Whoever may write here may add one; nobody changes those that are there.
        self.env['vatportal.explanation'].sudo().create([row._explanation_vals(text) for row, text in said])
        self.env.flush_all()
        self.invalidate_recordset()

    def _explanation_vals(self, text):
        return {
            'company_id': self.company_id.id,
            'move_id': self.move_id.id,
            'document_id': self.document_id.id,
            'text': text,
            'user_id': self.env.uid,
            'finding': self.finding,
            'difference': self.whole_difference,
            'columns': self.whole_columns,
            'months': self.whole_months,
        }

    def write(self, vals):
        """:raises AccessError: for anything but the explanation: all else is computed"""
        if vals.keys() - {'explanation'}:
            raise AccessError(self.env._('Only the explanation can be written here; all else follows from the entries and documents.'))
        return super().write(vals)

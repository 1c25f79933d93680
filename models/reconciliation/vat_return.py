from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .query import parameters, with_found
from .reconciliation import DEPENDS, amount
from .sql_vat_return import OF_DOCUMENTS, OF_PAYMENTS, OF_TAGS


class VatportalVatReturn(models.Model):
    """The figures that a VAT return is checked with, by VAT column: what the qaimə say, what the books say, what Odoo's tax tags
    say where the chart has them, and what was paid. It computes no declaration.

    Three kinds of rows, each with the entry and the document behind it: amounts of an entry and its document, each in its month;
    payments, in theirs; items with tax tags, in the month in which they are booked.
    """

    _name = 'vatportal.vat.return'
    _description = 'Lines of the VAT return'
    _inherit = ['vatportal.guard']
    _auto = False
    _order = 'date desc, id desc'
    _rec_name = 'vat_column'
    _depends = {
        **DEPENDS,
        'account.move': [*DEPENDS['account.move'], 'tax_cash_basis_origin_move_id'],
        'account.move.line': [*DEPENDS['account.move.line'], 'date', 'tax_tag_ids', 'partner_id', 'company_id'],
        'account.partial.reconcile': ['debit_move_id', 'credit_move_id', 'debit_amount_currency', 'credit_amount_currency', 'max_date', 'exchange_move_id'],
    }

    company_id = fields.Many2one('res.company', readonly=True)
    date = fields.Date(readonly=True, help='Of the entry or the qaimə; of a payment its own; of tagged items that on which they are booked.')
    side = fields.Selection([('sale', 'Sales'), ('purchase', 'Purchases')], readonly=True)
    operation = fields.Selection([('usual', 'Goods, works and services'), ('return', 'Returns'), ('advance', 'Advances')], string='Group', readonly=True)
    vat_column = fields.Selection(
        [('vat', 'VAT 18 %'), ('zero', 'VAT 0 %'), ('exempt', 'Exempt from VAT'), ('not_subject', 'Not subject to VAT'), ('other', 'Other')],
        string='VAT Column',
        readonly=True,
        help='Other: road tax, rounding, and amounts whose taxes name no column, or more than one.',
    )
    creditable = fields.Selection(
        [('yes', 'Creditable'), ('no', 'Not creditable')],
        readonly=True,
        help='VAT of purchases: creditable where it is on a qaimə that stands and is booked as deductible. Whether it was paid without cash '
        'through the VAT deposit account is not known here.',
    )
    move_id = fields.Many2one('account.move', string='Entry', readonly=True)
    document_id = fields.Many2one('vatportal.document', readonly=True)
    kind_id = fields.Many2one('vatportal.kind', readonly=True)
    partner_id = fields.Many2one('res.partner', readonly=True)
    tags = fields.Char('Tax Tags', readonly=True)

    etaxes_base = amount('Qaimə: Base')
    etaxes_vat = amount('Qaimə: VAT')
    books_base = amount('Odoo: Base')
    books_vat = amount('Odoo: VAT')
    diff_base = amount('Difference: Base', 'Odoo less qaimə.')
    diff_vat = amount('Difference: VAT', 'Odoo less qaimə.')
    creditable_vat = amount('Creditable VAT')
    tag_base = amount('Tax Tags: Base', 'In the company currency, by the items that the tax report counts.')
    tag_vat = amount('Tax Tags: VAT', 'In the company currency, by the items that the tax report counts.')
    paid_base = amount('Paid: Base')
    paid_vat = amount('Paid: VAT')

    @property
    def _table_query(self):
        parts = SQL(' UNION ALL ').join(SQL(text, **parameters(self.env)) for text in (OF_DOCUMENTS, OF_PAYMENTS, OF_TAGS))
        return SQL('%s SELECT line.*, books_base - etaxes_base AS diff_base, books_vat - etaxes_vat AS diff_vat FROM (%s) line', with_found(self.env), parts)

    def action_documents(self):
        """Open the e-taxes documents behind these figures.

        :raises UserError: where there are none
        """
        return self._open_all(self.document_id, self.env._('e-taxes Documents'))

    def action_moves(self):
        """Open the entries behind these figures.

        :raises UserError: where there are none
        """
        return self._open_all(self.move_id, self.env._('Entries'))

    def _open_all(self, records, name):
        self.check_access('read')
        if not records:
            raise UserError(self.env._('There is nothing of that kind behind these figures.'))
        return {
            'type': 'ir.actions.act_window',
            'name': name,
            'res_model': records._name,
            'views': [[False, 'list'], [False, 'form']],
            'domain': [('id', 'in', records.ids)],
        }

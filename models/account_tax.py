from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import float_compare, float_is_zero, ormcache

from ..vatportal import outgoing_items
from . import national_chart

# The VAT columns of a qaimə into which a line's base can fall, and the two taxes beside VAT.
VAT_CATEGORIES = ('vat', 'zero', 'exempt', 'not_subject')
OUTSIDE = 'outside'
# What is no VAT.
BESIDE_VAT = {'excise', 'road', OUTSIDE}
# Where taxes wait to be booked. An expense, of an app that may not be there, loses those that are archived.
_PROPOSED = {
    'res.company': ('account_sale_tax_id', 'account_purchase_tax_id'),
    'product.template': ('taxes_id', 'supplier_taxes_id'),
    'vatportal.product.mapping': ('tax_ids',),
    'account.account': ('tax_ids',),
    'account.reconcile.model.line': ('tax_ids',),
    'account.tax': ('original_tax_ids',),
    'hr.expense': ('tax_ids',),
}

# For what of a line the amounts of its document hold, compared to so many decimals.
HELD_FOR, HELD_DIGITS = ('price_unit', 'quantity', 'discount'), 9


def _is_of_document(extra_tax_data):
    """Whether these are the amounts that :class:`BillBuilder` has given a line, or a copy of it; Odoo's own name the rate of their day."""
    return bool(extra_tax_data) and 'manual_total_excluded_currency' in extra_tax_data and 'rate' not in extra_tax_data


class AccountTax(models.Model):
    """What a tax is on a qaimə: what a person has set on it; else what the national chart says by its XML ids; else what its
    shape tells beyond doubt. Nothing of that is written on the tax."""

    _inherit = 'account.tax'

    vatportal_category = fields.Selection(
        selection=[
            ('vat', 'VAT 18 %'),
            ('zero', 'VAT 0 %'),
            ('exempt', 'Exempt from VAT'),
            ('not_subject', 'Not subject to VAT'),
            ('excise', 'Excise'),
            ('road', 'Road tax'),
            ('outside', 'Not part of the e-invoice'),
        ],
        string='e-taxes Category',
        help='The column of the electronic invoice (qaimə) into which this tax or its base goes. On a group '
        'of taxes the category is set on the taxes inside the group.\n'
        'Not part of the e-invoice: what is between the company and the state alone, such as withholding, reverse charge or customs.',
    )
    vatportal_group_ids = fields.Many2many(
        'account.tax',
        relation='account_tax_filiation_rel',
        column1='child_tax',
        column2='parent_tax',
        string='Groups of Taxes',
        context={'active_test': False},
        help='The groups that this tax is part of.',
    )
    vatportal_replaced_by_id = fields.Many2one(
        'account.tax',
        string='On Payment Instead',
        readonly=True,
        copy=False,
        index='btree_not_null',
        help='The tax that books on payment what this one, archived since, booked with the invoice. What is confirmed from then on gets it.',
    )
    vatportal_chart_id = fields.Char(
        string='Name in the National Chart', compute='_compute_vatportal_chart_id', help='What the chart of accounts for Azerbaijan calls this tax.'
    )

    @api.depends('company_id')
    def _compute_vatportal_chart_id(self):
        charted = self.filtered(lambda tax: isinstance(tax.id, int) and tax.company_id._vatportal_has_national_chart())
        found = self.env['ir.model.data'].sudo()
        if charted:
            found = found.search_fetch([('model', '=', 'account.tax'), ('module', '=', 'account'), ('res_id', 'in', charted.ids)], ['name', 'res_id'])
        names = {data.res_id: national_chart.tax_id(data.name) for data in found}
        for tax in self:
            tax.vatportal_chart_id = names.get(tax.id, False)

    def _vatportal_categories(self):
        """Return the e-taxes categories of these taxes, groups taken apart: a frozenset of keys of ``vatportal_category``.

        A single tax has none, one, or those of which a document's column decides.
        """
        return frozenset().union(*(tax._vatportal_own_categories() for tax in self._vatportal_flat()))

    def _vatportal_flat(self):
        """These taxes, groups taken apart, in the order in which they are computed; also those that were archived since."""
        # Most lines have one, and asking in another context is dear.
        if len(self) < 2 and self.amount_type != 'group':
            return self
        return self.with_context(active_test=False).flatten_taxes_hierarchy().with_env(self.env)

    def _vatportal_levy_kind(self):
        """As what this tax stands on a qaimə with an amount: ``vat``, ``excise`` or ``road``; None for one without."""
        return min(self._vatportal_categories() & {'vat', 'excise', 'road'}, default=None)

    def _vatportal_own_categories(self):
        if self.vatportal_category:
            return {self.vatportal_category}
        if self._vatportal_is_outside():
            return {OUTSIDE}
        return national_chart.COLUMNS.get(self.vatportal_chart_id) or ({'vat'} if self._vatportal_is_vat_of_a_group() else set())

    def _vatportal_outside(self):
        """Those of these taxes that stand on no qaimə."""
        return self.filtered(lambda tax: OUTSIDE in tax._vatportal_own_categories())

    def _vatportal_is_outside(self):
        if national_chart.is_outside(self.vatportal_chart_id) or self._vatportal_takes_itself_back():
            return True
        # One that is withheld when the payment is made.
        return bool('is_withholding_tax_on_payment' in self._fields and self.is_withholding_tax_on_payment)

    def _vatportal_takes_itself_back(self):
        """Whether the tax takes back what it adds, as reverse charge does."""
        factors = self.invoice_repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax').mapped('factor_percent')
        return bool(self.amount and factors and float_is_zero(sum(factors), 2))

    def _vatportal_is_vat_of_a_group(self):
        """Whether this is the one tax of 18 % in a group of it and of taxes of nothing, which only mark the base."""
        rate = float(outgoing_items.VAT_RATE * 100)
        if self.amount_type != 'percent' or self.amount != rate or self.country_id.code != 'AZ':
            return False
        # What was archived since stands on invoices all the same.
        for group in self.sudo().vatportal_group_ids.with_context(active_test=False):
            others = group.children_tax_ids._vatportal_flat() - self
            if others and not any(tax.amount or tax.vatportal_category for tax in others):
                return True
        return False

    def _vatportal_own_columns(self):
        """The VAT columns into which lines with these taxes go; groups are looked through."""
        return set(self._vatportal_categories().intersection(VAT_CATEGORIES))

    def _vatportal_unknown(self):
        """Those of these taxes, groups taken apart, of which e-taxes can't be told what they are. A tax of nothing beside one with a VAT
        column only marks the base for the tax return."""
        flat = self._vatportal_flat()
        marks = bool(flat._vatportal_own_columns())
        return flat.filtered(lambda tax: not tax._vatportal_own_categories() and (tax.amount or not marks))

    def _vatportal_is_known(self):
        """Whether a line with these taxes has its VAT column, and nothing beside it of which e-taxes can't be told what it is."""
        return bool(self._vatportal_own_columns()) and not self._vatportal_unknown()

    @api.model
    def _vatportal_of(self, companies):
        """The domestic taxes that each of ``companies`` has for sales and purchases, its own and those of the companies whose branch
        it is; one question for all.

        :return: dict of company → taxes
        """
        taxes = self.search([*self._check_company_domain(companies), ('type_tax_use', 'in', ('sale', 'purchase'))])._vatportal_domestic()
        owned, none = taxes.grouped('company_id'), self.browse()
        # What is read of one company's is read of all.
        return {company: none.union(*(owned.get(owner, none) for owner in company.sudo().parent_ids)).with_prefetch(taxes.ids) for company in companies}

    def _vatportal_columns(self, company):
        """The VAT columns of a qaimə for which these are taxes, those of ``company``.

        :return: set of (``sale`` or ``purchase``, category)
        """
        # In the national chart a line without a tax says "not subject to VAT".
        bare = {(use, 'not_subject') for use in ('sale', 'purchase') if company._vatportal_has_national_chart()}
        return bare | {(tax.type_tax_use, column) for tax in self for column in tax._vatportal_own_columns()}

    def _vatportal_is_of_its_country(self):
        """Whether the tax is one of the country in which the company that has it is taxed; a branch uses its parent's."""
        return self.country_id == self.sudo().company_id.account_fiscal_country_id

    def _vatportal_domestic(self):
        """Those of these taxes that can be meant by themselves: not of another country, nor for a fiscal position from abroad alone."""
        return self.filtered(lambda tax: tax.is_domestic and tax._vatportal_is_of_its_country())

    def _vatportal_is_by_hand(self):
        """Whether a person alone can say that one of these taxes applies."""
        return any(not tax.vatportal_category and tax.vatportal_chart_id in national_chart.BY_HAND for tax in self._vatportal_flat())

    # ------------------------------------------------------------------ the amounts of a document

    @api.model
    def _import_base_line_extra_tax_data(self, base_line, extra_tax_data):
        # EXTENDS account. Odoo compares what they hold for as it rounds amounts, which hides a change of a price per litre.
        changed = _is_of_document(extra_tax_data) and any(float_compare(base_line[name], extra_tax_data[name], HELD_DIGITS) for name in HELD_FOR)
        return super()._import_base_line_extra_tax_data(base_line, None if changed else extra_tax_data)

    # ------------------------------------------------------------------ VAT on payment

    @api.model
    @ormcache()
    def _vatportal_was_any_replaced(self):
        """Whether any tax, of whatever company, has another in its place: where none has, no line need be looked at."""
        return bool(self.sudo().with_context(active_test=False).search_count([('vatportal_replaced_by_id', '!=', False)], limit=1))

    def _vatportal_replace(self, new):
        """Put ``new`` in the place of this tax, archived, wherever taxes are proposed. Invoices and bills that are drafts, and whatever
        orders and copies make, get it when they are confirmed: see ``account.move``, ``_vatportal_put_on_payment()``."""
        before = self.with_context(active_test=False).search([('vatportal_replaced_by_id', 'in', self.ids)])
        (self | before).vatportal_replaced_by_id = new
        # Of _vatportal_was_any_replaced(); once more afterwards, for until then others see what was before.
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)
        for model, names in _PROPOSED.items():
            for name in names if model in self.env else ():
                self._vatportal_propose_instead(new, self.env[model].sudo().with_context(active_test=False).search([(name, 'in', self.ids)]), name)

    def _vatportal_propose_instead(self, new, records, name):
        """Put ``new``, of the same rate, in the place of this tax in the field ``name`` of ``records``. No amount changes by it: Odoo would
        make that of an expense anew of a unit price that, once it is approved, is in another currency, or has become another."""
        amounts = [field for field in records._fields.values() if field.store and field.compute and field.type in ('float', 'monetary')]
        single = records._fields[name].type == 'many2one'
        with self.env.protecting(amounts, records):
            records.write({name: new.id if single else [Command.unlink(self.id), Command.link(new.id)]})


class AccountFiscalPosition(models.Model):
    """What a position puts in the place of a tax it puts in the place of that one's predecessors too: orders of the cash desk keep the tax
    that they were made with, and have it replaced whenever they are looked at."""

    _inherit = 'account.fiscal.position'

    @api.depends('tax_ids')
    def _compute_tax_map(self):
        super()._compute_tax_map()
        Tax = self.env['account.tax']
        if not Tax._vatportal_was_any_replaced():
            return
        before = Tax.sudo().with_context(active_test=False).search([('vatportal_replaced_by_id', '!=', False)])
        for position in self:
            instead = {tax.id: position.tax_map[tax.vatportal_replaced_by_id.id] for tax in before if tax.vatportal_replaced_by_id.id in position.tax_map}
            position.tax_map = {**instead, **position.tax_map}

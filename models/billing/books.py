from decimal import Decimal
from functools import cached_property

from odoo.exceptions import UserError

from ...vatportal import incoming_parts
from ..account_tax import BESIDE_VAT, VAT_CATEGORIES
from ..amounts import decimal


class Books:
    """What a company has to book a received document with: its names of units, and the taxes of its fiscal country that the
    fiscal position allows, mapped by it. Looked up once per bill, not once per line."""

    def __init__(self, document, usage, position):
        """
        :param usage: 'purchase' | 'sale'
        :param position: ``account.fiscal.position`` of the bill, or none
        """
        self.document, self.env, self.usage, self.position = document, document.env, usage, position
        #: the company can't deduct VAT
        self.simplified = document._connector().taxation == 'simplified'
        company = document._bill_company().sudo()
        #: the tax that the company has chosen for what has none of its own
        self.default = company.account_purchase_tax_id if usage == 'purchase' else company.account_sale_tax_id
        #: e-taxes category → ``account.tax``; of those ``lent`` the fiscal position itself has none
        self.taxes, self.lent = self._taxes_by_category()
        self._mapped = {}
        #: the taxes that stay though the fiscal position would take them off
        self.kept = self.env['account.tax']

    @cached_property
    def units(self):
        """Folded text → ``uom.uom``. Whoever makes many bills of a company sets it, for all units are looked at for it."""
        return self.env['vatportal.unit.alias']._units_by_key(self.document._bill_company())

    def originals(self, taxes):
        """The taxes in whose place the fiscal position has put ``taxes``."""
        return [tax for tax, result in self._mapped.items() if result == taxes]

    def taxes_for(self, part, taught):
        """The taxes of a line, as (VAT, others): VAT by column and rate, or as ``taught`` by a person; excise and road tax.

        :raises UserError: where the company lacks a tax that the document bears
        """
        vat = self._pick_vat(part)
        if taught and self._fits(taught, part):
            vat = taught
        others = vat.browse()
        if part.excise:
            others |= self._pick_other('excise', decimal(part.key.excise_rate) if part.key != self.document else 0)
        if part.road:
            others |= self._pick_other('road')
        return vat, others

    def usual_taxes(self, row):
        """The VAT that the line of ``row`` gets by its column; None where it falls into more than one."""
        parts = row._to_parts()
        return self._usual_vat(parts[0]) if len(parts) == 1 else None

    # ------------------------------------------------------------------ VAT

    def _fits(self, taxes, part):
        """Whether ``taxes``, learnt from another bill, can hold what stands in this part's VAT column."""
        categories = taxes._vatportal_categories()
        return (
            not self.simplified
            and taxes == (self._allowed(taxes) | (taxes._vatportal_domestic() if part.category in self.lent else taxes.browse()))
            and part.category in categories
            and (part.category != 'vat' or incoming_parts.bears_rate(part, vat_rate(taxes)))
        )

    def _pick_vat(self, part):
        """The company's taxes for the VAT column of ``part``.

        :raises UserError: where a payer of VAT has none
        """
        if part.category and not self.simplified and not self._vat_candidates(part) and not self._is_bare(part):
            labels = dict(self.env['account.tax']._fields['vatportal_category']._description_selection(self.env))
            raise UserError(
                self.env._(
                    'The company has no %(usage)s tax of the e-taxes category “%(category)s”. Press “Create Missing '
                    'Taxes” on the VatPortal connector, or set the category on the tax, and make the bill again.',
                    usage=self.env._('purchase') if self.usage == 'purchase' else self.env._('sales'),
                    category=labels[part.category],
                )
            )
        return self._usual_vat(part)

    def _usual_vat(self, part):
        """The taxes for the VAT column of ``part``; none under simplified taxation, where VAT can't be deducted."""
        candidates = self._vat_candidates(part)
        return self._map(candidates[:1]) if candidates and not self.simplified else candidates.browse()

    def _vat_candidates(self, part):
        """The company's taxes for the VAT column of ``part``, the one with its rate first."""
        return self.taxes.get(part.category, self.env['account.tax']).sorted(
            lambda tax: (
                not incoming_parts.bears_rate(part, vat_rate(tax)),
                any(tax.flatten_taxes_hierarchy().mapped('price_include')),
                tax != self.default,
                tax.sequence,
                tax.id,
            )
        )

    def _is_bare(self, part):
        """Whether a line without any tax says what the VAT column of ``part`` says: so the national chart has it."""
        return part.category == 'not_subject' and self.document._bill_company()._vatportal_has_national_chart()

    # ------------------------------------------------------------------ excise and road tax, and all of them

    def _pick_other(self, category, rate=0):
        """The company's excise or road tax; the amount is the document's, whatever the tax itself would give."""
        tax = self.taxes.get(category, self.env['account.tax']).sorted(
            lambda tax: (tax.amount_type != 'percent' or decimal(tax.amount) != rate, tax.sequence, tax.id)
        )[:1]
        mapped = self._map(tax) if tax else tax
        # Only a tax that says so itself can hold excise or road tax.
        return mapped if mapped._vatportal_categories() <= {category} else tax

    def _map(self, tax):
        """What the fiscal position puts in the place of ``tax``, unless that bears no VAT of a vendor: nothing at all, as *Foreign
        Trade* of the generic chart puts for all vendors outside the USA, or reverse charge. A document bears its VAT nevertheless."""
        if tax not in self._mapped:
            mapped = self.position.map_tax(tax)
            flat = mapped.flatten_taxes_hierarchy()
            bears = flat - flat._vatportal_outside() and not any(part._vatportal_takes_itself_back() for part in flat)
            self._mapped[tax] = mapped if bears else tax
            if not bears:
                self.kept |= tax
        return self._mapped[tax]

    def _taxes_by_category(self):
        """Return (a dict of e-taxes category → the company's taxes that are of this one alone and may be chosen without a person,
        the set of those categories for which the fiscal position has none, so that they are the taxes of the company's own country)."""
        company = self.document._bill_company()
        Tax = self.env['account.tax'].with_company(company)
        taxes = Tax.search([*Tax._check_company_domain(company), ('type_tax_use', '=', self.usage)])
        own, domestic = _by_category(self._allowed(taxes)), _by_category(taxes._vatportal_domestic())
        return {**domestic, **own}, domestic.keys() - own.keys()

    def _allowed(self, taxes):
        """Those of ``taxes`` that a bill with the fiscal position may bear; without one, as for a vendor whose country nobody has
        entered, those of the company's own country."""
        if not self.position:
            return taxes._vatportal_domestic()
        return taxes.filtered(lambda tax: tax._vatportal_is_of_its_country() and (not tax.fiscal_position_ids or self.position in tax.fiscal_position_ids))


def _by_category(taxes):
    """Return a dict of e-taxes category → those of ``taxes`` that are of this one alone and may be chosen without a person; of a
    group of taxes and its parts, the group."""
    result = {}
    for tax in taxes:
        kinds = {frozenset(part._vatportal_categories()) for part in tax.flatten_taxes_hierarchy()} - {frozenset()}
        if len(kinds) == 1 and not tax._vatportal_is_by_hand():
            for category in kinds.pop():
                result[category] = result.get(category, taxes.browse()) | tax
    return {category: found - found.children_tax_ids for category, found in result.items()}


def vat_taxes(taxes):
    """Those of the VAT ``taxes`` of a line, groups taken apart, that bear the amount: what a fiscal position puts in the
    place of VAT may have no category at all."""
    flat = taxes.flatten_taxes_hierarchy()
    return flat.filtered(lambda tax: tax._vatportal_categories().intersection(VAT_CATEGORIES)) or flat.filtered(lambda tax: not tax._vatportal_categories())


def vat_rate(taxes):
    """The percentage of VAT that ``taxes`` charge, groups taken apart."""
    return sum(
        (decimal(tax.amount) for tax in taxes.flatten_taxes_hierarchy() if tax.amount_type == 'percent' and not tax._vatportal_categories() & BESIDE_VAT),
        Decimal(0),
    )


def manual_taxes(taxes, vat, whole, amount):
    """The document's amounts per tax, as ``account.tax`` keeps them on a line; a tax that is not among those a
    document knows is left to Odoo.

    :param taxes: all taxes of the line
    :param vat: those of them, groups taken apart, that bear its VAT
    """
    flat = taxes._flatten_taxes_and_sort_them()[0]
    excise = whole.excise if 'excise' in flat._vatportal_categories() else 0
    columns = {'excise': (whole.excise, whole.goods), 'road': (whole.road, whole.goods), 'vat': (whole.vat_amount, amount + excise)}
    result, given = {}, set()
    for tax in flat:
        kind = 'vat' if tax in vat else min(tax._vatportal_categories(), default=None)
        result[str(tax.id)] = {}
        if kind in columns and kind not in given:
            given.add(kind)
            tax_amount, base = columns[kind]
            result[str(tax.id)] = {'tax_amount_currency': float(tax_amount), 'base_amount_currency': float(base)}
    return result

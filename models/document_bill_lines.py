from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_round

from ..vatportal import billing
from ..vatportal.names import text_key
from .amounts import decimal

_COLUMNS = {'vat': 'amount_vat_base', 'zero': 'amount_zero', 'exempt': 'amount_exempt',
            'not_subject': 'amount_not_subject'}

# A difference of this size between the lines and the document's sums is rounding; a larger one is for a person to
# look at.
ROUNDING_LIMIT = Decimal('0.05')


@dataclass
class Books:
    """What a company has to book documents with. Looked up once per bill, not once per line."""

    usage: str
    taxes: dict  # e-taxes category → account.tax
    units: dict  # folded text → uom.uom


class VatportalAmounts(models.AbstractModel):
    _inherit = 'vatportal.amounts'

    def _to_parts(self):
        """This row, or the document as one row, as :class:`billing.Part` objects, exact."""
        self.ensure_one()
        return billing.split(
            self, {name: decimal(self[field]) for name, field in _COLUMNS.items()},
            goods=decimal(self.amount_goods), excise=decimal(self.amount_excise), net=decimal(self.amount_net),
            vat=decimal(self.amount_vat), road=decimal(self.amount_road))


class VatportalDocumentLine(models.Model):
    _inherit = 'vatportal.document.line'

    def _usual_tax(self, books):
        """The tax that this line gets by its VAT column; None where it falls into more than one."""
        parts = self._to_parts()
        return self.document_id._vat_candidates(parts[0], books)[:1] if len(parts) == 1 else None


class VatportalDocument(models.Model):
    """The lines of a bill made of a received document.

    The amounts are the document's. Odoo would compute others: prices have up to eight decimals, VAT is rounded per
    line, excise is per litre. So each line carries the document's amounts as the tax engine's own manual amounts
    (``extra_tax_data``), which hold until a person changes price, quantity or taxes of the line.
    """

    _inherit = 'vatportal.document'

    def _bill_lines(self, move):
        """Return (list of the values of each line, notes); a note is a dict of ``level`` and ``text``, and of ``vat``, a
        text, where VAT of that amount is part of a price.

        :raises UserError: where the company lacks a tax that the document bears
        """
        self.ensure_one()
        books = self._books('sale' if move.is_sale_document() else 'purchase')
        notes = []
        matches = self._match_products(move.commercial_partner_id, books.usage)
        sign = -1 if self._is_negative_refund(move.move_type) else 1
        exact = [part.times(sign) for row in self.line_ids or self for part in row._to_parts()]
        whole_parts = self._whole_parts(exact, sign * decimal(self.amount_vat), notes)
        lines = []
        for part, whole in zip(exact, whole_parts, strict=True):
            match = matches.get(part.key)
            for vals in self._part_vals(part, whole, match, books, notes):
                lines.append({**vals, 'sequence': 10 + len(lines)})
        for line, match in matches.items():
            line.sudo().write({'match': match.how, 'product_id': match.product.id})
        return lines, notes

    def _books(self, usage):
        return Books(usage, self._taxes_by_category(usage), self.env['vatportal.unit.alias']._units_by_key(
            self.company_id))

    def _whole_parts(self, exact, vat, notes):
        """``exact`` in whole qəpik. Their VAT is the document's own: it is what the buyer reclaims, and what the tax
        authority compares."""
        vat = vat.quantize(billing.QEPIK, ROUND_HALF_UP)
        before = billing.to_qepik(exact)
        after = billing.with_vat(before, vat, ROUNDING_LIMIT)
        for old, new in zip(before, after, strict=True):
            if old != new:
                notes.append({'level': 'info', 'text': self.env._(
                    "“%(line)s”: its VAT was changed by %(difference)s AZN, so that the bill's VAT is that of the "
                    "document, %(vat)s AZN.",
                    line=new.key.display_name, difference=_text(new.vat_amount - old.vat_amount), vat=_text(vat))})
        found = sum((part.vat_amount for part in after), Decimal(0))
        if found != vat:
            notes.append({'level': 'warning', 'text': self.env._(
                "The VAT of the lines adds up to %(lines)s AZN, but the document's VAT is %(vat)s AZN. Find out which "
                "of them is right before confirming.", lines=_text(found), vat=_text(vat))})
        return after

    def _part_vals(self, part, whole, match, books, notes):
        """Return the values of the bill lines for one part: exact (``part``) and in whole qəpik (``whole``)."""
        row = part.key
        taxes = self._taxes_for(part, match, books)
        held = set(taxes.flatten_taxes_hierarchy().mapped('vatportal_category'))
        amount = whole.goods
        if whole.excise and 'excise' not in held:
            amount += whole.excise
            notes.append(self._cost_note(row, 'excise', whole.excise))
        if whole.vat_amount and not held & set(_COLUMNS):
            amount += whole.vat_amount
            notes.append(self._cost_note(row, 'vat', whole.vat_amount))
        self._note_amounts(part, taxes, notes)
        vals = self._line_vals(row, match, books.units)
        vals |= self._amount_vals(row, amount, whole, taxes, part.main, notes)
        result = [vals]
        if whole.road and 'road' not in held:
            result.append({
                'name': self.env._("Road tax: %s", vals['name']), 'quantity': 1, 'price_unit': float(whole.road),
                'tax_ids': [Command.clear()], 'is_imported': True,
                **({'account_id': vals['account_id']} if 'account_id' in vals else {})})
        return result

    def _line_vals(self, row, match, units):
        """Product, text, account and unit of a line."""
        name = row.name if row._name == 'vatportal.document.line' else self.main_info
        vals = {'name': name or self.qaime, 'is_imported': True}
        if not match:
            return vals
        vals |= {
            'vatportal_line_id': row.id, 'vatportal_line_mark': row._goods_mark(), 'product_id': match.product.id}
        if match.mapping and match.mapping.account_id.active:
            vals['account_id'] = match.mapping.account_id.id
        uom = self._line_unit(row, match, units)
        if not match.product or (uom and uom._has_common_reference(match.product.uom_id)):
            vals['product_uom_id'] = uom.id if uom else False
        return vals

    def _line_unit(self, row, match, units):
        mapping = match.mapping
        if mapping and mapping.uom_id and text_key(mapping.unit) == text_key(row.unit):
            return mapping.uom_id
        return match.uom or units.get(text_key(row.unit))

    # ------------------------------------------------------------------ amounts

    def _amount_vals(self, row, amount, whole, taxes, main, notes):
        """Quantity, price and taxes of a line whose amount before taxes is ``amount``."""
        quantity, price = self._quantity_and_price(row, main, notes)
        if amount * quantity * price < 0:
            # The sign of the amount was turned; so is that of what gave it.
            quantity, price = abs(quantity), abs(price)
        included = taxes.flatten_taxes_hierarchy().filtered('price_include')
        gross = amount + (whole.vat_amount if included else 0)
        # Without taxes there is nothing to hold a subtotal that price × quantity does not give.
        price = billing.line_price(gross, quantity, price if not included else Decimal(0), exact=not taxes)
        vals = {'quantity': float(quantity), 'price_unit': price, 'tax_ids': [Command.set(taxes.ids)]}
        if taxes:
            vals['extra_tax_data'] = {
                'currency_id': self.currency_id.id, 'quantity': float(quantity), 'price_unit': price, 'discount': 0.0,
                'manual_total_excluded_currency': float(amount),
                'manual_tax_amounts': _manual_taxes(taxes, whole, amount),
            }
        return vals

    def _quantity_and_price(self, row, main, notes):
        """(quantity as Odoo can keep it, the document's price); 1 and nothing for an amount without a quantity."""
        if not main or row._name != 'vatportal.document.line' or not row.quantity:
            return Decimal(1), Decimal(0)
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        quantity = decimal(float_round(row.quantity, precision_digits=digits), digits)
        if quantity != decimal(row.quantity):
            notes.append({'level': 'info', 'text': self.env._(
                "“%(line)s”: the quantity %(quantity)s has more decimals than Odoo is set to keep (decimal accuracy of "
                "Product Unit), so it was rounded and the price with it. The amount is the document's.",
                line=row.name, quantity=decimal(row.quantity))})
        return quantity or Decimal(1), decimal(row.price_unit)

    # ------------------------------------------------------------------ taxes

    def _taxes_for(self, part, match, books):
        """The taxes of a line: VAT by column and rate, or as a person has taught us; excise and road tax."""
        vat = self._pick_vat(part, books)
        taught = match.mapping.tax_ids.filtered('active') if match and match.mapping else vat.browse()
        if taught and self._fits(taught, part):
            vat = taught
        if part.excise:
            vat |= self._pick_other('excise', books, decimal(part.key.excise_rate) if part.key != self else 0)
        if part.road:
            vat |= self._pick_other('road', books)
        return vat

    def _fits(self, taxes, part):
        """Whether ``taxes``, learnt from another bill, can hold what stands in this part's VAT column."""
        flat = taxes.flatten_taxes_hierarchy()
        return part.category in set(flat.mapped('vatportal_category')) and (
            part.category != 'vat' or billing.bears_rate(part, _rate(taxes)))

    def _pick_vat(self, part, books):
        """The company's tax for the VAT column of ``part``.

        :raises UserError: where a payer of VAT has none
        """
        candidates = self._vat_candidates(part, books)
        if part.category and not candidates and self._connector().taxation != 'simplified':
            labels = dict(self.env['account.tax']._fields['vatportal_category']._description_selection(self.env))
            raise UserError(self.env._(
                "The company has no %(usage)s tax of the e-taxes category “%(category)s”. Press “Create Missing "
                "Taxes” on the VatPortal connector, or set the category on the tax, and make the bill again.",
                usage=self.env._("purchase") if books.usage == 'purchase' else self.env._("sales"),
                category=labels[part.category]))
        return candidates[:1]

    def _vat_candidates(self, part, books):
        """The company's taxes for the VAT column of ``part``, the one with its rate first."""
        return books.taxes.get(part.category, self.env['account.tax']).sorted(lambda tax: (
            not billing.bears_rate(part, _rate(tax)), any(tax.flatten_taxes_hierarchy().mapped('price_include')),
            tax.sequence, tax.id))

    def _pick_other(self, category, books, rate=0):
        """The company's excise or road tax; the amount is the document's, whatever the tax itself would give."""
        return books.taxes.get(category, self.env['account.tax']).sorted(lambda tax: (
            tax.amount_type != 'percent' or decimal(tax.amount) != rate, tax.sequence, tax.id))[:1]

    def _taxes_by_category(self, usage):
        """Return a dict of e-taxes category → the company's taxes that are of this one alone."""
        Tax = self.env['account.tax'].with_company(self.company_id)
        taxes = Tax.search([*Tax._check_company_domain(self.company_id), ('type_tax_use', '=', usage)])
        result = {}
        for tax in taxes:
            categories = set(tax.flatten_taxes_hierarchy().mapped('vatportal_category')) - {False}
            if len(categories) == 1:
                category = categories.pop()
                result[category] = result.get(category, Tax) | tax
        return result

    # ------------------------------------------------------------------ notes

    def _cost_note(self, row, category, amount):
        text = {
            'vat': self.env._("“%(line)s”: %(amount)s AZN of VAT are part of the price, for the company has no tax for "
                              "them.", line=row.display_name, amount=amount),
            'excise': self.env._("“%(line)s”: %(amount)s AZN of excise are part of the price, for the company has no "
                                 "tax of the e-taxes category “Excise”.", line=row.display_name, amount=amount),
        }[category]
        return {'level': 'info', 'text': text, **({'vat': str(amount)} if category == 'vat' else {})}

    def _note_amounts(self, part, taxes, notes):
        row = part.key
        rate = _rate(taxes.filtered(lambda tax: not {'excise', 'road'} & set(
            tax.flatten_taxes_hierarchy().mapped('vatportal_category'))))
        if part.category and taxes and not billing.bears_rate(part, rate):
            notes.append({'level': 'warning', 'text': self.env._(
                "“%(line)s”: the document's VAT of %(vat)s AZN is not %(rate)s %% of %(base)s AZN. Compare the line "
                "with the document before confirming.",
                line=row.display_name, vat=_text(part.vat_amount), rate=_text(rate), base=_text(part.base))})
        if row != self and part.main:
            stated, found = decimal(row.amount_total), sum(other.total for other in row._to_parts())
            if abs(stated - found) > billing.QEPIK:
                notes.append({'level': 'warning', 'text': self.env._(
                    "“%(line)s”: its amounts add up to %(found)s AZN, but its total on the document is %(stated)s AZN.",
                    line=row.display_name, found=_text(found), stated=_text(stated))})


def _text(number):
    return f'{number:f}'


def _rate(taxes):
    """The percentage of VAT that ``taxes`` charge, groups taken apart."""
    return sum((decimal(tax.amount) for tax in taxes.flatten_taxes_hierarchy()
                if tax.amount_type == 'percent' and tax.vatportal_category not in ('excise', 'road')), Decimal(0))


def _manual_taxes(taxes, whole, amount):
    """The document's amounts per tax, as ``account.tax`` keeps them on a line; a tax that is not among those a
    document knows is left to Odoo."""
    flat = taxes._flatten_taxes_and_sort_them()[0]
    columns = {'excise': (whole.excise, whole.goods), 'road': (whole.road, whole.goods),
               **dict.fromkeys(_COLUMNS, (whole.vat_amount, amount + (
                   whole.excise if 'excise' in flat.mapped('vatportal_category') else 0)))}
    result, given = {}, set()
    for tax in flat:
        category = tax.vatportal_category
        kind = 'vat' if category in _COLUMNS else category
        result[str(tax.id)] = {}
        if category in columns and kind not in given:
            given.add(kind)
            tax_amount, base = columns[category]
            result[str(tax.id)] = {'tax_amount_currency': float(tax_amount), 'base_amount_currency': float(base)}
    return result

from decimal import ROUND_HALF_UP, Decimal

from odoo import models
from odoo.fields import Command

from ..vatportal import incoming_parts
from .amounts import decimal
from .document_bill_taxes import manual_taxes, vat_rate, vat_taxes

_COLUMNS = {'vat': 'amount_vat_base', 'zero': 'amount_zero', 'exempt': 'amount_exempt',
            'not_subject': 'amount_not_subject'}

# A difference of this size between the lines and the document's sums is rounding; a larger one is for a person to
# look at.
ROUNDING_LIMIT = Decimal('0.05')
# A price of a qaimə may carry so many.
PRICE_DECIMALS = 9


class VatportalAmounts(models.AbstractModel):
    _inherit = 'vatportal.amounts'

    def _to_parts(self, contains=Decimal(1)):
        """This row, or the document as one row, as :class:`incoming_parts.Part` objects, exact.

        :param contains: how many of the bill's unit are in one of the document's
        """
        self.ensure_one()
        return incoming_parts.split(
            self, {name: decimal(self[field]) for name, field in _COLUMNS.items()},
            goods=decimal(self.amount_goods), excise=decimal(self.amount_excise), net=decimal(self.amount_net),
            vat=decimal(self.amount_vat), road=decimal(self.amount_road), **self._quantity_to_split(contains))

    def _quantity_to_split(self, contains):
        """The arguments of :func:`incoming_parts.split` about the quantity; none for a document as one row."""
        return {}


class VatportalDocumentLine(models.Model):
    _inherit = 'vatportal.document.line'

    def _quantity_to_split(self, contains):
        # EXTENDS document_bill_lines
        return {'quantity': self._counted(contains)[0], 'digits': self.env['decimal.precision'].precision_get('Product Unit')}


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
        books = self._books('sale' if move.is_sale_document() else 'purchase', move.fiscal_position_id)
        notes = []
        matches = self._match_products(move.commercial_partner_id, books.usage)
        sign = -1 if self._is_negative_refund(move.move_type) else 1
        contents = {row: self._counting(row, match, books.units)[1] for row, match in matches.items()}
        exact = [part.times(sign) for row in self.line_ids or self for part in row._to_parts(contents.get(row, Decimal(1)))]
        whole_parts = self._whole_parts(exact, sign * decimal(self.amount_vat), notes)
        lines = []
        for part, whole in zip(exact, whole_parts, strict=True):
            match = matches.get(part.key)
            for vals in self._part_vals(part, whole, match, books, notes):
                lines.append({**vals, 'sequence': 10 + len(lines)})
        self._note_position(move, notes)
        for line, match in matches.items():
            line.sudo().write({'match': match.how, 'product_id': match.product.id})
        return lines, notes

    def _whole_parts(self, exact, vat, notes):
        """``exact`` in whole qəpik. Their VAT is the document's own: it is what the buyer reclaims, and what the tax
        authority compares."""
        vat = vat.quantize(incoming_parts.QEPIK, ROUND_HALF_UP)
        before = incoming_parts.to_qepik(exact)
        after = incoming_parts.with_vat(before, vat, ROUNDING_LIMIT)
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
        vat, others = self._taxes_for(part, match, books)
        taxes = vat | others
        held = set(taxes.flatten_taxes_hierarchy().mapped('vatportal_category'))
        amount = whole.goods
        if whole.excise and 'excise' not in held:
            amount += whole.excise
            notes.append({'level': 'info', 'text': self.env._(
                "“%(line)s”: %(amount)s AZN of excise are part of the price, for the company has no tax of the e-taxes "
                "category “Excise”.", line=row.display_name, amount=whole.excise)})
        if whole.vat_amount and not vat_taxes(vat):
            amount += whole.vat_amount
            notes.append({**self._vat_note(row, whole.vat_amount, books), 'vat': str(whole.vat_amount)})
        self._note_amounts(part, vat, books, notes)
        vals, contains = self._line_vals(row, match, books.units)
        if part.share and not part.quantity:
            vals = self._lone_amount(vals, match, books)
        vals |= self._amount_vals(part, amount, whole, taxes, vat_taxes(vat), contains)
        if not part.main:
            vals['vatportal_with_above'] = True
        elif match:
            self._note_quantity(row, contains, notes)
        result = [vals]
        if whole.road and 'road' not in held:
            result.append({
                'name': self.env._("Road tax: %s", vals['name']), 'quantity': 1, 'price_unit': float(whole.road),
                'tax_ids': [Command.clear()], 'is_imported': True,
                **({'account_id': vals['account_id']} if 'account_id' in vals else {})})
        return result

    def _line_vals(self, row, match, units):
        """(product, text, account and unit of a line; how many of the unit are in one of the row's)."""
        name = row.name if row._name == 'vatportal.document.line' else self.main_info
        vals = {'name': name or self.qaime, 'is_imported': True}
        if not match:
            return vals, Decimal(1)
        vals |= {
            'vatportal_line_id': row.id, 'vatportal_line_mark': row._goods_mark(), 'product_id': match.product.id}
        if match.mapping and match.mapping.account_id.active:
            vals['account_id'] = match.mapping.account_id.id
        uom, contains = self._counting(row, match, units)
        if uom or not match.product:
            vals['product_uom_id'] = uom.id if uom else False
        return vals, contains

    def _lone_amount(self, vals, match, books):
        """Of ``vals``, what stays of a part too small to have a quantity: it counts as none of the product."""
        account = match.product.with_company(self._bill_company()).product_tmpl_id.get_product_accounts(
            books.position)['income' if books.usage == 'sale' else 'expense'] if match.product else None
        return {**({'account_id': account.id} if account else {}),
                **{name: vals[name] for name in ('name', 'is_imported', 'account_id', 'vatportal_line_mark') if name in vals}}

    # ------------------------------------------------------------------ amounts

    def _amount_vals(self, part, amount, whole, taxes, vat, contains):
        """Quantity, price and taxes of a line whose amount before taxes is ``amount``.

        :param vat: those of the ``taxes``, groups taken apart, that bear its VAT
        """
        quantity, price, share = self._quantity_and_price(part, contains)
        if amount * quantity * price < 0:
            # The sign of the amount was turned; so is that of what gave it.
            quantity, price, share = abs(quantity), abs(price), share and abs(share)
        included = taxes.flatten_taxes_hierarchy().filtered('price_include')
        gross = amount + (whole.vat_amount if included else 0)
        # Without taxes there is nothing to hold a subtotal that price × quantity does not give.
        price = incoming_parts.line_price(gross, quantity, price if not included else Decimal(0), exact=not taxes, share=share)
        vals = {'quantity': float(quantity), 'price_unit': price, 'tax_ids': [Command.set(taxes.ids)]}
        if taxes:
            vals['extra_tax_data'] = {
                'currency_id': self.currency_id.id, 'quantity': float(quantity), 'price_unit': price, 'discount': 0.0,
                'manual_total_excluded_currency': float(amount),
                'manual_tax_amounts': manual_taxes(taxes, vat, whole, amount),
            }
        return vals

    def _quantity_and_price(self, part, contains):
        """(quantity as Odoo can keep it, the document's price, the exact quantity where the part is not the whole row);
        1 and nothing for an amount without a quantity."""
        row = part.key
        if row == self or not part.quantity:
            return Decimal(1), Decimal(0), None
        share = part.share if part.share != row._counted(contains)[0] else None
        return part.quantity, round(decimal(row.price_unit) / contains, PRICE_DECIMALS), share

    # ------------------------------------------------------------------ notes

    def _vat_note(self, row, amount, books):
        """Why ``amount`` of VAT is part of a price."""
        if books.simplified:
            text = self.env._("“%(line)s”: %(amount)s AZN of VAT are part of the price, for under simplified taxation the "
                              "company can't deduct it.", line=row.display_name, amount=amount)
        else:
            text = self.env._("“%(line)s”: %(amount)s AZN of VAT are part of the price, for the company has no tax for "
                              "them.", line=row.display_name, amount=amount)
        return {'level': 'info', 'text': text}

    def _note_quantity(self, row, contains, notes):
        text = row._rounded_text(contains)
        if text:
            notes.append({'level': 'warning', 'text': self.env._(
                "%s It has more decimals than Odoo is set to keep (decimal accuracy of Product Unit). The amount is the "
                "document's.", text)})

    def _note_position(self, move, notes):
        position = move.fiscal_position_id
        chosen = move.partner_id.with_company(move.company_id).property_account_position_id
        if position and position == chosen and not position.tax_ids and self.amount_vat:
            notes.append({'level': 'warning', 'text': self.env._(
                "The fiscal position “%(position)s” has no taxes, but the document bears VAT. The VAT was kept: take it off "
                "the lines if it is not to be booked.", position=position.name)})

    def _note_amounts(self, part, vat, books, notes):
        # What a fiscal position puts in the place of a tax bears the VAT of that tax, whatever its own rate.
        row, rates = part.key, {vat_rate(taxes) for taxes in (vat, *books.originals(vat))}
        rate = vat_rate(vat)
        if part.category and vat and not any(incoming_parts.bears_rate(part, known) for known in rates):
            notes.append({'level': 'warning', 'text': self.env._(
                "“%(line)s”: the document's VAT of %(vat)s AZN is not %(rate)s %% of %(base)s AZN. Compare the line "
                "with the document before confirming.",
                line=row.display_name, vat=_text(part.vat_amount), rate=_text(rate), base=_text(part.base))})
        if row != self and part.main:
            stated, found = decimal(row.amount_total), sum(other.total for other in row._to_parts())
            if abs(stated - found) > incoming_parts.QEPIK:
                notes.append({'level': 'warning', 'text': self.env._(
                    "“%(line)s”: its amounts add up to %(found)s AZN, but its total on the document is %(stated)s AZN.",
                    line=row.display_name, found=_text(found), stated=_text(stated))})


def _text(number):
    return f'{number:f}'

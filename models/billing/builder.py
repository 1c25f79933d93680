from decimal import ROUND_HALF_UP, Decimal

from odoo.fields import Command
from odoo.tools import float_compare

from ...vatportal import incoming_parts
from ...vatportal.names import text_key
from ..amounts import decimal
from ..states import ROUNDING_LIMIT
from .books import Books, manual_taxes, vat_rate, vat_taxes

# A price of a qaimə may carry so many.
PRICE_DECIMALS = 9


class BillBuilder:
    """The lines of a bill (``move``) made of a received ``document``.

    The amounts are the document's. Odoo would compute others: prices have up to eight decimals, VAT is rounded per
    line, excise is per litre. So each line carries the document's amounts as the tax engine's own manual amounts
    (``extra_tax_data``), which hold while price, quantity and taxes of the line are those of before.
    """

    def __init__(self, document, move, units=None):
        """
        :param units: what means a unit in the company of the bill, where that is known; see ``vatportal.unit.alias``, ``_units_by_key()``
        """
        document.ensure_one()
        self.document, self.move, self.env = document, move, document.env
        self.books = Books(document, 'sale' if move.is_sale_document() else 'purchase', move.fiscal_position_id)
        if units is not None:
            self.books.units = units
        self.matches = document._match_products(move.commercial_partner_id, self.books.usage)
        #: row → (unit of the bill line, how many of it are in one of the row's), see :meth:`_count`
        self.counting = {row: self._count(row, match) for row, match in self.matches.items()}
        self.notes = []

    def lines(self):
        """Return (list of the values of each line, notes); a note is a dict of ``level`` and ``text``, of ``row``, an id,
        where it is about one row, and of ``vat``, a text, where VAT of that amount is part of a price.

        :raises UserError: where the company lacks a tax that the document bears
        """
        sign = -1 if self.document._is_turned(self.move.move_type) else 1
        exact = [part.times(sign) for row in self.document.line_ids or self.document for part in row._to_parts(self._contains(row))]
        lines = []
        for part, whole in zip(exact, self._whole_parts(exact, sign * decimal(self.document.amount_vat)), strict=True):
            for vals in self._part_vals(part, whole):
                lines.append({**vals, 'sequence': 10 + len(lines)})
        self._note_position()
        for row, match in self.matches.items():
            row.sudo().write({'match': match.how, 'product_id': match.product.id})
        return lines, self.notes

    def _whole_parts(self, exact, vat):
        """``exact`` in whole qəpik. Their VAT is the document's own: it is what the buyer reclaims, and what the tax
        authority compares."""
        vat = vat.quantize(incoming_parts.QEPIK, ROUND_HALF_UP)
        before = incoming_parts.to_qepik(exact)
        after = incoming_parts.with_vat(before, vat, ROUNDING_LIMIT)
        for old, new in zip(before, after, strict=True):
            if old != new:
                self._note(
                    'info',
                    self.env._(
                        "“%(line)s”: its VAT was changed by %(difference)s AZN, so that the bill's VAT is that of the document, %(vat)s AZN.",
                        line=new.key.display_name,
                        difference=_text(new.vat_amount - old.vat_amount),
                        vat=_text(vat),
                    ),
                    new.key,
                )
        found = sum((part.vat_amount for part in after), Decimal(0))
        if found != vat:
            self._note(
                'warning',
                self.env._(
                    "The VAT of the lines adds up to %(lines)s AZN, but the document's VAT is %(vat)s AZN. Find out which of them is right before confirming.",
                    lines=_text(found),
                    vat=_text(vat),
                ),
            )
        return after

    def _part_vals(self, part, whole):
        """Return the values of the bill lines for one part: exact (``part``) and in whole qəpik (``whole``)."""
        row, match = part.key, self.matches.get(part.key)
        taught = match.mapping.tax_ids.filtered('active') if match and match.mapping else None
        vat, others = self.books.taxes_for(part, taught)
        taxes = vat | others
        held = taxes._vatportal_categories()
        amount = whole.goods
        if whole.excise and 'excise' not in held:
            amount += whole.excise
            self._note(
                'info',
                self.env._(
                    '“%(line)s”: %(amount)s AZN of excise are part of the price, for the company has no tax of the e-taxes category “Excise”.',
                    line=row.display_name,
                    amount=whole.excise,
                ),
                row,
            )
        if whole.vat_amount and not vat_taxes(vat):
            amount += whole.vat_amount
            self._note('info', self._vat_text(row, whole.vat_amount), row, vat=str(whole.vat_amount))
        self._note_amounts(part, vat)
        vals = self._line_vals(row)
        if part.share and not part.quantity:
            vals = self._lone_amount(vals, match)
        vals |= self._amount_vals(part, whole, amount, taxes, vat_taxes(vat))
        if not part.main:
            vals['vatportal_with_above'] = True
        elif match:
            self._note_quantity(row)
            self._note_package(row, match)
            self._note_archived(row, match)
        result = [vals]
        if whole.road and 'road' not in held:
            result.append(
                {
                    'name': self.env._('Road tax: %s', vals['name']),
                    'quantity': 1,
                    'price_unit': float(whole.road),
                    'tax_ids': [Command.clear()],
                    'is_imported': True,
                    **({'account_id': vals['account_id']} if 'account_id' in vals else {}),
                }
            )
        return result

    def _line_vals(self, row):
        """Product, text, account and unit of a line."""
        match = self.matches.get(row)
        name = row.name if match else self.document.main_info
        vals = {'name': name or self.document.qaime, 'is_imported': True}
        if not match:
            return vals
        vals |= {'vatportal_line_id': row.id, 'vatportal_line_mark': row._goods_mark(), 'product_id': match.product.id}
        if match.mapping and match.mapping.account_id.active:
            vals['account_id'] = match.mapping.account_id.id
        uom = self.counting[row][0]
        if uom or not match.product:
            vals['product_uom_id'] = uom.id if uom else False
        return vals

    def _lone_amount(self, vals, match):
        """Of ``vals``, what stays of a part too small to have a quantity: it counts as none of the product."""
        account = (
            match.product.with_company(self.document._bill_company()).product_tmpl_id.get_product_accounts(self.books.position)[
                'income' if self.books.usage == 'sale' else 'expense'
            ]
            if match.product
            else None
        )
        return {
            **({'account_id': account.id} if account else {}),
            **{name: vals[name] for name in ('name', 'is_imported', 'account_id', 'vatportal_line_mark') if name in vals},
        }

    # ------------------------------------------------------------------ quantity and amounts

    def _count(self, row, match):
        """Unit and number as a person has said of this vendor's product, as the row names it, or by the package of a barcode.
        No unit where nobody knows, or where the product can't be counted in it."""
        unit, contains = match.mapping._counting(row) if match.mapping else (None, Decimal(1))
        unit = unit or self.books.units.get(text_key(row.unit)) or match.uom
        if match.product and not (unit and unit._has_common_reference(match.product.uom_id)):
            return None, Decimal(1)
        return unit or None, contains

    def _contains(self, row):
        return self.counting[row][1] if row in self.counting else Decimal(1)

    def _amount_vals(self, part, whole, amount, taxes, vat):
        """Quantity, price and taxes of a line whose amount before taxes is ``amount``.

        :param vat: those of the ``taxes``, groups taken apart, that bear its VAT
        """
        quantity, price, share = self._quantity_and_price(part)
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
                'currency_id': self.document.currency_id.id,
                'quantity': float(quantity),
                'price_unit': price,
                'discount': 0.0,
                'manual_total_excluded_currency': float(amount),
                'manual_tax_amounts': manual_taxes(taxes, vat, whole, amount),
            }
        return vals

    def _quantity_and_price(self, part):
        """(quantity as Odoo can keep it, the document's price, the exact quantity where the part is not the whole row);
        1 and nothing for an amount without a quantity."""
        row = part.key
        if row == self.document or not part.quantity:
            return Decimal(1), Decimal(0), None
        contains = self._contains(row)
        share = part.share if part.share != row._counted(contains)[0] else None
        return part.quantity, round(decimal(row.price_unit) / contains, PRICE_DECIMALS), share

    # ------------------------------------------------------------------ notes

    def _note(self, level, text, row=None, **more):
        # A document of mere sums is its own row.
        about = {'row': row.id} if row and row != self.document else {}
        self.notes.append({'level': level, 'text': text, **about, **more})

    def _vat_text(self, row, amount):
        """Why ``amount`` of VAT is part of a price."""
        if self.books.simplified:
            return self.env._(
                "“%(line)s”: %(amount)s AZN of VAT are part of the price, for under simplified taxation the company can't deduct it.",
                line=row.display_name,
                amount=amount,
            )
        return self.env._('“%(line)s”: %(amount)s AZN of VAT are part of the price, for the company has no tax for them.', line=row.display_name, amount=amount)

    def _note_quantity(self, row):
        text = row._rounded_text(self._contains(row))
        if text:
            self._note(
                'warning',
                self.env._("%s It has more decimals than Odoo is set to keep (decimal accuracy of Product Unit). The amount is the document's.", text),
                row,
            )

    def _note_package(self, row, match):
        unit, package = self.counting[row][0], match.uom
        said = match.mapping and match.mapping._counting(row)[0]
        if package and unit and not said and float_compare(unit.factor, package.factor, precision_digits=6):
            self._note(
                'warning',
                self.env._(
                    '“%(line)s”: its barcode is that of a package, %(package)s, but the document counts in %(unit)s, and so does the bill. '
                    'Check quantity and price.',
                    line=row.display_name,
                    package=package.name,
                    unit=row.unit,
                ),
                row,
            )

    def _note_archived(self, row, match):
        product = match.mapping and match.mapping.product_id
        if product and not product.active and not match.product:
            self._note(
                'warning',
                self.env._(
                    '“%(line)s”: its product, %(product)s, is archived. Take it out of the archive, or choose another one.',
                    line=row.display_name,
                    product=product.display_name,
                ),
                row,
            )

    def _note_position(self):
        position = self.move.fiscal_position_id
        chosen = self.move.partner_id.with_company(self.move.company_id).property_account_position_id
        if position and position == chosen and 'vat' in self.books.kept._vatportal_categories() and self.document.amount_vat:
            self._note(
                'warning',
                self.env._(
                    'The fiscal position “%(position)s” has no tax that bears VAT, but the document does. The VAT was kept: take it off '
                    'the lines if it is not to be booked.',
                    position=position.name,
                ),
            )

    def _note_amounts(self, part, vat):
        # What a fiscal position puts in the place of a tax bears the VAT of that tax, whatever its own rate.
        row, rates = part.key, {vat_rate(taxes) for taxes in (vat, *self.books.originals(vat))}
        if part.category and vat and not any(incoming_parts.bears_rate(part, known) for known in rates):
            self._note(
                'warning',
                self.env._(
                    "“%(line)s”: the document's VAT of %(vat)s AZN is not %(rate)s %% of %(base)s AZN. Compare the line with the document before confirming.",
                    line=row.display_name,
                    vat=_text(part.vat_amount),
                    rate=_text(vat_rate(vat)),
                    base=_text(part.base),
                ),
                row,
            )
        if row != self.document and part.main:
            stated, found = decimal(row.amount_total), sum(other.total for other in row._to_parts())
            if abs(stated - found) > incoming_parts.QEPIK:
                self._note(
                    'warning',
                    self.env._(
                        '“%(line)s”: its amounts add up to %(found)s AZN, but its total on the document is %(stated)s AZN.',
                        line=row.display_name,
                        found=_text(found),
                        stated=_text(stated),
                    ),
                    row,
                )


def _text(number):
    return f'{number:f}'

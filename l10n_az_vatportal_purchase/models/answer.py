from collections import defaultdict
from decimal import Decimal

from odoo import models

from odoo.addons.l10n_az_vatportal.models.amounts import decimal
from odoo.addons.l10n_az_vatportal.vatportal.advice import Ordered, slack
from odoo.addons.l10n_az_vatportal.vatportal.names import text_key, words

# Quantities that differ by less differ by the computation from one unit into another.
QUANTITY_DIGITS = 6
HALF_QEPIK = Decimal('0.005')


class VatportalDocument(models.Model):
    """What was ordered of the rows of received documents, to be compared with before they are answered."""

    _inherit = 'vatportal.document'  # pylint: disable=consider-merging-classes-inherited

    def _ordered(self):
        # EXTENDS l10n_az_vatportal
        result = super()._ordered()
        units = {}
        delivering = self.filtered(lambda document: document.partner_id and document._delivers())
        # Its bill is linked with orders of the company in which it is made, which is the last one.
        for (company, partner), documents in delivering.grouped(lambda document: (document._compared_in()[-1], document.partner_id)).items():
            open_lines = documents._open_lines_of(company, partner)
            if company not in units:
                units[company] = self.env['vatportal.unit.alias']._units_by_key(company)
            for document in documents:
                billed = document._billed_otherwise(open_lines)
                lines = open_lines.filtered(lambda line, billed=billed: decimal(line._vatportal_due()) > billed[line])
                result[document] = (bool(lines), document._ordered_rows(partner, lines, billed, units[company]) if lines else {})
        return result

    def _open_lines_of(self, company, partner):
        """The confirmed order lines of the vendor's that are not billed in full, or by these documents' own bills: those in AZN before others,
        the oldest first."""
        lines = self.env['purchase.order.line'].search(
            [('company_id', '=', company.id), ('order_id.partner_id', 'child_of', partner.ids), ('state', '=', 'purchase'), ('product_id', '!=', False)]
        )
        own = self.move_id.invoice_line_ids.purchase_line_id
        open_ = lines.filtered(lambda line: line.product_qty > 0 and (line in own or line._vatportal_due() > line.qty_invoiced))
        return open_.sorted(lambda line: (line.currency_id != self.currency_id, line.order_id.date_order, line.id))

    def _billed_otherwise(self, lines):
        """Return a dict of order line → what is billed of it, in its unit, but for the bill of this document: that says nothing of
        what the document may still claim."""
        bill = self.move_id.filtered(lambda move: move.state != 'cancel' and move.move_type == 'in_invoice')
        own = bill.invoice_line_ids.grouped('purchase_line_id')
        return {
            line: max(
                Decimal(0),
                decimal(line.qty_invoiced - sum(item.product_uom_id._compute_quantity(item.quantity, line.product_uom_id) for item in own.get(line, ()))),
            )
            for line in lines
        }

    def _ordered_rows(self, partner, open_lines, billed, units):
        """Return a dict of the number of a row → :class:`Ordered`: of the lines that order its product one of an order that the
        document names, else one at the row's price that has enough left, else the oldest; what several lines have left of it is added
        up. What the rows before ask for is not left for the next.

        :param billed: as :meth:`_billed_otherwise` returns it; what the rows ask for is added
        :param units: see ``vatportal.unit.alias``, ``_units_by_key()``
        """
        note = words(f'{self.main_info or ""} {self.add_info or ""}')
        by_product = defaultdict(open_lines.browse)
        for line in open_lines:
            by_product[line.product_id] |= line
        found = {}
        matches = self._match_products(partner, 'purchase')
        for number, row in enumerate(self.line_ids):
            match = matches[row]
            lines = by_product[match.product] if match.product else open_lines.browse()
            named = lines.filtered(lambda line: line.order_id._vatportal_stands_in(note))
            lines = named or lines
            if lines:
                lines = lines.filtered(lambda line: decimal(line._vatportal_due()) > billed[line]) or lines
                counted = self._counted_in(row, match, units)
                found[number] = self._ordered_row(row, counted, named and lines or self._at_price(row, counted, lines, billed) or lines, billed)
        return found

    def _at_price(self, row, counted, lines, billed):
        """Those of ``lines`` that were ordered at the price of the row; none where less is left of them than it asks for."""
        unit, contains = counted
        asked = decimal(row.quantity)
        if not unit or asked <= 0:
            return lines.browse()
        found, left = lines.browse(), Decimal(0)
        for line in lines.filtered(lambda line: unit._has_common_reference(line.product_uom_id)):
            quantity = decimal(unit._compute_quantity(float(asked * contains), line.product_uom_id, round=False))
            if quantity and self._comes_to(row, line, quantity / decimal(line.product_qty)):
                found |= line
                left += asked * (decimal(line._vatportal_due()) - billed[line]) / quantity
        return found if round(left - asked, QUANTITY_DIGITS) >= 0 else lines.browse()

    def _comes_to(self, row, line, share):
        """Whether so much of what ``line`` orders costs what ``row`` does, with or without VAT."""

        rate, tolerance = line._vatportal_rate(row.document_id.currency_id, row.document_id._baku_date())

        def apart(amounts):
            return min(abs(decimal(ours) - amount * share * rate) for ours, amount in zip((row.amount_net, row.amount_total), amounts, strict=True))

        most = max(slack(decimal(row.quantity), decimal(row.price_unit)), tolerance * abs(decimal(row.amount_total)))
        off = apart(map(decimal, (line.price_subtotal, line.price_total)))
        # The line's amounts are rounded, which counts as often as they are taken: where that decides, they are computed exactly.
        if abs(off - most) <= share * HALF_QEPIK:
            off = apart(line._vatportal_exact_amounts())
        return off <= most

    def _ordered_row(self, row, counted_in, lines, billed):
        unit, contains = counted_in
        first = lines[0]
        order = ', '.join(dict.fromkeys(lines.order_id.mapped('name')))
        if not unit or not unit._has_common_reference(first.product_uom_id):
            return Ordered(order, prices=(), left=None)

        def in_unit(line, quantity):
            return decimal(line.product_uom_id._compute_quantity(float(quantity), unit, round=False)) / contains

        def counted(quantities):
            """The sum of these quantities of the lines as the row counts."""
            return round(sum(map(in_unit, lines, quantities), Decimal(0)), QUANTITY_DIGITS)

        before = counted(billed[line] for line in lines)
        asked = decimal(row.quantity)
        for line in lines:
            # A row that takes something back leaves no more.
            taken = max(Decimal(0), min(asked, in_unit(line, decimal(line._vatportal_due()) - billed[line])))
            billed[line] += decimal(unit._compute_quantity(float(taken * contains), line.product_uom_id, round=False))
            asked -= taken
        one = in_unit(first, first.product_qty)
        comes = any(line.product_id.type != 'service' for line in lines)
        rate, tolerance = first._vatportal_rate(row.document_id.currency_id, row.document_id._baku_date())
        return Ordered(
            order,
            prices=tuple(amount * rate / one for amount in first._vatportal_exact_amounts()),
            tolerance=tolerance,
            left=counted(line._vatportal_due() for line in lines) - before,
            received=max(Decimal(0), counted(lines.mapped('qty_received')) - before) if comes else None,
        )

    def _counted_in(self, row, match, units):
        """(unit of Odoo, how many of it are in one of the unit that ``row`` names); no unit where nobody has said so yet."""
        unit, contains = match.mapping._counting(row) if match.mapping else (None, Decimal(1))
        if unit:
            return unit, contains
        return units.get(text_key(row.unit)) if (row.unit or '').strip() else match.uom or match.product.uom_id, Decimal(1)

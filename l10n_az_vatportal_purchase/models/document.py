from decimal import Decimal

from odoo import fields, models
from odoo.fields import Command
from odoo.tools import float_compare

from odoo.addons.l10n_az_vatportal.models.amounts import decimal
from odoo.addons.l10n_az_vatportal.vatportal.advice import slack
from odoo.addons.l10n_az_vatportal.vatportal.names import stands_in, words

# What was ordered in another currency is compared at the rate of the day; the vendor may take that of another day, or of a bank.
RATE_TOLERANCE = Decimal('0.02')


class VatportalDocument(models.Model):
    """The lines of a bill know the order lines that they bill. What they say stays the document's."""

    _inherit = 'vatportal.document'

    def _filled_notes(self, move, difference):
        # EXTENDS l10n_az_vatportal
        return [*super()._filled_notes(move, difference), *self._link_orders(move)]

    def _link_orders(self, move):
        """Link the lines of the draft bill ``move`` that bill what was ordered; return notes that say which orders."""
        if move.move_type != 'in_invoice':
            return []
        lines = move.invoice_line_ids.filtered(lambda line: line.vatportal_line_id and line.product_id)
        found = self._order_lines(lines.filtered(lambda line: not line.purchase_line_id))
        if found:
            before = move.invoice_line_ids.purchase_line_id.order_id
            move.invoice_line_ids = [Command.update(line.id, line._vatportal_order_vals(order_line)) for line, order_line in found.items()]
            move._vatportal_name_orders(before)
        texts = [
            self.env._('Linked with lines of the purchase order %(order)s: %(lines)s.', order=order.name, lines=', '.join(f'“{line.name}”' for line in linked))
            for order, linked in lines.filtered('purchase_line_id').grouped('purchase_order_id').items()
        ]
        alone = lines.filtered(lambda line: not line.purchase_line_id)
        open_lines = move.env['purchase.order.line'].union(*self._open_order_lines(alone))
        for product, bare in alone.grouped('product_id').items():
            if orders := open_lines.filtered(lambda line, product=product: line.product_id == product).order_id:
                values = {'lines': ', '.join(f'“{line.name}”' for line in bare), 'orders': ', '.join(orders.mapped('name'))}
                texts.append(self.env._('Linked with no order: %(lines)s. Quantity, unit or price is not that of %(orders)s.', **values))
        return [{'level': 'info', 'orders': True, 'text': text} for text in texts]

    def _order_lines(self, lines):
        """Return a dict of bill line → the order line that it bills, where one fits by product, quantity and price.

        Of several, it is one of an order that the document names, else one of which exactly this quantity is left, else
        the oldest.
        """
        # A credit note of what nobody has billed leaves no more than was ordered, or received.
        left = {line: line._vatportal_due() - max(0, line.qty_invoiced) for line in self._open_order_lines(lines)}
        note = words(f'{self.main_info or ""} {self.add_info or ""}')
        result = {}
        for line in lines:
            fitting = [
                (
                    not order_line.order_id._vatportal_stands_in(note),
                    order_line.currency_id != line.currency_id,
                    line._vatportal_compare_quantity(order_line, quantity) != 0,
                    order_line.order_id.date_order,
                    order_line.id,
                )
                for order_line, quantity in left.items()
                if line._vatportal_may_bill(order_line) and line._vatportal_compare_quantity(order_line, quantity) <= 0
            ]
            if fitting:
                *_order, order_line_id = min(fitting)
                order_line = self.env['purchase.order.line'].browse(order_line_id)
                left[order_line] -= line._vatportal_quantity_in(order_line.product_uom_id)
                result[line] = order_line
        return result

    def _open_order_lines(self, lines):
        """The confirmed order lines of the vendor's that order the products of ``lines`` and are not billed in full."""
        partner, company = lines.move_id.commercial_partner_id, lines.move_id.company_id
        order_lines = (
            self.env['purchase.order.line'].search(
                [
                    ('company_id', '=', company.id),
                    ('order_id.partner_id', 'child_of', partner.ids),
                    ('state', '=', 'purchase'),
                    ('product_id', 'in', lines.product_id.ids),
                    ('product_qty', '>', 0),
                ]
            )
            if lines
            else ()
        )
        return [line for line in order_lines if line._vatportal_due() > line.qty_invoiced]


class PurchaseOrder(models.Model):
    _inherit = 'purchase.order'

    def _vatportal_stands_in(self, note):
        """Whether the words ``note`` name this order: by its number, or by the vendor's reference."""
        return stands_in(words(self.name), note) or stands_in(words(self.partner_ref), note)


class PurchaseOrderLine(models.Model):
    _inherit = 'purchase.order.line'

    def _vatportal_due(self):
        """How much the vendor may bill of this line in all: what was ordered, or, where it is billed by what comes, has come beyond that."""
        return max(self.product_qty, self.qty_received) if self.product_id.purchase_method == 'receive' else self.product_qty

    def _vatportal_rate(self, currency, day):
        """(how much of ``currency`` one of this line's is on ``day``, by how much of it prices may differ therefore)"""
        if self.currency_id == currency:
            return Decimal(1), Decimal(0)
        rate = self.env['res.currency']._get_conversion_rate(self.currency_id, currency, self.company_id, day or fields.Date.context_today(self))
        return decimal(rate), RATE_TOLERANCE

    def _vatportal_exact_amounts(self):
        """(without VAT, with VAT) of this line, as Odoo has them before it rounds them: a price follows from few units as from many."""
        base_line = self._prepare_base_line_for_taxes_computation()
        self.env['account.tax']._add_tax_details_in_base_line(base_line, self.company_id, rounding_method='round_globally')
        return tuple(decimal(base_line['tax_details'][f'raw_total_{name}_currency']) for name in ('excluded', 'included'))


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _vatportal_order_vals(self, order_line):
        analytic = not self.analytic_distribution and order_line.analytic_distribution
        return {'purchase_line_id': order_line.id, **({'analytic_distribution': analytic} if analytic else {})}

    def _vatportal_quantity_in(self, unit):
        return self.product_uom_id._compute_quantity(self.quantity, unit, round=False)

    def _vatportal_compare_quantity(self, order_line, quantity):
        """-1, 0 or 1, as the quantity of this line is below, at or above ``quantity`` in the unit of ``order_line``."""
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        return float_compare(self._vatportal_quantity_in(order_line.product_uom_id), quantity, precision_digits=digits)

    def _vatportal_may_bill(self, order_line):
        """Whether product, unit and price are those of ``order_line``. Orders are written with and without VAT."""
        if (
            self.product_id != order_line.product_id
            or self.quantity <= 0
            or order_line.product_qty <= 0
            or not (self.product_uom_id._has_common_reference(order_line.product_uom_id))
        ):
            return False
        share = decimal(self._vatportal_quantity_in(order_line.product_uom_id)) / decimal(order_line.product_qty)
        # A branch's bill may be of its parent's document. What that writes with no more decimals than prices have here was rounded so.
        row, digits = self.sudo().vatportal_line_id, self.env['decimal.precision'].precision_get('Product Price')
        most = slack(decimal(row.quantity), decimal(row.price_unit), digits=digits)
        rate, tolerance = order_line._vatportal_rate(self.currency_id, self.move_id.invoice_date)
        return any(
            amount and abs(decimal(amount) - decimal(ordered) * share * rate) <= max(most, tolerance * abs(decimal(amount)))
            for amount, ordered in ((self.price_subtotal, order_line.price_subtotal), (self.price_total, order_line.price_total))
        )

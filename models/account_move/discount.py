import contextlib
from collections import defaultdict

from odoo import models


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_takes_off(self, line, connector):
        """Whether a negative ``line`` is a discount or an advance, which lowers the others, and not goods that came back.

        A negative price always is one. With a negative quantity it depends on the product: some apps write discounts,
        rewards and the advance that a final invoice takes off so.
        """
        product = line.product_id
        if line.quantity >= 0 or not product:
            return True
        return bool(line._vatportal_downpayment_lines()) or product in self._vatportal_discount_products(connector)

    def _vatportal_takes_off_advance(self, line, orders):
        """Whether ``line``, of those ``orders``, takes off what was paid in advance of a known one, with its share of the order's excise and
        road tax."""
        return self._vatportal_net(line) < 0 and bool(orders) and self._vatportal_is_down_payment_line(line)

    def _vatportal_orders_by_line(self):
        """The sales orders of which each line of this invoice is, as a defaultdict of line → frozenset of ids. What was settled at the cash desk
        names none by line: there all lines are of the one order from which all of them come."""
        lines = self.sudo().line_ids
        if 'sale_line_ids' not in lines._fields:
            return defaultdict(frozenset)
        origins = set()
        # Asked once, not for each line: it may be all that was sold in a month.
        if 'sale_order_origin_id' in self.env.get('pos.order.line', self)._fields:
            origins = {sold.sale_order_origin_id.id for sold in self.sudo().pos_order_ids.lines}
        desk = frozenset(origins if len(origins) == 1 and all(origins) else ())
        return defaultdict(lambda: desk, {line: frozenset(line.sale_line_ids.order_id.ids) for line in lines if line.sale_line_ids})

    def _vatportal_is_down_payment_line(self, line):
        """Whether another app says of a negative ``line`` that it takes off a down payment."""
        return bool(line._vatportal_downpayment_lines()) or bool(line.product_id) and line.product_id in self._vatportal_down_payment_products()

    def _vatportal_is_bare_advance(self, line):
        """Whether ``line``, without a tax, is that part of a down payment: what an order bears of taxes that are an amount per unit,
        Odoo puts into a line of its own."""
        return bool(self.sudo()._is_downpayment()) or self._vatportal_net(line) < 0 and self._vatportal_is_down_payment_line(line)

    def _vatportal_down_payment_products(self):
        return self._vatportal_products_of(('pos.config', 'down_payment_product_id', [('company_id', '=', self.company_id.id)]))

    def _vatportal_discount_products(self, connector):
        """The products that stand for no goods but for money taken off, in this company."""
        return (
            connector.sudo().advance_product_id
            | self._vatportal_down_payment_products()
            | self._vatportal_products_of(
                ('res.company', 'sale_discount_product_id', [('id', '=', self.company_id.id)]),
                ('pos.config', 'discount_product_id', [('company_id', '=', self.company_id.id)]),
                ('loyalty.reward', 'discount_line_product_id', []),
            )
        )

    def _vatportal_products_of(self, *places):
        """The products that other apps name, each of ``places`` (model, field, domain of its records)."""
        found = self.env['product.product'].sudo()
        for model, name, domain in places:
            # These are fields of other apps. What is archived by now has made invoices.
            if model in self.env and name in self.env[model]._fields:
                found |= self.env[model].sudo().with_context(active_test=False).search(domain)[name]
        return found


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _vatportal_downpayment_lines(self):
        """The lines of down-payment invoices that these lines take off, the same whoever asks: some apps of Odoo look no further
        than at the orders that the user may see."""
        found = self.browse()
        for line in self.sudo():
            # Of two down payments of one amount at the cash desk Odoo finds None, and fails on it.
            with contextlib.suppress(TypeError):
                found |= line._get_downpayment_lines()
        return found.sudo(self.env.su)

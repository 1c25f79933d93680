from odoo.fields import Command

from ..send.test_amounts_books import BooksCommon


class SaleBooksCommon(BooksCommon):
    """Orders of Sales, and their invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.quick_ref('sales_team.group_sale_manager')

    def order(self, *lines):
        """A confirmed order, each of ``lines`` (product, quantity, price) with VAT."""
        order = self.env['sale.order'].create(
            {
                'partner_id': self.partner.id,
                'order_line': [
                    Command.create(
                        {'product_id': product.id, 'product_uom_qty': quantity, 'price_unit': price, 'tax_ids': [Command.set(self.taxes['vat'].ids)]}
                    )
                    for product, quantity, price in lines
                ],
            }
        )
        (self.product + self.service).invoice_policy = 'order'
        order.action_confirm()
        return order

    def discount(self, order, **vals):
        self.env['sale.order.discount'].create({'sale_order_id': order.id, **vals}).action_apply_discount()

    def invoice(self, order, method='delivered', **vals):
        wizard = (
            self.env['sale.advance.payment.inv']
            .with_context(active_model='sale.order', active_ids=order.ids)
            .create({'advance_payment_method': method, **vals})
        )
        before = order.invoice_ids
        wizard.create_invoices()
        move = order.invoice_ids - before
        move.invoice_date = '2026-11-20'
        move.action_post()
        return move

    def several(self, *lines):
        """A confirmed order of ``lines`` (values), whose products are invoiced as ordered."""
        (self.product + self.service).invoice_policy = 'order'
        order = self.env['sale.order'].create(
            {
                'partner_id': self.partner.id,
                'order_line': [Command.create({'product_id': self.product.id, 'tax_ids': [Command.set(self.taxes['vat'].ids)], **line}) for line in lines],
            }
        )
        order.action_confirm()
        return order

    def assert_paid_in_advance(self, lines, **advance):
        """Assert that an order of ``lines`` can be sent as a down payment and a final invoice, which are the order together."""
        order = self.several(*lines)
        moves = self.invoice(order, **advance)
        first = self.payload(moves)
        moves |= self.invoice(order)
        # Where all was paid in advance, e-taxes takes the figures from there.
        last = self.payload(moves[-1]) if moves[-1].amount_total else self.invoice_received(moves[-1])
        self.assertAlmostEqual(first['sum_total'] + last.get('sum_total', 0), order.amount_total, 2)
        self.assertEqual(last['main_qaime'], moves[0].vatportal_qaime)
        return first, last

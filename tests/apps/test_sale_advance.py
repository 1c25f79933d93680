from odoo.fields import Command
from odoo.tests import tagged

from ..lifecycle_common import LifecycleCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestSaleAdvance(LifecycleCommon):
    """Down payments of sales orders as the sales app makes them, partly given back, and the final invoice after that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref('sales_team.group_sale_salesman_all_leads')
        cls.connector.advance_product_id = cls.service
        cls.product.invoice_policy = 'order'

    def order(self, price=1000):
        order = self.env['sale.order'].create(
            {
                'partner_id': self.partner.id,
                'company_id': self.company.id,
                'order_line': [
                    Command.create({'product_id': self.product.id, 'product_uom_qty': 1, 'price_unit': price, 'tax_ids': [Command.set(self.taxes['vat'].ids)]})
                ],
            }
        )
        order.action_confirm()
        return order

    def invoice(self, order, **vals):
        """The next invoice of ``order``, posted."""
        before = order.invoice_ids
        self.env['sale.advance.payment.inv'].with_context(active_model='sale.order', active_ids=order.ids).create(
            {'advance_payment_method': 'delivered', **vals}
        ).create_invoices()
        move = order.invoice_ids - before
        move.invoice_date = '2026-11-20'
        move.action_post()
        return move

    def prepaid(self, order, percent=30):
        """The down payment of ``order``, sent as an advance."""
        move = self.invoice(order, advance_payment_method='percentage', amount=percent)
        self.assertEqual(move.vatportal_kind_id.code, 'advanceInvoice')
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered', move.vatportal_document_id.message)
        return move

    def warnings(self, move):
        problems = move._vatportal_problems(self.connector)
        self.assertEqual({problem['level'] for problem in problems} - {'warning'}, set(), problems)
        return [problem['message'] for problem in problems]

    def test_nothing_given_back(self):
        order = self.order()
        advance = self.prepaid(order)
        final = self.invoice(order)
        self.assertEqual(final.vatportal_advance_id, advance.vatportal_document_id)
        self.assertFalse(self.warnings(final))

    def test_half_of_the_price_given_back(self):
        """Odoo counts the down payment as given back and takes nothing off; half of it is open at e-taxes."""
        order = self.order()
        advance = self.prepaid(order)
        refund = advance._reverse_moves([{'invoice_date': '2026-11-20'}])
        for line in refund.invoice_line_ids.filtered('price_unit'):
            line.price_unit /= 2
        refund.action_post()
        self.assertEqual(advance.vatportal_document_id.advance_left, 177)
        final = self.invoice(order)
        self.assertFalse(final.vatportal_advance_id)
        [warning] = self.warnings(final)
        self.assertIn(advance.vatportal_qaime, warning)
        self.assertIn('177.00', warning)

    def test_half_of_the_quantity_given_back(self):
        """Odoo takes it off with a price of zero."""
        order = self.order()
        advance = self.prepaid(order)
        refund = advance._reverse_moves([{'invoice_date': '2026-11-20'}])
        refund.invoice_line_ids.filtered('price_unit').quantity = 0.5
        refund.action_post()
        final = self.invoice(order)
        [warning] = self.warnings(final)
        self.assertIn(advance.vatportal_qaime, warning)
        self.assertIn('177.00', warning)

    def test_reversed_and_invoiced_again(self):
        """The order is invoiced anew; the document of the reversed invoice stands."""
        order = self.order(500)
        old = self.invoice(order)
        self.finish(self.send(old))
        old._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
        order.order_line.price_unit = 400
        new = self.invoice(order)
        self.assertEqual(new.amount_total, 472)
        [warning] = self.warnings(new)
        self.assertIn(old.vatportal_qaime, warning)

from odoo.tests import tagged

from .sale_advance_common import SaleAdvanceCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestSaleAdvance(SaleAdvanceCommon):
    """Down payments of sales orders as the sales app makes them, partly given back, and the final invoice after that."""

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

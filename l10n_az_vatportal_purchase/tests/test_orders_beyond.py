from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .test_orders_answer import OrdersAnswerCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestOrdersBeyond(OrdersAnswerCommon):
    """Documents beside orders in another currency, and of more than was ordered."""

    def in_dollars(self, quantity, price):
        """An order in USD, of which one is 1.7 AZN from the first of the month on, and 1.6 before."""
        usd = self.env.ref('base.USD')
        usd.active = True
        for day, rate in (('2026-01-01', 1.6), ('2026-11-01', 1.7)):
            if not usd.rate_ids.filtered(lambda one, day=day: str(one.name) == day and one.company_id == self.company):
                self.env['res.currency.rate'].create({'name': day, 'currency_id': usd.id, 'company_id': self.company.id, 'rate': 1 / rate})
        order = self.order(quantity, price)
        copied = order.copy({'currency_id': usd.id, 'date_order': order.date_order})
        order.button_cancel()
        copied.order_line.write({'price_unit': price, 'tax_ids': [Command.set(self.purchase['vat'].ids)]})
        copied.button_confirm()
        copied.order_line.qty_received = quantity
        return copied

    def billed(self, document):
        document.action_create_bills()
        return document.move_id.invoice_line_ids, ' '.join(note['text'] for note in document.bill_notes or ())

    def test_in_another_currency(self):
        """At the rate of the day, and a little beside it; one in AZN goes first."""
        order = self.in_dollars(10, 100.0)
        self.assertEqual(order.currency_id.name, 'USD')
        for price, verdict, text in ((170.0, 'fine', f'All as ordered: {order.name}.'), (172.0, 'fine', order.name), (180.0, 'refuse', '170.00 AZN')):
            document = self.waiting(10, price)
            self.assertAdvice(document, verdict, text)
            self.assertNotIn('Nothing: no order', document.compared_text)
            line, note = self.billed(document)
            self.assertEqual(line.purchase_line_id, order.order_line if verdict == 'fine' else order.order_line.browse())
            self.assertIn(order.name, note)
            self.assertEqual('Linked with no order' in note, verdict != 'fine')
            document.move_id.unlink()
        here = self.order(10, 171.0)
        self.assertEqual(self.billed(self.waiting(10, 171.0))[0].purchase_line_id, here.order_line)

    def test_units_are_looked_up_once(self):
        self.order(10, 50.0)
        documents = self.waiting_rows((1, 50.0), (2, 50.0)) + self.waiting(3, 50.0)
        asked, Alias = [], type(self.env['vatportal.unit.alias'])
        plain = Alias._units_by_key
        with patch.object(Alias, '_units_by_key', lambda alias, company: (asked.append(company), plain(alias, company))[1]):
            self.assertEqual(set(documents.mapped('advice')), {'fine'})
        self.assertEqual(asked, [self.company])

    def test_received_beyond_the_order(self):
        """What has come may be billed, in one go or in the end; what has not come, may not."""
        order = self.order(10, 50.0, received=12)
        self.assertAdvice(self.waiting(13, 50.0, main_info='Çox'), 'refuse', 'ordered and not billed yet: 12')
        document = self.waiting(12, 50.0)
        self.assertAdvice(document, 'fine', f'All as ordered: {order.name}.')
        line, note = self.billed(document)
        self.assertEqual((line.purchase_line_id, order.order_line.qty_invoiced), (order.order_line, 12))
        self.assertEqual(order.order_line.qty_to_invoice, 0, 'no second bill of it is offered')
        self.assertIn(f'Linked with lines of the purchase order {order.name}', note)
        parts = self.order(10, 70.0, received=12)
        for quantity in (10, 2):
            self.assertEqual(self.billed(self.waiting(quantity, 70.0))[0].purchase_line_id, parts.order_line)
        self.assertFalse(self.billed(self.waiting(1, 70.0))[0].purchase_line_id)
        ordered = self.order(10, 90.0, received=4)
        line, note = self.billed(self.waiting(11, 90.0))
        self.assertFalse(line.purchase_line_id)
        self.assertIn(f'Quantity, unit or price is not that of {ordered.name}', note)

    def test_billed_by_what_was_ordered(self):
        """What came beyond the order is no more to be billed: Odoo would offer a refund of it."""
        self.product.purchase_method = 'purchase'
        order = self.order(10, 50.0, received=12)
        document = self.waiting(12, 50.0)
        self.assertAdvice(document, 'refuse', 'ordered and not billed yet: 10')
        line, note = self.billed(document)
        self.assertFalse(line.purchase_line_id)
        self.assertIn(f'Quantity, unit or price is not that of {order.name}', note)
        self.assertEqual(self.billed(self.waiting(10, 50.0))[0].purchase_line_id, order.order_line)
        self.assertEqual(order.order_line.qty_to_invoice, 0)

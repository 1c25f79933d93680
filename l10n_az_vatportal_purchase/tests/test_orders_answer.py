from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.l10n_az_vatportal.tests.due_common import DueCommon


class OrdersAnswerCommon(DueCommon):
    """Orders of goods, and documents that are to be answered."""

    def order(self, quantity, price, received=None, company=None, **vals):
        order = self.env['purchase.order'].create(
            {
                'company_id': (company or self.company).id,
                'partner_id': self.vendor.id,
                'currency_id': self.company.currency_id.id,
                'order_line': [
                    Command.create(
                        {
                            'product_id': self.product.id,
                            'product_qty': quantity,
                            'price_unit': price,
                            'tax_ids': [Command.set(self.purchase['vat'].ids)],
                            **vals,
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        order.order_line.qty_received = quantity if received is None else received
        return order

    def waiting(self, quantity, price, **vals):
        row = {name: vals.pop(name) for name in ('unit', 'name', 'product_code') if name in vals}
        return self.waiting_rows((quantity, price), row=row, **vals)

    def waiting_rows(self, *rows, row=(), **vals):
        """A document that awaits an answer, of rows (quantity, price, what else is of the row)."""
        lines = [
            self.line(quantity * price, **{'quantity': quantity, 'price_unit': price, **dict(row), **(more[0] if more else {})})
            for quantity, price, *more in rows
        ]
        document = self.document(*lines, **{'status': 'onApproval', 'status_code': 'onApproval', 'date': '2026-11-20 08:00:00', **vals})
        document._set_partners()
        return document

    def assertAdvice(self, document, verdict, *texts):
        document.invalidate_recordset()
        self.assertEqual(document.advice, verdict, document.advice_text)
        for text in texts:
            self.assertIn(text, document.advice_text)


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestOrdersAnswer(OrdersAnswerCommon):
    """What was ordered and received, beside documents that are to be answered."""

    def test_against_an_order(self):
        order = self.order(10, 100.0)
        as_ordered = self.waiting(10, 100.0)
        self.assertAdvice(as_ordered, 'fine', f'All as ordered: {order.name}.')
        self.assertEqual(as_ordered.compared_text, f'Purchase order: {order.name}\nWhat was received of it')
        self.assertAdvice(self.waiting(4, 100.0), 'fine')
        self.assertAdvice(self.waiting(11, 100.0), 'refuse', f'“Sement M400”: 11; ordered and not billed yet: 10 ({order.name}).')
        self.assertAdvice(self.waiting(10, 101.0), 'refuse', '101.00 AZN is more than was ordered: 100.00 AZN')
        self.assertAdvice(self.waiting(10, 99.0), 'ask', '99.00 AZN; ordered at 100.00 AZN')
        self.assertAdvice(self.waiting(1, 5.0, name='Qum', product_code='2505100000'), 'ask', '“Qum” is on no open order')
        self.assertAdvice(self.waiting(9, 100.0, unit='yeşik'), 'ask', 'in another unit than on the order')
        order.order_line.qty_received = 6
        self.assertAdvice(as_ordered, 'ask', '“Sement M400”: 10; received and not billed yet: 6')
        order.button_cancel()
        self.assertAdvice(as_ordered, 'ask', 'Nothing was had from this vendor before.')

    def test_its_own_bill(self):
        """What its own bill bills of the order is what the document asks for: it counts for others alone."""
        order = self.order(10, 100.0)
        document = self.waiting(10, 100.0)
        document.action_create_bills()
        self.assertEqual(document.move_id.invoice_line_ids.purchase_line_id, order.order_line)
        for step in (lambda: None, document.move_id.action_post):
            step()
            self.assertEqual(order.order_line.qty_invoiced, 10)
            self.assertAdvice(document, 'fine', f'All as ordered: {order.name}.')
            self.assertNotEqual(self.waiting(4, 100.0, main_info='Ayrı').advice, 'fine', 'all is billed')
        half = self.order(10, 70.0)
        one, two = self.waiting(6, 70.0), self.waiting(5, 70.0)
        one.action_create_bills()
        self.assertAdvice(one, 'fine', half.name)
        self.assertAdvice(two, 'refuse', 'ordered and not billed yet: 4')

    def test_prices_of_small_things(self):
        """What is cheap by the piece and ordered by the hundred thousand: the row's amount counts, and prices read as they are."""
        order = self.order(100_000, 0.05)
        self.assertAdvice(self.waiting(100_000, 0.05), 'fine', f'All as ordered: {order.name}.')
        self.assertAdvice(self.waiting(100_000, 0.06), 'refuse', f'0.06 AZN is more than was ordered: 0.05 AZN ({order.name}).')
        self.assertAdvice(self.waiting(100_000, 0.054), 'refuse', '0.054 AZN is more than was ordered: 0.05 AZN')
        self.assertAdvice(self.waiting(100_000, 0.05001), 'refuse', '0.05001 AZN is more than was ordered: 0.05 AZN')
        self.assertAdvice(self.waiting(100_000, 0.04), 'ask', '0.04 AZN; ordered at 0.05 AZN')

    def test_prices_that_do_not_end(self):
        """An order is written with VAT in the price, or its few pieces round its amount: neither makes the price another one."""
        self.purchase['vat'].price_include_override = 'tax_included'
        order = self.order(100_000, 1.0)
        self.assertAdvice(self.waiting(100_000, 0.8475), 'fine', f'All as ordered: {order.name}.')
        self.assertAdvice(self.waiting(100_000, 0.85), 'refuse', '0.85 AZN is more than was ordered: 0.8474576 AZN')
        order.button_cancel()
        self.purchase['vat'].price_include_override = False
        few, many = self.order(1, 0.333), self.order(1000, 0.333)
        self.assertEqual(few.order_line.price_subtotal, 0.33)
        self.assertAdvice(self.waiting(1001, 0.333), 'fine', f'All as ordered: {few.name}, {many.name}.')

    def test_several_orders(self):
        """One that the document names counts; without a name what all of them have left."""
        old, new = self.order(3, 90.0), self.order(5, 100.0)
        self.assertAdvice(self.waiting(5, 100.0, main_info=f'Sifariş {new.name}'), 'fine', f'All as ordered: {new.name}.')
        self.assertAdvice(self.waiting(8, 90.0), 'fine', f'{old.name}, {new.name}')
        self.assertAdvice(self.waiting(9, 90.0), 'refuse', 'ordered and not billed yet: 8')

    def test_the_order_of_its_price(self):
        """What fits an open order exactly is not compared with an older one at another price; without one that fits it is, as before."""
        dozen = self.env.ref('uom.product_uom_dozen')
        self.product.uom_ids = dozen
        old, new, gross = self.order(5, 90.0), self.order(5, 100.0), self.order(2, 59.0, tax_ids=[Command.clear()])
        boxed = self.order(1, 360.0, product_uom_id=dozen.id)
        for quantity, price, order in ((5, 100.0, new), (3, 100.0, new), (5, 90.0, old), (2, 50.0, gross), (12, 30.0, boxed)):
            self.assertAdvice(self.waiting(quantity, price), 'fine', f'All as ordered: {order.name}.')
        self.assertAdvice(self.waiting_rows((5, 100.0), (5, 90.0)), 'fine', f'All as ordered: {new.name}, {old.name}.')
        # What a row before it claims is not left.
        self.assertAdvice(self.waiting_rows((3, 100.0), (3, 100.0)), 'refuse', '100.00 AZN is more than was ordered: 90.00 AZN')
        self.assertAdvice(self.waiting(6, 100.0), 'refuse', '100.00 AZN is more than was ordered: 90.00 AZN')
        self.assertAdvice(self.waiting(5, 120.0), 'refuse', '120.00 AZN is more than was ordered: 90.00 AZN')
        new.order_line.qty_received = 4
        self.assertAdvice(self.waiting(5, 100.0, main_info='Ayrı'), 'ask', f'5; received and not billed yet: 4 ({new.name})')
        # Named, another one counts whatever its price.
        self.assertAdvice(self.waiting(5, 100.0, main_info=f'Sifariş {old.name}'), 'refuse', f'more than was ordered: 90.00 AZN ({old.name})')

    def test_the_order_of_exactly_its_price(self):
        """What a single piece is rounded by is no price of a thousand, whichever was ordered first, in either direction, with VAT or without."""
        for prices in ((0.333, 0.33), (0.327, 0.33), (0.33, 0.333)):
            for single_first in (True, False):
                for net, vals in ((1, {}), (1.18, {'tax_ids': [Command.clear()]})):
                    with self.subTest(prices=prices, single_first=single_first, net=net), self.cr.savepoint() as savepoint:
                        pieces = ((1, prices[0]), (1000, prices[1]))
                        orders = [self.order(count, price * net, **vals) for count, price in (pieces if single_first else pieces[::-1])]
                        many = orders[1 if single_first else 0]
                        self.assertAdvice(self.waiting(1000, prices[1]), 'fine', f'All as ordered: {many.name}.')
                        savepoint.rollback()

    def test_rows_of_one_order_line(self):
        """What one row claims of an order is not left for the next, in whatever unit, nor received for it."""
        order = self.order(10, 100.0)
        twice = self.waiting_rows((10, 100.0), (10, 100.0))
        self.assertAdvice(twice, 'refuse', f'“Sement M400”: 10; ordered and not billed yet: 0 ({order.name}).')
        self.assertEqual(twice.advice_text.count('ordered and not billed yet'), 1)
        self.assertAdvice(self.waiting_rows((6, 100.0), (4, 100.0)), 'fine', f'All as ordered: {order.name}.')
        self.assertAdvice(self.waiting_rows(*[(0.1, 100.0)] * 99, (0.2, 100.0)), 'refuse', '0.2; ordered and not billed yet: 0.1')
        self.assertAdvice(self.waiting_rows(*[(0.1, 100.0)] * 100), 'fine')
        self.assertAdvice(self.waiting_rows((12, 100.0), (1, 100.0)), 'refuse', '12; ordered and not billed yet: 10', '1; ordered and not billed yet: 0')
        order.order_line.qty_received = 6
        self.assertAdvice(self.waiting_rows((4, 100.0), (4, 100.0)), 'ask', '4; received and not billed yet: 2')
        # Each document is compared by itself.
        both = self.waiting(6, 100.0) + self.waiting(5, 100.0)
        self.assertEqual(both.mapped('advice'), ['fine', 'fine'])

    def test_rows_in_other_units(self):
        dozen = self.env.ref('uom.product_uom_dozen')
        self.product.uom_ids = dozen
        self.order(1, 120.0, product_uom_id=dozen.id)
        self.assertAdvice(self.waiting_rows(*[(number, 10.0) for number in (2, 2, 8)]), 'fine')
        self.assertAdvice(self.waiting_rows(*[(number, 10.0) for number in (2, 2, 9)]), 'refuse', '9; ordered and not billed yet: 8')

    def test_rows_of_several_order_lines(self):
        """The next row is compared with what the rows before have left: of the oldest order first."""
        _old, new = self.order(3, 90.0), self.order(5, 100.0)
        self.assertAdvice(self.waiting_rows((3, 90.0), (5, 100.0)), 'fine', 'All as ordered')
        self.assertAdvice(self.waiting_rows((3, 90.0), (6, 100.0)), 'refuse', '6; ordered and not billed yet: 5')
        self.assertAdvice(self.waiting_rows((5, 90.0), (4, 100.0)), 'refuse', '4; ordered and not billed yet: 3')
        named = {'main_info': f'Sifariş {new.name}'}
        self.assertAdvice(self.waiting_rows((5, 100.0), (3, 100.0), **named), 'refuse', f'3; ordered and not billed yet: 0 ({new.name})')

    def test_how_an_order_is_named(self):
        """Beside a comma, in the middle of a word, or by the vendor's own reference, which may have spaces."""
        old, new = self.order(5, 90.0), self.order(5, 100.0)
        new.partner_ref = 'Müqavilə 12 / 2026'
        for text in (f'Sifariş {new.name}, 20.11.2026', f'({new.name})', f'Sifariş: {new.name}.', f'{new.name};', 'Bax: Müqavilə 12 / 2026, avans'):
            self.assertAdvice(self.waiting(5, 100.0, main_info=text), 'fine', f'All as ordered: {new.name}.')
            self.assertAdvice(self.waiting(5, 95.0, main_info=text), 'ask', f'ordered at 100.00 AZN ({new.name})')
        for text in (f'{new.name}1', 'Müqavilə 12', '2026'):
            self.assertAdvice(self.waiting(5, 95.0, main_info=text), 'refuse', f'more than was ordered: 90.00 AZN ({old.name}, {new.name})')

    def test_what_delivers_nothing(self):
        """Advances, returns and corrections are compared neither with orders nor with prices; nor do they tell any."""
        self.order(10, 100.0)
        kinds = ('advanceInvoice', 'returnInvoice', 'taxCodex163', 'agent', 'recycling')
        for kind in kinds:
            document = self.waiting(40, 500.0, kind=kind, main_info=kind)
            self.assertNotIn('order', document.advice_text.casefold(), kind)
            self.assertEqual(document.advice, 'ask')
        self.order(10, 100.0).order_line.product_id = self.service
        resold = self.waiting(11, 100.0, kind='resale')
        self.assertAdvice(resold, 'refuse', 'ordered and not billed yet: 10')
        self.env['purchase.order'].search([]).button_cancel()
        for kind in kinds:
            self.waiting(1, 500.0, kind=kind, status='approved', status_code='approved', date='2026-11-10 08:00:00')
        self.waiting(1, 100.0, status='approved', status_code='approved', date='2026-11-11 08:00:00')
        self.assertAdvice(self.waiting(2, 100.0), 'fine', '100.00 AZN is the usual price')
        for kind in kinds:
            self.assertNotIn('usual', self.waiting(2, 700.0, kind=kind, main_info=kind).advice_text)

    def test_a_branch(self):
        """What its branch took in is compared with the orders and bills of the branch, for whoever may see them."""
        branch = self.env['res.company'].create({'name': 'Xəzər Gəncə', 'parent_id': self.company.id, 'country_id': self.env.ref('base.az').id})
        self.env.user.company_ids += branch
        self.vendor.with_company(branch).property_account_payable_id = self.vendor.property_account_payable_id
        self.order(10, 70.0)
        order = self.order(10, 100.0, company=branch)
        bill = self.create_invoice(
            {'name': 'Qum', 'product_id': False, 'price_unit': 40, 'tax_ids': False}, move_type='in_invoice', partner_id=self.vendor.id, company_id=branch.id
        )
        document = self.waiting(10, 100.0, bill_company_id=branch.id)
        self.assertAdvice(document, 'fine', f'All as ordered: {order.name}.')
        order.button_cancel()
        sand = self.waiting(1, 40.0, name='Qum', product_code='2505100000', bill_company_id=branch.id)
        self.assertAdvice(sand, 'fine', '40.00 AZN is the usual price')
        clerk = new_test_user(
            self.env, 'parent-alone', 'account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        self.assertNotIn('40.00', sand.with_user(clerk).advice_text)
        self.assertIn('40.00', sand.advice_text)
        bill.button_draft()
        self.assertAdvice(sand, 'ask', 'Nothing was had from this vendor before')

    def test_quantities_of_nothing_and_less(self):
        """An order line that is set to nothing, and one of which a credit note takes back what nobody has billed on it."""
        order = self.order(10, 100.0)
        credit = self.create_invoice({'product_id': self.product.id}, move_type='in_refund', partner_id=self.vendor.id)
        credit.invoice_line_ids.write({'purchase_line_id': order.order_line.id})
        self.assertEqual(order.order_line.qty_invoiced, -1)
        self.assertAdvice(self.waiting(10, 100.0), 'fine')
        self.assertAdvice(self.waiting(11, 100.0), 'refuse', 'ordered and not billed yet: 10')
        document = self.waiting(11, 100.0)
        document.action_create_bills()
        self.assertFalse(document.move_id.invoice_line_ids.purchase_line_id)
        order.order_line.product_qty = 0
        self.assertAdvice(self.waiting(9, 100.0), 'ask', 'Nothing was had')

    def test_a_price_with_vat(self):
        """Orders without a tax are written with VAT in the price."""
        self.order(2, 118.0, tax_ids=[Command.clear()])
        self.assertAdvice(self.waiting(2, 100.0), 'fine')

    def test_other_vendors(self):
        self.order(10, 100.0).partner_id = self.partner
        self.assertAdvice(self.waiting(10, 100.0), 'ask', 'Nothing was had from this vendor before.')

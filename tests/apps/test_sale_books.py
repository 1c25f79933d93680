"""Invoices that Sales makes: its own discounts, advances and deliveries that were taken back."""

from decimal import Decimal
from itertools import cycle, product

from odoo.fields import Command

from .sale_books_common import SaleBooksCommon


class TestSaleBooks(SaleBooksCommon):
    def test_the_order_s_own_discount(self):
        for lines in (((self.product, 1, 5), (self.service, 3, 1449.99)), ((self.service, 3, 1449.99), (self.product, 1, 5))):
            for vals in ({'discount_type': 'amount', 'discount_amount': 150}, {'discount_type': 'so_discount', 'discount_percentage': 0.1}):
                with self.subTest(lines=lines, vals=vals):
                    order = self.order(*lines)
                    self.discount(order, **vals)
                    self.assertEqual(len(self.payload(self.invoice(order))['items']), 2)

    def put_on_payment(self):
        """Return the tax in the place of the company's VAT."""
        self.taxes['vat'].repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax').account_id = self.company_data['default_account_tax_sale']
        self.connector.action_use_cash_basis()
        return self.connector._own_taxes('sale').filtered(lambda tax: tax.vatportal_category == 'vat')

    def test_what_an_order_takes_back(self):
        """Its credit note names no invoice that it reverses: each line has the tax with which it was booked."""
        old = self.taxes['vat']
        order = self.order((self.product, 5, 1000), (self.service, 4, 10))
        (self.product + self.service).invoice_policy = 'delivery'
        first, second = order.order_line
        first.qty_delivered = 3
        self.assertEqual(self.invoice(order).line_ids.tax_line_id, old)
        new = self.put_on_payment()
        second.qty_delivered = 3
        self.assertEqual(self.invoice(order).line_ids.tax_line_id, new)
        first.qty_delivered, second.qty_delivered = 1, 2
        credit = self.invoice(order, deduct_down_payments=True)
        self.assertEqual((credit.move_type, credit.reversed_entry_id), ('out_refund', credit.browse()))
        self.assertEqual([credit.invoice_line_ids.filtered(lambda line, of=of: line.sale_line_ids == of).tax_ids for of in (first, second)], [old, new])
        self.assertEqual({item.tax_line_id: item.balance for item in credit.line_ids if item.tax_line_id}, {old: 360, new: 1.8})

    def test_an_order_of_before_vat_was_put_on_payment(self):
        """It keeps the tax that was archived; its invoices, with the advance taken off, have the one on payment."""
        old = self.taxes['vat']
        order = self.order((self.product, 1, 5), (self.service, 3, 1449.99))
        advance = self.invoice(order, 'percentage', amount=30)
        new = self.put_on_payment()
        self.assertFalse(old.active)
        move = self.invoice(order)
        self.assertEqual((advance.invoice_line_ids.tax_ids, move.invoice_line_ids.tax_ids, move.line_ids.tax_line_id), (old, new, new))
        self.assertAlmostEqual(advance.amount_total + move.amount_total, order.amount_total, 2)

    def test_a_final_invoice_takes_its_advance_off(self):
        self.connector.advance_product_id = self.service
        order = self.order((self.product, 1, 5), (self.service, 3, 1449.99))
        advance = self.invoice(order, 'percentage', amount=30)
        self.payload(advance)
        self.assertEqual(advance.vatportal_kind_id.code, 'advanceInvoice')
        final = self.invoice(order)
        invoice = self.payload(final)
        self.assertEqual(len(invoice['items']), 2)
        self.assertEqual(invoice['main_qaime'], advance.vatportal_qaime)
        self.assertEqual(advance.amount_total + final.amount_total, order.amount_total)

    def test_a_part_of_a_line_taken_back(self):
        order = self.order((self.product, 5, 1000), (self.service, 2, 10))
        self.product.invoice_policy = 'delivery'
        order.order_line[0].qty_delivered = 2
        self.payload(self.invoice(order))
        # One more is delivered, and of what was invoiced one comes back, on an invoice of both.
        order.order_line[0].qty_delivered = 1
        order.order_line = [
            Command.create({'product_id': self.service.id, 'product_uom_qty': 4, 'price_unit': 500, 'tax_ids': [Command.set(self.taxes['vat'].ids)]})
        ]
        move = self.invoice(order, deduct_down_payments=True)
        self.assertIn(-1, move.invoice_line_ids.mapped('quantity'))
        self.assert_stopped(move, 'document of its own')

    def test_a_sale_s_discount_product_counts_as_a_discount(self):
        order = self.order((self.product, 1, 5), (self.service, 3, 1449.99))
        self.discount(order, discount_type='amount', discount_amount=150)
        product = self.company.sale_discount_product_id
        self.assertTrue(product)
        rows = self.rows({'price_unit': 1000}, {'product_id': product.id, 'quantity': -1, 'price_unit': 100})
        self.assertEqual(rows, [('Sement', 1, 900, 0, Decimal('162'), 0)])

    def test_advance_and_discounts_of_several_categories(self):
        """Two discounts and an advance of an order with goods of three kinds of taxes."""
        self.connector.advance_product_id = self.service
        exempt, vat = self.taxes['exempt'], self.taxes['vat']
        vat.sequence = 5
        excise = self.create_tax('Aksiz 12,5 %', 12.5, 'excise', include_base_amount=True, sequence=1)
        for method, advance in (('round_globally', {'method': 'percentage', 'amount': 30}), ('round_per_line', {'method': 'fixed', 'fixed_amount': 500})):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                order = self.several(
                    {'price_unit': 5},
                    {'price_unit': 1449.99, 'product_uom_qty': 3, 'product_id': self.service.id},
                    {'price_unit': 333.33, 'tax_ids': [Command.set(exempt.ids)]},
                    {'price_unit': 77.77, 'product_uom_qty': 7, 'tax_ids': [Command.set((excise + vat).ids)]},
                )
                self.discount(order, discount_type='so_discount', discount_percentage=0.1)
                self.discount(order, discount_type='amount', discount_amount=33.33)
                moves = self.invoice(order, **advance)
                self.payload(moves)
                moves |= self.invoice(order)
                self.payload(moves[-1])
                self.assertEqual(round(sum(moves.mapped('amount_total')), 2), order.amount_total)
                self.assertEqual(len(moves[-1].vatportal_document_id.line_ids), 4)

    def test_a_down_payment_of_amounts_per_unit(self):
        """Of taxes that are an amount per unit Odoo makes a line of the down payment, without a tax where VAT is not taken of them."""
        self.connector.advance_product_id = self.service
        vat, exempt, fixed = self.taxes['vat'], self.taxes['exempt'], {'amount_type': 'fixed'}
        vat.sequence = exempt.sequence = 5
        road = self.create_tax('Yol vergisi', 0.02, 'road', sequence=9, **fixed)
        more = self.create_tax('Yol vergisi 2', 0.013, 'road', sequence=10, **fixed)
        excise = self.create_tax('Aksiz 1,7', 1.7, 'excise', sequence=1, include_base_amount=True, **fixed)
        fuel = {'product_uom_qty': 1000, 'price_unit': 1}
        other = {'price_unit': 33.33, 'product_uom_qty': 3, 'product_id': self.service.id}
        percent, amount, all_of_it = {'method': 'percentage', 'amount': 30}, {'method': 'fixed', 'fixed_amount': 77.77}, {'method': 'percentage', 'amount': 100}
        for place, taxes in enumerate(((vat, road), (vat, road, more), (vat, excise), (vat, excise, road), (exempt, road), (exempt, excise))):
            line = {**fuel, 'tax_ids': self.taxed(*taxes)}
            ways = ([line, other], percent), ([line], amount), ([other, line], all_of_it)
            for lines, advance in ways[: place % 3] + ways[place % 3 + 1 :]:  # two of the three in turn
                with self.subTest(taxes=[tax.name for tax in taxes], advance=advance):
                    self.assert_paid_in_advance(lines, **advance)
        self.env.flush_all()
        self.assertNotIn('differs', self.env['vatportal.reconciliation'].search([]).mapped('finding'))
        road.sequence = 1
        self.assert_paid_in_advance([{**fuel, 'tax_ids': self.taxed(vat, road)}], **percent)

    def test_what_a_down_payment_of_road_tax_takes_off(self):
        road = self.create_tax('Yol vergisi', 0.02, 'road', sequence=9, amount_type='fixed')
        fuel = {'product_uom_qty': 1000, 'price_unit': 1, 'tax_ids': self.taxed(self.taxes['vat'], road)}
        self.connector.advance_product_id = self.service
        first, last = self.assert_paid_in_advance([fuel], method='percentage', amount=30)
        self.assertEqual([(item['apply_vat_amount'], item['skip_vat_amount'], item['vat_amount']) for item in first['items']], [(300, 0, 54), (0, 6, 0)])
        self.assertEqual([(item['apply_vat_amount'], item['vat_amount'], item['transport_tax']) for item in last['items']], [(700, 126, 14)])

    def together(self, *orders):
        """The invoice of several ``orders`` of one customer, posted."""
        orders = orders[0].union(*orders)
        before = orders.invoice_ids
        self.env['sale.advance.payment.inv'].with_context(active_model='sale.order', active_ids=orders.ids).create({}).create_invoices()
        move = orders.invoice_ids - before
        move.invoice_date = '2026-11-20'
        move.action_post()
        return move

    def test_an_advance_is_of_its_own_order(self):
        """Odoo puts the orders of one customer into one invoice; only one of them has a down payment."""
        self.connector.advance_product_id = self.service
        vat, fixed = self.taxes['vat'], {'amount_type': 'fixed'}
        vat.sequence = 5
        road = self.create_tax('Yol vergisi', 0.02, 'road', sequence=9, **fixed)
        excise = self.create_tax('Aksiz', 500, 'excise', sequence=1, include_base_amount=True, **fixed)
        fuel = {'product_uom_qty': 1000, 'price_unit': 1, 'tax_ids': self.taxed(vat, road)}
        brandy = {'price_unit': 100, 'tax_ids': self.taxed(excise, vat)}
        for prepaid, other, sent in (
            ({'price_unit': 500, 'tax_ids': self.taxed(self.taxes['not_subject'])}, fuel, [(250, 0, 0), (1000, 0, 20)]),
            ({'price_unit': 1000}, brandy, [(100, 500, 0), (500, 0, 0)]),
            (brandy, {**brandy, 'price_unit': 400}, [(50, 250, 0), (400, 500, 0)]),
        ):
            with self.subTest(prepaid=prepaid, other=other):
                orders = [self.several(prepaid), self.several(other)]
                self.payload(self.invoice(orders[0], 'percentage', amount=50))
                self.assertEqual(self.sent(self.together(*orders), 'subtotal1', 'aksiz', 'transport_tax'), sent)

    def test_what_a_typed_advance_takes_off(self):
        """A line with the product for advances is a discount: nobody says of what order it is."""
        self.connector.advance_product_id = self.service
        excise = self.create_tax('Aksiz', 500, 'excise', sequence=1, include_base_amount=True, amount_type='fixed')
        self.taxes['vat'].sequence = 5
        brandy = {'price_unit': 100, 'tax_ids': self.taxed(excise, self.taxes['vat'])}
        self.assertEqual([row[2:4] for row in self.rows(brandy, {'product_id': self.service.id, 'price_unit': -50})], [(50, 500)])

    def test_excise_inside_an_exempt_price_is_not_paid_beside_it(self):
        self.connector.advance_product_id = self.service
        vat, exempt, fixed = self.taxes['vat'], self.taxes['exempt'], {'amount_type': 'fixed'}
        vat.sequence = exempt.sequence = 5
        road = self.create_tax('Yol vergisi', 0.02, 'road', sequence=9, **fixed)
        fuel = {'product_uom_qty': 1000, 'price_unit': 1, 'tax_ids': self.taxed(vat, road)}
        for inside in (True, False):
            with self.subTest(inside=inside):
                excise = self.create_tax(f'Aksiz {inside}', 100, 'excise', sequence=1, include_base_amount=inside, **fixed)
                lines = [fuel, {'price_unit': 100, 'tax_ids': self.taxed(excise, exempt)}]
                _first, last = self.assert_paid_in_advance(lines, method='percentage', amount=30)
                self.assertEqual(sorted((item['aksiz'], item['transport_tax']) for item in last['items']), [(0, 14), (70, 0)])

    def test_a_down_payment_of_all_with_a_rate_and_an_amount_per_unit(self):
        """The line with the rate is a discount on the goods; the one without a tax is of the road tax that is left."""
        self.connector.advance_product_id = self.service
        excise = self.create_tax('Aksiz 12,5 %', 12.5, 'excise', include_base_amount=True, sequence=1)
        self.taxes['vat'].sequence = 5
        road = self.create_tax('Yol vergisi', 0.02, 'road', sequence=9, amount_type='fixed')
        fuel = {'product_uom_qty': 1000, 'price_unit': 1, 'tax_ids': self.taxed(excise, self.taxes['vat'], road)}
        self.assert_paid_in_advance([fuel], method='percentage', amount=100)
        _first, last = self.assert_paid_in_advance([fuel, {'price_unit': 50}], method='percentage', amount=30)
        self.assertEqual(sorted((item['subtotal1'], item['aksiz'], item['transport_tax']) for item in last['items']), [(35, 0, 0), (700, 87.5, 14)])

    def test_a_down_payment_without_a_tax_is_told(self):
        order = self.several({'price_unit': 100}, {'price_unit': 50, 'tax_ids': False})
        texts = [problem['message'] for problem in self.wizard(self.invoice(order, 'percentage', amount=30)).problems]
        self.assertTrue([text for text in texts if 'look whether a line of the order lacks its tax' in text])
        self.assert_stopped(self.invoice(order), 'no tax that tells its VAT category')

    def test_shares_of_taxes_that_were_rounded_line_by_line(self):
        """A down payment, and a discount of the whole order, bear their share of what the lines bear."""
        self.connector.advance_product_id = self.service
        excise = self.create_tax('Aksiz 12,5 %', 12.5, 'excise', include_base_amount=True, sequence=1)
        self.taxes['vat'].sequence = 5
        # In turn, so that each of the taxes meets each way of rounding.
        methods = cycle(('round_per_line', 'round_globally'))
        for taxes, price in product(((self.taxes['vat'],), (excise, self.taxes['vat'])), (0.19, 1.03, 7.7)):
            method = next(methods)
            with self.subTest(taxes=len(taxes), method=method, price=price):
                self.company.tax_calculation_rounding_method = method
                line = {'price_unit': price, 'tax_ids': self.taxed(*taxes)}
                self.assert_paid_in_advance([line] * 12, method='percentage', amount=50)
                order = self.several(*[line] * 12)
                self.discount(order, discount_type='so_discount', discount_percentage=0.4)
                self.payload(self.invoice(order))

    def test_another_rate_is_no_rounding(self):
        """A down payment has the taxes as the order had them: of a tax that says VAT but is not 18 %, or was changed since."""
        foreign = self.create_tax('ƏDV 20 %', 20, 'vat')
        self.assert_stopped(self.invoice(self.several({'price_unit': 2000, 'tax_ids': self.taxed(foreign)}), 'percentage', amount=50), 'VAT')
        excise = self.create_tax('Aksiz 12,5 %', 12.5, 'excise', include_base_amount=True, sequence=1)
        self.taxes['vat'].sequence = 5
        move = self.invoice(self.several({'price_unit': 2000, 'tax_ids': self.taxed(excise, self.taxes['vat'])}), 'percentage', amount=50)
        excise.amount = 15
        self.assert_stopped(move, 'excise')

    def test_vat_of_a_down_payment_of_many_lines_changed_by_hand(self):
        """Rounding of so many lines explains some qəpik, but a qəpik of each line it does not."""
        self.company.tax_calculation_rounding_method = 'round_per_line'
        for off in (-0.3, 0.3):
            with self.subTest(off=off):
                move = self.invoice(self.several(*[{'price_unit': 1.03}] * 30), 'percentage', amount=50)
                self.change_tax(move, off)
                self.assert_stopped(move, 'changed by hand')

    def change_tax(self, move, off):
        move.button_draft()
        line = move.line_ids.filtered('tax_line_id')
        term = move.line_ids.filtered(lambda line: line.display_type == 'payment_term')
        move.line_ids = [
            Command.update(line.id, {'amount_currency': line.amount_currency + off}),
            Command.update(term.id, {'amount_currency': term.amount_currency - off}),
        ]
        move.action_post()

    def test_vat_of_a_down_payment_changed_by_hand(self):
        self.company.tax_calculation_rounding_method = 'round_per_line'
        move = self.invoice(self.several(*[{'price_unit': 1.03}] * 10), 'percentage', amount=50)
        self.change_tax(move, -0.1)
        self.assert_stopped(move, 'changed by hand')

"""What stops an invoice is named truly, with the way out; what only looks wrong goes."""

from odoo.fields import Command

from .test_amounts_books import BooksCommon


class TestCauses(BooksCommon):
    def with_vat(self, *taxes):
        self.taxes['vat'].sequence = 5
        return {'tax_ids': self.taxed(self.taxes['vat'], *taxes)}

    def test_taxes_in_an_order_that_the_law_does_not_know(self):
        for name, category, vals in (
            ('Aksiz A', 'excise', {'sequence': 1}),
            ('Aksiz B', 'excise', {'sequence': 9, 'include_base_amount': True}),
            ('Yol C', 'road', {'sequence': 1, 'include_base_amount': True}),
        ):
            with self.subTest(name=name):
                tax = self.create_tax(name, 10, category, **vals)
                self.assert_stopped(self.create_invoice(self.with_vat(tax)), name, 'affect its base', 'to draft')

    def test_road_tax_of_excise(self):
        excise = self.create_tax('Aksiz', 10, 'excise', sequence=1, include_base_amount=True)
        road = self.create_tax('Yol', 5, 'road', sequence=9)
        line = self.with_vat(excise, road)
        self.assert_stopped(self.create_invoice(line), 'comes before it', 'of Yol;')
        road.is_base_affected = False
        self.assertEqual(self.sent(self.create_invoice(line), 'aksiz', 'vat_amount', 'transport_tax'), [(10, 19.8, 5)])

    def test_vat_that_is_not_affected_by_excise(self):
        excise = self.create_tax('Aksiz', 10, 'excise', sequence=1, include_base_amount=True)
        line = self.with_vat(excise)
        self.taxes['vat'].is_base_affected = False
        self.assert_stopped(self.create_invoice(line), 'VAT 18 %', 'affect its base')

    def test_excise_that_is_a_share_of_the_price_with_it(self):
        excise = self.create_tax('Aksiz', 10, 'excise', amount_type='division', sequence=1, include_base_amount=True)
        for price in (5, 123456789.11, 9e10):
            with self.subTest(price=price):
                (item,) = self.payload(self.create_invoice({'price_unit': price, **self.with_vat(excise)}))['items']
                self.assertAlmostEqual(item['aksiz'], price / 9, 2)
                self.assertEqual(item['aksizgrade'], 11.1111)

    def test_excise_in_the_price_or_by_unit_follows_returns_and_discounts(self):
        included = {'price_include_override': 'tax_included'}
        share = self.create_tax('Aksiz', 10, 'excise', sequence=1, include_base_amount=True, **included)
        unit = self.create_tax('Aksiz 2', 2, 'excise', amount_type='fixed', sequence=1, include_base_amount=True)
        vat = self.create_tax('VAT in price', 18, 'vat', sequence=5, **included)
        line = {'price_unit': 1298, 'tax_ids': self.taxed(share, vat)}
        self.assertEqual(
            self.sent(
                self.create_invoice({'quantity': 3, **line}, {**line, 'quantity': -1}, {**line, 'price_unit': -129.8}),
                'quantity',
                'subtotal1',
                'aksiz',
                'vat_amount',
            ),
            [(2, 1900, 190, 376.2)],
        )
        line = {'price_unit': 10, **self.with_vat(unit)}
        usd = self.dollars(1.7)
        self.assertEqual(
            self.sent(
                self.create_invoice({'quantity': 30, **line}, {**line, 'quantity': -3}, {'price_unit': -20}, currency_id=usd.id),
                'quantity',
                'subtotal1',
                'aksiz',
                'vat_amount',
            ),
            [(27, 425, 91.8, 93.02)],
        )

    def test_several_taxes_of_one_kind_on_a_line(self):
        for one, other, share in ((5, 5, 10), (5, 2, 7)):
            with self.subTest(one=one, other=other):
                taxes = [self.create_tax(f'Yol {place} {rate} {other}', rate, 'road', sequence=9) for place, rate in enumerate((one, other))]
                (item,) = self.payload(self.create_invoice({**self.with_vat(*taxes), 'price_unit': 1000}, {**self.with_vat(*taxes), 'price_unit': -100}))[
                    'items'
                ]
                self.assertEqual(item['transport_tax'], 9 * share)

    def test_a_free_line_that_bears_a_tax(self):
        road = self.create_tax('Yol vergisi', 0.02, 'road', amount_type='fixed', sequence=9)
        self.assert_stopped(
            self.create_invoice({}, {'name': 'Hədiyyə', 'price_unit': 0, 'quantity': 5, **self.with_vat(road)}), 'Hədiyyə', 'free of charge but'
        )

    def test_lines_that_come_to_nothing(self):
        move = self.create_invoice({}, {'name': 'Endirim', 'price_unit': -100})
        (problem,) = self.wizard(move).problems
        self.assertIn('come to nothing', problem['message'])

    def test_a_line_of_no_quantity_is_told(self):
        (warning,) = self.wizard(self.create_invoice({}, {'name': 'Sıfır', 'quantity': 0})).problems
        self.assertIn('“Sıfır” comes to 0.00 AZN', warning['message'])

    def test_a_line_that_is_left_out_needs_no_code(self):
        yen = self.env.ref('base.JPY')
        yen.write(
            {
                'active': True,
                'rounding': 0.01,
                'rate_ids': [Command.clear(), Command.create({'name': '2026-01-01', 'company_id': self.company.id, 'inverse_company_rate': 0.011})],
            }
        )
        product = self.create_product('Kodsuz', False)
        small = {'price_unit': 0.3, 'product_id': product.id, 'name': 'Xırda'}
        (warning,) = self.wizard(self.create_invoice({'price_unit': 100000}, small, currency_id=yen.id)).problems
        self.assertIn('“Xırda” comes to 0.00 AZN', warning['message'])
        self.assert_stopped(self.create_invoice(small, currency_id=yen.id), 'no line with an amount')

    def test_a_price_that_can_not_be_written(self):
        self.env['decimal.precision'].search([('name', '=', 'Product Price')]).digits = 8
        self.assert_stopped(self.create_invoice({'price_unit': 0.00008231, 'quantity': 98765432101.25, 'discount': 33.33}), 'Sement', 'larger unit')

    def test_vat_rate_changed_after_confirming(self):
        move = self.create_invoice({'price_unit': 1000}, {'price_unit': -100})
        self.taxes['vat'].amount = 16
        (item,) = self.payload(move)['items']
        self.assertEqual((item['apply_vat_amount'], item['vat_amount']), (900, 162))
        self.assert_stopped(self.create_invoice(), '18 %', 'rate')

    def test_excise_rate_changed_after_confirming(self):
        excise = self.create_tax('Aksiz', 10, 'excise', sequence=1, include_base_amount=True)
        move = self.create_invoice(self.with_vat(excise))
        excise.amount = 15
        self.assert_stopped(move, 'since the invoice was confirmed')

    def test_vat_rounded_line_by_line_stays_with_its_lines(self):
        self.company.tax_calculation_rounding_method = 'round_per_line'
        items = self.sent(self.create_invoice({'price_unit': 1000}, *[{'price_unit': 0.19}] * 20), 'apply_vat_amount', 'vat_amount', 'skip_vat_amount')
        self.assertEqual(items, [(0.19, 0.03, 0)] * 20 + [(1000, 180, 0)])

    def test_an_early_payment_discount_of_vat_rounded_line_by_line(self):
        self.company.tax_calculation_rounding_method = 'round_per_line'
        term = self.env['account.payment.term'].create(
            {'name': '2/7', 'early_discount': True, 'discount_days': 7, 'discount_percentage': 2, 'early_pay_discount_computation': 'mixed'}
        )
        for currency in (self.env.ref('base.AZN'), self.dollars(1.7)):
            with self.subTest(currency=currency.name):
                self.payload(
                    self.create_invoice(
                        {'price_unit': 1000},
                        *[{'price_unit': 0.19}] * 30,
                        {'price_unit': 33.3, 'tax_ids': self.taxed(self.taxes['exempt'])},
                        invoice_payment_term_id=term.id,
                        currency_id=currency.id,
                    )
                )

import random
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command

from ..bill_common import BillCommon


class TestBillAmounts(BillCommon):
    """The bill has the document's total to the qəpik, and its VAT."""

    def notes(self, move, level):
        return [note['text'] for note in move.vatportal_bill_document_id.bill_notes or () if note['level'] == level]

    def test_vat_that_is_deducted_in_part(self):
        """Of what is used privately too, a car say: the document's VAT is booked, a part of it as what can't be deducted."""
        for share in (0, 50, 33.33, 100):
            with self.subTest(share):
                move = self.bill(self.line(100.0), self.line(49.99, name='Yanacaq'))
                move.invoice_line_ids[0].deductible_amount = share
                self.assert_total(move.vatportal_bill_document_id)
                self.assertNotIn('vatportal_bill_differs', move.alerts or {})
                self.assertFalse(move._vatportal_reasons_to_wait())

    # ------------------------------------------------------------------ categories

    def test_every_vat_category(self):
        move = self.bill(self.line(100.0), self.line(40.0, 'zero'), self.line(30.0, 'exempt'), self.line(20.0, 'not_subject'))
        self.assertRecordValues(
            self.product_lines(move),
            [
                {'tax_ids': self.purchase['vat'].ids, 'price_subtotal': 100.0, 'price_total': 118.0},
                {'tax_ids': self.purchase['zero'].ids, 'price_subtotal': 40.0, 'price_total': 40.0},
                {'tax_ids': self.purchase['exempt'].ids, 'price_subtotal': 30.0, 'price_total': 30.0},
                {'tax_ids': self.purchase['not_subject'].ids, 'price_subtotal': 20.0, 'price_total': 20.0},
            ],
        )
        self.assertEqual((move.amount_untaxed, move.amount_tax, move.amount_total), (190.0, 18.0, 208.0))

    def test_a_seller_who_pays_no_vat(self):
        move = self.bill(self.line(250.0, None))
        self.assertFalse(move.invoice_line_ids.tax_ids)
        self.assertEqual(move.amount_total, 250.0)

    def test_one_row_in_two_columns(self):
        line = self.line(100.03, vat=18.0, amount_vat_base=100.0, amount_not_subject=0.03, total=118.03, quantity=4)
        move = self.bill(line)
        self.assertRecordValues(
            self.product_lines(move),
            [
                {'quantity': 4.0, 'tax_ids': self.purchase['vat'].ids, 'price_subtotal': 100.0},
                {'quantity': 1.0, 'tax_ids': self.purchase['not_subject'].ids, 'price_subtotal': 0.03},
            ],
        )
        self.assertEqual(move.amount_total, 118.03)

    def test_one_row_in_all_columns(self):
        """The quantity is divided as the bases are; the price is the document's."""
        self.product.barcode = '4760001000017'
        for quantity, bases, expected in (
            (3, (60.0, 20.0, 10.0, 10.0), [1.8, 0.6, 0.3, 0.3]),
            (1, (25.01, 25.0, 25.0, 24.99), [0.25] * 4),
            (7, (0.0, 300.0, 50.0, 0.0), [6.0, 1.0]),
            (0.5, (10.0, 0.0, 0.0, 40.0), [0.4, 0.1]),
        ):
            total = sum(bases)
            price = total / quantity
            move = self.bill(
                self.line(
                    total,
                    vat=round(bases[0] * 0.18, 6),
                    quantity=quantity,
                    price_unit=price,
                    barcode='4760001000017',
                    **dict(zip(('amount_vat_base', 'amount_zero', 'amount_exempt', 'amount_not_subject'), bases, strict=True)),
                )
            )
            lines = self.product_lines(move).sorted('sequence')
            self.assertEqual(sorted(lines.mapped('quantity')), sorted(expected))
            self.assertAlmostEqual(sum(lines.mapped('quantity')), quantity)
            self.assertEqual(lines.product_id, self.product)
            for line in lines:
                self.assertAlmostEqual(line.price_unit, price)
            self.assertEqual(sorted(lines.mapped('price_subtotal')), sorted(base for base in bases if base))
            move.action_post()
            self.assert_total(move.vatportal_bill_document_id)

    def test_a_part_too_small_for_a_quantity(self):
        """It is an amount on the product's account, and none of the product."""
        self.product.barcode = '4760001000017'
        self.product.property_account_expense_id = self.company_data['default_account_assets']
        move = self.bill(self.line(100.03, vat=18.0, amount_vat_base=100.0, amount_not_subject=0.03, quantity=4, barcode='4760001000017'))
        self.assertRecordValues(
            self.product_lines(move),
            [
                {'product_id': self.product.id, 'quantity': 4.0, 'account_id': self.company_data['default_account_assets'].id},
                {'product_id': False, 'quantity': 1.0, 'account_id': self.company_data['default_account_assets'].id},
            ],
        )

    def test_excise_on_a_row_in_two_columns(self):
        excise = self.create_tax('Excise', 10, 'excise', type_tax_use='purchase', include_base_amount=True, sequence=0)
        move = self.bill(self.line(100.0, excise=10.0, vat=13.86, amount_vat_base=77.0, amount_exempt=33.0, quantity=10, price_unit=10.0, total=123.86))
        self.assertRecordValues(
            self.product_lines(move),
            [
                {'quantity': 7.0, 'price_unit': 10.0, 'price_subtotal': 70.0, 'tax_ids': (self.purchase['vat'] | excise).ids},
                {'quantity': 3.0, 'price_unit': 10.0, 'price_subtotal': 30.0, 'tax_ids': (self.purchase['exempt'] | excise).ids},
            ],
        )
        self.assertEqual(move.amount_total, 123.86)

    def test_the_rate_chooses_among_the_taxes_of_a_category(self):
        reduced = self.create_tax('P VAT 2 %', 2, 'vat', type_tax_use='purchase', sequence=0)
        move = self.bill(self.line(500.0, vat=10.0), self.line(100.0))
        self.assertEqual([line.tax_ids for line in self.product_lines(move)], [reduced, self.purchase['vat']])

    def test_a_group_of_taxes(self):
        self.purchase['vat'].active = False
        child = self.create_tax('Inside', 18, 'vat', type_tax_use='none')
        group = self.env['account.tax'].create(
            {
                'name': 'P VAT group',
                'amount_type': 'group',
                'type_tax_use': 'purchase',
                'company_id': self.company.id,
                'country_id': self.env.ref('base.az').id,
                'tax_group_id': self.tax_group.id,
                'children_tax_ids': [Command.set(child.ids)],
            }
        )
        move = self.bill(self.line(33.335))
        self.assertEqual(move.invoice_line_ids.tax_ids, group)
        self.assertEqual((move.amount_tax, move.amount_total), (6.0, 39.34))

    def test_price_included_taxes(self):
        self.purchase['vat'].price_include_override = 'tax_included'
        move = self.bill(self.line(100.0, quantity=3, price_unit=33.333333))
        self.assertEqual((move.amount_untaxed, move.amount_tax, move.amount_total), (100.0, 18.0, 118.0))

    def test_a_missing_tax_is_asked_for(self):
        self.purchase['exempt'].active = False
        document = self.document(self.line(30.0, 'exempt'))
        document.action_create_bills()
        self.assertEqual(document.bill_state, 'ask')
        self.assertIn('Exempt from VAT', document.bill_question)
        self.connector.action_create_taxes()
        document._make_bill()
        self.assertEqual(document.bill_state, 'billed')

    def test_simplified_taxation_takes_vat_into_the_price(self):
        self.connector.taxation = 'simplified'
        for tax in self.purchase.values():
            tax.active = False
        move = self.bill(self.line(99.99, quantity=3, price_unit=33.33))
        self.assertEqual((move.amount_tax, move.amount_total), (0.0, 117.99))
        self.assertEqual(move.invoice_line_ids.quantity, 3)
        self.assertIn('VAT are part of the price', self.notes(move, 'info')[0])

    # ------------------------------------------------------------------ excise and road tax

    def create_excise(self):
        self.purchase['vat'].sequence = 5
        return self.create_tax('P excise', 40, 'excise', type_tax_use='purchase', include_base_amount=True, sequence=1)

    def test_excise_by_percent(self):
        excise = self.create_excise()
        move = self.bill(self.line(1500.0, excise=600.0, excise_rate=40, quantity=30, price_unit=50))
        self.assertEqual(move.invoice_line_ids.tax_ids, excise + self.purchase['vat'])
        self.assertEqual((move.amount_untaxed, move.amount_tax, move.amount_total), (1500.0, 978.0, 2478.0))
        vat = move.line_ids.filtered(lambda line: line.tax_line_id == self.purchase['vat'])
        self.assertEqual((vat.balance, vat.tax_base_amount), (378.0, 2100.0))

    def test_excise_per_litre(self):
        """4 AZN on a litre that costs 10: the tax that the company has would come to something else."""
        self.create_excise()
        move = self.bill(self.line(10.0, excise=4.37, excise_rate=0))
        self.assertEqual((move.amount_untaxed, move.amount_total), (10.0, 16.96))
        self.assertEqual(move.amount_tax, 6.96)

    def test_excise_without_a_tax_is_part_of_the_price(self):
        move = self.bill(self.line(10.0, excise=4.0, excise_rate=40))
        self.assertEqual((move.amount_untaxed, move.amount_tax, move.amount_total), (14.0, 2.52, 16.52))
        self.assertIn('excise are part of the price', self.notes(move, 'info')[0])

    def test_road_tax(self):
        road = self.create_tax('P road', 0.02, 'road', type_tax_use='purchase', amount_type='fixed', sequence=9)
        move = self.bill(self.line(100.0, road=3.33, quantity=100, price_unit=1))
        self.assertEqual(move.invoice_line_ids.tax_ids, self.purchase['vat'] + road)
        self.assertEqual((move.amount_untaxed, move.amount_tax, move.amount_total), (100.0, 21.33, 121.33))

    def test_road_tax_without_a_tax_is_a_line(self):
        move = self.bill(self.line(100.0, road=3.33))
        self.assertRecordValues(
            self.product_lines(move), [{'price_subtotal': 100.0, 'tax_ids': self.purchase['vat'].ids}, {'price_subtotal': 3.33, 'tax_ids': []}]
        )
        self.assertEqual((move.amount_tax, move.amount_total), (18.0, 121.33))

    # ------------------------------------------------------------------ rounding

    def test_prices_with_eight_decimals(self):
        move = self.bill(self.line(152.415787, quantity=12.34, price_unit=12.35136037))
        self.assertRecordValues(self.product_lines(move), [{'quantity': 12.34, 'price_unit': 12.35136037, 'price_subtotal': 152.42}])
        self.assertEqual((move.amount_tax, move.amount_total), (27.43, 179.85))

    def test_quantity_with_more_decimals_than_odoo_keeps(self):
        document = self.document(self.line(4083.051, quantity=816.6102, price_unit=5.0))
        document.action_create_bills()
        self.assertEqual(document.bill_state, 'ask')
        self.assertIn('816.6102', document.bill_question)
        move = document._make_bill(duplicates=True)
        line = self.product_lines(move)
        self.assertEqual((line.quantity, line.price_subtotal, move.amount_total), (816.61, 4083.05, 4818.0))
        self.assertAlmostEqual(line.price_unit * line.quantity, 4083.05, 2)
        self.assertIn('816.6102', self.notes(move, 'warning')[0])

    def test_quantity_is_kept_where_the_precision_allows(self):
        self.env['decimal.precision'].search([('name', '=', 'Product Unit')]).digits = 4
        move = self.bill(self.line(4083.051, quantity=816.6102, price_unit=5.0))
        self.assertEqual((move.invoice_line_ids.quantity, move.invoice_line_ids.price_unit), (816.6102, 5.0))
        self.assertFalse(self.notes(move, 'info'))

    def test_vat_with_four_decimals(self):
        """Three lines whose VAT would be 0.09 each by itself are 0.26 together."""
        move = self.bill(*(self.line(0.48, vat=0.0864) for _n in range(3)))
        self.assertEqual((move.amount_untaxed, move.amount_tax, move.amount_total), (1.44, 0.26, 1.70))

    def test_rounding_methods_of_the_company(self):
        for method in ('round_per_line', 'round_globally'):
            self.company.tax_calculation_rounding_method = method
            move = self.bill(*(self.line(0.19, vat=0.0342) for _n in range(30)))
            self.assertEqual((move.amount_tax, move.amount_total), (1.03, 6.73), method)

    def test_a_total_off_by_some_qepik_gets_a_rounding_line(self):
        account = self.company_data['default_account_expense'].copy()
        self.connector.rounding_account_id = account
        move = self.bill(self.line(100.0), amount_total=118.04)
        line = self.product_lines(move)[-1]
        self.assertEqual((line.account_id, line.price_subtotal, line.tax_ids.ids), (account, 0.04, []))
        self.assertIn('0.04 AZN of rounding', self.notes(move, 'info')[0])
        move = self.bill(self.line(100.0), amount_total=117.95)
        self.assertEqual(self.product_lines(move)[-1].price_subtotal, -0.05)

    def test_a_larger_difference_leaves_a_warning(self):
        document = self.document(self.line(100.0), amount_total=118.06)
        document.action_create_bills()
        move = document.move_id
        self.assertEqual((move.state, move.amount_total, document.amount_differs), ('draft', 118.0, True))
        self.assertEqual(document.amount_difference, -0.06)
        self.assertEqual(move.alerts['vatportal_bill_differs']['level'], 'warning')
        self.assertIn('vatportal_bill_warning', move.alerts)
        move.invoice_line_ids = [Command.create({'name': 'Fərq', 'price_unit': 0.06, 'tax_ids': False})]
        self.assertFalse(document.amount_differs)
        self.assertNotIn('vatportal_bill_differs', move.alerts)

    def test_vat_that_is_not_the_rate_leaves_a_warning(self):
        document = self.document(self.line(100.0, vat=18.02))
        document.action_create_bills()
        self.assert_total(document)
        self.assertEqual(document.move_id.amount_tax, 18.02)
        self.assertIn('18.02', self.notes(document.move_id, 'warning')[0])

    def test_a_row_that_does_not_add_up_leaves_a_warning(self):
        move = self.bill(self.line(100.0, total=118.5), amount_total=118.0)
        self.assertIn('118.5', self.notes(move, 'warning')[0])

    def test_refunds_to_the_qepik(self):
        move = self.bill(self.line(33.335001, quantity=7, price_unit=4.76214300), self.line(0.48, vat=0.0864), kind='returnInvoice')
        self.assertEqual(move.move_type, 'out_refund')

    def test_a_document_without_rows(self):
        document = self.document(self.line(100.0))
        document.sudo().line_ids.unlink()
        document.action_create_bills()
        self.assertRecordValues(self.product_lines(document.move_id), [{'name': 'Müqavilə A-12', 'price_subtotal': 100.0, 'tax_ids': self.purchase['vat'].ids}])
        self.assert_total(document)

    def test_any_document_to_the_qepik(self):
        """Prices of eight decimals, amounts of six, all columns, excise, road tax: sixteen seeded documents."""
        rng = random.Random(7)
        for number in range(16):
            if number == 8:
                self.create_excise()
                self.create_tax('P road', 1, 'road', type_tax_use='purchase', amount_type='fixed', sequence=9)
                self.company.tax_calculation_rounding_method = 'round_per_line'
            with self.subTest(number=number):
                document = self.document(*(self.random_line(rng) for _n in range(rng.randint(1, 9))))
                document._make_bill(duplicates=True)  # quantities among them that Odoo rounds
                self.assert_total(document)
                vat = sum((Decimal(str(line.amount_vat)) for line in document.line_ids), Decimal(0))
                tax_lines = document.move_id.line_ids.filtered(lambda line: line.tax_line_id == self.purchase['vat'])
                self.assertAlmostEqual(sum(tax_lines.mapped('balance')), float(round(vat, 2)), 2)
                self.assertFalse([text for text in self.notes(document.move_id, 'warning') if 'decimals' not in text])

    def random_line(self, rng):
        quantity = rng.choice((1, 2, 3, 0.5, 12.345, 816.6102, 1000))
        price = round(rng.uniform(0.00000001, 500), rng.choice((2, 4, 8))) or 0.01
        amount = round(quantity * price, 6)
        return self.line(
            amount,
            rng.choice(('vat', 'vat', 'vat', 'zero', 'exempt', 'not_subject', None)),
            quantity=quantity,
            price_unit=price,
            excise=rng.choice((0.0, 0.0, 0.0, round(amount * 0.4, 6))),
            excise_rate=40,
            road=rng.choice((0.0, 0.0, 0.0, 1.27)),
        )

    # ------------------------------------------------------------------ what a person changes

    def test_a_changed_price_is_odoo_s_again(self):
        move = self.bill(self.line(100.0, vat=18.01), self.line(0.48, vat=0.0864))
        line = self.product_lines(move)[0]
        line.price_unit = 200.0
        self.assertEqual((line.price_subtotal, line.price_total), (200.0, 236.0))
        self.assertTrue(move.vatportal_bill_document_id.amount_differs)

    def test_a_tiny_change_of_a_tiny_price_counts(self):
        move = self.bill(self.line(1.2, quantity=1000, price_unit=0.0012))
        self.product_lines(move).price_unit = 0.0036
        self.assertEqual(move.amount_untaxed, 3.6)

    def test_a_changed_product_keeps_the_amounts(self):
        move = self.bill(self.line(33.335001, quantity=7, price_unit=4.762143))
        move.invoice_line_ids.product_id = self.product
        self.assert_total(move.vatportal_bill_document_id)
        self.assertEqual(move.invoice_line_ids.tax_ids, self.purchase['vat'])

    def test_confirming_keeps_the_total(self):
        move = self.bill(*(self.line(0.48, vat=0.0864) for _n in range(3)))
        move.action_post()
        self.assertEqual((move.state, move.amount_total), ('posted', 1.70))
        self.assertEqual(sum(move.line_ids.mapped('balance')), 0.0)

    def test_without_any_tax_at_all_a_payer_of_vat_is_told(self):
        for tax in self.purchase.values():
            tax.active = False
        document = self.document()
        with self.assertRaisesRegex(UserError, 'Create Missing Taxes'):
            document._make_bill()

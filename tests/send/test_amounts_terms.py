"""Figures as real books have them: foreign currency, payment terms, settings that changed after confirming."""

import random
from decimal import Decimal
from itertools import permutations

from odoo.fields import Command

from .test_amounts_books import BooksCommon


class TestForeignCurrency(BooksCommon):
    def test_vat_rounded_in_dollars_is_no_hand_change(self):
        self.company.tax_calculation_rounding_method = 'round_per_line'
        usd = self.dollars(1.7)
        move = self.create_invoice({'price_unit': 836.80}, currency_id=usd.id)
        (item,) = self.payload(move)['items']
        self.assertEqual((item['vat_amount'], item['total']), (256.05, 1678.61))

    def test_any_amount_and_rate_goes(self):
        self.company.tax_calculation_rounding_method = 'round_per_line'
        dice = random.Random(17)
        for rate in (1.7, 1.9887, 2.2111):
            usd = self.dollars(rate)
            for _round in range(4):
                prices = [round(dice.uniform(1, 3000), 2) for _line in range(dice.choice([1, 1, 1, 4]))]
                with self.subTest(rate=rate, prices=prices):
                    invoice = self.payload(self.create_invoice(*({'price_unit': price} for price in prices), currency_id=usd.id))
                    for item in invoice['items']:
                        self.assertLessEqual(abs(item['vat_amount'] - 0.18 * item['apply_vat_amount']), 0.010001)

    def test_vat_beyond_the_rate_is_told(self):
        """Rounded up in dollars: the VAT goes as 18 % to the qəpik, and the wizard says that the books have more."""
        self.company.tax_calculation_rounding_method = 'round_per_line'
        usd = self.dollars(1.7)
        prices = (Decimal(cents) / 100 for cents in range(100, 10000))
        price = next(price for price in prices if round(round(price * 18 / 100, 2) * 17 / 10, 2) - round(price * 17 / 10, 2) * 18 / 100 > Decimal('0.01'))
        move = self.create_invoice({'price_unit': float(price)}, currency_id=usd.id)
        self.assertGreater(Decimal(str(move.amount_tax_signed)) - Decimal('0.18') * Decimal(str(move.amount_untaxed_signed)), Decimal('0.01'))
        (warning,) = self.wizard(move).problems
        self.assertEqual(warning['level'], 'warning')
        self.assertIn('rounded in USD', warning['message'])

    def test_a_hand_change_in_dollars_is_stopped(self):
        usd = self.dollars(1.7)
        move = self.create_invoice({'price_unit': 1000}, currency_id=usd.id, post=False)
        tax, term = (move.line_ids.filtered(lambda line, kind=kind: line.display_type == kind) for kind in ('tax', 'payment_term'))
        move.line_ids = [Command.update(tax.id, {'amount_currency': -181}), Command.update(term.id, {'amount_currency': 1181})]
        move.action_post()
        self.assert_stopped(move, '18 %', 'by hand')

    def test_a_line_of_nothing_in_manat_is_left_out(self):
        yen = self.env.ref('base.JPY')
        yen.active = True
        yen.rounding = 0.01
        yen.rate_ids.unlink()
        self.env['res.currency.rate'].create({'name': '2026-01-01', 'currency_id': yen.id, 'company_id': self.company.id, 'inverse_company_rate': 0.011})
        move = self.create_invoice({'price_unit': 100000}, {'price_unit': 0.3, 'name': 'Xırda'}, currency_id=yen.id)
        (warning,) = self.wizard(move).problems
        self.assertIn('Xırda', warning['message'])
        self.assertIn('left out', warning['message'])
        self.assertEqual(len(self.payload(move)['items']), 1)


class TestTermsAndSettings(BooksCommon):
    def early_payment(self, computation, percent=2):
        return self.env['account.payment.term'].create(
            {
                'name': f'2/7 {computation}',
                'early_discount': True,
                'discount_days': 7,
                'discount_percentage': percent,
                'early_pay_discount_computation': computation,
            }
        )

    def test_early_payment_discount_always_upon_invoice(self):
        term = self.early_payment('mixed')
        move = self.create_invoice(
            {'price_unit': 1000},
            {'price_unit': 500, 'product_id': self.service.id, 'tax_ids': self.taxed(self.taxes['exempt'])},
            invoice_payment_term_id=term.id,
        )
        self.assertEqual(move.amount_total, 1676.40)
        self.assertEqual(
            self.sent(move, 'unit_price', 'apply_vat_amount', 'skip_vat_amount', 'vat_free', 'vat_amount', 'total'),
            [(500, 0, 0, 500, 0, 500), (1000, 980, 20, 0, 176.4, 1176.4)],
        )

    def test_early_payment_discount_of_other_kinds(self):
        for computation in ('included', 'excluded'):
            term = self.early_payment(computation)
            self.assertEqual(self.sent(self.create_invoice({'price_unit': 1000}, invoice_payment_term_id=term.id), 'subtotal1', 'vat_amount'), [(1000, 180)])

    def test_early_payment_discount_with_lines_in_any_order(self):
        term = self.early_payment('mixed', 3)
        lines = [{'price_unit': 5}, {'price_unit': 1449.99, 'quantity': 3, 'product_id': self.service.id}, {'price_unit': -150}]
        found = [self.rows(*order, invoice_payment_term_id=term.id) for order in permutations(lines)]
        for other in found:
            self.assertEqual(other, found[0])

    def biggest_tax(self, rounding):
        return self.env['account.cash.rounding'].create(
            {'name': f'Nağd {rounding}', 'rounding': rounding, 'rounding_method': 'HALF-UP', 'strategy': 'biggest_tax'}
        )

    def test_cash_rounding_on_the_biggest_tax(self):
        for price, total, item in (
            (10.01, 11.80, (10.00, 10.00, 0, 1.80)),  # 11.81 rounded down
            (10.03, 11.85, (10.04, 10.03, 0.01, 1.81)),  # 11.84 rounded up
        ):
            move = self.create_invoice({'price_unit': price}, invoice_cash_rounding_id=self.biggest_tax(0.05).id)
            self.assertEqual(move.amount_total, total)
            self.assertEqual(self.sent(move, 'subtotal1', 'apply_vat_amount', 'skip_vat_amount', 'vat_amount'), [item])

    def test_cash_rounding_that_takes_some_vat_with_it(self):
        rounding = self.biggest_tax(0.1)
        rounding.write({'rounding_method': 'DOWN', 'strategy': 'add_invoice_line', 'loss_account_id': self.company_data['default_account_expense'].id})
        move = self.create_invoice({'price_unit': 1.64}, invoice_cash_rounding_id=rounding.id)
        (warning,) = self.wizard(move).problems
        self.assertIn('for the cash rounding lowers', warning['message'])
        self.assertEqual(self.sent(move, 'subtotal1', 'apply_vat_amount', 'skip_vat_amount', 'vat_amount'), [(1.61, 1.6, 0.01, 0.29)])

    def test_cash_rounding_that_does_not_fit_is_named(self):
        self.assert_stopped(self.create_invoice({'price_unit': 10.30}, invoice_cash_rounding_id=self.biggest_tax(1).id), 'Nağd 1', 'cash rounding')

    def test_rounding_method_changed_after_confirming(self):
        for before, after in (('round_per_line', 'round_globally'), ('round_globally', 'round_per_line')):
            self.company.tax_calculation_rounding_method = before
            move = self.create_invoice(*[{'price_unit': 0.19}] * 13)
            self.company.tax_calculation_rounding_method = after
            total = move.amount_total
            self.assertEqual(self.payload(move)['sum_total'], total)

    def test_tax_changed_after_confirming(self):
        move = self.create_invoice({'price_unit': 79.59}, {'price_unit': 0.07, 'quantity': 3}, {'price_unit': -5})
        total = move.amount_total
        self.taxes['vat'].price_include_override = 'tax_included'
        self.env.invalidate_all()
        self.assertEqual(self.payload(move)['sum_total'], total)

    def test_a_line_without_a_name(self):
        product = self.create_product('Kərpic', '6904100000', default_code='KRP')
        move = self.create_invoice(
            {'product_id': product.id, 'name': '[KRP]'}, {'product_id': product.id, 'name': '   '}, {'product_id': product.id, 'name': '[KRP] Qırmızı'}
        )
        self.assertEqual([item['name'] for item in self.payload(move)['items']], ['Kərpic', 'Kərpic', 'Qırmızı'])

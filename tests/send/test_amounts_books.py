"""Figures as real books have them: large sums, the order of lines, discounts and returns."""

import random
from decimal import Decimal
from itertools import permutations

from odoo.fields import Command
from odoo.tests import tagged

from ...models.amounts import decimal
from ..common import VatportalCommon
from .test_amounts import SUM_OF

FIGURES = ('quantity', 'unit_price', 'subtotal1', 'aksiz', 'apply_vat_amount', 'skip_vat_amount', 'vat_amount', 'total')


@tagged('post_install_l10n', 'post_install', '-at_install')
class BooksCommon(VatportalCommon):
    def payload(self, move):
        """Send ``move``; return the invoice that the portal received and took, whose figures are the invoice's own."""
        invoice = self.invoice_received(move)
        self.assertEqual(invoice['sum_total'], abs(move.amount_total_signed))
        for total, part in SUM_OF.items():
            self.assertEqual(sum(decimal(item[part]) for item in invoice['items']), decimal(invoice[total]), total)
        for item in invoice['items']:
            self.assertLessEqual(abs(decimal(item['unit_price']) * decimal(item['quantity']) - decimal(item['subtotal1'])), Decimal('0.005'), item)
        return invoice

    def sent(self, move, *names):
        """What the portal received of the items of ``move``, sorted: for each the figures ``names``."""
        return sorted(tuple(item[name] for name in names) for item in self.payload(move)['items'])

    def rows(self, *lines, **vals):
        """What would be sent for an invoice of ``lines``, without sending it: figures of each item, sorted."""
        move = self.create_invoice(*lines, **vals)
        found = move._vatportal_problems(self.connector)
        self.assertFalse([problem['message'] for problem in found if problem['level'] == 'error'])
        return sorted((row.key.product_id.name, row.quantity, row.net, row.excise, row.vat, row.road) for row in move._vatportal_rows(self.connector))

    def assert_stopped(self, move, *words):
        wizard = self.wizard(move)
        self.assertFalse(wizard.ready_ids)
        text = ' '.join(problem['message'] for problem in wizard.problems)
        for word in words:
            self.assertIn(word, text)

    def dollars(self, rate=1.7):
        usd = self.env.ref('base.USD')
        usd.active = True
        usd.rate_ids.unlink()
        self.env['res.currency.rate'].create({'name': '2026-01-01', 'currency_id': usd.id, 'company_id': self.company.id, 'inverse_company_rate': rate})
        return usd

    def taxed(self, *taxes):
        return [Command.set([tax.id for tax in taxes])]


class TestLargeAmounts(BooksCommon):
    def test_large_amounts_go(self):
        exempt = self.taxed(self.taxes['exempt'])
        for line, total in (
            ({'price_unit': 8388608.03, 'tax_ids': exempt}, 8388608.03),
            ({'price_unit': 3999999.99, 'quantity': 3}, 14159999.96),
            ({'price_unit': 1000000000}, 1180000000),
            ({'price_unit': 100000000}, 118000000),
            ({'price_unit': 1428571.43, 'quantity': 7}, 11800000.01),
            ({'price_unit': 847457627118.64}, 1000000000000),
        ):
            with self.subTest(total=total):
                invoice = self.payload(self.create_invoice(line))
                self.assertEqual(invoice['sum_total'], total)
                self.assertEqual(invoice['items'][0]['unit_price'], line['price_unit'])

    def test_what_goes_in_comes_out(self):
        """Random amounts to the qəpik up to 10¹², several lines, discounts and quantities: the portal takes each."""
        dice = random.Random(20261128)
        for _round in range(15):
            lines = [
                {
                    'price_unit': round(10 ** dice.uniform(-2, 11), 2),
                    'quantity': dice.choice([1, 1, 3, 12, 0.25]),
                    'discount': dice.choice([0, 0, 0, 10, 33.33]),
                    'tax_ids': self.taxed(self.taxes[dice.choice(['vat', 'vat', 'exempt', 'zero'])]),
                }
                for _line in range(dice.randint(1, 3))
            ]
            move = self.create_invoice(*lines)
            if any(not self.company.currency_id.compare_amounts(line.balance, 0) for line in move.invoice_line_ids):
                continue  # less than a qəpik
            with self.subTest(lines=lines):
                self.payload(move)

    def test_more_than_fits_is_refused_in_time(self):
        self.assert_stopped(
            self.create_invoice({'price_unit': 1000000000000.01, 'tax_ids': self.taxed(self.taxes['zero'])}), 'several documents', '1,000,000,000,000'
        )
        self.assert_stopped(self.create_invoice(*[{'price_unit': 600000000000}] * 2), 'several documents')

    def test_one_that_does_not_fit_leaves_the_others_alone(self):
        good, large = self.create_invoice(), self.create_invoice({'price_unit': 2000000000000})
        self.finish(self.send(good + large))
        self.assertEqual((good.vatportal_state, large.vatportal_state), ('registered', 'none'))


class TestOrderOfLines(BooksCommon):
    def assert_same_in_any_order(self, *lines, **vals):
        """Assert that ``lines`` can be sent, as the same items in whatever order they stand; return those items."""
        # Of four lines these are: as they stand, from behind, and each of them first.
        orders = (
            permutations(lines)
            if len(lines) < 4
            else [lines, lines[::-1], *((line, *lines[:place], *lines[place + 1 :]) for place, line in enumerate(lines[1:], 1))]
        )
        found = [self.rows(*order, **vals) for order in orders]
        for other in found[1:]:
            self.assertEqual(other, found[0])
        return found[0]

    def test_a_cheap_line_first(self):
        rows = self.assert_same_in_any_order({'price_unit': 5}, {'price_unit': 1449.99, 'product_id': self.service.id}, {'name': 'Endirim', 'price_unit': -150})
        self.assertEqual([row[2:] for row in rows], [(Decimal('1300.51'), 0, Decimal('234.09'), 0), (Decimal('4.48'), 0, Decimal('0.81'), 0)])

    def test_items_stand_as_the_lines_are_printed(self):
        move = self.create_invoice({'name': 'B', 'sequence': 20}, {'name': 'A', 'sequence': 10}, {'name': 'C', 'sequence': 20})
        self.assertEqual([item['name'] for item in self.payload(move)['items']], ['A', 'B', 'C'])

    def test_price_includes_vat(self):
        included = self.taxed(self.create_tax('VAT in price', 18, 'vat', price_include_override='tax_included'))
        self.assert_same_in_any_order(
            {'price_unit': 7.77, 'tax_ids': included},
            {'price_unit': 899.99, 'quantity': 3, 'tax_ids': included},
            {'name': 'Endirim', 'price_unit': -33.33, 'tax_ids': included},
        )

    def test_both_ways_of_rounding(self):
        for method in ('round_per_line', 'round_globally'):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                self.assert_same_in_any_order({'price_unit': 0.19}, {'price_unit': 3.33, 'quantity': 7}, {'price_unit': 123.45}, {'price_unit': -9.99})

    def test_a_discount_of_several_lines_rounded_line_by_line(self):
        """Each of many discounts is rounded by itself: together they take the VAT of the one line further from 18 %."""
        self.company.tax_calculation_rounding_method = 'round_per_line'
        invoice = self.payload(self.create_invoice({'price_unit': 100}, *[{'name': 'Endirim', 'price_unit': -0.14}] * 12))
        self.assertEqual(len(invoice['items']), 1)

    def test_excise_follows_the_discount(self):
        excise = self.create_tax('Aksiz 12,5 %', 12.5, 'excise', include_base_amount=True, sequence=1)
        self.taxes['vat'].sequence = 5
        both = {'tax_ids': self.taxed(excise, self.taxes['vat'])}
        rows = self.assert_same_in_any_order(
            {'price_unit': 300, **both}, {'price_unit': 1000, 'product_id': self.service.id, **both}, {'name': 'Endirim', 'price_unit': -130, **both}
        )
        self.assertEqual([row[2:5] for row in rows], [(900, Decimal('112.50'), Decimal('182.25')), (270, Decimal('33.75'), Decimal('54.68'))])
        self.payload(self.create_invoice({'price_unit': 300, **both}, {'name': 'Endirim', 'price_unit': -130, **both}))

    def test_road_tax_stays_with_its_line(self):
        road = self.create_tax('Yol vergisi', 0.02, 'road', amount_type='fixed', sequence=9)
        rows = self.assert_same_in_any_order(
            {'price_unit': 1, 'quantity': 100, 'tax_ids': self.taxed(self.taxes['vat'], road)},
            {'price_unit': 1, 'quantity': 500, 'product_id': self.service.id, 'tax_ids': self.taxed(self.taxes['vat'], road)},
            {'name': 'Endirim', 'price_unit': -60},
        )
        self.assertEqual([row[2:] for row in rows], [(450, 0, 81, 10), (90, 0, Decimal('16.20'), 2)])

    def test_road_tax_on_a_discount_is_stopped(self):
        road = self.create_tax('Yol vergisi', 0.02, 'road', amount_type='fixed', sequence=9)
        taxes = self.taxed(self.taxes['vat'], road)
        self.assert_stopped(
            self.create_invoice({'quantity': 100, 'price_unit': 1, 'tax_ids': taxes}, {'name': 'Endirim', 'quantity': 10, 'price_unit': -1, 'tax_ids': taxes}),
            'Sement',
            'road tax',
        )

    def test_a_tax_changed_by_hand_is_stopped(self):
        excise = self.create_tax('Aksiz 10 %', 10, 'excise')
        # An accountant changes what stands in the tax's line; the customer's line follows.
        move = self.create_invoice({'tax_ids': self.taxed(excise, self.taxes['vat'])}, post=False)
        line = move.line_ids.filtered(lambda line: line.tax_line_id == excise)
        term = move.line_ids.filtered(lambda line: line.display_type == 'payment_term')
        move.line_ids = [Command.update(line.id, {'amount_currency': -11}), Command.update(term.id, {'amount_currency': term.amount_currency + 1})]
        move.action_post()
        self.assert_stopped(move, 'Sement', 'excise')

    def test_discounts_match_by_rate_not_by_tax(self):
        included = self.create_tax('VAT in price', 18, 'vat', price_include_override='tax_included')
        self.assertEqual(
            self.assert_same_in_any_order({'price_unit': 1000}, {'price_unit': -118, 'tax_ids': self.taxed(included)}), [('Sement', 1, 900, 0, 162, 0)]
        )
        group = self.create_tax('Qrup', 0, False, amount_type='group', children_tax_ids=self.taxed(self.taxes['vat'].copy({'name': 'VAT in a group'})))
        self.assertEqual(
            self.assert_same_in_any_order({'price_unit': 1000, 'tax_ids': self.taxed(group)}, {'price_unit': -100}), [('Sement', 1, 900, 0, 162, 0)]
        )

    def test_other_rates_do_not_match(self):
        excise = self.create_tax('Aksiz 10 %', 10, 'excise', include_base_amount=True, sequence=1)
        self.taxes['vat'].sequence = 5
        self.assert_stopped(
            self.create_invoice({'tax_ids': self.taxed(excise, self.taxes['vat'])}, {'name': 'Endirim', 'price_unit': -10}), 'Endirim', 'same taxes'
        )

    def test_a_marker_of_zero_beside_the_tax_is_looked_through(self):
        marker = self.create_tax('18% R', 0, False)
        group = self.create_tax('18%', 0, False, amount_type='group', children_tax_ids=self.taxed(self.taxes['vat'], marker))
        self.assertEqual(self.rows({'tax_ids': self.taxed(group)}), [('Sement', 1, 100, 0, 18, 0)])
        self.assert_stopped(self.create_invoice({'tax_ids': self.taxed(marker)}), '18% R', 'category')


class TestReturns(BooksCommon):
    def test_a_returned_quantity_is_netted(self):
        self.assertEqual(
            self.sent(
                self.create_invoice(
                    {'quantity': 5, 'price_unit': 1000}, {'quantity': 2, 'price_unit': 10, 'product_id': self.service.id}, {'quantity': -2, 'price_unit': 1000}
                ),
                'quantity',
                'unit_price',
                'subtotal1',
                'vat_amount',
            ),
            [(2, 10, 20, 3.6), (3, 1000, 3000, 540)],
        )

    def test_the_return_first_or_a_discount_beside_it(self):
        lines = ({'quantity': -2, 'price_unit': 1000}, {'quantity': 5, 'price_unit': 1000}, {'name': 'Endirim', 'price_unit': -300})
        for order in permutations(lines):
            self.assertEqual(self.rows(*order), [('Sement', 3, 2700, 0, 486, 0)])

    def test_all_of_a_line_taken_back(self):
        self.assertEqual(
            self.rows({'quantity': 5, 'price_unit': 7.77}, {'quantity': -5, 'price_unit': 7.77}, {'price_unit': 20, 'product_id': self.service.id}),
            [('Daşınma', 1, 20, 0, Decimal('3.60'), 0)],
        )

    def test_with_vat_in_the_price_and_a_discount(self):
        included = self.taxed(self.create_tax('VAT in price', 18, 'vat', price_include_override='tax_included'))
        line = {'price_unit': 9.99, 'discount': 10, 'tax_ids': included}
        (row,) = self.rows({'quantity': 7, **line}, {'quantity': -3, **line})
        self.assertEqual(row[1], 4)

    def test_what_can_not_be_netted_is_stopped(self):
        sold = {'quantity': 5, 'price_unit': 1000}
        for back in (
            {'quantity': -6, 'price_unit': 1000},  # more than was sold
            {'quantity': -2, 'price_unit': 900},
            {'quantity': -2, 'price_unit': 1000, 'discount': 5},
            {'quantity': -2, 'price_unit': 1000, 'product_id': self.service.id},
            {'quantity': -2, 'price_unit': 1000, 'product_uom_id': self.env.ref('uom.product_uom_dozen').id},
            {'quantity': -2, 'price_unit': 1000, 'tax_ids': self.taxed(self.taxes['exempt'])},
        ):
            with self.subTest(back=back):
                self.assert_stopped(
                    self.create_invoice(sold, {'price_unit': 9000, 'quantity': 3, 'product_id': self.service.id}, back), 'document of its own', 'credit note'
                )

    def test_a_product_for_advances_is_no_return(self):
        self.connector.advance_product_id = self.service
        self.assertEqual(
            self.rows({'quantity': 5, 'price_unit': 1000}, {'quantity': -1, 'price_unit': 1500, 'product_id': self.service.id}),
            [('Sement', 5, 3500, 0, 630, 0)],
        )

    def test_a_line_without_a_product_is_a_discount(self):
        self.assertEqual(
            self.rows({'quantity': 5, 'price_unit': 1000}, {'quantity': -1, 'price_unit': 1500, 'product_id': False, 'name': 'Endirim'}),
            [('Sement', 5, 3500, 0, 630, 0)],
        )

    def test_a_vendor_return_with_a_discount(self):
        """Goods back to the vendor: the same figures whatever the order."""
        tax = self.create_tax('Purchase VAT', 18, 'vat', type_tax_use='purchase')
        lines = [
            {'price_unit': 5, 'tax_ids': self.taxed(tax)},
            {'price_unit': 1449.99, 'tax_ids': self.taxed(tax)},
            {'price_unit': -150, 'name': 'Endirim', 'tax_ids': self.taxed(tax)},
        ]
        kind = self.env.ref('l10n_az_vatportal.kind_return_invoice')
        for order in (lines, lines[::-1]):
            rows = self.rows(*order, move_type='in_refund', vatportal_kind_id=kind.id)
            self.assertEqual(sorted(row[4] for row in rows), [Decimal('0.81'), Decimal('234.09')])

    def test_a_vendor_return_of_what_is_half_private(self):
        """Half of the VAT can't be deducted, so it stands apart in the books; on the qaimə it is the VAT of the goods."""
        tax = self.create_tax('Purchase VAT', 18, 'vat', type_tax_use='purchase')
        kind = self.env.ref('l10n_az_vatportal.kind_return_invoice')
        self.assertEqual(
            self.rows({'price_unit': 1000, 'deductible_amount': 50, 'tax_ids': self.taxed(tax)}, move_type='in_refund', vatportal_kind_id=kind.id),
            [('Sement', 1, 1000, 0, 180, 0)],
        )

# The amounts of an item stand side by side.
# fmt: off
from odoo.fields import Command

from ..common import BUYER, SELLER, VatportalCommon

ZERO_SUMS = dict.fromkeys((
    'sum_aksiz', 'sum_apply_vat_amount', 'sum_skip_vat_amount', 'sum_vat_zero', 'sum_vat_free', 'sum_vat_amount',
    'sum_ttax'), 0)
ZERO_ITEM = dict.fromkeys((
    'aksiz', 'aksizgrade', 'apply_vat_amount', 'skip_vat_amount', 'vat_zero', 'vat_free', 'vat_amount',
    'transport_tax'), 0)
SUM_OF = {
    'sum_subtotal1': 'subtotal1', 'sum_aksiz': 'aksiz', 'sum_subtotal2': 'subtotal2',
    'sum_apply_vat_amount': 'apply_vat_amount', 'sum_skip_vat_amount': 'skip_vat_amount', 'sum_vat_zero': 'vat_zero',
    'sum_vat_free': 'vat_free', 'sum_vat_amount': 'vat_amount', 'sum_ttax': 'transport_tax', 'sum_total': 'total',
}


class TestAmounts(VatportalCommon):
    """What goes to the portal is what the invoice says: the whole payload, case by case."""

    # ------------------------------------------------------------------ helpers

    def payload(self, move):
        """Send ``move`` and return the invoice that the portal received; it must have accepted it."""
        invoice = self.invoice_received(move)
        self.check_sums(move, invoice)
        return invoice

    def check_sums(self, move, invoice):
        for total, part in SUM_OF.items():
            self.assertEqual(round(sum(item[part] for item in invoice['items']), 5), invoice[total], total)
        self.assertEqual(invoice['sum_total'], abs(move.amount_total_signed))
        self.assertEqual(
            round(invoice['sum_subtotal2'] + invoice['sum_vat_amount'] + invoice['sum_ttax'], 2), invoice['sum_total'])
        self.assertEqual(round(invoice['sum_vat_amount'] + invoice['sum_aksiz'] + invoice['sum_ttax'], 2),
                         abs(move.amount_tax_signed))

    def assert_payload(self, move, items, **sums):
        """Assert the whole payload; zeros and what follows from the item's code are left out of ``items``."""
        invoice = self.payload(move)
        self.assertEqual(invoice, {
            'id': move.vatportal_document_id.erp_id, 'type': 'default',
            'main_info': f'{move.name}; 20.11.2026', 'seller': SELLER, 'buyer': BUYER,
            **ZERO_SUMS, **sums,
            'items': [{
                'id': '2523290000', 'name': "Sement", 'unit': 'ədəd', 'barcode': '2523290000000', **ZERO_ITEM, **item,
            } for item in items],
        })

    def assert_stopped(self, move, *words):
        """Assert that ``move`` can't be sent, that the message holds ``words``, and that nothing left."""
        wizard = self.wizard(move)
        self.assertFalse(wizard.ready_ids)
        text = ' '.join(problem['message'] for problem in wizard.problems)
        for word in words:
            self.assertIn(word, text)
        self.assertFalse(self.sandbox.requests)

    def taxed(self, *categories):
        return [Command.set([self.taxes[category].id for category in categories])]

    # ------------------------------------------------------------------ the cases

    def test_one_line(self):
        self.assert_payload(
            self.create_invoice({'quantity': 3, 'price_unit': 12.5}),
            [{'unit_price': 12.5, 'quantity': 3, 'subtotal1': 37.5, 'subtotal2': 37.5, 'apply_vat_amount': 37.5,
              'vat_amount': 6.75, 'total': 44.25}],
            sum_subtotal1=37.5, sum_subtotal2=37.5, sum_apply_vat_amount=37.5, sum_vat_amount=6.75, sum_total=44.25)

    def test_several_lines_in_all_vat_categories(self):
        self.assert_payload(
            self.create_invoice(
                {'price_unit': 100}, {'price_unit': 40, 'tax_ids': self.taxed('zero')},
                {'price_unit': 30, 'tax_ids': self.taxed('exempt')},
                {'price_unit': 20, 'tax_ids': self.taxed('not_subject')}),
            [{'unit_price': 100, 'quantity': 1, 'subtotal1': 100, 'subtotal2': 100, 'apply_vat_amount': 100,
              'vat_amount': 18, 'total': 118},
             {'unit_price': 40, 'quantity': 1, 'subtotal1': 40, 'subtotal2': 40, 'vat_zero': 40, 'total': 40},
             {'unit_price': 30, 'quantity': 1, 'subtotal1': 30, 'subtotal2': 30, 'vat_free': 30, 'total': 30},
             {'unit_price': 20, 'quantity': 1, 'subtotal1': 20, 'subtotal2': 20, 'skip_vat_amount': 20, 'total': 20}],
            sum_subtotal1=190, sum_subtotal2=190, sum_apply_vat_amount=100, sum_vat_zero=40, sum_vat_free=30,
            sum_skip_vat_amount=20, sum_vat_amount=18, sum_total=208)

    def test_discount_of_ten_percent(self):
        self.assert_payload(
            self.create_invoice({'quantity': 2, 'price_unit': 55.55, 'discount': 10}),
            [{'unit_price': 49.995, 'quantity': 2, 'subtotal1': 99.99, 'subtotal2': 99.99, 'apply_vat_amount': 99.99,
              'vat_amount': 18, 'total': 117.99}],
            sum_subtotal1=99.99, sum_subtotal2=99.99, sum_apply_vat_amount=99.99, sum_vat_amount=18, sum_total=117.99)

    def test_discount_of_a_third(self):
        self.assert_payload(
            self.create_invoice({'quantity': 3, 'price_unit': 9.99, 'discount': 33.33}),
            [{'unit_price': 6.660333, 'quantity': 3, 'subtotal1': 19.98, 'subtotal2': 19.98,
              'apply_vat_amount': 19.98, 'vat_amount': 3.6, 'total': 23.58}],
            sum_subtotal1=19.98, sum_subtotal2=19.98, sum_apply_vat_amount=19.98, sum_vat_amount=3.6, sum_total=23.58)

    def test_a_free_line_is_left_out_with_a_warning(self):
        move = self.create_invoice({'price_unit': 100}, {'name': "Hədiyyə", 'price_unit': 5, 'discount': 100})
        warning, = self.wizard(move).problems
        self.assertEqual(warning['level'], 'warning')
        self.assertIn("Hədiyyə", warning['message'])
        self.assert_payload(
            move,
            [{'unit_price': 100, 'quantity': 1, 'subtotal1': 100, 'subtotal2': 100, 'apply_vat_amount': 100,
              'vat_amount': 18, 'total': 118}],
            sum_subtotal1=100, sum_subtotal2=100, sum_apply_vat_amount=100, sum_vat_amount=18, sum_total=118)

    def test_nothing_but_free_lines_is_stopped(self):
        self.assert_stopped(self.create_invoice({'discount': 100}), "no line with an amount")

    def test_price_includes_vat(self):
        included = self.create_tax("VAT in price", 18, 'vat', price_include_override='tax_included')
        self.assert_payload(
            self.create_invoice({'quantity': 3, 'price_unit': 10, 'tax_ids': [Command.set(included.ids)]}),
            [{'unit_price': 8.473, 'quantity': 3, 'subtotal1': 25.42, 'subtotal2': 25.42, 'apply_vat_amount': 25.42,
              'vat_amount': 4.58, 'total': 30}],
            sum_subtotal1=25.42, sum_subtotal2=25.42, sum_apply_vat_amount=25.42, sum_vat_amount=4.58, sum_total=30)

    def test_quantity_with_three_decimals(self):
        self.env['decimal.precision'].search([('name', '=', 'Product Unit')]).digits = 3
        self.assert_payload(
            self.create_invoice({'quantity': 1.235, 'price_unit': 7.77, 'product_uom_id': self.unit.id}),
            [{'unit_price': 7.77, 'quantity': 1.235, 'subtotal1': 9.6, 'subtotal2': 9.6, 'apply_vat_amount': 9.6,
              'vat_amount': 1.73, 'total': 11.33}],
            sum_subtotal1=9.6, sum_subtotal2=9.6, sum_apply_vat_amount=9.6, sum_vat_amount=1.73, sum_total=11.33)

    def excise(self):
        return self.create_tax("Aksiz 40 %", 40, 'excise', include_base_amount=True, sequence=1)

    def test_excise_is_part_of_the_vat_base(self):
        taxes = self.excise() + self.taxes['vat']
        self.taxes['vat'].sequence = 5
        self.assert_payload(
            self.create_invoice({'quantity': 30, 'price_unit': 50, 'tax_ids': [Command.set(taxes.ids)]}),
            [{'unit_price': 50, 'quantity': 30, 'subtotal1': 1500, 'aksiz': 600, 'aksizgrade': 40, 'subtotal2': 2100,
              'apply_vat_amount': 2100, 'vat_amount': 378, 'total': 2478}],
            sum_subtotal1=1500, sum_aksiz=600, sum_subtotal2=2100, sum_apply_vat_amount=2100, sum_vat_amount=378,
            sum_total=2478)

    def test_road_tax_bears_no_vat(self):
        road = self.create_tax("Yol vergisi", 0.02, 'road', amount_type='fixed', sequence=9)
        taxes = self.taxes['vat'] + road
        self.assert_payload(
            self.create_invoice({'quantity': 100, 'price_unit': 1, 'tax_ids': [Command.set(taxes.ids)]}),
            [{'unit_price': 1, 'quantity': 100, 'subtotal1': 100, 'subtotal2': 100, 'apply_vat_amount': 100,
              'vat_amount': 18, 'transport_tax': 2, 'total': 120}],
            sum_subtotal1=100, sum_subtotal2=100, sum_apply_vat_amount=100, sum_vat_amount=18, sum_ttax=2,
            sum_total=120)

    def test_group_of_taxes(self):
        group = self.create_tax("Aksiz + VAT", 0, False, amount_type='group', children_tax_ids=[
            Command.set((self.excise() + self.taxes['vat'].copy({'sequence': 5})).ids)])
        self.assert_payload(
            self.create_invoice({'price_unit': 10, 'tax_ids': [Command.set(group.ids)]}),
            [{'unit_price': 10, 'quantity': 1, 'subtotal1': 10, 'aksiz': 4, 'aksizgrade': 40, 'subtotal2': 14,
              'apply_vat_amount': 14, 'vat_amount': 2.52, 'total': 16.52}],
            sum_subtotal1=10, sum_aksiz=4, sum_subtotal2=14, sum_apply_vat_amount=14, sum_vat_amount=2.52,
            sum_total=16.52)

    def test_simplified_taxation(self):
        self.connector.taxation = 'simplified'
        self.assert_payload(
            self.create_invoice({'price_unit': 250, 'tax_ids': False}, {'price_unit': 50, 'quantity': 4,
                                                                        'tax_ids': False}),
            [{'unit_price': 250, 'quantity': 1, 'subtotal1': 250, 'subtotal2': 250, 'total': 250},
             {'unit_price': 50, 'quantity': 4, 'subtotal1': 200, 'subtotal2': 200, 'total': 200}],
            sum_subtotal1=450, sum_subtotal2=450, sum_total=450)

    def test_foreign_currency_goes_in_manat(self):
        usd = self.env.ref('base.USD')
        usd.active = True
        usd.rate_ids.unlink()
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': usd.id, 'company_id': self.company.id, 'inverse_company_rate': 1.7001})
        self.assert_payload(
            self.create_invoice({'quantity': 3, 'price_unit': 33.33}, {'price_unit': 0.07}, currency_id=usd.id),
            [{'unit_price': 56.663, 'quantity': 3, 'subtotal1': 169.99, 'subtotal2': 169.99,
              'apply_vat_amount': 169.99, 'vat_amount': 30.6, 'total': 200.59},
             {'unit_price': 0.12, 'quantity': 1, 'subtotal1': 0.12, 'subtotal2': 0.12, 'apply_vat_amount': 0.12,
              'vat_amount': 0.02, 'total': 0.14}],
            sum_subtotal1=170.11, sum_subtotal2=170.11, sum_apply_vat_amount=170.11, sum_vat_amount=30.62,
            sum_total=200.73)

    def test_a_negative_line_is_taken_off_the_others(self):
        self.assert_payload(
            self.create_invoice(
                {'price_unit': 100}, {'price_unit': 50, 'quantity': 2}, {'name': "Endirim", 'price_unit': -20}),
            [{'unit_price': 90, 'quantity': 1, 'subtotal1': 90, 'subtotal2': 90, 'apply_vat_amount': 90,
              'vat_amount': 16.2, 'total': 106.2},
             {'unit_price': 45, 'quantity': 2, 'subtotal1': 90, 'subtotal2': 90, 'apply_vat_amount': 90,
              'vat_amount': 16.2, 'total': 106.2}],
            sum_subtotal1=180, sum_subtotal2=180, sum_apply_vat_amount=180, sum_vat_amount=32.4, sum_total=212.4)

    def test_an_uneven_negative_line_adds_up(self):
        # 10.00 × 33.33 / 100.01 = 3.33, twice, and 3.34 off the third.
        self.assert_payload(
            self.create_invoice(
                {'price_unit': 33.33}, {'price_unit': 33.33}, {'price_unit': 33.35}, {'price_unit': -10}),
            [{'unit_price': 30, 'quantity': 1, 'subtotal1': 30, 'subtotal2': 30, 'apply_vat_amount': 30,
              'vat_amount': 5.4, 'total': 35.4}] * 2
            + [{'unit_price': 30.01, 'quantity': 1, 'subtotal1': 30.01, 'subtotal2': 30.01,
                'apply_vat_amount': 30.01, 'vat_amount': 5.4, 'total': 35.41}],
            sum_subtotal1=90.01, sum_subtotal2=90.01, sum_apply_vat_amount=90.01, sum_vat_amount=16.2,
            sum_total=106.21)

    def test_a_negative_line_with_other_taxes_is_stopped(self):
        self.assert_stopped(
            self.create_invoice({}, {'name': "Endirim", 'price_unit': -20, 'tax_ids': self.taxed('exempt')}),
            "Endirim", "negative")

    def cash_rounding(self, rounding, strategy='add_invoice_line'):
        return self.env['account.cash.rounding'].create({
            'name': f"Yuvarlaqlaşdırma {rounding}", 'rounding': rounding, 'rounding_method': 'HALF-UP',
            'strategy': strategy, 'profit_account_id': self.company_data['default_account_revenue'].id,
            'loss_account_id': self.company_data['default_account_expense'].id})

    def test_cash_rounding_that_lowers_the_total(self):
        move = self.create_invoice(
            {'price_unit': 10.01}, invoice_cash_rounding_id=self.cash_rounding(0.05).id)
        self.assertEqual(move.amount_total, 11.8)  # 10.01 + 1.80 = 11.81, rounded down
        self.assert_payload(
            move,
            [{'unit_price': 10, 'quantity': 1, 'subtotal1': 10, 'subtotal2': 10, 'apply_vat_amount': 10,
              'vat_amount': 1.8, 'total': 11.8}],
            sum_subtotal1=10, sum_subtotal2=10, sum_apply_vat_amount=10, sum_vat_amount=1.8, sum_total=11.8)

    def test_cash_rounding_that_raises_the_total_is_not_subject_to_vat(self):
        move = self.create_invoice({'price_unit': 10.03}, invoice_cash_rounding_id=self.cash_rounding(0.05).id)
        self.assertEqual(move.amount_total, 11.85)  # 11.84 rounded up
        self.assert_payload(
            move,
            [{'unit_price': 10.04, 'quantity': 1, 'subtotal1': 10.04, 'subtotal2': 10.04, 'apply_vat_amount': 10.03,
              'skip_vat_amount': 0.01, 'vat_amount': 1.81, 'total': 11.85}],
            sum_subtotal1=10.04, sum_subtotal2=10.04, sum_apply_vat_amount=10.03, sum_skip_vat_amount=0.01,
            sum_vat_amount=1.81, sum_total=11.85)

    def test_a_large_cash_rounding_down_is_stopped(self):
        self.assert_stopped(
            self.create_invoice({'price_unit': 10.3}, invoice_cash_rounding_id=self.cash_rounding(1).id),
            "Yuvarlaqlaşdırma", "cash rounding")

    def test_sections_and_notes_are_no_items(self):
        self.assert_payload(
            self.create_invoice(
                {'display_type': 'line_section', 'name': "Bölmə"}, {'price_unit': 100},
                {'display_type': 'line_note', 'name': "Qeyd"}),
            [{'unit_price': 100, 'quantity': 1, 'subtotal1': 100, 'subtotal2': 100, 'apply_vat_amount': 100,
              'vat_amount': 18, 'total': 118}],
            sum_subtotal1=100, sum_subtotal2=100, sum_apply_vat_amount=100, sum_vat_amount=18, sum_total=118)

    def test_two_units_of_one_product(self):
        dozen = self.env.ref('uom.product_uom_dozen')
        dozen.vatportal_unit = 'düjün'
        self.assert_payload(
            self.create_invoice({'price_unit': 2, 'quantity': 5},
                                {'price_unit': 20, 'product_uom_id': dozen.id}),
            [{'unit_price': 2, 'quantity': 5, 'subtotal1': 10, 'subtotal2': 10, 'apply_vat_amount': 10,
              'vat_amount': 1.8, 'total': 11.8},
             {'unit': 'düjün', 'unit_price': 20, 'quantity': 1, 'subtotal1': 20, 'subtotal2': 20,
              'apply_vat_amount': 20, 'vat_amount': 3.6, 'total': 23.6}],
            sum_subtotal1=30, sum_subtotal2=30, sum_apply_vat_amount=30, sum_vat_amount=5.4, sum_total=35.4)

    def assert_small_lines(self, vat_amounts, **sums):
        """Send a line of 0.19 for each of ``vat_amounts``; assert the whole payload with that VAT on each line."""
        for vat in vat_amounts:
            self.assertLessEqual(abs(vat - 0.18 * 0.19), 0.01)
        self.assert_payload(
            self.create_invoice(*({'quantity': 1, 'price_unit': 0.19} for _vat in vat_amounts)),
            [{'unit_price': 0.19, 'quantity': 1, 'subtotal1': 0.19, 'subtotal2': 0.19, 'apply_vat_amount': 0.19,
              'vat_amount': vat, 'total': round(0.19 + vat, 2)} for vat in vat_amounts],
            sum_subtotal1=5.7, sum_subtotal2=5.7, sum_apply_vat_amount=5.7, **sums)

    def test_rounding_per_line_and_globally(self):
        self.company.tax_calculation_rounding_method = 'round_per_line'
        # 18 % of 0.19 is 0.0342: 0.03 on each line.
        self.assert_small_lines([0.03] * 30, sum_vat_amount=0.9, sum_total=6.6)
        self.company.tax_calculation_rounding_method = 'round_globally'
        # 18 % of 5.70 is 1.026, so 1.03: the 13 qəpik above 30 × 0.03 go to the first lines, one to each.
        self.assert_small_lines([0.04] * 13 + [0.03] * 17, sum_vat_amount=1.03, sum_total=6.73)

    def test_tax_changed_by_hand_beyond_the_rate_is_stopped(self):
        move = self.create_invoice(post=False)
        tax_line = move.line_ids.filtered('tax_line_id')
        move.line_ids = [
            Command.update(tax_line.id, {'amount_currency': -20}),
            Command.update(move.line_ids.filtered(lambda line: line.display_type == 'payment_term').id,
                           {'amount_currency': 120})]
        move.action_post()
        self.assert_stopped(move, "Sement", "18 %")

    def test_tax_without_category_is_stopped(self):
        plain = self.create_tax("Adi vergi", 18, False)
        self.assert_stopped(self.create_invoice({'tax_ids': [Command.set(plain.ids)]}), "Sement", "Adi vergi")

    def test_line_without_tax_is_stopped(self):
        self.assert_stopped(self.create_invoice({'tax_ids': False}), "Sement", "VAT category")

    def test_two_vat_categories_on_a_line_are_stopped(self):
        self.assert_stopped(self.create_invoice({'tax_ids': self.taxed('vat', 'exempt')}), "more than one")

    def test_vat_under_simplified_taxation_is_stopped(self):
        self.connector.taxation = 'simplified'
        self.assert_stopped(self.create_invoice(), "simplified taxation")

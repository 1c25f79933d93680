"""Excise and road tax by a formula, of the addon account_tax_python."""

from .sale_books_common import SaleBooksCommon


class TestFormulaTaxes(SaleBooksCommon):
    def by_formula(self, name, category, formula, **vals):
        return self.create_tax(name, 0, category, amount_type='code', formula=formula, **vals)

    def test_what_a_formula_makes_of_a_line(self):
        vat = self.taxes['vat']
        vat.sequence = 5
        self.product.volume = 2
        excise = {'sequence': 1, 'include_base_amount': True}
        for formula, category, more, amount in (
            ('base * 0.1', 'excise', excise, 100),
            ('price_unit * quantity * 0.1', 'excise', excise, 100),
            ('quantity * product.volume * 0.25', 'excise', excise, 20),
            ('max(quantity * 0.3, 5)', 'excise', excise, 12),
            ('price_unit * 0.1', 'road', {'sequence': 9}, 2.5),
            ('quantity * product.volume * 0.02', 'road', {'sequence': 9}, 1.6),
            ('min(quantity, 7) * 0.1', 'road', {'sequence': 9}, 0.7),
        ):
            with self.subTest(formula=formula):
                tax = self.by_formula(formula, category, formula, **more)
                line = {'price_unit': 25, 'quantity': 40, 'tax_ids': self.taxed(tax, vat)}
                move = self.create_invoice(line, {'product_id': self.service.id, 'price_unit': 7.77})
                found = self.sent(move, 'subtotal1', 'aksiz', 'transport_tax')
                self.assertEqual(found, [(7.77, 0, 0), (1000, *((amount, 0) if category == 'excise' else (0, amount)))])
                usd = self.dollars(1.7)
                self.payload(self.create_invoice(line, currency_id=usd.id))

    def test_a_line_without_one(self):
        tax = self.by_formula('Yol', 'road', 'quantity * product.volume * 0.02', sequence=9)
        (item,) = self.payload(self.create_invoice({'tax_ids': self.taxed(tax, self.taxes['vat'])}))['items']
        self.assertEqual(item['transport_tax'], 0)

    def test_a_discount_of_a_share(self):
        tax = self.by_formula('Yol', 'road', 'base * 0.05', sequence=9)
        line = {'price_unit': 100, 'tax_ids': self.taxed(tax, self.taxes['vat'])}
        (item,) = self.payload(self.create_invoice({**line, 'quantity': 3}, {**line, 'quantity': -1}, {**line, 'price_unit': -20}))['items']
        self.assertEqual((item['subtotal1'], item['transport_tax']), (180, 9))

    def test_a_down_payment(self):
        self.connector.advance_product_id = self.service
        road = self.by_formula('Yol', 'road', 'quantity * 0.02', sequence=9)
        line = {'product_uom_qty': 1000, 'price_unit': 1, 'tax_ids': self.taxed(self.taxes['vat'], road)}
        first, last = self.assert_paid_in_advance([line], method='percentage', amount=30)
        self.assertEqual((first['sum_skip_vat_amount'], last['sum_ttax']), (6, 14))

    def test_a_share_in_an_order(self):
        """Odoo treats every formula as an amount per unit: its discounts and down payments do not bear it."""
        self.connector.advance_product_id = self.service
        vat = self.taxes['vat']
        vat.sequence = 5
        road = self.by_formula('Yol', 'road', 'base * 0.05', sequence=9)
        excise = self.by_formula('Aksiz', 'excise', 'base * 0.1', sequence=1, include_base_amount=True)
        lines = [{'price_unit': 1000, 'tax_ids': self.taxed(*taxes)} for taxes in ((excise, vat), (vat, road))]
        _first, last = self.assert_paid_in_advance(lines, method='percentage', amount=30)
        self.assertEqual(sorted((item['aksiz'], item['transport_tax']) for item in last['items']), [(0, 35), (70, 0)])
        order = self.several(*lines)
        self.discount(order, discount_type='so_discount', discount_percentage=0.1)
        move = self.invoice(order)
        taxes = {tax: abs(sum(move.line_ids.filtered(lambda line, tax=tax: line.tax_line_id == tax).mapped('balance'))) for tax in (excise, road)}
        invoice = self.payload(move)
        self.assertEqual((invoice['sum_aksiz'], invoice['sum_ttax']), (taxes[excise], taxes[road]))

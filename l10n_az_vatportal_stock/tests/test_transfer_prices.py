from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .transfer_common import TransferCommon

CEMENT = '2523290000'


class TestTransferPrices(TransferCommon):
    """The cost is that of the day, and a lot's own; a sales price bears no VAT."""

    def cost(self, price, product=None, days=0):
        """From so many ``days`` ago the product costs ``price``."""
        product = (product or self.cement).with_company(self.company)
        product.standard_price = price
        if days:
            self.env['product.value'].search([('product_id', '=', product.id)], order='id desc', limit=1).date -= timedelta(days=days)

    # ------------------------------------------------------------------ the day

    def test_cost_of_the_day(self):
        picking = self.create_transfer()
        self.cost(99)
        self.assertEqual(self.items(picking), [(CEMENT, 7.344, 3)])

    def test_a_day_that_was_set_later(self):
        self.env['product.value'].search([('product_id', '=', self.cement.id)]).unlink()
        self.cost(5, days=20)
        self.cost(6, days=10)
        self.cost(8)
        picking = self.create_transfer()
        self.assertEqual(picking.move_line_ids._vatportal_unit_cost(), 8)
        for days, cost in ((15, 5), (9, 6), (40, 5)):
            picking.date_done = fields.Datetime.now() - timedelta(days=days)
            self.assertEqual(picking.move_line_ids._vatportal_unit_cost(), cost)
        self.assertEqual(self.items(picking)[0][1], 5)

    def test_done_before_costs_were_written_down(self):
        self.env['product.value'].search([('product_id', '=', self.cement.id)]).unlink()
        self.cost(5, days=20)
        picking = self.create_transfer()
        picking.move_line_ids.sudo().vatportal_cost = 0
        picking.date_done = fields.Datetime.now() - timedelta(days=3)
        self.cost(8, days=1)
        self.assertEqual(self.items(picking)[0][1], 5)

    def test_of_another_company_nothing_is_taken(self):
        other = self.setup_other_company()['company']
        self.cost(5, days=20)
        self.cement.with_company(other).standard_price = 99
        self.env['product.value'].search([('company_id', '=', other.id)]).date -= timedelta(days=10)
        picking = self.create_transfer()
        picking.date_done = fields.Datetime.now() - timedelta(days=5)
        self.assertEqual(self.items(picking)[0][1], 5)

    def test_average_and_fifo(self):
        for method in ('average', 'fifo'):
            with self.subTest(method):
                self.cement.categ_id = self.env['product.category'].create({'name': method, 'property_cost_method': method})
                self.cost(4)
                picking = self.create_transfer()
                self.cost(8)
                self.assertEqual(self.items(picking), [(CEMENT, 4, 3)])

    def test_average_of_a_day_that_was_set_later(self):
        self.cement.categ_id = self.env['product.category'].create({'name': 'AVCO', 'property_cost_method': 'average'})
        self.env['product.value'].search([('product_id', '=', self.cement.id)]).unlink()
        self.cost(5, days=20)
        self.cost(8)
        picking = self.create_transfer()
        picking.date_done = fields.Datetime.now() - timedelta(days=10)
        self.assertEqual(self.items(picking), [(CEMENT, 5, 3)])

    def test_a_cost_that_was_missing(self):
        """It can be filled in afterwards."""
        self.cost(0)
        picking = self.create_transfer()
        self.assertIn('has no cost', self.problems(picking)[0])
        self.cost(12)
        self.assertEqual(self.items(picking)[0][1], 12)

    # ------------------------------------------------------------------ lots

    def test_lots_with_a_cost_of_their_own(self):
        category = self.env['product.category'].create({'name': 'AVCO', 'property_cost_method': 'average'})
        self.cement.write({'tracking': 'lot', 'categ_id': category.id})
        self.cement.product_tmpl_id.lot_valuated = True
        lots = self.env['stock.lot'].create([{'name': name, 'product_id': self.cement.id, 'company_id': self.company.id} for name in 'ABC'])
        for lot, cost in zip(lots, (5, 9, 5), strict=True):
            self.env['stock.quant']._update_available_quantity(self.cement, self.baku.lot_stock_id, 2, lot_id=lot)
            lot.with_company(self.company).standard_price = cost
        picking = self.create_transfer((self.cement, 6, self.unit), done=False)
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        lots.with_company(self.company).standard_price = 50
        self.assertEqual(sorted(self.items(picking)), [(CEMENT, 5, 4), (CEMENT, 9, 2)])
        self.assertEqual(picking.vatportal_document_id.amount_total, 38)
        self.assertEqual(picking.vatportal_document_id.line_ids.stock_move_id, picking.move_ids)

    # ------------------------------------------------------------------ sales prices

    def list_price(self, price, *taxes):
        self.connector.transfer_price = 'list'
        self.cement.write({'list_price': price, 'taxes_id': [Command.set([tax.id for tax in taxes])]})
        [(_code, sent, quantity)] = self.items(self.create_transfer())
        self.assertEqual(quantity, 3)
        return sent

    def test_included_vat_is_taken_out(self):
        included = self.create_tax('18 % incl.', 18, 'vat', price_include_override='tax_included')
        self.assertEqual(self.list_price(11.8, included), 10)
        self.assertEqual(self.list_price(11.8, self.taxes['vat']), 11.8)
        self.assertEqual(self.list_price(11.8), 11.8)

    def test_included_in_a_group_or_beside_others(self):
        included = self.create_tax('18 % incl.', 18, 'vat', price_include_override='tax_included')
        group = self.create_tax('Group', 0, False, amount_type='group', children_tax_ids=[Command.set(included.ids)])
        self.assertEqual(self.list_price(11.8, group), 10)
        self.assertEqual(self.list_price(11.8, included, self.taxes['exempt']), 10)

    def test_taxes_of_another_company_are_not_ours(self):
        other = self.setup_other_company()['company']
        foreign = (
            self.env['account.tax']
            .with_company(other)
            .create(
                {
                    'name': '20 % incl.',
                    'amount': 20,
                    'company_id': other.id,
                    'price_include_override': 'tax_included',
                    'country_id': other.account_fiscal_country_id.id,
                    'tax_group_id': self.env['account.tax.group'].search([('company_id', '=', other.id)], limit=1).id,
                }
            )
        )
        included = self.create_tax('18 % incl.', 18, 'vat', price_include_override='tax_included')
        self.assertEqual(self.list_price(11.8, included, foreign), 10)

    def test_a_price_that_does_not_come_out_even(self):
        included = self.create_tax('18 % incl.', 18, 'vat', price_include_override='tax_included')
        self.list_price(9.99, included)
        self.assertEqual(self.uploads()[-1].json['invoices'][0]['sum_total'], 25.4)

    def test_in_another_unit(self):
        included = self.create_tax('18 % incl.', 18, 'vat', price_include_override='tax_included')
        self.connector.transfer_price = 'list'
        self.cement.write({'list_price': 11.8, 'taxes_id': [Command.set(included.ids)]})
        self.assertEqual(self.items(self.create_transfer((self.cement, 2, self.dozen))), [(CEMENT, 120, 2)])

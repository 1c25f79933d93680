from odoo.fields import Command

from ...vatportal.outgoing_items import AmountError
from ..chart_common import ChartCommon
from ..common import BUYER

# Tax of the chart → the column of the qaimə that its line fills, and the VAT of 100.00.
COLUMNS = {
    'az_tax_sale_vat_18_group': ('amount_vat_base', 18),
    'az_tax_sale_vat_18_a_group': ('amount_vat_base', 18),
    'az_tax_sale_vat_18_m_group': ('amount_vat_base', 18),
    'az_tax_sale_vat_18': ('amount_vat_base', 18),
    'az_tax_sale_vat_0_group': ('amount_zero', 0),
    'az_tax_sale_vat_0_e_group': ('amount_exempt', 0),
}


class TestChart(ChartCommon):
    """What goes out by the taxes of the national chart, without anything configured."""

    def invoice(self, *taxes, **vals):
        return self.create_invoice(*({'tax_ids': [Command.set(tax.ids if tax else [])], **vals} for tax in taxes))

    def assert_sent(self, move, **sums):
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered')
        document = move.vatportal_document_ids
        self.assertEqual({name: document[name] for name in sums}, sums)
        self.assertEqual(document.amount_total, float(move._vatportal_total()))
        return document

    def test_each_tax_fills_its_column(self):
        for xml_id, (column, vat) in COLUMNS.items():
            with self.subTest(xml_id):
                self.assert_sent(self.invoice(self.chart[xml_id]), **{column: 100, 'amount_vat': vat})
        self.assertFalse(any(tax.vatportal_category for tax in self.chart.values()), 'nothing is written on a tax of the chart')

    def test_all_of_them_on_one_invoice(self):
        names = ['az_tax_sale_vat_18_group', 'az_tax_sale_vat_0_group', 'az_tax_sale_vat_0_e_group']
        move = self.invoice(*(self.chart[name] for name in names), False, price_unit=33.33, quantity=3)
        self.assert_sent(move, amount_vat_base=99.99, amount_zero=99.99, amount_exempt=99.99, amount_not_subject=99.99, amount_vat=18)

    def test_fiscal_positions(self):
        """A buyer from abroad with a branch here, one who is exempt, and those for whom nothing is mapped: by the product's tax."""
        positions = self.use_positions()
        exempt = self.env['account.fiscal.position'].create({'name': 'Güzəşt', 'company_id': self.company.id})
        self.replace('az_tax_sale_vat_18_group', 'az_tax_sale_vat_0_e_group', exempt)
        self.product.taxes_id = self.chart['az_tax_sale_vat_18_group']
        georgia = self.env.ref('base.ge').id
        for vals, position, column, vat in (
            ({}, positions['az_fiscal_position_vat'], 'amount_vat_base', 18),
            ({'country_id': georgia, 'vat': False, 'vatportal_voen': BUYER}, positions['az_fiscal_position_foreign'], 'amount_zero', 0),
            ({'property_account_position_id': exempt.id}, exempt, 'amount_exempt', 0),
            ({'country_id': False}, exempt.browse(), 'amount_vat_base', 18),
        ):
            with self.subTest(position.name):
                buyer = self.env['res.partner'].create({'name': 'Alıcı', 'is_company': True, 'vat': BUYER, 'country_id': self.env.ref('base.az').id, **vals})
                self.partner.vat = False
                move = self.env['account.move'].create(
                    {
                        'move_type': 'out_invoice',
                        'partner_id': buyer.id,
                        'invoice_date': '2026-11-20',
                        'currency_id': self.env.ref('base.AZN').id,
                        'invoice_line_ids': [Command.create({'product_id': self.product.id, 'price_unit': 100})],
                    }
                )
                move.action_post()
                self.assertEqual(move.fiscal_position_id, position)
                self.assert_sent(move, **{column: 100, 'amount_vat': vat})
                buyer.write({'vat': False, 'vatportal_voen': False, 'active': False})

    def test_a_return(self):
        move = self.invoice(self.chart['az_tax_sale_vat_18_group'])
        self.assert_sent(move)
        rows = move._reverse_moves([{'invoice_date': move.invoice_date}])._vatportal_rows(self.connector)
        self.assertEqual([(row.category, row.net) for row in rows], [('vat', 100)])

    def test_no_tax_is_not_subject_to_vat(self):
        move = self.invoice(False)
        warned = [problem for problem in move._vatportal_problems(self.connector) if 'without a tax' in problem['message']]
        self.assertEqual([problem['level'] for problem in warned], ['warning'])
        self.assert_sent(move, amount_not_subject=100, amount_vat=0)

    def test_under_simplified_taxation(self):
        self.connector.taxation = 'simplified'
        move = self.invoice(False)
        self.assertFalse([problem for problem in move._vatportal_problems(self.connector) if problem['level'] == 'error'])
        self.assert_sent(move, amount_vat=0, amount_total=100)

    def test_goods_that_go_back(self):
        """One purchase tax is for 0 % and for exempt: what goes back is in the column in which it came."""
        kind = self.kind('returnInvoice')
        for column in ('zero', 'exempt'):
            bill = self.bill(self.line(100.0, column))
            self.product_lines(bill).product_id = self.product
            bill.action_post()
            refund = bill._reverse_moves([{'invoice_date': bill.invoice_date}])
            refund.vatportal_kind_id = kind
            self.assertEqual([row.category for row in refund._vatportal_rows(self.connector)], [column])
        refund.reversed_entry_id = False
        with self.assertRaises(AmountError) as caught:
            refund._vatportal_rows(self.connector)
        problem = refund._vatportal_amount_problem(caught.exception)
        self.assertIn('stands for 0 % and for exempt', problem['message'])
        self.assertEqual(problem['res_id'], self.chart['az_tax_purchase_vat_0'].id)

    def test_no_tax_in_another_chart_is_asked(self):
        self.company.chart_template = 'generic_coa'
        self.assertIn('no tax', self.invoice(False)._vatportal_problems(self.connector)[0]['message'])

    def test_what_is_withheld_stands_beside(self):
        withheld = self.chart_tax('az_tax_wht_4', '4% WHT', -4, on_payment=False)
        move = self.invoice(self.chart['az_tax_sale_vat_18_group'] | withheld)
        self.assertEqual((move.amount_total, move.vatportal_outside), (114, -4))
        self.assert_sent(move, amount_total=118, amount_vat=18)

    def test_withheld_in_another_currency(self):
        withheld = self.chart_tax('az_tax_wht_4', '4% WHT', -4, on_payment=False)
        currency = self.setup_other_currency('USD', rates=[('2016-01-01', 1 / 1.7)])
        move = self.create_invoice({'tax_ids': [Command.set((self.chart['az_tax_sale_vat_18_group'] | withheld).ids)]}, currency_id=currency.id)
        self.assert_sent(move, amount_vat_base=170, amount_vat=30.6, amount_total=200.6)

    def test_a_persons_choice_comes_first(self):
        self.chart['az_tax_sale_vat_0'].vatportal_category = self.chart['az_tax_sale_vat_0_rec'].vatportal_category = 'exempt'
        self.assert_sent(self.invoice(self.chart['az_tax_sale_vat_0_group']), amount_exempt=100)

    def test_a_tax_that_nobody_knows_is_asked(self):
        legacy = self.chart_tax('az_tax_sale_vat_20', '20%', 20)
        problem = self.invoice(legacy)._vatportal_problems(self.connector)[0]
        self.assertEqual((problem['level'], problem['res_id']), ('error', legacy.id))

    def test_nothing_is_created_beside_it(self):
        before = self.env['account.tax'].with_context(active_test=False).search_count([])
        names = {tax: tax.name for tax in self.chart.values()}
        message = self.connector.action_create_taxes()['params']['message']
        self.assertIn('Nothing was created', message)
        self.assertEqual(self.env['account.tax'].with_context(active_test=False).search_count([]), before)
        self.assertEqual({tax: tax.name for tax in self.chart.values()}, names)
        self.assertFalse(self.connector.vat_on_invoice)

    def test_a_branch_has_its_parents_chart(self):
        branch = self.env['res.company'].create({'name': 'Filial', 'parent_id': self.company.id})
        self.assertTrue(branch._vatportal_has_national_chart())
        self.assertFalse(self.env['res.company'].create({'name': 'Başqa'})._vatportal_has_national_chart())


class TestGroups(ChartCommon):
    """Groups of 18 % in charts of others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.chart_template = 'generic_coa'

    def group(self, *rates, **vals):
        taxes = self.env['account.tax'].union(*(self.create_tax(f'Part {number} of {rates} {vals}', rate, False, **vals) for number, rate in enumerate(rates)))
        return self.create_tax(f'Group {rates} {vals}', 0, False, amount_type='group', children_tax_ids=[Command.set(taxes.ids)])

    def columns(self, tax):
        return sorted(tax._vatportal_categories())

    def test_one_part_of_18_among_zeros_is_vat(self):
        for rates in ((18, 0), (0, 18), (0, 18, 0)):
            group = self.group(*rates)
            self.assertEqual(self.columns(group), ['vat'], rates)
            move = self.create_invoice({'tax_ids': [Command.set(group.ids)]})
            self.finish(self.send(move))
            self.assertEqual(move.vatportal_state, 'registered')
            self.assertEqual((move.vatportal_document_ids.amount_vat_base, move.vatportal_document_ids.amount_vat), (100, 18), rates)
            group.active = False

    def test_what_was_archived_since_goes_all_the_same(self):
        group = self.group(18, 0)
        move = self.create_invoice({'tax_ids': [Command.set(group.ids)]})
        (group | group.children_tax_ids).active = False
        self.env.invalidate_all()
        self.finish(self.send(move))
        self.assertEqual((move.vatportal_state, move.vatportal_document_ids.amount_vat), ('registered', 18))

    def test_an_invoice_more_asks_nothing_more_of_the_taxes(self):
        group = self.group(18, 0)
        moves = self.env['account.move'].union(*(self.create_invoice({'tax_ids': [Command.set(group.ids)]}) for _number in range(6)))

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            some.line_ids.tax_ids.mapped('vatportal_category')
            before = self.env.cr.sql_log_count
            for tax in some.line_ids.tax_ids.flatten_taxes_hierarchy():
                for _move in some:
                    tax._vatportal_categories()
            return self.env.cr.sql_log_count - before

        count(moves)
        self.assertEqual(count(moves), count(moves[:1]))

    def test_what_is_not_understood_is_asked(self):
        for group in (self.group(12, 6), self.group(18, 2), self.group(20, -2), self.group(18), self.group(0, 0), self.group(18, 0, amount_type='fixed')):
            self.assertEqual(self.columns(group), [], group.name)
        self.assertEqual(self.columns(self.create_tax('Alone', 18, False)), [])

    def test_what_takes_itself_back_stands_on_no_qaime(self):
        tax = self.chart_tax('some_reverse_charge', 'Reverse', 18, factors=(100, -100))
        self.assertEqual(self.columns(tax), ['outside'])
        move = self.create_invoice({'tax_ids': [Command.set((self.create_tax('VAT', 18, 'vat') | tax).ids)]})
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered')
        self.assertEqual(move.vatportal_document_ids.amount_total, 118)

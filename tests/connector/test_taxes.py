from copy import deepcopy

from odoo import fields
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import VatportalCommon


class TestTaxes(VatportalCommon):
    """*Create Missing Taxes* and *VAT on Payment*: what they do before, with and without a chart and cash basis."""

    def without_taxes(self):
        self.env['account.tax'].search([('company_id', '=', self.company.id)]).active = False

    def vat(self, use):
        return self.connector._own_taxes(use).filtered(lambda tax: tax.vatportal_category == 'vat')

    def bare_company(self):
        """A company without a chart, and a connector for it."""
        company = self.env['res.company'].create({'name': 'Yeni MMC', 'country_id': self.env.ref('base.az').id, 'currency_id': self.env.ref('base.AZN').id})
        self.env.user.company_ids |= company
        return self.env['vatportal.connector'].create({'name': 'New', 'company_id': company.id, 'base_url': self.sandbox.url, 'token': 'sandbox-token'})

    # ------------------------------------------------------------------ the chart

    def test_no_chart_no_tax(self):
        connector = self.bare_company()
        for action in ('action_create_taxes', 'action_use_cash_basis'):
            with self.assertRaisesRegex(RedirectWarning, 'Load a chart of accounts first'):
                getattr(connector, action)()
        self.assertFalse(self.env['account.tax'].search_count([('company_id', '=', connector.company_id.id)]))
        self.assertFalse(connector.vat_on_invoice)

    def test_a_branch_uses_its_parents_chart(self):
        branch = self.env['res.company'].create({'name': 'Filial', 'parent_id': self.company.id})
        connector = self.env['vatportal.connector'].create({'name': 'F', 'company_id': branch.id, 'base_url': self.sandbox.url, 'token': 'sandbox-token'})
        self.assertTrue(connector._has_chart())

    def test_rights_come_first(self):
        user = new_test_user(self.env, 'vatportal-books', 'account.group_account_user', company_id=self.company.id)
        for action in ('action_create_taxes', 'action_use_cash_basis'):
            with self.assertRaises(Exception) as caught:
                getattr(self.connector.with_user(user).sudo(False), action)()
            self.assertEqual(type(caught.exception).__name__, 'AccessError')

    def test_said_in_the_readers_words(self):
        """A toast that nothing else keeps stays until it is closed."""
        self.env['res.lang']._activate_lang('az_AZ')
        self.without_taxes()
        params = self.connector.with_context(lang='az_AZ').action_create_taxes()['params']
        uses = dict(self.env['account.tax'].with_context(lang='az_AZ')._fields['type_tax_use']._description_selection(self.env(context={'lang': 'az_AZ'})))
        self.assertTrue(params['sticky'], 'the taxes lack an account')
        self.assertIn(f'({uses["sale"]})', params['message'])
        for word in ('(sale)', '(purchase)'):
            self.assertNotIn(word, params['message'])

    # ------------------------------------------------------------------ cash basis

    def test_new_taxes_with_cash_basis(self):
        self.without_taxes()
        self.company.tax_exigibility = True
        message = self.connector.action_create_taxes()['params']['message']
        self.assertIn('when it is paid', message)
        accounts = self.env['account.account']
        for use, kind in (('sale', 'liability_current'), ('purchase', 'asset_current')):
            tax = self.vat(use)
            self.assertEqual((len(tax), tax.tax_exigibility), (1, 'on_payment'))
            self.assertEqual((tax.cash_basis_transition_account_id.account_type, tax.cash_basis_transition_account_id.reconcile), (kind, True))
            accounts |= tax.cash_basis_transition_account_id
        self.assertEqual(len(accounts), 2)
        self.assertFalse(self.connector.vat_on_invoice)

    def test_the_companys_own_transition_account(self):
        self.without_taxes()
        self.company.tax_exigibility = True
        account = self.env['account.account'].create({'name': 'Keçid', 'code': '521900', 'account_type': 'liability_current', 'reconcile': True})
        self.create_tax('Other', 5, False, tax_exigibility='on_payment', cash_basis_transition_account_id=account.id)
        self.connector.action_create_taxes()
        self.assertEqual(self.vat('sale').cash_basis_transition_account_id, account)

    def test_without_cash_basis_it_is_told_and_offered(self):
        self.connector.action_create_taxes()
        self.assertEqual({tax.tax_exigibility for tax in self.vat('sale') | self.vat('purchase')}, {'on_invoice'})
        again = self.connector.action_create_taxes()['params']
        self.assertIn('VAT on Payment', again['message'])
        self.assertTrue(again['sticky'] is False and again['type'] == 'warning', 'the set-up goes on saying so')
        self.assertTrue(self.connector.vat_on_invoice)

    def test_switching_it_on(self):
        self.connector.action_create_taxes()
        old = self.vat('sale')
        with self.assertRaisesRegex(UserError, 'Set the account'):
            self.connector.action_use_cash_basis()
        self.assertFalse(self.company.tax_exigibility)
        for tax in old | self.vat('purchase'):
            tax.repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax').account_id = self.company_data['default_account_tax_sale']
        self.company.account_sale_tax_id = self.product.taxes_id = old
        posted = self.create_invoice()
        before = posted.line_ids.mapped(lambda line: (line.account_id, line.balance))
        self.connector.action_use_cash_basis()
        # What entries have is replaced: Odoo asks the taxes of old entries when it reports, and when they are paid.
        self.assertEqual((old.active, old.tax_exigibility), (False, 'on_invoice'))
        self.assertEqual(self.company.account_sale_tax_id | self.product.taxes_id, self.vat('sale'))
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=posted.ids).create({})._create_payments()
        self.assertFalse(self.env['account.move'].search([('tax_cash_basis_origin_move_id', '=', posted.id)]), 'its VAT was due with the invoice')
        self.assertTrue(self.company.tax_exigibility)
        self.assertTrue(self.company.tax_cash_basis_journal_id)
        taxes = self.vat('sale') | self.vat('purchase')
        self.assertEqual({tax.tax_exigibility for tax in taxes}, {'on_payment'})
        self.assertEqual({tax.tax_exigibility for tax in self.connector._own_taxes('sale') - taxes}, {'on_invoice'})
        self.assertFalse(self.connector.vat_on_invoice)
        self.assertEqual(posted.line_ids.mapped(lambda line: (line.account_id, line.balance)), before)
        move = self.create_invoice({'tax_ids': self.vat('sale').ids})
        self.assertIn(self.vat('sale').cash_basis_transition_account_id, move.line_ids.account_id)
        accounts = taxes.cash_basis_transition_account_id
        self.connector.action_use_cash_basis()
        self.assertEqual(taxes.cash_basis_transition_account_id, accounts, 'pressed again, it changes nothing')

    def with_accounts(self):
        """The company's tax on sales; all of VAT have their accounts."""
        self.connector.action_create_taxes()
        for tax in self.vat('sale') | self.vat('purchase'):
            tax.repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax').account_id = self.company_data['default_account_tax_sale']
        return self.vat('sale')

    def assert_posted(self, move, tax):
        move.action_post()
        self.assertEqual((move.state, move.invoice_line_ids.tax_ids, move.line_ids.tax_line_id), ('posted', tax, tax))
        waits = tax.cash_basis_transition_account_id
        accounts = move.line_ids.filtered('tax_line_id').account_id
        self.assertEqual(accounts, waits or self.company_data['default_account_tax_sale'])

    def test_what_is_confirmed_from_then_on(self):
        """Old drafts, the next of a recurring invoice, copies and what orders have kept; not what undoes or repeats what was booked."""
        old = self.with_accounts()
        line = {'tax_ids': old.ids}
        posted, again = self.create_invoice(line), self.create_invoice(line)
        again.button_draft()
        draft, receipt = self.create_invoice(line, post=False), self.create_invoice(line, post=False, move_type='out_receipt')
        # As the lines of a bill made of a document have their amounts.
        amounts = {
            'currency_id': self.company.currency_id.id,
            'quantity': 1.0,
            'price_unit': 33.33,
            'discount': 0.0,
            'manual_total_excluded_currency': 33.33,
            'manual_tax_amounts': {str(old.id): {'tax_amount_currency': 6.01, 'base_amount_currency': 33.33}},
        }
        exact = self.create_invoice({**line, 'price_unit': 33.33, 'extra_tax_data': amounts}, post=False)
        self.assertEqual(exact.amount_tax, 6.01)
        self.create_invoice(line, invoice_date=fields.Date.subtract(fields.Date.today(), days=70), auto_post='monthly')
        recurring = self.env['account.move'].search([('auto_post', '=', 'monthly'), ('state', '=', 'draft')])
        reversals = posted._reverse_moves([{'invoice_date': '2026-11-20'}])
        account = self.company_data['default_account_revenue'].copy({'tax_ids': old.ids})
        model = self.env['account.reconcile.model'].create(
            {'name': 'Haqq', 'line_ids': [Command.create({'account_id': account.id, 'amount_string': '100', 'tax_ids': [Command.set(old.ids)]})]}
        )
        self.connector.action_use_cash_basis()
        new = self.vat('sale')
        self.assertNotEqual(new, old)
        self.assertEqual((account.tax_ids, model.line_ids.tax_ids), (new, new))
        bare = self.env['account.move'].create(
            {
                'move_type': 'out_invoice',
                'partner_id': self.partner.id,
                'invoice_line_ids': [Command.create({'name': 'Xidmət', 'price_unit': 50, 'account_id': account.id})],
            }
        )
        from_order = self.create_invoice(line, post=False)
        copies = posted.copy({'invoice_date': '2026-11-20'}), reversals.copy({'invoice_date': '2026-11-20'})
        for move in (draft, receipt, exact, recurring, bare, from_order, *copies):
            with self.subTest(move.display_name):
                self.assertEqual(len(move), 1)
                self.assert_posted(move, new)
        self.assertEqual(exact.amount_tax, 6.01)
        for move in (again, reversals):
            self.assert_posted(move, old)
        self.assertEqual(posted.invoice_line_ids.tax_ids, old)
        # Once more: what was made with the first gets the last.
        new.tax_exigibility = 'on_invoice'
        self.connector.action_use_cash_basis()
        self.assert_posted(posted.copy({'invoice_date': '2026-11-20'}), self.vat('sale'))
        self.assertNotIn(self.vat('sale'), old | new)

    def test_totals_that_a_person_corrected(self):
        """In a draft, of any of its taxes, to agree with the vendor's paper: they stand when it is confirmed."""
        self.with_accounts()
        old = self.vat('purchase')
        road = self.create_tax('Yol vergisi', 2, 'road', type_tax_use='purchase', tax_group_id=self.tax_group.copy({'name': 'Yol'}).id)
        manat, dollar = self.env.ref('base.AZN'), self.env.ref('base.USD')
        dollar.active = True
        dollar.rate_ids = [Command.create({'name': '2026-11-01', 'rate': 1 / 1.7, 'company_id': self.company.id})]
        drafts = []
        for move_type, currency, deltas in (
            ('in_invoice', manat, {old: 0.01}),
            ('in_invoice', manat, {old: -0.02, road: 0.01}),
            ('in_invoice', dollar, {road: -0.01}),
            ('in_invoice', dollar, {old: 0.03}),
            ('in_receipt', manat, {old: -0.01}),
            ('in_refund', manat, {old: 0.01}),
            ('in_invoice', manat, {}),
        ):
            lines = ({'price_unit': 33.35, 'tax_ids': (old + road).ids}, {'price_unit': 10.03, 'tax_ids': old.ids})
            move = self.create_invoice(*lines, post=False, move_type=move_type, currency_id=currency.id)
            totals = deepcopy(move.tax_totals)
            for group in (group for subtotal in totals['subtotals'] for group in subtotal['tax_groups']):
                group['tax_amount_currency'] += sum(delta for tax, delta in deltas.items() if tax.tax_group_id.id == group['id'])
            computed = move.amount_tax
            move.tax_totals = totals
            self.assertAlmostEqual(move.amount_tax, computed + sum(deltas.values()))
            drafts.append((move, self.tax_amounts(move), move.amount_total))
        self.connector.action_use_cash_basis()
        new = self.vat('purchase')
        for move, amounts, total in drafts:
            with self.subTest(move_type=move.move_type, amounts=amounts):
                move.action_post()
                self.assertEqual(self.tax_amounts(move), {new if tax == old else tax: amount for tax, amount in amounts.items()})
                self.assertEqual((move.amount_total, abs(move.line_ids.filtered('date_maturity').amount_currency)), (total, total))

    def tax_amounts(self, move):
        return {item.tax_line_id: (item.amount_currency, item.balance) for item in move.line_ids if item.tax_line_id}

    def test_simplified_taxation_has_none(self):
        self.connector.taxation = 'simplified'
        self.assertFalse(self.connector.vat_on_invoice)

    def test_the_national_chart_decides_itself(self):
        self.company.chart_template = 'az'
        with self.assertRaisesRegex(UserError, 'chart of accounts for Azerbaijan'):
            self.connector.action_use_cash_basis()

    def test_names_in_every_language(self):
        self.without_taxes()
        self.env['res.lang']._activate_lang('az_AZ')
        self.company.tax_exigibility = True
        self.connector.action_create_taxes()
        account = self.vat('sale').cash_basis_transition_account_id
        self.assertEqual(account.name, 'VAT on sales, until paid')
        self.assertTrue(account.with_context(lang='az_AZ').name)

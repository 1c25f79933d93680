from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import SELLER
from .setup_common import SetupCommon


class TestSetup(SetupCommon):
    """From a company that has nothing to its first number, by the buttons of the page alone; in whatever order."""

    def test_from_nothing_to_the_first_number(self):
        open_steps = {key for key, state in self.states().items() if state == 'open'}
        self.assertEqual(open_steps, {'chart', 'currency', 'voen', 'connector', 'taxes'})
        self.press('chart')
        self.assertEqual(self.states()['currency'], 'done', 'a chart for Azerbaijan brings its country and manat')
        self.assertEqual(self.press('voen')['res_id'], self.new.id)
        self.new.vat = SELLER
        form = self.press('connector')
        self.connect(self.env['res.company'].browse(form['context']['default_company_id']))
        self.assertEqual(self.press('test')['params']['type'], 'warning', 'it works, and there are no taxes yet')
        self.press('taxes')
        self.press('default_taxes')
        self.assertNotIn('open', self.states().values())
        product = self.env['product.product'].with_company(self.new).create({'name': 'Sement', 'vatportal_code': '2523290000'})
        self.assertEqual(product.taxes_id.mapped('vatportal_category'), ['vat'])
        action = self.press('invoice')
        move = self.sell(self.new, product, move_type=action['context']['default_move_type'])
        self.assertEqual((move.currency_id.name, move.amount_total), ('AZN', 118))
        self.finish(self.send(move))
        self.assertRegistered(move)
        step = self.steps()['invoice']
        self.assertEqual((step['state'], step['buttons']), ('done', []))
        self.assertEqual(self.press('test')['params']['type'], 'success') if 'test' in self.buttons('connector') else None
        connector = self.env['vatportal.connector'].search([('company_id', '=', self.new.id)])
        self.assertEqual(connector.action_test_connection()['params']['type'], 'success')

    def test_the_chart_last(self):
        """Whoever makes company and connector first, and loads Odoo's generic chart in the settings, keeps manat."""
        self.new.write({'country_id': self.env.ref('base.az').id, 'vat': SELLER})
        connector = self.connect(self.new)
        self.assertTrue(connector.lacks_chart)
        settings = self.env['res.config.settings'].with_company(self.new).create({'company_id': self.new.id, 'chart_template': 'generic_coa'})
        settings.execute()
        self.env.invalidate_all()
        self.assertEqual((self.new.currency_id.name, self.new.account_fiscal_country_id.code), ('AZN', 'AZ'))
        self.assertEqual(set(self.env['account.tax'].search([('company_id', '=', self.new.id)]).country_id.mapped('code')), {'AZ'})
        self.assertFalse(connector.lacks_chart)
        self.assertEqual(self.states()['chart'], 'done')

    def test_another_country_keeps_its_own(self):
        self.new.country_id = self.env.ref('base.us')
        self.env['account.chart.template'].try_loading('generic_coa', self.new)
        self.assertEqual((self.new.currency_id.name, self.new.account_fiscal_country_id.code), ('USD', 'US'))

    def test_as_odoo_installs_its_first_company(self):
        """Of the United States, in dollars: what the generic chart has made comes along, and nothing is lost."""
        self.env['account.chart.template'].try_loading('generic_coa', self.new)
        domain = [('company_id', '=', self.new.id)]
        before = {model: self.env[model].search(domain) for model in ('account.tax', 'account.tax.group', 'account.fiscal.position', 'account.journal')}
        self.assertEqual(self.new.currency_id.name, 'USD')
        self.press('currency')
        self.assertEqual((self.states()['currency'], self.new.currency_id.name), ('done', 'AZN'))
        for model, records in before.items():
            self.assertEqual(self.env[model].search(domain), records)
        self.assertEqual(before['account.tax'].country_id.code, 'AZ')
        self.assertEqual(before['account.fiscal.position'].country_id.mapped('code'), ['AZ'])
        self.connect(self.new)
        self.press('taxes')
        made = self.env['account.tax'].search([*domain, ('vatportal_category', '=', 'vat'), ('type_tax_use', '=', 'sale')])
        self.assertTrue(made.repartition_line_ids.account_id, 'its account is that of the tax which the chart has')

    def test_a_currency_in_which_something_was_booked(self):
        self.env['account.chart.template'].try_loading('generic_coa', self.new)
        self.sell(self.new, self.product)
        self.assertEqual((self.states()['currency'], self.buttons('currency')), ('open', []))
        with self.assertRaisesRegex(UserError, 'booked in USD'):
            self.at_work(self.new).action_step(self.new.id, 'currency')
        self.assertEqual(self.buttons('chart'), [])
        with self.assertRaisesRegex(UserError, 'accounts and journals already'):
            self.at_work(self.new).action_step(self.new.id, 'chart')

    def test_voen(self):
        for vat, state, said in (
            (False, 'open', 'no VÖEN'),
            ('123', 'open', 'exactly 10 digits'),
            ('1402345671', 'open', 'check digit'),
            (SELLER, 'done', SELLER),
        ):
            self.new.partner_id.with_context(no_vat_validation=True).vat = vat
            step = self.steps()['voen']
            self.assertEqual(step['state'], state, vat)
            self.assertIn(said, step['text'])

    # ------------------------------------------------------------------ taxes

    def test_taxes_wait_for_chart_and_connector(self):
        self.assertEqual(self.buttons('taxes'), [])
        with self.assertRaises(UserError):
            self.at_work(self.new).action_step(self.new.id, 'taxes')
        self.press('chart')
        self.assertEqual(self.buttons('taxes'), [])
        self.connect(self.new)
        self.assertEqual(self.buttons('taxes'), ['taxes'])

    def test_default_taxes(self):
        """Only a default that e-taxes does not know is replaced; of a group and its parts the group is taken."""
        self.connector.action_create_taxes()
        self.company.account_sale_tax_id = self.taxes['exempt']
        purchase = self.env['account.tax'].search([('company_id', '=', self.company.id), ('type_tax_use', '=', 'purchase'), ('vatportal_category', '=', 'vat')])
        group = self.create_tax('Group', 0, False, amount_type='group', children_tax_ids=[Command.set(purchase.ids)], type_tax_use='purchase')
        self.assertIn('default_taxes', self.buttons('taxes', self.company))
        self.press('default_taxes', self.company)
        self.assertEqual((self.company.account_sale_tax_id, self.company.account_purchase_tax_id), (self.taxes['exempt'], group))
        self.assertNotEqual(self.states(self.company)['taxes'], 'open')
        # Beside VAT there is something that e-taxes does not know.
        group.children_tax_ids += self.create_tax('Local', 2, False, type_tax_use='none')
        self.assertIn('does not know', self.steps(self.company)['taxes']['text'])
        self.press('default_taxes', self.company)
        self.assertEqual(self.company.account_purchase_tax_id._vatportal_own_columns(), {'vat'})
        self.assertNotEqual(self.states(self.company)['taxes'], 'open')

    def test_vat_booked_with_the_invoice(self):
        """It is told, and offered where one sets the company up, for as long as it is so; not under simplified taxation."""
        self.press('taxes', self.company)
        self.press('default_taxes', self.company)
        taxes = self.connector._taxes_on_invoice()
        step = self.steps(self.company)['taxes']
        self.assertEqual(step['state'], 'advice')
        self.assertIn('Since 2020', step['text'])
        for tax in taxes:
            self.assertIn(tax.name, step['text'])
        button = next(button for button in step['buttons'] if button['key'] == 'cash_basis')
        self.assertTrue(button['asks'] and button['effect'])
        taxes.repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax').account_id = self.company_data['default_account_tax_sale']
        self.press('cash_basis', self.company)
        self.assertTrue(self.company.tax_exigibility)
        self.assertEqual((self.states(self.company)['taxes'], self.buttons('taxes', self.company)), ('done', []))
        self.connector._own_taxes('sale').tax_exigibility = 'on_invoice'
        self.assertIn('cash_basis', self.buttons('taxes', self.company))
        self.connector.taxation = 'simplified'
        self.assertNotIn('cash_basis', self.buttons('taxes', self.company))

    def test_simplified_taxation(self):
        self.connector.taxation = 'simplified'
        excise, unknown = self.create_tax('Excise', 10, 'excise'), self.create_tax('15%', 15, False)
        # As the generic chart has it; of nothing; in a group with what may stand there.
        bad = [self.taxes['vat'], self.taxes['exempt'], unknown, self.create_tax('0%', 0, False)]
        bad += [self.create_tax('Both', 0, False, amount_type='group', children_tax_ids=[Command.set((excise + unknown).ids)])]
        for tax in bad:
            with self.subTest(tax.name):
                self.company.account_sale_tax_id = tax
                self.assertEqual((self.states(self.company)['taxes'], self.buttons('taxes', self.company)), ('open', ['no_tax']))
                self.press('no_tax', self.company)
                self.assertFalse(self.company.account_sale_tax_id)
                self.assertEqual(self.states(self.company)['taxes'], 'done')
        self.company.account_sale_tax_id = excise
        self.assertEqual(self.states(self.company)['taxes'], 'done')

    # ------------------------------------------------------------------ products, people

    def test_products_sold_without_a_code(self):
        bare, other = self.create_product('Kərpic', False), self.create_product('Daş', False)
        old = self.create_product('Qum', False)
        today = fields.Date.today()
        for product in (bare, bare, other, self.product):
            self.create_invoice({'product_id': product.id}, invoice_date=today)
        self.create_invoice({'product_id': old.id}, invoice_date=fields.Date.subtract(today, days=100))
        self.create_invoice({'product_id': old.id}, invoice_date=today, post=False)
        step = self.steps(self.company)['products']
        self.assertEqual(step['state'], 'open')
        self.assertIn('have no code: 2.', step['text'])
        action = self.press('products', self.company)
        self.assertEqual(self.env['product.template'].search(action['domain']), (bare + other).product_tmpl_id)
        bare.categ_id = self.env['product.category'].create({'name': 'Tikinti', 'vatportal_code': '6901000000'})
        self.assertIn('have no code: 1.', self.steps(self.company)['products']['text'])
        other.vatportal_code = '6802100000'
        self.assertNotEqual(self.states(self.company)['products'], 'open')

    def test_what_stands_on_no_qaime_needs_no_code(self):
        """What takes off, is free, taken back, sold abroad or never sent: the check before sending asks for no code. What it asks for counts
        once, whatever variants of it were sold."""
        today = fields.Date.today()
        names = ('Endirim', 'Hədiyyə', 'Xaric', 'Şəxs', 'Geri', 'Heç vaxt', 'Pulsuz')
        off, gift, abroad, private, back, never, nothing = (self.create_product(name, False) for name in names)
        foreigner, person = self.env['res.partner'].create(
            [{'name': 'Tbilisi LLC', 'is_company': True, 'country_id': self.env.ref('base.ge').id}, {'name': 'Aygün', 'country_id': self.env.ref('base.az').id}]
        )
        sold = self.create_invoice({}, {'product_id': off.id, 'price_unit': -10}, {'product_id': gift.id, 'price_unit': 0}, invoice_date=today)
        self.create_invoice({}, {'product_id': gift.id, 'discount': 100}, {'product_id': off.id, 'quantity': -1, 'price_unit': 10}, invoice_date=today)
        self.create_invoice({'product_id': abroad.id}, partner_id=foreigner.id, invoice_date=today)
        self.create_invoice({'product_id': private.id}, partner_id=person.id, invoice_date=today)
        self.create_invoice({'product_id': back.id}, move_type='out_refund', invoice_date=today)
        self.create_invoice({'product_id': never.id}, vatportal_unsent_reason='Sold at the till', invoice_date=today)
        self.create_invoice({'product_id': nothing.id}, {'price_unit': -100}, invoice_date=today)
        self.assertFalse([problem for problem in self.wizard(sold).problems if problem['level'] == 'error'])
        self.assertNotEqual(self.states(self.company)['products'], 'open')
        attribute = self.env['product.attribute'].create({'name': 'Rəng', 'value_ids': [Command.create({'name': name}) for name in ('Ağ', 'Boz')]})
        line = Command.create({'attribute_id': attribute.id, 'value_ids': [Command.set(attribute.value_ids.ids)]})
        bare = self.env['product.template'].create({'name': 'Kərpic', 'uom_id': self.unit.id, 'attribute_line_ids': [line]})
        move = self.create_invoice(*({'product_id': variant.id} for variant in bare.product_variant_ids), invoice_date=today)
        self.assertEqual(len([problem for problem in self.wizard(move).problems if problem['field'] == 'e-taxes Code']), 2)
        step = self.steps(self.company)['products']
        self.assertEqual(step['state'], 'open')
        self.assertIn('have no code: 1.', step['text'])
        listed = self.press('products', self.company)['domain']
        self.assertEqual(self.env['product.template'].search(listed), bare)
        bare.active = False
        self.assertIn('have no code: 1.', self.steps(self.company)['products']['text'], 'what is archived was sold')

    def test_whose_products(self):
        """A company is shown its own, those of the company whose branch it is, and those of all; and of these it is told how many."""
        branch = self.env['res.company'].create({'name': 'Gəncə filialı', 'parent_id': self.company.id, 'country_id': self.env.ref('base.az').id})
        self.env.user.company_ids += branch
        self.connect(branch)
        self.env['product.template'].search([('sale_ok', '=', True)]).sale_ok = False
        shared, own, theirs, strange = (
            self.create_product(name, False, company_id=company.id).product_tmpl_id
            for name, company in (('Hamının', self.env['res.company']), ('Baş', self.company), ('Filial', branch), ('Yad', self.new))
        )
        for company, expected in ((branch, shared + own + theirs), (self.company, shared + own), (self.new, shared + strange)):
            at_work = self.at_work(company, self.company, branch, self.new)
            listed = self.env['product.template'].search(at_work.action_step(company.id, 'products')['domain'])
            self.assertEqual(listed, expected, company.name)
            self.assertIn(f'have none: {len(expected)}.', self.steps(company)['products']['text'])

    def test_no_product_yet(self):
        """Where there is none, all of none having a code says nothing: the way to the first one is shown."""
        products = self.env['product.template'].search([('sale_ok', '=', True)])
        products.filtered(lambda product: not product.vatportal_has_code).sale_ok = False
        self.assertEqual((self.states()['products'], self.buttons('products')), ('done', ['classifier']))
        products.sale_ok = False
        self.assertEqual((self.states()['products'], self.buttons('products')), ('advice', ['products', 'categories', 'classifier']))

    def test_people(self):
        self.assertEqual(self.states(self.company)['people'], 'advice')
        self.connector.notify_user_ids = self.env.user
        self.assertEqual(self.states(self.company)['people'], 'done')
        stranger = new_test_user(self.env, 'stranger', 'account.group_account_invoice', company_id=self.new.id, company_ids=[Command.set(self.new.ids)])
        self.connector.notify_user_ids += stranger
        self.assertEqual(self.states(self.company)['people'], 'open')


class TestConnectionKept(SetupCommon):
    """What the last test of a connection found, for as long as it says anything."""

    def test_kept_and_forgotten(self):
        self.assertEqual(self.states(self.company)['connector'], 'open')
        self.press('test', self.company)
        self.assertTrue(self.connector.tested_at)
        self.assertFalse(self.connector.test_problem)
        self.assertEqual(self.states(self.company)['connector'], 'done')
        for vals in ({'token': 'wrong-token'}, {'token': 'sandbox-token'}, {'phone': '994501234567'}):
            self.connector.action_test_connection()
            self.connector.sudo().write(vals)
            self.assertFalse(self.connector.tested_at, vals)
        self.connector.action_test_connection()
        self.connector.name = 'Another name'
        self.assertTrue(self.connector.tested_at)

    def test_failure(self):
        self.connector.sudo().token = 'wrong-token'
        params = self.connector.action_test_connection()['params']
        self.assertEqual((params['type'], params['sticky']), ('danger', False), 'form and page go on saying so')
        self.assertIn('does not accept the log-in data', self.connector.test_problem)
        step = self.steps(self.company)['connector']
        self.assertEqual(step['state'], 'open')
        self.assertIn('does not accept the log-in data', step['text'])

    def test_all_of_an_account_are_to_be_tested_again(self):
        second = self.connect(self.new)
        self.assertEqual(second.sudo().account_id, self.connector.sudo().account_id)
        for connector in (second, self.connector):
            connector.action_test_connection()
        self.connector.sudo().token = 'wrong-token'
        self.assertFalse(second.tested_at)

    def test_it_looks_at_all_of_the_set_up(self):
        self.company.vat = False
        params = self.connector.action_test_connection()['params']
        self.assertEqual((params['type'], params['sticky']), ('warning', False))
        self.assertIn('VÖEN', params['message'])
        self.assertIn('VÖEN', self.connector.setup_note)

    def test_the_moment_is_the_readers(self):
        """In the reader's format and time zone; of one who has told none, that of Azerbaijan."""
        self.env['res.lang']._activate_lang('ru_RU')
        self.press('test', self.company)
        self.connector.sudo().tested_at = '2026-11-30 04:55:31'
        for zone, lang, moment in ((False, 'ru_RU', '30.11.2026 08:55:31'), ('Asia/Tokyo', 'ru_RU', '30.11.2026 13:55:31'), (False, 'en_US', '8:55:31')):
            self.env.user.write({'tz': zone, 'lang': lang})
            step = self.at_work(self.company).with_context(lang=lang, tz=zone).get_checklist(self.company.id)['steps'][3]
            self.assertIn(moment, step['text'].replace('\u202f', ' '))

    def test_without_log_in_data(self):
        self.connector.sudo().token = False
        step = self.steps(self.company)['connector']
        self.assertEqual((step['state'], self.buttons('connector', self.company)), ('open', ['connector']))
        self.assertIn('log-in data are missing', step['text'])
        self.connector.sudo().write({'auth_method': 'password', 'username': 'demo', 'token': 'sandbox-token'})
        self.assertEqual(self.buttons('connector', self.company), ['connector'])
        self.connector.sudo().password = 'demo'
        self.assertEqual(self.buttons('connector', self.company), ['test', 'connector'])

    def test_nobody_writes_it_by_hand(self):
        with self.assertRaises(AccessError):
            self.connector.with_user(new_test_user(self.env, 'manager', 'account.group_account_manager', company_id=self.company.id)).tested_at = '2026-01-01'

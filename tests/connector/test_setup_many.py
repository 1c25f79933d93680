from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from .setup_common import SetupCommon


class TestSetupMany(SetupCommon):
    """Of several companies a list with what is missing, and nothing of those that a person does not work in."""

    def listed(self, *companies, user=None):
        return {told['name']: told['open'] for told in self.at_work(*companies, user=user).get_checklist()['companies']}

    def test_a_list(self):
        self.press('taxes', self.company)
        self.press('default_taxes', self.company)
        self.press('test', self.company)
        listed = self.listed(self.company, self.new)
        self.assertEqual(list(listed), [self.new.name, self.company.name], 'those that lack something first')
        self.assertEqual(listed[self.company.name], [])
        self.assertIn('Chart of accounts', listed[self.new.name])
        checklist = self.at_work(self.company, self.new)
        self.assertEqual(checklist.get_checklist()['company'], self.new.id, 'it begins with the first that lacks something')
        for company in (self.company, self.new):
            self.assertEqual(checklist.get_checklist(company.id)['company'], company.id)
        self.company.vat = False
        self.assertEqual(checklist.get_checklist()['company'], self.company.id, 'that at work before others')
        self.assertEqual(self.at_work(self.new, self.company).get_checklist()['company'], self.new.id)

    def test_whose_it_is_not(self):
        """Companies abroad and branches are not listed, but for one that is at work, or has a connector."""
        abroad = self.env['res.company'].create({'name': 'Tbilisi LLC', 'country_id': self.env.ref('base.ge').id})
        branch = self.env['res.company'].create({'name': 'Gəncə filialı', 'parent_id': self.company.id})
        self.env.user.company_ids += abroad + branch
        self.assertEqual(set(self.listed(self.company, abroad, branch)), {self.company.name})
        self.assertEqual(set(self.listed(abroad, self.company)), {self.company.name, abroad.name})
        self.connect(branch)
        self.assertEqual(set(self.listed(self.company, abroad, branch)), {self.company.name, branch.name})

    def test_a_branch_alone(self):
        """It is told why there is nothing to set up, and can be set up for itself."""
        branch = self.env['res.company'].create({'name': 'Sumqayıt filialı', 'parent_id': self.company.id})
        self.env.user.company_ids += branch
        alone = self.at_work(branch).get_checklist()
        self.assertEqual((alone['company'], alone['steps'], alone['branch']), (False, [], branch.id))
        self.assertIn(branch.name, alone['note'])
        shown = self.at_work(branch).get_checklist(alone['branch'])
        self.assertEqual((shown['company'], [told['id'] for told in shown['companies']]), (branch.id, [branch.id]))
        self.assertEqual(self.press('connector', branch)['context']['default_company_id'], branch.id)

    def questions_each(self, companies, few):
        """How many statements each of ``companies`` beyond ``few`` of them takes."""

        def asked(chosen):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self.listed(*chosen)), len(chosen))
            return self.env.cr.sql_log_count - before

        self.listed(*companies[:few])
        return (asked(companies) - asked(companies[:few])) / (len(companies) - few)

    def test_fifty_take_no_more_than_a_few_questions_each(self):
        companies = self.env['res.company'].create([{'name': f'Müştəri {number}'} for number in range(50)])
        self.env.user.company_ids += companies
        self.assertLessEqual(self.questions_each(companies, 5), 4)

    def test_nor_do_those_that_have_a_connector_and_taxes(self):
        """Connectors and taxes of all are read together; who hears of what is asked for each."""
        companies = self.ready_companies(12)
        for company in companies:
            step = self.steps(company)['taxes']
            self.assertIn('Since 2020', step['text'], 'all that is said of taxes is found out')
        self.assertLessEqual(self.questions_each(companies, 4), 6)

    def test_each_is_told_of_its_own_taxes(self):
        """And of those of the company whose branch it is, however many are asked about together."""
        one, two = self.ready_companies(2)
        branch = self.env['res.company'].create({'name': 'Gəncə filialı', 'parent_id': one.id, 'country_id': one.country_id.id})
        self.env.user.company_ids += branch
        self.connect(branch)
        for use in ('sale', 'purchase'):
            branch[f'account_{use}_tax_id'] = one[f'account_{use}_tax_id']
        one.account_sale_tax_id.name = 'Birincinin'
        two.account_purchase_tax_id.active = False
        companies = two + branch + one
        texts = {company: next(step.text for step in steps if step.key == 'taxes') for company, steps in self.at_work(*companies)._steps(companies).items()}
        self.assertIn('There is no tax of 18 %', texts[two])
        self.assertNotIn('Birincinin', texts[two])
        for company in one + branch:
            self.assertIn('Since 2020', texts[company])
            self.assertIn('Birincinin', texts[company])

    def ready_companies(self, count):
        """Companies with a journal, a connector, and taxes of 18 % that are booked with the invoice."""
        az = self.env.ref('base.az').id
        companies = self.env['res.company'].create(
            [{'name': f'Müştəri {number}', 'country_id': az, 'currency_id': self.env.ref('base.AZN').id} for number in range(count)]
        )
        self.env.user.company_ids += companies
        self.env['account.journal'].create([{'name': 'Satış', 'code': 'SAT', 'type': 'sale', 'company_id': company.id} for company in companies])
        groups = self.env['account.tax.group'].create([{'name': 'ƏDV', 'country_id': az, 'company_id': company.id} for company in companies])
        for company, group in zip(companies, groups, strict=True):
            common = {'country_id': az, 'company_id': company.id, 'tax_group_id': group.id}
            for use in ('sale', 'purchase'):
                vat, exempt = self.env['account.tax'].create(
                    [
                        {'name': name, 'amount': rate, 'type_tax_use': use, 'vatportal_category': category, **common}
                        for name, rate, category in (('ƏDV 18 %', 18, 'vat'), ('Azad', 0, 'exempt'))
                    ]
                )
                company[f'account_{use}_tax_id'] = vat
                self.env['account.tax'].create({'name': 'Qrup', 'amount_type': 'group', 'type_tax_use': use, 'children_tax_ids': exempt.ids, **common})
            self.connect(company)
        return companies

    def test_rights(self):
        own = {'company_id': self.company.id, 'company_ids': [Command.set(self.company.ids)]}
        clerk = new_test_user(self.env, 'clerk', 'account.group_account_invoice', **own)
        manager = new_test_user(self.env, 'accounting', 'account.group_account_manager', **own)
        for call in (
            lambda user: self.at_work(self.company, user=user).get_checklist(),
            lambda user: self.at_work(self.company, user=user).action_step(self.company.id, 'taxes'),
        ):
            with self.assertRaises(AccessError):
                call(clerk)
        self.assertEqual(set(self.listed(self.company, user=manager)), {self.company.name})
        for call in (
            lambda: self.at_work(self.company, user=manager).get_checklist(self.new.id),
            lambda: self.at_work(self.company, user=manager).action_step(self.new.id, 'products'),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_what_takes_an_administrator(self):
        """An accounting manager sees what is missing and who can do it; the button is for those alone."""
        manager = new_test_user(self.env, 'accounting', 'account.group_account_manager', company_id=self.new.id, company_ids=[Command.set(self.new.ids)])
        steps = self.steps(user=manager)
        for key in ('chart', 'currency', 'voen'):
            self.assertEqual((steps[key]['state'], steps[key]['buttons']), ('open', []), key)
            self.assertIn('administrator', steps[key]['text'])
            if key != 'voen':
                with self.assertRaises(AccessError):
                    self.at_work(self.new, user=manager).action_step(self.new.id, key)
        self.assertFalse(self.new.chart_template)
        # Nor are log-in data for them: no field for these is shown them.
        (button,) = steps['connector']['buttons']
        self.assertEqual(button['key'], 'connector')
        self.assertIn('administrator', button['effect'])
        self.assertNotIn('token', button['effect'])
        self.assertIn('token', self.steps()['connector']['buttons'][0]['effect'])
        connector = self.connect(self.new, token=False)
        for user, word in ((manager, self.assertIn), (self.env.user, self.assertNotIn)):
            step = self.steps(user=user)['connector']
            self.assertEqual([button['key'] for button in step['buttons']], ['connector'])
            word('administrator', step['text'])
        connector.sudo().token = 'sandbox-token'
        self.assertEqual(self.buttons('connector', user=manager), ['test', 'connector'])

    def test_who_may_not_change_products(self):
        """Odoo has a right of its own for products and their categories: without it no list that can't be changed is offered."""
        manager = new_test_user(
            self.env, 'accounting', 'account.group_account_manager', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        view = 'l10n_az_vatportal.product_template_view_list_code'

        def seen():
            step = self.steps(self.company, manager)['products']
            arch = self.env['product.template'].with_user(manager).get_view(self.env.ref(view).id, 'list')['arch']
            return [button['key'] for button in step['buttons']], 'right to create products' in step['text'], 'action_vatportal_take_codes' in arch

        bare = self.create_product('Kərpic', False)
        for state in ('advice', 'open'):
            self.assertEqual((self.steps(self.company, manager)['products']['state'], *seen()), (state, ['classifier'], True, False))
            self.create_invoice({'product_id': bare.id}, invoice_date=fields.Date.today())
        manager.group_ids += self.env.ref('product.group_product_manager')
        self.assertEqual(seen(), (['products', 'categories', 'classifier'], False, True))
        self.env['product.template'].search([('sale_ok', '=', True)]).vatportal_code = '2523290000'
        manager.group_ids -= self.env.ref('product.group_product_manager')
        self.assertEqual(seen(), (['classifier'], False, False), 'nothing is to be done')

    def test_an_empty_menu_leads_there(self):
        self.env['vatportal.document'].search([]).sudo().unlink()
        action = self.env.ref('l10n_az_vatportal.vatportal_document_action_incoming')

        def shown(user, company):
            return action.with_user(user).with_context(allowed_company_ids=company.ids).sudo().read(['help', 'res_model'])[0]['help']

        manager = new_test_user(self.env, 'accounting', 'account.group_account_manager', company_id=self.new.id, company_ids=[Command.set(self.new.ids)])
        clerk = new_test_user(self.env, 'clerk', 'account.group_account_invoice', company_id=self.new.id, company_ids=[Command.set(self.new.ids)])
        self.assertIn(f'/odoo/e-taxes-setup/{self.new.id}', shown(manager, self.new))
        self.assertIn('Chart of accounts', shown(manager, self.new))
        self.assertNotIn('/odoo/e-taxes-setup', shown(clerk, self.new))
        self.finish(self.send(self.create_invoice()))
        self.env.user.company_ids += self.new
        self.assertNotIn('/odoo/e-taxes-setup', shown(self.env.user, self.company), 'the menu is empty no more')

    def test_for_the_connector_s_company(self):
        connector = self.connect(self.new)
        self.assertEqual(connector.action_setup()['params'], {'company_id': self.new.id})
        clerk = new_test_user(self.env, 'clerk', 'account.group_account_invoice', company_id=self.new.id, company_ids=[Command.set(self.new.ids)])
        self.assertFalse(connector.with_user(clerk).setup_note)
        with self.assertRaises(AccessError):
            connector.with_user(clerk).action_setup()

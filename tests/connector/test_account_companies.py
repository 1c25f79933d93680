from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from .account_common import PHONES, AccountCommon


class TestAddCompanies(AccountCommon):
    """One more company at the account: three fields."""

    def setUp(self):
        super().setUp()
        self.connector.sudo().write(
            {
                'name': self.company.name,
                'is_partner': True,
                'phone': PHONES[0],
                'token': 'partner-token',
                'username': 'partner',
                'main_info_template': '{number}',
            }
        )
        self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'days_back': 11})
        self.manager = self.create_person('adder', 'account.group_account_manager', self.companies)

    def waiting(self, company):
        """An invoice of ``company`` that was made before it had a connector."""
        env = self.env(context={'allowed_company_ids': company.ids})
        env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
        return env['account.move'].create(
            {
                'move_type': 'out_invoice',
                'partner_id': self.partner.id,
                'invoice_date': '2026-11-20',
                'company_id': company.id,
                'invoice_line_ids': [Command.create({'name': 'x', 'price_unit': 100, 'tax_ids': False})],
            }
        )

    def assertLike(self, connector, company):
        self.assertOne(self.connector, connector)
        self.assertEqual((connector.company_id, connector.name), (company, company.name))
        self.assertEqual(connector.main_info_template, '{number}')
        self.assertEqual(connector.import_schedule_ids.mapped('days_back'), [11])
        self.assertEqual(
            connector.rule_ids.mapped(lambda rule: (rule.move_type, rule.kind_id)), self.connector.rule_ids.mapped(lambda rule: (rule.move_type, rule.kind_id))
        )
        self.assertTrue(connector.is_default)

    def test_duplicate_and_name_the_company(self):
        journal = self.company_data['default_journal_sale']
        self.connector.write(
            {
                'bill_journal_id': self.company_data['default_journal_purchase'].id,
                'rule_ids': [
                    Command.create({'move_type': 'out_refund', 'journal_id': journal.id, 'kind_id': self.env.ref('l10n_az_vatportal.kind_default_invoice').id})
                ],
            }
        )
        company = self.companies[1]
        move = self.waiting(company)
        self.assertFalse(move.vatportal_kind_id or move.vatportal_main_info)
        copy = self.connector.with_user(self.manager).copy()
        self.assertFalse(copy.is_default)
        self.assertTrue(all(schedule.next_at > fields.Datetime.now() for schedule in copy.import_schedule_ids))
        with Form(copy.with_context(allowed_company_ids=self.companies.ids)) as form:
            form.company_id = company
            form.phone = '055 123 45 67'
        self.assertEqual(copy.bill_journal_id, copy.bill_journal_id.browse())
        self.assertNotIn('out_refund', copy.rule_ids.mapped('move_type'), 'of a journal that the company does not have')
        self.connector.rule_ids.filtered('journal_id').unlink()
        self.assertLike(copy, company)
        self.assertEqual(move.vatportal_kind_id.code, 'defaultInvoice')
        self.assertTrue(self.connector.is_default)

    def test_the_default_of_a_company_that_it_leaves(self):
        self.connector.sudo().is_partner = False
        one = self.connector_of(username='partner')
        self.assertTrue(one.is_default)
        two = self.connector_of(username='partner')
        one.company_id = self.companies[2]
        self.assertTrue(one.is_default and two.is_default)
        one.company_id = self.company
        self.assertFalse(one.is_default)

    def test_copied_for_a_company_at_once(self):
        company = self.companies[1]
        self.connector.bill_journal_id = self.company_data['default_journal_purchase']
        copy = self.connector.copy({'company_id': company.id, 'phone': PHONES[1]})
        self.assertFalse(copy.bill_journal_id)
        self.assertLike(copy, company)

    def test_a_dialog_lists_companies(self):
        action = self.connector.with_user(self.manager).action_add_companies()
        Wizard = self.env[action['res_model']].with_user(self.manager).with_context(**action['context'])
        form = Form(Wizard)
        self.assertEqual(len(form.line_ids), 2)
        for index in range(2):
            with form.line_ids.edit(index) as line:
                line.phone = line.company_id == self.companies[1] and '050 222 22 22'
                line.notify_user_ids.add(self.manager)
        done = form.save().action_add()
        self.assertIn(self.companies[1].name, done['params']['message'])
        self.assertNotIn(self.companies[2].name, done['params']['message'])
        added = self.env['vatportal.connector'].search([('company_id', 'in', self.companies[1:].ids)])
        self.assertEqual((added.phone, added.notify_user_ids), ('994502222222', self.manager))
        self.assertLike(added, self.companies[1])
        again = Form(Wizard)
        self.assertEqual(len(again.line_ids), 1, 'the other has one by now')
        with self.assertRaisesRegex(UserError, 'phone of each company'):
            again.save().action_add()

    def ordinary(self):
        """The dialog of an account that is no partner's; beside the company a branch of it, one abroad, and two of other VÖENs."""
        self.connector.sudo().is_partner = False
        branch, own, abroad = self.env['res.company'].create(
            [
                {'name': 'Filial', 'parent_id': self.company.id},
                {'name': 'Öz VÖEN-i ilə', 'parent_id': self.company.id, 'vat': '1503647981'},
                {'name': 'Ankara', 'parent_id': self.company.id, 'country_id': self.env.ref('base.tr').id},
            ]
        )
        self.manager.company_ids += branch + own + abroad
        action = self.connector.with_user(self.manager).action_add_companies()
        return branch, self.env[action['res_model']].with_user(self.manager).with_context(**action['context'])

    def test_an_ordinary_account_is_of_one_taxpayer(self):
        branch, Wizard = self.ordinary()
        form = Form(Wizard)
        self.assertEqual(form.line_ids._records and [line['company_id'] for line in form.line_ids._records], [branch.id])
        with self.assertRaisesRegex(UserError, 'Tick each'):
            form.save().action_add()
        self.assertFalse(self.env['vatportal.connector'].search([('company_id', '=', branch.id)]))

    def test_what_is_ticked_is_added(self):
        branch, Wizard = self.ordinary()
        form = Form(Wizard)
        with form.line_ids.edit(0) as line:
            line.chosen = True
        # Whoever adds a line means it.
        with form.line_ids.new() as line:
            line.company_id = self.companies[1]
        form.save().action_add()
        self.assertEqual(
            self.env['vatportal.connector'].search([('company_id', 'in', (branch + self.companies).ids)]).company_id - self.company, branch + self.companies[1]
        )

    def test_companies_abroad_are_not_proposed(self):
        self.companies[2].country_id = self.env.ref('base.tr')
        action = self.connector.with_user(self.manager).action_add_companies()
        form = Form(self.env[action['res_model']].with_user(self.manager).with_context(**action['context']))
        self.assertEqual(len(form.line_ids), 1)

    def test_by_odoos_own_import(self):
        rows = [[company.name, phone, self.manager.login, self.sandbox.url, 'partner'] for company, phone in zip(self.companies[1:], PHONES[1:], strict=True)]
        result = (
            self.env['vatportal.connector']
            .with_user(self.admin)
            .with_context(allowed_company_ids=self.companies.ids)
            .load(['company_id', 'phone', 'notify_user_ids', 'base_url', 'username'], rows)
        )
        self.assertEqual(result['messages'], [])
        connectors = self.env['vatportal.connector'].browse(result['ids'])
        self.assertOne(self.connector, *connectors)
        self.assertEqual(connectors.mapped('phone'), list(PHONES[1:]))
        self.assertEqual(connectors.mapped('name'), self.companies[1:].mapped('name'))
        self.assertTrue(all(connectors.mapped('is_partner')))

    def imported(self, fields, *rows):
        """What Odoo's import makes of ``rows`` for the other companies, each with the user of the account."""
        return (
            self.env['vatportal.connector']
            .with_user(self.admin)
            .with_context(allowed_company_ids=self.companies.ids)
            .load(
                ['company_id', 'base_url', 'username', 'phone', *fields],
                [
                    [company.name, self.sandbox.url, user, phone, *row]
                    for company, phone, (user, *row) in zip(self.companies[1:], PHONES[1:], rows, strict=False)
                ],
            )
        )

    def test_what_is_entered_with_a_new_one_is_told(self):
        """A token that comes with one more connector is that of all, and each says so."""
        account = self.account(self.connector)
        before, since = len(self.connector.message_ids), account.token_date
        self.assertFalse(self.imported(['token'], ['partner', 'partner-token'])['messages'])
        self.assertEqual((len(self.connector.message_ids), account.token_date), (before, since), 'nothing new')
        new = self.connector_of(self.companies[2], username='partner', token='new-token', phone=PHONES[2])
        self.assertEqual(self.connector.sudo().token, 'new-token')
        self.assertIn('through another connector', self.connector.message_ids[0].body)
        self.assertIn('Token', self.connector.message_ids[0].body)
        self.assertIn('for all connectors', ' '.join(new.message_ids.mapped('body')))
        self.assertNotIn('new-token', ' '.join((new + self.connector).message_ids.mapped('body')))

    def test_rows_that_differ(self):
        """Two rows of a file, or two of one call, give one account different tokens: neither wins."""
        for user in ('partner', 'brand-new'):
            with self.subTest(user):
                result = self.imported(['token'], [user, 'first-token'], [user, 'second-token'])
                self.assertFalse(result['ids'])
                self.assertIn('Token', str(result['messages']))
                self.assertNotIn('second-token', str(result['messages']))
                with self.assertRaisesRegex(UserError, 'different ones'), self.env.cr.savepoint():
                    self.env['vatportal.connector'].create(
                        [
                            {'base_url': self.sandbox.url, 'username': user, 'token': token, 'company_id': company.id, 'phone': phone}
                            for company, phone, token in zip(self.companies[1:], PHONES[1:], ('first', 'second'), strict=True)
                        ]
                    )
        self.assertEqual(self.connector.sudo().token, 'partner-token')

    def test_a_new_one_makes_it_a_partners(self):
        """Those that are there need their phones first."""
        self.connector.sudo().write({'is_partner': False, 'phone': False})
        vals = {'username': 'partner', 'is_partner': True, 'phone': PHONES[1]}
        with self.assertRaisesRegex(ValidationError, 'needs the ASAN') as caught, self.env.cr.savepoint():
            self.connector_of(**vals)
        self.assertIn(self.connector.name, str(caught.exception))
        stranger = self.create_person('stranger', 'base.group_system,account.group_account_manager', self.companies[1])
        with self.assertRaisesRegex(ValidationError, 'other companies') as caught, self.env.cr.savepoint():
            self.env['vatportal.connector'].with_user(stranger).create({'base_url': self.sandbox.url, 'company_id': self.companies[1].id, **vals})
        self.assertNotIn(self.connector.name, str(caught.exception))
        self.connector.phone = PHONES[0]
        self.connector_of(**vals)
        self.assertTrue(self.connector.is_partner)
        self.assertIn('Partner Account', self.connector.message_ids[0].body)

    def test_not_under_a_process(self):
        self.connector.sudo().write({'is_partner': False, 'phone': PHONES[0], 'username': 'demo', 'token': 'sandbox-token'})
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        with self.assertRaisesRegex(UserError, job.name), self.env.cr.savepoint():
            self.connector_of(username='demo', is_partner=True, phone=PHONES[1])
        self.connector_of(username='demo', token='new-token')
        self.assertEqual(self.connector.sudo().token, 'new-token', 'can be entered at any time')

    def test_by_import_without_the_log_in(self):
        """Whoever must not know the user names the account of a connector that they see."""
        account = self.account(self.connector)
        result = (
            self.env['vatportal.connector']
            .with_user(self.manager)
            .with_context(allowed_company_ids=self.companies.ids)
            .load(['company_id', 'phone', 'account_id/.id'], [[self.companies[1].name, PHONES[1], str(account.id)]])
        )
        self.assertEqual(result['messages'], [])
        self.assertOne(self.connector, self.env['vatportal.connector'].browse(result['ids']))

    def test_by_import_what_belongs_to_the_account_named(self):
        """Nothing of a file is dropped without a word: an account that is named keeps what is its own."""
        before = self.connector.sudo().token
        row = {'company_id': self.companies[1].name, 'phone': PHONES[1], 'account_id/.id': str(self.account(self.connector).id)}
        Connector = self.env['vatportal.connector'].with_context(allowed_company_ids=self.companies.ids)
        for column, value, label in (
            ('token', 'new-token', 'Token'),
            ('password', 'new-password', 'Password'),
            ('base_url', 'https://elsewhere.vatportal.az/api', 'Portal Address'),
        ):
            with self.subTest(column):
                result = Connector.load([*row, column], [[*row.values(), value]])
                self.assertFalse(result['ids'])
                self.assertIn(f'{label}.', result['messages'][0]['message'])
                self.assertNotIn(value, result['messages'][0]['message'])
        self.assertEqual(self.connector.sudo().token, before)
        result = Connector.load([*row, 'base_url', 'token'], [[*row.values(), self.connector.base_url, '']])
        self.assertEqual(result['messages'], [])
        self.assertOne(self.connector, Connector.browse(result['ids']))

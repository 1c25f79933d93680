import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ...models.job import cron as job_cron
from ...models.job.job import VatportalJob
from ...models.states import OPEN_STATES
from ...sandbox.server import Sandbox

COUNT = 12
LIMIT = 4
BUYER = '1700321031'
UPLOAD, IMPORT, START = '/inv/import_upload_invoices.php', '/etx/import', '/auth/reset_start.php'


def voen(number):
    """An invented VÖEN of the company with that number."""
    return f'44{number:07d}1'


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestManyOfOneAccount(TransactionCase):
    """A service firm: a dozen companies, each with a phone, behind one log-in. Real threads and commits, a real socket."""

    def setUp(self):
        super().setUp()
        self.sandbox = self.enterContext(Sandbox(stage_seconds=0, auto_confirm=False))
        self.phones = [f'99450{number:07d}' for number in range(1, COUNT + 1)]
        self.sandbox.portal.add_account(
            'firm', token='firm-token', secret_hash='firm-secret', phones={phone: voen(number) for number, phone in enumerate(self.phones)}
        )
        self.enterContext(patch.object(VatportalJob, '_commit', lambda job: job.env.cr.commit()))
        self.enterContext(patch.object(job_cron, 'lane_count', lambda: 4))
        self.addCleanup(self.clean_up)
        self.company_ids, self.user_ids = [], []
        with self.registry.cursor() as cr:
            self.build(api.Environment(cr, SUPERUSER_ID, {}))

    def build(self, env):
        azn, country = env.ref('base.AZN'), env.ref('base.az')
        azn.active = True
        companies = env['res.company'].create(
            [{'name': f'Client {number} {uuid4()}', 'vat': voen(number), 'country_id': country.id, 'currency_id': azn.id} for number in range(COUNT)]
        )
        self.company_ids = companies.ids
        env.user.company_ids += companies
        user = new_test_user(env, f'firm {uuid4()}', 'account.group_account_manager', company_id=companies[0].id, company_ids=[Command.set(companies.ids)])
        self.user_ids = user.ids
        env = env(context={'allowed_company_ids': companies.ids})
        first = env['vatportal.connector'].create(
            {
                'base_url': self.sandbox.url,
                'token': 'firm-token',
                'username': 'firm',
                'secret_hash': 'firm-secret',
                'is_partner': True,
                'phone': self.phones[0],
                'company_id': companies[0].id,
                'notify_user_ids': [Command.set(user.ids)],
            }
        )
        # All the others in one go, by Odoo's own import.
        result = env['vatportal.connector'].load(
            ['company_id/.id', 'phone', 'notify_user_ids/.id', 'base_url', 'username'],
            [[str(company.id), phone, str(user.id), self.sandbox.url, 'firm'] for company, phone in zip(companies[1:], self.phones[1:], strict=True)],
        )
        self.assertFalse(result['messages'])
        self.connector_ids = [first.id, *result['ids']]
        self.account_id = first.account_id.id

    def clean_up(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for table in ('vatportal_job', 'vatportal_document', 'account_move', 'vatportal_connector'):
                cr.execute(f'DELETE FROM {table} WHERE company_id = ANY(%s)', [self.company_ids])
            cr.execute('DELETE FROM vatportal_account WHERE id = %s', [self.account_id])
            env.user.company_ids -= env['res.company'].browse(self.company_ids)
            for user in env['res.users'].browse(self.user_ids):
                user.write({'active': False, 'login': f'{uuid4()}'})
            env['res.company'].browse(self.company_ids).write({'active': False, 'vat': False})

    @contextmanager
    def look_up(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {'allowed_company_ids': self.company_ids})

    def connectors(self, env):
        return env['vatportal.connector'].browse(self.connector_ids)

    def requests_to(self, path):
        return [record for record in self.sandbox.requests if record.path.endswith(path)]

    # ------------------------------------------------------------------ people at their phones

    @contextmanager
    def people(self):
        """Those who type each PIN a moment after it was asked for; yields what was seen on the phones meanwhile."""
        ended, seen = threading.Event(), []

        def type_pins():
            while not ended.wait(0.05):
                prompts = self.sandbox.prompts()
                seen.append([prompt.process.company.phone for prompt in prompts])
                if prompts:
                    time.sleep(0.05)
                    for prompt in prompts:
                        self.sandbox.confirm(prompt.id)

        thread = threading.Thread(target=type_pins)
        thread.start()
        try:
            yield seen
        finally:
            ended.set()
            thread.join()

    def run_crons(self, done, rounds=3000):
        """Run the scheduled action, as Odoo does, until ``done(env)``."""
        for _round in range(rounds):
            with patch.object(self.registry['vatportal.job'], '_follow_seconds', lambda _job: 0), self.registry.cursor() as cr:
                api.Environment(cr, SUPERUSER_ID, {})['vatportal.job']._cron_advance()
            with self.look_up() as env:
                if done(env):
                    return
                jobs = env['vatportal.job'].search([('connector_id', 'in', self.connector_ids), ('state', 'in', OPEN_STATES)])
                jobs.filtered(lambda job: not job.on_hold).next_poll_at = fields.Datetime.now()
        self.fail('It does not end')

    def invoices(self, env):
        """A posted invoice of each company, with as little of a chart of accounts as that takes."""
        unit, country = env.ref('uom.product_uom_unit'), env.ref('base.az')
        product = env['product.product'].create({'name': f'Cement {uuid4()}', 'vatportal_code': '2523290000', 'uom_id': unit.id, 'taxes_id': False})
        partner = env['res.partner'].create({'name': f'Buyer {uuid4()}', 'vat': BUYER, 'country_id': country.id, 'is_company': True})
        moves = env['account.move']
        for connector in self.connectors(env):
            company = connector.company_id
            own = env(context={'allowed_company_ids': company.ids})
            income, receivable = own['account.account'].create(
                [
                    {'name': name, 'code': code, 'account_type': kind, 'reconcile': kind == 'asset_receivable'}
                    for name, code, kind in (('Sales', '601000', 'income'), ('Customers', '211000', 'asset_receivable'))
                ]
            )
            journal = own['account.journal'].create({'name': 'Sales', 'code': 'SAL', 'type': 'sale', 'company_id': company.id, 'default_account_id': income.id})
            partner.with_env(own).property_account_receivable_id = receivable
            company.account_fiscal_country_id = country
            group = own['account.tax.group'].create({'name': 'VAT', 'company_id': company.id, 'country_id': country.id})
            tax = own['account.tax'].create(
                {
                    'name': 'VAT 18 %',
                    'amount_type': 'percent',
                    'amount': 18,
                    'type_tax_use': 'sale',
                    'company_id': company.id,
                    'country_id': country.id,
                    'vatportal_category': 'vat',
                    'tax_group_id': group.id,
                }
            )
            moves += own['account.move'].create(
                {
                    'move_type': 'out_invoice',
                    'partner_id': partner.id,
                    'invoice_date': '2026-11-20',
                    'journal_id': journal.id,
                    'invoice_line_ids': [Command.create({'product_id': product.id, 'price_unit': 100, 'tax_ids': [Command.set(tax.ids)]})],
                }
            )
        moves.action_post()
        self.addCleanup(self.remove, partner, product)
        return moves

    def remove(self, *records):
        with self.look_up() as env:
            for record in records:
                env[record._name].browse(record.ids).active = False

    def assertOnePerPhone(self, seen):
        for prompts in seen:
            self.assertEqual(len(prompts), len(set(prompts)), 'one PIN on one phone at any time')

    def import_all(self, env, *directions):
        """Folders of all connectors are due at the same minute."""
        env['vatportal.import.schedule'].create(
            [
                {'connector_id': connector.id, 'source': 'etaxes', 'direction': direction, 'next_at': fields.Datetime.now()}
                for connector in self.connectors(env)
                for direction in directions or ('incoming', 'outgoing')
            ]
        )
        env['vatportal.import.schedule'].search([('connector_id', 'in', self.connector_ids)])._cron_import()

    # ------------------------------------------------------------------ tests

    def test_one_account(self):
        with self.look_up() as env:
            connectors = self.connectors(env)
            self.assertEqual(connectors.account_id.ids, [self.account_id])
            self.assertEqual(connectors.mapped('phone'), self.phones)
            self.assertEqual(connectors.mapped('is_default'), [True] * COUNT)

    def test_imports_of_all_at_one_minute(self):
        with self.look_up() as env:
            self.import_all(env)
            self.assertEqual(env['vatportal.job'].search_count([('connector_id', 'in', self.connector_ids)]), 2 * COUNT)
        with self.people() as seen:
            self.run_crons(lambda env: not env['vatportal.job'].search_count([('connector_id', 'in', self.connector_ids), ('state', 'in', OPEN_STATES)]))
        self.assertOnePerPhone(seen)
        self.assertEqual(len(self.requests_to(IMPORT)), 2 * COUNT)
        with self.look_up() as env:
            jobs = env['vatportal.job'].search([('connector_id', 'in', self.connector_ids)])
            self.assertEqual(set(jobs.mapped('state')), {'done'}, jobs.mapped('message'))

    def test_sending_and_imports_at_one_minute(self):
        with self.look_up() as env:
            moves = self.invoices(env)
            for move in moves:
                env['vatportal.job']._queue(move, env['vatportal.connector']._default_for(move.company_id), True)
            env['vatportal.job'].search([('connector_id', 'in', self.connector_ids)]).next_poll_at = False
            self.import_all(env, 'incoming')
        with self.people() as seen:
            self.run_crons(lambda env: not env['vatportal.job'].search_count([('connector_id', 'in', self.connector_ids), ('state', 'in', OPEN_STATES)]))
        self.assertOnePerPhone(seen)
        with self.look_up() as env:
            moves = env['account.move'].browse(moves.ids)
            self.assertEqual(set(moves.mapped('vatportal_state')), {'registered'}, moves.vatportal_document_ids.mapped('message'))
            self.assertEqual(len(set(moves.mapped('vatportal_qaime'))), COUNT)
        sent = [(record.json['phone'], invoice['seller']) for record in self.requests_to(UPLOAD) for invoice in record.json['invoices']]
        self.assertCountEqual(sent, [(phone, voen(number)) for number, phone in enumerate(self.phones)])

    def test_no_more_phones_than_allowed(self):
        with self.look_up() as env:
            env['vatportal.account'].browse(self.account_id).phones_at_once = LIMIT
            self.import_all(env, 'incoming')
        self.run_crons(lambda _env: len(self.sandbox.prompts()) >= LIMIT)
        rounds = iter(range(5))
        self.run_crons(lambda _env: next(rounds, None) is None)
        self.assertEqual(len({prompt.process.company.phone for prompt in self.sandbox.prompts()}), LIMIT)
        self.assertEqual(len(self.requests_to(IMPORT)), LIMIT)
        with self.people() as seen:
            self.run_crons(lambda env: not env['vatportal.job'].search_count([('connector_id', 'in', self.connector_ids), ('state', 'in', OPEN_STATES)]))
        self.assertOnePerPhone(seen)
        self.assertLessEqual(max(map(len, seen)), LIMIT)
        self.assertEqual(len(self.requests_to(IMPORT)), COUNT)

    def test_one_renewal_for_all(self):
        with self.look_up() as env:
            self.connectors(env)[3].write({'auto_renew': True, 'token_date': fields.Datetime.now() - timedelta(days=100)})
        for _run in range(2):
            with self.look_up() as env:
                env['vatportal.connector']._cron_renew_tokens()
        self.assertEqual(len(self.requests_to(START)), 1)
        with self.look_up() as env:
            token = self.sandbox.portal.account('firm').token
            for connector in self.connectors(env):
                self.assertEqual(connector.token, token)
                self.assertFalse(connector._test_connection())

    def test_renewals_in_two_servers(self):
        """At the same moment, through different connectors: the portal is asked once, and the one token is everybody's."""
        barrier, results = threading.Barrier(4), []

        def renew(index):
            with self.look_up() as env:
                connector = self.connectors(env)[index]
                connector.read(['name'])  # the snapshot is taken
                barrier.wait(60)
                try:
                    results.append(connector._renew_token())
                except Exception as error:  # noqa: BLE001 - looked at below
                    env.cr.rollback()
                    results.append(type(error).__name__)

        threads = [threading.Thread(target=renew, args=[index]) for index in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertEqual(results.count(False), 1, results)
        self.assertLessEqual(set(results) - {False}, {'UserError', 'SerializationFailure'})
        self.assertEqual(len(self.requests_to(START)), 1)
        with self.look_up() as env:
            token = self.sandbox.portal.account('firm').token
            self.assertEqual(set(self.connectors(env).mapped('token')), {token})
            self.assertFalse(self.connectors(env)[0].renewal_lost_at)

    def test_it_waits_for_each_of_them(self):
        with self.look_up() as env:
            self.connectors(env)[3].write({'auto_renew': True, 'token_date': fields.Datetime.now() - timedelta(days=100)})
            day = fields.Date.today()
            job = env['vatportal.job']._queue_download(self.connectors(env)[7], ['incoming'], day, day, 'etaxes')
            env.cr.commit()
            env['vatportal.connector']._cron_renew_tokens()
            self.assertEqual(len(self.requests_to(START)), 0)
            self.assertTrue(self.connectors(env)[11].renewal_put_off_at)
        with self.people():
            self.run_crons(lambda env: env['vatportal.job'].browse(job.ids).state == 'done')
        with self.look_up() as env:
            env['vatportal.connector']._cron_renew_tokens()
        self.assertEqual(len(self.requests_to(START)), 1)

    def test_the_portal_hangs_for_all_at_once(self):
        """It is one failure, and it does not take the threads that others need."""
        self.sandbox.faults.add(IMPORT, 'unavailable', times=None)
        with self.look_up() as env:
            self.import_all(env)
        self.run_crons(lambda env: self.connectors(env)[0].down_since)
        with self.look_up() as env:
            self.assertEqual(set(self.connectors(env).mapped('error_count')), {1})
            asked = len(self.requests_to(IMPORT))
        self.assertLessEqual(asked, 4)

from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError

from ...sandbox.server import Sandbox
from .account_common import PHONES, AccountCommon


class TestAccount(AccountCommon):
    """Which connectors are of one account, and what becomes of it when one of them is changed."""

    # ------------------------------------------------------------------ one or several

    def test_what_makes_an_account(self):
        for vals in (
            {'username': 'demo'},
            {'username': ' Demo '},
            {'token': 'sandbox-token'},
            {'token': 'sandbox-token', 'username': 'demo'},
            {'auth_method': 'password', 'username': 'demo', 'password': 'demo'},
        ):
            with self.subTest(**vals):
                self.assertOne(self.connector, self.connector_of(**vals))
        for vals in ({}, {'username': 'other'}, {'token': 'other'}, {'base_url': 'elsewhere', 'username': 'demo', 'token': 'sandbox-token'}):
            with self.subTest(**vals):
                self.assertApart(self.connector, self.connector_of(**vals))

    def test_another_one_does_not_change_the_account(self):
        """What a form or an import leaves at its default is no wish."""
        self.connector.sudo().write({'auth_method': 'password', 'password': 'demo', 'auto_renew': True, 'renew_days': 60})
        other = self.connector_of(username='demo', auth_method='token', is_partner=False, auto_renew=False, renew_days=85)
        other |= (
            self.env['vatportal.connector']
            .with_context(default_auth_method='token', default_token='x')
            .create({'base_url': self.sandbox.url, 'username': 'demo', 'company_id': self.companies[2].id})
            .sudo()
        )
        for connector in other + self.connector:
            self.assertEqual((connector.auth_method, connector.auto_renew, connector.renew_days), ('password', True, 60))
        self.assertEqual(self.connector.sudo().token, 'sandbox-token')

    def test_a_token_is_that_of_all(self):
        other = self.connector_of(username='demo')
        self.assertEqual(other.token, 'sandbox-token')
        self.connector._note_failure('down')
        other.with_user(self.admin).sudo(False).token = 'new-token'
        self.assertEqual(self.connector.sudo().token, 'new-token')
        self.assertFalse(self.connector.retry_at)
        for connector in other + self.connector:
            self.assertIn('Token', connector.message_ids[0].body)
            self.assertNotIn('new-token', connector.message_ids[0].body)
        self.assertIn('through another connector', self.connector.message_ids[0].body)

    def test_users_that_turn_out_to_be_one(self):
        """Entered later, user or token say that it is the account which is there already."""
        for vals in ({'username': 'demo'}, {'token': 'sandbox-token'}):
            with self.subTest(**vals):
                one, two = self.connector_of(token='unknown'), self.connector_of(self.companies[2], token='unknown')
                left = self.account(one)
                self.assertApart(self.connector, one)
                one.write(vals)
                self.assertOne(self.connector, one, two)
                self.assertFalse(left.exists())
                self.connector.sudo().token = 'sandbox-token'

    def test_the_newest_token_wins_when_they_meet(self):
        for days, kept in ((-1, 'sandbox-token'), (1, 'other-token')):
            with self.subTest(days):
                self.connector.sudo().token = 'sandbox-token'
                other = self.connector_of(token='other-token')
                other.token_date = fields.Datetime.now() + timedelta(days=days)
                other.username = 'demo'
                self.assertOne(self.connector, other)
                self.assertEqual(self.connector.sudo().token, kept)

    # ------------------------------------------------------------------ to another account

    def test_another_address_is_that_of_all(self):
        """The account has moved, or its address was wrong: nobody else works behind it."""
        one, two = self.connector_of(username='demo'), self.connector_of(self.companies[2], username='demo')
        account = self.account(self.connector)
        with Sandbox(stage_seconds=0) as elsewhere:
            one.with_user(self.admin).sudo(False).base_url = elsewhere.url
            self.assertEqual((self.connector + one + two).sudo().account_id, account)
            for connector in self.connector.sudo() + one + two:
                self.assertEqual((connector.base_url, connector.token, connector.username), (elsewhere.url, 'sandbox-token', 'demo'))
                self.assertIn('Portal Address', ' '.join(connector.message_ids.mapped('body')))
            self.assertIn('through another connector', two.message_ids[0].body)

    def test_another_address_where_the_account_is_known(self):
        one, two = self.connector_of(username='demo'), self.connector_of(self.companies[2], username='demo')
        with Sandbox(stage_seconds=0) as elsewhere:
            there = self.connector_of(base_url=elsewhere.url, username='demo')
            left = self.account(one)
            one.base_url = elsewhere.url
            self.assertOne(self.connector, one, two, there)
            self.assertFalse(left.exists())
            self.assertEqual(there.token, 'sandbox-token')

    def test_another_address_with_another_log_in_moves_one(self):
        for vals in (
            {'token': 'theirs'},
            {'username': 'theirs'},
            {'username': 'demo', 'token': 'theirs'},
            {'auth_method': 'password', 'username': 'demo', 'password': 'theirs'},
            {'token': False},
            {'is_partner': True, 'phone': PHONES[1]},
        ):
            with self.subTest(**vals):
                one, two = self.connector_of(username='demo'), self.connector_of(self.companies[2], username='demo')
                one.write({'base_url': 'theirs', **vals})
                self.assertApart(self.connector, one)
                self.assertOne(self.connector, two)
                self.assertEqual((two.base_url, two.token, two.is_partner), (self.sandbox.url, 'sandbox-token', False))
                self.assertNotEqual(one.token, 'sandbox-token', 'is not sent to a stranger')
                (one + two).unlink()

    def test_the_same_log_in_is_no_other(self):
        """Whoever types all of it once more has moved the account."""
        other = self.connector_of(username='demo')
        other.write({'base_url': 'moved', 'username': 'demo', 'token': 'sandbox-token', 'auth_method': 'token'})
        self.assertOne(self.connector, other)
        self.assertEqual(self.connector.base_url, 'https://moved.vatportal.az/api')

    def test_all_of_an_account_at_once(self):
        connectors = self.connector.sudo() + self.connector_of(username='demo')
        account = self.account(self.connector)
        connectors.write({'base_url': 'moved'})
        self.assertEqual(connectors.account_id, account)
        self.assertEqual(set(connectors.mapped('base_url')), {'https://moved.vatportal.az/api'})

    def test_another_log_in_moves_one(self):
        for vals in (
            {'username': 'other', 'token': 'other-token'},
            {'is_partner': True, 'phone': PHONES[0], 'token': 'partner-token'},
            {'auth_method': 'password', 'username': 'third', 'password': 'third'},
        ):
            with self.subTest(**vals):
                other = self.connector_of(username='demo')
                other.write(vals)
                self.assertApart(self.connector, other)
                self.assertEqual((self.connector.sudo().token, self.connector.sudo().username), ('sandbox-token', 'demo'))
                self.assertFalse(self.connector.is_partner)
                self.assertNotEqual(other.token, 'sandbox-token', 'worth nothing there')
                self.assertFalse(other.secret_hash)

    def test_a_corrected_user_is_that_of_all(self):
        other = self.connector_of(username='demo')
        self.connector.sudo().username = 'dmeo'
        self.assertEqual(other.username, 'dmeo')
        self.assertEqual(other.token, 'sandbox-token')

    def test_a_user_that_is_known_moves_one(self):
        known = self.connector_of(self.companies[2], username='known', token='known-token')
        other = self.connector_of(username='demo')
        other.username = 'known'
        self.assertOne(other, known)
        self.assertEqual((other.token, self.connector.sudo().username), ('known-token', 'demo'))

    def test_the_last_one_takes_the_account_with_it(self):
        one, two = self.connector_of(username='other'), self.connector_of(self.companies[2], username='other')
        account = self.account(one)
        one.unlink()
        self.assertTrue(account.exists())
        two.active = False
        self.assertTrue(account.exists(), 'an archived one may come back')
        two.unlink()
        self.assertFalse(account.exists())
        self.assertFalse(self.env['vatportal.secret'].sudo().search([('account_id', '=', account.id)]))

    def test_not_while_the_token_is_renewed(self):
        """The answer must find its place."""
        other = self.connector_of(username='other')
        with self.registry.cursor() as cr:
            renewing = self.account(other).with_env(self.env(cr=cr))
            with renewing._renewal_lock():
                for change in (lambda: other.write({'base_url': 'elsewhere'}), lambda: other.write({'username': 'demo'}), other.unlink):
                    with self.assertRaisesRegex(UserError, 'renewed'), self.env.cr.savepoint():
                        change()
        other.write({'username': 'demo'})
        self.assertOne(self.connector, other)

    def test_a_partner_needs_the_phones_of_all(self):
        self.connector_of(username='demo')
        with self.assertRaisesRegex(ValidationError, 'needs the ASAN'):
            self.connector.write({'is_partner': True, 'phone': PHONES[0]})

    # ------------------------------------------------------------------ the guard

    def test_nothing_is_changed_under_a_process_of_another_connector(self):
        other = self.connector_of(username='demo')
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        with self.assertRaisesRegex(UserError, 'under way'):
            other.write({'auth_method': 'password', 'password': 'demo'})
        stranger = self.create_person('stranger', 'base.group_system,account.group_account_manager', self.companies[1])
        with self.assertRaises(UserError) as caught:
            other.with_user(stranger).sudo(False).write({'auth_method': 'password', 'password': 'demo'})
        self.assertIn('Something is under way', str(caught.exception))
        self.assertNotIn(job.name, str(caught.exception))
        with self.assertRaisesRegex(UserError, 'under way'):
            other.base_url = 'elsewhere'
        other.write({'token': 'sandbox-token'})
        other.write({'base_url': 'elsewhere', 'token': 'theirs'})
        self.assertApart(self.connector, other)

    # ------------------------------------------------------------------ one failure, one renewal

    def test_a_portal_that_is_down_is_down_for_all(self):
        other = self.connector_of(username='demo')
        for _connector in range(20):
            self.connector._note_failure('down')
        self.assertTrue(other._is_waiting())
        self.assertEqual(other.error_count, 1, 'one failure, however many have met it')
        other._note_answer({'/inv/read_invoices': 'POST'})
        self.assertFalse(self.connector.retry_at or self.connector.down_since)
        self.assertEqual(self.connector.read_methods, {'/inv/read_invoices': 'POST'})

    def renew_by_itself(self):
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_renew_tokens').method_direct_trigger()
        self.env.invalidate_all()

    def starts(self):
        return len(self.calls('/auth/reset_start.php'))

    def test_one_renewal(self):
        others = self.connector_of(username='demo') + self.connector_of(self.companies[2], username='demo')
        others[0].write({'auto_renew': True, 'token_date': fields.Datetime.now() - timedelta(days=100)})
        self.renew_by_itself()
        self.assertEqual(self.starts(), 1)
        for connector in others + self.connector.sudo():
            self.assertEqual(connector.token, self.sandbox.portal.account('demo').token)
            self.assertEqual(connector.token_age, 0)
            self.assertIn('renewed', connector.message_ids[0].body)
            self.assertFalse(connector._test_connection())
        self.renew_by_itself()
        self.assertEqual(self.starts(), 1)

    def test_it_waits_for_processes_of_any(self):
        other = self.connector_of(username='demo')
        other.write({'auto_renew': True, 'token_date': fields.Datetime.now() - timedelta(days=100)})
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        self.assertEqual(job.connector_id, self.connector)
        self.renew_by_itself()
        self.assertEqual((self.starts(), bool(self.connector.renewal_put_off_at)), (0, True))
        self.sandbox.configure(auto_confirm=True)
        self.finish(job)
        self.renew_by_itself()
        self.assertEqual(self.starts(), 1)

    def test_what_fails_is_tried_once_a_day(self):
        """However often the scheduled action runs for another account, whose processes do not end."""
        old = fields.Datetime.now() - timedelta(days=200)
        waiting = self.connector_of(username='other', token='other-token', secret_hash='x', auto_renew=True)
        waiting.token_date = old
        self.env['vatportal.job']._queue_download(waiting, ['incoming'], date(2026, 11, 1), date(2026, 11, 2), 'portal')
        account, start = self.connector.sudo().account_id, fields.Datetime.now()
        for secret_hash, calls in (('wrong-secret', 1), (False, 0)):
            with self.subTest(secret_hash=secret_hash):
                account._enter({'username': 'demo', 'secret_hash': secret_hash, 'auto_renew': True})
                account.token_date = old
                before, told = self.starts(), self.connector.message_ids
                for hour in range(19):
                    with freeze_time(start + timedelta(hours=hour)):
                        self.renew_by_itself()
                self.assertEqual((self.starts() - before, len(self.connector.message_ids - told)), (calls, 1))
                with freeze_time(start + timedelta(hours=24)):
                    self.renew_by_itself()
                self.assertEqual((self.starts() - before, len(self.connector.message_ids - told)), (2 * calls, 2))
                with freeze_time(start - timedelta(days=40)):
                    self.renew_by_itself()
                self.assertEqual(len(self.connector.message_ids - told), 3, 'the clock was ahead')
        account._enter({'secret_hash': 'sandbox-secret'})
        self.renew_by_itself()
        self.assertEqual(account._secret('token'), self.sandbox.portal.account('demo').token, 'what was entered is tried at once')

    def test_archived_ones_renew_nothing(self):
        other = self.connector_of(username='other', token='other-token', secret_hash='x', auto_renew=True)
        other.write({'token_date': fields.Datetime.now() - timedelta(days=100), 'active': False})
        self.renew_by_itself()
        self.assertEqual(self.starts(), 0)

    def test_a_failure_is_told_once_to_each(self):
        other = self.connector_of(username='demo')
        both, one = (
            self.create_person(login, 'account.group_account_manager', companies) for login, companies in (('both', self.companies), ('one', self.companies[1]))
        )
        self.connector.notify_user_ids = both
        other.notify_user_ids = both + one
        other.write({'auto_renew': True, 'token_date': fields.Datetime.now() - timedelta(days=100), 'secret_hash': 'wrong'})
        self.renew_by_itself()
        messages = (self.connector.message_ids | other.message_ids).filtered(lambda message: 'not renewed' in message.body)
        told = [partner for message in messages for partner in message.notified_partner_ids]
        self.assertCountEqual(told, [both.partner_id, one.partner_id])


class TestAccountCompanies(AccountCommon):
    """Whoever sees one connector learns nothing of the others."""

    def setUp(self):
        super().setUp()
        self.other = self.connector_of(name='Secret client', username='demo')
        self.manager = self.create_person('manager', 'account.group_account_manager', self.company)

    def test_nobody_reads_the_account(self):
        account = self.account(self.connector)
        for user in (self.admin, self.manager):
            for call in (
                lambda record: record.read(['base_url']),
                lambda record: record.search([]),
                lambda record: record.write({'base_url': 'x'}),
                lambda record: record.unlink(),
            ):
                with self.assertRaises(AccessError):
                    call(account.with_user(user).sudo(False))
            connector = self.connector.with_user(user)
            with self.assertRaises(AccessError):
                connector.search([('account_id.connector_ids.name', '=', 'Secret client')])
            with self.assertRaises(AccessError):
                connector.search([('account_id.secret_ids.token', '=like', 's%')])

    def test_what_is_told_of_the_others(self):
        texts = lambda user: self.connector.with_user(user).read()[0]  # noqa: E731
        self.assertFalse(texts(self.manager)['shared_note'])
        self.assertIn('Secret client', texts(self.admin)['shared_note'])
        own_admin = self.create_person('own-admin', 'base.group_system,account.group_account_manager', self.company)
        self.assertIn('other companies', texts(own_admin)['shared_note'])
        for user in (self.manager, own_admin):
            self.assertNotIn('Secret client', str(texts(user)))
        self.assertNotIn('demo', str(texts(self.manager)['account_name']))
        self.assertIn('demo @', texts(self.admin)['account_name'])

    def test_messages_name_no_one(self):
        own_admin = self.create_person('own-admin', 'base.group_system,account.group_account_manager', self.company)
        self.connector.with_user(own_admin).token = 'new-token'
        self.assertEqual(self.other.token, 'new-token')
        message = self.other.message_ids[0]
        self.assertIn('through another connector', message.body)
        self.assertNotIn(own_admin.partner_id, message.author_id)
        self.assertNotIn('Secret client', ' '.join(self.connector.message_ids.mapped('body')))

    def test_a_manager_changes_nothing_for_companies_of_others(self):
        for vals in ({'auto_renew': True}, {'is_partner': True, 'phone': PHONES[0]}, {'auth_method': 'password'}):
            with self.subTest(**vals), self.assertRaises(AccessError), self.env.cr.savepoint():
                self.connector.with_user(self.manager).write(vals)
        self.connector.with_user(self.manager).write({'phone': PHONES[0], 'sequence': 3})
        self.connector.with_user(self.manager).base_url = 'elsewhere'
        self.assertFalse(self.connector.sudo().token)
        self.assertEqual(self.other.token, 'sandbox-token')

    def test_a_manager_moves_some_of_several(self):
        """Those that are at the address already keep their log-in data."""
        with Sandbox(stage_seconds=0) as elsewhere:
            there = self.env['vatportal.connector'].create({'base_url': elsewhere.url, 'token': 'sandbox-token', 'company_id': self.company.id})
            (self.connector + there).with_user(self.manager).base_url = elsewhere.url
            self.assertEqual((there.sudo().token, self.connector.sudo().token), ('sandbox-token', False))
            self.assertEqual(self.connector.base_url, elsewhere.url)

    def test_nobody_gets_in_by_the_id(self):
        stranger = self.create_person('stranger', 'account.group_account_manager', self.companies[2])
        Connector = self.env['vatportal.connector'].with_user(stranger)
        vals = {'name': 'Mine', 'company_id': self.companies[2].id}
        with self.assertRaises(AccessError):
            Connector.create({**vals, 'account_id': self.account(self.other).id})
        with self.assertRaises(AccessError):
            Connector.create({**vals, 'base_url': self.sandbox.url, 'username': 'demo'})
        mine = Connector.create({**vals, 'base_url': self.sandbox.url})
        self.assertApart(mine, self.other)
        for who in (mine, mine.with_user(self.admin)):
            with self.assertRaises(UserError):
                who.account_id = self.account(self.other)
        with self.assertRaises(AccessError):
            self.other.with_user(stranger).sudo(False).copy()

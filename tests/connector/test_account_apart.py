from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .account_common import PHONES, AccountCommon


class TestAccountsApart(AccountCommon):
    """Two accounts at one address do not become one by what is typed on a connector, and what was joined can be parted."""

    def setUp(self):
        super().setUp()
        self.connector.sudo().write({'username': False, 'secret_hash': False})
        self.beside = self.connector_of(token='sandbox-token')
        self.sandbox.portal.add_account('second', token='second-token', secret_hash='x')
        self.second = self.connector_of(self.companies[2], token='second-token')
        self.assertOne(self.connector, self.beside)

    def serve(self, connector):
        """Something has gone through ``connector``."""
        self.env['vatportal.document'].sudo().create(
            {'direction': 'incoming', 'company_id': connector.company_id.id, 'state': 'registered', 'qaime': 'MT261125000190', 'connector_id': connector.id}
        )

    # ------------------------------------------------------------------ the token of another account

    def test_not_while_a_fate_is_open(self):
        """Only the account that has the invoice can tell what became of it, whatever else is known of the two."""
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        account = self.account(self.connector)
        for own, other in ((False, False), ('demo', False), (False, 'second'), ('demo', 'second')):
            self.connector.sudo().username, self.second.username = own, other
            for vals in (
                {'token': 'second-token'},
                {'token': ' second-token', 'base_url': self.sandbox.url},
                {'token': 'second-token', 'username': 'second'},
                {'token': 'second-token', 'secret_hash': 'x'},
            ):
                with self.subTest(own=own, other=other, **vals), self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                    self.connector.sudo().write(vals)
                self.assertIn(job.name, str(caught.exception))
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.connector_of(token='second-token', username='demo') if own else self.connector.sudo().write({'token': 'second-token'})
        self.assertEqual((self.account(self.connector), self.connector.sudo().token), (account, 'sandbox-token'))
        self.connector.sudo().token = 'a-new-one'
        self.assertEqual(self.beside.token, 'a-new-one')

    def test_one_that_serves_is_left_by_one(self):
        """The others keep their account and its token."""
        self.serve(self.beside)
        account = self.account(self.connector)
        for other in (False, 'second'):
            with self.subTest(other):
                self.second.username = other
                self.connector.sudo().token = 'second-token'
                self.assertOne(self.connector, self.second)
                self.assertEqual((self.account(self.beside), self.beside.token), (account, 'sandbox-token'))
                self.assertIn('Now of another account', ' '.join(self.connector.message_ids[:2].mapped('body')))
                # And back again.
                self.connector.sudo().action_part_account()
                self.connector.sudo().token = 'sandbox-token'
                self.assertOne(self.connector, self.beside)
                self.assertEqual(self.second.token, 'second-token')

    def test_its_user_is_known_of_another(self):
        """A user that is typed says the same as a token."""
        self.second.username = 'second'
        self.serve(self.second)
        self.sandbox.configure(auto_confirm=False)
        self.send(self.create_invoice())
        with self.assertRaisesRegex(UserError, 'under way'), self.env.cr.savepoint():
            self.connector.sudo().username = 'second'
        self.assertApart(self.connector, self.second)

    def test_user_and_token_of_two(self):
        self.second.username = 'second'
        self.connector.sudo().username = 'demo'
        with self.assertRaisesRegex(UserError, 'two accounts'), self.env.cr.savepoint():
            self.beside.write({'username': 'demo', 'token': 'second-token'})
        with self.assertRaisesRegex(UserError, 'two accounts'), self.env.cr.savepoint():
            self.connector_of(username='demo', token='second-token')
        self.assertEqual(self.beside.token, 'sandbox-token')

    def test_joined_ones_say_so(self):
        """What never served is joined with the account that it turns out to be."""
        self.connector.sudo().token = 'second-token'
        self.assertOne(self.connector, self.beside, self.second)
        for connector in self.connector + self.beside + self.second:
            said = ' '.join(connector.message_ids[:2].mapped('body'))
            self.assertRegex(said, 'turned out to be one|Now of another account')

    def test_joined_with_a_partners(self):
        self.second.write({'is_partner': True, 'phone': PHONES[2]})
        with self.assertRaisesRegex(UserError, 'needs the ASAN'), self.env.cr.savepoint():
            self.connector.sudo().write({'token': 'second-token', 'phone': PHONES[0]})
        self.beside.phone = PHONES[1]
        self.connector.sudo().write({'token': 'second-token', 'phone': PHONES[0]})
        self.assertTrue(self.beside.is_partner)

    def test_what_was_seen_at_the_other(self):
        """Nothing is missing for it is not shown by another account."""
        document = (
            self.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': 'incoming',
                    'company_id': self.company.id,
                    'state': 'registered',
                    'qaime': 'MT261125000191',
                    'connector_id': self.connector.id,
                    'seen_connector_id': self.connector.id,
                }
            )
        )
        self.connector.sudo().token = 'third-token'
        self.assertTrue(document.seen_connector_id)
        self.connector.sudo().token = 'second-token'
        self.assertFalse(document.seen_connector_id)

    def test_what_others_have_seen(self):
        """They go along to another address."""
        document = (
            self.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': 'incoming',
                    'company_id': self.companies[1].id,
                    'state': 'registered',
                    'qaime': 'MT261125000192',
                    'connector_id': self.beside.id,
                    'seen_connector_id': self.beside.id,
                }
            )
        )
        self.connector.sudo().base_url = 'moved'
        self.assertFalse(document.seen_connector_id)

    # ------------------------------------------------------------------ parting

    def test_who_parts(self):
        manager = self.create_person('parting', 'account.group_account_manager', self.companies)
        with self.assertRaises(AccessError):
            self.beside.with_user(manager).sudo(False).action_part_account()
        with self.assertRaisesRegex(UserError, 'no other one'):
            self.second.with_user(self.admin).sudo(False).action_part_account()
        self.beside.with_user(self.admin).sudo(False).action_part_account()
        self.assertApart(self.connector, self.beside, self.second)
        self.assertEqual((self.beside.token, self.beside.base_url), (False, self.sandbox.url))
        self.assertEqual(self.connector.sudo().token, 'sandbox-token')
        self.beside.token = 'of-its-own'
        self.assertEqual(self.connector.sudo().token, 'sandbox-token')

    def test_not_parted_under_a_process(self):
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        with self.assertRaisesRegex(UserError, job.name):
            self.connector.sudo().action_part_account()
        self.beside.action_part_account()
        self.assertApart(self.connector, self.beside)

    # ------------------------------------------------------------------ another address, for all

    def down(self):
        self.connector.sudo().down_since = fields.Datetime.now() - timedelta(hours=1)

    def release(self, connector, user=None):
        connector = connector.with_user(user or self.admin).sudo(False)
        action = connector.action_release_account()
        wizard = connector.env[action['res_model']].with_context(**action['context']).create({'confirmed': True})
        wizard.action_release()
        return wizard

    def test_released_for_all(self):
        """Whichever connector is at hand: the address is that of the account."""
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        self.down()
        for connector in (self.beside, self.connector):
            with self.assertRaisesRegex(UserError, 'Enter Another Address'):
                connector.with_user(self.admin).sudo(False).base_url = 'moved'
        wizard = self.release(self.beside)
        self.assertIn(job.name, wizard.open_text)
        self.assertTrue(self.connector.released_until)
        self.assertIn(job.name, self.connector.message_ids[0].body)
        self.beside.with_user(self.admin).sudo(False).base_url = 'moved'
        self.assertEqual(self.connector.base_url, 'https://moved.vatportal.az/api')
        self.assertFalse(self.connector.released_until or self.beside.released_until)

    def test_a_release_tells_nothing_of_others(self):
        own_admin = self.create_person('own-admin', 'base.group_system,account.group_account_manager', self.companies[1])
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        self.down()
        wizard = self.release(self.beside, own_admin)
        self.assertNotIn(job.name, wizard.open_text)
        self.assertIn('of other companies', wizard.open_text)
        self.assertNotIn(job.name, ' '.join(self.beside.message_ids.mapped('body')))
        self.assertNotIn(own_admin.name, ' '.join(self.connector.message_ids.mapped('body')))

    def test_a_release_is_for_the_address(self):
        """Another log-in is none of it, and an entry that changes nothing uses none of it up."""
        self.sandbox.configure(auto_confirm=False)
        self.send(self.create_invoice())
        self.down()
        self.release(self.connector)
        self.beside.sudo().write({'base_url': self.sandbox.url, 'phone': self.beside.phone})
        self.assertTrue(self.connector.released_until)
        with self.assertRaises(UserError):
            self.connector.sudo().write({'base_url': 'moved', 'is_partner': True, 'phone': PHONES[0]})

    def test_the_note_tells_what_happens(self):
        for user, says in (
            (self.admin, 'this connector alone'),
            (self.create_person('reader', 'account.group_account_manager', self.companies), 'without the log-in data'),
        ):
            self.assertIn(says, self.connector.with_user(user).read(['shared_note'])[0]['shared_note'])

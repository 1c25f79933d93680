from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ...models.connector.portal_account import WORKS
from ...sandbox.server import Sandbox
from ..send_common import STATUS, SendCommon


class TestAccountGuard(SendCommon):
    """A connector keeps its account as long as that account alone can tell what became of an invoice."""

    def test_another_account_while_a_fate_is_open(self):
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        job = self.send(move)
        for vals in (
            {'base_url': 'elsewhere'},
            {'auth_method': 'password', 'username': 'partner', 'password': 'partner'},
            {'is_partner': True, 'phone': '994501234567'},
        ):
            with self.subTest(**vals), self.assertRaisesRegex(UserError, 'under way'):
                self.connector.write(vals)
        self.connector.write({'token': 'another-token', 'base_url': self.connector.base_url, 'username': 'for-renewal'})
        self.connector.write({'token': 'sandbox-token', 'name': 'Renamed'})
        self.sandbox.configure(auto_confirm=True)
        self.finish(job)
        self.connector.base_url = 'elsewhere'

    def test_another_account_after_a_lost_answer(self):
        """Another portal would take the invoice a second time."""
        move, job = self.lost()
        self.finish_known(job)
        with Sandbox(stage_seconds=0) as other:
            with self.assertRaisesRegex(UserError, 'answer to .* was lost'):
                self.connector.base_url = other.url
            move.vatportal_document_id.sudo().date -= timedelta(days=8)
            self.connector.base_url = other.url

    def person(self, name, groups):
        login = f'twice-{name}'
        return self.env['res.users'].sudo().search([('login', '=', login)]).sudo(False) or new_test_user(
            self.env, login, groups=groups, company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )

    def release(self):
        """An administrator reads what is open at an address where nothing answers, and confirms it."""
        connector = self.connector.with_user(self.person('admin', 'base.group_system,account.group_account_manager'))
        action = connector.action_release_account()
        wizard = connector.env[action['res_model']].with_context(**action['context']).create({})
        with self.assertRaisesRegex(UserError, 'confirm'):
            wizard.action_release()
        wizard.confirmed = True
        wizard.action_release()
        return wizard

    def test_who_releases_an_address(self):
        """Administrators alone, for a quarter of an hour, and only where nothing answers."""
        move, job = self.lost()
        self.finish_known(job)
        manager = self.connector.with_user(self.person('manager', 'account.group_account_manager'))
        with self.assertRaises(AccessError):
            manager.action_release_account()
        with self.assertRaisesRegex(UserError, 'has answered'):
            self.release()
        for name in ('down_since', 'retry_at', 'released_until', 'compared_at'):
            for who in (manager, self.connector):
                with self.subTest(name=name), self.assertRaises(AccessError):
                    who.with_env(who.env(su=False)).write({name: '2020-01-01 00:00:00'})
        self.connector.sudo().down_since = fields.Datetime.now() - timedelta(hours=1)
        with self.assertRaises(AccessError):
            manager.env['vatportal.release.wizard'].create({'connector_id': manager.id})
        self.release()
        self.connector.sudo().released_until -= timedelta(minutes=16)
        with self.assertRaises(UserError):
            self.connector.base_url = 'elsewhere'

    def test_address_at_which_a_web_server_refuses(self):
        """It answers, and is none that knows the portal: the right address can be entered."""
        self.sandbox.configure(auto_confirm=False)
        right = self.connector.base_url
        for status in (403, 404, 405, 410):
            with self.subTest(status=status):
                job = self.send(self.create_invoice())
                self.advance(job)
                self.sandbox.faults.add('*', 'web_refusal', status=status, times=None)
                self.advance(job)
                self.assertTrue(self.connector.down_since)
                self.assertEqual(self.connector.down_reason, 'unreachable')
                self.assertIn('address', self.connector.sudo().last_error)
                with self.assertRaises(UserError):
                    self.connector.base_url = 'elsewhere'
                self.pass_time(job, 1801)
                with self.assertRaisesRegex(UserError, 'an administrator can press'):
                    self.connector.base_url = 'elsewhere'
                self.release()
                self.connector.base_url = 'elsewhere'
                self.connector.sudo().account_id.base_url = right
                self.sandbox.faults.clear()
                self.advance(job)
                self.assertFalse(self.connector.down_since)
                self.pass_time(job, 601)
                self.finish(job)

    def test_address_at_which_the_log_in_data_are_refused(self):
        """It is the portal: a token can be entered, the address is not released."""
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        self.advance(job)
        account = self.connector.sudo().account_id
        for reasons, released in ((['login'], False), (['unreachable', 'login'], False), (['login', 'unreachable'], False), (['unreachable'], True)):
            with self.subTest(reasons):
                account.write(WORKS)
                for reason in reasons:
                    # Each for more than half an hour, to the last moment of which the next one begins.
                    account._note_failure('x', reason=reason)
                    self.connector.sudo().down_since -= timedelta(seconds=1801 if reason == reasons[0] else 0)
                with self.assertRaises(UserError) as raised:
                    self.connector.base_url = 'elsewhere'
                self.assertEqual('an administrator can press' in str(raised.exception), released)
                if released:
                    self.release()
                else:
                    with self.assertRaisesRegex(UserError, 'refuses the log-in data' if reasons[-1] == 'login' else 'has answered'):
                        self.release()

    def test_an_answer_with_an_envelope_is_the_portals(self):
        job = self.send(self.create_invoice())
        self.sandbox.faults.add(STATUS, 'error', code=20, http=404)
        self.advance(job)
        self.assertFalse(self.connector.down_since)

    def test_address_at_which_nothing_answers(self):
        """A wrong address can be corrected, though what was sent there is not settled; then it is settled elsewhere."""
        move = self.create_invoice()
        self.sandbox.faults.add('*', 'redirect', times=None)
        right = self.connector.base_url
        self.env.cr.execute('UPDATE vatportal_account SET base_url = %s', [right.replace('127.0.0.1', 'localhost')])
        self.env.invalidate_all()
        job = self.send(move)
        self.assertEqual(move.vatportal_state, 'unconfirmed')
        with self.assertRaises(UserError):
            self.connector.base_url = right
        self.pass_time(job, 1801)
        with self.assertRaisesRegex(UserError, 'an administrator can press'):
            self.connector.base_url = right
        wizard = self.release()
        with self.assertRaises(UserError):
            self.connector.write({'base_url': right, 'is_partner': True, 'phone': '994501234567'})
        self.assertIn(move.name, wizard.open_text)
        self.assertIn(move.name, self.connector.message_ids[0].body)
        self.connector.base_url = right
        self.assertFalse(self.connector.released_until)
        self.sandbox.faults.clear()
        self.pass_time(job, 601)
        self.finish(job)
        self.assertRejected(move, 'send it again')
        self.finish(self.send(move))
        self.assertRegistered(move)

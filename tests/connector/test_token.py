from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..lifecycle_common import LifecycleCommon

START, CONFIRM = '/auth/reset_start.php', '/auth/reset_confirm.php'


class TestToken(LifecycleCommon):
    """Renewing the token, over a real socket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env, 'vp_admin', groups='base.group_system,account.group_account_manager', company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)]
        )

    def setUp(self):
        super().setUp()
        self.secrets = self.connector.sudo()
        self.secrets.write({'token': 'sandbox-token', 'username': 'demo', 'secret_hash': 'sandbox-secret'})

    def renew(self):
        wizard = self.env['vatportal.token.wizard'].with_user(self.admin).create({'connector_id': self.connector.id})
        wizard.action_renew()
        return wizard

    def portal_token(self):
        return self.sandbox.portal.account('demo').token

    def assertWorks(self):
        self.assertFalse(self.connector.sudo()._test_connection())

    def age(self, days):
        self.secrets.token_date = fields.Datetime.now() - timedelta(days=days)

    # ------------------------------------------------------------------ well

    def test_new_token_is_stored_and_works(self):
        self.age(100)
        wizard = self.renew()
        self.assertEqual(wizard.state, 'done')
        self.assertNotEqual(self.secrets.token, 'sandbox-token')
        self.assertEqual(self.secrets.token, self.portal_token())
        self.assertEqual(self.connector.token_age, 0)
        self.assertWorks()
        self.finish(self.send(self.create_invoice()))

    def test_the_token_is_committed_before_anything_else(self):
        """Nothing happens between the receipt of the token and the commit that keeps it."""
        events = []
        Job = self.env.registry['vatportal.job']
        commit = Job._commit

        def note(job):
            events.append(self.secrets.token == self.portal_token())
            return commit(job)

        with patch.object(Job, '_commit', note):
            self.renew()
        # The intent first, then the token, then what the connector says of it; the chatter comes after it.
        self.assertEqual(events, [True, True, True])
        self.assertEqual([call.path.rsplit('/', 1)[1] for call in self.sandbox.requests], ['reset_start.php', 'reset_confirm.php'])

    def test_no_secret_is_left_anywhere(self):
        with self.assertLogs(level='DEBUG') as logs:
            self.renew()
            logs.output.append('')
        texts = ' '.join(self.connector.message_ids.mapped('body')) + ' '.join(logs.output)
        for secret in ('sandbox-secret', 'sandbox-token', self.secrets.token):
            self.assertNotIn(secret, texts)
        self.assertIn('renewed', self.connector.message_ids[0].body)

    def test_partner_renews_with_the_phone(self):
        self.connector.write({'is_partner': True, 'phone': '+994 50 123 45 67'})
        self.secrets.write({'token': 'partner-token', 'username': 'partner', 'secret_hash': 'partner-secret'})
        self.assertEqual(self.renew().state, 'done')
        start, confirm = self.calls(START), self.calls(CONFIRM)
        self.assertEqual(start[-1].query['phone'], '994501234567')
        self.assertEqual(confirm[-1].json['phone'], '994501234567')
        self.assertEqual(self.secrets.token, self.sandbox.portal.account('partner').token)

    # ------------------------------------------------------------------ badly

    def test_wrong_secret_changes_nothing(self):
        self.secrets.secret_hash = 'wrong-secret'
        wizard = self.renew()
        self.assertEqual(wizard.state, 'failed')
        self.assertIn('secret hash', wizard.message)
        self.assertIn('stays valid', wizard.message)
        self.assertEqual(self.secrets.token, 'sandbox-token')
        self.assertFalse(self.connector.renewal_lost_at)
        self.assertWorks()

    def test_lost_answer_after_it_was_done(self):
        """The old token is dead and the new one never came: said as it is, and mended by trying again."""
        self.sandbox.faults.add(CONFIRM, kind='answer_lost')
        wizard = self.renew()
        self.assertEqual((wizard.state, self.secrets.token), ('failed', 'sandbox-token'))
        self.assertIn('does not accept the old token any more', wizard.message)
        self.assertIn('Profile → Access to API', wizard.message)
        self.assertTrue(self.connector.renewal_lost_at)
        wizard.action_renew()
        self.assertEqual((wizard.state, self.connector.renewal_lost_at), ('done', False))
        self.assertEqual(self.secrets.token, self.portal_token())
        self.assertWorks()

    def test_lost_before_it_was_done(self):
        self.sandbox.faults.add(CONFIRM, kind='reset')
        wizard = self.renew()
        self.assertEqual(wizard.state, 'failed')
        self.assertIn('still works', wizard.message)
        self.assertFalse(self.connector.renewal_lost_at)

    def test_lost_and_the_portal_stays_silent(self):
        self.sandbox.faults.add(CONFIRM, kind='answer_lost')
        self.sandbox.faults.add('/inv/read_invoices', kind='unavailable', times=None)
        wizard = self.renew()
        self.assertIn('may be dead', wizard.message)
        self.assertTrue(self.connector.renewal_lost_at)

    def test_a_later_failure_does_not_hide_the_lost_one(self):
        self.sandbox.faults.add(CONFIRM, kind='answer_lost')
        self.renew()
        self.sandbox.faults.add(START, kind='error', code=5)
        wizard = self.renew()
        self.assertTrue(self.connector.renewal_lost_at)
        self.assertIn('does not accept the old token any more', wizard.message)

    def test_a_token_typed_in_ends_the_doubt(self):
        self.secrets.renewal_lost_at = fields.Datetime.now()
        self.connector.with_user(self.admin).token = 'another-token'
        self.assertFalse(self.connector.renewal_lost_at)

    def test_two_renewals_at_once(self):
        """Another transaction renews the same token: nothing goes to the portal."""
        with self.registry.cursor() as cr:
            other = self.secrets.account_id.with_env(self.env(cr=cr))
            with other._renewal_lock(), self.assertRaisesRegex(UserError, 'someone else'):
                self.renew()
        self.assertFalse(self.calls(START))
        self.assertEqual(self.renew().state, 'done', 'once the other one has ended')

    def test_missing_data_are_named(self):
        self.secrets.write({'username': False, 'secret_hash': False})
        with self.assertRaisesRegex(UserError, 'User, Secret Hash'):
            self.renew()

    def test_administrators_only(self):
        manager = new_test_user(
            self.env, 'vp_manager', groups='account.group_account_manager', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)]
        )
        with self.assertRaises(AccessError):
            self.env['vatportal.token.wizard'].with_user(manager).create({'connector_id': self.connector.id})
        with self.assertRaises(AccessError):
            self.connector.with_user(manager).action_renew_token()
        action = self.connector.with_user(self.admin).action_renew_token()
        self.assertEqual(action['res_model'], 'vatportal.token.wizard')

    # ------------------------------------------------------------------ age and schedule

    def test_age_warns_from_80_days_on(self):
        for days, is_old in ((0, False), (79, False), (80, True), (120, True)):
            self.age(days)
            self.connector.invalidate_recordset()
            self.assertEqual((self.connector.token_age, self.connector.token_is_old), (days, is_old))

    def run_schedule(self):
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_renew_tokens').method_direct_trigger()

    def test_schedule_renews_what_is_due(self):
        self.age(90)
        self.run_schedule()
        self.assertEqual(self.secrets.token, 'sandbox-token', 'Off unless switched on')
        self.connector.write({'auto_renew': True, 'renew_days': 91})
        self.run_schedule()
        self.assertEqual(self.secrets.token, 'sandbox-token', 'Not due yet')
        self.connector.renew_days = 90
        self.run_schedule()
        self.assertEqual(self.secrets.token, self.portal_token())
        self.assertNotEqual(self.secrets.token, 'sandbox-token')

    def test_schedule_waits_for_running_processes(self):
        self.connector.auto_renew = True
        self.age(90)
        self.sandbox.configure(auto_confirm=False)
        self.send(self.create_invoice())
        self.run_schedule()
        self.assertFalse(self.calls(START))

    def test_schedule_comes_back_to_what_it_put_off(self):
        cron = self.env.ref('l10n_az_vatportal.cron_renew_tokens')
        self.connector.write({'auto_renew': True, 'notify_user_ids': [(6, 0, self.admin.ids)]})
        self.age(90)
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        self.run_schedule()
        again = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).mapped('call_at')
        self.assertTrue(any(timedelta(minutes=50) < at - fields.Datetime.now() < timedelta(minutes=70) for at in again))
        since = self.connector.renewal_put_off_at
        self.assertTrue(since)
        self.run_schedule()
        self.assertEqual(self.connector.renewal_put_off_at, since)
        told = self.connector.message_ids
        self.connector.sudo().renewal_put_off_at = since - timedelta(days=3)
        self.run_schedule()
        message = (self.connector.message_ids - told)[:1]
        self.assertIn('a process was under way', message.body)
        self.assertIn(self.admin.partner_id, message.notified_partner_ids)
        self.run_schedule()
        self.assertEqual(len(self.connector.message_ids - told), 1, 'Told once in so many days')
        self.sandbox.configure(auto_confirm=True)
        self.finish(job)
        self.run_schedule()
        self.assertEqual(self.secrets.token, self.portal_token())
        self.assertFalse(self.connector.renewal_put_off_at)

    def test_what_was_corrected_is_tried_at_once(self):
        """The scheduled action comes once a day: it is called where something that a renewal takes was changed, and not else."""
        cron = self.env.ref('l10n_az_vatportal.cron_renew_tokens')

        def triggers():
            found = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)])
            count = len(found)
            found.unlink()
            return count

        self.connector.auto_renew = True
        right, username = self.secrets.secret_hash, self.secrets.username
        for change in ({'secret_hash': right}, {'username': username}, {'phone': '994501112233'}):
            with self.subTest(change):
                self.secrets.write({'secret_hash': 'wrong-secret', **({'username': 'wrong'} if 'username' in change else {})})
                self.age(90)
                self.connector.sudo().account_id.renewal_tried_at = False
                self.run_schedule()
                self.assertTrue(self.connector.renewal_tried_at)
                triggers()
                self.connector.write({'sequence': 4})
                self.assertEqual(triggers(), 0)
                self.secrets.write(change)
                self.assertFalse(self.connector.renewal_tried_at)
                self.assertEqual(triggers(), 1)
                self.secrets.write({'secret_hash': right})
                self.assertEqual(triggers(), 0, 'nothing has failed with these')
        account = self.connector.sudo().account_id
        other = account._apart({})
        other.renewal_tried_at = fields.Datetime.now()
        account._absorb(other)
        self.assertEqual((account.renewal_tried_at, triggers()), (False, 1), 'what only the other knew may be what was missing')
        self.run_schedule()
        self.assertEqual(self.secrets.token, self.portal_token())

    def test_schedule_tells_of_its_failure(self):
        self.connector.write({'auto_renew': True, 'notify_user_ids': [(6, 0, self.admin.ids)]})
        self.secrets.secret_hash = 'wrong-secret'
        self.age(90)
        self.run_schedule()
        message = self.connector.message_ids[0]
        self.assertIn('not renewed', message.body)
        self.assertIn(self.admin.partner_id, message.notified_partner_ids)

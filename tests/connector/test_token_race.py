import threading
import time
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ...models.job.job import VatportalJob
from ...sandbox.server import Sandbox
from ...vatportal import VatPortalClient

START, CONFIRM = '/auth/reset_start.php', '/auth/reset_confirm.php'


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestTokenRace(TransactionCase):
    """The renewal with its real commits, looked at from other transactions."""

    def setUp(self):
        super().setUp()
        self.sandbox = self.enterContext(Sandbox(stage_seconds=0))
        # Under test a commit is a flush; here the transactions are our own, and commit.
        self.enterContext(patch.object(VatportalJob, '_commit', lambda job: job.env.cr.commit()))
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.connector_id = (
                env['vatportal.connector']
                .create(
                    {
                        'name': 'Race',
                        'base_url': self.sandbox.url,
                        'token': 'sandbox-token',
                        'username': 'demo',
                        'secret_hash': 'sandbox-secret',
                        'company_id': env.ref('base.main_company').id,
                    }
                )
                .id
            )
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM mail_message WHERE model = 'vatportal.connector' AND res_id = %s", [self.connector_id])
            cr.execute("DELETE FROM mail_followers WHERE res_model = 'vatportal.connector' AND res_id = %s", [self.connector_id])
            cr.execute('DELETE FROM vatportal_connector WHERE id = %s', [self.connector_id])

    def connector(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})['vatportal.connector'].browse(self.connector_id)

    def stored(self):
        """(token, whether a renewal is in doubt), as another transaction sees them."""
        with self.registry.cursor() as cr:
            cr.execute(
                """
                SELECT secret.token, account.renewal_lost_at IS NOT NULL
                  FROM vatportal_connector connector JOIN vatportal_account account ON account.id = connector.account_id
                  JOIN vatportal_secret secret ON secret.account_id = account.id
                 WHERE connector.id = %s""",
                [self.connector_id],
            )
            return cr.fetchone()

    def portal_token(self):
        return self.sandbox.portal.account('demo').token

    def calls(self, path):
        return [record for record in self.sandbox.requests if record.path.endswith(path)]

    def test_the_token_outlives_whatever_comes_after_it(self):
        """It is committed in the same breath: what fails next takes nothing back."""
        Connector = type(self.env['vatportal.connector'])
        with (
            patch.object(Connector, 'message_post', side_effect=SystemExit('killed')),
            self.assertRaisesRegex(SystemExit, 'killed'),
            self.registry.cursor() as cr,
        ):
            self.connector(cr)._renew_token()
        self.assertEqual(self.stored(), (self.portal_token(), False))
        self.assertNotEqual(self.portal_token(), 'sandbox-token')

    def test_the_intent_outlives_a_process_that_dies(self):
        """Whoever comes later knows that the token may be dead."""
        self.sandbox.faults.add(CONFIRM, kind='answer_lost')
        Account = type(self.env['vatportal.account'])
        with (
            patch.object(Account, '_renewal_failed', side_effect=RuntimeError('killed')),
            self.assertRaisesRegex(RuntimeError, 'killed'),
            self.registry.cursor() as cr,
        ):
            self.connector(cr)._renew_token()
        self.assertEqual(self.stored(), ('sandbox-token', True))

    def in_the_call(self):
        """Start a renewal in a thread of its own; return it when the portal is about to answer."""
        self.sandbox.faults.add(START, kind='stall', seconds=3)
        results = []

        def first():
            with self.registry.cursor() as cr:
                results.append(self.connector(cr)._renew_token())

        thread = threading.Thread(target=first)
        thread.start()
        for _wait in range(600):
            if not self.sandbox.faults.all():
                return thread, results
            time.sleep(0.05)
        return self.fail('The first renewal never reached the portal')

    def test_a_second_one_during_the_call(self):
        thread, results = self.in_the_call()
        with self.registry.cursor() as cr, self.assertRaisesRegex(UserError, 'someone else'):
            self.connector(cr)._renew_token()
        thread.join(60)
        self.assertEqual((results, len(self.calls(START)), len(self.calls(CONFIRM))), ([False], 1, 1))
        self.assertEqual(self.stored(), (self.portal_token(), False))

    def test_a_second_one_with_an_older_view(self):
        """Its transaction began before the first renewal and fails on it; nothing of it goes to the portal."""
        with self.registry.cursor() as cr:
            self.connector(cr).read(['name'])
            with self.registry.cursor() as other:
                self.assertFalse(self.connector(other)._renew_token())
            with self.assertRaises(SerializationFailure), mute_logger('odoo.sql_db'):
                self.connector(cr)._renew_token()
            cr.rollback()
        self.assertEqual((len(self.calls(START)), len(self.calls(CONFIRM))), (1, 1))
        self.assertEqual(self.stored(), (self.portal_token(), False))

    # ------------------------------------------------------------------ processes that go on meanwhile

    def note(self):
        """What any job of the connector does after a call; a lock would stop it here."""
        with self.registry.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout = '5s'")
            self.connector(cr)._note_failure('down')

    def test_no_row_is_locked_and_the_token_is_kept_all_the_same(self):
        calls = []
        start, confirm = VatPortalClient.start_reset, VatPortalClient.confirm_reset

        def noted(call):
            def during(client, *args):
                calls.append(call.__name__)
                result = call(client, *args)
                self.note()
                return result

            return during

        with (
            patch.object(VatPortalClient, 'start_reset', noted(start)),
            patch.object(VatPortalClient, 'confirm_reset', noted(confirm)),
            self.registry.cursor() as cr,
        ):
            self.assertFalse(self.connector(cr)._renew_token())
        self.assertEqual(calls, ['start_reset', 'confirm_reset'])
        with self.registry.cursor() as cr:
            connector = self.connector(cr)
            self.assertEqual(connector.token, self.sandbox.portal.account('demo').token)
            self.assertFalse(connector.renewal_lost_at or connector.down_since)

    def test_the_token_is_kept_before_what_is_said_of_it(self):
        """A conflict at the account's row does not cost the token."""
        keep, kept = type(self.env['vatportal.account'])._keep, []

        def disturbed(account, records, vals):
            kept.append(records._name)
            if records._name == 'vatportal.account':
                records.read(['base_url'])  # the snapshot is taken, then someone writes
                self.note()
            return keep(account, records, vals)

        with patch.object(self.registry['vatportal.account'], '_keep', disturbed), self.registry.cursor() as cr, self.assertLogs('odoo.sql_db', 'ERROR'):
            self.assertFalse(self.connector(cr)._renew_token())
        self.assertEqual(kept, ['vatportal.secret', 'vatportal.account'])
        with self.registry.cursor() as cr:
            self.assertEqual(self.connector(cr).token, self.sandbox.portal.account('demo').token)
            self.assertFalse(self.connector(cr).renewal_lost_at)
        self.assertEqual(sum(call.path.endswith('reset_confirm.php') for call in self.sandbox.requests), 1)

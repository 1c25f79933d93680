from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase, tagged

from ..sandbox.server import Sandbox
from ..vatportal import VatPortalClient


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestTokenRows(TransactionCase):
    """The token is renewed while processes go on noting things on the connector: real transactions, real commits."""

    def setUp(self):
        super().setUp()
        self.sandbox = self.enterContext(Sandbox(stage_seconds=0, auto_confirm=True))
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.connector_id = env['vatportal.connector'].create({
                'name': "Renewed", 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'username': 'demo',
                'secret_hash': 'sandbox-secret', 'company_id': env.ref('base.main_company').id}).id
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM mail_message WHERE model = 'vatportal.connector' AND res_id = %s", [self.connector_id])
            cr.execute("DELETE FROM vatportal_connector WHERE id = %s", [self.connector_id])

    def connector(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})['vatportal.connector'].browse(self.connector_id)

    def note(self):
        """What any job of the connector does after a call; a lock would stop it here."""
        with self.registry.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout = '5s'")
            self.connector(cr)._note_failure("down")

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

        with patch.object(VatPortalClient, 'start_reset', noted(start)), \
                patch.object(VatPortalClient, 'confirm_reset', noted(confirm)), \
                patch.object(self.registry['vatportal.job'], '_commit', lambda job: job.env.cr.commit()), \
                self.registry.cursor() as cr:
            self.assertFalse(self.connector(cr)._renew_token())
        self.assertEqual(calls, ['start_reset', 'confirm_reset'])
        with self.registry.cursor() as cr:
            connector = self.connector(cr)
            self.assertEqual(connector.token, self.sandbox.portal.account('demo').token)
            self.assertFalse(connector.renewal_lost_at or connector.down_since)

    def test_the_token_is_kept_before_what_is_said_of_it(self):
        """A conflict at the connector's row does not cost the token."""
        keep, kept = type(self.env['vatportal.connector'])._keep, []

        def disturbed(connector, records, vals):
            kept.append(records._name)
            if records._name == 'vatportal.connector':
                records.read(['name'])  # the snapshot is taken, then someone writes
                self.note()
            return keep(connector, records, vals)

        with patch.object(self.registry['vatportal.connector'], '_keep', disturbed), \
                patch.object(self.registry['vatportal.job'], '_commit', lambda job: job.env.cr.commit()), \
                self.registry.cursor() as cr, self.assertLogs('odoo.sql_db', 'ERROR'):
            self.assertFalse(self.connector(cr)._renew_token())
        self.assertEqual(kept, ['vatportal.secret', 'vatportal.connector'])
        with self.registry.cursor() as cr:
            self.assertEqual(self.connector(cr).token, self.sandbox.portal.account('demo').token)
            self.assertFalse(self.connector(cr).renewal_lost_at)
        self.assertEqual(sum(call.path.endswith('reset_confirm.php') for call in self.sandbox.requests), 1)

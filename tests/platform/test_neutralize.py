from odoo.exceptions import UserError
from odoo.modules.neutralize import get_neutralization_queries

from ..send_common import SendCommon


class TestNeutralize(SendCommon):
    """A copy of the database can't reach the portal, nor show what opens it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.write({'username': 'demo', 'password': 'demo-password', 'secret_hash': 'sandbox-secret', 'phone': '994501234567', 'auto_renew': True})
        cls.env['vatportal.import.schedule'].create({'connector_id': cls.connector.id})

    def neutralize(self):
        self.env.flush_all()
        for query in get_neutralization_queries(['l10n_az_vatportal']):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.env.registry.clear_cache()  # no server is at work meanwhile

    def test_no_secret_is_left(self):
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        self.sandbox.wait_prompt(1)
        self.advance(job)
        self.assertTrue(job.pin1_code)
        self.neutralize()
        connector = self.connector.sudo()
        for name in ('token', 'username', 'password', 'secret_hash', 'phone'):
            self.assertFalse(connector[name], name)
        self.assertFalse(job.pin1_code or job.waits_for_pin or 'pin1_code' in (job.stats or {}))

    def test_nothing_reaches_the_portal(self):
        """Not what was queued, not the scheduled actions, not even with the log-in data entered again by mistake."""
        job = self.queue(self.create_invoice())
        other = self.create_invoice()
        self.neutralize()
        asked = len(self.sandbox.requests)
        self.assertEqual((job.state, self.connector.active, self.connector.auto_renew), ('failed', False, False))
        self.assertNotIn(self.sandbox.url, self.connector.base_url)
        self.assertFalse(self.env['vatportal.import.schedule'].search([]))
        self.advance(job)
        with self.assertRaises(UserError):
            self.send(other)
        self.connector.token = 'sandbox-token'
        self.connector.action_test_connection()
        self.assertEqual(len(self.sandbox.requests), asked)

from odoo import fields
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

    def test_nothing_is_left_pending(self):
        """What was on its way is not sent, and can be from the copy: at another portal, as soon as its connector leads there."""
        moves = self.invoices(6)
        self.queue(moves[0])
        for move, code in zip(moves[1:4], (None, 'pin1_code', None), strict=True):
            job = self.queue(move)
            job.sudo().write({'state': 'running', 'phase': 'follow', code or 'portal_id': '1'})
            move.vatportal_document_id._set_processing(fields.Datetime.now())
        moves[3].vatportal_document_id._set_state('unconfirmed')
        for move in moves[4:]:
            self.queue(move)
            move.vatportal_document_id._reject('x', doubtful=True)
        self.assertEqual(set(moves.mapped('vatportal_state')), {'progress', 'pin', 'unconfirmed', 'rejected'})
        followed = ['vatportal_document_id', 'vatportal_state', 'vatportal_status', 'vatportal_qaime', 'vatportal_shown_status']
        self.neutralize()
        documents = moves.vatportal_document_id
        self.assertEqual((len(documents), set(documents.mapped('state')), set(documents.mapped('doubtful'))), (6, {'rejected'}, {False}))
        self.assertTrue(all(documents.mapped('message')))
        for records, names in ((documents, ['shown_status']), (moves, followed)):
            written = records.read(names)
            for name in names:
                self.env.add_to_compute(records._fields[name], records)
            self.assertEqual(records.read(names), written)
        self.assertEqual(len(set(moves.mapped('vatportal_due_date'))), 1)
        self.assertEqual(set(moves.mapped('vatportal_shown_status')), {'not_sent'})
        self.assertFalse(any(self.connector.sudo()._open_at_account()))
        self.connector.with_context(active_test=False).write({'active': True, 'base_url': self.sandbox.url, 'token': 'sandbox-token'})
        self.finish(self.send(moves[0]))
        self.assertEqual(moves[0].vatportal_state, 'registered')
        moves[1].button_draft()

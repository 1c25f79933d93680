from odoo import fields
from odoo.tests import HttpCase

from ..restored_common import RestoredCommon


class TestTourDouble(RestoredCommon, HttpCase):
    """In the browser: what e-taxes may have already, and what a restored database does not know."""

    def tour(self, name, path):
        self.start_tour(path, name, login=self.env.user.login, timeout=180)
        self.env.invalidate_all()

    def test_answer_the_question(self):
        moves = self.create_invoice() + self.create_invoice()
        self.sandbox.portal.add_document(
            folder=1, tin_from=self.company.vat, tin_to=self.partner.vat, main_subject='qeyd', net_amount=118, apply_amount=100, datetime='20.11.2026 10:00'
        )
        for job in self.env['vatportal.job']._queue_download(self.connector, ['outgoing'], moves[0].invoice_date, moves[0].invoice_date, 'portal'):
            self.finish(job)
        self.tour('vatportal_answer_candidate', f'/odoo/customer-invoices/{moves[0].id}')
        self.assertEqual(moves.mapped('vatportal_state'), ['registered', 'none'])
        self.assertEqual(self.live(*moves.mapped('name')), [1, 0])

    def two_of_one_entered(self):
        """Two invoices, of one of which e-taxes may have it already."""
        self.sandbox.portal.add_document(
            folder=1, tin_from=self.company.vat, tin_to=self.partner.vat, main_subject='qeyd', net_amount=118, apply_amount=100, datetime='20.11.2026 10:00'
        )
        day = fields.Date.to_date('2026-11-20')
        for job in self.env['vatportal.job']._queue_download(self.connector, ['outgoing'], day, day, 'portal'):
            self.finish(job)
        return self.create_invoice() + self.create_invoice({'price_unit': 7})

    def test_the_answer_keeps_what_was_set(self):
        moves = self.two_of_one_entered()
        self.tour('vatportal_answer_keeps', '/odoo/customer-invoices')
        self.assertEqual(moves.vatportal_document_id.job_ids.mapped('sign'), [False])
        self.assertEqual(moves.mapped('vatportal_state'), ['imported', 'imported'])

    def test_the_answer_keeps_the_package(self):
        self.two_of_one_entered()
        self.tour('vatportal_answer_package', '/odoo/customer-invoices')

    def test_compare(self):
        self.env.user.group_ids += self.env.ref('base.group_system')
        move = self.create_invoice()
        with self.forgotten():
            self.press(move)
            self.press(self.create_invoice({'price_unit': 3}))
        action = self.env.ref('l10n_az_vatportal.vatportal_connector_action')
        self.tour('vatportal_compare', f'/odoo/action-{action.id}/{self.connector.id}')
        self.assertEqual(move.vatportal_state, 'registered')

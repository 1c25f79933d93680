from odoo.tests import HttpCase

from ..lifecycle_common import LifecycleCommon


class TestTourDelete(LifecycleCommon, HttpCase):
    """Deletion in the browser: PINs are confirmed on the sandbox's phone page alone."""

    def setUp(self):
        super().setUp()
        self.env['account.move'].search([('company_id', '=', self.company.id), ('move_type', '=', 'out_invoice')]).filtered(
            lambda move: move.state == 'draft'
        ).unlink()

    def tour(self, name, path):
        self.sandbox.configure(auto_confirm=False)
        self.start_tour(path, name, login=self.env.user.login, timeout=180)
        self.env.invalidate_all()

    def test_delete_correct_and_send_anew(self):
        move = self.registered()
        old = move.vatportal_document_id
        self.tour('vatportal_delete_and_correct', f'/odoo/customer-invoices/{move.id}')
        self.assertEqual((old.state, old.delete_reason), ('deleted', 'The price was wrong'))
        new = move.vatportal_document_id
        self.assertEqual((new.state, move.vatportal_document_ids), ('registered', old + new))
        self.assertNotEqual(new.erp_id, old.erp_id)
        self.assertEqual(len(self.calls('/etx/delete')), 1)

    def test_delete_from_the_list_decline_and_try_again(self):
        moves = self.registered() + self.registered() + self.registered()
        documents = moves.vatportal_document_id
        documents[0].sudo().status = 'approved'
        self.tour('vatportal_delete_from_list', '/odoo/customer-invoices')
        self.assertEqual(sorted(documents.mapped('state')), ['deleted', 'deleted', 'registered'])
        self.assertEqual(documents[0].state, 'registered')
        jobs = self.env['vatportal.job'].search([('operation', '=', 'delete')], order='id')
        self.assertEqual(jobs.mapped('state'), ['failed', 'done'])

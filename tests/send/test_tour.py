from ..common import VatportalCommon
from ..phone_common import PhoneCase


class TestTour(VatportalCommon, PhoneCase):
    """The browser, the person's eyes and the phone: PINs are confirmed on the sandbox's phone page alone."""

    def setUp(self):
        super().setUp()
        self.sandbox.configure(auto_confirm=False)
        self.env['account.move'].search([('company_id', '=', self.company.id), ('move_type', '=', 'out_invoice')]).filtered(
            lambda move: move.state == 'draft'
        ).unlink()

    def tour(self, name, path):
        self.start_tour(path, name, login=self.env.user.login, timeout=180)
        self.env.invalidate_all()

    def test_send_two_from_the_list(self):
        moves = self.create_invoice() + self.create_invoice({'price_unit': 59.99}, partner_id=self.other_partner.id)
        self.tour('vatportal_send_from_list', '/odoo/customer-invoices')
        self.assertEqual(moves.mapped('vatportal_state'), ['registered', 'registered'])
        self.assertEqual(len(set(moves.mapped('vatportal_qaime'))), 2)
        self.assertEqual(len(self.uploads()), 1)
        self.assert_prompts((1, 'confirmed'), (2, 'confirmed'))
        self.assertEqual(moves.vatportal_document_ids.job_ids.state, 'done')

    def test_send_more_than_at_once(self):
        """The dialog is back before anything is checked, shows how far that is, and the code of the first process."""
        self.env['ir.config_parameter'].set_param('l10n_az_vatportal.send_at_once', '2')
        self.env.user.group_ids += self.env.ref('base.group_system')  # the tour runs the scheduled action
        moves = self.env['account.move'].union(*(self.create_invoice({'price_unit': 10 + number}) for number in range(3)))
        self.create_invoice({'product_id': self.create_product('Kabel', False).id})
        self.tour('vatportal_send_large', '/odoo/customer-invoices')
        self.assertEqual(set(moves.mapped('vatportal_state')), {'registered'})
        self.assertEqual(len(self.uploads()), 1)
        self.assert_prompts((1, 'confirmed'), (2, 'confirmed'))

    def test_close_the_dialog_and_follow_again(self):
        move = self.create_invoice()
        self.tour('vatportal_follow_again', f'/odoo/customer-invoices/{move.id}')
        self.assertTrue(move.vatportal_qaime)
        self.assertEqual(len(self.uploads()), 1)
        self.assert_prompts((1, 'confirmed'), (2, 'confirmed'))

    def test_close_the_dialog_for_good(self):
        move = self.create_invoice()
        self.tour('vatportal_close_early', f'/odoo/customer-invoices/{move.id}')
        self.assertTrue(move.vatportal_qaime)
        self.assertEqual(len(self.uploads()), 1)
        self.assert_prompts((1, 'confirmed'), (2, 'confirmed'))

    def test_decline_the_pin_and_try_again(self):
        move = self.create_invoice()
        self.tour('vatportal_decline_and_retry', f'/odoo/customer-invoices/{move.id}')
        self.assertTrue(move.vatportal_qaime)
        self.assertEqual(move.vatportal_document_ids.job_ids.sorted('id').mapped('state'), ['failed', 'done'])
        self.assert_prompts((1, 'declined'), (1, 'confirmed'), (2, 'confirmed'))
        self.assertEqual(move.vatportal_document_id.state, 'registered')
        self.assertEqual(len(self.uploads()), 2)

    def test_from_a_refused_log_in_to_the_connector(self):
        move = self.create_invoice()
        self.connector.sudo().token = 'wrong-token'
        self.tour('vatportal_to_the_connector', f'/odoo/customer-invoices/{move.id}')
        self.assertEqual(move.vatportal_state, 'rejected')
        self.assert_prompts()

    def test_mend_a_problem_and_come_back(self):
        product = self.create_product('Kabel', False)
        moves = self.create_invoice() + self.create_invoice({'product_id': product.id})
        self.tour('vatportal_open_problem', '/odoo/customer-invoices')
        self.assertEqual(product.vatportal_code, '2523290000')
        self.assertEqual(moves.mapped('vatportal_state'), ['imported', 'imported'])
        self.assertEqual(len(self.uploads()), 1)
        self.assert_prompts()

    def test_what_was_seen_while_mending(self):
        product = self.create_product('Kabel', False)
        moves = self.create_invoice() + self.create_invoice({'price_unit': 59.99}) + self.create_invoice({'product_id': product.id, 'price_unit': 7})
        self.tour('vatportal_seen_once', '/odoo/customer-invoices')
        self.assertEqual(moves.mapped('vatportal_state'), ['imported'] * 3)

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from ...models.document.status import ACTIVITY
from ..common import OTHER_BUYER
from ..send_common import SendCommon


class TestCorrect(SendCommon):
    """An invoice that the buyer sent back: corrected at e-taxes by its issuer, and in Odoo likewise; never sent again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, 'vatportal-correct', 'account.group_account_invoice', company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)]
        )

    def setUp(self):
        super().setUp()
        self.sandbox.configure(auto_confirm=True)
        self.move = self.create_invoice()
        self.finish(self.send(self.move))
        self.document = self.move.vatportal_document_id
        self.assertEqual(self.move.vatportal_state, 'registered')
        self.move = self.move.with_user(self.user)

    def status(self, status, **vals):
        """What the next import brings."""
        self.document.sudo().write({'status': status, 'status_code': status, **vals})
        self.env['vatportal.document']._on_imported(self.document.browse(), self.document)

    def alert(self):
        return (self.move.alerts or {}).get('vatportal_standing', {}).get('message', '')

    def activities(self):
        return self.move.activity_search([ACTIVITY])

    def correct(self, price):
        self.move.button_draft()
        self.move.invoice_line_ids.price_unit = price
        self.move.action_post()

    def test_approved_stays_as_it_is(self):
        self.status('approved')
        self.assertFalse(self.move.show_reset_to_draft_button)
        self.assertFalse(self.alert())
        for way in (self.move.button_draft, self.move.button_cancel, lambda: self.move.write({'state': 'draft'})):
            with self.assertRaisesRegex(UserError, 'has answered it .Approved.*Ask for its cancellation'):
                way()

    def test_sent_back_corrected_here_then_there(self):
        self.status('updateRequested')
        self.assertTrue(self.move.show_reset_to_draft_button)
        self.assertIn(f'sent {self.document.qaime} back', self.alert())
        self.assertIn('reset it to draft', self.activities().note)
        number, qaime = self.move.name, self.document.qaime

        self.move.button_draft()
        self.assertIn('is corrected at e-taxes.gov.az, and confirm it', self.alert())
        self.move.invoice_line_ids.price_unit = 50
        self.move.action_post()
        self.assertEqual((self.move.name, self.move.amount_total), (number, 59.0))
        # It has its number still, and nothing goes a second time.
        self.assertEqual((self.move.vatportal_state, self.move.vatportal_qaime), ('registered', qaime))
        self.assertFalse(self.move.vatportal_can_send)
        problems = self.move._vatportal_problems(self.connector)
        self.assertEqual([problem['field'] for problem in problems], ['Status'])
        self.assertTrue(self.activities(), 'the document is still to be corrected')

        self.status('onApprovalEdited', amount_total=59.0)
        self.assertFalse(self.document.amount_differs)
        self.assertFalse(self.alert())
        self.assertFalse(self.activities())
        self.status('updateApproval')
        self.assertFalse(self.move.show_reset_to_draft_button)

    def test_the_whole_way_by_the_portal(self):
        """As the portal brings it: sent back, corrected at e-taxes by hand, corrected here, approved."""
        number, portal = self.document.qaime, self.sandbox.portal

        def imports(status, **changes):
            portal.set_status(number, status, **changes)
            today = fields.Date.today()
            for job in self.env['vatportal.job']._queue_download(self.connector, ['outgoing'], today - timedelta(days=2), today + timedelta(days=2), 'portal'):
                self.finish(job)
            self.env.invalidate_all()

        imports('updateRequested')
        self.assertEqual((self.move.vatportal_status, self.document.buyer_name), ('updateRequested', self.move.partner_id.name))
        row = portal.etaxes.find(portal.company(), 1, number)['lines'][0]
        half = {name: row[name] / 2 for name in ('unit_price', 'ini_amount', 'ini_amount2', 'apply_amount', 'vat_amount', 'net_amount')}
        imports('onApprovalEdited', lines=[{**row, **half}])
        self.assertEqual((self.document.amount_total, self.document.amount_difference), (59.0, 59.0))
        self.assertIn('differs by 59.00', self.alert())
        self.correct(50)
        self.assertFalse(self.document.amount_differs or self.alert() or self.activities())
        imports('updateApproval')
        self.assertFalse(self.move.show_reset_to_draft_button)
        self.assertEqual(len(self.uploads()), 1)
        self.assertEqual(self.move.vatportal_document_ids, self.document)

    def test_sent_back_and_corrected_here(self):
        """Once the two differ the banner says by how much, whatever the way the invoice was corrected."""
        self.status('updateRequested')
        for price, difference in ((0.01, '-117.99'), (250.5, '177.59'), (99.99, '-0.01')):
            self.move.button_draft()
            self.move.invoice_line_ids.price_unit = price
            said = f'total of {self.document.qaime} there is 118.00 m, this invoice differs by {difference}'
            self.assertIn(said, self.alert().replace('\xa0', ' '))
            self.assertIn('and confirm it', self.alert())
            self.move.action_post()
            alert = self.alert().replace('\xa0', ' ')
            self.assertIn(said, alert)
            self.assertIn(f'sent {self.document.qaime} back', alert)
            self.assertNotIn('reset it to draft', alert)
        self.correct(100)
        self.assertNotIn('differs', self.alert())
        self.assertIn('reset it to draft', self.alert())

    def test_a_cancellation_is_asked_for_of_another_total(self):
        self.status('onApprovalEdited', amount_total=59.0)
        self.status('cancelRequested')
        self.assertIn('cancellation was asked for', self.alert())
        self.assertIn('differs by 59.00', self.alert())

    def test_corrected_there_first(self):
        self.status('updateRequested')
        self.status('updateApproval', amount_total=59.0)
        self.assertRegex(self.alert(), f'total of {self.document.qaime} there is 59.00.*differs by 59.00')
        self.assertIn('differs', self.activities().summary)
        self.correct(50)
        self.assertFalse(self.document.amount_differs)
        self.assertFalse(self.alert())
        self.assertFalse(self.activities())
        self.assertFalse(self.move.show_reset_to_draft_button)
        with self.assertRaisesRegex(UserError, 'has answered it'):
            self.move.button_draft()

    def test_a_draft_stays_in_force(self):
        """While it is corrected it can be neither cancelled nor thrown away, nor made another buyer's."""
        self.status('updateRequested')
        self.move.button_draft()
        for way in (self.move.button_cancel, lambda: self.move.with_context(force_delete=True).unlink()):
            with self.assertRaisesRegex(UserError, 'sent it back for correction'), self.cr.savepoint():
                way()
        customer = self.move.partner_id
        self.move.partner_id = self.other_partner
        with self.assertRaisesRegex(UserError, f'for the buyer with the VÖEN {customer.vat}'):
            self.move.action_post()
        self.assertEqual(self.other_partner.vat, OTHER_BUYER)
        self.move.partner_id = customer
        self.move.action_post()
        self.assertEqual(self.move.state, 'posted')

    def test_its_notes_can_be_corrected_too(self):
        self.status('updateRequested')
        self.move.button_draft()
        self.move.vatportal_main_info = 'Müqavilə B-7'
        self.move.action_post()
        self.assertEqual(self.move.vatportal_main_info, 'Müqavilə B-7')

    def test_cancelled_while_it_is_a_draft(self):
        self.status('updateRequested')
        self.move.button_draft()
        self.status('canceled')
        self.assertEqual(self.move.vatportal_state, 'deleted')
        self.assertFalse(self.activities())
        self.move.button_cancel()
        self.assertEqual(self.move.state, 'cancel')

    def test_not_while_it_is_being_deleted(self):
        self.status('onApprovalEdited')
        self.assertTrue(self.move.show_reset_to_draft_button)
        job = (
            self.env['vatportal.job']
            .sudo()
            .create({'connector_id': self.connector.id, 'operation': 'delete', 'document_ids': [fields.Command.set(self.document.ids)]})
        )
        self.env.invalidate_all()
        self.assertTrue(self.document.is_being_deleted, job)
        self.assertFalse(self.move.show_reset_to_draft_button)
        with self.assertRaisesRegex(UserError, 'being deleted'):
            self.move.button_draft()

    def test_a_cancellation_is_asked_for(self):
        self.status('cancelRequested')
        self.assertIn('cancellation was asked for', self.alert())
        self.assertFalse(self.move.show_reset_to_draft_button)

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..xml_common import NUMBER, XmlCommon

OPEN = ('updateRequested', 'cancelRequested', 'onApproval', 'onApprovalEdited', 'updateApproval', 'cancelationRefused', 'unknown', 'canceled', False)


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestBillHold(XmlCommon):
    """What is posted by itself, and what waits for a person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.autopost_bills = True
        cls.vendor.autopost_bills = 'always'

    def autopost(self, move):
        move._autopost_bill()
        return move.state

    def said(self, move):
        return ' '.join(move.message_ids.mapped('body'))

    def run_autopost(self):
        with self.enter_registry_test_mode():
            self.env.ref('account.ir_cron_auto_post_draft_entry').method_direct_trigger()

    # ------------------------------------------------------------------ vendors that are posted at once

    def test_in_order(self):
        for amount, status in ((100.0, 'approved'), (200.0, 'approvedBySystem')):
            move = self.bill(amount, status=status)
            self.assertEqual(self.autopost(move), 'posted', self.said(move))

    def test_status(self):
        for status in OPEN:
            move = self.bill(100.0)
            move.vatportal_bill_document_id.sudo().status = status
            self.assertEqual(self.autopost(move), 'draft', status)
            self.assertIn('status of the document', self.said(move))
        move.action_post()
        self.assertEqual(move.state, 'posted', 'A person may.')

    def test_differences(self):
        for changes in ({'amount_total': 138.0}, {'amount_vat': 23.0}, {'amount_vat': 13.0, 'amount_net': 105.0}):
            document = self.document(100.0, **changes)
            document.action_create_bills()
            self.assertEqual(self.autopost(document.move_id), 'draft', changes)
            self.assertIn('not posted by itself', self.said(document.move_id))

    def test_the_document_changes_later(self):
        for changes in ({'amount_total': 119.0}, {'amount_vat': 17.0}):
            move = self.bill(100.0)
            move.vatportal_bill_document_id.sudo().write(changes)
            self.assertTrue(move.vatportal_bill_document_id.amount_differs)
            self.assertEqual(self.autopost(move), 'draft', changes)

    def test_any_warning(self):
        move = self.bill(100.0)
        document = move.vatportal_bill_document_id.sudo()
        document.bill_notes = [{'level': 'warning', 'text': 'Odd.'}]
        self.assertEqual(self.autopost(move), 'draft')
        self.assertIn('Odd.', self.said(move))
        document.bill_notes = [{'level': 'info', 'text': 'Fine.'}]
        self.assertEqual(self.autopost(move), 'posted')

    def test_unit_that_differs(self):
        """A warning of another kind."""
        self.product.uom_id = self.env.ref('uom.product_uom_kgm')
        move = self.bill(self.line(unit='litr'))
        self.assertIn('vatportal_bill_units', move.alerts)
        self.assertEqual(self.autopost(move), 'draft')

    def test_open_question(self):
        move = self.bill(100.0)
        move.vatportal_bill_document_id.sudo().bill_question = 'Which one?'
        self.assertEqual(self.autopost(move), 'draft')
        self.assertIn('Which one?', self.said(move))

    def test_file(self):
        """Its status is not known; dropped again after a download it is another matter."""
        move = self.drop(self.xml(number=NUMBER))
        self.assertEqual(move.state, 'draft')
        self.assertIn('not posted by itself', self.said(move))

    def test_draft_of_a_question(self):
        """Somebody fills the draft that was made for a file, whose document has a question."""
        self.vendor.copy()
        move = self.drop(self.xml(number=NUMBER))
        document = move.vatportal_file_document_id
        self.assertEqual(document.bill_state, 'ask')
        document.sudo().status = 'approved'
        move.write(
            {'partner_id': self.vendor.id, 'invoice_date': '2026-11-20', 'invoice_line_ids': [fields.Command.create({'name': 'Sement', 'price_unit': 100.0})]}
        )
        self.assertEqual(self.autopost(move), 'draft')

    def test_other_bills(self):
        move = self.init_invoice('in_invoice', partner=self.vendor, amounts=[100.0], post=False)
        self.assertEqual(self.autopost(move), 'posted')

    def test_nothing_is_said_where_nothing_is_posted_by_itself(self):
        self.vendor.autopost_bills = 'never'
        move = self.bill(100.0, status='onApproval')
        self.assertEqual(self.autopost(move), 'draft')
        self.assertNotIn('not posted by itself', self.said(move))

    # ------------------------------------------------------------------ posted at their date

    def test_at_their_date(self):
        fine, waits = self.bill(100.0), self.bill(200.0, status='onApproval')
        (fine + waits).write({'auto_post': 'at_date', 'date': '2026-11-20'})
        self.assertIn('not posted by itself', waits.alerts['vatportal_bill_waits']['message'])
        self.run_autopost()
        self.assertEqual((fine.state, waits.state), ('posted', 'draft'))
        waits.vatportal_bill_document_id.sudo().status = 'approvedBySystem'
        self.assertNotIn('vatportal_bill_waits', waits.alerts or {})
        self.run_autopost()
        self.assertEqual(waits.state, 'posted')

    def test_confirmed_together_for_a_later_day(self):
        move = self.bill(100.0)
        move.date = fields.Date.today() + timedelta(days=40)
        move._post(soft=True)
        self.assertEqual((move.state, move.auto_post), ('draft', 'at_date'))
        move.vatportal_bill_document_id.sudo().amount_total = 120.0
        move.date = '2026-11-20'
        self.run_autopost()
        self.assertEqual(move.state, 'draft')

    def test_what_waits_does_not_stand_in_the_way(self):
        waiting = self.env['account.move'].concat(*(self.bill(1.0, status='onApproval') for _each in range(3)))
        entry = self.init_invoice('out_invoice', partner=self.partner, amounts=[5.0], post=False)
        waiting.write({'auto_post': 'at_date', 'date': '2026-11-20'})
        entry.write({'auto_post': 'at_date', 'date': '2026-11-01', 'invoice_date': '2026-11-01'})
        self.env.ref('account.ir_cron_auto_post_draft_entry').code = 'model._autopost_draft_entries(batch_size=1)'
        self.run_autopost()
        self.assertEqual(entry.state, 'posted')
        self.assertEqual(set(waiting.mapped('state')), {'draft'})

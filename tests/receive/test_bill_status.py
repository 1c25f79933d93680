from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ...models.states import STATUSES
from ...vatportal import EtaxesDocument
from ...vatportal.codes import STATUSES as CODES
from ..bill_common import BillCommon
from ..common import script


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestBillStatus(BillCommon):
    """What e-taxes says of a document, however it is spelled; what nobody knows is billed by no machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.write({'auto_bill': True, 'auto_bill_from': '2026-11-01'})

    def download(self, qaime='MT261125000900', **changes):
        self.store(self.as_downloaded(qaime, **changes))
        return self.env['vatportal.document'].search([('qaime', '=', qaime)])

    def test_the_codes_are_the_selection(self):
        self.assertEqual({code for code, _label in STATUSES} - {'unknown'}, set(CODES))

    def test_other_spelling(self):
        for number, (spelled, meant, bill_state) in enumerate(
            (
                ('Approved', 'approved', 'to_bill'),
                ('APPROVEDBYSYSTEM', 'approvedBySystem', 'to_bill'),
                ('cancelled', 'canceled', 'none'),
                ('Canceled', 'canceled', 'none'),
                ('Deactivated', 'deactivated', 'none'),
                ('DeletedBySystem', 'deletedBySystem', 'none'),
            )
        ):
            document = self.download(f'MT26112500090{number}', status=spelled)
            self.assertEqual((document.status, document.status_code, document.bill_state), (meant, spelled, bill_state))
        self.assertEqual(document.state, 'deleted')

    def test_cancelled_in_other_spelling_reaches_the_bill(self):
        self.connector.cancel_draft_bills = True
        document = self.download()
        self.run_cron()
        self.assertEqual(document.move_id.state, 'draft')
        self.download(status='Cancelled')
        self.assertEqual(document.move_id.state, 'cancel')

    def gone_bill(self):
        """A posted bill whose document was cancelled since."""
        bill = self.bill(100.0)
        bill.invoice_date = '2026-11-20'
        bill.action_post()
        document = bill.vatportal_bill_document_id.sudo()
        document.status = 'canceled'
        document._follow_status()
        return bill

    def test_a_bill_that_was_taken_back_in_full_is_nobodys_task(self):
        bill = self.gone_bill()
        document = bill.vatportal_bill_document_id.sudo()
        self.assertTrue(bill.activity_ids)
        self.assertIn('vatportal_bill_void', bill.alerts)
        bill._reverse_moves([{'invoice_date': '2026-11-20', 'ref': 'Back'}], cancel=True)
        self.assertEqual(bill.payment_state, 'reversed')
        self.assertNotIn('vatportal_bill_void', bill.alerts or {})
        self.assertFalse(bill.activity_ids)
        document._follow_status()
        self.assertFalse(bill.activity_ids)
        bill.reversal_move_ids.button_draft()
        self.assertTrue(bill.vatportal_bill_void)
        self.assertIn('no longer valid', bill.activity_ids.summary)
        bill.reversal_move_ids.action_post()
        self.assertFalse(bill.activity_ids)

    def test_taken_back_by_what_names_no_bill(self):
        """The vendor's credit note, typed and set off against the bill, as long as it is."""
        bill = self.gone_bill()
        back = bill.copy({'move_type': 'in_refund', 'invoice_date': '2026-11-20', 'ref': 'Back'})
        back.action_post()
        self.assertTrue(bill.activity_ids)
        self.settle_with(bill, back)
        self.assertFalse(bill.vatportal_bill_void or bill.activity_ids)
        # Resetting to draft takes no entry out of its settlement.
        for undo, redo in (('button_draft', 'action_post'), ('button_cancel', 'button_draft')):
            getattr(back, undo)()
            self.assertTrue(bill.vatportal_bill_void)
            self.assertIn('no longer valid', bill.activity_ids.summary or '', undo)
            getattr(back, redo)()
            if back.state == 'draft':
                back.action_post()
                self.settle_with(bill, back)
            self.assertFalse(bill.vatportal_bill_void or bill.activity_ids, redo)
        bill.line_ids.remove_move_reconcile()
        self.assertIn('no longer valid', bill.activity_ids.summary)
        bill.activity_ids.action_done()
        self.settle_by_entry(bill, 'liability_payable')
        self.assertFalse(bill.activity_ids, 'What a person has closed, no payment raises again')

    def test_tasks_of_bills_that_were_taken_back_before(self):
        """The update closes them, and no others; a bill that somebody is at work on it leaves as it is."""
        bills = self.bill(100.0) + self.bill(200.0) + self.bill(300.0)
        bills.invoice_date = '2026-11-20'
        bills.action_post()
        documents = bills.vatportal_bill_document_id.sudo()
        documents.status = 'canceled'
        documents._follow_status()
        taken, stands, reset = bills
        for move in (taken, reset):
            move._reverse_moves([{'invoice_date': '2026-11-20', 'ref': f'Back {move.id}'}], cancel=True)
        reset.button_draft()
        for move in (taken, reset):
            move.vatportal_bill_document_id.sudo()._raise_activity('e-taxes: it is no longer valid', 'x')
            self.assertTrue(move.activity_ids)
        reset.vatportal_bill_document_id.connector_id.cancel_draft_bills = True
        (before,) = stands.activity_ids
        self.env.flush_all()
        script('19.0.1.11.0/end-asked_still.py').migrate(self.env.cr, '19.0.1.10.0')
        self.env.invalidate_all()
        self.assertEqual((taken.activity_ids.ids, stands.activity_ids, reset.activity_ids.ids, reset.state), ([], before, [], 'draft'))

    def test_a_bill_and_what_takes_it_back_at_once(self):
        """As from the list of bills."""
        bill = self.gone_bill()
        back = bill._reverse_moves([{'invoice_date': '2026-11-20', 'ref': 'Back'}], cancel=True)
        self.assertFalse(bill.activity_ids)
        # What is cancelled by itself is a draft that nobody is at work on.
        bill.vatportal_bill_document_id.connector_id.cancel_draft_bills = True
        for both in (bill + back, back + bill):
            both.button_draft()
            self.assertEqual(bill.state, 'draft')
            self.assertTrue(bill.vatportal_bill_void)
            self.assertEqual(len(bill.activity_ids), 1)
            both.action_post()
            self.assertEqual((bill.vatportal_bill_void, len(bill.activity_ids)), (False, 0))

    def test_an_invoice_that_was_taken_back_is_nobodys_task(self):
        move = self.create_invoice()
        document = self.document(direction='outgoing', move_id=move.id, status='canceled').sudo()
        document._follow_status()
        self.assertIn('no longer valid', move.activity_ids.summary)
        credit = self.reverse_in_dialog(move, create=False)
        credit.action_post()
        self.assertFalse(move.activity_ids)
        document._follow_status()
        self.assertFalse(move.activity_ids)
        credit.button_draft()
        self.assertIn('no longer valid', move.activity_ids.summary)
        move.line_ids.remove_move_reconcile()
        credit.unlink()
        move.button_draft()
        move.action_post()
        document._follow_status()
        self.assertEqual(len(move.activity_ids), 1)

    def test_a_receipt_that_was_taken_back_stands_no_more(self):
        receipt = self.bill(100.0)
        document = receipt.vatportal_bill_document_id.sudo()
        receipt.write({'move_type': 'in_receipt', 'invoice_date': '2026-11-20'})
        receipt.action_post()
        document.status = 'canceled'
        document._follow_status()
        self.assertTrue(receipt.vatportal_bill_void and receipt.activity_ids)
        receipt._reverse_moves([{'invoice_date': '2026-11-20', 'ref': 'Back'}], cancel=True)
        void = [('id', '=', receipt.id), ('vatportal_bill_void', '=', True)]
        self.assertFalse(receipt.vatportal_bill_void or receipt.activity_ids or receipt.search(void))
        receipt.reversal_move_ids.button_draft()
        self.assertTrue(receipt.vatportal_bill_void and receipt.activity_ids and receipt.search(void))

    def test_a_bill_that_was_credited_in_part_and_set_off_stands(self):
        """Odoo calls it reversed as well."""
        bill = self.bill(1000.0)
        bill.invoice_date = '2026-11-20'
        bill.action_post()
        back = self.reverse_in_dialog(bill, create=False)
        back.invoice_line_ids.price_unit = 10.0
        back.action_post()
        (bill + back).line_ids.filtered(lambda line: line.account_id.account_type == 'liability_payable').reconcile()
        self.settle_by_entry(bill, 'liability_payable')
        self.assertEqual((bill.payment_state, back.amount_total), ('reversed', 11.8))
        document = bill.vatportal_bill_document_id.sudo()
        document.status = 'canceled'
        document._follow_status()
        self.assertTrue(bill.activity_ids)
        self.assertIn('vatportal_bill_void', bill.alerts)
        arch = etree.fromstring(self.env['account.move'].get_view(self.env.ref('account.view_account_bill_filter').id, 'search')['arch'])
        void = Domain(safe_eval(arch.find(".//filter[@name='vatportal_bill_void']").get('domain'))) & Domain('id', '=', bill.id)
        self.assertEqual(self.env['account.move'].search(void), bill)

    def test_unknown_status_is_a_question(self):
        for number, status in enumerate(('rejected', 'draft', 'ləğv', '', None)):
            document = self.download(f'MT26112500090{number}', status=status)
            self.assertEqual((document.bill_state, document.bill_requested), ('ask', False), status)
            self.assertIn(status or '–', document.bill_ask)
        document._request_bills()
        self.run_cron()
        self.assertFalse(self.env['vatportal.document'].search([('company_id', '=', self.company.id)]).move_id)

    def test_a_person_decides_on_an_unknown_status(self):
        document = self.download(status='rejected')
        action = document.action_create_bills()
        self.assertEqual(action['res_model'], 'vatportal.bill.wizard')
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        self.assertIn('rejected', wizard.question)
        wizard.action_create()
        self.assertEqual(document.bill_state, 'billed')
        self.assert_total(document)

    def test_a_status_that_becomes_known_asks_no_more(self):
        document = self.download(status='inReview')
        other = self.download('MT261125000901', status='inReview')
        (document + other).action_create_bills()
        self.assertEqual(document.bill_question, document.bill_ask)
        self.download(status='approved')
        self.assertEqual((document.bill_state, other.bill_state), ('to_bill', 'ask'))
        self.run_cron()
        self.assertEqual(document.bill_state, 'billed')

    def test_a_status_that_becomes_unknown_keeps_the_bill(self):
        document = self.download()
        self.run_cron()
        bill = document.move_id
        self.download(status='inReview')
        self.assertEqual((document.move_id, bill.state), (bill, 'draft'))

    def test_a_bill_that_waits_is_not_made_any_more(self):
        """Between the wish and the scheduled action the status may turn into one that nobody knows."""
        document = self.download()
        self.assertTrue(document.bill_requested)
        self.download(status='inReview')
        self.run_cron()
        self.assertEqual((document.bill_state, document.bill_requested), ('ask', False))

    def test_kinds_in_other_case(self):
        document = self.download(type='DEFAULTINVOICE')
        self.assertEqual(document.kind_id.code, 'defaultInvoice')
        self.assertEqual(self.download('MT261125000901', type='ReturnInvoice').kind_id.code, 'returnInvoice')
        self.assertEqual(document.bill_state, 'to_bill')

    def test_unknown_kind_is_a_question(self):
        first, second = self.download(type='additionalInvoice'), self.download('MT261125000901', type='AdditionalInvoice')
        self.assertEqual(first.kind_id, second.kind_id)
        self.run_cron()
        self.assertEqual((first.bill_state, second.bill_state), ('ask', 'ask'))
        with self.assertRaisesRegex(UserError, 'case by case'):
            first._make_bill()

    def test_all_that_is_open_is_said_at_once(self):
        """For one answer makes the bill: the status came to be unknown after another question, and a bill was typed meanwhile."""
        twin = self.vendor.copy({'name': 'Qafqaz (köhnə)', 'vat': self.vendor.vat})
        texts = ('is not known here', 'bears this number already')
        for number, vals, text in ((1, {}, 'Several partners'), (2, {'type': 'taxCodex163'}, 'case by case')):
            qaime = f'MT26112500091{number}'
            document = self.download(qaime, **vals)
            document.action_create_bills()
            self.assertIn(text, document.bill_ask)
            self.download(qaime, **vals, status='inReview')
            self.env['account.move'].create({'move_type': 'in_invoice', 'partner_id': twin.id, 'ref': qaime})
            question = self.env['vatportal.bill.wizard'].create({'document_id': document.id}).question
            for said in (text, *texts):
                self.assertEqual(question.count(said), 1, question)

    def test_no_kind_is_a_question(self):
        document = self.download(type='')
        self.run_cron()
        self.assertEqual(document.bill_state, 'ask')

    def test_the_choice_of_statuses(self):
        job = self.env['vatportal.job'].new({'filters': {'exc_status': ['canceled'], 'inc_kinds': ['defaultInvoice']}})
        for status, kind, wanted in (('Cancelled', 'defaultInvoice', False), ('approved', 'DefaultInvoice', True), ('approved', 'returnInvoice', False)):
            read = EtaxesDocument.from_portal_json({'qaime': 'MT261125000900', 'status': status, 'type': kind})
            self.assertEqual(self.env['vatportal.operation.download']._is_wanted(job, read), wanted, (status, kind))

    def test_gone_from_the_list_in_other_spelling(self):
        document = self.document(direction='outgoing')
        self.assertTrue(document._is_gone_from({document.qaime: 'Cancelled'}))
        self.assertFalse(document._is_gone_from({document.qaime: 'Approved'}))
        self.assertFalse(document._is_gone_from({}))

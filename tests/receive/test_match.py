from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import format_date

from ...models.document.status import ACTIVITY
from ..bill_common import OTHER_BUYER, OTHER_VENDOR, BillCommon


class TestMatch(BillCommon):
    """Documents of the sent folder find their invoice, or say that they don't know."""

    def imported(self, *documents):
        created = self.env['vatportal.document'].union(*documents)
        self.env['vatportal.document']._on_imported(created, created.browse())
        return created

    def changed(self, documents, **vals):
        documents.sudo().write(vals)
        self.env['vatportal.document']._on_imported(documents.browse(), documents)

    def sent(self, *lines, **vals):
        return self.document(*lines, direction='outgoing', **vals)

    def assert_linked(self, document, move):
        self.assertEqual(document.move_id, move)
        self.assertEqual((move.vatportal_document_id, move.vatportal_qaime), (document, document.qaime))
        self.assertFalse(document.proposed_move_ids)

    def assert_proposed(self, document, moves):
        self.assertFalse(document.move_id)
        self.assertEqual(document.proposed_move_ids, moves)

    # ------------------------------------------------------------------ ways of finding

    def test_by_number(self):
        first = self.create_invoice({'price_unit': 1}, ref='MT2401 10000001', invoice_date='2026-01-05')
        second = self.create_invoice({'price_unit': 2}, payment_reference='mt240110000002')
        one, two = self.imported(self.sent(qaime='MT240110000001'), self.sent(qaime='MT240110000002'))
        self.assert_linked(one, first)
        self.assertTrue(one.amount_differs)
        self.assert_linked(two, second)

    def test_by_erp_id(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        document = move.vatportal_document_id
        document.sudo()._set_state('deleted')
        found = self.imported(self.sent(500.0, add_info=f'ERP {document.erp_id}; qeyd'))
        self.assert_linked(found, move)

    def test_by_total(self):
        move = self.create_invoice()
        document = self.imported(self.sent())
        self.assert_linked(document, move)
        self.assertEqual((move.vatportal_state, move.vatportal_status), ('registered', 'approved'))
        self.assertFalse(move.vatportal_can_send)

    def test_total_of_more_decimals(self):
        move = self.create_invoice({'price_unit': 0.48, 'quantity': 3})
        self.assertEqual(move.amount_total, 1.7)
        self.assert_linked(self.imported(self.sent(self.line(1.44, vat=0.2592))), move)

    def test_a_return_to_the_vendor(self):
        invoice = self.create_invoice()
        refund = self.env['account.move'].create(
            {
                'move_type': 'in_refund',
                'partner_id': self.partner.id,
                'invoice_date': '2026-11-20',
                'invoice_line_ids': [(0, 0, {'name': 'x', 'price_unit': 100, 'tax_ids': self.purchase['vat'].ids})],
            }
        )
        refund.action_post()
        document = self.imported(self.sent(kind='returnInvoice'))
        self.assert_linked(document, refund)
        self.assertFalse(invoice.vatportal_document_id)

    def credit_note(self, kind=False):
        return self.create_invoice(move_type='out_refund', vatportal_kind_id=self.kind(kind).id if kind else False)

    def test_an_invoice_is_no_credit_note(self):
        self.credit_note()
        self.credit_note('taxCodex163')
        self.assert_proposed(self.imported(self.sent()), self.env['account.move'])

    def test_a_credit_note_that_goes_out_as_this_kind(self):
        self.credit_note()
        fitting = self.credit_note('resale')
        self.assert_linked(self.imported(self.sent(kind='resale')), fitting)

    def test_an_adjustment_may_be_a_credit_note(self):
        move = self.credit_note()
        self.assert_linked(self.imported(self.sent(kind='taxCodex177_5')), move)

    def test_a_number_typed_on_a_credit_note_is_only_proposed(self):
        """For what may be one; of an ordinary sale it is the number of the original."""
        move = self.credit_note()
        move.payment_reference = 'MT2401 10000001'
        self.assert_proposed(self.imported(self.sent(qaime='MT240110000001', kind='agent')), move)
        move.payment_reference = 'MT2401 10000002'
        self.assert_proposed(self.imported(self.sent(qaime='MT240110000002')), move.browse())

    def branch(self, **vals):
        return self.env['res.company'].create({'name': 'Xəzər Ticarət, Gəncə', 'parent_id': self.company.id, 'country_id': self.company.country_id.id, **vals})

    def branch_invoice(self, branch):
        self.env.user.company_ids += branch
        partner = self.partner.with_company(branch)
        partner.property_account_receivable_id = self.partner.property_account_receivable_id
        move = self.create_invoice(company_id=branch.id)
        self.assertEqual((move.company_id, move.amount_total), (branch, 118))
        return move

    def test_a_branch_invoices_under_the_same_voen(self):
        move = self.branch_invoice(self.branch())
        document = self.imported(self.sent())
        self.assert_linked(document, move)
        self.assertEqual(document.company_id, self.company)
        self.changed(document, status='updateRequested')
        self.assertTrue(self.activities(move))

    def test_a_branch_with_a_voen_of_its_own(self):
        move = self.branch_invoice(self.branch(vat=OTHER_VENDOR))
        document = self.imported(self.sent())
        self.assert_proposed(document, self.env['account.move'])
        with self.assertRaisesRegex(UserError, 'Choose an invoice of'):
            document.action_link_move(move.id)
        with self.assertRaisesRegex(UserError, 'company inconsistencies'):
            document.sudo().move_id = move

    # ------------------------------------------------------------------ doubt

    def test_two_invoices_are_proposed(self):
        moves = self.create_invoice() + self.create_invoice()
        document = self.imported(self.sent())
        self.assertFalse(document.move_id)
        self.assertEqual(set(document.proposed_move_ids), set(moves))

    def test_two_documents_for_one_invoice(self):
        move = self.create_invoice()
        documents = self.imported(self.sent(), self.sent())
        for document in documents:
            self.assert_proposed(document, move)

    def test_two_documents_of_two_imports_for_one_invoice(self):
        first = self.imported(self.sent())
        move = self.create_invoice()
        second = self.imported(self.sent())
        self.assertFalse(first.move_id)
        self.assert_proposed(second, move)

    def test_far_dates_other_totals_and_drafts_are_only_proposed(self):
        far = self.create_invoice(invoice_date='2026-11-05')
        self.assert_proposed(self.imported(self.sent()), far)
        other = self.create_invoice({'price_unit': 70}, partner_id=self.other_partner.id)
        self.assert_proposed(self.imported(self.sent(80.0, buyer_vat=OTHER_BUYER)), other)
        draft = self.create_invoice({'price_unit': 70}, partner_id=self.vendor.id, post=False)
        self.assert_proposed(self.imported(self.sent(70.0, buyer_vat=self.vendor.vat)), draft)

    def test_another_customer_is_not_even_proposed(self):
        self.create_invoice()
        document = self.imported(self.sent(buyer_vat=OTHER_BUYER))
        self.assert_proposed(document, self.env['account.move'])

    def test_an_invoice_that_has_a_document_is_not_taken(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        document = self.imported(self.sent())
        self.assert_proposed(document, self.env['account.move'])

    def test_a_foreign_document_is_not_matched(self):
        self.create_invoice()
        document = self.imported(self.sent(is_foreign=True, seller_vat=OTHER_VENDOR))
        self.assert_proposed(document, self.env['account.move'])

    def test_cancelled_documents_are_not_guessed(self):
        self.create_invoice()
        self.assertFalse(self.imported(self.sent(status='canceled')).move_id)

    def test_another_company_s_invoice_is_not_seen(self):
        document = self.sent(company=self.setup_other_company()['company'])
        self.create_invoice()
        self.assertFalse(self.imported(document).move_id)

    # ------------------------------------------------------------------ a person confirms

    def test_a_person_confirms(self):
        move, _other = self.create_invoice(), self.create_invoice()
        document = self.imported(self.sent())
        move.with_context(vatportal_document_id=document.id).action_vatportal_link()
        self.assert_linked(document, move)

    def test_what_can_not_be_linked(self):
        taken = self.create_invoice()
        self.finish(self.send(taken))
        document = self.sent()
        for move in (
            taken,
            self.bill(),
            self.create_invoice(company_id=self.setup_other_company()['company'].id, invoice_line_ids=[], post=False, partner_id=self.partner.id),
        ):
            with self.assertRaises(UserError):
                document.action_link_move(move.id)
        cancelled = self.create_invoice(post=False)
        cancelled.button_cancel()
        with self.assertRaisesRegex(UserError, 'is cancelled'):
            document.action_link_move(cancelled.id)
        reader = new_test_user(self.env, 'reader', groups='account.group_account_readonly', company_id=self.company.id)
        with self.assertRaises(AccessError):
            document.with_user(reader).action_link_move(self.create_invoice().id)

    # ------------------------------------------------------------------ one record for one document

    def test_a_number_that_a_download_brought_first(self):
        move = self.create_invoice()
        job = self.send(move)
        document = move.vatportal_document_id
        downloaded = self.imported(self.sent(qaime='MT261100000009', status='approved'))
        self.assertFalse(downloaded.move_id)
        document.sudo()._set_number('MT2611 00000009')
        self.assertFalse(downloaded.exists())
        self.assertEqual((document.qaime, document.state, document.status), ('MT261100000009', 'registered', 'approved'))
        self.assert_linked(document, move)
        self.assertTrue(job)

    def test_an_unsigned_invoice_signed_at_the_portal(self):
        move = self.create_invoice()
        self.finish(self.send(move, sign=False))
        document = move.vatportal_document_id
        self.assertEqual(document.state, 'imported')
        downloaded = self.imported(self.sent(add_info=document.erp_id, status='onApproval'))
        self.assertFalse(downloaded.exists())
        self.assertEqual((document.state, document.status), ('registered', 'onApproval'))
        self.assertEqual(move.vatportal_state, 'registered')

    # ------------------------------------------------------------------ status

    def activities(self, move):
        return move.activity_search([ACTIVITY])

    def test_sent_back_and_approved(self):
        move = self.create_invoice()
        document = self.imported(self.sent(status='onApproval'))
        self.changed(document, status='updateRequested')
        self.assertEqual(move.vatportal_status, 'updateRequested')
        activity = self.activities(move)
        self.assertIn('sent back for correction', activity.summary)
        self.assertNotIn('delete', activity.note)
        self.assertEqual(activity.user_id, move.invoice_user_id)
        self.changed(document, status='updateRequested')
        self.assertEqual(self.activities(move), activity)
        self.changed(document, status='cancelRequested')
        activity = self.activities(move)
        self.assertEqual(len(activity), 1)
        self.assertIn('cancellation', activity.summary)
        for status in ('approved', 'cancelationRefused', 'correctionRefused'):
            self.changed(document, status='cancelRequested')
            self.assertTrue(self.activities(move))
            self.changed(document, status=status)
            self.assertFalse(self.activities(move), status)
            self.assertTrue(document.is_approved)

    def boss(self):
        user = new_test_user(self.env, 'boss', groups='account.group_account_invoice', company_id=self.company.id)
        self.connector.responsible_id = user
        return user

    def document_activities(self, document):
        return document.activity_search(['l10n_az_vatportal.mail_activity_etaxes_document'])

    def test_a_document_without_invoice_has_its_own_activity(self):
        boss = self.boss()
        document = self.imported(self.sent(status='onApproval'))
        self.assertFalse(document.activity_ids)
        self.changed(document, status='updateRequested')
        activity = self.document_activities(document)
        self.assertEqual((activity.user_id, activity.res_id), (boss, document.id))
        self.assertIn('sent back for correction', activity.summary)
        self.changed(document, status='updateRequested')
        self.assertEqual(self.document_activities(document), activity)
        self.changed(document, status='cancelRequested')
        self.assertIn('cancellation', self.document_activities(document).summary)
        self.document_activities(document).with_user(boss).action_feedback(feedback='I looked')
        self.assertIn('I looked', document.message_ids[0].body)
        for status in ('approved', 'canceled'):
            self.changed(document, status='cancelRequested')
            self.assertEqual(len(document.activity_ids), 1)
            self.changed(document, status=status)
            self.assertFalse(document.activity_ids, status)

    def test_once_there_is_an_invoice_the_activity_is_there(self):
        document = self.imported(self.sent(status='updateRequested'))
        self.assertEqual(len(document.activity_ids), 1)
        move = self.create_invoice()
        document.action_link_move(move.id)
        self.assertFalse(document.activity_ids)
        self.assertTrue(self.activities(move))

    def test_others_documents_ask_nothing_of_us(self):
        foreign = self.imported(self.sent(status='updateRequested', is_foreign=True))
        received = self.imported(self.document(status='cancelRequested'))
        self.assertFalse((foreign + received).activity_ids)

    def test_the_responsible_user_gets_it(self):
        user = self.boss()
        move = self.create_invoice()
        self.changed(self.imported(self.sent()), status='updateRequested')
        self.assertEqual(self.activities(move).user_id, user)

    def test_a_cancelled_document_unlocks_its_invoice(self):
        move = self.create_invoice()
        document = self.imported(self.sent())
        with self.assertRaises(UserError):
            move.button_draft()
        self.changed(document, status='canceled')
        self.assertEqual((document.state, move.vatportal_status), ('deleted', 'canceled'))
        self.assertIn('no longer valid', self.activities(move).summary)
        self.assertTrue(move.vatportal_can_send)
        move.button_draft()
        move.button_cancel()
        self.assertFalse(self.activities(move))

    def test_a_cancelled_document_of_a_draft_bill(self):
        move = self.bill()
        document = move.vatportal_bill_document_id
        self.changed(document, status='canceled')
        self.assertEqual(move.state, 'draft')
        self.assertIn('no longer valid', self.activities(move).summary)
        self.assertEqual(move.alerts['vatportal_bill_void']['action_call'][1], 'action_vatportal_cancel_bill')
        move.action_vatportal_cancel_bill()
        self.assertEqual((move.state, document.bill_state), ('cancel', 'none'))
        self.assertFalse(self.activities(move))

    def test_a_draft_bill_is_cancelled_by_itself(self):
        self.connector.cancel_draft_bills = True
        draft, posted = self.bill(), self.bill()
        posted.action_post()
        self.changed((draft + posted).vatportal_bill_document_id, status='deleted')
        self.assertEqual((draft.state, posted.state), ('cancel', 'posted'))
        self.assertFalse(self.activities(draft))
        self.assertTrue(self.activities(posted))

    def test_a_valid_bill_is_not_cancelled_by_the_button(self):
        with self.assertRaisesRegex(UserError, 'still valid'):
            self.bill().action_vatportal_cancel_bill()

    def test_a_changed_amount_after_the_bill(self):
        move = self.bill()
        document = move.vatportal_bill_document_id
        self.changed(document, amount_total=120.0, status='onApprovalEdited')
        self.assertIn('amount', self.activities(move).summary)
        self.changed(document, amount_total=118.0, status='approved')
        self.assertFalse(self.activities(move))

    # ------------------------------------------------------------------ hints

    def test_hints(self):
        document = self.document(status='onApproval', date=fields.Datetime.now() - timedelta(days=2))
        self.assertIn('(days left: 2); without an answer it counts as approved', document.hint)
        late = self.document(status='onApproval', date=fields.Datetime.now() - timedelta(days=9))
        self.assertIn('The next import tells', late.hint)
        sent = self.document(direction='outgoing', status='onApproval', date=fields.Datetime.now() - timedelta(days=2))
        day = sent._baku_date() + timedelta(days=5)
        self.assertEqual(sent.hint, f'Approves itself on {format_date(self.env, day)}.')
        late = self.document(direction='outgoing', status='onApproval', date=fields.Datetime.now() - timedelta(days=9))
        self.assertIn('should have approved itself', late.hint)
        self.assertFalse(self.document(status='approved').hint)
        self.assertFalse(self.document(status='brandNew' and 'unknown').hint)
        move = self.bill(status='onApproval', date=fields.Datetime.now())
        self.assertEqual(move.vatportal_hint, move.vatportal_bill_document_id.hint)

    # ------------------------------------------------------------------ in bulk

    def test_a_page_of_documents_takes_few_questions(self):
        self.create_invoice()
        documents = self.env['vatportal.document'].union(*(self.sent(1000.0 + n) for n in range(60)))
        documents.invalidate_recordset()
        self.env.flush_all()
        with self.assertQueryCount(120):
            self.imported(documents)
            self.env.flush_all()

    def test_each_document_looks_at_its_own_invoices(self):
        """A dozen documents and a dozen invoices of one partner: a document is held against each sort of entry, and an
        index answers the rest, see the SDK's test_nearest."""
        for number in range(12):
            self.create_invoice({'price_unit': 1000 + number})
        documents = [self.sent(1000.0 + number) for number in range(12)]
        asked, may_be = [], type(documents[0])._may_be

        def counted(document, *group):
            asked.append(document)
            return may_be(document, *group)

        with patch.object(type(documents[0]), '_may_be', counted):
            matched = self.imported(*documents)
        self.assertEqual(len(asked), 12)
        self.assertEqual(len(matched.move_id), 12)
        self.assertFalse(any(matched.mapped('amount_differs')))

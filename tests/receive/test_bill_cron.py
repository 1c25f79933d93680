from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields

from ..bill_common import BillCommon


class TestBillCron(BillCommon):
    """What the scheduled action makes, what it leaves to people, and what it tries again."""

    def later(self, documents):
        """Let an hour go by."""
        for document in documents.filtered('bill_retry_at'):
            document.sudo().bill_retry_at = fields.Datetime.now() - timedelta(minutes=1)

    # ------------------------------------------------------------------ questions

    def test_many_with_questions(self):
        """What was asked for is tried, whether or not it had a question before."""
        documents = self.env['vatportal.document'].union(*(self.document(10.0 + n) for n in range(49)))
        mended = self.document(seller_vat='123') + self.document(seller_vat='123') + self.document(seller_vat='123')
        mended._make_bills()
        self.assertEqual(set(mended.mapped('bill_state')), {'ask'})
        mended[:2].sudo().seller_vat = self.vendor.vat
        action = (documents + mended).action_create_bills()
        self.assertIn('52', action['params']['message'])
        self.assertEqual(documents[0].bill_progress, 'is being made')
        self.run_cron()
        self.assertEqual(set((documents + mended[:2]).mapped('bill_state')), {'billed'})
        self.assertEqual((mended[2].bill_state, mended[2].bill_requested), ('ask', False))
        self.assertIn('no VÖEN', mended[2].bill_question)
        self.assertFalse(mended[2].bill_progress)

    def test_a_question_is_not_asked_every_hour(self):
        document = self.document(seller_vat='123')
        document._request_bills()
        self.run_cron()
        self.assertEqual((document.bill_state, document.bill_requested, document.bill_retry_at), ('ask', False, False))

    # ------------------------------------------------------------------ what the settings stand against

    def without_exempt(self, count):
        self.purchase['exempt'].active = False
        documents = self.env['vatportal.document'].union(*(self.document(self.line(30.0 + n, 'exempt')) for n in range(count)))
        documents._request_bills()
        self.run_cron()
        self.assertEqual(set(documents.mapped('bill_state')), {'ask'})
        return documents

    def test_once_the_settings_are_mended_the_bill_is_made(self):
        documents = self.without_exempt(3)
        self.assertEqual(documents[0].bill_progress, 'tried again by itself')
        self.purchase['exempt'].active = True
        self.run_cron()
        self.assertEqual(set(documents.mapped('bill_state')), {'ask'}, 'not before its time')
        self.later(documents)
        self.run_cron()
        self.assertEqual(set(documents.mapped('bill_state')), {'billed'})
        self.assertFalse(any(documents.mapped('bill_requested')) or any(documents.mapped('bill_retry_at')))

    def test_one_of_many_is_tried(self):
        """Ten thousand documents that lack one tax don't keep the scheduled action busy for ever."""
        documents = self.without_exempt(4)
        self.later(documents)
        tried = []
        make = type(documents)._make_bill
        with patch.object(type(documents), '_make_bill', lambda self, *args, **kwargs: (tried.append(self.id), make(self, *args, **kwargs))[1]):
            self.run_cron()
        self.assertEqual(tried, documents[:1].ids)
        self.assertTrue(all(document.bill_retry_at > fields.Datetime.now() for document in documents))
        self.assertTrue(all(documents.mapped('bill_requested')))

    def test_asked_for_by_hand_it_is_tried_at_once(self):
        document = self.without_exempt(1)
        self.assertEqual(document.action_create_bills()['res_model'], 'vatportal.bill.wizard')
        self.purchase['exempt'].active = True
        self.assertEqual(document.action_create_bills()['res_id'], document.move_id.id)

    def test_nobody_wants_it_any_more(self):
        document = self.without_exempt(1)
        document.action_ignore_bill()
        self.purchase['exempt'].active = True
        self.run_cron()
        self.assertEqual((document.bill_state, document.bill_retry_at), ('ignored', False))

    # ------------------------------------------------------------------ language

    def by_itself(self, *lines, **vals):
        document = self.document(*lines, **vals)
        document.with_user(SUPERUSER_ID).with_context(lang=None)._make_bills()
        return document

    def rounded(self):
        return self.by_itself(self.line(100.0), amount_total=118.04)

    def test_in_the_language_of_the_responsible(self):
        self.env['res.lang']._activate_lang('az_AZ')
        self.connector.responsible_id = self.env.user.copy({'login': 'responsible', 'lang': 'az_AZ'})
        document = self.rounded()
        self.assertEqual(self.product_lines(document.move_id)[-1].name, 'Yuvarlaqlaşdırma')
        self.assertNotIn('of rounding', document.bill_notes[0]['text'])
        asked = self.by_itself(seller_vat='123')
        self.assertTrue(asked.bill_question)
        self.assertNotIn('is no VÖEN', asked.bill_question)

    def test_in_the_language_of_the_company(self):
        self.env['res.lang']._activate_lang('az_AZ')
        self.company.partner_id.lang = 'az_AZ'
        self.assertEqual(self.product_lines(self.rounded().move_id)[-1].name, 'Yuvarlaqlaşdırma')

    def test_people_read_their_own_language(self):
        self.env['res.lang']._activate_lang('az_AZ')
        self.company.partner_id.lang = 'az_AZ'
        document = self.document(self.line(100.0), amount_total=118.04)
        document.action_create_bills()
        self.assertEqual(self.product_lines(document.move_id)[-1].name, 'Rounding')

from datetime import date, datetime, timedelta
from random import Random

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user
from odoo.tools.safe_eval import safe_eval

from ..answer_common import ISSUED, AnswerCommon
from ..bill_common import OTHER_VENDOR, BillCommon


class TestAnswer(AnswerCommon):
    """Received documents that await the company's answer."""

    # ------------------------------------------------------------------ how long

    def test_the_last_day(self):
        """The day of issue is the first, unless the connector says otherwise; days are those of Baku."""
        document = self.waiting()
        for issued, day in (
            (ISSUED, date(2026, 11, 24)),
            (datetime(2026, 11, 20, 19, 59, 59), date(2026, 11, 24)),
            (datetime(2026, 11, 20, 20, 0), date(2026, 11, 25)),
            (datetime(2026, 12, 29, 8, 0), date(2027, 1, 2)),
        ):
            document.sudo().date = issued
            self.assertEqual(document.vatportal_due_date, day)
        document.sudo().date = ISSUED
        self.assertEqual(document.vatportal_days_left, 4)
        self.assertEqual(document.hint, 'Answer until 11/24/2026 (days left: 4); without an answer it counts as approved.')
        self.connector.issue_day_counts = False
        self.assertEqual((document.vatportal_due_date, document.vatportal_days_left), (date(2026, 11, 25), 5))
        self.at(datetime(2026, 11, 25, 19, 59, 59))
        self.assertIn('Answer today', document.hint)
        self.at(datetime(2026, 11, 25, 20, 0))
        self.assertIn('counts as approved. The next import tells', document.hint)
        for change in ({'status': 'approved'}, {'status': 'canceled'}, {'status': 'onApproval', 'is_foreign': True}):
            document.sudo().write(change)
            self.assertFalse(document.vatportal_due_date)
        self.assertFalse(self.document(direction='outgoing', status='onApproval').vatportal_due_date, 'the buyer answers')

    def test_a_correction_is_answered_anew(self):
        """From the reading that first showed it; it lapses with the month."""
        document = self.waiting()
        self.at(datetime(2026, 11, 26, 8, 0))
        document.sudo().status = 'onApprovalEdited'
        self.assertEqual(document.vatportal_due_date, date(2026, 11, 30))
        self.at(datetime(2026, 11, 28, 8, 0))
        document.sudo().message = 'Written again'
        document.invalidate_recordset()
        self.assertEqual((document.waiting_since, document.vatportal_due_date), (datetime(2026, 11, 26, 8), date(2026, 11, 30)))
        document.sudo().status = 'updateRequested'
        self.assertFalse(document.vatportal_due_date)
        document.sudo().status = 'onApprovalEdited'
        self.assertEqual(document.vatportal_due_date, date(2026, 11, 30), 'the end of the month')

    def test_the_buyers_last_day(self):
        """What was sent approves itself after the same days, by the same rule, and whether the day of issue is the first."""
        sent = self.document(direction='outgoing', status='onApproval', date=ISSUED)
        rule = self.rule('deadline_answer')
        for counts, days, day in ((True, 5, '11/25/2026'), (False, 5, '11/26/2026'), (False, 7, '11/28/2026'), (True, 7, '11/27/2026')):
            self.connector.issue_day_counts = counts
            rule.days = days
            sent.invalidate_recordset()
            self.assertEqual(sent.hint, f'Approves itself on {day}.')
        self.assertEqual(self.waiting().vatportal_due_date, date(2026, 11, 26), 'the day before')
        # By what the company has set itself only the company answers.
        own = [rule.copy({'company_id': self.company.id, 'days': days}) for days in (3, 9)]
        self.assertEqual(self.waiting().vatportal_due_date, date(2026, 11, 22))
        own[0].active = False
        self.assertEqual(self.waiting().vatportal_due_date, date(2026, 11, 28))
        sent.invalidate_recordset()
        self.assertEqual(sent.hint, 'Approves itself on 11/27/2026.')
        self.at(datetime(2026, 11, 27, 19, 59))
        self.assertEqual(sent.hint, 'Approves itself on 11/27/2026.')
        self.at(datetime(2026, 11, 27, 20, 0))
        self.assertIn('should have approved itself on 11/27/2026', sent.hint)
        rule.active = False
        sent.invalidate_recordset()
        self.assertFalse(sent.hint, 'no rule, no day')

    # ------------------------------------------------------------------ what is recommended

    def test_recommendation(self):
        cement = self.line(1000.0, quantity=10, price_unit=100.0)
        unknown = self.waiting(cement, seller_vat=OTHER_VENDOR, seller_name='Kür MMC')
        self.assertEqual(self.codes(unknown), ('ask', ['Nothing was had from this vendor before.']))
        self.assertEqual(unknown.compared_text, 'Nothing: no order, and nothing earlier of this vendor.')
        for price in (99.0, 100.0, 250.0):
            self.answered(self.line(price), main_info='Müqavilə A-12')
        usual = self.waiting(cement, main_info='Müqavilə A-12, 20.11.2026')
        self.assertEqual(self.codes(usual), ('fine', ['It names the same as the earlier ones: A-12.', '“Sement M400”: 100.00 AZN is the usual price.']))
        self.assertIn('rows: 3', usual.compared_text)
        dear = self.waiting(self.line(1200.0, quantity=10, price_unit=120.0), main_info='')
        self.assertEqual(
            self.codes(dear), ('ask', ['It names no contract; the earlier ones name A-12.', '“Sement M400”: 120.00 AZN; usually 100.00 AZN (3 earlier rows).'])
        )
        twin = self.waiting(cement, main_info='Müqavilə A-12, 20.11.2026', date=ISSUED + timedelta(hours=3))
        self.assertEqual((twin.advice, usual.advice), ('refuse', 'fine'), 'the first of the two is right')
        self.assertIn(f'It says the same as {usual.qaime}, issued on the same day.', twin.advice_text)
        wrong = self.waiting(self.line(100.0, vat=20.0), main_info='A-12 again')
        self.assertIn('Its VAT is 20.00 AZN; 18 % of its base would be 18.00 AZN.', wrong.advice_text)
        self.assertEqual(wrong.advice, 'refuse')
        self.assertFalse(self.answered(cement).advice, 'answered already')

    def test_prices_of_bills_without_a_document(self):
        self.create_invoice({'name': 'Sement M400', 'price_unit': 80, 'tax_ids': False}, move_type='in_invoice', partner_id=self.vendor.id)
        document = self.waiting()
        self.assertEqual(self.codes(document), ('ask', ['“Sement M400”: 100.00 AZN; usually 80.00 AZN (1 earlier rows).']))

    def test_prices_of_bills_under_simplified_taxation(self):
        """VAT is part of the price there: with and without a tax on the line, which is what it comes to that compares."""
        self.connector.taxation = 'simplified'
        self.create_invoice({'name': 'Sement M400', 'price_unit': 118, 'tax_ids': False}, move_type='in_invoice', partner_id=self.vendor.id)
        self.assertEqual(self.codes(self.waiting()), ('fine', ['“Sement M400”: 118.00 AZN is the usual price.']))
        self.assertIn('usually 118.00', self.waiting(self.line(118.0)).advice_text)
        taxed = {'name': 'Qum', 'price_unit': 200, 'quantity': 2, 'tax_ids': self.purchase['vat'].ids}
        self.create_invoice(taxed, move_type='in_invoice', partner_id=self.vendor.id)
        self.assertEqual(self.codes(self.waiting(self.line(200.0, name='Qum'))), ('fine', ['“Qum”: 236.00 AZN is the usual price.']))

    def test_prices_in_another_currency(self):
        """A bill in another currency tells by its amount in AZN."""
        usd = self.env.ref('base.USD')
        usd.active = True
        self.env['res.currency.rate'].create({'name': '2026-11-01', 'currency_id': usd.id, 'company_id': self.company.id, 'rate': 1 / 1.7})
        self.create_invoice({'name': 'Sement M400', 'price_unit': 100, 'tax_ids': False}, move_type='in_invoice', partner_id=self.vendor.id, currency_id=usd.id)
        self.assertEqual(self.codes(self.waiting(self.line(170.0))), ('fine', ['“Sement M400”: 170.00 AZN is the usual price.']))

    def test_its_own_bill_proves_nothing(self):
        """Neither a price nor a vendor is known by the bill of what is to be answered; by the bill of what was answered it is."""
        document = self.waiting()
        document.action_create_bills()
        document.move_id.action_post()
        for one in (document, self.waiting(self.line(7.0))):
            self.assertEqual(self.codes(one), ('ask', ['Nothing was had from this vendor before.']))
        document.sudo().status = 'approved'
        later = self.waiting(self.line(100.0, name='Qum'))
        self.assertEqual(self.codes(later)[0], 'ask')
        self.assertNotIn('Nothing was had from this vendor before.', later.advice_text)

    def test_other_companies_and_vendors_prove_nothing(self):
        other = self.setup_other_company()['company']
        self.answered(self.line(10.0), seller_vat=OTHER_VENDOR)
        self.answered(self.line(10.0), company=other)
        self.assertEqual(self.codes(self.waiting()), ('ask', ['Nothing was had from this vendor before.']))

    def test_many_at_once(self):
        self.answered()
        few, many = (self.env['vatportal.document'].union(*(self.waiting(qaime=f'MT27{run}{number:07d}') for number in range(run))) for run in (2, 12))
        few, many = (len(self.statements(lambda documents=documents: documents.mapped('advice'))) for documents in (few, many))
        self.assertLessEqual(many, few + 2)

    # ------------------------------------------------------------------ what a person decides

    def test_deciding(self):
        document, other = self.waiting(), self.waiting(self.line(7.0))
        clerk = new_test_user(self.env, 'answer-clerk', 'account.group_account_invoice', company_id=self.company.id, company_ids=self.company.ids)
        self.cr.flush()  # what is written with the creation is no change
        wizard = self.decide(document, 'refuse', user_id=clerk.id, note='Bu malları sifariş etməmişik')
        self.assertEqual(wizard.words, f'{document.qaime}: Bu malları sifariş etməmişik')
        self.assertEqual(document.refusal_words, wizard.words)
        self.assertEqual((document.answer_by_id, document.answer_at, document.answer_user_id), (self.env.user, ISSUED, clerk))
        self.assertEqual(self.told(document).user_id, clerk, 'who it is entrusted to hears of it')
        self.assertEqual(document.action_answer_at_portal()['url'], 'https://e-taxes.gov.az')
        self.cr.flush()
        self.decide(document + other, 'fine')
        self.assertEqual((document + other).mapped('answer_decision'), ['fine', 'fine'])
        self.cr.flush()
        self.assertGreaterEqual(
            len(document.sudo().message_ids.tracking_value_ids.filtered(lambda value: value.field_id.name == 'answer_decision')), 2, 'who and when stay'
        )
        self.assertFalse(self.told(document), 'silence does the rest')
        self.assertEqual((document.answer_user_id, document.answer_note, other.answer_note), (clerk, 'Bu malları sifariş etməmişik', False))
        self.decide(other, 'ask')
        self.assertIn(other.qaime, other.refusal_words)
        self.assertGreater(len(other.refusal_words), 30, 'without a note the reasons')
        document.sudo().status = 'approvedBySystem'
        with self.assertRaisesRegex(UserError, 'awaits an answer'):
            document.action_decide()
        self.assertEqual(document.answer_decision, 'fine')

    def test_deciding_of_several(self):
        """Only what is changed in the dialog is written: what each has of its own stays; what is emptied of all is gone of all."""
        one, two = self.waiting(), self.waiting(self.line(7.0))
        clerk = new_test_user(self.env, 'answer-several', 'account.group_account_invoice', company_id=self.company.id, company_ids=self.company.ids)
        self.decide(one, 'refuse', note='Artıqdır')
        self.decide(two, 'ask', note='Müqavilə?')
        at = one.answer_at
        self.at(ISSUED + timedelta(hours=1))
        wizard = (one + two).action_decide()['context']
        self.env['vatportal.answer.wizard'].with_context(**wizard).create({'user_id': clerk.id}).action_apply()
        said = ['answer_decision', 'answer_note', 'answer_user_id', 'answer_at']
        self.assertEqual(
            [tuple(document[name] for name in said) for document in one + two], [('refuse', 'Artıqdır', clerk, at), ('ask', 'Müqavilə?', clerk, at)]
        )
        self.env['vatportal.answer.wizard'].with_context(**wizard).create({'user_id': False, 'note': 'Birlikdə'}).action_apply()
        self.assertEqual(
            [tuple(document[name] for name in said[:3]) for document in one + two], [(word, 'Birlikdə', self.env['res.users']) for word in ('refuse', 'ask')]
        )
        self.decide(one + two, False, note='')
        self.assertEqual((one + two).mapped('answer_decision'), ['refuse', 'ask'])
        self.assertFalse(one.answer_note or two.answer_note)
        self.decide(one, False)
        self.assertFalse(one.answer_decision or one.answer_by_id or one.answer_at)

    def test_a_branch_has_read_it_too(self):
        """It is answered once: where both are at work it is on the list once, and one of them is told."""
        branch = self.env['res.company'].create({'name': 'Filial', 'parent_id': self.company.id})
        self.env.user.company_ids += branch
        document = self.waiting(qaime='MT261100000001')
        copy = self.waiting(qaime='MT261100000001', company=branch)
        domain = safe_eval(self.env.ref('l10n_az_vatportal.vatportal_document_action_answer').domain)
        for at_work, listed in ((self.company + branch, document), (branch, copy)):
            both = self.env['vatportal.document'].with_context(allowed_company_ids=at_work.ids)
            self.assertEqual(both.search([*domain, ('id', 'in', (document + copy).ids), ('company_id', 'in', at_work.ids)]), listed)
        self.at(ISSUED + timedelta(days=2))
        self.remind()
        self.assertTrue(self.told(document))
        self.assertFalse(self.told(copy))

    def test_who_may_decide(self):
        document = self.waiting()
        auditor = new_test_user(self.env, 'answer-auditor', 'account.group_account_readonly', company_id=self.company.id, company_ids=self.company.ids)
        self.assertTrue(document.with_user(auditor).advice)
        with self.assertRaises(AccessError):
            document.with_user(auditor)._decide(decision='fine')
        with self.assertRaises(AccessError):
            document.write({'answer_decision': 'fine'})
        stranger = new_test_user(self.env, 'answer-stranger', 'account.group_account_invoice', company_id=self.setup_other_company()['company'].id)
        with self.assertRaises(AccessError):
            document.with_user(stranger).action_decide()
        with self.assertRaisesRegex(UserError, 'no access'):
            self.decide(document, 'fine', user_id=stranger.id)

    # ------------------------------------------------------------------ none passes unseen

    def test_fifty_documents(self):
        """Whatever comes when, and whatever is decided: on its last two days each is on the list of what is to be answered soon, and
        somebody is told twice at most; only what is fine is left alone. Nothing is told of what awaits nothing."""
        random = Random(18)
        statuses = ['onApproval'] * 8 + ['approved', 'canceled']
        documents = self.env['vatportal.document'].union(
            *(
                self.waiting(
                    self.line(100.0 + number),
                    status=random.choice(statuses),
                    date=ISSUED + timedelta(hours=random.randrange(24 * 9)),
                    is_foreign=random.random() < 0.05,
                )
                for number in range(50)
            )
        )
        fine = documents.filtered(lambda document: document.awaits_answer and random.random() < 0.2)
        self.decide(fine, 'fine')
        open_ = documents.filtered('awaits_answer') - fine
        self.assertGreater(len(open_), 25)
        soon, unanswered = (next(task for task in self.env['vatportal.desk']._tasks() if task.key == key) for key in ('answer_soon', 'unanswered'))
        seen, told = set(), {}
        for day in range(16):
            self.at(ISSUED + timedelta(days=day))
            today = (ISSUED + timedelta(days=day)).date()
            listed = documents.search(self.env['vatportal.desk']._domain(soon))
            expected = open_.filtered(lambda document, today=today: 0 <= (document.vatportal_due_date - today).days <= 2)
            self.assertEqual(listed & documents, expected)
            self.assertEqual(
                documents.search(self.env['vatportal.desk']._domain(unanswered)) & documents,
                open_.filtered(lambda document, today=today: document.vatportal_due_date < today),
            )
            seen |= set(listed.ids)
            before = {document: self.told(document).ids for document in documents}
            self.remind()
            for document in documents:
                if set(self.told(document).ids) - set(before[document]):
                    told.setdefault(document, []).append((document.vatportal_due_date - today).days)
        self.assertEqual(seen & set(documents.ids), set(open_.ids))
        self.assertEqual({document: days for document, days in told.items() if days != [2, 1]}, {})
        self.assertEqual(set(told), set(open_))


class TestTourAnswer(BillCommon, HttpCase):
    def test_from_the_list_to_the_words(self):
        """What silence approves tomorrow is opened, refused with a reason, and says what to enter at e-taxes.gov.az."""
        document = self.document(status='onApproval', status_code='onApproval', date=fields.Datetime.now() - timedelta(days=3))
        for size in ('1366x768', '390x844'):
            with self.subTest(size):
                self.browser_size, self.touch_enabled = size, size == '390x844'
                document.sudo().write({'answer_decision': False, 'answer_note': False})
                self.start_tour('/odoo/e-taxes', 'vatportal_answer', login=self.env.user.login, timeout=90)
                self.assertEqual((document.answer_decision, document.answer_note, document.answer_by_id), ('refuse', 'Sifariş edilməyib', self.env.user))

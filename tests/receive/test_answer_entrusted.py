from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..answer_common import ISSUED, AnswerCommon
from ..common import script

INVOICING = 'account.group_account_invoice'


class TestAnswerEntrusted(AnswerCommon):
    """Whoever a document is entrusted to hears of it; where that person can't, somebody does who can."""

    def person(self, login, groups=INVOICING, companies=None):
        companies = companies or self.company
        return new_test_user(self.env, login, groups, company_id=companies[:1].id, company_ids=[Command.set(companies.ids)])

    def setUp(self):
        super().setUp()
        self.clerk = self.person('entrusted-clerk')
        self.responsible = self.person('entrusted-responsible')
        self.connector.responsible_id = self.responsible

    def test_who_can_be_entrusted(self):
        """None who can't see all of them: for want of rights, of the company of one of them, or because they have left."""
        other = self.setup_other_company()['company']
        self.env.user.company_ids += other
        ours, theirs = self.waiting(), self.waiting(company=other)
        both = ours.with_context(allowed_company_ids=(self.company + other).ids) + theirs
        stranger, employee, left = self.person('entrusted-stranger', companies=other), self.person('entrusted-employee', 'base.group_user'), self.person('left')
        left.active = False
        for user in (stranger, employee, left):
            with self.assertRaisesRegex(UserError, 'no access', msg=user.login):
                self.decide(ours, 'ask', user_id=user.id)
        with self.assertRaisesRegex(UserError, 'no access'):
            self.decide(both, 'ask', user_id=self.clerk.id)
        self.assertFalse(ours.answer_user_id or ours.answer_decision)
        for user, documents in ((self.clerk, ours), (stranger, theirs), (self.person('entrusted-both', companies=self.company + other), both)):
            self.decide(documents, 'ask', user_id=user.id)
            self.assertEqual(documents.answer_user_id, user)

    def test_who_can_see_no_more(self):
        """Rights, the company or the person may be taken away later: the task is another one's then, and the decision can be changed."""
        for name, change in {
            'left': {'active': False},
            'another company': None,
            'no rights': {'group_ids': [Command.set(self.env.ref('base.group_user').ids)]},
        }.items():
            with self.subTest(name), self.cr.savepoint() as savepoint:
                document = self.waiting()
                self.decide(document, 'refuse', user_id=self.clerk.id)
                self.assertEqual(self.told(document).user_id, self.clerk)
                other = self.env['res.company'].create({'name': 'Başqa'})
                self.clerk.write(change or {'company_id': other.id, 'company_ids': [Command.set(other.ids)]})
                self.at(ISSUED + timedelta(days=2))
                self.remind()
                self.assertEqual(self.told(document).user_id, self.responsible)
                self.decide(document, 'ask')
                self.assertEqual(document.answer_decision, 'ask')
                savepoint.rollback()

    def test_entrusted_to_another_one(self):
        """The task goes along: to the next person, and back to the one whose it is without anybody."""
        document, quiet = self.waiting(), self.waiting(self.line(7.0))
        second = self.person('entrusted-second')
        for user, whose in ((self.clerk, self.clerk), (second, second), (self.env['res.users'], self.responsible)):
            self.decide(document, 'refuse', user_id=user.id)
            self.assertEqual((document.answer_user_id, self.told(document).user_id, len(self.told(document))), (user, whose, 1))
        self.assertFalse(self.told(quiet))
        # What is fine is nobody's task, whoever has it.
        self.decide(quiet, 'fine', user_id=self.clerk.id)
        self.decide(quiet, 'fine', user_id=False)
        self.assertFalse(self.told(quiet))

    def test_a_document_without_a_last_day(self):
        """Nobody knows its day of issue, or the rule is switched off: whom it is entrusted to hears of it, until it is answered."""
        undated = self.waiting(date=False)
        self.env['vatportal.deadline'].search([('subject', 'in', ('answer', 'edited'))]).active = False
        documents = undated + self.waiting(self.line(7.0)) + self.waiting(self.line(9.0), status='onApprovalEdited')
        self.assertEqual(documents.mapped('vatportal_due_date'), [False] * 3)
        for document in documents:
            with self.subTest(status=document.status, date=document.date):
                self.decide(document, 'ask', user_id=self.clerk.id)
                self.remind()
                activity = self.told(document)
                self.assertEqual((activity.user_id, activity.summary), (self.clerk, f'e-taxes: answer {document.qaime}'))
                self.assertIn('until when is not known', activity.note)
        undated.sudo().activity_ids.unlink()  # as before the update
        script('19.0.1.12.0/end-entrusted.py').migrate(self.env.cr, '19.0.1.11.0')
        self.assertEqual(self.told(undated).user_id, self.clerk)
        # Settled, and not any more: said otherwise, or changed at e-taxes.
        for again in (lambda: self.decide(undated, 'ask', user_id=self.clerk.id), lambda: undated.sudo()._ask_again({'amount_total': 7})):
            self.decide(undated, 'fine', user_id=self.clerk.id)
            self.assertFalse(self.told(undated))
            again()
            self.assertEqual(self.told(undated).user_id, self.clerk)
        self.decide(documents[0], 'ask', user_id=False)
        self.decide(documents[1], 'fine')
        documents[2].sudo().status = 'approved'
        self.remind()
        self.assertFalse(any(map(self.told, documents)))

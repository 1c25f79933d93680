from datetime import datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user

from ..answer_common import ISSUED, AnswerCommon
from ..due_common import TRACKED

QAIME = 'MT261125000001'
UNDECIDED = (False, False, False)


class TestAnswerAgain(AnswerCommon):
    """What was decided is of the document as it was: once the portal shows another one, a person has to look again."""

    def shown(self, **changes):
        """The document as the portal shows it now."""
        Document = self.env['vatportal.document'].with_context(**TRACKED)
        Document._upsert_from_portal(self.connector, 'incoming', [self.as_downloaded(QAIME, **{'status': 'onApproval', **changes})])
        document = self.env['vatportal.document'].search([('qaime', '=', QAIME), ('company_id', '=', self.company.id)])
        self.cr.flush()
        return document

    def decided(self, document):
        return document.answer_decision, document.answer_by_id.id, document.answer_at

    def another(self):
        """What may be another one, by its name: the portal's words."""
        dear = {name: value * 2 for name, value in {'ini_amount': 100, 'ini_amount2': 100, 'apply_amount': 100, 'vat_amount': 18, 'net_amount': 118}.items()}
        return {
            'status': {'status': 'onApprovalEdited'},
            'status and amounts': {'status': 'onApprovalEdited', **dear, 'line': {**dear, 'unit_qty': 2}},
            'amounts': {**dear, 'line': {**dear, 'unit_qty': 2}},
            'rows': {'line': {'prod_name': 'Qum'}},
            'a row more': {'lines': [{**self.as_downloaded(QAIME).raw['lines'][0], 'line': number, 'unit_qty': 0.5} for number in (1, 2)]},
            'VAT': {'vat_amount': 17, 'net_amount': 117},
            'main note': {'main_subject': 'Müqavilə B-1'},
            'additional note': {'add_subject': 'Əlavə 7'},
            'kind': {'type': 'advanceInvoice'},
        }

    def test_another_document_is_decided_anew(self):
        clerk = new_test_user(self.env, 'again-clerk', 'account.group_account_invoice', company_id=self.company.id, company_ids=self.company.ids)
        soon = next(task for task in self.env['vatportal.desk']._tasks() if task.key == 'answer_soon')
        for name, changes in self.another().items():
            for decision in ('fine', 'ask', 'refuse'):
                with self.subTest(name, decision=decision), self.cr.savepoint() as savepoint:
                    self.at(ISSUED)
                    document = self.shown()
                    self.decide(document, decision, user_id=clerk.id, note='Baxıldı')
                    self.at(ISSUED + timedelta(days=2))
                    self.shown(**changes)
                    self.assertEqual(self.decided(document), UNDECIDED)
                    self.assertEqual((document.answer_user_id, document.answer_note), (clerk, 'Baxıldı'))
                    self.assertFalse(document.refusal_words)
                    self.at(datetime.combine(document.vatportal_due_date, ISSUED.time()) - timedelta(days=1))
                    self.assertIn(document, document.search(self.env['vatportal.desk']._domain(soon)))
                    self.remind()
                    self.assertEqual(self.told(document).user_id, clerk)
                    savepoint.rollback()

    def test_what_was_told_is_told_again(self):
        """On its last day whoever has been told of it already hears that it is another one."""
        self.at(ISSUED + timedelta(days=3))
        document = self.shown()
        self.remind()
        self.decide(document, 'refuse')
        first = self.told(document)
        self.assertTrue(first)
        self.shown(main_subject='Müqavilə B-1')
        self.remind()
        self.assertTrue(self.told(document))
        self.assertFalse(first.exists())

    def test_the_same_document_stays_decided(self):
        """The same content, in other words of the portal's; another name of a party; and what is over: none is decided anew."""
        document = self.shown()
        self.decide(document, 'fine')
        before = self.decided(document)
        for name, changes in {
            'the same': {},
            'written otherwise': {'net_amount': '118.00', 'line': {'net_amount': '118.000'}},
            'its id': {'id': 7},
            'a name': {'cmp_from': 'Qafqaz Təchizat QSC'},
            'approved': {'status': 'approvedBySystem'},
        }.items():
            with self.subTest(name):
                self.at(ISSUED + timedelta(days=1))
                self.shown(**changes)
                self.assertEqual(self.decided(document), before)

    def test_sent_back_in_between(self):
        """While the seller corrects it, nothing is asked; the correction is another document, even with the same figures."""
        document = self.shown()
        self.decide(document, 'refuse', note='Müqavilə yoxdur')
        self.shown(status='updateRequested')
        self.assertEqual(document.answer_decision, 'refuse', 'that is why')
        self.shown(status='onApprovalEdited')
        self.assertEqual(self.decided(document), UNDECIDED)
        changes = document.sudo().message_ids.tracking_value_ids.filtered(lambda value: value.field_id.name == 'answer_decision')
        self.assertIn('Refuse', changes.mapped('old_value_char'), 'what was decided stays in the history')

    # ------------------------------------------------------------------ while the dialog is open

    def opened(self, documents, **changes):
        """The dialog as a browser has it, with what somebody has changed there; its button saves it."""
        form = Form(self.env['vatportal.answer.wizard'].with_context(**TRACKED, **documents.action_decide()['context']))
        for name, value in changes.items():
            setattr(form, name, value)
        return form

    def press(self, form):
        """Press the button: (the dialog, whether it is there again)."""
        wizard = form.save()
        action = wizard.action_apply()
        self.assertIn((action['type'], action.get('res_id')), [('ir.actions.act_window_close', None), ('ir.actions.act_window', wizard.id)])
        return wizard, 'res_id' in action

    def test_it_changes_while_the_dialog_is_open(self):
        """What nobody has looked at is not decided, whatever changed, was decided before, or was changed in the dialog; alone and of several."""
        clerk = new_test_user(self.env, 'open-clerk', 'account.group_account_invoice', company_id=self.company.id, company_ids=self.company.ids)
        cases = ((False, {'decision': 'fine'}), ('fine', {'note': 'Baxıldı'}), ('fine', {'user_id': clerk}), ('refuse', {'decision': 'fine'}), ('ask', {}))
        for name, changes in self.another().items():
            for before, here in cases:
                with self.subTest(name, before=before, here=list(here)), self.cr.savepoint() as savepoint:
                    document = self.shown()
                    documents = document + self.waiting(self.line(7.0)) if here else document
                    if before:
                        self.decide(documents, before)
                    form = self.opened(documents, **here)
                    self.shown(**changes)
                    wizard, again = self.press(form)
                    self.assertTrue(again)
                    self.assertEqual((self.decided(document), document.answer_note, document.answer_user_id.id), (UNDECIDED, False, False))
                    self.assertIn(document.display_name, wizard.changed_text)
                    self.assertNotIn((documents - document).display_name or '?', wizard.changed_text)
                    # Looked at, it is decided; what else was changed in the dialog is there still.
                    form = Form(wizard)
                    self.assertFalse(form.decision)
                    form.decision = 'ask'
                    self.assertEqual(self.press(form), (wizard, False))
                    self.assertEqual(documents.mapped('answer_decision'), ['ask'] * len(documents))
                    self.assertEqual(document.answer_note, here.get('note', False))
                    self.assertEqual(document.answer_user_id.id, 'user_id' in here and clerk.id)
                    savepoint.rollback()

    def test_a_colleague_was_faster(self):
        """What another person has said meanwhile is not written over unseen, nor taken for what was said here."""
        document = self.shown()
        form = self.opened(document, decision='fine')
        self.decide(document, 'refuse', note='Sifariş edilməyib')
        wizard, again = self.press(form)
        self.assertTrue(again)
        self.assertEqual((document.answer_decision, wizard.decision, wizard.note), ('refuse', 'refuse', 'Sifariş edilməyib'))
        form = Form(wizard)
        form.user_id = self.env.user
        self.assertEqual(self.press(form), (wizard, False))
        self.assertEqual((document.answer_decision, document.answer_note, document.answer_user_id), ('refuse', 'Sifariş edilməyib', self.env.user))

    def test_nothing_new_while_the_dialog_is_open(self):
        """The same in other words is no other document; what is answered by then is said at once."""
        document = self.shown()
        form = self.opened(document, decision='fine')
        self.shown(net_amount='118.00', id=7, cmp_from='Qafqaz Təchizat QSC')
        self.assertFalse(self.press(form)[1])
        self.assertEqual(document.answer_decision, 'fine')
        form = self.opened(document, decision='refuse')
        self.shown(status='approvedBySystem')
        with self.assertRaisesRegex(UserError, 'awaits an answer'):
            self.press(form)
        self.assertEqual(document.answer_decision, 'fine')

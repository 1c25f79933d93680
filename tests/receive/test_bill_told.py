from odoo import Command
from odoo.tests import new_test_user, tagged

from ..xml_common import NUMBER, XmlCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestBillTold(XmlCommon):
    """An entry that may be meant is named to those who may see it; all others are told no more than where it is."""

    def typed(self, **vals):
        line = {'name': 'Sement', 'price_unit': 100, 'tax_ids': [Command.set(self.purchase['vat'].ids)]}
        move = self.env['account.move'].create(
            {'move_type': 'in_invoice', 'partner_id': self.vendor.id, 'invoice_date': '2026-11-20', 'invoice_line_ids': [Command.create(line)], **vals}
        )
        move.action_post()
        return move

    def hide(self, bill):
        """A clerk who, by a rule, may see every entry but ``bill``."""
        clerk = new_test_user(self.env, f'clerk {bill.id}', 'account.group_account_invoice', company_id=self.company.id)
        rule = f"[('id', '!=', {bill.id} if user.id == {clerk.id} else 0)]"
        self.env['ir.rule'].create({'name': 'theirs', 'model_id': self.env['ir.model']._get_id('account.move'), 'domain_force': rule})
        return clerk

    def by_number(self):
        document = self.document()
        return document, self.typed(ref=document.qaime)

    def alike(self):
        return self.document(), self.typed(ref='INV-118')

    def with_its_file(self):
        document, bill = self.document(250.0), self.typed(ref='INV-119')
        bill.sudo().vatportal_file_document_id = document
        return document, bill

    def same(self):
        bill = self.drop(self.xml(note='İcarə'))
        bill.invoice_date = '2026-10-31'
        bill.action_post()
        self.store(self.as_downloaded(NUMBER, {'unit_name': 'ƏDƏD'}, datetime='30.11.2026 10:00', main_subject='İcarə'))
        document = self.documents(qaime=NUMBER)
        document._make_bills()
        return document, bill

    def test_what_is_told(self):
        for case in (self.same, self.by_number, self.alike, self.with_its_file):
            with self.subTest(case.__name__):
                document, bill = case()
                self.assertEqual((document._make_bills(), document.bill_state), (bill.browse(), 'ask'))
                draft = self.env['account.move'].create({'move_type': 'in_invoice', 'auto_post': 'at_date', 'invoice_date': '2026-11-20'})
                draft.sudo().vatportal_file_document_id = document
                clerk = self.hide(bill)
                for user, sees in ((self.env.user, True), (clerk, False)):
                    self.env.invalidate_all()
                    alerts = draft.with_user(user)._get_alerts()
                    questions = [document.with_user(user).sudo().bill_ask, document.with_user(user).bill_ask]
                    for told in (*questions, alerts['vatportal_file_question']['message'], alerts['vatportal_bill_waits']['message']):
                        self.assertEqual((bill.name in told, self.company.name in told), (sees, not sees), told)
                    wizard = self.env['vatportal.bill.wizard'].with_user(user).create({'document_id': document.id})
                    proposed = wizard.web_read({'proposed_ids': {'fields': {'name': {}}}, 'question': {}})[0]['proposed_ids']
                    self.assertEqual([one['name'] for one in proposed], [bill.name] if sees else [])

    def test_a_file_of_what_is_billed(self):
        """Whoever may not see the bill is not sent to it, and keeps the file."""
        self.document(qaime=NUMBER).action_create_bills()
        bill = self.documents(qaime=NUMBER).move_id
        bill.invoice_date = '2026-11-20'
        bill.action_post()
        clerk = self.hide(bill)
        draft = self.drop(self.xml(number=NUMBER), user=clerk)
        self.assertEqual((draft.state, draft.invoice_line_ids.ids), ('draft', []))
        bodies = ' '.join(draft.message_ids.mapped('body'))
        self.assertIn(f'It is here already: {self.company.name}.', bodies)
        self.assertNotIn(bill.name, bodies)
        self.assertTrue(self.env['ir.attachment'].search([('res_model', '=', 'account.move'), ('res_id', '=', draft.id)]))
        self.assertEqual(self.drop(self.xml(number=NUMBER)), bill)

    def test_what_is_written_down_names_nothing(self):
        """The chatter is read by all, whoever it was written by."""
        bill = self.typed(ref=NUMBER)
        self.company.autopost_bills, self.vendor.autopost_bills = True, 'always'
        draft = self.drop(self.xml(number=NUMBER))
        draft.partner_id = self.vendor
        self.assertIn(bill.name, draft._get_alerts()['vatportal_file_question']['message'])
        draft._autopost_bill()
        bodies = [body for body in draft.message_ids.mapped('body') if 'bears this number already' in body]
        self.assertEqual(len(bodies), 2)
        for body in bodies:
            self.assertNotIn(bill.name, body)
            self.assertIn(f'{self.company.name} bears', body)

    def test_nobody_is_led_by_a_machine(self):
        """With the rights of the machine nobody is sent anywhere: the empty draft of the file goes, whoever runs it."""
        self.document(qaime=NUMBER).action_create_bills()
        bill = self.documents(qaime=NUMBER).move_id
        clerk = self.hide(bill)
        draft = self.drop(self.xml(number=NUMBER), user=clerk)
        self.assertEqual(draft.with_user(clerk)._vatportal_existing_bills(), draft)
        self.assertEqual(draft.with_user(clerk).sudo()._vatportal_existing_bills(), bill)
        self.assertFalse(draft.exists())

    def test_whatever_is_read_first(self):
        document, bill = self.by_number()
        document._make_bills()
        clerk = self.hide(bill)
        for user, seen in ((clerk, bill.browse()), (self.env.user, bill)):
            wizard = self.env['vatportal.bill.wizard'].with_user(user).create({'document_id': document.id})
            for name in ('move_id', 'proposed_ids'):
                wizard.sudo()[name]  # as whatever is flushed by a machine in between
                self.assertEqual(wizard[name], seen, name)
            own = self.env['vatportal.bill.wizard'].with_user(user).create({'document_id': document.id})
            self.assertEqual((own.move_id, own.proposed_ids), (seen, seen))

    def test_it_belongs_to_another_bill(self):
        document = self.document()
        bill = document._make_bill()
        bill.action_post()
        other = self.typed()
        clerk = self.hide(bill)
        problem = document.with_user(clerk)._link_problem(other)
        self.assertIn(f'belongs to {self.company.name}', problem)
        self.assertIn(f'belongs to {bill.display_name}', document._link_problem(other))

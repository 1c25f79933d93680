from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from ...models.document.status import ACTIVITY, DOCUMENT_ACTIVITY
from ..bill_common import OTHER_VENDOR, BillCommon


class TestTakeOff(BillCommon):
    """*Not This Invoice*: what an import, or a person, has linked wrongly comes off again."""

    def imported(self, document):
        self.env['vatportal.document']._on_imported(document, document.browse())
        return document

    def taken_for(self, **vals):
        """A sent document that an import has linked with an invoice by its total."""
        move = self.create_invoice(invoice_date='2026-11-18')
        document = self.imported(self.document(direction='outgoing', **vals))
        self.assertEqual((document.move_id, document.can_take_off), (move, True))
        return document, move

    def test_an_invoice_of_the_same_total(self):
        """The qaimə of a delivery that nobody had invoiced yet went to an earlier invoice; both find their way."""
        document, wrong = self.taken_for()
        with self.assertRaisesRegex(UserError, 'press “Not This Invoice”'):
            document.action_link_move(self.create_invoice({'price_unit': 7}).id)
        document.action_not_this_move()
        self.assertFalse(document.move_id or document.had_bill or wrong.vatportal_document_id)
        self.assertEqual((document.other_move_ids, wrong.vatportal_state, wrong.vatportal_can_send), (wrong, 'none', True))
        for record in (document, wrong):
            self.assertIn(self.env.user.name, ' '.join(record.message_ids.mapped('body')))
        right = self.create_invoice(invoice_date='2026-11-19')
        self.assertEqual([problem['candidate'] for problem in right._vatportal_candidate_problems()[right]], [document.id])
        self.assertFalse(wrong._vatportal_candidate_problems())
        document.sudo()._match_invoices()
        self.assertEqual(document.move_id, right, 'the wrong one is not looked at again')
        self.finish(self.send(wrong))
        self.assertEqual(wrong.vatportal_state, 'registered')

    def test_it_can_be_linked_again(self):
        document, wrong = self.taken_for()
        document.action_not_this_move()
        document.action_link_move(wrong.id)
        self.assertEqual((document.move_id, document.other_move_ids.ids), (wrong, []))

    def test_what_was_asked_of_the_invoice(self):
        document, wrong = self.taken_for(status='updateRequested')
        self.assertTrue(wrong.activity_search([ACTIVITY]))
        document.action_not_this_move()
        self.assertFalse(wrong.activity_search([ACTIVITY]))
        self.assertTrue(document.activity_search([DOCUMENT_ACTIVITY]))

    def test_an_advance_that_the_wrong_one_settles(self):
        advance = self.document(direction='outgoing', kind='advanceInvoice', partner_id=self.partner.id)
        wrong = self.create_invoice(vatportal_advance_id=advance.id)
        document = self.document(direction='outgoing')
        document.action_link_move(wrong.id)
        left = advance.advance_left
        document.action_not_this_move()
        self.assertEqual((left, advance.advance_left), (0.0, 118.0))

    def test_a_partner_that_the_wrong_one_lent(self):
        lender = self.other_partner
        lender.vat = False
        wrong = self.create_invoice(partner_id=lender.id)
        document = self.document(direction='outgoing')
        document.action_link_move(wrong.id)
        self.assertEqual(document.partner_id, lender)
        document.action_not_this_move()
        self.assertEqual(document.partner_id, self.partner)

    def test_what_was_sent_from_here_stays(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        document = move.vatportal_document_id
        self.assertFalse(document.can_take_off)
        with self.assertRaisesRegex(UserError, 'was sent from this invoice'):
            document.action_not_this_move()
        with self.assertRaisesRegex(UserError, 'has no invoice'):
            self.document(direction='outgoing').action_not_this_move()

    # ------------------------------------------------------------------ received

    def typed(self, **vals):
        """A posted bill that somebody entered by hand."""
        vals = {'move_type': 'in_invoice', 'partner_id': self.vendor.id, 'invoice_date': '2026-11-20', **vals}
        return self.create_invoice({'price_unit': 100, 'tax_ids': [Command.set(self.purchase['vat'].ids)]}, **vals)

    def test_a_bill_in_a_locked_period(self):
        document, wrong = self.document(), self.typed()
        document.action_link_move(wrong.id)
        self.company.sudo().purchase_lock_date = self.company.sudo().tax_lock_date = '2026-11-30'
        document.action_not_this_move()
        self.assertEqual((wrong.state, wrong.vatportal_bill_document_id.id, document.bill_state), ('posted', False, 'to_bill'))
        document.action_create_bills()
        self.assertEqual(document.bill_state, 'billed')
        self.assertNotEqual(document.move_id, wrong)

    def test_the_bill_that_was_made_of_it(self):
        """It stands alone: nothing on it is of the document any more, and it is not proposed."""
        bill = self.bill()
        document = bill.vatportal_bill_document_id
        bill.action_post()
        mappings = self.env['vatportal.product.mapping'].search_count([])
        document.action_not_this_move()
        self.assertFalse(self.product_lines(bill).vatportal_line_id or document.bill_notes or document.had_bill)
        self.assertEqual(self.env['vatportal.product.mapping'].search_count([]), mappings)
        self.assertFalse(document._bills_that_may_be_meant())
        document.action_create_bills()
        self.assertIn('bears this number already', document.bill_question)
        other = self.document()
        other.action_link_move(bill.id)
        self.assertEqual(bill.vatportal_bill_document_id, other)
        with Form(bill):
            pass

    def test_lines_that_are_of_no_document_any_more(self):
        """Linked with another one the bill counts as typed, and so does a duplicate: what was corrected by hand is not replaced."""
        # Of so little in another column that it is no quantity, with road tax; without rows; and with a rounding line.
        small = self.line(1000.0, amount_vat_base=996.0, amount_exempt=4.0, vat=179.28, road=2.0, total=1181.28)
        sums = {'amount_goods': 100.0, 'amount_net': 100.0, 'amount_vat_base': 100.0, 'amount_vat': 18.0, 'amount_total': 118.0, 'line_ids': []}
        for rows, vals in (([small], {}), ([], sums), ([100.0], {'amount_total': 118.02})):
            with self.subTest(vals=vals):
                bill = self.bill(*rows, **vals)
                document = bill.vatportal_bill_document_id
                bill.action_post()
                self.company.sudo().purchase_lock_date = self.company.sudo().tax_lock_date = '2026-11-30'
                document.action_not_this_move()
                self.company.sudo().purchase_lock_date = self.company.sudo().tax_lock_date = False
                lines = self.product_lines(bill)
                self.assertFalse(any(lines.mapped('is_imported')) or any(lines.mapped('vatportal_line_mark')) or lines.vatportal_line_id)
                bill.button_draft()
                for move in (bill, bill.copy({'invoice_date': bill.invoice_date})):
                    corrected = self.product_lines(move)[:1]
                    corrected.name = 'By hand'
                    other = self.document(self.line(bill.amount_total + 1, category='exempt'))
                    other.action_link_move(move.id)
                    self.assertTrue(move._vatportal_is_typed())
                    with self.assertRaisesRegex(UserError, 'were not made of the document'):
                        move.action_vatportal_rebuild_bill()
                    self.assertEqual(corrected.name, 'By hand')

    def test_the_bill_of_another_vendor(self):
        document = self.document(seller_vat=OTHER_VENDOR)
        self.vendor.vat = False
        document.action_link_move(self.typed().id)
        self.assertEqual(document.partner_id, self.vendor)
        document.action_not_this_move()
        self.assertFalse(document.partner_id)

    # ------------------------------------------------------------------ who may

    def test_who_may(self):
        document, wrong = self.taken_for()
        reader = new_test_user(self.env, 'off reader', groups='account.group_account_readonly', company_id=self.company.id)
        clerk = new_test_user(self.env, 'off clerk', groups='account.group_account_invoice', company_id=self.company.id)
        self.env['ir.rule'].create({'name': 'theirs', 'model_id': self.env['ir.model']._get_id('account.move'), 'domain_force': [('id', '!=', wrong.id)]})
        for user in (reader, clerk):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                document.with_user(user).action_not_this_move()
        self.assertEqual(document.sudo().move_id, wrong)
        self.env['ir.rule'].search([('name', '=', 'theirs')]).unlink()
        self.env.invalidate_all()
        document.with_user(clerk).action_not_this_move()
        self.assertFalse(document.move_id)

from odoo import Command
from odoo.tests import new_test_user

from ..bill_common import OTHER_VENDOR, BillCommon


class TestBillAlike(BillCommon):
    """An entry that was typed before its document came, with the vendor's own number or none: no second one is made unasked."""

    def typed(self, move_type='in_invoice', price=100, post=True, **vals):
        """Typed and dated the day before the document, which is of 21 November in Baku."""
        of_sales = move_type == 'out_refund'
        line = {'name': 'Sement', 'price_unit': price, 'tax_ids': [Command.set((self.taxes if of_sales else self.purchase)['vat'].ids)]}
        move = self.env['account.move'].create(
            {
                'move_type': move_type,
                'partner_id': (self.partner if of_sales else self.vendor).id,
                'invoice_date': '2026-11-20',
                'ref': 'INV-118',
                'invoice_line_ids': [Command.create(line)],
                **vals,
            }
        )
        self.env.cr.execute("UPDATE account_move SET create_date = '2026-11-20 10:00:00' WHERE id = %s", [move.id])
        if post:
            move.action_post()
        return move

    def assert_asks(self, document, bill):
        document._request_bills()
        self.run_cron()
        self.assertEqual((document.bill_state, document.move_id.ids), ('ask', []))
        self.assertIn(f'{bill.display_name} is of the same partner and total', document.bill_question)
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        self.assertEqual((wizard.proposed_ids, wizard.move_id), (bill, bill))
        return wizard

    def assert_bills(self, document):
        document._request_bills()
        self.run_cron()
        self.assertEqual(document.bill_state, 'billed', document.bill_question)

    def test_it_is_asked_about(self):
        undated = {'post': False, 'invoice_date': False}
        for vals in (
            {},
            {'post': False},
            undated,
            {**undated, 'move_type': 'in_receipt'},
            {'ref': False},
            {'ref': 'Akt 20261118'},
            {'invoice_date': '2026-11-27'},
            {'move_type': 'in_receipt'},
        ):
            with self.subTest(**vals):
                bill, document = self.typed(**vals), self.document()
                self.assert_asks(document, bill).action_link()
                self.assertEqual(document.move_id, bill)

    def test_what_a_credit_note_of_something_else_pays_stands(self):
        """Odoo calls it reversed. What was paid before it was taken back was bought, too: a person tells which it is."""
        bonus = self.typed('in_refund', price=300, ref='Bonus')
        paid, other = self.typed(price=100), self.typed(price=200, ref='Other')
        self.settle_with(paid, other, bonus)
        self.assertEqual(paid.payment_state, 'reversed')
        document = self.document()
        self.assert_asks(document, paid)
        paid.line_ids.remove_move_reconcile()
        self.pay_in_bank(paid)
        self.credit_apart(paid)
        self.assertNotEqual(paid.payment_state, 'reversed')
        self.assert_asks(self.document(), paid)

    def test_a_draft_without_a_day(self):
        """As a purchase order makes it: the day on which it was typed tells how far away it is."""
        bill, document = self.typed(post=False, invoice_date=False), self.document()
        for day, alike in (('2026-10-10', bill), ('2026-12-30', bill), ('2026-10-01', bill.browse()), ('2027-01-10', bill.browse())):
            self.env.cr.execute('UPDATE account_move SET create_date = %s WHERE id = %s', [f'{day} 10:00:00', bill.id])
            with self.subTest(day):
                self.assertEqual(document._bills_alike(), alike)

    def test_of_many_at_once(self):
        bill, documents = self.typed(), self.document() + self.document(50.0)
        documents.action_create_bills()
        self.assertEqual(documents.mapped('bill_state'), ['ask', 'billed'])
        self.assertIn(bill.display_name, documents[0].bill_question)

    def test_what_is_told_as_long_as_it_is_open(self):
        """Once, in the reader's own language, and no longer than it stands."""
        bill, document = self.typed(post=False), self.document()
        document.action_create_bills()
        bill.action_post()
        self.env.invalidate_all()
        self.assertEqual(document.bill_ask.count('is of the same partner'), 1, document.bill_ask)
        self.assertIn(bill.name, document.bill_ask)
        document.sudo().bill_question = 'Bank köçürməsi'
        self.assertNotIn('Bank', document.bill_ask)
        bill.button_draft()
        bill.button_cancel()
        self.env.invalidate_all()
        self.assertEqual((document.bill_state, document.bill_ask), ('ask', 'Its bill can be made now; try again.'))
        document._make_bills()
        self.assertEqual(document.bill_state, 'billed')

    def test_another_one_is_made(self):
        self.assert_asks(document := self.document(), self.typed()).action_create()
        self.assertEqual(document.bill_state, 'billed')

    def test_a_customer_s_return(self):
        credit, document = self.typed('out_refund'), self.document(kind='returnInvoice', seller_vat=self.partner.vat)
        self.assert_asks(document, credit).action_link()
        self.assertEqual(document.move_id, credit)

    def test_what_is_another_one(self):
        self.typed(price=101)
        self.typed('in_refund')
        self.typed(partner_id=self.vendor.copy({'vat': OTHER_VENDOR}).id)
        self.typed(invoice_date='2026-11-29')
        self.typed(invoice_date='2026-11-13')
        self.typed(ref='MT2611 58878148')
        self.typed(post=False).button_cancel()
        self.reverse_in_dialog(self.typed(), create=False).action_post()
        self.bill(qaime='MT261158878149')
        document = self.document()
        document.sudo().other_move_ids = self.typed()
        self.assert_bills(document)

    def test_settled_without_money(self):
        """What Odoo calls reversed: set off against a bonus, or settled by a journal entry, it was bought, or came back, all the same."""
        for move_type, how, vals in (
            ('in_invoice', 'bonus', {}),
            ('in_receipt', 'bonus', {}),
            ('in_invoice', 'both', {}),
            ('out_refund', 'entry', {'kind': 'returnInvoice', 'seller_vat': self.partner.vat}),
        ):
            with self.subTest(move_type, how=how):
                bill = self.typed(move_type)
                if how != 'entry':
                    bonus = self.typed('in_refund', price=150 if how == 'bonus' else 50, ref='Bonus')
                    (bill + bonus).line_ids.filtered(lambda line: line.account_type == 'liability_payable').reconcile()
                if how != 'bonus':
                    self.settle_by_entry(bill, 'asset_receivable')
                self.assertEqual(bill.payment_state, 'reversed')
                document = self.document(**vals)
                self.assert_asks(document, bill).action_link()
                self.assertEqual(document.move_id, bill)

    def test_taken_back(self):
        """A receipt as a bill; one that was paid and given back later was bought."""
        self.reverse_in_dialog(self.typed('in_receipt'), create=False).action_post()
        self.assert_bills(self.document())
        paid = self.typed()
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=paid.ids).create({}).action_create_payments()
        self.reverse_in_dialog(paid, create=False).action_post()
        self.assertIn(paid, self.document()._bills_alike())

    def test_a_bill_that_is_not_to_be_seen(self):
        """By a rule, clerks see their own bills alone: they are asked, and told no more than where it is."""
        self.typed()
        clerk = new_test_user(self.env, 'alike clerk', 'account.group_account_invoice', company_id=self.company.id)
        self.env['ir.rule'].create({'name': 'theirs', 'model_id': self.env['ir.model']._get_id('account.move'), 'domain_force': [('ref', '!=', 'INV-118')]})
        document = self.document().with_user(clerk)
        document.action_create_bills()
        self.assertIn(f'{self.company.name} is of the same partner', document.bill_question)
        self.assertFalse(self.env['vatportal.bill.wizard'].with_user(clerk).create({'document_id': document.id}).proposed_ids)

    def test_a_file_without_a_day(self):
        bill = self.typed(invoice_date='2026-11-02')
        document = self.document(date=False, status=False)
        self.assertEqual(document._bills_alike(), bill)

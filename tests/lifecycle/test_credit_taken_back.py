import re

from odoo.fields import Domain

from ...models.account_move.due import SAYS_SOMETHING
from ..common import script
from .credit_common import CreditCommon

NEVER, NOT_SENT, AWAITED = ('never', 'reversed'), ('only_odoo', 'not_sent'), ('only_odoo', 'awaits_return')


class TestCreditTakenBack(CreditCommon):
    """What takes back a credit note is nothing at e-taxes as long as the credit note is nothing there, and what that one took back stands again."""

    # ------------------------------------------------------------------ a credit note that is taken back

    def test_of_what_stands(self):
        for prices, taken in (((200,), 236), ((), 1180)):
            with self.subTest(taken):
                sold = self.sent()
                credit = self.back(sold, *prices)
                self.assertEqual(sold._vatportal_credits(), {credit: taken})
                self.assertEqual('vatportal_reversed' in (sold.alerts or {}), not prices)
                again = self.back(credit)
                self.assertEqual((again.move_type, again.reversed_entry_id), ('out_invoice', credit))
                for _time in range(2):
                    self.assertEqual(sold._vatportal_credits(), {})
                    self.assertNotIn('vatportal_reversed', sold.alerts or {})
                    self.assertToSend()
                    self.assertFalse(self.env['account.move.send']._is_vatportal_applicable(again))
                    self.assertFound((sold, ('matched', False)), (credit, NEVER), (again, NEVER))
                    again.button_draft()
                    self.assertEqual(sold._vatportal_credits(), {credit: taken})
                    self.assertFound((credit, AWAITED))
                    again.action_post()

    def test_of_what_was_never_sent(self):
        """The invoice is to be sent, and nothing else."""
        sold = self.sale({'vat': 1000})
        credit = self.back(sold)
        self.assertToSend()
        again = self.back(credit)
        self.assertToSend(sold)
        self.assertFound((sold, NOT_SENT), (credit, NEVER), (again, NEVER))
        again.button_draft()
        self.assertToSend()

    def test_of_nothing(self):
        """A bonus that was given by mistake."""
        bonus = self.sale({'vat': 300}, move_type='out_refund')
        again = self.back(bonus)
        self.assertToSend()
        self.assertFound((bonus, NEVER), (again, NEVER))

    def test_whose_return_stands(self):
        """Then the goods were sold anew."""
        sold = self.sent()
        credit = self.back(sold, 200)
        again = self.back(credit)
        document = self.returned(credit, 200).sudo()
        for status, told in (('approved', True), ('canceled', False), ('approved', True)):
            document.status = status
            self.assertToSend(*[again] if told else [])
            self.assertEqual(sold._vatportal_credits(), {credit: 236} if told else {})
            self.assertFound((credit, ('matched', False) if told else NEVER), (again, NOT_SENT if told else NEVER))
        document.move_id = False
        self.assertToSend()

    def test_by_what_was_sent_all_the_same(self):
        """It is a sale of its own, and the return of the first one is awaited."""
        sold = self.sent()
        credit = self.back(sold, 200)
        again = self.back(credit)
        self.at_etaxes(again, {'vat': 200})
        self.assertEqual(sold._vatportal_credits(), {credit: 236})
        self.assertFound((credit, AWAITED), (again, ('matched', False)))

    def test_by_what_is_taken_back_itself(self):
        sold = self.sent()
        credit = self.back(sold, 200)
        again = self.back(credit)
        last = self.back(again)
        self.assertEqual(sold._vatportal_credits(), {credit: 236})
        self.assertToSend()
        self.assertFound((credit, AWAITED), (again, NEVER), (last, NEVER))

    def test_in_part(self):
        sold = self.sent()
        credit = self.back(sold, 200)
        again = self.back(credit, 50)
        self.assertEqual(sold._vatportal_credits(), {credit: 177})
        self.assertToSend()
        self.assertFound((credit, AWAITED), (again, NEVER))

    def test_by_more_than_it_took(self):
        """What goes beyond it is a sale of its own."""
        sold = self.sent()
        credit = self.back(sold, 200)
        again = self.back(credit, 1000)
        for _time in range(2):
            self.assertEqual(sold._vatportal_credits(), {})
            self.assertToSend(again)
            self.assertFound((credit, NEVER), (again, NOT_SENT))
            again.button_draft()
            again.invoice_line_ids.price_unit = 200
            again.action_post()
            self.assertToSend()
            self.assertFound((credit, NEVER), (again, NEVER))
            again.button_draft()
            again.invoice_line_ids.price_unit = 200.01
            again.action_post()

    def test_which_stands_no_more(self):
        sold = self.sent()
        credit = self.back(sold, 200)
        again = self.back(credit)
        for reset in (credit.button_draft, credit.button_cancel):
            self.assertToSend()
            reset()
            self.assertToSend(again)
            self.assertFound((sold, ('matched', False)), (again, NOT_SENT))
            if credit.state == 'draft':
                credit.action_post()
        credit.button_draft()
        credit.action_post()
        self.assertToSend()
        credit.sudo().vatportal_package_date = '2026-11-20'
        self.assertToSend(again)

    def test_twice(self):
        """Of both no more than one can be of the credit note."""
        credit = self.back(self.sent(), 200)
        both = self.back(credit)
        self.assertToSend()
        both |= self.back(credit)
        self.assertToSend(*both)
        self.assertFound(*((move, NOT_SENT) for move in both))
        # Taken back itself, the first one is nothing, and the second one is that of the credit note.
        back = self.back(both[0])
        self.assertToSend()
        self.assertFound(*((move, NEVER) for move in both | back))
        back.button_draft()
        self.assertToSend(*both)
        both[1].button_draft()
        both[1].button_cancel()
        self.assertToSend()

    def test_what_is_asked_before_it_is_sent(self):
        """The same as its last day says."""
        credit = self.back(self.sent(), 200)
        again = self.back(credit)
        self.assertToSend()
        self.assertIn('nothing is to be sent for this one', self.asked(again))
        other = self.back(credit)
        self.assertToSend(again, other)
        for move in (again, other):
            self.assertIn('goes beyond it, or is in another currency: what is sold anew is to be sent', self.asked(move))
        other.button_draft()
        other.button_cancel()
        self.assertIn('nothing is to be sent for this one', self.asked(again))
        again.button_draft()
        again.invoice_line_ids.price_unit = 1200
        again.action_post()
        self.assertIn('goes beyond it, or is in another currency: what is sold anew is to be sent', self.asked(again))
        for reset in (credit.button_draft, credit.button_cancel):
            reset()
            self.assertToSend(again)
            self.assertIn('does not stand any more: what is sold anew is to be sent', self.asked(again))

    def test_in_a_package(self):
        """It may be at e-taxes: then it is a sale of its own, and the first one was given back."""
        sold = self.sale({'vat': 1000})
        again = self.back(self.back(sold))
        self.assertToSend(sold)
        again.sudo().vatportal_package_date = '2026-11-20'
        self.assertToSend()
        again.action_vatportal_forget_package()
        self.assertToSend(sold)

    def test_a_bill_of_more(self):
        bought = self.posted_bill(100.0).move_id
        credit = self.back(bought, 50, vatportal_kind_id=False)
        again = self.back(credit, 70)
        self.assertFound((bought, ('matched', False)), (credit, NEVER), (again, ('only_odoo', 'no_document')))

    def test_in_another_currency(self):
        euro = self.setup_other_currency('EUR', rates=[('2026-01-01', 0.55)])
        sold = self.sale({'vat': 1000}, currency_id=euro.id)
        credit = self.back(sold)
        again = self.back(credit)
        self.assertEqual(again.currency_id, euro)
        self.assertToSend(sold)
        self.assertFound((sold, NOT_SENT), (credit, NEVER), (again, NEVER))

    def test_a_return_to_the_vendor(self):
        """That was not sent."""
        bought = self.posted_bill(100.0).move_id
        for kind in (self.kind('returnInvoice').id, False):
            with self.subTest(kind):
                credit = self.back(bought, vatportal_kind_id=kind)
                self.assertToSend(*[credit] if kind else [])
                again = self.back(credit)
                self.assertEqual(again.move_type, 'in_invoice')
                self.assertToSend()
                self.assertEqual(bought._vatportal_credits(), {})
                self.assertFound((bought, ('matched', False)), (credit, NEVER), (again, NEVER))

    def test_what_the_search_says(self):
        """The same as each entry, in both directions, in one statement for all types."""
        sold, bought, gone = self.sent(), self.posted_bill(100.0).move_id, self.sent(500)
        credits = [self.back(sold, 200), self.back(bought, vatportal_kind_id=self.kind('returnInvoice').id)]
        moves = sold.union(bought, gone, *credits, *(self.back(credit) for credit in credits))
        moves |= self.back(gone, 10, vatportal_kind_id=self.kind('taxCodex163').id)
        gone.vatportal_document_id.sudo().status = 'canceled'
        standing = self.back(sold, 100)
        self.returned(standing, 100)
        moves |= standing | self.back(standing)
        switched = self.reverse_in_dialog(gone, create=False, date='2026-11-20')
        switched.action_switch_move_type()
        switched.action_post()
        moves |= switched
        more = self.back(gone, 20)
        draft = self.back(more)
        draft.button_draft()
        moves |= more | draft | self.back(self.back(sold, 5), 6)
        says = moves.filtered(lambda move: not move._vatportal_credits_nothing())
        self.assertEqual(len(moves - says), 5, 'what takes back a credit note, or credits what is gone')
        own = Domain('id', 'in', moves.ids)
        self.assertEqual(moves.search(own & SAYS_SOMETHING), says.sorted(lambda move: move.search(own).ids.index(move.id)))
        self.assertEqual(moves.search(own & ~SAYS_SOMETHING), (moves - says).sorted(lambda move: move.search(own).ids.index(move.id)))
        statements = self.statements(lambda: moves.search(own & SAYS_SOMETHING))
        self.assertEqual(max(len(re.findall(r'FROM "?account_move"?\s', statement)) for statement in statements), 4)

    def test_the_update(self):
        """What was told of before it is told anew."""
        sold = self.sale({'vat': 1000})
        again = self.back(self.back(sold))
        unsent = self.sale({'vat': 70})
        self.returned(self.back(unsent), 70)
        self.assertToSend(sold, unsent)
        shown = sold + unsent
        self.env.cr.execute('UPDATE account_move SET vatportal_shown_status = NULL, vatportal_due_date = NULL WHERE id IN %s', [shown._ids])
        self.env.cr.execute("UPDATE account_move SET vatportal_shown_status = 'none', vatportal_due_date = invoice_date WHERE id = %s", [again.id])
        self.env.invalidate_all()
        script('19.0.1.11.0/end-taken_back.py').migrate(self.env.cr, '19.0.1.10.0')
        self.assertToSend(sold, unsent)

    # ------------------------------------------------------------------ a credit note that has a document

    def test_the_return_of_what_was_never_sent(self):
        """It stands at e-taxes, and what it is about is missing there."""
        named, unnamed = self.sale({'vat': 100}), self.sale({'vat': 200})
        credits = self.back(named) + self.sale({'vat': 200}, move_type='out_refund')
        self.settle_with(unnamed, credits[1])
        for move, credit, net in ((named, credits[0], 100), (unnamed, credits[1], 200)):
            with self.subTest(named=bool(credit.reversed_entry_id)):
                self.assertToSend()
                document = self.returned(credit, net).sudo()
                self.assertToSend(move)
                self.assertFound((move, NOT_SENT), (credit, ('matched', False)))
                document.status = 'canceled'
                self.assertToSend()
                document.status = 'approved'
                self.assertToSend(move)
                document.move_id = False
                self.assertToSend()

    def test_whose_document_is_no_more(self):
        """Taken back in the books it is nobody's task."""
        credits = self.bill(100.0, kind='returnInvoice') + self.purchase_entry({'vat': 100}, move_type='in_refund', ref='Back', vatportal_kind_id=False)
        credits[0].invoice_date = credits[0].date = '2026-11-20'
        credits[0].action_post()
        self.at_etaxes(credits[1], {'vat': 100}, direction='incoming', kind='taxCodex163')
        for credit in credits:
            with self.subTest(credit.move_type):
                document = credit.vatportal_bill_document_id.sudo()
                document.status = 'canceled'
                document._follow_status()
                void = [('id', '=', credit.id), ('vatportal_bill_void', '=', True)]
                self.assertTrue(credit.vatportal_bill_void and credit.activity_ids and credit.search(void))
                self.assertFound((credit, ('only_odoo', 'void')))
                again = self.back(credit)
                self.assertFalse(credit.vatportal_bill_void or credit.activity_ids or credit.search(void))
                self.assertNotIn('vatportal_bill_void', credit.alerts or {})
                self.assertToSend()
                self.assertFound((credit, NEVER), (again, NEVER))
                again.button_draft()
                self.assertTrue(credit.vatportal_bill_void and credit.activity_ids and credit.search(void))
                again.action_post()
                self.assertFalse(credit.vatportal_bill_void or credit.activity_ids or credit.search(void))

    def test_by_a_few_qepik_less(self):
        """The VAT of a received document may be rounded otherwise than that of what takes back its entry; what is sold is exact."""
        bought = self.purchase_entry({'vat': 100}, move_type='in_refund', ref='Back', vatportal_kind_id=False)
        credits = bought + self.sale({'vat': 100}, move_type='out_refund')
        self.at_etaxes(credits[0], {'vat': 100}, direction='incoming', kind='taxCodex163')
        self.at_etaxes(credits[1], {'vat': 100}, direction='incoming', kind='returnInvoice')
        for credit, agrees in zip(credits, (True, False), strict=True):
            with self.subTest(credit.move_type):
                credit.vatportal_bill_document_id.sudo().status = 'canceled'
                again = self.back(credit, 99.97)
                self.assertEqual(round(credit.amount_total - again.amount_total, 2), 0.04)
                self.assertEqual(credit.vatportal_bill_void, not agrees)
                self.assertFound((credit, NEVER if agrees else ('only_odoo', 'void')))

    def test_a_receipt(self):
        for named in (True, False):
            with self.subTest(named=named):
                receipt = self.bill(100.0)
                receipt.write({'move_type': 'in_receipt', 'invoice_date': '2026-11-20', 'date': '2026-11-20'})
                receipt.action_post()
                receipt.vatportal_bill_document_id.sudo().status = 'canceled'
                self.assertFound((receipt, ('only_odoo', 'void')))
                if named:
                    credit = self.back(receipt, vatportal_kind_id=False)
                else:
                    credit = self.purchase_entry({'vat': 100}, move_type='in_refund', ref='By hand', vatportal_kind_id=False)
                    self.settle_with(receipt, credit)
                self.assertFalse(receipt.vatportal_bill_void)
                self.assertFound((receipt, NEVER), (credit, NEVER))

    def test_the_update_of_what_ended(self):
        """What is asked of a credit note whose document is no more, and that was taken back."""
        credit = self.bill(100.0, kind='returnInvoice')
        credit.invoice_date = credit.date = '2026-11-20'
        credit.action_post()
        document = credit.vatportal_bill_document_id.sudo()
        document.status = 'canceled'
        self.back(credit)
        document._raise_activity(*document._task())
        self.assertTrue(credit.activity_ids)
        script('19.0.1.11.0/end-asked_still.py').migrate(self.env.cr, '19.0.1.10.0')
        self.assertFalse(credit.activity_ids)

    # ------------------------------------------------------------------ a credit note that names nothing

    def test_a_credit_note_by_hand_that_is_reset(self):
        """Odoo leaves it settled with the invoice; so it does where what takes the credit note back is reset."""
        sold, credit = self.sale({'vat': 100}), self.sale({'vat': 100}, move_type='out_refund')
        self.settle_with(sold, credit)
        self.assertToSend()
        for _time in range(2):
            credit.button_draft()
            self.assertToSend(sold)
            credit.action_post()
            self.assertToSend()
        again = self.back(credit)
        self.assertToSend(sold)
        self.assertFound((sold, NOT_SENT), (credit, NEVER), (again, NEVER))
        again.button_draft()
        self.assertToSend()

from ...models.states import FINAL_STATUSES
from .reconcile_common import ReconcileCommon


class TestReconciliationReplaced(ReconcileCommon):
    """*Reverse* and *Reverse and Create Invoice* on a bill that was made of a received document."""

    def reverse(self, move, modify=True):
        """Reverse ``move`` as a person does; return the new bill, or nothing, and the credit note."""
        new, credit = self.reverse_in_dialog(move, modify), move.reversal_move_ids
        return new - credit, credit

    def problems(self, move):
        return [problem for problem in move._vatportal_problems(self.connector) if problem['level'] == 'warning']

    def test_entered_anew(self):
        """Nothing is sent, nothing is due; the document is the new bill's."""
        document = self.posted_bill(100.0, self.line(50.0, name='Kərpic'))
        old, rows, notes = document.move_id, document.line_ids, document.bill_notes
        new, credit = self.reverse(old)
        self.assertEqual((credit.state, credit.vatportal_kind_id.ids, credit.vatportal_can_send, credit.vatportal_due_date), ('posted', [], False, False))
        self.assertEqual((new.state, new.vatportal_bill_document_id, old.vatportal_bill_document_id.ids), ('draft', document, []))
        self.assertEqual((new.ref, new.payment_reference, new.invoice_date), (old.ref, old.payment_reference, old.invoice_date))
        self.assertEqual(self.product_lines(new).vatportal_line_id, rows)
        self.assertFalse(self.product_lines(old).vatportal_line_id)
        self.assertEqual((document.bill_state, document.bill_notes, document.had_bill), ('billed', notes, False))
        self.assert_total(document)
        for record in (document, new):
            self.assertIn(old.name, ' '.join(record.message_ids.mapped('body')))
        self.assertEqual([self.found(one) for one in (old, credit, document)], [('never', 'reversed'), ('never', 'reversed'), ('only_etaxes', 'draft')])
        new.action_post()
        self.assertEqual([self.found(one) for one in (old, credit, document)], [('never', 'reversed'), ('never', 'reversed'), ('matched', False)])
        self.connector.sudo()._propose_on_moves()
        self.assertFalse(credit.vatportal_kind_id, 'nor does a rule that comes later give it one')

    def test_entered_anew_twice(self):
        document = self.posted_bill(100.0)
        new, _credit = self.reverse(document.move_id)
        new.date = new.invoice_date
        new.action_post()
        newer, _credit = self.reverse(new)
        self.assertEqual((document.move_id, newer.vatportal_replaced_id), (newer, new))

    def test_a_bill_that_was_typed(self):
        """Its document may be here already, or come later."""
        typed = self.purchase_entry()
        new, credit = self.reverse(typed)
        self.assertFalse(credit.vatportal_kind_id or new.vatportal_replaced_id)
        self.assertEqual([self.found(one) for one in (typed, credit)], [('never', 'reversed')] * 2)

    def test_a_document_that_is_gone(self):
        document = self.posted_bill(100.0)
        old = document.move_id
        document.sudo().status = 'canceled'
        new, credit = self.reverse(old)
        self.assertEqual((document.move_id, new.vatportal_bill_document_id.ids), (old, []))
        self.assertEqual([self.found(one) for one in (old, credit)], [('never', 'reversed')] * 2)

    def test_taken_off(self):
        """Its number stands on the bill still; nobody is led to link them again."""
        document = self.posted_bill(100.0)
        bill = document.move_id
        bill.ref = document.qaime
        document.action_not_this_move()
        self.assertEqual((bill.ref, document.other_move_ids), (document.qaime, bill))
        self.assertNotEqual(self.found(bill)[1], 'unlinked')

    def test_what_was_asked_goes_over(self):
        document = self.posted_bill(100.0)
        old = document.move_id
        document.sudo().status = 'cancelRequested'
        document.sudo()._follow_status()
        self.assertTrue(old.activity_ids)
        new, _credit = self.reverse(old)
        self.assertFalse(old.activity_ids)
        self.assertIn('cancellation', new.activity_ids.summary)

    def test_given_back_in_full(self):
        """By itself it may be a return of all goods, or not: a person says so."""
        document = self.posted_bill(self.line(50.0, quantity=2, price_unit=25))
        bill = document.move_id
        _new, part = self.reverse(bill, modify=False)
        part.invoice_line_ids.quantity = 1
        part.action_post()
        self.assertEqual(part.vatportal_kind_id, self.kind('returnInvoice'))
        self.assertFalse(self.problems(part))
        rest = self.reverse(bill, modify=False)[1] - part
        rest.invoice_line_ids.quantity = 1
        rest.action_post()
        [problem] = self.problems(rest)
        self.assertTrue(problem['asks'])
        self.assertIn(f'the whole of {bill.display_name}, whose document {document.qaime}', problem['message'])

    def test_given_back_to_nobody(self):
        """The document is in force no more: whatever it takes back, all or a part, e-taxes has nothing that it could lower."""
        document = self.posted_bill(self.line(50.0, quantity=2, price_unit=25))
        bill = document.move_id
        part = self.reverse(bill, modify=False)[1]
        part.invoice_line_ids.quantity = 1
        whole = self.reverse(bill, modify=False)[1] - part
        (part + whole).action_post()
        for status in FINAL_STATUSES:
            document.sudo().status = status
            for credit in part + whole:
                with self.subTest(status, credit=credit.name):
                    [problem] = self.problems(credit)
                    self.assertTrue(problem['asks'])
                    self.assertIn(f'{bill.display_name}, whose document {document.qaime} was cancelled or deleted', problem['message'])
                    self.assertEqual(credit._vatportal_check(self.connector, seen=False)[1].ids, [])
        document.sudo().status = 'approved'
        self.assertNotIn('cancelled or deleted', str(self.problems(part)), 'it is in force again')
        document.sudo().status = 'canceled'
        (part + whole).vatportal_kind_id = False
        self.assertFalse(self.problems(part + whole))

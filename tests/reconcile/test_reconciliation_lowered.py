from decimal import Decimal

from odoo.tests import new_test_user

from ...models.billing.lowered import fitting
from ...models.document.status import ACTIVITY
from ..common import script
from .reconcile_common import ReconcileCommon


class TestReconciliationLowered(ReconcileCommon):
    """The seller lowers a qaimə at e-taxes whose bill is posted and paid: a credit note lowers the bill, and goes nowhere."""

    def lower(self, document, net=80.0):
        """e-taxes shows another total from now on."""
        amounts = self.line(net)
        values = {name: value for name, value in amounts.items() if name.startswith('amount_')}
        document.sudo().write(values)
        document.line_ids.sudo().write({**values, 'price_unit': net})
        self.env['vatportal.document']._on_imported(document.browse(), document)

    def credit(self, document, net=20.0, kind=False, post=True):
        """A credit note over a part of the bill of ``document``."""
        before = document.move_id.reversal_move_ids
        self.reverse_in_dialog(document.move_id, create=False)
        credit = document.move_id.reversal_move_ids - before
        credit.invoice_line_ids.price_unit = net
        credit.vatportal_kind_id = kind and self.kind(kind)
        if post:
            credit.action_post()
        return credit

    def problems(self, credit):
        return [problem for problem in credit._vatportal_problems(self.connector) if problem.get('asks')]

    def assert_open(self, document, difference):
        self.assertEqual((document.amount_differs, document.amount_difference), (bool(difference), difference))
        self.assertEqual('vatportal_bill_differs' in (document.move_id.alerts or {}), bool(difference))

    def test_it_comes_right(self):
        document = self.posted_bill(100.0)
        bill = document.move_id
        self.lower(document)
        self.assert_open(document, 23.6)
        self.assertEqual(self.found(bill)[0], 'differs')
        self.assertTrue(bill.activity_search([ACTIVITY]))
        credit = self.credit(document, post=False)
        self.assert_open(document, 23.6)
        credit.action_post()
        self.assert_open(document, 0)
        self.assertFalse(bill.activity_search([ACTIVITY]))
        self.assertEqual([self.found(one) for one in (bill, credit)], [('matched', 'lowered'), ('never', 'lowered')])
        self.assertEqual(sum((self.rows(bill) + self.rows(credit)).mapped('diff_total')), 0)
        self.assertEqual(credit.vatportal_due_date, False)
        credit.button_draft()
        self.assert_open(document, 23.6)
        self.assertTrue(bill.activity_search([ACTIVITY]))
        credit.action_post()
        self.assertFalse(bill.activity_search([ACTIVITY]))
        credit.vatportal_kind_id = self.kind('returnInvoice')
        self.assertTrue(bill.activity_search([ACTIVITY]))

    def test_a_credit_note_that_became_a_bill(self):
        """It lowers nothing."""
        document = self.posted_bill(100.0)
        self.lower(document)
        bill = self.credit(document, post=False)
        bill.action_switch_move_type()
        bill.invoice_date = '2026-11-20'
        bill.action_post()
        self.assertEqual((bill.move_type, bill.reversed_entry_id), ('in_invoice', document.move_id))
        self.assert_open(document, 23.6)
        self.assertFalse(document.lowering_move_ids)

    def test_a_credit_note_that_would_be_sent(self):
        """The rules make it a return to the vendor; of the lowering nothing is to be sent."""
        document = self.posted_bill(100.0)
        self.lower(document)
        credit = self.credit(document, kind='returnInvoice')
        self.assert_open(document, 23.6)
        [problem] = self.problems(credit)
        self.assertIn(f'The document {document.qaime} of {document.move_id.display_name} is lower than the bill', problem['message'])
        self.assertFalse(credit._vatportal_check(self.connector, seen=False)[1])
        credit.vatportal_kind_id = False
        self.assert_open(document, 0)
        self.assertFalse(document.move_id.activity_search([ACTIVITY]))

    def test_to_the_qepik(self):
        """Amounts that no float keeps: 0.29 is more than its float."""
        document = self.posted_bill(self.line(100.0, 'zero'))
        amounts = dict.fromkeys(('amount_goods', 'amount_net', 'amount_zero', 'amount_total'), 99.71)
        document.sudo().write(amounts)
        credit = self.credit(document, 0.29, kind='returnInvoice')
        self.assertEqual(document.amount_difference, 0.29)
        self.assertTrue(self.problems(credit))
        credit.vatportal_kind_id = False
        self.assert_open(document, 0)

    def test_what_is_given_back_beside_it(self):
        """A return of goods is sent, whatever was lowered before, and more than was lowered is no lowering."""
        document = self.posted_bill(100.0)
        self.lower(document)
        self.credit(document)
        self.assertFalse(self.problems(self.credit(document, 10.0, kind='returnInvoice')))
        other = self.posted_bill(100.0)
        self.lower(other)
        self.assertFalse(self.problems(self.credit(other, 30.0, kind='returnInvoice')))
        self.credit(other, 30.0)
        self.assert_open(other, 23.6)

    def test_a_credit_note_beside_it_that_would_be_sent(self):
        """A bonus may be taken for a part of the lowering: the question before the other one is sent stays."""
        document = self.posted_bill(100.0)
        self.lower(document)
        self.credit(document, 10.0)
        self.assert_open(document, 11.8)
        self.assertTrue(self.problems(self.credit(document, kind='returnInvoice')))

    def test_many_at_once(self):
        """What lowers them is asked for all at once."""
        counts = []
        for number in (2, 12):
            documents = self.env['vatportal.document'].union(*(self.posted_bill(100.0) for _each in range(number)))
            self.env.flush_all()
            self.env.invalidate_all()
            documents.mapped('move_id.reversal_move_ids')
            before = self.env.cr.sql_log_count
            documents.modified(['status'])
            documents.mapped('amount_differs')
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)

    def test_a_credit_note_beside_it(self):
        """A bonus that the vendor has yet to adjust undoes no lowering, before it or after, and is open by itself."""
        for bonus_first in (False, True):
            with self.subTest(bonus_first=bonus_first):
                document = self.posted_bill(100.0)
                self.lower(document)
                nets = [10.0, 7.0, 13.0] if bonus_first else [7.0, 13.0, 10.0]
                credits = {net: self.credit(document, net) for net in nets}
                self.assert_open(document, 0)
                self.assertEqual(document.lowering_move_ids, credits[7.0] + credits[13.0])
                expected = {7.0: ('never', 'lowered'), 13.0: ('never', 'lowered'), 10.0: ('only_odoo', 'no_document')}
                self.assertEqual({net: self.found(credit) for net, credit in credits.items()}, expected)
                self.assertEqual(self.found(document.move_id), ('matched', 'lowered'))

    def test_one_of_two_alike(self):
        document = self.posted_bill(100.0)
        self.lower(document)
        credits = [self.credit(document) for _one in range(2)]
        self.assert_open(document, 0)
        self.assertEqual(document.lowering_move_ids, credits[0])
        credits[0].button_draft()
        self.assert_open(document, 0)
        self.assertEqual(document.lowering_move_ids, credits[1])

    def test_of_very_many(self):
        """Looking for those that fit takes no longer the more there are."""
        amounts = [Decimal(2**position) for position in range(40)]
        self.assertEqual(sum(amounts[position] for position in fitting(amounts, sum(amounts))), sum(amounts))
        self.assertEqual(fitting(amounts, Decimal(5)), (0, 2))
        self.assertLessEqual(sum(amounts[position] for position in fitting(amounts, sum(amounts) - 1)), sum(amounts) - 1)

    def test_by_somebody_who_may_not_see_the_bill(self):
        document = self.posted_bill(100.0)
        self.lower(document)
        bill, credit = document.move_id, self.credit(document, kind='returnInvoice')
        clerk = new_test_user(self.env, 'lowering clerk', 'account.group_account_invoice', company_id=self.company.id)
        self.env['ir.rule'].create({'name': 'theirs', 'model_id': self.env['ir.model']._get_id('account.move'), 'domain_force': [('id', '!=', bill.id)]})
        self.env.flush_all()
        self.env.invalidate_all()
        credit.with_user(clerk)._vatportal_close_tasks()
        credit.with_user(clerk).vatportal_kind_id = False
        self.assertFalse(document.amount_differs)
        self.assertFalse(bill.sudo().activity_search([ACTIVITY]))

    def test_in_several_steps(self):
        document = self.posted_bill(100.0)
        self.lower(document)
        self.credit(document, 15.0)
        self.assert_open(document, 5.9)
        self.credit(document, 5.0)
        self.assert_open(document, 0)
        self.lower(document, 75.0)
        self.assert_open(document, 5.9)

    def test_what_the_vendor_has_yet_to_adjust(self):
        """The document stands as it was: the credit note waits for one of its own, and then for that alone."""
        document = self.posted_bill(100.0)
        credit = self.credit(document)
        self.assert_open(document, 0)
        self.assertEqual([self.found(one) for one in (document.move_id, credit)], [('matched', False), ('only_odoo', 'no_document')])
        adjustment = self.document(20.0, kind='taxCodex163', date='2026-11-25 10:00:00')
        adjustment.action_link_move(credit.id)
        self.lower(document)
        self.assert_open(document, 23.6)

    def test_vat_alone(self):
        """A credit note of the same total and other VAT."""
        document = self.posted_bill(100.0)
        self.lower(document)
        credit = self.credit(document, post=False)
        credit.invoice_line_ids.write({'tax_ids': False, 'price_unit': 23.6})
        credit.action_post()
        self.assertEqual((document.amount_difference, document.amount_differs), (0, True))
        self.assertEqual(self.found(document.move_id), ('differs', 'lowered'))

    def test_vat_that_is_part_of_the_prices(self):
        """Under simplified taxation the bill and its credit note name no VAT."""
        self.connector.taxation = 'simplified'
        document = self.posted_bill(100.0)
        self.lower(document)
        self.credit(document, 23.6)
        self.assert_open(document, 0)
        self.assertEqual(self.found(document.move_id), ('matched', 'lowered'))

    def test_what_an_earlier_version_has_found(self):
        agreeing, lowered, contrary = self.posted_bill(100.0), self.posted_bill(100.0), self.document()
        self.lower(lowered)
        credit = self.credit(lowered)
        contrary._link(self.purchase_entry({'vat': 100}, move_type='in_refund'))
        self.env.flush_all()
        self.env.cr.execute('DELETE FROM vatportal_document_lowering_rel WHERE vatportal_document_id = %s', [lowered.id])
        self.env.cr.execute('UPDATE vatportal_document SET amount_differs = id = %s WHERE id IN %s', [lowered.id, (lowered + contrary)._ids])
        self.env.invalidate_all()
        lowered.move_id.activity_schedule(ACTIVITY)
        script('19.0.1.10.0/pre-lowering.py').migrate(self.env.cr, '19.0.1.9.0')
        migration = script('19.0.1.10.0/end-bill_differences.py')
        migration.BATCH = 1
        migration.migrate(self.env.cr, '19.0.1.9.0')
        # There may be more than memory holds.
        self.assertFalse({agreeing.id, lowered.id, contrary.id} & set(agreeing._fields['move_id']._get_cache(self.env)))
        self.env.invalidate_all()
        self.assertEqual((lowered + contrary).mapped('amount_differs'), [False, True])
        self.assertEqual((lowered.lowering_move_ids, contrary.amount_difference), (credit, 236))
        self.assertFalse(lowered.move_id.activity_search([ACTIVITY]))

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.l10n_az_vatportal.models.document.status import ACTIVITY
from odoo.addons.l10n_az_vatportal.tests.common import script
from odoo.addons.l10n_az_vatportal.tests.reconcile.reconcile_common import ReconcileCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestOrdersCredits(ReconcileCommon):
    """The credit notes of an order of which less came: they name no bill, and take back what was billed all the same."""

    def ordered(self, quantity=10, price=10.0, *more, **vals):
        """(order, the document of its bill, which is posted)."""
        self.product.purchase_method = 'purchase'
        order = self.env['purchase.order'].create(
            {
                'partner_id': self.vendor.id,
                'currency_id': self.company.currency_id.id,
                'order_line': [
                    Command.create(
                        {'product_id': self.product.id, 'product_qty': quantity, 'price_unit': price, 'tax_ids': [Command.set(self.purchase['vat'].ids)]}
                    )
                ],
            }
        )
        order.button_confirm()
        return order, self.billed(order, quantity, price, *more, **vals)

    def billed(self, order, quantity, price=10.0, *more, **vals):
        document = self.posted_bill(self.line(quantity * price, quantity=quantity, price_unit=price, **vals), *more)
        self.assertEqual(document.move_id.invoice_line_ids.purchase_line_id, order.order_line)
        return document

    def credited(self, order, quantity=0, *more):
        """The credit note of ``order``, of which no more than ``quantity`` is wanted."""
        order.order_line.product_qty = quantity
        return self.credit_note(order, *more)

    def credit_note(self, orders, *more):
        before = orders.invoice_ids
        orders.action_create_invoice()
        credit = orders.invoice_ids - before
        credit.write({'invoice_date': '2026-11-20', 'date': '2026-11-20'})
        # What the vendor takes back, the vendor has cancelled or lowered.
        credit.vatportal_kind_id = False
        credit.invoice_line_ids = [Command.create({'name': 'By hand', 'price_unit': net, 'tax_ids': self.purchase['vat'].ids}) for net in more]
        credit.action_post()
        self.assertEqual((credit.move_type, credit.reversed_entry_id.ids), ('in_refund', []))
        return credit

    def cancel(self, document):
        document.sudo().status = 'canceled'
        document.sudo()._follow_status()

    def lower(self, document, net):
        """e-taxes shows another total from now on."""
        values = {name: value for name, value in self.line(net).items() if name.startswith('amount_')}
        document.sudo().write(values)
        document.line_ids.sudo().write({**values, 'quantity': net / 10})
        self.env['vatportal.document']._on_imported(document.browse(), document)

    def assert_void(self, bill, void):
        self.env.flush_all()
        self.env.invalidate_all()
        found = bill.search([('id', '=', bill.id), ('vatportal_bill_void', '=', True)])
        asked = bill.vatportal_bill_void, bool(found), bool(bill.activity_search([ACTIVITY])), 'vatportal_bill_void' in (bill.alerts or {})
        self.assertEqual(asked, (void,) * 4)

    def test_what_was_cancelled_and_went_back(self):
        """Paid or open, reconciled with nothing, with the vendor's repayment, or with the bill."""
        for how in ('paid', 'open', 'settled'):
            with self.subTest(how):
                order, document = self.ordered()
                bill = document.move_id
                if how == 'paid':
                    self.pay_in_bank(bill)
                self.cancel(document)
                self.assert_void(bill, True)
                self.assertEqual(self.found(bill), ('only_odoo', 'void'))
                credit = self.credited(order)
                if how == 'paid':
                    self.pay_in_bank(credit)
                if how == 'settled':
                    self.settle_with(bill, credit)
                self.assert_void(bill, False)
                self.assertEqual([self.found(one) for one in (bill, credit)], [('never', 'reversed')] * 2)
                credit.button_draft()
                self.assert_void(bill, True)

    def test_a_part_that_went_back(self):
        order, document = self.ordered()
        bill = document.move_id
        self.cancel(document)
        credit = self.credited(order, 4)
        self.assertEqual(bill._vatportal_credits(), {credit: 70.8})
        self.assert_void(bill, True)

    def test_of_two_bills_the_later_one(self):
        order, first = self.ordered()
        order.order_line.product_qty = 15
        second = self.billed(order, 5)
        credit = self.credited(order, 10)
        self.assertEqual([document.move_id._vatportal_is_taken_back() for document in (first, second)], [False, True])
        self.assertEqual(second.move_id._vatportal_credits(), {credit: 59.0})

    def assert_taken_back(self, bill, credit):
        self.assert_void(bill, False)
        self.assertEqual([self.found(one) for one in (bill, credit)], [('never', 'reversed')] * 2)

    def test_a_bill_with_what_was_not_ordered(self):
        """The delivery, which was added to the credit note by hand."""
        order, document = self.ordered(10, 10.0, self.line(10.0, name='Delivery', product_code='9965000000', barcode=False))
        bill = document.move_id
        self.cancel(document)
        credit = self.credited(order, 0, 10.0)
        self.assert_void(bill, True)
        self.settle_with(bill, credit)
        self.assertEqual((bill.amount_residual, bill._vatportal_credits()), (0, {credit: 129.8}))
        self.assert_taken_back(bill, credit)

    def test_a_document_that_was_rounded_otherwise(self):
        for settled in (False, True):
            with self.subTest(settled=settled):
                order, document = self.ordered(3, 11.11, vat=6.01)
                bill = document.move_id
                self.cancel(document)
                credit = self.credited(order)
                self.assertEqual((bill.amount_total, credit.amount_total), (39.34, 39.33))
                if settled:
                    self.settle_with(bill, credit)
                self.assert_taken_back(bill, credit)

    def test_a_named_credit_note_of_a_qepik_less(self):
        document = self.posted_bill(self.line(33.33, quantity=3, price_unit=11.11, vat=6.01))
        self.cancel(document)
        self.assert_taken_back(document.move_id, self.credit_apart(document.move_id, 11.107))

    def settled(self, quantity, kept):
        """(the document of a bill, the credit note that takes back a part of that and all of a paid one, and was set off against the first)."""
        (order, document), (other, paid) = self.ordered(quantity), self.ordered(5)
        self.pay_in_bank(paid.move_id)
        order.order_line.product_qty, other.order_line.product_qty = kept, 0
        credit = self.credit_note(order | other)
        self.settle_with(document.move_id, credit)
        self.assertEqual(credit.amount_residual, 0)
        return document, credit

    def test_a_part_of_what_it_was_set_off_against(self):
        """The rest of the bill stands, and its document does not."""
        document, credit = self.settled(10, 5)
        bill = document.move_id
        self.cancel(document)
        self.assertEqual((credit.amount_total, bill.amount_residual, bill._vatportal_credits()), (118, 0, {credit: 59.0}))
        self.assert_void(bill, True)
        self.assertEqual(self.found(bill), ('only_odoo', 'void'))

    def test_the_update_of_what_it_was_set_off_against(self):
        document, _credit = self.settled(10, 5)
        self.cancel(document)
        document.move_id.activity_ids.unlink()
        script('19.0.1.12.0/end-settled_credits.py').migrate(self.env.cr, '19.0.1.11.0')
        self.assert_void(document.move_id, True)

    def test_what_lowers_another_bill_beside(self):
        document, credit = self.settled(20, 15)
        self.lower(document, 100.0)
        self.assertEqual(credit.amount_total, document.move_id.amount_total - document.amount_total)
        self.assert_open(document, 118)
        self.assertFalse(document.lowering_move_ids)

    def test_a_return_of_what_was_cancelled(self):
        """It is not sent without a question."""
        order, document = self.ordered()
        credit = self.credited(order)
        credit.vatportal_kind_id = self.kind('returnInvoice')

        def asked():
            return [problem['message'] for problem in credit._vatportal_problems(self.connector) if problem.get('asks')]

        self.assertFalse([text for text in asked() if 'was cancelled or deleted' in text])
        self.cancel(document)
        [text] = asked()
        self.assertIn('was cancelled or deleted', text)
        self.assertIn(document.qaime, text)
        self.assertIn(document.move_id.name, text)

    def test_what_was_credited_by_mistake(self):
        """The bill that takes back the credit note is none that the order could take back."""
        order, document = self.ordered()
        bill = document.move_id
        self.cancel(document)
        again = self.credited(order)._reverse_moves([{'invoice_date': '2026-11-20', 'date': '2026-11-20', 'ref': 'Again'}])
        again.action_post()
        self.assert_void(bill, True)
        self.credited(order)
        self.assert_void(bill, False)

    def assert_open(self, document, difference):
        self.assertEqual((document.amount_differs, document.amount_difference), (bool(difference), difference))
        self.assertEqual(bool(document.move_id.activity_search([ACTIVITY])), bool(difference))

    def lowered(self):
        """(order, document, the credit note that lowers the bill as the document was lowered)."""
        order, document = self.ordered()
        self.pay_in_bank(document.move_id)
        self.lower(document, 80.0)
        self.assert_open(document, 23.6)
        return order, document, self.credited(order, 8)

    def test_what_was_lowered(self):
        _order, document, credit = self.lowered()
        bill = document.move_id
        self.assert_open(document, 0)
        self.assertEqual([self.found(one) for one in (bill, credit)], [('matched', 'lowered'), ('never', 'lowered')])
        self.assertEqual(sum((self.rows(bill) + self.rows(credit)).mapped('diff_total')), 0)
        credit.button_draft()
        self.assert_open(document, 23.6)
        credit.action_post()
        self.assert_open(document, 0)

    def test_what_came_to_the_order_afterwards(self):
        """A discount that no bill had is taken back of the one with which it was set off."""
        order, document = self.ordered()
        taxes = [Command.set(self.purchase['vat'].ids)]
        order.order_line = [Command.create({'product_id': self.product.id, 'product_qty': 1, 'price_unit': -10, 'tax_ids': taxes})]
        order.order_line[0].product_qty = 8
        self.lower(document, 70.0)
        credit = self.credit_note(order)
        self.settle_with(document.move_id, credit)
        self.assertEqual(document.move_id._vatportal_credits(), {credit: 35.4})
        self.assertEqual((document.amount_differs, document.amount_difference), (False, 0))

    def test_what_goes_to_etaxes_lowers_nothing(self):
        """The credit note is a return of its own, as soon as it has a kind or a document."""
        _order, document, credit = self.lowered()
        self.assertFalse(credit._vatportal_lowered_text())
        credit.vatportal_kind_id = self.kind('returnInvoice')
        self.assert_open(document, 23.6)
        [asked] = [problem for problem in credit._vatportal_problems(self.connector) if problem.get('asks')]
        self.assertIn(document.qaime, asked['message'])
        credit.vatportal_kind_id = False
        self.assert_open(document, 0)
        other = self.document(-20.0).sudo()
        other._link(credit)
        self.assertEqual((document.amount_differs, document.amount_difference), (True, 23.6))
        other._take_off(credit)
        self.assertEqual((document.amount_differs, document.amount_difference), (False, 0))

    def test_what_an_update_settles(self):
        _order, document, _credit = self.lowered()
        self.env.flush_all()
        self.env.cr.execute('DELETE FROM vatportal_document_lowering_rel WHERE vatportal_document_id = %s', [document.id])
        self.env.cr.execute('UPDATE vatportal_document SET amount_differs = TRUE, amount_difference = 23.6 WHERE id = %s', [document.id])
        self.env.invalidate_all()
        document.sudo()._follow_status()
        self.assert_open(document, 23.6)
        script('19.0.1.11.0/end-lowered.py').migrate(self.env.cr, '19.0.1.10.0')
        self.env.invalidate_all()
        self.assert_open(document, 0)

    def test_statements_do_not_grow_with_the_bills(self):
        """Of none is asked by itself what takes it back."""
        moves = self.env['account.move']

        def statements():
            self.env.flush_all()
            self.env.invalidate_all()
            return len(self.statements(lambda: moves.search([('vatportal_bill_void', '=', True)])))

        counts = []
        for many in (1, 3):
            for _each in range(many):
                order, document = self.ordered()
                self.cancel(document)
                self.credited(order)
            counts.append(statements())
        self.assertEqual(counts[0], counts[1])

from odoo.tests import tagged

from .sale_advance_common import SaleAdvanceCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestSaleCredits(SaleAdvanceCommon):
    """The credit notes of an order of which less is wanted: they name no invoice."""

    def credited(self, order, quantity=0):
        """The credit note of ``order``, of which no more than ``quantity`` is wanted."""
        order.order_line.filtered(lambda line: not line.is_downpayment).product_uom_qty = quantity
        credit = order._create_invoices(final=True)
        credit.invoice_date = '2026-11-20'
        credit.action_post()
        self.assertEqual((credit.move_type, credit.reversed_entry_id.ids), ('out_refund', []))
        return credit

    def reconcile(self, moves):
        moves.line_ids.filtered(lambda line: line.account_type == 'asset_receivable').reconcile()

    def pay(self, move):
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=move.ids).create({})._create_payments()

    def alerts(self, move):
        return ' '.join(alert['message'] for key, alert in (move.alerts or {}).items() if key == 'vatportal_reversed')

    def test_an_order_that_is_not_wanted_any_more(self):
        unsent_order, order = self.order(), self.order(2000)
        unsent, sent = self.invoice(unsent_order), self.invoice(order)
        self.finish(self.send(sent))
        credits = self.credited(unsent_order), self.credited(order)
        self.reconcile(unsent | credits[0])
        self.reconcile(sent | credits[1])
        self.assertEqual({unsent.payment_state, sent.payment_state}, {'reversed'})
        [warning] = self.warnings(unsent)
        self.assertIn(credits[0].name, warning)
        self.assertFalse(self.env['account.move.send']._is_vatportal_applicable(unsent))
        self.assertIn(credits[1].name, self.alerts(sent))
        order.order_line.product_uom_qty = 3
        [warning] = self.warnings(self.invoice(order))
        self.assertIn(sent.vatportal_qaime, warning)

    def test_a_part_of_an_order(self):
        order = self.order()
        order.order_line.product_uom_qty = 10
        move = self.invoice(order)
        self.reconcile(move | self.credited(order, 4))
        self.assertFalse(self.warnings(move))

    def test_an_advance_given_back(self):
        """Its invoice is open, or was paid long ago, as advances are."""
        for paid in (False, True):
            with self.subTest(paid=paid):
                order = self.order()
                advance = self.prepaid(order)
                document = advance.vatportal_document_id
                if paid:
                    self.pay(advance)
                credit = self.credited(order)
                self.assertEqual((credit.amount_total, document.advance_left), (354, 0))
                if not paid:
                    self.reconcile(advance | credit)
                self.assertEqual(document.advance_left, 0)
                self.assertIn(credit.name, self.alerts(advance))
                self.assertIn(f'takes back the advance {advance.vatportal_qaime}', credit.vatportal_refund_note)
                self.assertFalse(credit.vatportal_kind_id)
                self.assertFalse(self.create_invoice().vatportal_open_advance_ids & document)
                credit.button_draft()
                self.assertEqual(document.advance_left, 354)
                credit.unlink()

    def test_two_advances_given_back(self):
        """Each by its own lines."""
        order = self.order()
        first, second = self.prepaid(order, 30), self.prepaid(order, 20)
        credit = self.credited(order)
        self.assertEqual(credit.amount_total, 590)
        self.assertFalse((first | second).vatportal_document_id.filtered('advance_left'))
        self.assertIn(first.vatportal_qaime, credit.vatportal_refund_note)
        self.assertIn(second.vatportal_qaime, credit.vatportal_refund_note)

    def test_what_pays_another_invoice(self):
        """An advance that is given back, and with which the customer pays for something else: that was sold."""
        order = self.order()
        advance = self.prepaid(order)
        self.pay(advance)
        credit = self.credited(order)
        other = self.create_invoice({'price_unit': 300})
        self.reconcile(other | credit)
        self.assertEqual(other.payment_state, 'reversed')
        self.assertFalse(self.warnings(other))
        self.assertEqual(advance.vatportal_document_id.advance_left, 0)

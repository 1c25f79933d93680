from odoo.fields import Command
from odoo.tests import tagged

from ..common import script
from .sale_advance_common import SaleAdvanceCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestSaleSettled(SaleAdvanceCommon):
    """A credit note of orders is set off against one of their invoices, and takes back others beside it."""

    def credited(self, orders):
        credit = orders._create_invoices(final=True)
        credit.invoice_date = '2026-11-20'
        credit.action_post()
        self.assertEqual((credit.move_type, credit.reversed_entry_id.ids), ('out_refund', []))
        return credit

    def open_and_paid(self, orders=1, send=False):
        """An open invoice and a paid one, of one order or of two, and the credit note of half of the first and all of the second, which was
        set off against the first."""
        order = self.order()
        first = self.invoice(order)
        if send:
            self.finish(self.send(first))
        if orders == 1:
            line = {'product_id': self.product.id, 'product_uom_qty': 1, 'price_unit': 500, 'tax_ids': [Command.set(self.taxes['vat'].ids)]}
            order.order_line = [Command.create(line)]
        other = order if orders == 1 else self.order(500)
        second = self.invoice(other)
        self.pay(second)
        order.order_line[0].product_uom_qty = 0.5
        other.order_line[-1].product_uom_qty = 0
        credit = self.credited(order | other)
        self.reconcile(first | credit)
        self.assertEqual((credit.amount_total, first.amount_residual, first.payment_state), (1180, 0, 'reversed'))
        return first, second, credit

    def test_half_of_what_was_never_sent(self):
        """The invoice is to be sent, for the other half was sold."""
        self.begin()
        for orders in (1, 2):
            with self.subTest(orders=orders):
                first, second, credit = self.open_and_paid(orders)
                for move, whole in ((first, False), (second, True)):
                    self.assertEqual((move._vatportal_credits(), move._vatportal_is_taken_back()), ({credit: 590}, whole))
                    self.assertEqual((move.vatportal_shown_status, bool(move.vatportal_due_date)), (not whole and 'none', not whole))
                self.assertFalse(self.warnings(first))
                self.assertEqual([self.found(move) for move in (first, second)], [('only_odoo', 'not_sent'), ('never', 'reversed')])

    def test_half_of_what_was_sent(self):
        """Nobody is asked to delete it."""
        first, _second, _credit = self.open_and_paid(send=True)
        self.assertFalse(self.alerts(first))

    def test_what_is_beside_the_order(self):
        """The delivery, which was charged and given back by hand, is of the invoice with which it was settled, up to that."""
        order, other = self.order(), self.order(500)
        first = order._create_invoices()
        delivery = {'name': 'Delivery', 'price_unit': 50, 'tax_ids': [Command.set(self.taxes['vat'].ids)]}
        first.write({'invoice_date': '2026-11-20', 'invoice_line_ids': [Command.create(delivery)]})
        first.action_post()
        self.pay(self.invoice(other))
        order.order_line.product_uom_qty = other.order_line.product_uom_qty = 0
        credit = (order | other)._create_invoices(final=True)
        for net, taken in ((50, 1239), (20, 1203.6)):
            with self.subTest(net):
                credit.invoice_date = '2026-11-20'
                before = credit.invoice_line_ids.filtered(lambda line: line.name == 'Delivery')
                credit.invoice_line_ids = [*(Command.delete(line.id) for line in before), Command.create({**delivery, 'price_unit': net})]
                credit.action_post()
                self.reconcile(first | credit)
                self.assertEqual(first.amount_residual, 0)
                self.assertEqual({one: round(amount, 2) for one, amount in first._vatportal_credits().items()}, {credit: taken})
                credit.button_draft()
                credit.line_ids.remove_move_reconcile()

    def open_advance(self):
        """An open advance of which a part was given back, by a credit note that was set off against all of it."""
        order, other = self.order(), self.order()
        advance = self.prepaid(order)
        self.pay(self.invoice(other))
        order.order_line.filtered(lambda line: not line.is_downpayment).write({'product_uom_qty': 0.1, 'price_unit': 1000})
        other.order_line.product_uom_qty = 0
        credit = self.credited(order | other)
        self.reconcile(advance | credit)
        self.assertEqual((credit.amount_total, advance.amount_total, advance.amount_residual), (1416, 354, 0))
        return advance

    def test_an_open_advance(self):
        self.assertEqual(self.open_advance().vatportal_document_id.advance_left, 118)

    def test_the_update(self):
        self.begin()
        first, second, _credit = self.open_and_paid()
        advance = self.open_advance().vatportal_document_id
        self.env.flush_all()
        self.env.cr.execute('UPDATE account_move SET vatportal_shown_status = NULL, vatportal_due_date = NULL WHERE id = %s', [first.id])
        self.env.cr.execute('UPDATE vatportal_document SET advance_left = 0 WHERE id = %s', [advance.id])
        self.env.invalidate_all()
        script('19.0.1.12.0/end-settled_credits.py').migrate(self.env.cr, '19.0.1.11.0')
        self.env.invalidate_all()
        self.assertEqual((first.vatportal_shown_status, bool(first.vatportal_due_date), advance.advance_left), ('none', True, 118))
        self.assertEqual((second.vatportal_shown_status, second.vatportal_due_date), (False, False))

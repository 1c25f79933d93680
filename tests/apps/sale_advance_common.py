from odoo.fields import Command

from ..lifecycle_common import LifecycleCommon


class SaleAdvanceCommon(LifecycleCommon):
    """Sales orders, their down payments and final invoices, as the sales app makes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref('sales_team.group_sale_salesman_all_leads')
        cls.connector.advance_product_id = cls.service
        cls.product.invoice_policy = 'order'

    def order(self, price=1000):
        order = self.env['sale.order'].create(
            {
                'partner_id': self.partner.id,
                'company_id': self.company.id,
                'order_line': [
                    Command.create({'product_id': self.product.id, 'product_uom_qty': 1, 'price_unit': price, 'tax_ids': [Command.set(self.taxes['vat'].ids)]})
                ],
            }
        )
        order.action_confirm()
        return order

    def invoice(self, order, **vals):
        """The next invoice of ``order``, posted."""
        before = order.invoice_ids
        self.env['sale.advance.payment.inv'].with_context(active_model='sale.order', active_ids=order.ids).create(
            {'advance_payment_method': 'delivered', **vals}
        ).create_invoices()
        move = order.invoice_ids - before
        move.invoice_date = '2026-11-20'
        move.action_post()
        return move

    def prepaid(self, order, percent=30):
        """The down payment of ``order``, sent as an advance."""
        move = self.invoice(order, advance_payment_method='percentage', amount=percent)
        self.assertEqual(move.vatportal_kind_id.code, 'advanceInvoice')
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered', move.vatportal_document_id.message)
        return move

    def warnings(self, move):
        problems = move._vatportal_problems(self.connector)
        self.assertEqual({problem['level'] for problem in problems} - {'warning'}, set(), problems)
        return [problem['message'] for problem in problems]

    def reconcile(self, moves):
        moves.line_ids.filtered(lambda line: line.account_type == 'asset_receivable').reconcile()

    def pay(self, move):
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=move.ids).create({})._create_payments()

    def alerts(self, move):
        return ' '.join(alert['message'] for key, alert in (move.alerts or {}).items() if key == 'vatportal_reversed')

    def found(self, move):
        """(finding, reason) of the one row of ``move`` in the reconciliation."""
        self.env.flush_all()
        self.env.invalidate_all()
        row = self.env['vatportal.reconciliation'].search([('move_id', '=', move.id)])
        return row.finding, row.reason

    def begin(self):
        """The connector was set up before what these tests sell."""
        self.env.cr.execute("UPDATE vatportal_connector SET create_date = '2026-10-15' WHERE id = %s", [self.connector.id])
        self.env.registry.clear_cache()
        self.env.invalidate_all()

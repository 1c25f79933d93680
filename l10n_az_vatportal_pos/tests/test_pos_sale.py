from unittest.mock import patch

from odoo.fields import Command

from .pos_common import PosCommon


class TestPosSale(PosCommon):
    """Sales orders that are paid in advance and settled at the cash desk: an app of Odoo's that comes with both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.env.user, cls.owner):
            user.group_ids += cls.env.ref('sales_team.group_sale_salesman_all_leads')
        cls.paid = cls.env.ref('pos_sale.default_downpayment_product').copy(
            {'taxes_id': [Command.set(cls.taxes['vat'].ids)], 'vatportal_code': cls.service.vatportal_code}
        )
        cls.shop.down_payment_product_id = cls.paid
        cls.connector.write({'advance_product_id': cls.service.id, 'pos_sending': 'manual'})
        cls.product.invoice_policy = 'order'

    def order(self, price=1000):
        line = {'product_id': self.product.id, 'product_uom_qty': 1, 'price_unit': price, 'tax_ids': [Command.set(self.taxes['vat'].ids)]}
        order = self.env['sale.order'].create({'partner_id': self.partner.id, 'company_id': self.company.id, 'order_line': [Command.create(line)]})
        order.action_confirm()
        return order

    def prepay(self, order, price, manual=None, **vals):
        """Take an advance for ``order`` at the cash desk, with the tax of the order; return its invoice.

        :param manual: what the desk says of the VAT, beside that this is an advance
        """
        taxes = order.order_line.filtered(lambda line: not line.is_downpayment).tax_ids
        more = {
            'price_unit': price,
            'tax_ids': [Command.set(taxes.ids)],
            'sale_order_origin_id': order.id,
            'extra_tax_data': {'computation_key': 'down_payment', **(manual or {})},
        }
        return self.sell((self.paid, 1, more), user=self.owner, **vals).account_move

    def settle(self, order, **vals):
        """Settle the rest of ``order`` at the cash desk; return the final invoice."""
        lines = [
            (
                self.paid if line.is_downpayment else line.product_id,
                -1 if line.is_downpayment else 1,
                {'price_unit': line.price_unit, 'tax_ids': [Command.set(line.tax_ids.ids)], 'sale_order_origin_id': order.id, 'sale_order_line_id': line.id},
            )
            for line in order.order_line.filtered(lambda line: not line.display_type)
        ]
        return self.sell(*lines, user=self.owner, **vals).account_move

    def errors(self, move):
        problems = move.with_user(self.accountant)._vatportal_problems(self.connector)
        return [problem['message'] for problem in problems if problem['level'] == 'error']

    def test_advance_and_final_invoice(self):
        order = self.order()
        advance = self.prepay(order, 300)
        self.assertEqual(advance.vatportal_kind_id.code, 'advanceInvoice')
        self.finish(self.send(advance))
        self.assertEqual(advance.vatportal_state, 'registered', advance.vatportal_document_id.message)
        final = self.settle(order)
        [taken] = final.invoice_line_ids.filtered(lambda line: line.product_id == self.paid)
        self.assertEqual((taken.quantity, taken.price_unit, taken.sale_line_ids.ids), (-1, 300, []))
        self.assertEqual(final.vatportal_advance_id, advance.vatportal_document_id)
        self.assertEqual(final.vatportal_advance_amount, 354)
        self.assertEqual(self.errors(final), [])
        self.finish(self.send(final))
        self.assertEqual(final.vatportal_state, 'registered', final.vatportal_document_id.message)
        [sent] = self.uploads()[-1].json['invoices']
        self.assertEqual(float(sent['sum_total']), 826)

    def test_each_line_is_looked_at_once(self):
        """Whose order it is: else an invoice of a month of the cash desk would be looked through for each of its lines."""
        field, reads = self.env['pos.order.line']._fields['sale_order_origin_id'], []
        get = type(field).__get__

        def counted(self, record, owner=None):
            if self is field and record is not None:
                reads.append(record)
            return get(self, record, owner)

        for count in (3, 12):
            move = self.sell(*[(self.product, 1, {'price_unit': 10 + number}) for number in range(count)], user=self.owner).account_move
            self.assertEqual(len(move.invoice_line_ids), count)
            reads.clear()
            with patch.object(type(field), '__get__', counted):
                move._vatportal_document_vals(self.connector)
            self.assertLessEqual(len(reads), 2 * count)

    def test_advances_that_are_not_found(self):
        """Two of the same amount Odoo can't tell apart, and of one that was no invoice nothing is known: they are taken off all the
        same. An accountant, who sees no orders of the cash desk, is told what whoever sells there is told."""
        order = self.order()
        self.prepay(order, 300, invoice=False)
        self.prepay(order, 200)
        self.prepay(order, 200)
        final = self.settle(order)
        self.assertEqual(final.amount_total, 354)
        self.assertEqual(self.errors(final), [])
        problems = [problem['message'] for problem in final.with_user(self.accountant)._vatportal_problems(self.connector)]
        self.assertEqual(problems, [problem['message'] for problem in final.with_user(self.owner)._vatportal_problems(self.connector)])
        self.finish(self.send(final))
        self.assertEqual(final.vatportal_state, 'registered', final.vatportal_document_id.message)

    def test_down_payment_is_told_to_an_accountant(self):
        """Whether an advance is at e-taxes yet does not depend on who may see the orders of the cash desk."""
        order = self.order()
        advance = self.prepay(order, 300)
        final = self.settle(order)
        for user in (self.accountant, self.owner):
            messages = [problem['message'] for problem in final.with_user(user)._vatportal_problems(self.connector)]
            self.assertTrue(any(advance.name in message for message in messages), (user.login, messages))

    def test_shop_that_is_closed_for_good(self):
        """Its invoices can be sent afterwards."""
        order = self.order()
        self.prepay(order, 300, invoice=False)
        final = self.settle(order)
        self.close(self.opened())
        self.shop.active = False
        self.assertEqual(self.errors(final), [])

    def test_goods_that_came_back_are_none(self):
        """A line of goods with less than nothing stays one."""
        final = self.sell((self.product, 5), (self.create_product('Qum', '2505100000', available_in_pos=True), -1)).account_move
        self.assertTrue(self.errors(final))

    def use_on_payment(self):
        """Switch to *VAT on Payment*; return the sales tax from then on."""
        old = self.taxes['vat']
        for tax in old | self.env['account.tax'].search([('company_id', '=', self.company.id), ('vatportal_category', '=', 'vat')]):
            tax.repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax').account_id = self.company_data['default_account_tax_sale']
        self.close(self.opened())
        self.connector.action_use_cash_basis()
        self.env.invalidate_all()
        return old.vatportal_replaced_by_id

    def test_orders_from_before_vat_on_payment(self):
        """They are settled with the tax that everything else gets from then on; what was settled before is taken back with its own."""
        old = self.taxes['vat']
        before, order, uninvoiced = self.order(), self.order(), self.order()
        settled = self.settle(before)
        new = self.use_on_payment()
        self.assertEqual((old.active, settled.invoice_line_ids.tax_ids, order.order_line.tax_ids), (False, old, old))
        final = self.settle(order)
        self.assertEqual((final.amount_total, final.invoice_line_ids.tax_ids, final.line_ids.tax_line_id), (1180, new, new))
        self.settle(uninvoiced, invoice=False)
        sold = settled.pos_order_ids.lines
        taken = {'refunded_orderline_id': sold.id, 'sale_order_line_id': sold.sale_order_line_id.id, 'tax_ids': [Command.set(old.ids)], 'price_unit': 1000}
        credit = self.sell((self.product, -1, taken), user=self.owner, is_refund=True).account_move
        self.assertEqual((credit.amount_total, credit.invoice_line_ids.tax_ids), (1180, old))
        session = self.opened()
        self.close(session)
        self.assertEqual(session.move_id.line_ids.tax_line_id, new)

    def assertSettles(self, final, advance, taken, left):
        """``final`` takes ``taken`` off for ``advance``, ``left`` is sent (AZN with VAT), and nothing stays open at e-taxes."""
        self.assertEqual((final.vatportal_advance_id, final.vatportal_advance_amount), (advance.vatportal_document_id, taken))
        self.assertEqual(self.errors(final), [])
        self.finish(self.send(final))
        self.assertEqual(final.vatportal_state, 'registered', final.vatportal_document_id.message)
        [sent] = self.uploads()[-1].json['invoices']
        self.assertEqual((float(sent['sum_total']), sent['main_qaime']), (left, advance.vatportal_document_id.qaime))
        self.assertEqual(advance.vatportal_document_id.advance_left, 0)

    def test_paid_in_advance_before_vat_on_payment(self):
        """It is taken off with the tax that it was paid with: by that, too, Odoo finds it."""
        order = self.order()
        advance = self.prepay(order, 300)
        self.finish(self.send(advance))
        new = self.use_on_payment()
        final = self.settle(order)
        goods, taken = final.invoice_line_ids.sorted('quantity', reverse=True)
        self.assertEqual((goods.tax_ids, taken.tax_ids), (new, self.taxes['vat']))
        self.assertSettles(final, advance, 354, 826)

    def test_paid_in_advance_before_and_invoiced_by_the_office(self):
        order = self.order()
        advance = self.prepay(order, 300)
        self.finish(self.send(advance))
        self.use_on_payment()
        final = order._create_invoices(final=True)
        final.action_post()
        self.assertSettles(final, advance, 354, 826)

    def test_paid_in_advance_after_vat_on_payment(self):
        """For an order from before it: with the tax of now, whoever invoices the rest; the VAT that the desk has found stays."""
        self.settle(self.order())
        old, orders = self.taxes['vat'], [self.order() for _number in range(2)]
        new = self.use_on_payment()
        amounts = {'tax_amount_currency': 54.0, 'tax_amount': 54.0, 'base_amount_currency': 300.0, 'base_amount': 300.0}
        manual = {'currency_id': self.company.currency_id.id, 'price_unit': 300.0, 'quantity': 1.0, 'discount': 0.0, 'rate': 1.0}
        for order, office in zip(orders, (False, True), strict=True):
            with self.subTest(office=office):
                advance = self.prepay(order, 300, manual={**manual, 'manual_tax_amounts': {str(old.id): amounts}})
                self.assertEqual((advance.amount_total, advance.invoice_line_ids.tax_ids, advance.line_ids.tax_line_id), (354, new, new))
                self.assertEqual(advance.pos_order_ids.lines.extra_tax_data['manual_tax_amounts'], {str(new.id): amounts})
                self.assertEqual(order.order_line.filtered('is_downpayment').tax_ids, new)
                self.finish(self.send(advance))
                final = order._create_invoices(final=True) if office else self.settle(order)
                if office:
                    final.action_post()
                self.assertEqual(final.invoice_line_ids.tax_ids, new)
                self.assertSettles(final, advance, 354, 826)

"""What a customer pays by gift card or eWallet is no discount: the qaimə is over the full price."""

from odoo.fields import Command

from .sale_books_common import SaleBooksCommon


class TestSaleLoyalty(SaleBooksCommon):
    def card(self, program_type, points):
        """A card of the customer's with ``points`` on it, of a program of its own."""
        reward = {'reward_type': 'discount', 'discount_mode': 'per_point', 'discount': 1, 'discount_applicability': 'order'}
        program = self.env['loyalty.program'].create(
            {
                'name': program_type,
                'program_type': program_type,
                'trigger': 'auto',
                'applies_on': 'future',
                'company_id': self.company.id,
                'reward_ids': [Command.create(reward)],
            }
        )
        return self.env['loyalty.card'].create({'program_id': program.id, 'partner_id': self.partner.id, 'points': points})

    def pay(self, order, card):
        order._apply_program_reward(card.program_id.reward_ids, card)

    def test_the_full_price_goes(self):
        for program_type in ('ewallet', 'gift_card'):
            for points in (50, 1000):
                with self.subTest(program_type=program_type, points=points):
                    order = self.several({'price_unit': 100}, {'price_unit': 20, 'tax_ids': [Command.set(self.taxes['exempt'].ids)]})
                    self.pay(order, self.card(program_type, points))
                    self.assertEqual(order.amount_total, max(138 - points, 0))
                    move = self.invoice(order)
                    self.assertEqual(move.vatportal_outside, -min(points, 138))
                    self.assertEqual(move.search([('id', '=', move.id), ('vatportal_is_empty', '=', False)]), move)
                    self.assertFalse(self.wizard(move).problems)
                    invoice = self.invoice_received(move)
                    self.assertEqual((invoice['sum_total'], invoice['sum_vat_amount'], len(invoice['items'])), (138, 18, 2))
                    move.vatportal_document_id.sudo().date = move.invoice_date  # of the same month, whenever this runs
                    self.env.flush_all()
                    (row,) = self.env['vatportal.reconciliation'].search([('move_id', '=', move.id)])
                    self.assertEqual((row.finding, row.books_total), ('not_final', 138))

    def test_what_is_taken_back_of_it(self):
        order = self.several({'price_unit': 100})
        self.pay(order, self.card('ewallet', 50))
        move = self.invoice(order)
        back = move._reverse_moves([{'invoice_date': move.invoice_date}])
        back.action_post()
        self.assertEqual([(abs(one.amount_total_signed), one._vatportal_amount(False)) for one in (move, back)], [(68, 118), (68, 118)])
        self.assertEqual([(row.net, row.vat) for row in back._vatportal_rows(self.connector)], [(100, 18)])

    def test_a_gift_card_with_a_tax_is_a_discount(self):
        """It lowers what VAT is taken of, so it lowers the qaimə."""
        card = self.card('gift_card', 59)
        card.program_id.reward_ids.discount_line_product_id.taxes_id = self.taxes['vat']
        order = self.several({'price_unit': 100})
        self.pay(order, card)
        move = self.invoice(order)
        self.assertFalse(move.vatportal_outside)
        self.assertEqual(self.sent(move, 'subtotal1', 'vat_amount'), [(50, 9)])

from odoo.tests import Form

from .advance_common import AdvanceCommon


class TestAdvance(AdvanceCommon):
    """Advances, and which of them an invoice settles."""

    # ------------------------------------------------------------------ sending

    def test_a_down_payment_goes_as_avans(self):
        move = self.prepaid()
        self.assertEqual(self.payload(move)['type'], 'avans')
        document = move.vatportal_document_id
        self.assertTrue(document.is_advance and move.vatportal_is_advance)
        self.assertEqual(document.advance_left, 354)

    def test_the_final_invoice_finds_its_advance(self):
        advance = self.prepaid()
        final = self.final(advance)
        self.assertEqual(final.vatportal_advance_id, advance.vatportal_document_id)
        self.assertEqual(final.vatportal_advance_amount, 354)
        self.finish(self.send(final))
        self.assertEqual(final.vatportal_state, 'registered', final.vatportal_document_id.message)
        payload = self.payload(final)
        self.assertEqual(payload['main_qaime'], advance.vatportal_qaime)
        # The rest of the sale, so that both documents add up to it.
        self.assertEqual((payload['sum_subtotal1'], payload['sum_vat_amount'], payload['sum_total']), (700, 126, 826))
        first, last = advance.vatportal_document_id, final.vatportal_document_id
        self.assertEqual((last.advance_id, first.settlement_ids), (first, last))
        self.assertEqual((last.advance_settled, first.advance_left), (354, 0))

    def test_nothing_remains(self):
        advance = self.prepaid(1000)
        final = self.final(advance)
        self.assertFalse(self.problems(final, 'error'))
        self.finish(self.send(final))
        self.assertEqual(final.vatportal_state, 'registered', final.vatportal_document_id.message)
        payload = self.payload(final)
        self.assertEqual(payload['main_qaime'], advance.vatportal_qaime)
        self.assertNotIn('sum_total', payload)
        self.assertNotIn('items', payload)
        self.assertEqual(advance.vatportal_document_id.advance_left, 0)
        # The portal shows the advance's total for it.
        document = final.vatportal_document_id
        document.sudo().amount_total = 1180
        self.assertFalse(document.amount_differs)
        other = self.registered()
        other.vatportal_document_id.sudo().amount_total = 1180
        self.assertTrue(other.vatportal_document_id.amount_differs)

    def test_down_payment_lines_have_no_product(self):
        """So the connector says which one stands for them."""
        self.connector.advance_product_id = False
        move = self.down_payment()
        (problem,) = self.problems(move, 'error')
        self.assertIn('product for advances', problem)
        product = self.connector.advance_product_id = self.create_product('Avans', False)
        (problem,) = self.problems(move, 'error')
        self.assertIn('Avans', problem)
        product.vatportal_code = '9949410000'
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered', move.vatportal_document_id.message)
        (item,) = self.payload(move)['items']
        self.assertEqual((item['id'], item['name'], item['unit'], item['barcode']), ('9949410000', 'Down payment 1', 'ədəd', '9949410000000'))

    # ------------------------------------------------------------------ found or chosen

    def test_a_person_chooses_among_the_open_advances(self):
        mine, elsewhere = self.prepaid(), self.prepaid(partner_id=self.other_partner.id)
        final = self.final()
        self.assertFalse(final.vatportal_advance_id)
        self.assertEqual(final.vatportal_open_advance_ids, mine.vatportal_document_id)
        final.vatportal_advance_id = mine.vatportal_document_id
        final.vatportal_advance_amount = 100
        self.finish(self.send(final))
        payload = self.payload(final)
        self.assertEqual((payload['main_qaime'], payload['sum_total']), (mine.vatportal_qaime, 1180))
        self.assertEqual(mine.vatportal_document_id.advance_left, 254)
        self.assertProblem('not of this customer', self.choosing(elsewhere))

    def test_open_advances_are_proposed(self):
        """Where the invoice takes one off without naming it, or its order has one: with number, date and what is left."""
        first, second = self.prepaid(), self.prepaid(100)
        self.prepaid(partner_id=self.other_partner.id)
        settled = self.choosing(first, 54)
        self.finish(self.send(settled))
        for line in ({'price_unit': -100}, {'price_unit': 100, 'quantity': -1}, {'price_unit': -50, 'discount': 10}):
            for order in ('before', 'after'):
                with self.subTest(line=line, order=order):
                    taken = {'product_id': self.service.id, **line}
                    final = self.create_invoice(*((taken, {'price_unit': 1000}) if order == 'before' else ({'price_unit': 1000}, taken)))
                    [warning] = self.problems(final, 'warning')
                    self.assertRegex(warning, f'{first.vatportal_qaime} of [0-9/]+, 300.00.* left')
                    self.assertRegex(warning, f'{second.vatportal_qaime} of [0-9/]+, 118.00.* left')
                    self.assertFalse(self.problems(final, 'error'))
                    final.vatportal_advance_id = second.vatportal_document_id
                    self.assertFalse(self.problems(final))
        # A discount with another product asks for nothing, nor does a buyer without an open advance.
        other = self.create_product('Endirim', '2523290000')
        self.assertFalse(self.problems(self.create_invoice({}, {'price_unit': -10, 'product_id': other.id})))
        self.assertFalse(
            self.problems(
                self.create_invoice(
                    {'price_unit': 1000, 'tax_ids': [(6, 0, self.taxes['vat'].ids)]},
                    {'price_unit': -10, 'product_id': self.service.id},
                    partner_id=self.partner.copy({'vat': '1503647981'}).id,
                )
            )
        )

    def test_the_advance_of_its_own_order_is_proposed(self):
        """Half of it was credited, and Odoo's order takes off nothing any more."""
        advance = self.prepaid(invoice_origin='S00017')
        refund = advance._reverse_moves([{'invoice_date': '2026-11-20'}])
        refund.invoice_line_ids.price_unit = 150
        refund.action_post()
        for origin in ('S00017', 'S00016, S00017'):
            [warning] = self.problems(self.final(invoice_origin=origin), 'warning')
            self.assertRegex(warning, f'{advance.vatportal_qaime} of [0-9/]+, 177.00.* left')
        self.assertFalse(self.problems(self.final(invoice_origin='S0001')))
        self.assertFalse(self.problems(self.final()))
        # The next advance of the order settles none.
        self.assertNotIn('these are open', ' '.join(self.problems(self.down_payment(invoice_origin='S00017'))))

    def test_as_they_are_chosen(self):
        document = self.prepaid().vatportal_document_id
        self.assertRegex(document.with_context(vatportal_advance=True).display_name, f'^{document.qaime} of .*354.00.* left$')
        self.assertEqual(document.display_name, document.qaime)

    def test_two_advances_in_one_invoice(self):
        """The API knows one main_qaime, so nobody but a person can tell which; the other is not forgotten."""
        first, second = self.prepaid(), self.prepaid(200)
        final = self.final(first, second)
        self.assertFalse(final.vatportal_advance_id)
        (problem,) = self.problems(final, 'error')
        self.assertIn(first.vatportal_qaime, problem)
        self.assertIn(second.vatportal_qaime, problem)
        final.vatportal_advance_id = second.vatportal_document_id
        self.assertFalse(self.problems(final, 'error'))
        (warning,) = self.problems(final, 'warning')
        self.assertIn(f'{first.vatportal_qaime} as well', warning)
        self.finish(self.send(final))
        self.assertEqual(self.payload(final)['main_qaime'], second.vatportal_qaime)
        self.assertEqual(second.vatportal_document_id.advance_left, 0)
        self.assertEqual(first.vatportal_document_id.advance_left, 354)

    def test_the_second_advance_comes_later(self):
        """With one number the invoice settles that one and tells of the other; with two a person has to choose."""
        first, second = self.prepaid(), self.down_payment(200)
        final = self.final(first, second)
        self.assertEqual(final.vatportal_advance_id, first.vatportal_document_id)
        self.assertProblem(f'{second.name} that this invoice', final, 'warning')
        self.finish(self.send(second))
        self.assertFalse(final.vatportal_advance_id)
        self.assertProblem('settles one with each', final)

    def test_a_down_payment_without_number_is_told(self):
        unsent = self.down_payment()
        final = self.final(unsent)
        self.assertProblem(unsent.name, final, 'warning')
        self.finish(self.send(unsent))
        self.assertEqual(final.vatportal_advance_id, unsent.vatportal_document_id, 'found once it has its number')
        self.assertFalse(self.problems(final))

    def test_without_its_lines_it_settles_nothing(self):
        advance = self.prepaid()
        final = self.final(advance, post=False)
        self.assertTrue(final.vatportal_advance_id)
        final.invoice_line_ids[1:].unlink()
        self.assertFalse(final.vatportal_advance_id)
        self.assertEqual(final.vatportal_advance_amount, 0)
        # What a person chose stays.
        final.vatportal_advance_id = advance.vatportal_document_id
        final.invoice_line_ids[0].price_unit = 900
        final.action_post()
        self.assertEqual(final.vatportal_advance_id, advance.vatportal_document_id)

    def test_what_a_person_removed_stays_away(self):
        advance = self.prepaid()
        final = self.final(advance, post=False)
        final.vatportal_advance_id = False
        final.action_post()
        self.assertFalse(final.vatportal_advance_id)
        self.assertProblem(f'{advance.vatportal_qaime} as well', final, 'warning')

    def test_an_advance_that_was_sent_again(self):
        advance = self.prepaid()
        found, chosen = self.final(advance), self.choosing(advance)
        old = advance.vatportal_document_id
        self.finish(self.delete(old))
        self.assertFalse(found.vatportal_advance_id)
        self.assertEqual(chosen.vatportal_advance_id, old)
        self.assertProblem('no longer at e-taxes', chosen)
        self.finish(self.send(advance))
        new = advance.vatportal_document_id
        self.assertNotEqual(new, old)
        self.assertEqual((found + chosen).mapped('vatportal_advance_id'), new)

    def test_on_the_form(self):
        """What the form saves by itself is no choice, and a new advance brings an amount of its own."""
        self.env.user.group_ids += self.env.ref('account.group_account_invoice')
        first, second = self.prepaid(), self.prepaid(200)
        final = self.final(first, post=False)
        with Form(final) as form:
            form.vatportal_advance_amount = 50
            form.vatportal_advance_id = second.vatportal_document_id
            self.assertEqual(form.vatportal_advance_amount, 236)
        with Form(final) as form:
            form.vatportal_advance_id = first.vatportal_document_id
            with form.invoice_line_ids.edit(0) as line:
                line.price_unit = 400
        self.assertEqual(final.vatportal_advance_amount, 354)
        final.invoice_line_ids[1:].unlink()
        self.assertFalse(final.vatportal_advance_id)

    # ------------------------------------------------------------------ what stands against it

    def test_the_unknown_advance_is_named(self):
        advance = self.prepaid()
        final = self.choosing(advance)
        self.sandbox.portal.set_status(advance.vatportal_qaime, 'canceled')
        self.finish(self.send(final))
        self.assertEqual(final.vatportal_state, 'rejected')
        message = final.vatportal_document_id.message
        self.assertIn(advance.vatportal_qaime, message)
        self.assertIn('354', message)

    def test_a_used_up_advance(self):
        advance = self.prepaid()
        used, late = self.choosing(advance), self.choosing(advance)
        self.finish(self.send(used))
        self.assertProblem('Nothing is left', late)

    def test_an_advance_settles_no_other(self):
        advance = self.prepaid()
        move = self.create_invoice(vatportal_kind_id=self.kind.id)
        move.vatportal_advance_id = advance.vatportal_document_id
        self.assertProblem('does not settle another', move)

from odoo.tests import Form

from ..bill_common import BillCommon


class TestBillHeld(BillCommon):
    """The amounts of the document hold on a line until a person changes price or quantity by however little, with its row or without."""

    def with_price(self, quantity=10000, price=1.0512, **vals):
        move = self.bill(self.line(round(quantity * price, 2), quantity=quantity, price_unit=price), **vals)
        self.assertEqual(move.invoice_line_ids.price_unit, price)
        return move

    def without_rows(self, move):
        """(how, a draft) of ``move`` whose lines have lost their row."""
        yield 'duplicate', move.copy({'invoice_date': '2026-11-20'})
        credit = move.copy({'invoice_date': '2026-11-20'})
        credit.action_switch_move_type()
        yield 'credit note', credit
        document = move.vatportal_bill_document_id
        yield 'row', move
        document.action_not_this_move()
        yield 'taken off', move
        corrected = self.with_price(date='2026-08-20 21:30:00')  # not alike those
        corrected.vatportal_bill_document_id.sudo().line_ids.unlink()
        yield 'deleted row', corrected

    def assert_amounts(self, move, subtotal, vat):
        self.assertRecordValues(move, [{'amount_untaxed': subtotal, 'amount_tax': vat}])
        self.assertEqual(move.invoice_line_ids.price_subtotal, subtotal)

    def test_a_price_that_is_corrected(self):
        for how, move in self.without_rows(self.with_price()):
            with self.subTest(how):
                self.assert_amounts(move, 10512.0, 1892.16)
                move.invoice_line_ids.price_unit = 1.054
                self.assert_amounts(move, 10540.0, 1897.2)
                move.invoice_line_ids.price_unit = 1.0512
                self.assert_amounts(move, 10512.0, 1892.16)

    def test_a_quantity_that_is_corrected(self):
        self.env['decimal.precision'].search([('name', '=', 'Product Unit')]).digits = 3
        move = self.with_price(1.234, 5000.0).copy({'invoice_date': '2026-11-20'})
        move.invoice_line_ids.quantity = 1.231
        self.assert_amounts(move, 6155.0, 1107.9)

    def test_in_the_form(self):
        """What is shown before it is saved is what is saved."""
        bill = self.with_price()
        for move in (bill, bill.copy({'invoice_date': '2026-11-20'})):
            with Form(move) as form:
                with form.invoice_line_ids.edit(0) as line:
                    line.price_unit = 1.054
                self.assertEqual(form.tax_totals['total_amount_currency'], 12437.2)
            self.assert_amounts(move, 10540.0, 1897.2)

    def test_what_a_credit_note_repeats(self):
        """Without a correction it comes to the document's amounts, which price × quantity do not give."""
        move = self.bill(self.line(33.33, vat=6.01, quantity=3, price_unit=11.11))
        move.action_post()
        self.assert_amounts(move._reverse_moves(), 33.33, 6.01)

    def test_the_amounts_of_an_order(self):
        """A down payment and the cash desk have theirs of Odoo, which compares them as it does."""
        amounts = {
            'currency_id': self.company.currency_id.id,
            'quantity': 1.0,
            'price_unit': 33.33,
            'discount': 0.0,
            'rate': 1.0,
            'manual_total_excluded_currency': 33.33,
            'manual_tax_amounts': {str(self.taxes['vat'].id): {'tax_amount_currency': 6.01, 'base_amount_currency': 33.33}},
        }
        move = self.create_invoice({'price_unit': 33.33, 'tax_ids': self.taxes['vat'].ids, 'extra_tax_data': amounts}, post=False)
        move.invoice_line_ids.price_unit = 33.3301
        self.assert_amounts(move, 33.33, 6.01)

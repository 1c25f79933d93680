from ..bill_common import BillCommon


class TestBillHeader(BillCommon):
    """Documents whose own sums are not those of their lines: the VAT that is reclaimed is the document's."""

    def notes(self, move, level):
        return [note['text'] for note in move.vatportal_bill_document_id.bill_notes or () if note['level'] == level]

    def ten_lines(self, **vals):
        """Ten lines of 10.00 with VAT of 1.80 each."""
        return self.document(*(self.line(10.0, vat=1.8) for _n in range(10)), **vals)

    def bill_of(self, document):
        document.action_create_bills()
        self.assertEqual(document.bill_state, 'billed', document.bill_question)
        return document.move_id

    def test_vat_of_the_header(self):
        document = self.ten_lines(amount_vat=18.05, amount_total=118.05)
        move = self.bill_of(document)
        self.assertEqual((move.amount_untaxed, move.amount_tax, move.amount_total), (100.0, 18.05, 118.05))
        self.assertEqual(len(self.product_lines(move)), 10, 'no rounding line')
        vat = move.line_ids.filtered('tax_line_id')
        self.assertEqual((vat.tax_line_id, vat.balance), (self.purchase['vat'], 18.05))
        self.assertIn('0.05 AZN', self.notes(move, 'info')[0])
        self.assertFalse(self.notes(move, 'warning'))
        move.action_post()
        self.assertEqual((move.amount_tax, move.amount_total), (18.05, 118.05))

    def test_less_vat_than_the_lines_have(self):
        move = self.bill_of(self.ten_lines(amount_vat=17.96, amount_total=117.96))
        self.assertEqual((move.amount_untaxed, move.amount_tax, move.amount_total), (100.0, 17.96, 117.96))

    def test_the_largest_line_bears_it(self):
        document = self.document(self.line(10.0), self.line(500.0), self.line(40.0, 'exempt'), amount_vat=91.83, amount_total=641.83)
        move = self.bill_of(document)
        self.assertEqual(self.product_lines(move).mapped('price_total'), [11.8, 590.03, 40.0])
        self.assertEqual((move.amount_tax, move.amount_total), (91.83, 641.83))

    def test_a_header_that_does_not_add_up_itself(self):
        """The VAT is right, so what is missing from the total is rounding."""
        move = self.bill_of(self.ten_lines(amount_vat=18.03))
        self.assertEqual((move.amount_tax, move.amount_total), (18.03, 118.0))
        self.assertEqual(self.product_lines(move)[-1].price_subtotal, -0.03)

    def test_more_than_rounding_is_for_a_person(self):
        document = self.ten_lines(amount_vat=18.06, amount_total=118.06)
        move = self.bill_of(document)
        self.assertEqual((move.state, move.amount_tax, document.amount_differs), ('draft', 18.0, True))
        warning = self.notes(move, 'warning')[0]
        self.assertIn('18.00 AZN', warning)
        self.assertIn('18.06 AZN', warning)
        self.assertIn(warning, move.alerts['vatportal_bill_warning']['message'])

    def test_vat_where_no_line_has_any(self):
        move = self.bill_of(self.document(self.line(100.0, 'exempt'), amount_vat=0.02, amount_total=100.02))
        self.assertEqual((move.amount_tax, move.amount_total), (0.0, 100.02))
        self.assertIn('0.02 AZN', self.notes(move, 'warning')[0])

    def test_digits_beyond_the_qepik_are_no_difference(self):
        move = self.bill_of(self.document(self.line(33.335, vat=6.0003), self.line(0.48, vat=0.0864), amount_vat=6.09, amount_total=39.9))
        self.assertEqual((move.amount_tax, move.amount_total), (6.09, 39.9))
        self.assertFalse(self.notes(move, 'info'))

    def test_returns(self):
        document = self.ten_lines(amount_vat=18.02, amount_total=118.02, kind='returnInvoice')
        move = self.bill_of(document)
        self.assertEqual((move.move_type, move.amount_tax, move.amount_total), ('out_refund', 18.02, 118.02))

    def test_simplified_taxation(self):
        self.connector.taxation = 'simplified'
        for tax in self.purchase.values():
            tax.active = False
        move = self.bill_of(self.ten_lines(amount_vat=18.05, amount_total=118.05))
        self.assertEqual((move.amount_tax, move.amount_total), (0.0, 118.05))

from odoo.fields import Command

from ..chart_common import ChartCommon
from .reconcile_common import ReconcileCommon

COLUMNS = ('vat_base', 'zero', 'exempt', 'not_subject', 'other', 'vat', 'total')
LINES = {'vat': 100.0, 'zero': 40.0, 'exempt': 30.0, 'not_subject': 20.0}


class TestReconciliationChart(ReconcileCommon, ChartCommon):
    """The books of a company with the chart of accounts for Azerbaijan, where a line without a tax says *not subject to VAT*."""

    def columns(self, document, side='books'):
        row = self.rows(document)
        self.assertEqual(row.finding, 'matched', row.first_column)
        return [row[f'{side}_{name}'] for name in COLUMNS]

    def test_each_column(self):
        """Of a received document with whatever in it, on which road tax stands or not."""
        for categories in ({'vat'}, {'not_subject'}, {'zero', 'exempt'}, {'exempt', 'not_subject'}, set(LINES)):
            for road in (0.0, 5.0, 70.0):
                with self.subTest(sorted(categories), road=road):
                    rows = [self.line(LINES[category], category, road=road) for category in LINES if category in categories]
                    document = self.posted_bill(*rows)
                    books = self.columns(document)
                    self.assertEqual(books, self.columns(document, 'etaxes'))
                    self.assertEqual(books[4], road * len(rows))
                    self.assertEqual(books[3], 20 if 'not_subject' in categories else 0)

    def test_returns(self):
        document = self.posted_bill(self.line(60.0, road=3.0), self.line(20.0, 'not_subject', road=2.0), kind='returnInvoice', seller_vat=self.partner.vat)
        self.assertEqual(self.columns(document), [-60, 0, 0, -20, -5, -10.8, -95.8])

    def test_rounding(self):
        """The line that makes the bill's total that of the document is of no column."""
        for difference in (0.05, -0.05):
            document = self.posted_bill(self.line(100.0), self.line(20.0, 'not_subject'), amount_total=138 + difference)
            self.assertIn('Rounding', document.move_id.invoice_line_ids.mapped('name'))
            self.assertEqual(self.columns(document), [100, 0, 0, 20, difference, 18, 138 + difference])

    def test_what_differs_all_the_same(self):
        """Only what road tax and rounding can be is of no column; and without a document every line without a tax has its column."""
        for road, untaxed in ((0.0, 7.0), (5.0, 12.0), (5.0, 4.0)):
            document = self.bill(self.line(100.0, road=road), self.line(50.0, name='Gips')).vatportal_bill_document_id
            move = document.move_id
            # What bore VAT is booked without.
            line = move.invoice_line_ids.filtered(lambda line: line.name == 'Gips')
            line.write({'price_unit': 50 - untaxed})
            move.write(
                {'invoice_line_ids': [Command.create({'name': 'Ayrı', 'price_unit': untaxed, 'quantity': 1, 'tax_ids': False})], 'date': move.invoice_date}
            )
            move.action_post()
            row = self.rows(document)
            self.assertEqual((row.finding, row.first_column), ('differs', 'vat_base'))
            self.assertEqual(row.books_not_subject, untaxed)
        alone = self.create_invoice({'price_unit': 30, 'tax_ids': False}, move_type='in_invoice', partner_id=self.vendor.id)
        self.assertEqual((self.rows(alone).books_not_subject, self.rows(alone).books_other), (30, 0))

    def test_road_tax_that_was_paid_in_advance(self):
        """The final invoice takes it off in a line without a tax; on the qaimə so much less of it stands."""
        road = self.create_tax('Road', 5, 'road', amount_type='fixed', sequence=9)
        taxes = [Command.set((self.chart['az_tax_sale_vat_18_group'] + road).ids)]
        for left in (3.5, 0):
            sold = self.create_invoice({'price_unit': 100, 'tax_ids': taxes}, {'price_unit': left - 5, 'tax_ids': False})
            document = self.document(self.line(100.0, road=left), direction='outgoing', move_id=sold.id, date='2026-11-20 10:00:00')
            self.assertEqual(self.columns(document), [100, 0, 0, 0, left, 18, 118 + left])

    def test_road_tax_that_is_a_tax(self):
        """Where the books hold it as a tax, all or part of it, so much of it is no line without one: what else is has its column."""
        road = self.create_tax('Road', 5, 'road', amount_type='fixed', sequence=9)
        vat = self.chart['az_tax_sale_vat_18_group']
        for move_type, sign in (('out_invoice', 1), ('out_refund', -1)):
            for as_line in (0, 2):
                for wrong in (0, 3):
                    with self.subTest(move_type=move_type, as_line=as_line, wrong=wrong):
                        sold = self.create_invoice(
                            {'price_unit': 100, 'tax_ids': [Command.set((vat + road).ids)]},
                            {'price_unit': 40 - wrong, 'tax_ids': [Command.set(self.chart['az_tax_sale_vat_0_group'].ids)]},
                            {'price_unit': 20 + wrong, 'tax_ids': False},
                            *([{'price_unit': as_line, 'tax_ids': False}] if as_line else []),
                            move_type=move_type,
                        )
                        rows = self.line(100.0, road=5.0 + as_line), self.line(40.0, 'zero'), self.line(20.0, 'not_subject')
                        self.document(*rows, direction='outgoing', move_id=sold.id, date='2026-11-20 10:00:00')
                        row = self.rows(sold)
                        self.assertEqual((row.finding, row.first_column), ('differs', 'zero') if wrong else ('matched', False))
                        self.assertEqual((row.books_not_subject, row.diff_total), (sign * (20 + wrong), 0))

    def test_the_return_lines_say_the_same(self):
        document = self.posted_bill(self.line(100.0, road=5.0), self.line(20.0, 'not_subject'))
        self.env.flush_all()
        lines = self.env['vatportal.vat.return'].search([('document_id', '=', document.id)])
        self.assertEqual(
            {line.vat_column: (line.etaxes_base, line.books_base) for line in lines}, {'vat': (100, 100), 'not_subject': (20, 20), 'other': (5, 5)}
        )

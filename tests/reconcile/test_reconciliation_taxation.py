from ..chart_common import ChartCommon
from .reconcile_common import ReconcileCommon


class TestReconciliationTaxation(ReconcileCommon):
    """A company that was under simplified taxation and pays VAT since: each pair is judged by how it was taxed."""

    def no_column(self, amount):
        """A row as e-taxes has it of whoever is under simplified taxation."""
        return self.line(amount, None)

    def test_taxation_changes(self):
        self.connector.taxation = 'simplified'
        documents = (
            self.posted_bill(100.0)
            + self.posted_bill(self.line(200.0, road=5.0), self.line(50.0, 'exempt', name='Qum'))
            + self.posted_bill(60.0, kind='returnInvoice', seller_vat=self.partner.vat)
            + self.posted_bill(self.no_column(70.0))
        )
        for move_type in ('out_invoice', 'out_refund'):
            sold = self.create_invoice({'price_unit': 118, 'tax_ids': False}, invoice_date='2026-11-20', move_type=move_type)
            documents += self.document(self.no_column(118.0), direction='outgoing', move_id=sold.id, date='2026-11-20 10:00:00')
        for taxation in ('simplified', 'vat', 'simplified'):
            self.connector.taxation = taxation
            for document in documents:
                row = self.rows(document)
                self.assertEqual((row.finding, row.first_column), ('matched', False), (taxation, document.amount_total))
                self.assertEqual((row.books_other, row.books_not_subject), (row.books_total, 0))
        # The total counts all the same.
        self.connector.taxation = 'vat'
        document = documents[0]
        document.move_id.button_draft()
        document.move_id.invoice_line_ids.price_unit = 120
        document.move_id.action_post()
        row = self.rows(document)
        self.assertEqual((row.finding, row.diff_total), ('differs', 2))
        self.assertIn('Odoo 120.00', row.differing_rows.replace('\xa0', ' '))
        self.assertIn('e-taxes 118.00', row.differing_rows.replace('\xa0', ' '))

    def test_who_pays_vat(self):
        """Without a tax, what bore VAT differs: nobody has put it into the prices; and with one, what bore none."""
        typed = self.create_invoice({'price_unit': 118, 'tax_ids': False}, move_type='in_invoice', partner_id=self.vendor.id, invoice_date='2026-11-20')
        self.at_etaxes(typed, {'vat': 100})
        taxed = self.purchase_entry({'vat': 100})
        self.document(self.no_column(118.0), move_id=taxed.id, date='2026-11-20 10:00:00', partner_id=self.vendor.id)
        for move in (typed, taxed):
            row = self.rows(move)
            self.assertEqual((row.finding, row.first_column, row.diff_total), ('differs', 'vat_base', 0))


class TestReconciliationTaxationChart(TestReconciliationTaxation, ChartCommon):
    """The same with the chart of accounts for Azerbaijan, where a line without a tax says *not subject to VAT*."""

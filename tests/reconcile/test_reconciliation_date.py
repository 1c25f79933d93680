from .reconcile_common import ReconcileCommon


class TestReconciliationDate(ReconcileCommon):
    """In which month an entry and its qaimə count: that of the ledger, and that of e-taxes."""

    def test_other_month(self):
        """The month of the books has the entry, that of e-taxes the qaimə; the difference of each is what is not in it."""
        move = self.sale({'vat': 100}, invoice_date='2026-11-30')
        self.at_etaxes(move, {'vat': 100}, date='2026-11-30 20:30:00')
        rows = self.rows(move)
        self.assertEqual(rows.mapped('finding'), ['other_month'] * 2)
        self.assertEqual([f'{row.date:%d.%m}' for row in rows], ['30.11', '01.12'])
        self.assertEqual(rows.mapped('books_total'), [118, 0])
        self.assertEqual(rows.mapped('etaxes_total'), [0, 118])
        rows[0].explanation = 'Delivered at night'
        self.assertFalse(any(self.rows(move).mapped('is_open')), 'both of them')

    def test_the_ledger_tells_the_month(self):
        """A bill that is booked in a later month than its vendor wrote on it has its VAT there; so has an invoice that is."""
        bill, sold = self.purchase_entry({'vat': 100}, date='2026-12-15'), self.sale({'vat': 100}, date='2026-12-15')
        self.assertEqual(bill.invoice_date.month, 11)
        for move in (bill, sold):
            self.at_etaxes(move, {'vat': 100})
            rows = self.rows(move)
            self.assertEqual(rows.mapped('finding'), ['other_month'] * 2, move.move_type)
            self.assertEqual([f'{row.date:%d.%m}' for row in rows], ['20.11', '15.12'])
            self.assertEqual((rows.mapped('books_total'), rows.mapped('etaxes_total')), ([0, 118], [118, 0]))
            self.assertEqual(rows.mapped('books_date'), [move.date] * 2)
        within = self.purchase_entry({'vat': 100}, date='2026-11-30')
        self.at_etaxes(within, {'vat': 100})
        self.assertEqual(self.found(within), ('matched', False))
        # Booked in the month of the qaimə, whatever day the vendor wrote on it.
        other = self.purchase_entry({'vat': 100}, invoice_date='2026-10-31', date='2026-11-02')
        self.at_etaxes(other, {'vat': 100})
        self.assertEqual(self.found(other), ('matched', False))

    def test_booked_in_a_locked_month(self):
        """What Odoo itself makes of a bill whose month is locked."""
        self.company.tax_lock_date = '2026-10-31'
        document = self.document(self.line(100.0), date='2026-10-31 10:00:00')
        document.action_create_bills()
        bill = document.move_id
        bill.action_post()
        self.assertEqual((bill.invoice_date.month, bill.date > bill.company_id.tax_lock_date), (10, True))
        rows = self.rows(document)
        self.assertEqual([(row.finding, row.date) for row in rows], [('other_month', document._baku_date()), ('other_month', bill.date)])

    def test_before_the_connector(self):
        """The vendor's day tells whether a qaimə was to come, whenever the bill is booked."""
        self.assertEqual(self.found(self.purchase_entry(invoice_date='2026-09-30', date='2026-11-20')), ('never', 'before'))
        self.assertEqual(self.found(self.purchase_entry(invoice_date='2026-10-30', date='2026-11-20')), ('only_odoo', 'no_document'))

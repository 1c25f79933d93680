from unittest.mock import patch

from .reconcile_common import ReconcileCommon


class TestReconciliationUnnamed(ReconcileCommon):
    """Credit notes that name no invoice, and take one back all the same: they have its total and are reconciled with it alone."""

    def sold_and_bought(self, **vals):
        """An invoice and a bill, each with its credit note that names none: list of (entry, credit note)."""
        found = []
        for make, back_type in ((self.sale, 'out_refund'), (self.purchase_entry, 'in_refund')):
            move, credit = make({'vat': 100}, **vals), make({'vat': 100}, move_type=back_type, ref=f'Back {back_type}', vatportal_kind_id=False)
            self.settle_with(move, credit)
            self.assertEqual((move.payment_state, credit.reversed_entry_id.ids), ('reversed', []))
            found.append((move, credit))
        return found

    def test_neither_has_a_document(self):
        for move, credit in self.sold_and_bought():
            with self.subTest(move.move_type):
                self.assertEqual([self.found(one) for one in (move, credit)], [('never', 'reversed')] * 2)

    def test_of_before_the_connector(self):
        """What was taken back since is nothing to clear, either."""
        for move, credit in self.sold_and_bought(invoice_date='2026-09-20'):
            with self.subTest(move.move_type):
                self.assertEqual([self.found(one) for one in (move, credit)], [('never', 'reversed')] * 2)

    def test_typed_twice_before_the_connector(self):
        """Settled before, too: what bears the number of another bill is told of, whenever that was."""
        again = self.purchase_entry({'vat': 100}, ref=self.posted_bill(100.0).qaime, invoice_date='2026-09-20', date='2026-09-20')
        self.assertEqual(self.found(again), ('twice', 'double_bill'))
        back = {'move_type': 'in_refund', 'ref': 'Back', 'vatportal_kind_id': False, 'invoice_date': '2026-09-20', 'date': '2026-09-20'}
        self.settle_with(again, self.purchase_entry({'vat': 100}, **back))
        self.assertEqual(self.found(again), ('never', 'reversed'))

    def test_what_went_in_a_package(self):
        """Its document comes with its number, and then the return of its buyer."""
        named = self.sale({'vat': 100})
        credit = named._reverse_moves([{'invoice_date': named.invoice_date}], cancel=True)
        for move, back in (self.sold_and_bought()[0], (named, credit)):
            with self.subTest(named=bool(back.reversed_entry_id)):
                self.assertEqual(self.found(back), ('never', 'reversed'))
                move.sudo().vatportal_package_date = '2026-11-20 10:00:00'
                self.assertEqual([self.found(one) for one in (move, back)], [('only_odoo', 'package'), ('only_odoo', 'awaits_return')])

    def test_what_was_taken_back_is_gone_at_etaxes(self):
        for move, credit in self.sold_and_bought():
            self.at_etaxes(move, {'vat': 100}, status='canceled')
            with self.subTest(move.move_type):
                self.assertEqual([self.found(one) for one in (move, credit)], [('never', 'reversed')] * 2)

    def test_what_was_taken_back_stands(self):
        (sold, sold_credit), (bought, bought_credit) = self.sold_and_bought()
        for move in (sold, bought):
            self.at_etaxes(move, {'vat': 100})
        self.assertEqual([self.found(one) for one in (sold, sold_credit)], [('matched', False), ('only_odoo', 'awaits_return')])
        self.assertEqual([self.found(one) for one in (bought, bought_credit)], [('matched', False), ('only_odoo', 'no_document')])

    def test_what_was_taken_back_is_on_its_way(self):
        for move, credit in self.sold_and_bought()[:1]:
            self.at_etaxes(move, {'vat': 100}, state='queued', status=False, qaime=False)
            self.assertEqual([self.found(one) for one in (move, credit)], [('only_odoo', 'on_its_way'), ('only_odoo', 'awaits_return')])

    def test_the_return_stands(self):
        """Then what it is about is missing at e-taxes."""
        (sold, sold_credit), (bought, bought_credit) = self.sold_and_bought()
        self.at_etaxes(sold_credit, {'vat': 100}, direction='incoming', kind='returnInvoice')
        self.at_etaxes(bought_credit, {'vat': 100}, direction='incoming', kind='taxCodex163')
        self.assertEqual([self.found(one) for one in (sold, sold_credit)], [('only_odoo', 'not_sent'), ('matched', False)])
        self.assertEqual(self.found(bought), ('only_odoo', 'no_document'))

    def test_a_bonus_is_nobodys_return(self):
        bonus = self.sale({'vat': 200}, move_type='out_refund')
        self.settle_with(self.sale({'vat': 100}), self.sale({'vat': 100}), bonus)
        self.assertEqual(self.found(bonus), ('only_odoo', 'awaits_return'))

    def test_what_no_qaime_is_expected_of_is_not_walked_through(self):
        """What private persons gave back, of all years."""
        for partner, reason in ((self.citizen, 'private'), (self.foreigner, 'abroad')):
            move, credit = (self.sale({'vat': 100}, move_type=move_type, partner_id=partner.id) for move_type in ('out_invoice', 'out_refund'))
            self.settle_with(move, credit)
            self.assertEqual(move.payment_state, 'reversed')
            self.env.flush_all()
            with self.subTest(reason), patch.object(type(move), '_vatportal_credits', side_effect=AssertionError(reason)):
                self.assertEqual([self.found(one) for one in (move, credit)], [('never', reason)] * 2)

    def test_credit_notes_that_were_paid_out_are_not_walked_through(self):
        """By a journal entry, as those of Point of Sale are: Odoo says *Reversed* of them, too."""
        credit = self.sale({'vat': 100}, move_type='out_refund')
        self.settle_by_entry(credit, 'asset_receivable')
        self.assertEqual(credit.payment_state, 'reversed')
        self.env.flush_all()
        with patch.object(type(credit), '_vatportal_credits', side_effect=AssertionError):
            self.assertEqual(self.found(credit), ('only_odoo', 'awaits_return'))

    def test_the_statements_do_not_grow_with_the_books(self):
        """Not with what is credited in part, nor with what unnamed credit notes take back."""

        def sell(count):
            for _number in range(count):
                self.credit_apart(self.sale({'vat': 100}), 10)
                self.settle_with(self.sale({'vat': 100}), self.sale({'vat': 100}, move_type='out_refund'))

        rows = self.env['vatportal.reconciliation']
        sell(1)
        self.statements(lambda: rows.search([]))
        counts = []
        for more in (1, 5):
            sell(more)
            counts.append(len(self.statements(lambda: rows.search([]))))
        self.assertEqual(*counts)

from .reconcile_common import ReconcileCommon


class TestReconciliationTyped(ReconcileCommon):
    """Entries that are linked with no document, on which somebody has typed a number."""

    def test_typed_and_not_linked(self):
        document = self.document(partner_id=self.vendor.id)
        typed = self.purchase_entry({'vat': 100}, ref=document.qaime.lower())
        row = self.rows(typed)
        self.assertEqual((row.finding, row.reason, row.next_step, row.typed_id), ('only_odoo', 'unlinked', 'link', document))

    def test_the_number_of_the_original(self):
        """On what takes a part of it back, whoever issues that, the original's number makes no second bill of it."""
        billed, sold = self.posted_bill(100.0), self.sale({'vat': 100})
        sent = self.at_etaxes(sold, {'vat': 100})
        nothing = {'vatportal_kind_id': False, 'vatportal_kind_proposed_id': self.kind('returnInvoice').id}
        for vals, reason in (
            ({'move_type': 'in_refund', **nothing}, 'no_document'),
            ({'move_type': 'in_refund'}, 'not_sent'),
            ({'move_type': 'in_refund', 'reversed_entry_id': billed.move_id.id}, 'not_sent'),
        ):
            with self.subTest(**vals):
                self.assertEqual(self.found(self.purchase_entry({'vat': 5}, ref=billed.qaime, **vals)), ('only_odoo', reason))
        for vals, reason in (({}, 'awaits_return'), ({'vatportal_kind_id': self.kind('taxCodex163').id}, 'not_sent')):
            with self.subTest(**vals):
                self.assertEqual(self.found(self.sale({'vat': 5}, move_type='out_refund', ref=sent.qaime, **vals)), ('only_odoo', reason))

    def test_the_other_direction(self):
        billed, sent = self.posted_bill(100.0), self.at_etaxes(self.sale())
        self.assertEqual(self.found(self.sale({'vat': 5}, ref=billed.qaime)), ('only_odoo', 'not_sent'))
        self.assertEqual(self.found(self.purchase_entry({'vat': 5}, ref=sent.qaime)), ('only_odoo', 'no_document'))

    def test_of_its_own_kind(self):
        """A credit note that bears the number of an adjustment, or of a return, is linked with it."""
        for document, vals in (
            (self.document(kind='taxCodex163', direction='outgoing'), {'move_type': 'out_refund'}),
            (self.document(kind='returnInvoice'), {'move_type': 'out_refund'}),
        ):
            self.assertEqual(self.found(self.sale(ref=document.qaime, **vals)), ('only_odoo', 'unlinked'))
        for document in (self.document(kind='taxCodex163'), self.document(kind='returnInvoice', direction='outgoing')):
            self.assertEqual(self.found(self.purchase_entry(ref=document.qaime, move_type='in_refund')), ('only_odoo', 'unlinked'))
        document = self.document(kind='taxCodex163')
        self.assertEqual(self.found(self.purchase_entry(ref=document.qaime)), ('only_odoo', 'unlinked'), 'it may raise what is owed')

    def test_of_the_other_sign(self):
        """A credit note bears the number of a bill that is not made yet, or a bill that of a return."""
        for document, vals in ((self.document(), {'move_type': 'in_refund'}), (self.document(kind='returnInvoice'), {})):
            self.assertEqual(self.rows(self.purchase_entry(ref=document.qaime, **vals)).typed_id.ids, [])

    def test_linked_with_the_other_sign(self):
        """Each side says what it says."""
        for kind, vals, books, etaxes in (('defaultInvoice', {'move_type': 'in_refund'}, -118, 118), ('returnInvoice', {}, 118, -118)):
            document = self.document(kind=kind, date='2026-11-20 10:00:00')
            move = self.purchase_entry({'vat': 100}, **vals)
            document._link(move)
            row = self.rows(move)
            self.assertEqual((row.finding, row.books_total, row.etaxes_total, row.etaxes_vat_base), ('differs', books, etaxes, etaxes / 1.18))

    def test_a_negative_document_is_that_of_a_credit_note(self):
        document = self.document()
        document.sudo().write({name: -document[name] for name in ('amount_total', 'amount_vat', 'amount_vat_base', 'amount_net', 'amount_goods')})
        typed = self.purchase_entry({'vat': 100}, move_type='in_refund', ref=document.qaime)
        self.assertEqual(self.found(typed), ('only_odoo', 'unlinked'))
        document.action_link_move(typed.id)
        self.assertEqual(self.found(typed)[0], 'matched')

    def test_what_may_be_of_either_sign(self):
        """A kind that the company books otherwise, one that is new here, or none; and a sale with minus signs."""
        self.kind('taxCodex163').booking = 'refund'
        new = self.env['vatportal.kind'].create({'code': 'newInvoice', 'name': 'Yeni'})
        sent = self.document(direction='outgoing', partner_id=self.partner.id)
        sent.sudo().write({name: -sent[name] for name in ('amount_total', 'amount_vat', 'amount_vat_base', 'amount_net', 'amount_goods')})
        for document, entry in (
            (self.document(kind='taxCodex163'), self.purchase_entry()),
            (self.document(kind_id=new.id), self.purchase_entry(move_type='in_refund')),
            (self.document(kind_id=new.id), self.sale(move_type='out_refund')),
            (self.document(kind_id=False), self.sale(move_type='out_refund')),
            (sent, self.sale(move_type='out_refund')),
        ):
            entry.ref = document.qaime
            self.assertEqual(self.rows(entry).typed_id, document)
        fitting = self.document(kind='returnInvoice')
        self.assertEqual(self.rows(self.purchase_entry(move_type='in_refund', ref=fitting.qaime)).typed_id.ids, [])

    def test_what_does_not_stand(self):
        for vals in ({'status': 'canceled'}, {'is_foreign': True}, {'state': 'deleted'}):
            with self.subTest(**vals):
                typed = self.purchase_entry(ref=self.document(**vals).qaime)
                self.assertEqual(self.found(typed), ('only_odoo', 'no_document'))

    def test_a_second_bill_that_was_taken_back(self):
        billed = self.posted_bill(100.0)
        again = self.purchase_entry({'vat': 100}, ref=billed.qaime)
        self.assertEqual(self.found(again), ('twice', 'double_bill'))
        again._reverse_moves([{'invoice_date': again.invoice_date, 'date': again.date}], cancel=True)
        self.assertEqual(self.found(again), ('never', 'reversed'))

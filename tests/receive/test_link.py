from odoo import Command
from odoo.exceptions import UserError

from ..bill_common import OTHER_VENDOR, BillCommon

# Which entries a document of each kind can be of: (direction, kind, sign of its total) → types of entries.
BILLS = {'in_invoice', 'in_receipt'}
FITTING = {
    ('incoming', 'defaultInvoice', 1): BILLS,
    ('incoming', 'resale', 1): BILLS,
    ('incoming', 'defaultInvoice', -1): {'in_refund'},
    ('incoming', 'returnInvoice', 1): {'out_refund'},
    ('incoming', 'returnInvoice', -1): {'out_refund'},
    ('incoming', 'taxCodex163', 1): BILLS | {'in_refund'},
    ('incoming', 'taxCodex163', -1): {'in_refund'},
    ('incoming', 'returnRecycled', 1): BILLS | {'out_refund'},
    ('incoming', 'advanceInvoice', 1): BILLS | {'in_refund'},
    ('outgoing', 'defaultInvoice', 1): {'out_invoice'},
    ('outgoing', 'returnInvoice', 1): {'in_refund'},
    ('outgoing', 'taxCodex163', 1): {'out_invoice', 'out_refund', 'in_refund'},
    ('outgoing', 'advanceInvoice', 1): {'out_invoice', 'out_refund', 'in_refund'},
    ('outgoing', 'defaultInvoice', -1): {'out_refund'},
    ('outgoing', 'returnInvoice', -1): {'in_refund'},
    # A kind that is new here, and none at all.
    ('incoming', 'newInvoice', 1): BILLS | {'in_refund', 'out_refund'},
    ('incoming', 'newInvoice', -1): {'in_refund', 'out_refund'},
    ('incoming', False, 1): BILLS | {'in_refund', 'out_refund'},
    ('outgoing', False, 1): {'out_invoice', 'out_refund', 'in_refund'},
}
TYPES = ('out_invoice', 'out_refund', 'out_receipt', 'in_invoice', 'in_refund', 'in_receipt', 'entry')


class TestLink(BillCommon):
    """Which entries a person can link a document with."""

    def entry(self, move_type='in_invoice', post=True, **vals):
        """An entry over 118.00 that somebody has typed; it goes out as nothing."""
        of_sales = move_type.startswith('out')
        line = {'name': 'Sement', 'price_unit': 100, 'tax_ids': [Command.set((self.taxes if of_sales else self.purchase)['vat'].ids)]}
        move = self.env['account.move'].create(
            {
                'move_type': move_type,
                'partner_id': (self.partner if of_sales else self.vendor).id,
                'invoice_date': '2026-11-20',
                'vatportal_kind_id': False,
                **({} if move_type == 'entry' else {'invoice_line_ids': [Command.create(line)]}),
                **vals,
            }
        )
        if post:
            move.action_post()
        return move

    def turned(self, document):
        """``document`` with minus signs, as the portal may say what lowers something."""
        names = [name for name in document._fields if name.startswith('amount_') and document._fields[name].store and not document._fields[name].compute]
        document.sudo().write({name: -document[name] for name in names})
        return document

    def wizard_of(self, document):
        return self.env['vatportal.bill.wizard'].create({'document_id': document.id})

    # ------------------------------------------------------------------ what charges, and what takes back

    def test_what_fits_each_kind(self):
        nobody = self.vendor.copy({'vat': False})
        entries = {move_type: self.entry(move_type, post=False, partner_id=nobody.id) for move_type in TYPES}
        self.env['vatportal.kind'].create({'code': 'newInvoice', 'name': 'Yeni'})
        for (direction, kind, sign), fitting in FITTING.items():
            document = self.document(direction=direction, kind=kind)
            self.assertEqual(document.kind_id.code, kind)
            if sign < 0:
                self.turned(document)
            for move_type, move in entries.items():
                with self.subTest(direction, kind=kind, sign=sign, entry=move_type):
                    self.assertEqual(not document._link_problem(move), move_type in fitting)
            self.assertEqual(set(self.wizard_of(document).entry_types), fitting)

    def test_a_credit_note_that_bears_the_number_of_the_bill(self):
        """The document is not its, and its bill is made all the same."""
        document = self.document()
        for text in (document.qaime, document.qaime[-8:]):
            credit = self.entry('in_refund', ref=text)
            self.assertFalse(self.wizard_of(document).proposed_ids)
            with self.assertRaisesRegex(UserError, 'of the kind “.*”, goes with “Vendor Bill”, “Purchase Receipt”'):
                document.action_link_move(credit.id)
        document.action_create_bills()
        self.assertEqual((document.bill_state, document.move_id.move_type), ('billed', 'in_invoice'))
        returned = self.document(kind='returnInvoice')
        bill = self.entry(ref=returned.qaime)
        with self.assertRaisesRegex(UserError, 'goes with “Customer Credit Note”'):
            returned.action_link_move(bill.id)

    def test_of_what_was_sent(self):
        """A credit note goes out as its own kind, or it is no document's of sales."""
        document = self.document(direction='outgoing', partner_id=self.partner.id)
        credit = self.entry('out_refund', ref=document.qaime)
        document._match_invoices()
        self.assertFalse(document.proposed_move_ids or document.move_id)
        invoice = self.entry('out_invoice')
        document.sudo()._match_invoices()
        self.assertEqual(document.move_id, invoice, 'whatever the credit note bears')
        other = self.document(direction='outgoing')
        credit.vatportal_kind_id = other.kind_id
        other.action_link_move(credit.id)
        self.assertEqual(other.move_id, credit)

    def test_a_kind_that_is_booked_otherwise(self):
        """A company may say of a kind what it is, and what it has booked before stays right."""
        kind, document = self.kind('taxCodex163'), self.document(kind='taxCodex163')
        document.action_link_move(self.entry('in_refund').id)
        for booking, move_type in (('bill', 'in_refund'), ('refund', 'in_invoice')):
            kind.booking = booking
            document.sudo()._compute_amount_differs()
            self.assertFalse(document.amount_differs)
            other = self.document(kind='taxCodex163')
            other.action_link_move(self.entry(move_type).id)
            self.assertFalse(other.amount_differs)
        returned = self.document(kind='returnInvoice')
        self.kind('returnInvoice').booking = 'bill'
        returned.action_link_move(self.entry().id)
        self.assertFalse(returned.amount_differs)

    # ------------------------------------------------------------------ whose it is

    def test_the_entry_of_somebody_else(self):
        other = self.vendor.copy({'name': 'Başqa MMC', 'vat': OTHER_VENDOR})
        returned = self.document(kind='returnInvoice', seller_vat=self.partner.vat)
        sent = self.document(direction='outgoing')
        for document, move in (
            (self.document(), self.entry(partner_id=other.id, post=False)),
            (returned, self.entry('out_refund', partner_id=self.other_partner.id, post=False)),
            (sent, self.entry('out_invoice', partner_id=self.other_partner.id, post=False)),
        ):
            with self.subTest(move.move_type):
                with self.assertRaisesRegex(UserError, 'has the VÖEN'):
                    document.action_link_move(move.id)
                self.assertFalse(document.move_id or document.partner_id)
                move.partner_id = move.partner_id.copy({'vat': False})
                document.action_link_move(move.id)
                self.assertEqual(document.move_id, move, 'nobody has entered whose it is')

    def test_a_partner_with_a_number_that_is_no_voen(self):
        for number in ('/', 'GE123456789'):
            document, other = self.document(), self.vendor.copy({'vat': number})
            move = self.entry(partner_id=other.id)
            document.action_link_move(move.id)
            self.assertEqual(document.move_id, move)

    def test_a_kind_that_becomes_a_credit_note(self):
        """What depends on how the kind is booked follows it."""
        returned = self.document(kind='returnInvoice')
        self.kind('returnInvoice').booking = 'bill'
        returned.action_link_move(self.entry().id)
        self.kind('returnInvoice').booking = 'refund'
        self.assertEqual((returned.amount_differs, returned.amount_difference), (True, 236))

    def test_a_number_typed_on_the_invoice_of_somebody_else(self):
        """It is proposed, and a person looks."""
        document = self.document(direction='outgoing')
        move = self.entry('out_invoice', partner_id=self.other_partner.id, ref=document.qaime)
        document._match_invoices()
        self.assertEqual((document.move_id.ids, document.proposed_move_ids), ([], move))

    def test_a_bill_that_gets_another_vendor(self):
        """Before it is posted, or in an earlier version: it is told, and not posted by itself."""
        bill = self.bill()
        self.assertFalse(bill._vatportal_reasons_to_wait())
        bill.partner_id = self.vendor.copy({'name': 'Başqa MMC', 'vat': OTHER_VENDOR})
        self.assertIn(f'has the VÖEN {OTHER_VENDOR}', bill.alerts['vatportal_bill_vendor']['message'])
        self.assertEqual(len(bill._vatportal_reasons_to_wait()), 1)
        bill.action_post()
        self.assertIn('vatportal_bill_vendor', bill.alerts)
        bill.partner_id.vat = False
        self.env.invalidate_all()
        self.assertNotIn('vatportal_bill_vendor', bill.alerts or {})

    # ------------------------------------------------------------------ what an earlier version has linked

    def test_linked_with_the_other_sign(self):
        for kind, move_type, signed in (('defaultInvoice', 'in_refund', 118), ('returnInvoice', 'in_invoice', -118)):
            with self.subTest(kind):
                document, move = self.document(kind=kind), self.entry(move_type)
                document._link(move)
                self.assertEqual((document.amount_differs, document.amount_difference), (True, 236))
                self.assertIn('vatportal_bill_differs', move.alerts)
                self.assertEqual(document.amount_total_signed, signed)

from unittest.mock import patch

from odoo.addons.account.models.account_move import AccountMove

from ...models.billing import together
from ..bill_common import OTHER_VENDOR, BillCommon

LOGGER = 'odoo.addons.l10n_az_vatportal.models.billing'


class TestBillTogether(BillCommon):
    """Many bills in one go are those that are made one by one, and one that can't be made spoils no other."""

    def several(self):
        """Documents of all VAT columns, of two vendors, with excise, road tax, rounding, discounts by sign, and as a credit note."""
        return self.env['vatportal.document'].union(
            self.document(100.0, self.line(50.0, 'exempt'), self.line(7.0, 'zero'), self.line(3.0, 'not_subject')),
            self.document(self.line(33.33, vat=5.9994), self.line(66.67, vat=12.0006)),
            self.document(100.0, amount_total=118.04),
            self.document(100.0, amount_total=120.0),
            self.document(self.line(100.0, excise=10.0, road=2.0)),
            self.document(self.line(10.0, quantity=3, price_unit=3.333333)),
            self.document(100.0, seller_vat=OTHER_VENDOR, seller_name='Kür MMC'),
            self.document(100.0, seller_vat=OTHER_VENDOR, seller_name='Kür MMC'),
            self.document(100.0, kind='returnInvoice'),
        )

    def figures(self, document):
        move = document.move_id
        journal = sorted(
            (line.account_id.code, line.balance, line.quantity, line.tax_line_id.id, line.tax_ids.ids, line.product_id.id, line.name if line.price_unit else '')
            for line in move.line_ids
        )
        header = (move.move_type, move.partner_id.vat, move.invoice_date, move.invoice_date_due, move.payment_reference == document._payment_reference())
        notes = [note['text'] for note in document.bill_notes or []]
        said = [len(record.message_ids.filtered(lambda message: 'of it' in message.body or 'Made of' in message.body)) for record in (document, move)]
        return header, move.amount_total, journal, notes, document.line_ids.mapped('match'), document.amount_differs, said

    def test_the_same_as_one_by_one(self):
        one, many = self.several(), self.several()
        with patch.object(type(one), '_make_bills_together', lambda documents: documents.env['account.move']):
            one._make_bills()
        with patch.object(type(many), '_make_bill', side_effect=AssertionError), patch.object(together, 'TOGETHER', 4):
            bills = many._make_bills()
        self.assertEqual(bills, many.move_id & bills)
        self.assertEqual(set((one + many).mapped('bill_state')), {'billed'}, (one + many).mapped('bill_question'))
        for first, second in zip(one, many, strict=True):
            with self.subTest(first.amount_total):
                self.assertEqual(self.figures(first), self.figures(second))
        self.assertEqual(len(self.env['res.partner'].search([('vat', '=', OTHER_VENDOR)])), 1)

    def test_units_are_looked_up_once(self):
        """They are the same for all bills of a company, and all of them are looked at in all languages."""
        asked, Alias = [], type(self.env['vatportal.unit.alias'])
        plain = Alias._units_by_key
        with patch.object(Alias, '_units_by_key', lambda alias, company: (asked.append(company), plain(alias, company))[1]):
            bills = self.several()._make_bills()
        self.assertEqual((len(bills), asked), (9, [self.company]))

    def test_a_question_to_one(self):
        documents = self.several()
        documents[1].sudo().status = 'unknown'
        documents[4].sudo().seller_vat = '123'
        bills = documents._make_bills()
        self.assertEqual(len(bills), 7)
        for document in documents:
            self.assertEqual(document.bill_state == 'ask', document in documents[1] + documents[4])
            self.assertEqual(bool(document.bill_question), document in documents[1] + documents[4])

    def test_a_failure_of_one(self):
        """Whatever raises in the middle: all of the batch is made one by one, and it stays with the one."""
        documents = self.several()
        plain, bad = AccountMove.create, documents[2].qaime

        def create(moves, vals_list):
            vals_list = [vals_list] if isinstance(vals_list, dict) else vals_list
            if any(vals.get('ref') == bad for vals in vals_list):
                raise ValueError('x')
            return plain(moves, vals_list)

        vendors = self.env['res.partner'].search_count([])
        tried, make = [], type(documents)._make_bill
        self.patch(type(documents), '_make_bill', lambda document, *args: (tried.append(document.id), make(document, *args))[1])
        with patch.object(AccountMove, 'create', create), self.assertLogs(LOGGER, 'ERROR'):
            documents._make_bills()
        self.assertEqual(tried, documents.ids)
        self.assertEqual([document.bill_state for document in documents].count('billed'), 8)
        self.assertIn('reason', documents[2].bill_question)
        self.assertEqual(self.env['res.partner'].search_count([]), vendors + 1)

    def test_what_more_of_them_cost(self):
        def made(count):
            documents = self.env['vatportal.document'].union(*(self.document(100.0, 50.0) for _number in range(count)))
            return len(self.statements(documents._make_bills))

        made(3)
        few, many = made(3), made(13)
        self.assertLess((many - few) / 10, 40, 'a bill more')

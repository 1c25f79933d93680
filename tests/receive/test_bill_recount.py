from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import UserError

from ...models.billing import move_unit
from .test_bill_contents import ContentsCommon


class TestBillRecount(ContentsCommon):
    """Lines counted anew leave everything else about their bill as it was."""

    def two_boxes(self):
        """Under simplified taxation, a bill of two rows of boxes of which nobody knows how many are in them."""
        self.connector.taxation = 'simplified'
        return self.boxes(self.row(), self.row(name='Qum'))

    def vat_texts(self, move):
        return [note['text'] for note in move.vatportal_bill_document_id.bill_notes if 'vat' in note]

    def test_vat_in_prices_is_counted_once(self):
        """Whichever language those speak who make the bill and who say it."""
        self.env['res.lang']._activate_lang('az_AZ')
        move = self.two_boxes()
        document = move.vatportal_bill_document_id
        inside, texts = document._vat_in_prices(), self.vat_texts(move)
        self.assertEqual(inside, Decimal('172.80'))
        self.say(move.with_context(lang='az_AZ'), 24)
        self.assertEqual(document._vat_in_prices(), inside)
        again = self.vat_texts(move)
        self.assertEqual(len(again), 2)
        self.assertIn(texts[1], again, 'the other row is not counted anew')
        self.assertNotIn(texts[0], again)
        self.assert_total(document)

    def test_notes_of_before(self):
        """Those kept by an earlier version do not name their row."""
        self.env['res.lang']._activate_lang('az_AZ')
        move = self.two_boxes()
        document = move.vatportal_bill_document_id.sudo()
        document.bill_notes = [{name: value for name, value in note.items() if name != 'row'} for note in document.bill_notes]
        inside = document._vat_in_prices()
        self.say(move.with_context(lang='az_AZ'), 24)
        self.assertEqual(document._vat_in_prices(), inside)
        self.assert_total(document)

    def test_a_note_that_no_longer_holds_goes(self):
        move = self.boxes(self.row(), self.row(name='Qum'))
        document = move.vatportal_bill_document_id.sudo()
        kept = {'level': 'info', 'text': 'Of the whole bill.'}
        document.bill_notes = [kept, *({'level': 'warning', 'text': 'Odd.', 'row': row.id} for row in document.line_ids)]
        self.say(move, 24)
        self.assertEqual(document.bill_notes, [kept, {'level': 'warning', 'text': 'Odd.', 'row': document.line_ids[1].id}])

    def test_in_another_currency_no_line_is_counted_by_itself(self):
        currency = self.env.ref('base.USD')
        currency.active = True
        move = self.boxes()
        wizard = self.env['vatportal.unit.wizard'].browse(move.action_vatportal_units()['res_id'])
        wizard.line_ids.contains = 24
        move.currency_id = currency
        for call in (move.action_vatportal_units, wizard.action_apply):
            with self.assertRaises(UserError) as caught:
                call()
            self.assertIn('is in USD', str(caught.exception))
        self.assertEqual(self.counted(move), [(10, 48, self.unit)])
        move.action_vatportal_rebuild_bill()
        self.say(move, 24)
        self.assertEqual(self.counted(move), [(240, 2, self.unit)])


class TestBillCountedTogether(ContentsCommon):
    """Said once, it is counted wherever it was waited for; what can't be counted so is warned about all the same."""

    BOXES, PIECES = (10, 48), (240, 2)

    def mapping(self):
        return self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)])

    def assert_counted(self, move, *counts, warned=False):
        self.assertEqual(self.counted(move), [(*count, self.unit) for count in counts])
        self.assertEqual(bool(self.alert(move)), warned, self.alert(move))
        self.assert_total(move.vatportal_bill_document_id)

    def test_other_drafts_of_the_vendor(self):
        moves = [self.boxes() for _each in range(3)]
        other_unit, other_goods = self.boxes(unit='palet'), self.boxes(name='Qum')
        confirmed = self.boxes()
        confirmed.action_post()
        theirs = self.document(self.row(), seller_vat=self.other_partner.vat)
        theirs.action_create_bills()
        customers = self.bill(self.row(), kind='returnInvoice', seller_vat=self.partner.vat)
        self.say(moves[1], 24)
        for move in moves:
            self.assert_counted(move, self.PIECES)
        self.assert_counted(confirmed, self.BOXES)
        for move in (other_unit, other_goods, theirs.move_id, customers):
            self.assert_counted(move, self.BOXES, warned=True)

    def test_more_drafts_than_are_counted_at_once(self):
        moves = [self.boxes() for _each in range(4)]
        with patch.object(move_unit, 'COUNTED_AT_ONCE', 2):
            self.say(moves[0], 24)
            left = [move for move in moves if self.alert(move)]
            self.assertEqual(len(left), 1)
            self.assertEqual(self.counted(left[0]), [(10, 48, self.unit)])
            self.say(left[0])
        for move in moves:
            self.assert_counted(move, self.PIECES)

    def test_other_rows_of_the_bill(self):
        move = self.boxes(self.row(), self.row(3), self.row(name='Qum'))
        self.say(move, 24)
        self.assert_counted(move, self.PIECES, (72, 2), self.BOXES, warned=True)
        self.assertNotIn('M400', self.alert(move))

    def test_a_row_in_several_columns_of_another_draft(self):
        row = self.row(amount_vat_base=360.0, amount_exempt=120.0, vat=64.8, total=544.8)
        other = self.boxes(row)
        self.say(self.boxes(), 24)
        self.assert_counted(other, (180, 2), (60, 2))

    def test_each_row_as_it_was_said(self):
        """The same goods in two units of the vendor, or in boxes of two sizes."""
        for unit in ('palet', 'qutu'):
            with self.subTest(unit):
                move = self.boxes(self.row(), self.row(4, unit=unit))
                self.say(move, 24, 100)
                self.assert_counted(move, self.PIECES, (400, 0.48))
                self.mapping().unlink()

    def test_what_a_person_has_changed_stays(self):
        """Fewer boxes came, or they cost less; or the entry is in another currency. It is said that they were not counted."""
        currency = self.env.ref('base.USD')
        currency.active = True
        fewer, cheaper, abroad = self.boxes(), self.boxes(), self.boxes()
        self.product_lines(fewer).quantity = 8
        self.product_lines(cheaper).price_unit = 45
        abroad.currency_id = currency
        self.say(self.boxes(), 24)
        for move, count in ((fewer, (8, 48)), (cheaper, (10, 45)), (abroad, self.BOXES)):
            self.assertEqual(self.counted(move), [(*count, self.unit)])
            self.assertIn(f'24 {self.unit.name} of', self.alert(move))
        wizard = self.env['vatportal.unit.wizard'].browse(fewer.action_vatportal_units()['res_id'])
        self.assertEqual(wizard.line_ids.contains, 24, 'said already')
        wizard.action_apply()
        self.assert_counted(fewer, self.PIECES)

    def test_fewer_of_what_was_counted(self):
        move = self.boxes()
        self.say(move, 24)
        for quantity in (238, 100):
            self.product_lines(move).quantity = quantity
            self.assertFalse(self.alert(move))
        self.product_lines(move).quantity = 10
        self.assertTrue(self.alert(move))

    def test_less_than_one(self):
        """A box is a part of the product's own unit."""
        move, other = self.boxes(), self.boxes()
        self.say(move, 0.5)
        for each in (move, other):
            self.assert_counted(each, (5, 96))

    def test_said_elsewhere(self):
        """Typed on another bill, edited in the list, or known before the line had its product: the warning stays until it is counted."""
        for way in ('typed', 'listed', 'product'):
            with self.subTest(way):
                move = self.boxes(barcode='0' if way == 'product' else self.product.barcode)
                other = self.boxes()
                if way == 'typed':
                    self.product_lines(other).write({'quantity': 240, 'price_unit': 2})
                elif way == 'listed':
                    other.action_post()
                    self.mapping().unit_contains = 24
                else:
                    self.say(other, 24)
                    move.invoice_line_ids.product_id = self.product
                self.assertIn(f'24 {self.unit.name} of', self.alert(move))
                self.assertIn(self.alert(move), move._vatportal_reasons_to_wait())
                self.say(move, 24)
                self.assert_counted(move, self.PIECES)
                self.mapping().unlink()

    def test_another_unit_chosen_on_another_draft(self):
        self.env.user.group_ids += self.env.ref('uom.group_uom')
        pack = self.env.ref('uom.product_uom_pack_6')
        move, other, third = self.boxes(), self.boxes(), self.boxes(self.row(), self.row(name='Qum'))
        other.invoice_line_ids.product_uom_id = pack
        self.assertTrue(self.alert(move))
        self.assertIn('not known how many', self.alert(move))
        self.say(third, 0, 5)
        self.assertEqual(self.counted(move), [(10, 48, pack)])
        self.assertFalse(self.alert(move))

    def test_with_minus_signs(self):
        """As some returns are written: an entry has them without."""
        move = self.bill(self.row(-10), kind='returnInvoice', seller_vat=self.partner.vat)
        self.assertEqual(self.counted(move), [(10, 48, self.unit)])
        self.assertTrue(self.alert(move))
        self.say(move, 24)
        self.assertEqual(self.counted(move), [(240, 2, self.unit)])
        self.assertFalse(self.alert(move))

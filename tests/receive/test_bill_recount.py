from decimal import Decimal

from odoo.exceptions import UserError

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


class TestBillUncounted(ContentsCommon):
    """Said once, it is known of all drafts of the vendor; each keeps its warning until it is counted."""

    BOXES, PIECES = (10, 48), (240, 2)

    def mapping(self):
        return self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)])

    def assert_counted(self, move, *counts, warned=False):
        self.assertEqual(self.counted(move), [(*count, self.unit) for count in counts])
        self.assertEqual(bool(self.alert(move)), warned, self.alert(move))
        self.assert_total(move.vatportal_bill_document_id)

    def assert_known(self, move, contents=24):
        """It is said that a number is known, and that the line was not counted so; nothing is posted by itself."""
        self.assertIn(f'{contents} {self.unit.name} of', self.alert(move))
        self.assertIn(self.alert(move), move._vatportal_reasons_to_wait())

    def test_other_drafts_of_the_vendor(self):
        move, others = self.boxes(), [self.boxes(), self.boxes(self.row(amount_vat_base=360.0, amount_exempt=120.0, vat=64.8, total=544.8))]
        self.say(move, 24)
        self.assert_counted(move, self.PIECES)
        for other, before, after in zip(others, ([self.BOXES], [(7.5, 48), (2.5, 48)]), ([self.PIECES], [(180, 2), (60, 2)]), strict=True):
            self.assert_counted(other, *before, warned=True)
            self.assert_known(other)
            self.say(other)  # the number is in the dialog already
            self.assert_counted(other, *after)

    def test_other_rows_of_the_bill(self):
        move = self.boxes(self.row(), self.row(3))
        self.say(move, 24)
        self.assert_counted(move, self.PIECES, (3, 48), warned=True)
        self.assert_known(move)
        self.say(move)
        self.assert_counted(move, self.PIECES, (72, 2))

    def test_each_row_as_it_was_said(self):
        """The same goods in two units of the vendor, or in boxes of two sizes."""
        for unit in ('palet', 'qutu'):
            with self.subTest(unit):
                move = self.boxes(self.row(), self.row(4, unit=unit))
                self.say(move, 24, 100)
                self.assert_counted(move, self.PIECES, (400, 0.48))
                self.mapping().unlink()

    def test_said_elsewhere(self):
        """Typed on another bill, edited in the list, or known before the line had its product."""
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
                self.assert_known(move)
                self.say(move)
                self.assert_counted(move, self.PIECES)
                self.mapping().unlink()

    def test_another_unit_chosen_on_another_draft(self):
        self.env.user.group_ids += self.env.ref('uom.group_uom')
        move, other = self.boxes(), self.boxes()
        other.invoice_line_ids.product_uom_id = self.env.ref('uom.product_uom_pack_6')
        self.assertFalse(self.alert(other))
        self.assertIn('not known how many', self.alert(move))

    def test_what_a_person_has_changed(self):
        """Fewer boxes came, or more, or they cost less: it is said that they were not counted, and nothing is proposed that would undo it."""
        for vals, contents in (({'quantity': 8}, 24), ({'quantity': 12}, 24), ({'price_unit': 45}, 24), ({'quantity': 8}, 0.05), ({'quantity': 12}, 0.05)):
            with self.subTest(contents=contents, **vals):
                move = self.boxes()
                self.product_lines(move).write(vals)
                self.say(self.boxes(), contents)
                self.assertEqual(self.counted(move), [(vals.get('quantity', 10), vals.get('price_unit', 48), self.unit)])
                self.assert_known(move, contents)
                with self.assertRaisesRegex(UserError, 'how many'):
                    self.say(move)
                self.mapping().unlink()

    def test_fewer_of_what_was_counted(self):
        for contents, quantities in ((24, (238, 100, 5)), (0.5, (4, 10, 1))):
            with self.subTest(contents=contents):
                move = self.boxes()
                self.say(move, contents)
                self.assertFalse(self.alert(move))
                for quantity in quantities:
                    self.product_lines(move).quantity = quantity
                    self.assertFalse(self.alert(move))
                self.mapping().unlink()

    def test_vat_in_the_price(self):
        """Under simplified taxation the price has it, too."""
        self.connector.taxation = 'simplified'
        move, other = self.boxes(), self.boxes()
        self.say(move, 24)
        self.assertFalse(self.alert(move))
        self.assert_known(other)

    def test_with_minus_signs(self):
        """As some returns are written: an entry has them without."""
        move, other = (self.bill(self.row(-10), kind='returnInvoice', seller_vat=self.partner.vat) for _each in range(2))
        self.assert_counted(move, self.BOXES, warned=True)
        self.say(move, 24)
        self.assert_counted(move, self.PIECES)
        self.assert_known(other)

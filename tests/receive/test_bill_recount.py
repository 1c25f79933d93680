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

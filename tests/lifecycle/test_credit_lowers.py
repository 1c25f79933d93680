from odoo.fields import Command

from ...models.document.status import ACTIVITY
from ..common import script
from .credit_common import CreditCommon


class TestCreditLowers(CreditCommon):
    """A credit note that lowers a bill as its document was lowered, and what takes that one back."""

    def lowered(self):
        """(document, the credit note that lowers its bill as it was lowered)."""
        bought = self.posted_bill(100.0).move_id
        document = bought.vatportal_bill_document_id.sudo()
        for lowered in (document.line_ids, document):
            lowered.write({'amount_goods': 80, 'amount_net': 80, 'amount_vat_base': 80, 'amount_vat': 14.4, 'amount_total': 94.4})
        credit = self.back(bought, 20, vatportal_kind_id=False)
        self.assertLowered(document, credit)
        return document, credit

    def assertLowered(self, document, credit, asked=False):
        self.assertEqual((document.lowering_move_ids, document.amount_differs), (credit, asked))
        self.assertEqual(bool(document.move_id.activity_search([ACTIVITY])), asked)

    def test_what_lowers_a_bill(self):
        document, credit = self.lowered()
        again = self.back(credit)
        self.assertLowered(document, credit.browse(), asked=True)
        again.button_draft()
        self.assertLowered(document, credit)

    def test_what_lowers_a_bill_anew(self):
        """*Reverse and Create* on the credit note."""
        document, credit = self.lowered()
        anew = self.reverse_in_dialog(credit, date='2026-11-20')
        self.assertEqual(anew.reversed_entry_id, document.move_id)
        self.assertLowered(document, credit.browse(), asked=True)
        anew.write({'invoice_date': '2026-11-20', 'date': '2026-11-20', 'vatportal_kind_id': False})
        anew.action_post()
        self.assertLowered(document, anew)

    def test_what_lowers_a_bill_by_what_is_left_of_it(self):
        """Too much was credited, and a part of that taken back."""
        document, credit = self.lowered()
        credit.button_draft()
        credit.invoice_line_ids.price_unit = 30
        credit.action_post()
        self.assertTrue(document.amount_differs)
        again = self.back(credit, 10)
        self.assertLowered(document, credit)
        self.assertEqual((document.amount_difference, document._vat_difference()), (0, 0))
        again.button_draft()
        self.assertTrue(document.amount_differs)

    def test_what_lowers_a_bill_is_found_to_have_no_document(self):
        document, credit = self.lowered()
        other = self.document(-20.0).sudo()
        other._link(credit)
        self.assertLowered(document, credit.browse(), asked=True)
        other._take_off(credit)
        self.assertLowered(document, credit)

    def test_what_takes_it_back_is_found_to_have_a_document(self):
        """Then it was bought anew, and takes nothing back."""
        document, credit = self.lowered()
        again = self.back(credit)
        self.assertLowered(document, credit.browse(), asked=True)
        other = self.document(20.0).sudo()
        other._link(again)
        self.assertLowered(document, credit)
        other._take_off(again)
        self.assertLowered(document, credit.browse(), asked=True)

    def test_what_is_left_of_a_credit_note_that_would_be_sent(self):
        """That is what the document may have been lowered by."""
        document, credit = self.lowered()
        credit.button_draft()
        credit.write({'invoice_line_ids': [Command.update(credit.invoice_line_ids.id, {'price_unit': 30})], 'vatportal_kind_id': self.kind('returnInvoice').id})
        credit.action_post()
        self.assertNotIn('the purchase is lowered twice', self.asked(credit))
        again = self.back(credit, 10)
        self.assertIn('the purchase is lowered twice', self.asked(credit))
        again.button_draft()
        again.invoice_line_ids.price_unit = 5
        again.action_post()
        self.assertNotIn('the purchase is lowered twice', self.asked(credit))

    def test_the_update_of_what_lowered_a_bill(self):
        document, credit = self.lowered()
        again = self.back(credit)
        self.env.flush_all()
        self.env.cr.execute('INSERT INTO vatportal_document_lowering_rel VALUES (%s, %s)', [document.id, credit.id])
        self.env.cr.execute('UPDATE vatportal_document SET amount_differs = FALSE, amount_difference = 0 WHERE id = %s', [document.id])
        document.move_id.activity_ids.unlink()
        self.env.invalidate_all()
        script('19.0.1.11.0/end-taken_back.py').migrate(self.env.cr, '19.0.1.10.0')
        self.env.invalidate_all()
        self.assertLowered(document, credit.browse(), asked=True)
        self.assertEqual(again.state, 'posted')

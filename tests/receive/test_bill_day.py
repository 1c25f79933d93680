from datetime import date

from ..bill_common import BillCommon

FIRST, SECOND, NEXT_MONTH = date(2026, 10, 20), date(2026, 10, 22), date(2026, 11, 3)


class TestBillDay(BillCommon):
    """The day of a document was corrected at e-taxes after its bill was made."""

    def import_of(self, day, qaime='MT261199000001'):
        """What an import brings of a document of ``day``; the document."""
        self.store(self.as_downloaded(qaime, datetime=f'{day:%d.%m.%Y} 10:00'))
        return self.env['vatportal.document'].search([('qaime', '=', qaime)])

    def billed(self, **vals):
        document = self.import_of(FIRST, **vals)
        document.action_create_bills()
        self.assert_day(document.move_id, FIRST)
        return document.move_id

    def assert_day(self, move, day):
        """The accounting date is what Odoo makes of the day."""
        self.assertEqual((move.invoice_date, move.date), (day, move._get_accounting_date(day, move._affect_tax_report())))

    def alert(self, move):
        move.invalidate_recordset(['alerts'])
        return (move.alerts or {}).get('vatportal_bill_day')

    def assert_told(self, move, *, by_taking_over):
        self.assertIn('the document is of', self.alert(move)['message'])
        self.assertEqual('rebuild' in self.alert(move)['action_call'][1], by_taking_over)
        self.assertIn(self.alert(move)['message'], move._vatportal_open_points())

    def test_the_draft_follows(self):
        move = self.billed()
        for day in (SECOND, NEXT_MONTH, FIRST):
            self.import_of(day)
            self.assert_day(move, day)
            self.assertGreaterEqual(move.invoice_date_due, day)
            self.assertFalse(self.alert(move))
        self.assertIn('day was corrected', ' '.join(move.message_ids.mapped('body')))

    def test_a_day_that_a_person_entered_stays(self):
        move = self.billed()
        move.invoice_date = date(2026, 10, 25)
        self.assertFalse(self.alert(move), 'nothing has changed at e-taxes')
        self.import_of(SECOND)
        self.assertEqual(move.invoice_date, date(2026, 10, 25))
        self.assert_told(move, by_taking_over=True)
        move.action_vatportal_rebuild_bill()
        self.assert_day(move, SECOND)
        self.assertFalse(self.alert(move))
        self.import_of(NEXT_MONTH)
        self.assertEqual(move.invoice_date, NEXT_MONTH)

    def test_a_person_makes_them_agree(self):
        move = self.billed()
        move.invoice_date = date(2026, 10, 25)
        self.import_of(SECOND)
        move.invoice_date = SECOND
        self.assertFalse(self.alert(move))

    def test_a_confirmed_bill_that_is_entered_anew(self):
        """The new draft begins with the corrected day, or, where a person has given it another, says that the day is another."""
        for qaime, day, stays in (('MT261199000001', FIRST, False), ('MT261199000002', date(2026, 10, 25), True)):
            with self.subTest(day=day):
                move = self.billed(qaime=qaime)
                move.invoice_date = day
                move.action_post()
                self.import_of(NEXT_MONTH, qaime=qaime)
                new = self.reverse_in_dialog(move)
                self.assertEqual(new.invoice_date, day if stays else NEXT_MONTH)
                self.assertEqual(bool(self.alert(new)), stays)

    def test_a_confirmed_bill_is_told_of(self):
        move = self.billed()
        move.action_post()
        self.import_of(NEXT_MONTH)
        self.assertEqual((move.state, move.invoice_date), ('posted', FIRST))
        self.assert_told(move, by_taking_over=False)

    def test_closed_months(self):
        self.company.purchase_lock_date = date(2026, 10, 31)
        move = self.import_of(NEXT_MONTH)
        move.action_create_bills()
        move = move.move_id
        self.import_of(SECOND)
        self.assertEqual(move.invoice_date, SECOND)
        self.assertGreater(move.date, self.company.purchase_lock_date)

    def test_a_number_of_another_month(self):
        """A draft that was confirmed once."""
        move = self.billed()
        move.action_post()
        move.name = 'BILL/2026/10/0001'
        move.button_draft()
        document = self.import_of(NEXT_MONTH)
        self.assertFalse(document.follow_problem)
        self.assert_day(move, NEXT_MONTH)

    def test_linked_with_one_of_another_day(self):
        """Whoever links them has seen that."""
        typed = self.create_invoice({'tax_ids': self.purchase['vat'].ids}, move_type='in_invoice', partner_id=self.vendor.id, invoice_date=str(SECOND))
        self.import_of(FIRST).action_link_move(typed.id)
        self.assertFalse(self.alert(typed))
        self.import_of(NEXT_MONTH)
        self.assert_told(typed, by_taking_over=False)

    def test_of_a_file_without_a_day(self):
        move = self.billed()
        document = move.vatportal_bill_document_id.sudo()
        document.write({'date': False, 'bill_day': False, 'file_name': 'qaime.xml', 'fingerprint': False})
        move.invoice_date = False
        self.import_of(FIRST)
        self.assertEqual((move.invoice_date, document.bill_day), (FIRST, FIRST))
        document.write({'date': False, 'bill_day': False, 'fingerprint': False})
        self.import_of(SECOND)
        self.assert_told(move, by_taking_over=True)

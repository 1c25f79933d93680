from ..common import script
from .advance_common import AdvanceCommon


class TestAdvanceCurrency(AdvanceCommon):
    """An advance in a foreign currency: how much of it is settled, or given back, is known in that currency, whatever the rate of the day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency('EUR', rates=[('2026-01-01', 0.55), ('2026-11-21', 0.56), ('2026-11-24', 0.54)])

    def prepaid(self, price=300, **vals):
        return super().prepaid(price, **{'currency_id': self.euro.id, **vals})

    def final(self, *taken, price=1000, **vals):
        return super().final(*taken, price=price, **{'currency_id': self.euro.id, **vals})

    def test_settled_at_another_rate(self):
        for day in ('2026-11-20', '2026-11-22', '2026-11-25'):
            with self.subTest(day):
                advance = self.prepaid()
                document = advance.vatportal_document_id
                final = self.final(advance, invoice_date=day)
                self.assertEqual(final.vatportal_advance_id, document)
                self.assertEqual(final.vatportal_advance_amount, document.amount_total)
                self.assertFalse(self.problems(final))
                self.finish(self.send(final))
                self.assertEqual(document.advance_left, 0)
                self.assertFalse(self.final().vatportal_open_advance_ids & document)

    def test_in_parts(self):
        """Nothing stays for the qəpik that each part was rounded by."""
        for price in (300, 300.01, 100):
            advance = self.prepaid(price)
            document = advance.vatportal_document_id
            for part, day in enumerate(('2026-11-20', '2026-11-22', '2026-11-25'), 1):
                taken = round(price / 3, 2) if part < 3 else price - 2 * round(price / 3, 2)
                final = self.create_invoice(
                    {'price_unit': 1000}, {'price_unit': -taken, 'product_id': self.service.id}, currency_id=self.euro.id, invoice_date=day
                )
                final.vatportal_advance_id = document
                with self.subTest(price=price, part=part):
                    self.assertFalse(self.problems(final))
                self.finish(self.send(final))
            with self.subTest(price=price):
                self.assertEqual(document.advance_left, 0)

    def test_in_parts_of_a_weak_currency(self):
        """Whose smallest amount is less than a qəpik."""
        rouble = self.setup_other_currency('RUB', rates=[('2026-01-01', 1 / 0.0213)])
        for price, taken in ((10000, 5000.12), (10001, 3333), (777, 388.5), (5000.5, 1234.56)):
            advance = self.prepaid(price, currency_id=rouble.id)
            document = advance.vatportal_document_id
            for part in (taken, round(price - taken, 2)):
                final = self.create_invoice({'price_unit': 90000}, {'price_unit': -part, 'product_id': self.service.id}, currency_id=rouble.id)
                final.vatportal_advance_id = document
                with self.subTest(price=price, part=part):
                    self.assertFalse(self.problems(final))
                self.assertFalse([problem for problem in final._vatportal_queue().get(final, ()) if not problem.get('asks')])
            with self.subTest(price=price):
                self.assertEqual(document.advance_left, 0)

    def test_more_than_there_is_is_asked_about(self):
        advance = self.prepaid()
        final = self.create_invoice({'price_unit': 1000}, {'price_unit': -301, 'product_id': self.service.id}, currency_id=self.euro.id)
        final.vatportal_advance_id = advance.vatportal_document_id
        self.assertProblem('The invoice takes off', final, 'warning')

    def test_in_another_currency_than_the_advance(self):
        """There the rate of the day of the final invoice counts."""
        advance = self.prepaid()
        final = self.create_invoice({'price_unit': 2000}, {'price_unit': -100, 'product_id': self.service.id})
        final.vatportal_advance_id = advance.vatportal_document_id
        self.assertEqual(final.vatportal_advance_amount, 118)

    def test_given_back_at_another_rate(self):
        for day in ('2026-11-22', '2026-11-25'):
            with self.subTest(day):
                advance = self.prepaid()
                document = advance.vatportal_document_id
                for price, left in ((100, round(document.amount_total * 2 / 3, 2)), (200, 0)):
                    credit = advance._reverse_moves([{'invoice_date': day, 'date': day}])
                    credit.invoice_line_ids.price_unit = price
                    credit.action_post()
                    self.assertAlmostEqual(document.advance_left, left, delta=0.01)

    def test_the_rest_of_what_was_given_back_is_settled(self):
        """To the qəpik, for at most rates a part of an advance comes to no whole one."""
        several = (33.33, 33.35), (10.01, 0.05, 7.77)
        for name, rate, cases in (('USD', 1.7, ((12.5,), (0.5,), *several)), ('GBP', 2.2865, several[1:]), ('RUB', 0.0213, several[1:])):
            currency = self.setup_other_currency(name, rates=[('2026-01-01', 1 / rate)])
            for parts in cases:
                advance = self.prepaid(100, currency_id=currency.id)
                document = advance.vatportal_document_id
                for part in parts:
                    credit = advance._reverse_moves([{'invoice_date': advance.invoice_date, 'date': advance.invoice_date}])
                    credit.invoice_line_ids.price_unit = part
                    credit.action_post()
                rest = advance.amount_total - sum(advance.reversal_move_ids.mapped('amount_total'))
                final = self.create_invoice(
                    {'price_unit': 1000}, {'price_unit': -round(rest / 1.18, 2), 'product_id': self.service.id}, currency_id=currency.id
                )
                self.assertAlmostEqual(-final.invoice_line_ids[1].price_total, rest, 2)
                if currency.name == 'USD':
                    self.by_version_10(document)
                final.vatportal_advance_id = document
                with self.subTest(name=name, parts=parts):
                    self.assertEqual(final.vatportal_advance_amount, document.advance_left)
                    self.assertFalse(self.problems(final))
                    self.assertFalse(final._vatportal_queue())
                    self.assertEqual((document.advance_left, round(document._advance_balance(), 4)), (0, 0))

    def by_version_10(self, document):
        """It left half a qəpik more."""
        left = document.advance_left
        self.env.flush_all()
        self.env.cr.execute('UPDATE vatportal_document SET advance_left = advance_left + 0.01 WHERE id = %s', [document.id])
        self.env.invalidate_all()
        script('19.0.1.11.0/end-taken_back.py').migrate(self.env.cr, '19.0.1.10.0')
        self.env.invalidate_all()
        self.assertEqual(document.advance_left, left)

    def test_what_was_left_by_earlier_versions(self):
        settled, written, credited, less = (self.prepaid() for _ in range(4))
        final, other = self.final(settled, invoice_date='2026-11-22'), self.final(written, invoice_date='2026-11-22')
        other.vatportal_advance_amount = 500
        for move in (final, other):
            self.finish(self.send(move))
        credited._reverse_moves([{'invoice_date': '2026-11-22', 'date': '2026-11-22'}], cancel=True)
        documents = [move.vatportal_document_id for move in (settled, written, credited, less)]
        # At that day's rate this is more than the advance was.
        less._reverse_moves([{'invoice_date': '2026-11-25', 'date': '2026-11-25'}])
        less.reversal_move_ids.invoice_line_ids.price_unit = 299
        less.reversal_move_ids.action_post()
        left = less.vatportal_document_id.advance_left
        self.assertTrue(left)
        final.vatportal_document_id.sudo().advance_settled = 632.14
        final.write({'vatportal_advance_amount': 632.14, 'vatportal_advance_amount_proposed': 632.14})
        self.env.flush_all()
        self.env.cr.execute('UPDATE vatportal_document SET advance_left = 11.49 WHERE id = %s', [documents[2].id])
        self.env.cr.execute('UPDATE vatportal_document SET advance_left = 0 WHERE id = %s', [documents[3].id])
        self.env.invalidate_all()
        self.assertTrue(documents[0].advance_left)
        script('19.0.1.10.0/end-advances_left.py').migrate(self.env.cr, '19.0.1.9.0')
        self.env.invalidate_all()
        self.assertEqual([document.advance_left for document in documents], [0, round(documents[1].amount_total - 500, 2), 0, left])

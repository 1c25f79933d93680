from odoo import Command
from odoo.tests import new_test_user

from ..lifecycle_common import LifecycleCommon


class TestCredits(LifecycleCommon):
    """What takes an invoice back, whatever its currency, and whether or not the credit note names it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency('EUR', rates=[('2026-01-01', 0.55), ('2026-11-24', 0.56), ('2026-11-27', 0.50)])

    def alerts(self, move):
        return ' '.join(alert['message'] for key, alert in (move.alerts or {}).items() if key.startswith('vatportal_reversed'))

    def warnings(self, move):
        return ' '.join(problem['message'] for problem in move._vatportal_problems(self.connector) if problem.get('asks'))

    def is_offered(self, move):
        return self.env['account.move.send']._is_vatportal_applicable(move)

    def reversed_at(self, move, day, price=None):
        credit = self.reverse_in_dialog(move, create=False, date=day)
        if price is not None:
            credit.invoice_line_ids.price_unit = price
        credit.action_post()
        return credit

    def credited_apart(self, move, **vals):
        """A credit note that does not name ``move``, as the sales app makes it, reconciled with it as far as it goes."""
        lines = [{'price_unit': line.price_unit, 'quantity': line.quantity} for line in move.invoice_line_ids]
        values = {'move_type': 'out_refund', 'currency_id': move.currency_id.id, 'partner_id': move.partner_id.id, **vals}
        credit = self.create_invoice(*values.pop('lines', lines), **values)
        (move | credit).line_ids.filtered(lambda line: line.account_type == 'asset_receivable').reconcile()
        return credit

    # ------------------------------------------------------------------ in another currency

    def test_in_another_currency_at_another_rate(self):
        """Less in AZN, or more: nothing is left of it in its own currency."""
        for day in ('2026-11-25', '2026-11-28'):
            with self.subTest(day):
                price = {'price_unit': 1000 + int(day[-2:])}
                sent, unsent = self.registered(price, currency_id=self.euro.id), self.create_invoice(price, currency_id=self.euro.id)
                credits = [self.reversed_at(move, day) for move in (sent, unsent)]
                self.assertNotEqual(credits[0].amount_total_signed, -sent.amount_total_signed)
                self.assertIn(credits[0].name, self.alerts(sent))
                self.assertIn(credits[1].name, self.warnings(unsent))
                self.assertFalse(self.is_offered(unsent))
                anew = self.create_invoice(price, currency_id=self.euro.id, invoice_date=day)
                self.assertIn(sent.vatportal_qaime, self.warnings(anew))

    def test_a_part_that_is_more_in_azn(self):
        for price, full in ((920, False), (1000, True)):
            with self.subTest(price):
                move = self.create_invoice({'price_unit': 1000}, currency_id=self.euro.id)
                credit = self.reversed_at(move, '2026-11-28', price)
                self.assertGreater(-credit.amount_total_signed, move.amount_total_signed)
                self.assertEqual('It was reversed' in self.warnings(move), full)
                self.assertEqual(self.is_offered(move), not full)

    def test_credited_in_manat(self):
        """Of two currencies it is what was booked that counts."""
        move = self.create_invoice({'price_unit': 1000}, currency_id=self.euro.id)
        credit = self.reverse_in_dialog(move, create=False)
        credit.currency_id = self.env.ref('base.AZN')
        for price, full in ((1800, False), (1818.18, True)):
            credit.invoice_line_ids.price_unit = price
            credit.action_post()
            with self.subTest(price):
                self.assertEqual('It was reversed' in self.warnings(move), full)
            credit.button_draft()

    # ------------------------------------------------------------------ that does not name it

    def test_a_credit_note_that_names_nothing(self):
        for currency in (self.euro, self.env.ref('base.AZN')):
            with self.subTest(currency.name):
                price = {'price_unit': 500 + currency.id}
                vals = {'currency_id': currency.id, 'invoice_origin': f'S{currency.id}'}
                sent, unsent = self.registered(price, **vals), self.create_invoice(price, **vals)
                credits = [self.credited_apart(move, invoice_date='2026-11-25') for move in (sent, unsent)]
                self.assertEqual({sent.payment_state, unsent.payment_state}, {'reversed'})
                self.assertIn(credits[0].name, self.alerts(sent))
                self.assertIn(credits[1].name, self.warnings(unsent))
                self.assertFalse(self.is_offered(unsent))
                for anew in (self.create_invoice(price, **vals | {'invoice_origin': False}), self.create_invoice({'price_unit': 9}, **vals)):
                    self.assertIn(sent.vatportal_qaime, self.warnings(anew))

    def test_a_part_is_no_reversal(self):
        move = self.registered({'price_unit': 500})
        self.credited_apart(move, lines=[{'price_unit': 499}])
        self.assertFalse(self.alerts(move))
        self.credited_apart(move, lines=[{'price_unit': 1}])
        self.assertFalse(self.alerts(move), 'nor are several: a bonus may be taken off in parts')

    def test_paid_with_a_bonus(self):
        """What the customer was given for nothing that was sold takes back none of the invoices that it pays."""
        moves = [self.registered({'price_unit': 500}), self.create_invoice({'price_unit': 500}), self.create_invoice({'price_unit': 500})]
        bonus = self.create_invoice({'price_unit': 1500}, move_type='out_refund')
        for move in moves:
            (move | bonus).line_ids.filtered(lambda line: line.account_type == 'asset_receivable').reconcile()
        self.assertEqual([move.payment_state for move in moves], ['reversed'] * 3)
        self.assertFalse(self.alerts(moves[0]))
        for move in moves[1:]:
            self.assertFalse(self.warnings(move))
            self.assertTrue(self.is_offered(move))

    def test_paid_with_the_credit_note_of_another(self):
        """It was delivered, and is sent: what pays it is what the customer has got back for something else."""
        other = self.create_invoice({'price_unit': 500})
        credit = self.reverse_in_dialog(other, create=False)
        credit.action_post()
        credit.line_ids.remove_move_reconcile()
        move = self.registered({'price_unit': 500})
        (move | credit).line_ids.filtered(lambda line: line.account_type == 'asset_receivable').reconcile()
        self.assertEqual(move.payment_state, 'reversed')
        self.assertFalse(self.alerts(move))
        self.assertIn(credit.name, self.warnings(other))

        move = self.registered({'price_unit': 700}, invoice_origin='S1')
        self.credited_apart(move, invoice_origin='S2')
        self.assertFalse(self.alerts(move), 'that of another order neither')

    def test_whoever_may_not_see_the_credit_note(self):
        unsent = self.create_invoice({'price_unit': 500})
        number = self.credited_apart(unsent).name
        clerk = new_test_user(self.env, 'apart clerk', 'account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        self.env['ir.rule'].create({'name': 'theirs', 'model_id': self.env['ir.model']._get_id('account.move'), 'domain_force': [('id', '=', unsent.id)]})
        self.env.invalidate_all()
        self.assertIn(number, self.warnings(unsent.with_user(clerk)))

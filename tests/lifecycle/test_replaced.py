from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user

from ..lifecycle_common import LifecycleCommon


class TestReplaced(LifecycleCommon):
    """*Reverse* and *Reverse and Create Invoice* on an invoice that is at e-taxes: there its document stands, and nobody
    makes two of one sale without a word."""

    def status(self, move, status):
        document = move.vatportal_document_id
        document.sudo().write({'status': status, 'status_code': status})
        self.env['vatportal.document']._on_imported(document.browse(), document)
        self.env.flush_all()

    def alerts(self, move):
        return ' '.join(alert['message'] for key, alert in (move.alerts or {}).items() if key.startswith(('vatportal_reversed', 'vatportal_replaced')))

    def problems(self, move, level='error'):
        return [problem['message'] for problem in move._vatportal_problems(self.connector) if problem['level'] == level]

    def test_both_sides_say_it_before_the_new_one_goes(self):
        old = self.registered()
        number = old.vatportal_qaime
        new = self.reverse_in_dialog(old)
        self.assertEqual((new.state, new.vatportal_replaced_id), ('draft', old))
        self.assertRegex(self.alerts(new), f'{number} still stands at e-taxes.*Delete it')
        new.action_post()
        for move, other in ((old, new), (new, old)):
            self.assertIn(number, self.alerts(move))
            self.assertIn(other.name, self.alerts(move))
        self.assertEqual(old.alerts['vatportal_reversed']['action_call'][1], 'action_vatportal_delete')
        [problem] = self.problems(new)
        self.assertIn(f'document {number} still stands', problem)
        with self.assertRaisesRegex(UserError, number):
            self.wizard(new).action_send()
        self.assertEqual(list(new._vatportal_queue()), [new], "by Odoo's own sending neither")
        # Others go.
        good = self.create_invoice()
        self.assertEqual(self.wizard(good + new).ready_ids, good)

        self.finish(self.delete(old.vatportal_document_id))
        self.env.invalidate_all()
        self.assertFalse(self.problems(new) or self.alerts(new) or self.alerts(old))
        self.finish(self.send(new))
        self.assertEqual(new.vatportal_state, 'registered')
        self.assertIn(f'replaced by {new.display_name}', ' '.join(self.problems(old)), 'nor does the old one go again')

    def test_of_an_approved_one_the_cancellation_is_asked_for(self):
        old = self.registered()
        self.status(old, 'approved')
        new = self.reverse_in_dialog(old)
        new.action_post()
        for move in (old, new):
            self.assertIn('Ask for its cancellation at e-taxes.gov.az', self.alerts(move))
        self.assertNotIn('action_call', old.alerts['vatportal_reversed'])
        self.assertIn('Ask for its cancellation', self.problems(new)[0])
        self.status(old, 'canceled')
        self.assertFalse(self.problems(new) or self.alerts(new) or self.alerts(old))

    def test_both_are_right(self):
        """A person says so on the new invoice."""
        new = self.reverse_in_dialog(self.registered())
        new.action_post()
        with Form(new) as form:
            form.vatportal_replaced_id = self.env['account.move']
        self.assertFalse(self.problems(new))
        self.finish(self.send(new))
        self.assertEqual(new.vatportal_state, 'registered')

    def test_a_credit_note_anew(self):
        """For another customer, or where a person says so, it takes nothing of the invoice back, and settles nothing."""
        other = self.partner.copy({'vat': False})
        child = self.partner.create({'name': 'Branch', 'parent_id': self.partner.id, 'type': 'invoice'})
        for how in (other, child, self.env['account.move']):
            with self.subTest(how):
                move = self.registered()
                credit = move._reverse_moves([{'invoice_date': '2026-11-20'}], cancel=True)
                new = self.reverse_in_dialog(credit)
                self.assertEqual((new.reversed_entry_id, new.vatportal_replaced_id), (move, credit))
                with Form(new) as form:
                    if how:
                        form.partner_id = how
                    else:
                        form.reversed_entry_id = how
                new.action_post()
                takes = how == child
                self.assertEqual((new.reversed_entry_id, bool(move._vatportal_credits())), (move if takes else move.browse(), takes))
                self.assertEqual(move.amount_residual, 0 if takes else move.amount_total)

    def test_whoever_may_not_see_the_other_invoice(self):
        """Both forms open, both say it, and neither goes: by a rule, salespeople see their own invoices alone."""
        first = self.registered()
        old = self.reverse_in_dialog(first)
        old.action_post()
        new = self.reverse_in_dialog(old)
        new.action_post()
        clerk = new_test_user(
            self.env, 'replaced clerk', 'account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        for seen, problem in ((new, first.vatportal_qaime), (old, new.name), (first, first.vatportal_qaime)):
            self.env['ir.rule'].search([('name', '=', 'theirs')]).unlink()
            self.env['ir.rule'].create({'name': 'theirs', 'model_id': self.env['ir.model']._get_id('account.move'), 'domain_force': [('id', '=', seen.id)]})
            self.env.invalidate_all()
            move = seen.with_user(clerk)
            with self.subTest(seen=seen.name):
                self.assertIn(problem, self.alerts(move) + ' '.join(self.problems(move)))

    def test_whoever_may_not_see_the_credit_note(self):
        """By a rule for credit notes, or for invoices of others: what was taken back is, whoever looks."""
        clerk = new_test_user(
            self.env, 'credited clerk', 'account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        sent, unsent = self.registered({'price_unit': 12.34}), self.create_invoice({'price_unit': 55})
        credits = self.reverse_in_dialog(sent + unsent, create=False)
        credits.action_post()
        copy = sent.copy({'invoice_date': '2026-11-26'})
        copy.action_post()
        asks = {unsent: 'It was reversed by', copy: f'{sent.display_name}, of the same customer, was reversed'}
        for seen in (sent + unsent + copy, unsent, copy, sent):
            self.env['ir.rule'].search([('name', '=', 'theirs')]).unlink()
            self.env['ir.rule'].create({'name': 'theirs', 'model_id': self.env['ir.model']._get_id('account.move'), 'domain_force': [('id', 'in', seen.ids)]})
            for move, text in asks.items():
                if move in seen:
                    self.env.invalidate_all()
                    with self.subTest(seen=seen.mapped('name'), move=move.name):
                        self.assertIn(text, ' '.join(self.problems(move.with_user(clerk), 'warning')))
            if sent in seen:
                self.env.invalidate_all()
                self.assertIn('this invoice was reversed by', self.alerts(sent.with_user(clerk)))

    def test_replaced_twice(self):
        """The document is that of the invoice before the one before."""
        old = self.registered()
        middle = self.reverse_in_dialog(old)
        middle.action_post()
        new = self.reverse_in_dialog(middle)
        new.action_post()
        self.assertIn(old.vatportal_qaime, self.problems(new)[0])
        self.assertIn(old.vatportal_qaime, self.alerts(new))
        old.vatportal_replaced_id = new
        self.assertTrue(self.problems(new), 'in a circle, too')

    def test_neither_was_sent(self):
        old = self.create_invoice()
        new = self.reverse_in_dialog(old)
        new.action_post()
        self.assertFalse(self.alerts(old) or self.alerts(new))
        self.assertEqual(self.wizard(old + new).ready_ids, new)
        self.assertIn(new.display_name, self.problems(old)[0])
        new.button_draft()
        new.button_cancel()
        self.assertFalse(self.problems(old))

    def test_on_its_way(self):
        self.sandbox.configure(auto_confirm=False)
        old = self.create_invoice()
        self.send(old)
        new = self.reverse_in_dialog(old)
        new.action_post()
        self.assertIn('It is being sent at the moment', self.problems(new)[0])

    def test_many_at_once(self):
        olds = self.registered() + self.registered({'price_unit': 7})
        news = self.reverse_in_dialog(olds)
        news.action_post()
        self.assertEqual(news.vatportal_replaced_id, olds)
        for new in news:
            self.assertIn(new.vatportal_replaced_id.vatportal_qaime, self.problems(new)[0])

    def test_a_reversal_of_the_future(self):
        """Its credit note waits for its day; the new invoice is there."""
        old = self.registered()
        new = self.reverse_in_dialog(old, date=fields.Date.add(fields.Date.today(), days=30))
        self.assertIn(old.vatportal_qaime, self.alerts(new))
        self.assertIn(new.display_name, self.alerts(old))

    def test_a_return_to_the_vendor(self):
        self.sandbox.configure(accepted_types=['returnInvoice'])
        old = self.create_invoice(move_type='in_refund', post=False)
        old.vatportal_kind_id = self.env.ref('l10n_az_vatportal.kind_return_invoice')
        old.action_post()
        self.finish(self.send(old))
        self.assertEqual(old.vatportal_state, 'registered', old.vatportal_document_id.portal_message)
        new = self.reverse_in_dialog(old)
        self.assertIn(old.vatportal_qaime, self.alerts(new))

    # ------------------------------------------------------------------ credit notes

    def test_reversed_in_full(self):
        old = self.registered()
        credit = self.reverse_in_dialog(old, create=False)
        self.assertFalse(self.alerts(old), 'a draft takes nothing back')
        credit.action_post()
        self.assertIn(f'reversed by {credit.display_name}', self.alerts(old))
        self.assertIn('Delete it from e-taxes', self.alerts(old))
        self.status(old, 'approved')
        self.assertIn('Ask for its cancellation', self.alerts(old))
        credit.button_draft()
        credit.button_cancel()
        self.assertFalse(self.alerts(old))

    def test_reversed_in_parts(self):
        """Only where nothing is left of it."""
        old = self.registered({'quantity': 4, 'price_unit': 33.33})
        for taken in (1, 3):
            self.assertFalse(self.alerts(old))
            credit = self.reverse_in_dialog(old, create=False)
            credit.invoice_line_ids.quantity = taken
            credit.action_post()
        self.assertIn(credit.display_name, self.alerts(old))

    def test_what_etaxes_knows_of_needs_no_word(self):
        """An adjustment that we issue, or the return that the buyer issued."""
        self.sandbox.configure(accepted_types=['default', 'taxCodex163'])
        old = self.registered()
        credit = self.reverse_in_dialog(old, create=False)
        credit.vatportal_kind_id = self.env.ref('l10n_az_vatportal.kind_tax_codex_163')
        credit.action_post()
        self.assertTrue(self.alerts(old))
        self.finish(self.send(credit))
        self.assertEqual(credit.vatportal_state, 'registered', credit.vatportal_document_id.portal_message)
        self.assertFalse(self.alerts(old))

        old = self.registered({'price_unit': 60})
        credit = self.reverse_in_dialog(old, create=False)
        credit.action_post()
        self.document_of({'qaime': 'MT2611250000777'}).sudo().write({'direction': 'incoming', 'move_id': credit.id})
        self.assertFalse(self.alerts(old))

    def test_made_anew_by_hand(self):
        """Nothing links the new invoice with the old one; the same total, or the same order, tells."""
        old = self.registered({'quantity': 3, 'price_unit': 12.34}, invoice_origin='S00042')
        alike = {'invoice_date': '2026-11-26'}
        before = self.create_invoice({'quantity': 3, 'price_unit': 12.34}, **alike)
        self.assertFalse(self.problems(before, 'warning'))
        credit = self.reverse_in_dialog(old, create=False)
        credit.action_post()
        copy = old.copy(alike)
        corrected = self.create_invoice({'price_unit': 30}, invoice_origin='S00042', **alike)
        copy.action_post()
        for move in (before, copy, corrected):
            [warning] = self.problems(move, 'warning')
            self.assertIn(f'{old.display_name}, of the same customer, was reversed', warning)
            self.assertIn(old.vatportal_qaime, warning)
            self.assertFalse(self.problems(move))
        for move in (
            self.create_invoice({'price_unit': 30}, **alike),
            self.create_invoice({'quantity': 3, 'price_unit': 12.34}, partner_id=self.other_partner.id, **alike),
            self.create_invoice({'quantity': 3, 'price_unit': 12.34}, invoice_date='2026-08-20'),
        ):
            self.assertFalse(self.problems(move, 'warning'))
        self.finish(self.delete(old.vatportal_document_id))
        self.assertFalse(self.problems(copy, 'warning'))

    def test_reversed_before_it_was_sent(self):
        old = self.create_invoice()
        self.reverse_in_dialog(old, create=False).action_post()
        self.assertFalse(self.problems(old))
        [warning] = self.problems(old, 'warning')
        self.assertIn('It was reversed by', warning)

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import Form

from ..bill_common import VENDOR
from .advance_common import AdvanceCommon
from .test_selection import AT_ONCE, SelectionCommon

FUTURE = '2099-01-01'


class TestAsks(SelectionCommon, AdvanceCommon):
    """What is not to be passed over unseen: of it, nothing goes where no person is shown it first."""

    def reversed(self, move):
        credit = move._reverse_moves([{'invoice_date': '2026-11-20'}])
        credit.action_post()
        return move

    def packaged(self):
        move = self.create_invoice()
        move.action_vatportal_xml()
        return move

    def anew(self):
        """Made by hand in the place of one that was taken back, and whose document stands."""
        old = self.registered({'price_unit': 12.34})
        self.reversed(old)
        copy = old.copy({'invoice_date': '2026-11-20'})
        copy.action_post()
        return copy

    def settling_nothing(self):
        """Of an order with an open advance."""
        self.prepaid(invoice_origin='S00017')
        return self.final(invoice_origin='S00017')

    def taking_off_more_than_is_left(self):
        """Another final invoice has settled a part of the advance."""
        partner = self.partner.copy({'name': 'Lerik Bal MMC', 'vat': VENDOR, 'email': 'buyer@example.com'})
        advance = self.prepaid(partner_id=partner.id)
        self.finish(self.send(self.choosing(advance, 100, partner_id=partner.id)))
        return self.final(advance, partner_id=partner.id)

    def taking_back_nothing(self):
        """An adjustment of what e-taxes shows in force no more."""
        old = self.registered({'price_unit': 66})
        credit = self.reverse_in_dialog(old, create=False)
        credit.vatportal_kind_id = self.env.ref('l10n_az_vatportal.kind_tax_codex_163')
        credit.invoice_line_ids.price_unit = 6
        credit.action_post()
        old.vatportal_document_id.sudo().write({'status': 'canceled', 'status_code': 'canceled'})
        return credit

    def taking_back_a_credit_note(self):
        """For which nothing ever stood at e-taxes."""
        credit = self.credit_apart(self.registered({'price_unit': 67}), 7)
        again = self.reverse_in_dialog(credit, create=False, date='2026-11-20')
        again.action_post()
        return again

    def asking(self):
        """An invoice of each kind that asks, by what is said of it."""
        return {
            'A package with this invoice': self.packaged(),
            'It was reversed by': self.reversed(self.create_invoice({'price_unit': 55})),
            'its document': self.anew(),
            'has no qaimə number yet': self.final(self.down_payment(partner_id=self.other_partner.id), partner_id=self.other_partner.id),
            'its VAT is paid twice': self.settling_nothing(),
            'is left of the advance': self.taking_off_more_than_is_left(),
            'was cancelled or deleted at e-taxes': self.taking_back_nothing(),
            'the same sale may be there twice': self.taking_back_a_credit_note(),
        }

    def assertAsks(self, move, text):
        found = [problem for problem in move._vatportal_problems(self.connector) if problem.get('asks')]
        self.assertEqual([(problem['level'], text in problem['message']) for problem in found], [('warning', True)], text)

    def open(self, moves):
        """*Send to e-taxes*: the dialog as the browser has it, which nobody has saved yet."""
        return Form(self.env['vatportal.send.wizard'].with_context(default_move_ids=[Command.set(moves.ids)]))

    # ------------------------------------------------------------------ without a person

    def test_behind(self):
        """A large selection; what is merely odd goes on."""
        asking = self.asking()
        moves = self.env['account.move'].union(*asking.values())
        coming, plain = self.create_invoice(invoice_date=FUTURE), self.create_invoice({'price_unit': 7})
        selection = self.press(moves + coming + plain)
        self.run_behind()
        for text, move in asking.items():
            with self.subTest(text):
                self.assertAsks(move, text)
                line = self.lines_of(selection, move)
                self.assertEqual(line.state, 'refused')
                self.assertIn(text, line.text)
                self.assertFalse(move.vatportal_document_ids)
        self.assertEqual(self.lines_of(selection, coming + plain).mapped('state'), ['queued', 'queued'])
        alerts = selection.action_refresh()['alerts']
        self.assertEqual([alert['level'] for alert in alerts.values()], ['danger'] * len(asking) + ['warning'])

    def test_what_came_up_while_it_waited(self):
        moves = self.invoices(3)
        selection = self.press(moves)
        moves[0].action_vatportal_xml()
        self.reversed(moves[1])
        self.run_behind()
        self.assertEqual(self.lines_of(selection, moves).mapped('state'), ['refused', 'refused', 'queued'])

    def test_queued_beside_something_else(self):
        """By Odoo's own sending, by Point of Sale, by a program."""
        for text, move in self.asking().items():
            with self.subTest(text):
                [problem] = move._vatportal_queue()[move]
                self.assertIn(text, problem['message'])
                [problem] = move._vatportal_queue_for(self.env.user)[move]
                self.assertIn(text, problem['message'])
                self.assertFalse(move.vatportal_document_ids)

    def test_a_down_payment_and_what_takes_it_off(self):
        first = self.down_payment()
        last = self.final(first)
        self.assertEqual(list((first + last)._vatportal_queue()), [last])
        self.assertTrue(first.vatportal_document_id)
        self.assertFalse(last.vatportal_document_id)

    def test_odoo_s_own_send(self):
        """PDF and mail go, and both the dialog and the note say why e-taxes does not get it. Of a package the person knows."""
        (self.partner + self.other_partner).email = 'buyer@example.com'
        for text, move in self.asking().items():
            with self.subTest(text):
                Dialog = self.env['account.move.send.wizard'].with_context(active_model='account.move', active_ids=move.ids)
                dialog = Dialog.create({'sending_methods': ['email']})
                self.assertFalse(dialog.extra_edi_checkboxes)
                if not move.vatportal_package_waits:
                    self.assertIn(text, dialog.alerts['vatportal_problems']['message'])
                    self.assertEqual(dialog.alerts['vatportal_problems']['action']['res_model'], 'vatportal.send.wizard')
                dialog.extra_edis = ['vatportal']  # a program that knows no better
                dialog.action_send_and_print()
                self.assertTrue(move.is_move_sent)
                self.assertFalse(move.vatportal_document_ids)
                [note] = [message.body for message in move.message_ids if 'Not sent to e-taxes' in message.body]
                self.assertIn(text, note)

    def test_odoo_s_own_send_of_a_down_payment_and_what_takes_it_off(self):
        self.partner.email = 'buyer@example.com'
        first = self.down_payment()
        last = self.final(first)
        for moves in (first + last, last + first):
            moves = moves.with_context(active_model='account.move', active_ids=moves.ids)
            dialog = moves.env['account.move.send.batch.wizard'].create({})
            self.assertIn(first.name, dialog.alerts['vatportal_problems']['message'])
            dialog.action_send_and_print(force_synchronous=True)
            self.assertEqual((first + last).mapped('vatportal_state'), ['progress', 'none'])

    # ------------------------------------------------------------------ with one

    def test_whoever_was_shown_it_sends(self):
        for text, move in self.asking().items():
            with self.subTest(text):
                form = self.open(move)
                self.assertIn(text, form.alerts['problem_0']['message'])
                self.assertEqual(form.save().action_send()['res_model'], 'vatportal.job')
                self.assertTrue(move.vatportal_document_id)

    def test_what_came_up_while_the_dialog_was_open(self):
        """Nothing goes before it was shown as well: not the others either, for one press is one sending."""
        self.env['ir.config_parameter'].set_param(AT_ONCE, '100')
        other = self.create_invoice({'price_unit': 3})
        for text, happens in (('A package with this invoice', lambda move: move.action_vatportal_xml()), ('It was reversed by', self.reversed)):
            with self.subTest(text):
                known = self.packaged()
                move = self.create_invoice({'price_unit': 44})
                form = self.open(known + move + other)
                happens(move)
                wizard = form.save()
                action = wizard.action_send()
                self.assertEqual((action['res_model'], action['res_id']), (wizard._name, wizard.id))
                self.assertFalse((known + move + other).vatportal_document_ids)
                self.env.invalidate_all()
                self.assertIn(text, ' '.join(alert['message'] for alert in wizard.alerts.values()))
                self.assertEqual(wizard.action_send()['res_model'], 'vatportal.job', 'now it was seen')
                self.assertEqual((move + other).mapped('vatportal_state'), ['progress', 'progress'])
                other = self.create_invoice({'price_unit': 3})

    def test_another_package_asks_anew(self):
        """The one of this morning was never uploaded, as the person knows; of the one that was made meanwhile nobody has told."""
        self.env['ir.config_parameter'].set_param(AT_ONCE, '100')
        move = self.packaged()
        move.sudo().vatportal_package_date -= timedelta(hours=3)
        form = self.open(move)
        move.sudo().vatportal_package_date = fields.Datetime.now()
        wizard = form.save()
        self.assertEqual(wizard.action_send()['res_model'], wizard._name)

    def test_what_is_gone_or_does_not_go_asks_nothing(self):
        self.env['ir.config_parameter'].set_param(AT_ONCE, '100')
        packaged, bad, good = self.packaged(), self.create_invoice({'product_id': self.create_product('Qum', False).id}), self.create_invoice()
        form = self.open(packaged + bad + good)
        packaged.action_vatportal_forget_package()
        self.reversed(bad)
        self.assertEqual(form.save().action_send()['res_model'], 'vatportal.job')
        self.assertEqual((packaged + bad + good).mapped('vatportal_state'), ['progress', 'none', 'progress'])

    # ------------------------------------------------------------------ a package

    def open_package(self, moves):
        """*Download e-taxes Package*: the dialog as the browser has it, which nobody has saved yet."""
        action = moves.action_vatportal_xml()
        self.assertEqual(action['res_model'], 'vatportal.package.wizard')
        return Form(self.env[action['res_model']].with_context(**action['context']))

    def press_download(self, wizard):
        self.env.invalidate_all()  # it is another request
        return wizard.action_download()

    def test_whoever_was_shown_it_makes_a_package(self):
        for move in (self.packaged(), self.reversed(self.create_invoice({'price_unit': 55})), self.anew()):
            form = self.open_package(move)
            self.assertEqual(self.press_download(form.save())['type'], 'ir.actions.act_url')

    def test_what_came_up_while_the_package_was_looked_at(self):
        """Its files have no ERP id: of what is in two packages e-taxes makes two qaimə."""
        for text, happens in (('A package with this invoice', lambda move: move.action_vatportal_xml()), ('It was reversed by', self.reversed)):
            with self.subTest(text):
                known, move, other = self.packaged(), self.create_invoice({'price_unit': 44}), self.create_invoice({'price_unit': 3})
                form = self.open_package(known + move + other)
                happens(move)
                before = (known + move + other).mapped('vatportal_package_date')
                wizard = form.save()
                action = self.press_download(wizard)
                self.assertEqual((action['res_model'], action['res_id'], action['target']), (wizard._name, wizard.id, 'new'))
                self.assertEqual((known + move + other).mapped('vatportal_package_date'), before)
                self.assertIn(text, ' '.join(alert['message'] for alert in wizard.alerts.values()))
                self.assertEqual(self.press_download(wizard)['type'], 'ir.actions.act_url', 'now it was seen')
                self.assertTrue(all((known + move + other).mapped('vatportal_package_date')))

    def test_what_does_not_go_into_the_package_asks_nothing(self):
        known, bad, gone = self.packaged(), self.create_invoice({'product_id': self.create_product('Qum', False).id}), self.packaged()
        form = self.open_package(known + bad + gone)
        self.reversed(bad)
        gone.action_vatportal_forget_package()
        self.assertEqual(self.press_download(form.save())['type'], 'ir.actions.act_url')
        self.assertEqual([bool(move.vatportal_package_date) for move in (known, bad, gone)], [True, False, True])

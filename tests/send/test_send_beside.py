import contextlib
import json
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.fields import Command
from odoo.tests import Form, new_test_user
from odoo.tests.common import mute_logger

from ...vatportal import outgoing_items
from ..send_common import SendCommon

ENGINE = 'odoo.addons.l10n_az_vatportal.models'


class TestSendBeside(SendCommon):
    """Odoo's own "Send" takes to e-taxes what can go, and nothing of e-taxes holds back PDF or mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = 'buyer@example.com'
        cls.person = cls.env['res.partner'].create({'name': 'Aygün Məmmədova', 'email': 'person@example.com', 'country_id': cls.env.ref('base.az').id})
        cls.foreigner = cls.env['res.partner'].create(
            {'name': 'Tbilisi Trade LLC', 'email': 'foreign@example.com', 'country_id': cls.env.ref('base.ge').id, 'is_company': True}
        )
        cls.sand = cls.create_product('Qum', False)

    # ------------------------------------------------------------------ what is never ready

    def bad_invoices(self):
        """Invoices of each kind that can't go, by a word of what is said of them."""
        noteless = self.create_invoice()
        noteless.vatportal_main_info = False
        mended = self.create_invoice()
        tax_line = mended.line_ids.filtered('tax_line_id')
        receivable = mended.line_ids.filtered(lambda line: line.display_type == 'payment_term')
        mended.button_draft()
        mended.write({'line_ids': [Command.update(tax_line.id, {'amount_currency': -25}), Command.update(receivable.id, {'amount_currency': 125})]})
        mended.action_post()
        return {
            'Aygün': self.create_invoice(partner_id=self.person.id),
            'Tbilisi': self.create_invoice(partner_id=self.foreigner.id),
            'Qum': self.create_invoice({'product_id': self.sand.id}),
            'main note': noteless,
            'VAT': mended,
        }

    def dialog(self, move):
        return self.env['account.move.send.wizard'].with_context(active_model='account.move', active_ids=move.ids).create({'sending_methods': ['email']})

    def batch_dialog(self, moves):
        return moves.env['account.move.send.batch.wizard'].with_context(active_model='account.move', active_ids=moves.ids).create({})

    def send_in_the_background(self, moves):
        """Press "Send" on many, and let the scheduled action do it."""
        self.batch_dialog(moves).action_send_and_print()
        self.assertTrue(all(moves.mapped('sending_data')))
        with self.enter_registry_test_mode():
            self.env.ref('account.ir_cron_account_move_send').method_direct_trigger()
        self.env.invalidate_all()

    def assertDelivered(self, moves):
        """Each has its PDF and its mail, once, and nothing is left to be done."""
        for move in moves:
            self.assertTrue(move.invoice_pdf_report_id, move.partner_id.name)
            self.assertFalse(move.invoice_pdf_report_id.name.endswith('proforma.pdf'))
            mails = move.message_ids.filtered(lambda message: message.message_type == 'comment')
            self.assertEqual([len(mail.attachment_ids) for mail in mails], [1], move.partner_id.name)
            self.assertFalse(move.sending_data)
            self.assertTrue(move.is_move_sent)

    def notes(self, move):
        return [str(message.body) for message in move.message_ids if 'Not sent to e-taxes' in message.body]

    def notifications(self, user):
        """What has been told to the browser of ``user`` about e-taxes."""
        self.env.cr.flush()
        return [
            payload
            for message in self.env['bus.bus'].sudo().search([('channel', 'like', f'"res.partner",{user.partner_id.id}')])
            for payload in [json.loads(message.message)]
            if payload['payload'].get('title') == 'Not sent to e-taxes'
        ]

    def test_not_ticked_and_told(self):
        for word, move in self.bad_invoices().items():
            with self.subTest(word):
                dialog = self.dialog(move)
                self.assertFalse(dialog.extra_edi_checkboxes)
                self.assertIn(word, dialog.alerts['vatportal_problems']['message'])
                self.assertNotEqual(dialog.alerts['vatportal_problems']['level'], 'danger')
                dialog.action_send_and_print()
                self.assertDelivered(move)
                [note] = self.notes(move)
                self.assertIn(word, note)
                self.assertFalse(move.vatportal_document_ids)

    def test_ready_is_ticked_without_a_word(self):
        move = self.create_invoice()
        dialog = self.dialog(move)
        self.assertTrue(dialog.extra_edi_checkboxes['vatportal']['checked'])
        self.assertFalse(dialog.alerts)
        dialog.action_send_and_print()
        self.assertDelivered(move)
        self.assertEqual((move.vatportal_state, self.notes(move)), ('progress', []))

    def test_ticked_all_the_same(self):
        """A dialog that stands open while the invoice's buyer loses the VÖEN, or a program that knows no better."""
        move, programs = self.create_invoice(), self.create_invoice(partner_id=self.person.id)
        dialog = self.dialog(move)
        self.partner.vat = False
        other = self.dialog(programs)
        other.extra_edis = ['vatportal']
        for wizard, invoice in ((dialog, move), (other, programs)):
            wizard.action_send_and_print()
            self.assertDelivered(invoice)
            self.assertEqual(len(self.notes(invoice)), 1)
            self.assertFalse(invoice.vatportal_document_ids)
        self.assertEqual([told['payload']['action_button']['res_ids'] for told in self.notifications(self.env.user)], [move.ids, programs.ids])

    def test_programs_with_defaults_alone(self):
        move = self.create_invoice(partner_id=self.person.id)
        self.env['account.move.send']._generate_and_send_invoices(move)
        self.assertDelivered(move)
        self.assertEqual(len(self.notes(move)), 1)

    def test_what_is_never_sent(self):
        """A receipt; a program that ticks e-taxes for whatever it has."""
        receipt = self.create_invoice(move_type='out_receipt')
        self.assertFalse(self.dialog(receipt).alerts)
        self.env['account.move.send']._generate_and_send_invoices(receipt, extra_edis=['vatportal'], sending_methods=['email'])
        self.assertDelivered(receipt)
        self.assertEqual((len(self.notes(receipt)), receipt.vatportal_document_ids.ids), (1, []))

    def test_in_the_browser(self):
        """The dialogs are computed before they are saved, where what was entered must not get lost."""
        moves = self.create_invoice() + self.create_invoice(partner_id=self.person.id)
        failing = self.failing('account.move', '_vatportal_record_problems', lambda move, *_args: move == moves[0], lambda *_args: KeyError('x'))
        for fault in (contextlib.nullcontext(), failing):
            with fault, mute_logger(ENGINE):
                form = Form(self.env['account.move.send.wizard'].with_context(active_model='account.move', active_ids=moves[1].ids))
                form.subject = 'As agreed'
                self.assertIn('Aygün', form.alerts['vatportal_problems']['message'])
                self.assertEqual(form.save().subject, 'As agreed')
                form = Form(self.env['account.move.send.batch.wizard'].with_context(active_model='account.move', active_ids=moves.ids))
                self.assertEqual(form.summary_data.get('vatportal', {}).get('count'), None if fault is failing else 1)
                self.assertIn('PDF and mail do', form.alerts['vatportal_problems']['message'])
                self.assertEqual(form.save().move_ids, moves)

    # ------------------------------------------------------------------ many at once

    def test_many_in_the_background(self):
        good = self.invoices(3)
        bad = self.bad_invoices()
        user = new_test_user(
            self.env,
            'vatportal-sends',
            'account.group_account_invoice,base.group_user',
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            lang='en_US',
        )
        moves = (good + self.env['account.move'].union(*bad.values())).with_user(user)
        dialog = self.batch_dialog(moves)
        self.assertEqual(dialog.summary_data['vatportal']['count'], 3)
        message = dialog.alerts['vatportal_problems']['message']
        self.assertIn('5 of 8', message)
        for move in bad.values():
            self.assertIn(move.name, message)
        self.send_in_the_background(moves)
        self.assertDelivered(good + self.env['account.move'].union(*bad.values()))
        for word, move in bad.items():
            [note] = self.notes(move)
            self.assertIn(word, note)
        self.assertEqual(set(good.mapped('vatportal_state')), {'progress'})
        job = good.vatportal_document_id.job_ids
        self.assertEqual((len(job), job.user_id), (1, user), 'one process, of whoever pressed')

    def checks_of(self, work):
        """How many invoices were checked at a time during ``work``."""
        checks, plain = [], type(self.env['account.move'])._vatportal_errors_of_each
        with patch.object(type(self.env['account.move']), '_vatportal_errors_of_each', lambda moves: (checks.append(len(moves)), plain(moves))[1]):
            work()
        return checks

    def test_many_are_checked_at_once(self):
        """In the dialog, and whenever it goes on, in the background or not: not one by one, as Odoo asks."""
        moves = self.invoices(5) + self.create_invoice(partner_id=self.person.id)

        def opened():
            dialog = self.batch_dialog(moves)
            self.assertEqual(dialog.summary_data['vatportal']['count'], 5)
            self.assertIn('Aygün', dialog.alerts['vatportal_problems']['message'])

        self.assertEqual(set(self.checks_of(opened)), {6})
        checks = self.checks_of(lambda: self.send_in_the_background(moves))
        self.assertEqual(moves.mapped('vatportal_state'), ['progress'] * 5 + ['none'])
        self.assertLessEqual(checks.count(1), 1, 'what does not go, to say why')

    def test_an_invoice_more_costs_no_check_of_its_own(self):
        moves = self.invoices(12)
        self.batch_dialog(moves[:1]).summary_data  # noqa: B018 - what is asked once in the life of a server

        def statements(part, ours):
            def opened():
                dialog = self.batch_dialog(part)
                return dialog.summary_data, dialog.alerts

            unless = contextlib.nullcontext() if ours else patch.object(type(self.env['account.move.send']), '_is_vatportal_offered', lambda *_args: False)
            with unless:
                return len(self.statements(opened))

        few, many = (statements(part, True) - statements(part, False) for part in (moves[:2], moves[2:]))
        self.assertLessEqual(many, few + 4, 'eight invoices more')

    def test_very_many_are_checked_when_their_turn_comes(self):
        self.env['ir.config_parameter'].set_param('l10n_az_vatportal.send_at_once', '3')
        good, bad = self.invoices(3), self.create_invoice(partner_id=self.person.id)
        dialogs = []
        self.assertEqual(self.checks_of(lambda: dialogs.append(self.batch_dialog(good + bad).read(['summary_data', 'alerts'])[0])), [])
        self.assertEqual(dialogs[0]['summary_data']['vatportal']['count'], 4)
        self.assertEqual(list(dialogs[0]['alerts']), ['vatportal_later'])
        self.send_in_the_background(good + bad)
        self.assertDelivered(good + bad)
        self.assertEqual((good + bad).mapped('vatportal_state'), ['progress'] * 3 + ['none'])
        self.assertIn('Aygün', self.notes(bad)[0])

    def test_what_was_checked_is_not_handed_to_the_client(self):
        moves = self.invoices(2)
        moves.partner_id.email = False
        alerts = self.batch_dialog(moves).alerts
        self.assertIn('action', alerts['account_missing_email'])
        self.assertNotIn('vatportal_stopped', str(alerts))

    def test_what_a_client_says_of_the_checks_counts_nothing(self):
        bad = self.create_invoice(partner_id=self.person.id)
        for stopped in ([], {}, True, 'x'):
            self.assertFalse(self.env['account.move.send'].with_context(vatportal_stopped=stopped)._is_vatportal_applicable(bad))

    def test_many_at_once_raise_nothing(self):
        moves = self.invoices(2) + self.create_invoice(partner_id=self.person.id)
        self.batch_dialog(moves).action_send_and_print(force_synchronous=True)
        self.assertDelivered(moves)
        self.assertEqual(moves.mapped('vatportal_state'), ['progress', 'progress', 'none'])

    def test_told_once(self):
        move = self.create_invoice(partner_id=self.person.id)
        for _time in range(2):
            self.dialog(move).action_send_and_print()
        self.assertEqual(len(self.notes(move)), 1)
        self.person.vat = '123'
        self.dialog(move).action_send_and_print()
        self.assertEqual(len(self.notes(move)), 2, 'another reason')

    def test_pressed_twice(self):
        """Two open dialogs: the second press sends the mail again, as Odoo does, and nothing to e-taxes."""
        move = self.create_invoice()
        first, second = self.dialog(move), self.dialog(move)
        first.action_send_and_print()
        second.action_send_and_print()
        self.assertEqual((len(move.vatportal_document_ids), self.notes(move)), (1, []))
        self.assertEqual(self.notifications(self.env.user), [])

    def test_package_made_meanwhile(self):
        move = self.create_invoice()
        dialog = self.dialog(move)
        move.action_vatportal_xml()
        self.assertFalse(self.dialog(move).alerts, 'a package was chosen; nothing is missing')
        dialog.action_send_and_print()
        self.assertDelivered(move)
        self.assertFalse(move.vatportal_document_ids)
        self.assertIn('package', self.notes(move)[0])

    def test_credit_notes_are_left_alone(self):
        """The buyer issues the return of goods; only one that has a kind goes."""
        refunds = [self.create_invoice(move_type='out_refund') for _number in range(2)]
        refunds[1].vatportal_kind_id = self.env.ref('l10n_az_vatportal.kind_default_invoice')
        for refund in refunds:
            dialog = self.dialog(refund)
            self.assertFalse(dialog.alerts)
            dialog.action_send_and_print()
            self.assertDelivered(refund)
            self.assertEqual(self.notes(refund), [])
        self.assertEqual([refund.vatportal_state for refund in refunds], ['none', 'progress'])

    def test_without_a_connector(self):
        self.connector.active = False
        move = self.create_invoice(partner_id=self.person.id)
        dialog = self.dialog(move)
        self.assertFalse(dialog.alerts or dialog.extra_edi_checkboxes)
        dialog.action_send_and_print()
        self.assertDelivered(move)
        self.assertEqual(self.notes(move), [])

    # ------------------------------------------------------------------ whatever fails

    def failing(self, model, method, when, error):
        """Let ``method`` of ``model`` raise what ``error`` makes, where ``when`` holds for its first argument."""
        plain = getattr(type(self.env[model]), method)

        def fails(records, *args):
            if when(records, *args):
                raise error(records, *args)
            return plain(records, *args)

        return patch.object(type(self.env[model]), method, fails)

    def test_check_fails(self):
        moves = self.invoices(3)
        failing = self.failing('account.move', '_vatportal_record_problems', lambda move, *_args: move == moves[1], lambda *_args: KeyError('x'))
        with failing, self.assertLogs(ENGINE, 'ERROR'):
            self.send_in_the_background(moves)
        self.assertDelivered(moves)
        self.assertEqual(moves.mapped('vatportal_state'), ['progress', 'none', 'progress'])
        self.assertIn('KeyError', self.notes(moves[1])[0])

    def test_queueing_fails(self):
        """Of an amount, of a constraint of somebody else's, of a mistake: the others go, PDF and mail of all."""

        def broken_sql(job, *_args):
            job.env.cr.execute('SELECT * FROM no_such_table')

        row = outgoing_items.Row(key=None, label='Sement', quantity=1, net=1, price=1)
        for error in (lambda *_args: outgoing_items.AmountError('rounding', row), lambda *_args: ValueError('broken'), broken_sql):
            moves = self.invoices(5)
            failing = self.failing('vatportal.job', '_queue_document', lambda _job, record, _connector, bad=moves[3]: record == bad, error)
            with self.subTest(error), failing, mute_logger(ENGINE, 'odoo.sql_db'):
                self.send_in_the_background(moves)
            self.assertDelivered(moves)
            self.assertEqual(moves.mapped('vatportal_state'), ['progress'] * 3 + ['none', 'progress'])
            self.assertEqual([len(self.notes(move)) for move in moves], [0, 0, 0, 1, 0])

    def test_telling_fails(self):
        moves = self.create_invoice() + self.create_invoice(partner_id=self.person.id)
        failing = self.failing('account.move', '_vatportal_note_errors', lambda *_args: True, lambda *_args: ValueError('broken'))
        with failing, self.assertLogs(ENGINE, 'ERROR'):
            self.send_in_the_background(moves)
        self.assertDelivered(moves)

    def test_whoever_pressed_is_gone(self):
        """Then the process is nobody's."""
        for active in (False, None):
            user = new_test_user(
                self.env,
                f'vatportal-gone-{active}',
                'account.group_account_invoice,base.group_user',
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            move = self.create_invoice()
            move.sending_data = {'author_user_id': user.id, 'author_partner_id': user.partner_id.id}
            if active is None:
                user.sudo().unlink()
            else:
                user.active = active
            with self.enter_registry_test_mode():
                self.env.ref('account.ir_cron_account_move_send').method_direct_trigger()
            self.env.invalidate_all()
            self.assertDelivered(move)
            self.assertEqual((move.vatportal_state, move.vatportal_document_id.job_ids.user_id.ids), ('progress', []))

    def test_somebody_else_at_the_same_moment(self):
        """Told as what it is, be it a row that somebody holds or a document that was made meanwhile."""

        def held(*_args):
            raise SerializationFailure

        queued, free = self.invoices(2)
        unseen = patch.object(type(queued), '_vatportal_live_document', lambda move: move.vatportal_document_id.browse())
        dialog = self.dialog(queued)
        self.queue(queued)
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET vatportal_state = 'none' WHERE id = %s", [queued.id])
        queued.invalidate_recordset()
        fault = self.failing('vatportal.job', '_queue_document', lambda _job, move, _connector: move == free, held)
        with unseen, fault, mute_logger('odoo.sql_db'), self.assertNoLogs(ENGINE, 'ERROR'):
            dialog.action_send_and_print()
            self.dialog(free).action_send_and_print()
        self.assertDelivered(queued + free)
        self.assertEqual((len(queued.vatportal_document_ids), len(free.vatportal_document_ids)), (1, 0))
        for move in queued + free:
            self.assertIn('Someone else', self.notes(move)[0])

    def test_two_that_do_not_go_together(self):
        moves = self.invoices(2)
        problem = moves[1]._vatportal_problem('Advance', 'Not both')
        with patch.object(type(moves), '_vatportal_together_problems', lambda records: {moves[1]: [problem]} if len(records) == 2 else {}):
            dialog = self.batch_dialog(moves)
            self.assertIn('Not both', dialog.alerts['vatportal_problems']['message'])
            dialog.action_send_and_print(force_synchronous=True)
        self.assertDelivered(moves)
        self.assertEqual(moves.mapped('vatportal_state'), ['progress', 'none'])
        self.assertIn('Not both', self.notes(moves[1])[0])

    def test_in_the_language_of_whoever_pressed(self):
        user = new_test_user(
            self.env, 'vatportal-az', 'account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)], lang='az_AZ'
        )
        seen = []
        plain = type(self.env['account.move'])._vatportal_note_errors
        self.patch(type(self.env['account.move']), '_vatportal_note_errors', lambda moves, errors: (seen.append(moves.env.lang), plain(moves, errors))[1])
        move = self.create_invoice(partner_id=self.person.id)
        move.sending_data = {'author_user_id': user.id, 'author_partner_id': user.partner_id.id}
        with self.enter_registry_test_mode():
            self.env.ref('account.ir_cron_account_move_send').method_direct_trigger()
        self.assertEqual(seen, ['az_AZ'])

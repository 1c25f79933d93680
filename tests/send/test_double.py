from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ...models.document.status import ACTIVITY, DOCUMENT_ACTIVITY
from .double_common import DoubleCommon


class TestDouble(DoubleCommon):
    """A qaimə that somebody entered at e-taxes by hand, and the invoice in Odoo that may be the same."""

    def twins(self):
        """Two invoices of one customer and total, of which somebody has entered one by hand."""
        moves = self.create_invoice() + self.create_invoice()
        number = self.entered()
        self.import_sent()
        self.assertEqual(self.document(number).proposed_move_ids, moves)
        return moves, number

    # ------------------------------------------------------------------ before it is sent

    def test_not_sent_before_somebody_has_answered(self):
        moves, number = self.twins()
        other = self.create_invoice({'price_unit': 7})
        wizard = self.wizard(moves + other)
        self.assertEqual(wizard.ready_ids, other)
        for move in moves:
            self.assertIn(number, self.problem(move)[0]['message'])
        with self.assertRaisesRegex(UserError, number):
            self.wizard(moves).action_send()
        self.assertEqual(moves._vatportal_queue().keys(), set(moves), 'nor by itself')
        self.assertEqual(self.live(*moves.mapped('name')), [0, 0])

    def test_it_is_the_one(self):
        moves, number = self.twins()
        action = self.ask(moves, moves[0]).action_link()
        self.assertEqual(self.env[action['res_model']].browse(action['res_id']).move_ids, moves)
        self.assertEqual(moves.mapped('vatportal_qaime'), [number, False])
        self.assertFalse(self.problem(moves[1]))
        self.press(moves)
        self.assertRegistered(moves[1])
        self.assertEqual(self.live(*moves.mapped('name')), [0, 1])

    def test_it_is_another_one(self):
        moves, number = self.twins()
        self.ask(moves, moves[1]).action_other()
        self.assertFalse(self.problem(moves[1]))
        self.assertTrue(self.problem(moves[0]))
        self.press(moves)
        self.assertEqual(moves.mapped('vatportal_state'), ['none', 'registered'])
        document = self.document(number)
        self.assertEqual((document.proposed_move_ids, document.other_move_ids), (moves[0], moves[1]))
        self.assertIn(self.env.user.name, document.message_ids[0].body)
        self.import_sent()
        self.assertFalse(document.double_id, 'that was said already')

    def test_what_was_set_in_the_dialog_stays(self):
        """Whatever the answer: the connector, whether it is signed, and what was chosen."""
        second = self.env['vatportal.connector'].create(
            {'name': 'Second', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': self.company.id}
        )
        moves, _number = self.twins()
        moves += self.create_invoice({'price_unit': 7})
        wizard = self.wizard(moves, connector_id=second.id, sign=False)
        for move, answer in ((moves[0], 'action_other'), (moves[1], 'action_link')):
            wizard.invalidate_recordset()
            asked = next(alert['action'] for alert in wizard.alerts.values() if alert.get('action', {}).get('context', {}).get('default_move_id') == move.id)
            question = self.env[asked['res_model']].with_context(**asked['context']).create({})
            action = getattr(question, answer)()
            self.assertEqual((action['res_model'], action['res_id'], action['target']), (wizard._name, wizard.id, 'new'))
            self.assertEqual((wizard.connector_id, wizard.sign, wizard.move_ids), (second, False, moves))
        self.assertEqual(wizard.ready_ids, moves[0] + moves[2])
        wizard.unlink()
        self.assertEqual(question._go_on()['context']['default_move_ids'], [fields.Command.set(moves[1].ids)], 'that dialog is gone')

    def test_answered_from_the_package(self):
        """The package dialog asks as well, and is shown again with all that was chosen."""
        moves, _number = self.twins()
        moves += self.create_invoice({'price_unit': 7})
        action = moves.action_vatportal_xml()
        dialog = self.env[action['res_model']].with_context(**action['context']).create({})
        self.assertEqual(dialog.ready_ids, moves[2])
        for move, answer in ((moves[0], 'action_other'), (moves[1], 'action_link')):
            dialog.invalidate_recordset()
            asked = next(alert['action'] for alert in dialog.alerts.values() if alert.get('action', {}).get('context', {}).get('default_move_id') == move.id)
            question = self.env[asked['res_model']].with_context(**asked['context']).create({})
            action = getattr(question, answer)()
            self.assertEqual((action['res_model'], action['res_id'], action['target']), (dialog._name, dialog.id, 'new'))
        dialog.invalidate_recordset()
        self.assertEqual((dialog.move_ids, dialog.ready_ids), (moves, moves[0] + moves[2]))
        self.assertEqual(dialog.action_download()['type'], 'ir.actions.act_url')

    def test_confirmed_after_the_import(self):
        """The document came before there was an invoice that it could have been proposed for."""
        number = self.entered()
        self.import_sent()
        move = self.create_invoice()
        self.assertIn(number, self.problem(move)[0]['message'])
        for vals in ({'price_unit': 99}, {'invoice_date': '2026-11-01'}, {'partner_id': self.other_partner.id}):
            with self.subTest(**vals):
                other = self.create_invoice(*[{'price_unit': vals.pop('price_unit')}] if 'price_unit' in vals else [], **vals)
                self.assertFalse(self.problem(other))

    def test_what_is_no_candidate(self):
        move = self.create_invoice()
        for vals in ({'total': 119}, {'status': 'deleted'}, {'status': 'canceled'}, {'type': 'returnInvoice'}):
            with self.subTest(**vals):
                self.entered(**vals)
        self.import_sent()
        self.assertFalse(self.problem(move))
        self.press(move)
        self.assertRegistered(move)

    def test_who_may_answer(self):
        moves, number = self.twins()
        company = self.env['res.company'].create({'name': 'Other MMC'})
        stranger = new_test_user(
            self.env, 'double-stranger', groups='account.group_account_invoice', company_id=company.id, company_ids=[fields.Command.set(company.ids)]
        )
        values = {'move_id': moves[0].id, 'document_id': self.document(number).id}
        for action in ('action_link', 'action_other'):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(self.env['vatportal.candidate.wizard'].with_user(stranger).create(values), action)()
        with self.assertRaises(AccessError):
            self.env['vatportal.candidate.wizard'].with_user(stranger).create(values).read(['text'])
        with self.assertRaises(AccessError):
            self.document(number).with_user(stranger).action_no_double()
        self.assertTrue(self.problem(moves[0]))

    # ------------------------------------------------------------------ after it was sent

    def test_found_afterwards(self):
        move, sent, entered = self.doubled()
        self.assertEqual((sent.double_id, entered.double_id), (entered, sent))
        self.assertIn('may be the same', self.activities(move, ACTIVITY).summary)
        self.assertIn('may be the same', self.activities(entered, DOCUMENT_ACTIVITY).summary)
        self.assertIn(entered.qaime, move._vatportal_alerts()['vatportal_standing']['message'])
        self.import_sent()
        self.assertEqual(len(self.activities(move, ACTIVITY)), 1)

    def test_they_are_different(self):
        move, sent, entered = self.doubled()
        sent.action_no_double()
        self.assertFalse((sent | entered).double_id)
        self.assertFalse(self.activities(move, ACTIVITY) | self.activities(entered, DOCUMENT_ACTIVITY))
        self.sandbox.portal.set_status(entered.qaime, 'approved')
        self.import_sent()
        self.assertEqual(entered.status, 'approved')
        self.assertFalse((sent | entered).double_id)

    def test_one_of_them_is_deleted(self):
        move, sent, entered = self.doubled()
        self.sandbox.portal.set_status(entered.qaime, 'deleted')
        self.import_sent()
        self.assertFalse((sent | entered).double_id)
        self.assertFalse(self.activities(move, ACTIVITY) | self.activities(entered, DOCUMENT_ACTIVITY))
        self.assertEqual(move.vatportal_state, 'registered')

    def test_it_finds_an_invoice_of_its_own(self):
        move, sent, entered = self.doubled()
        other = self.create_invoice()
        entered.action_link_move(other.id)
        self.assertFalse((sent | entered).double_id)
        self.assertFalse(self.activities(move, ACTIVITY))

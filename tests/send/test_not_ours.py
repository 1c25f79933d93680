from odoo import Command
from odoo.exceptions import UserError

from ..bill_common import BillCommon
from ..send_common import SendCommon

ENTRIES = ('in_invoice', 'in_refund', 'out_invoice', 'out_refund')


class TestNotOurs(SendCommon, BillCommon):
    """What the other side issues goes by no way: not by the form, which hides its button, nor from a list, a large selection, a
    package, or beside something else."""

    def setUp(self):
        super().setUp()
        # Rules for whatever can have one: none of them may send what is not ours.
        self.connector.rule_ids = [
            Command.create({'sequence': 1, 'move_type': move_type, 'kind_id': self.env.ref(f'l10n_az_vatportal.{kind}').id})
            for move_type, kind in (('out_refund', 'kind_tax_codex_163'), ('in_refund', 'kind_return_invoice'))
        ]

    def assertStopped(self, move, text, field):
        [problem] = [problem for problem in move._vatportal_problems(self.connector) if problem['level'] == 'error']
        self.assertIn(text, problem['message'])
        self.assertEqual(problem['field'], field)
        self.assertFalse(move.vatportal_can_send)
        wizard = self.wizard(move)
        self.assertFalse(wizard.ready_ids)
        with self.assertRaises(UserError):
            wizard.action_send()
        package = self.env['vatportal.package.wizard'].create({'move_ids': [Command.set(move.ids)]})
        self.assertFalse(package.ready_ids)
        self.assertIn(text, move._vatportal_queue()[move][0]['message'])
        self.env['ir.config_parameter'].set_param('l10n_az_vatportal.send_at_once', '1')
        self.env['vatportal.selection']._start([move], self.connector, True)
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_selection').method_direct_trigger()
        self.env.invalidate_all()
        line = self.env['vatportal.selection.line'].search([('res_id', '=', move.id), ('res_model', '=', move._name)], order='id desc', limit=1)
        self.assertEqual(line.state, 'refused')
        self.assertIn(text, line.text)
        self.assertFalse(move.vatportal_document_id)

    def test_a_credit_note_whose_kind_was_cleared(self):
        for move_type in ('in_refund', 'out_refund'):
            with self.subTest(move_type):
                move = self.create_invoice(move_type=move_type, partner_id=self.vendor.id, ref=move_type)
                self.assertTrue(move.vatportal_kind_id)
                move.vatportal_kind_id = False
                self.assertStopped(move, 'the other side issues', 'e-taxes Kind')

    def test_an_entry_of_a_received_document(self):
        for move_type in ENTRIES:
            with self.subTest(move_type):
                move = self.create_invoice(move_type=move_type, partner_id=self.vendor.id, ref=move_type)
                document = self.document(kind='taxCodex163')
                document.sudo().move_id = move
                self.assertStopped(move, document.qaime, 'Received e-taxes Document')

    def test_booked_as_the_person_says(self):
        """What its vendor has lowered, confirmed: a rule for returns is no reason to send it back."""
        document = self.document(kind='taxCodex163')
        wizard = self.env['vatportal.bill.wizard'].with_context(**document.action_create_bills()['context']).create({})
        wizard.booking = 'refund'
        wizard.action_create()
        move = document.move_id
        self.assertEqual(move.move_type, 'in_refund')
        self.assertStopped(move, document.qaime, 'Received e-taxes Document')
        move.action_post()
        self.assertStopped(move, document.qaime, 'Received e-taxes Document')

    def test_what_is_ours_goes(self):
        """A return that we give, an adjustment that we issue; and an invoice whose kind nobody chose, by the rule of now."""
        returned = self.create_invoice(move_type='in_refund', partner_id=self.vendor.id)
        lowered = self.create_invoice(move_type='out_refund')
        sold = self.create_invoice()
        sold.vatportal_kind_id = False
        self.connector.rule_ids = [Command.create({'sequence': 9, 'move_type': 'out_invoice', 'kind_id': self.env.ref('l10n_az_vatportal.kind_resale').id})]
        self.connector.invalidate_recordset(['rule_ids'])
        self.assertEqual(self.wizard(returned + lowered + sold).ready_ids, returned + lowered + sold)
        kinds = [move._vatportal_document_vals(self.connector)['kind_id'] for move in (returned, lowered, sold)]
        self.assertEqual(self.env['vatportal.kind'].browse(kinds).mapped('code'), ['returnInvoice', 'taxCodex163', 'resale'])

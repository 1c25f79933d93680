from odoo.fields import Command
from odoo.tests import tagged

from ..lifecycle_common import LifecycleCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestDebitNote(LifecycleCommon):
    """A debit note raises what an invoice asks for. At e-taxes it is a document of its own; the first one stands."""

    def debit(self, moves, **vals):
        wizard = (
            self.env['account.debit.note']
            .with_context(active_model='account.move', active_ids=moves.ids)
            .create({'date': '2026-11-25', 'reason': 'Price', **vals})
        )
        wizard.create_debit()
        return moves.debit_note_ids.sorted('id')

    def test_goes_as_a_document_of_its_own(self):
        move = self.registered({'quantity': 2, 'price_unit': 50}, vatportal_main_info='Contract 7')
        self.assertFalse(move.vatportal_can_send)
        note = self.debit(move, copy_lines=True)
        self.assertFalse(note.vatportal_document_ids or note.vatportal_qaime or note.vatportal_locked)
        self.assertEqual((note.vatportal_state or 'none', note.vatportal_kind_id.code), ('none', 'defaultInvoice'))
        note.invoice_line_ids.price_unit = 10
        note.action_post()
        self.assertEqual(note._vatportal_problems(self.connector), [])
        self.finish(self.send(note))
        self.assertEqual((note.vatportal_state, move.vatportal_state), ('registered', 'registered'))
        self.assertNotEqual(note.vatportal_qaime, move.vatportal_qaime)
        self.assertNotEqual(note.vatportal_document_id.erp_id, move.vatportal_document_id.erp_id)
        [sent] = self.uploads()[-1].json['invoices']
        self.assertEqual((float(sent['sum_total']), sent['main_info']), (23.6, f'{note.name}; 25.11.2026'))

    def test_of_an_invoice_on_its_way(self):
        """Neither waits for the other, and both may go together."""
        move = self.create_invoice()
        note = self.debit(move)
        note.write(
            {
                'invoice_line_ids': [
                    Command.create({'product_id': self.service.id, 'quantity': 1, 'price_unit': 7, 'tax_ids': [Command.set(self.taxes['vat'].ids)]})
                ]
            }
        )
        note.action_post()
        job = self.send(move + note)
        self.assertEqual(job.document_ids.move_id, move + note)
        self.finish(job)
        self.assertEqual({move.vatportal_state, note.vatportal_state}, {'registered'})

    def test_kind_of_the_first_is_not_taken_over(self):
        """A kind that a person chose for the first was chosen for that one."""
        move = self.create_invoice(post=False)
        move.vatportal_kind_id = self.env.ref('l10n_az_vatportal.kind_tax_codex_163')
        move.action_post()
        note = self.debit(move, copy_lines=True)
        self.assertEqual(note.vatportal_kind_id, self.env.ref('l10n_az_vatportal.kind_default_invoice'))

    def test_of_a_credit_note_and_of_bills(self):
        credit = self.create_invoice(move_type='out_refund')
        note = self.debit(credit)
        self.assertEqual((note.move_type, note.vatportal_kind_id.code), ('out_invoice', 'defaultInvoice'))
        # What takes back a credit note that is not at e-taxes is asked about; what the credit note is there for is a sale.
        line = {'product_id': self.product.id, 'price_unit': 5, 'tax_ids': [Command.set(self.taxes['vat'].ids)]}
        note.write({'invoice_line_ids': [Command.create(line)]})
        note.action_post()
        [problem] = note._vatportal_problems(self.connector)
        self.assertTrue(problem['asks'])
        self.assertIn(credit.name, problem['message'])
        credit.sudo().vatportal_package_date = '2026-11-20 10:00:00'
        self.assertEqual(note._vatportal_problems(self.connector), [])
        for move_type in ('in_invoice', 'in_refund'):
            bill = self.create_invoice({'tax_ids': False}, move_type=move_type)
            note = self.debit(bill)
            self.assertEqual((note.move_type, note.vatportal_kind_id.ids), ('in_invoice', []))
            note.write({'invoice_line_ids': [Command.create({'product_id': self.product.id, 'price_unit': 5, 'tax_ids': False})]})
            note.action_post()
            self.assertFalse(note.vatportal_can_send)

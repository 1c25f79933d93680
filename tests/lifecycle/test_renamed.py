import json

from odoo.tests import Form

from ..lifecycle_common import LifecycleCommon


class TestRenamed(LifecycleCommon):
    """An invoice that gets another number after it was sent: e-taxes goes on to know it by the old one, and that is said
    before and shown afterwards."""

    def alert(self, move):
        return (move.alerts or {}).get('vatportal_renamed', {}).get('message', '')

    def resequence(self, moves, first, ordering='keep'):
        return self.env['account.resequence.wizard'].create({'move_ids': [(6, 0, moves.ids)], 'first_name': first, 'ordering': ordering})

    def assertBoth(self, move, old):
        """``move`` shows both numbers, and its document is as it was."""
        self.assertNotEqual(move.name, old)
        for text in (old, move.name, move.vatportal_qaime or move.vatportal_document_id.erp_id):
            self.assertIn(text, self.alert(move))
        self.assertIn(old, move.vatportal_main_info)
        self.assertEqual(move.vatportal_document_id.source_name, old)

    def test_resequenced(self):
        one, unsent, two = self.registered(), self.create_invoice(), self.registered()
        moves = one + unsent + two
        names = moves.mapped('name')
        wizard = self.resequence(moves, 'INV/2026/00500')
        self.assertRegex(wizard.vatportal_warning, '^2 of these invoices')
        self.assertIn(f'{names[0]} → INV/2026/00500', wizard.vatportal_warning)
        self.assertNotIn(names[1], wizard.vatportal_warning)
        wizard.resequence()
        self.assertBoth(one, names[0])
        self.assertBoth(two, names[2])
        self.assertFalse(self.alert(unsent))

    def test_nothing_to_say_where_the_numbers_stay(self):
        """Only those that get another one, in the order that was chosen."""
        one = self.registered(invoice_date='2026-11-21', date='2026-11-21')
        two = self.create_invoice(invoice_date='2026-11-20', date='2026-11-20')
        wizard = self.resequence(one + two, one.name)
        self.assertFalse(wizard.vatportal_warning)
        wizard.ordering = 'date'
        self.assertIn(f'{one.name} → {two.name}', wizard.vatportal_warning)
        wizard.ordering = 'keep'
        wizard.resequence()
        self.assertFalse(self.alert(one))
        self.assertEqual(json.loads(wizard.new_values)[str(one.id)]['new_by_name'], one.name)

    def test_the_wizard_shows_it(self):
        move = self.registered()
        wizard = self.env['account.resequence.wizard'].with_context(active_model='account.move', active_ids=move.ids)
        with Form(wizard) as form:
            form.first_name = 'INV/2026/00700'
            self.assertIn('INV/2026/00700', form.vatportal_warning)

    def test_by_rpc_and_on_its_way(self):
        """Whoever writes the number, and while it is being sent too; the old number back, and all is well."""
        move = self.create_invoice()
        self.sandbox.configure(auto_confirm=False)
        job = self.send(move)
        old = move.name
        move.write({'name': 'INV/2026/00900'})
        self.assertBoth(move, old)
        self.sandbox.configure(auto_confirm=True)
        self.finish(job)
        self.assertEqual(move.vatportal_state, 'registered')
        self.assertBoth(move, old)
        move.name = old
        self.assertFalse(self.alert(move))

    def test_a_correction_of_another_month(self):
        """Odoo gives the draft a new number by itself; the form says so at once."""
        move = self.registered()
        move.journal_id.sequence_override_regex = False
        old = move.name
        move.vatportal_document_id.sudo().write({'status': 'updateRequested', 'status_code': 'updateRequested'})
        move.button_draft()
        warning = move.onchange({'name': 'INV/2026/00950'}, ['name'], {'name': {}}).get('warning') or {}
        self.assertIn(old, warning.get('message', ''))
        move.name = 'INV/2026/00950'
        move.action_post()
        self.assertBoth(move, old)

    def test_sent_again_it_is_known_by_the_new_number(self):
        move = self.registered()
        self.finish(self.delete(move.vatportal_document_id))
        move.name = 'INV/2026/00800'
        self.assertFalse(self.alert(move))
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_document_id.source_name, 'INV/2026/00800')
        self.assertIn('INV/2026/00800', move.vatportal_main_info)
        self.assertFalse(self.alert(move))

    def test_rejected_and_sent_again(self):
        """The same document goes a second time, for the number that the invoice has by then."""
        self.sandbox.configure(unknown_voens=[self.partner.vat])
        move = self.create_invoice()
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'rejected')
        move.name = 'INV/2026/00810'
        self.sandbox.configure(unknown_voens=[])
        self.finish(self.send(move))
        self.assertEqual((move.vatportal_state, self.alert(move)), ('registered', ''))

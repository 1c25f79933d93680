from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError

from ..common import BUYER
from ..restored_common import RestoredCommon


class TestCompare(RestoredCommon):
    """What the portal has from here and the database does not know: linked as far as it can be, and told."""

    def compare(self, **vals):
        """What somebody does who presses *Compare with VatPortal*; return the process at its end."""
        action = self.connector.action_compare()
        wizard = self.env[action['res_model']].with_context(**action['context']).create(vals)
        self.assertEqual((wizard.connector_id, wizard.direction, wizard.date_from), (self.connector, 'outgoing', self.connector._certain_day()))
        job = self.env['vatportal.job'].browse(wizard.action_import()['res_id'])
        self.finish(job)
        return job

    def test_what_was_sent_is_linked(self):
        moves = self.invoices(3)
        with self.forgotten():
            self.press(moves[0])
            self.press(moves[1], sign=False)
            number = moves[0].vatportal_qaime
        job = self.compare()
        self.assertEqual((job.state, job.found_count, job.unknown_ids), ('done', 2, False))
        self.assertEqual(moves.mapped('vatportal_state'), ['registered', 'imported', 'none'])
        self.assertEqual(moves[0].vatportal_qaime, number)
        self.assertRegistered(moves[0])
        self.assertFalse(moves[1].vatportal_can_send)
        self.assertIn('2 invoices were sent', job.action_refresh()['headline'])
        self.assertEqual(self.live(*moves.mapped('name')), [1, 1, 0])
        self.sandbox.portal.sign_by_hand(moves[1].vatportal_document_id.erp_id)
        moves[1].vatportal_document_id._read_numbers(self.connector)
        self.assertRegistered(moves[1])
        self.finish(self.delete(moves[0].vatportal_document_id))
        self.press(moves[0])
        self.assertEqual(moves[0].vatportal_document_ids.sorted('id').mapped('attempt'), [1, 2])

    def test_from_an_earlier_day(self):
        """Whoever compares from an earlier day has the invoices of that time looked at."""
        move = self.create_invoice(invoice_date='2026-02-10')
        with self.forgotten():
            self.press(move)
        self.connector.sudo().compared_at = False
        action = self.connector.action_compare()
        wizard = self.env[action['res_model']].with_context(**action['context']).create({'date_from': '2026-02-01'})
        job = self.env['vatportal.job'].browse(wizard.action_import()['res_id'])
        for each in job._batch():
            self.finish(each)
        self.assertEqual((sum(job._batch().mapped('found_count')), any(job._batch().mapped('unknown_ids'))), (1, False))
        self.assertRegistered(move)

    def test_days_that_are_read_in_two_parts(self):
        """What is not known here is told by the part that ends last."""
        moves = self.invoices(2)
        with self.forgotten():
            self.press(moves[0])
            other = self.create_invoice({'price_unit': 55})
            self.press(other)
            unknown = other.vatportal_document_id.erp_id
        self.connector.sudo().compared_at = False
        action = self.connector.action_compare()
        wizard = self.env[action['res_model']].with_context(**action['context']).create({'date_from': fields.Date.today() - timedelta(days=9)})
        job = self.env['vatportal.job'].browse(wizard.action_import()['res_id']).sudo()
        while job.phase != 'read':
            self.advance(job)
        job._operation()._read_less(job)
        self.finish_all(job)
        batch = job._batch()
        self.assertEqual((batch.mapped('state'), sum(batch.mapped('found_count'))), (['done', 'done'], 1))
        self.assertEqual([list(part.unknown_ids or ()) for part in batch], [[], [unknown]])
        self.assertRegistered(moves[0])

    def test_a_later_attempt(self):
        move = self.create_invoice()
        with self.forgotten():
            self.press(move)
            self.finish(self.delete(move.vatportal_document_id))
            self.press(move)
        self.compare()
        self.assertRegistered(move)
        self.assertEqual(move.vatportal_document_id.attempt, 2)

    def test_the_rest_is_listed(self):
        """An invoice that is not here any more, and one that has other figures by now."""
        move = self.create_invoice()
        with self.forgotten():
            self.press(move)
            move.vatportal_document_id.flush_recordset()
            other = self.create_invoice({'price_unit': 55})
            self.press(other)
            known = {m.vatportal_document_id.erp_id: m.vatportal_qaime for m in move + other}
        move.button_draft()
        move.invoice_line_ids.price_unit = 200
        move.action_post()
        job = self.compare()
        self.assertEqual(set(job.unknown_ids), set(known))
        self.assertEqual({name for _number, name in job.unknown_ids.values()}, {move.name, False})
        for text in (*known, *known.values(), f'sent as {move.name}, with another'):
            self.assertIn(text, job.warning)
        self.assertIn('2 are of no invoice here', job.action_refresh()['headline'])
        self.assertEqual(move.vatportal_state, 'none')
        # What went out under its number is asked about before it is sent.
        (number,) = (qaime for qaime, name in job.unknown_ids.values() if name)
        with self.assertRaisesRegex(UserError, number):
            self.send(move)
        document = self.env['vatportal.document'].search([('qaime', '=', number)])
        with self.forgotten():
            document.action_link_move(move.id)
            self.assertEqual((move.vatportal_state, move.vatportal_qaime), ('registered', number))
            self.assertTrue(document.amount_differs)
        document._say_other(move)
        self.press(move)
        self.assertRegistered(move)

    def test_what_waits_gets_its_number(self):
        """Known here as given back, or as unsigned, while the portal went on with it."""
        moves = self.invoices(2)
        self.press(moves[0], sign=False)
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'unavailable', status=429)
        job = self.send(moves[1])
        with self.forgotten():
            self.finish_all(job)
            self.assertTrue(moves[1].vatportal_qaime)
        job.action_cancel()
        self.assertRejected(moves[1], 'given up')
        self.sandbox.portal.sign_by_hand(moves[0].vatportal_document_id.erp_id)
        self.compare()
        self.assertRegistered(moves)

    def test_documents_without_an_erp_id(self):
        """Entered by hand, or under an id of before: by the number in the main note, else by buyer, total and day."""
        moves = self.env['account.move'].union(*(self.create_invoice({'price_unit': price}) for price in (100, 100, 50, 70)))
        today = fields.Date.today()
        moves.button_draft()
        moves.invoice_date = today
        moves.action_post()

        notes = {f'{moves[1].name}; {today}': 118, 'qeyd': 59, f'№ {moves[3].name} ({today})': 118}
        numbers = [self.entered(total, note, today) for note, total in notes.items()]
        self.compare()
        self.assertEqual(moves.mapped('vatportal_qaime'), [False, numbers[0], numbers[1], False])
        document = self.env['vatportal.document'].search([('qaime', '=', numbers[2])])
        self.assertEqual(document.proposed_move_ids, moves[3], 'its number and another total: not that of the same total')

    def test_twice_at_e_taxes(self):
        """Two documents name one invoice: a person has to look."""
        move = self.create_invoice()
        today = fields.Date.today()
        move.button_draft()
        move.invoice_date = today
        move.action_post()
        for _copy in range(2):
            self.sandbox.portal.add_document(
                folder=1, tin_from=self.company.vat, tin_to=BUYER, main_subject=f'{move.name}; x', net_amount=118, datetime=f'{today:%d.%m.%Y} 10:00'
            )
        self.compare()
        self.assertFalse(move.vatportal_qaime)
        documents = self.env['vatportal.document'].search([('direction', '=', 'outgoing'), ('move_id', '=', False)])
        self.assertEqual(documents.mapped('proposed_move_ids'), move)
        self.assertEqual(len(documents), 2)

    # ------------------------------------------------------------------ by itself

    def look(self):
        """What the scheduled action does every hour; return the comparison that it begins."""
        before = self.env['vatportal.job'].search([('compares', '=', True)])
        self.connector.sudo()._look_for_unknown()
        return self.env['vatportal.job'].search([('compares', '=', True)]) - before

    def test_a_restored_backup_is_noticed(self):
        moves = self.invoices(2)
        self.assertFalse(self.look())
        certain = self.connector.compared_at
        self.assertTrue(certain)
        with self.forgotten():
            self.press(moves)
            self.assertFalse(self.look(), 'what is known here is no news')
        job = self.look()
        self.assertEqual((len(job), job.user_id.ids), (1, []))
        self.assertEqual(self.connector.compared_at, certain, 'not before all is known')
        self.finish(job)
        self.assertRegistered(moves)
        self.assertIn('restored from a backup', self.connector.message_ids[0].body)
        self.assertFalse(self.look())
        self.assertFalse(self.connector.told_erp_ids)

    def test_what_can_not_be_linked_is_told_once(self):
        with self.forgotten():
            self.press(self.create_invoice())
        self.finish(self.look())
        self.assertIn('does not know', self.connector.message_ids[0].body)
        count = len(self.connector.message_ids)
        self.connector.sudo().compare_begun_at -= timedelta(days=1)
        self.assertFalse(self.look())
        with self.forgotten():
            self.create_invoice()
            self.press(self.create_invoice())
        self.finish(self.look())
        self.assertEqual(len(self.connector.message_ids), count + 1)

    def test_pressed_at_once_after_a_restore(self):
        """Before the scheduled action has looked: what the portal has is seen first, and what went out under the number of an
        invoice that has other figures by now is asked about."""
        moves = self.invoices(2)
        self.assertFalse(self.look())
        with self.forgotten():
            for move in moves:
                move.button_draft()
            moves[0].invoice_line_ids.price_unit = 77
            moves.action_post()
            self.press(moves)
        self.connector.sudo().compared_at -= timedelta(hours=2)
        wizard = self.wizard(moves)
        self.assertEqual(wizard.action_send()['res_id'], wizard.id)
        self.assertIn("under this invoice's number", str(wizard.problems))
        with self.assertRaisesRegex(UserError, "under this invoice's number"):
            self.send(moves)
        self.assertEqual(moves.mapped('vatportal_state'), ['none', 'registered'])
        self.assertEqual(self.live(*moves.mapped('name')), [1, 1])

    def test_ids_of_others_are_no_news(self):
        """Another program at the same account gives its own."""
        self.sandbox.portal.state.invoices.clear()
        move = self.create_invoice()
        job = self.queue(move)
        invoice = move.vatportal_document_id.sudo()._to_invoice().to_json()
        job.action_cancel()
        company = self.sandbox.portal.company()
        self.sandbox.portal.post(company, [{**invoice, 'id': 'SAP-000001'}], False)
        self.assertFalse(self.look())
        self.assertTrue(self.connector.compared_at)

    def test_error_17_begins_it(self):
        moves = self.invoices(3)
        with self.forgotten():
            self.press(moves)
        self.finish(self.send(moves[0]))
        job = self.env['vatportal.job'].search([('compares', '=', True)])
        self.assertEqual(len(job), 1)
        self.finish(job)
        self.assertRegistered(moves)

    def test_a_portal_that_does_not_answer(self):
        self.sandbox.faults.add('/inv/read_invoices', 'http_500')
        certain = self.connector.compared_at
        self.assertFalse(self.look())
        self.assertEqual(self.connector.compared_at, certain)
        self.assertTrue(self.connector.down_since)

    def test_the_scheduled_action(self):
        with self.forgotten():
            self.press(self.create_invoice())
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_compare').method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.env['vatportal.job'].search([('compares', '=', True)]).connector_id, self.connector)

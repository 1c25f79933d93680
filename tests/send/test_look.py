from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ..restored_common import RestoredCommon
from ..send_common import READ, UPLOAD


class TestLook(RestoredCommon):
    """Before something goes, whoever sends it: does the portal have something from here that is not known here?"""

    def setUp(self):
        super().setUp()
        self.connector.sudo().compared_at = fields.Datetime.now() - timedelta(hours=2)

    def otherwise(self, move):
        """``move`` was sent with other figures, which this database does not know; return its number."""
        with self.forgotten():
            move.button_draft()
            move.invoice_line_ids.price_unit = 77
            move.action_post()
            self.press(move)
            return move.vatportal_qaime

    def sent_as_before(self):
        """An invoice that went under an ERP id which does not follow from it, which this database does not know; with its
        number."""
        move = self.create_invoice(invoice_date=fields.Date.to_string(fields.Date.today()))
        with self.forgotten():
            job = self.queue(move)
            move.vatportal_document_id.sudo().write({'erp_id': 'ODOO-99-0123abcd', 'attempt': 0})
            self.finish(job)
            return move, move.vatportal_qaime

    def questions(self, wizard):
        return [problem for problem in wizard.problems if problem.get('candidate')]

    # ------------------------------------------------------------------ at the dialog

    def test_what_the_look_finds_stays(self):
        """Nothing is left to send: the question is shown, instead of an error that takes it away again."""
        for hours in (2, 50):
            with self.subTest(hours=hours):
                self.connector.sudo().compared_at = fields.Datetime.now() - timedelta(hours=hours)
                move = self.create_invoice()
                number = self.otherwise(move)
                wizard = self.wizard(move)
                action = wizard.action_send()
                self.assertEqual((action['res_model'], action['res_id']), (wizard._name, wizard.id))
                (question,) = self.questions(wizard)
                self.assertIn(number, question['message'])
                self.assertEqual(self.live(move.name), [1])
                self.env['vatportal.document'].browse(question['candidate'])._say_other(move)
                self.press(move)
                self.assertRegistered(move)

    def test_a_backup_of_a_minute_ago(self):
        """It was looked within the hour, in the database that is no more."""
        for form in ('at the dialog', 'queued by Odoo'):
            with self.subTest(form):
                move = self.create_invoice()
                self.connector.sudo()._look_for_unknown()
                self.assertFalse(self.connector._is_to_be_looked_at())
                self.otherwise(move)
                self.connector.sudo().compared_in = 'the database before'
                if form == 'at the dialog':
                    wizard = self.wizard(move)
                    wizard.action_send()
                    self.assertEqual(len(self.questions(wizard)), 1)
                else:
                    move._vatportal_queue()
                    self.finish_all(move.vatportal_document_id.job_ids)
                    self.assertIn('sent under this number', move.vatportal_document_id.message)
                self.assertEqual(self.live(move.name), [1])

    def test_what_tells_a_restored_database(self):
        """It stays the same from one transaction to the next, and another database has another one."""
        here = self.connector._database()
        with self.registry.cursor() as cr:
            self.assertEqual(self.connector.with_env(self.env(cr=cr))._database(), here)
        self.env.cr.execute('CREATE TEMPORARY TABLE vatportal_connector (id int)')  # as a dump makes the table anew
        self.assertNotEqual(self.connector._database(), here)
        self.env.cr.execute('DROP TABLE pg_temp.vatportal_connector')

    def test_committed(self):
        """Should something fail after it, what the look found is known."""
        move = self.create_invoice()
        self.otherwise(move)
        kept = []
        Job = type(self.env['vatportal.job'])
        with patch.object(Job, '_commit', lambda job: kept.append(self.env['vatportal.document'].search_count([('proposed_move_ids', 'in', move.ids)]))):
            self.wizard(move).action_send()
        self.assertEqual(kept[:1], [1])

    def test_others_wait_for_the_answer(self):
        moves = self.invoices(2)
        self.otherwise(moves[0])
        wizard = self.wizard(moves)
        self.assertEqual(wizard.action_send()['res_id'], wizard.id)
        self.assertEqual((len(self.questions(wizard)), wizard.ready_ids), (1, moves[1]))
        self.finish_all(self.env['vatportal.job'].browse(wizard.action_send()['res_id']))
        self.assertEqual(moves.mapped('vatportal_state'), ['none', 'registered'])

    def test_a_connector_without_log_in_data(self):
        self.connector.sudo().write({'compared_at': False, 'token': False})
        move = self.create_invoice()
        self.assertFalse(self.connector.sudo()._look_before_sending())
        self.assertEqual(move.vatportal_state, 'none')

    def test_a_portal_that_waits_is_not_asked(self):
        self.connector.account_id.sudo().write({'down_since': fields.Datetime.now(), 'retry_at': fields.Datetime.now() + timedelta(minutes=5)})
        self.assertFalse(self.connector.sudo()._look_before_sending())
        self.assertFalse(self.requests_to(READ))

    def test_a_clock_that_was_ahead(self):
        """What it wrote tells nothing of what is known."""
        for days in (1 / 24, 3):
            with self.subTest(days=days):
                move = self.create_invoice()
                self.otherwise(move)
                ahead = fields.Datetime.now() + timedelta(days=days)
                self.connector.sudo().write({'compared_at': ahead, 'compare_begun_at': ahead})
                self.assertLess(self.connector._certain_day(), fields.Date.today())
                wizard = self.wizard(move)
                wizard.action_send()
                self.assertEqual(len(self.questions(wizard)), 1)
                self.assertLessEqual(self.connector.compared_at, fields.Datetime.now())
                self.assertLessEqual(self.connector.compare_begun_at, fields.Datetime.now())
                self.finish(self.env['vatportal.job'].search([('compares', '=', True)], limit=1))

    # ------------------------------------------------------------------ by whatever way

    def test_queued_by_odoo(self):
        """Odoo's own sending, schedules and Point of Sale queue; the process looks."""
        moves = self.invoices(3)
        number = self.otherwise(moves[0])
        with self.forgotten():
            self.press(moves[1])
            known = moves[1].vatportal_qaime
        self.assertFalse(moves._vatportal_queue())
        self.finish_all(moves.vatportal_document_id.job_ids)
        self.assertEqual(moves.mapped('vatportal_state'), ['rejected', 'registered', 'registered'])
        self.assertEqual(moves[1].vatportal_qaime, known)
        self.assertEqual(self.live(*moves.mapped('name')), [1, 1, 1])
        self.assertIn('sent under this number', moves[0].vatportal_document_id.message)
        (question,) = self.questions(self.wizard(moves[0]))
        self.assertIn(number, question['message'])

    def test_nothing_is_left_of_a_process(self):
        move = self.create_invoice()
        self.otherwise(move)
        self.connector.sudo().compared_at = False
        job = self.queue(move)
        before = len(self.uploads())
        self.finish(job)
        self.assertEqual((job.state, move.vatportal_state), ('failed', 'rejected'))
        self.assertIn('sent under this number', job.message)
        self.assertEqual(len(self.uploads()), before)

    def test_a_later_attempt_is_no_other_invoice(self):
        move = self.create_invoice()
        with self.forgotten():
            self.press(move)
            self.finish(self.delete(move.vatportal_document_id))
            self.press(move)
        self.finish_all(self.queue(move))
        self.assertRegistered(move)
        self.assertEqual((move.vatportal_document_id.attempt, self.live(move.name)), (2, [1]))

    def test_looked_once(self):
        """Within the hour of a look nobody asks again, nor does a process that could not."""
        self.finish(self.queue(self.create_invoice()))
        looks = len(self.requests_to(READ))
        self.finish(self.queue(self.create_invoice()))
        self.assertLess(len(self.requests_to(READ)) - looks, looks)
        self.connector.sudo().compared_at = False
        self.sandbox.faults.add(READ, 'http_500')
        move = self.create_invoice()
        self.finish(self.queue(move))
        self.assertRegistered(move)

    def test_an_id_of_before(self):
        """It tells nothing of the invoice: the days are compared before anything goes."""
        move, number = self.sent_as_before()
        self.connector.sudo().compared_at = False
        job = self.send(move)
        self.advance(job, steps=3)
        self.assertEqual((job.phase, move.vatportal_state), ('look', 'progress'))
        self.finish(self.env['vatportal.job'].search([('compares', '=', True)]))
        self.finish(job)
        self.assertEqual((move.vatportal_state, self.live(move.name)), ('rejected', [1]))
        self.assertIn(number, move.vatportal_document_id.message)
        self.assertEqual(len(self.questions(self.wizard(move))), 1)

    # ------------------------------------------------------------------ what an import has linked

    def test_known_by_its_number(self):
        """An import links what was sent with its invoice, and knows no ERP id: it is not unknown."""
        move, number = self.sent_as_before()
        certain = self.connector.compared_at
        self.connector.sudo()._look_for_unknown()
        job = self.env['vatportal.job'].search([('compares', '=', True)])
        self.finish(job)
        self.assertEqual((move.vatportal_qaime, move.vatportal_document_id.erp_id), (number, 'ODOO-99-0123abcd'))
        self.assertEqual((job.found_count, job.unknown_ids), (1, False))
        self.assertNotIn('does not know', job.warning or '')
        self.connector.sudo()._look_for_unknown()
        self.assertGreater(self.connector.compared_at, certain)

    def test_what_was_told_stops_nothing(self):
        """Another database on the account: told once, and no reason to look again at each press, over ever more days."""
        with self.forgotten():
            self.press(self.create_invoice())
        self.connector.sudo()._look_for_unknown()
        self.finish(self.env['vatportal.job'].search([('compares', '=', True)]))
        told = self.connector.told_erp_ids
        self.assertEqual(len(told), 1)
        self.connector.sudo()._look_for_unknown()
        self.assertFalse(self.connector._is_to_be_looked_at())
        self.assertEqual(self.connector.told_erp_ids, told)
        messages = len(self.connector.message_ids)
        self.connector.sudo().compare_begun_at -= timedelta(days=1)
        self.connector.sudo()._look_for_unknown()
        self.assertFalse(self.connector._is_comparing())
        self.assertEqual(len(self.connector.message_ids), messages)

    def test_how_far_back_it_is_gone_through(self):
        """Years of invoices from before the addon was there are not."""
        old = self.create_invoice(invoice_date='2024-03-01')
        late = self.create_invoice(invoice_date=fields.Date.to_string(fields.Date.today() - timedelta(days=80)))
        with self.forgotten():
            self.press(late)
        Move = type(self.env['account.move'])
        plain, asked = Move._vatportal_series, []

        def series(move):
            asked.append(move.id)
            return plain(move)

        with patch.object(Move, '_vatportal_series', series):
            self.assertTrue(self.connector.sudo()._look_before_sending())
        self.assertRegistered(late)
        self.assertIn(late.id, asked)
        self.assertNotIn(old.id, asked)

    # ------------------------------------------------------------------ without a signature

    def test_unsigned_and_known(self):
        """Import only, and the portal has it unsigned: that is what was wanted, and it is not removed."""
        for fault in (False, True):
            with self.subTest(lost=fault):
                self.connector.sudo().compared_at = fields.Datetime.now()
                moves = self.invoices(2)
                if fault:
                    self.sandbox.faults.add(UPLOAD, 'answer_lost')
                else:
                    with self.forgotten():
                        self.press(moves[0], sign=False)
                job = self.send(moves, sign=False)
                self.finish_all(job)
                self.assertEqual(moves.mapped('vatportal_state'), ['imported'] * 2)
                self.assertEqual(moves.vatportal_document_id.mapped('spent'), [False] * 2)
                self.assertEqual(self.live(*moves.mapped('name')), [1, 1])
                self.assertFalse(self.requests_to('/inv/delete'))

    # ------------------------------------------------------------------ shown once more

    def test_not_shown_for_a_moment(self):
        """Its removal was refused, and one reading leaves it out: it is there still."""
        self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
        move = self.create_invoice()
        job = self.send(move)
        for _step in range(10):
            if job.phase == 'clean':
                break
            self.advance(job)
        (invoice,) = self.at_portal(move)
        invoice.process = object()  # e-taxes has begun to take it
        for _step in range(5):
            if job.last_read:
                break
            self.advance(job)
        self.assertTrue(job.last_read)
        invoice.visible = False
        self.advance(job)
        invoice.visible = True
        self.assertEqual((job.state, move.vatportal_document_id.spent), ('running', False))
        self.finish(job)
        self.assertEqual((move.vatportal_state, move.vatportal_document_id.spent), ('imported', False))

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..lifecycle_common import LifecycleCommon
from ..send_common import UPLOAD, SendCommon


class TestStop(SendCommon, LifecycleCommon):
    """Stopping while the phone asks: nobody sees the code any more, and the process is followed to its end."""

    def setUp(self):
        super().setUp()
        self.sandbox.configure(auto_confirm=False)

    def waiting(self, moves, pin=1):
        """The process that sends ``moves``, with its phone waiting for PIN ``pin``."""
        job = self.send(moves)
        self.ask(job, pin)
        return job

    def ask(self, job, pin):
        self.advance(job, 3)
        if pin == 2:
            self.sandbox.confirm(pin=1)
            self.sandbox.wait_prompt(2)
            self.advance(job, 2)
        self.assertTrue(job.sudo()[f'pin{pin}_code'])

    def shown(self, job):
        """All that a person, or a program with a person's rights, can see of the process."""
        return str([job.read(), job._progress(), self.env['vatportal.job']._get_prompts()])

    def test_the_code_is_gone_from_everywhere(self):
        for pin in (1, 2):
            with self.subTest(pin=pin):
                move = self.create_invoice()
                job = self.waiting(move, pin)
                code = job.sudo()[f'pin{pin}_code']
                self.assertIn(code, self.shown(job))
                self.assertTrue(job._progress()['can_stop_signing'])
                told = []
                self.patch(type(job), '_notify', lambda _record, event, told=told: told.append(event))
                self.assertIs(job.action_stop_signing(), True)
                for _look in range(3):
                    self.assertNotIn(code, self.shown(job))
                    progress = job._progress()
                    self.assertFalse(progress['code'] or progress['can_stop_signing'] or progress['seconds_left'])
                    self.assertIn('Decline the prompt', progress['headline'])
                    self.assertEqual((job.state, move.vatportal_state), ('running', 'progress'))
                    self.advance(job)
                self.assertFalse(told, 'nobody is called to a code that is not shown')
                self.assertEqual(job.stopped_by_id, self.env.user)
                self.sandbox.decline(pin=pin)
                self.finish(job)
                self.assertRejected(move, f'PIN{pin} was not confirmed')
                self.assertEqual(move.vatportal_document_id.shown_status, 'pin_missed')

    def test_whoever_types_the_pin_all_the_same_has_signed(self):
        move = self.create_invoice()
        job = self.waiting(move)
        job.action_stop_signing()
        self.sandbox.confirm(pin=1)
        self.sandbox.wait_prompt(2)
        self.sandbox.confirm(pin=2)
        self.finish(job)
        self.assertEqual(job.state, 'done')
        self.assertRegistered(move)
        self.assertEqual(len(self.uploads()), 1)

    def test_the_prompt_expires(self):
        move = self.create_invoice()
        job = self.waiting(move)
        job.action_stop_signing()
        self.sandbox.advance(121)
        self.finish(job)
        self.assertRejected(move, 'PIN1 was not confirmed')
        self.sandbox.configure(auto_confirm=True)
        self.finish(self.send(move))
        self.assertRegistered(move)

    def test_nothing_goes_again_by_itself(self):
        """e-taxes names one buyer, and the others would go again, with PINs of their own."""
        moves = self.create_invoice() | self.create_invoice(partner_id=self.other_partner.id)
        job = self.waiting(moves)
        job.action_stop_signing()
        job.sudo().write({'state': 'queued', 'phase': 'start'})
        moves.vatportal_document_id._set_state('queued')
        self.advance(job)
        self.assertEqual((job.state, len(self.uploads())), ('failed', 1))
        self.assertRejected(moves, 'Stopped by')

    def test_what_was_to_begin_after_it_does_not(self):
        self.connector.batch_size = 1
        moves = self.invoices(3)
        job = self.waiting(moves)
        job.action_stop_signing()
        self.sandbox.decline(pin=1)
        self.finish(job)
        jobs = moves.vatportal_document_ids.job_ids
        self.assertEqual(set(jobs.mapped('state')), {'failed'})
        self.assertEqual(len(self.uploads()), 1)
        self.assertRejected(moves, '')

    def test_what_is_given_up_asks_for_no_pin(self):
        """Also what can't be given up, for it is in doubt: at its turn nothing of it goes, and the doubt stays."""
        self.connector.batch_size = 1
        moves = self.invoices(3)
        batch = self.queue(moves)
        batch.sudo().write({'root_id': batch[0].id, 'on_hold': True})
        batch[0].sudo().on_hold = False
        doubtful = batch[1].document_ids
        doubtful.sudo().write({'doubtful': True})
        batch[0].action_cancel()
        self.assertEqual(batch.mapped('state'), ['failed', 'queued', 'failed'])
        self.finish(batch[1])
        self.assertFalse(self.uploads())
        self.assertRejected(doubtful.move_id, 'Stopped by')
        self.assertTrue(doubtful.doubtful)

    def test_nothing_joins_what_was_stopped(self):
        """What is sent a moment later is not given up with it."""
        first, later = self.invoices(2)
        Job = self.env['vatportal.job']
        stopped = Job._queue(first, self.connector, True, join=True)
        stopped.sudo().stopped_by_id = self.env.user
        job = Job._queue(later, self.connector, True, join=True)
        self.assertNotEqual(job, stopped)
        self.assertEqual((stopped.document_ids, job.stopped_by_id), (first.vatportal_document_id, self.env['res.users']))

    def test_a_part_of_what_was_stopped_is_stopped(self):
        moves = self.invoices(2)
        job = self.queue(moves)
        job.sudo().stopped_by_id = self.env.user
        job.sudo()._operation()._part(job.sudo(), moves[1].vatportal_document_id, state='queued')
        self.assertEqual((job._batch() - job).stopped_by_id, self.env.user)

    def test_a_deletion(self):
        self.sandbox.configure(auto_confirm=True)
        move = self.registered()
        self.sandbox.configure(auto_confirm=False)
        # The portal does not say why it ended; the code that would tell is not kept.
        self.sandbox.faults.add('/etx/delete', 'pin_expired', pin=1, wordless=True)
        job = self.delete(move.vatportal_document_id)
        self.ask(job, 1)
        job.action_stop_signing()
        self.sandbox.advance(121)
        self.settle(job)
        self.assertEqual((job.state, move.vatportal_state), ('failed', 'registered'))
        self.assertIn('PIN1 was not confirmed', job.message)

    def test_too_late(self):
        job = self.send(self.create_invoice())
        self.sandbox.configure(auto_confirm=True)
        self.finish(job)
        with self.assertRaises(UserError):
            job.action_stop_signing()

    def test_who_may(self):
        job = self.waiting(self.create_invoice())
        for groups in ('base.group_user', 'account.group_account_readonly'):
            user = new_test_user(self.env, groups.replace('.', '_'), groups, company_id=self.company.id, company_ids=self.company.ids)
            with self.assertRaises(AccessError):
                job.with_user(user).action_stop_signing()
        elsewhere = self.env['res.company'].create({'name': 'Elsewhere'})
        stranger = new_test_user(self.env, 'stranger', 'account.group_account_invoice', company_id=elsewhere.id, company_ids=elsewhere.ids)
        with self.assertRaises(AccessError):
            job.with_user(stranger).action_stop_signing()
        self.assertTrue(job.sudo().pin1_code)
        self.assertFalse(self.requests_to(UPLOAD)[1:])

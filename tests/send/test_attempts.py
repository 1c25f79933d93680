from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..restored_common import RestoredCommon
from ..send_common import UPLOAD


class TestAttempts(RestoredCommon):
    """What was removed from the portal goes again under its next attempt, and who does not know of earlier ones finds the
    right one; what has nothing to do with it is not kept by it."""

    def removed(self, move, times, unsigned=0):
        """``move`` was sent and deleted at e-taxes so many times, and taken out of the portal unsigned before."""
        for _time in range(unsigned):
            self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
            self.press(move)
            self.assertRejected(move, 'PIN1')
        for _time in range(times):
            self.press(move)
            self.assertRegistered(move)
            self.finish(self.delete(move.vatportal_document_id))
            self.assertEqual(move.vatportal_state, 'deleted')

    def test_the_next_attempt_after_each_removal(self):
        move = self.create_invoice()
        self.removed(move, 2, unsigned=1)
        self.press(move)
        self.assertRegistered(move)
        self.assertEqual(move.vatportal_document_ids.sorted('id').mapped('attempt'), [1, 2, 3, 4])
        self.assertEqual(self.live(move.name), [1])

    def test_a_later_attempt_is_there(self):
        """Error 17 for the first attempt, and the portal shows the fourth: it is that one."""
        for form in ('absent', 'empty'):
            with self.subTest(unknown_ids=form):
                self.sandbox.configure(unknown_ids=form)
                moves = self.invoices(3)
                with self.forgotten():
                    self.removed(moves[1], 2, unsigned=1)
                    self.press(moves[1])
                    number = moves[1].vatportal_qaime
                self.press(moves)
                self.assertRegistered(moves)
                self.assertEqual((moves[1].vatportal_qaime, moves[1].vatportal_document_id.attempt), (number, 4))
                self.assertEqual(self.live(*moves.mapped('name')), [1] * 3)

    def test_a_later_attempt_is_under_way(self):
        move = self.create_invoice()
        with self.forgotten():
            self.removed(move, 1)
            self.sandbox.configure(auto_confirm=False)
            self.advance(self.send(move), steps=3)
        job = self.send(move)
        self.advance(job, steps=3)
        self.assertEqual((move.vatportal_state, move.vatportal_document_id.attempt), ('unconfirmed', 2))
        self.confirm_both()
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(self.live(move.name), [1])

    def test_all_attempts_were_removed(self):
        """Nothing tells them from what the portal does not show yet: each id is given up a day after error 17, and the
        first that the portal takes is the right one. The rest of the batch does not wait for that."""
        moves = self.invoices(2)
        with self.forgotten():
            self.removed(moves[0], 3)
        self.press(moves)
        self.assertRegistered(moves[1])
        pressed = 1
        while moves[0].vatportal_state == 'rejected':
            self.assertLessEqual(self.live(moves[0].name), [1])
            self.pass_time(moves[0].vatportal_document_id.job_ids.sorted('id')[-1:], 25 * 3600)
            self.press(moves[0])
            pressed += 1
            self.assertLess(pressed, 10)
        self.assertRegistered(moves)
        self.assertEqual(moves[0].vatportal_document_id.attempt, 4)
        self.assertEqual(self.live(*moves.mapped('name')), [1, 1])

    def test_a_manager_has_looked(self):
        """Whoever sees that the portal does not have it need not wait for a day."""
        move = self.create_invoice()
        with self.forgotten():
            self.removed(move, 1)
        self.press(move)
        self.assertRejected(move, 'under a new ERP ID a day later')
        document = move.vatportal_document_id
        clerk = new_test_user(
            self.env, 'attempts-clerk', groups='account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        with self.assertRaises(AccessError):
            document.with_user(clerk).action_not_at_portal()
        document.action_not_at_portal()
        self.assertIn(document.erp_id, move.message_ids[0].body)
        self.press(move)
        self.assertRegistered(move)
        self.assertEqual(move.vatportal_document_id.attempt, 2)
        with self.assertRaises(UserError):
            document.action_not_at_portal()

    # ------------------------------------------------------------------ which of a batch it is

    def test_a_portal_that_does_not_say_which(self):
        """And does not show it: it is found by halves, and the others are not kept by it."""
        moves = self.invoices(6)
        with self.forgotten():
            self.removed(moves[4], 1)
        self.sandbox.configure(names_taken=False)
        self.press(moves)
        self.assertEqual(moves.mapped('vatportal_state'), ['registered'] * 4 + ['rejected', 'registered'])
        self.assertIn('takes it only once', moves[4].vatportal_document_id.message)
        self.assertEqual(self.live(*moves.mapped('name')), [1] * 4 + [0, 1])

    def test_several_that_are_not_shown(self):
        moves = self.invoices(6)
        with self.forgotten():
            for number in (0, 2, 5):
                self.removed(moves[number], 1)
        job = self.press(moves)
        self.assertEqual(moves.mapped('vatportal_state'), ['rejected', 'registered', 'rejected', 'registered', 'registered', 'rejected'])
        self.assertEqual(len(job._batch()), 2, 'all that is asked for is asked for together')
        progress = job.action_refresh()
        self.assertEqual((len(progress['documents']), progress['finished'], progress['can_retry']), (6, True, True))

    def test_what_an_earlier_try_may_have_brought_there(self):
        """It explains the refusal; what goes with it for the first time goes by itself."""
        self.sandbox.configure(visible='after_import', stages={'imported': 7200})
        lost = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(lost)
        self.pass_time(job, 1900)
        self.finish_all(job)
        self.assertRejected(lost, 'answer was lost')
        for process in self.sandbox.portal.state.processes.values():
            process.hang_at = ''
        self.sandbox.configure(stages={}, names_taken=False)
        moves = self.invoices(2)
        self.press(lost + moves)
        self.assertRegistered(moves)
        self.assertRejected(lost, 'takes it only once')

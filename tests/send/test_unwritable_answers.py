from unittest.mock import patch

from ...vatportal import TransientError, UnknownOutcome
from ..send_common import DELETE, READ, STATUS, UPLOAD
from ..unwritable_common import FORBIDDEN, UnwritableCommon


class TestAnswersThatCannotBeWritten(UnwritableCommon):
    """An answer that can't be written as a whole is set aside after some tries, and the portal is asked again."""

    def assertSetAside(self, job, phase, *texts):
        self.assertFalse(job.answer)
        kept = job.sudo().details['not_written']
        self.assertEqual(kept[-1]['answer']['phase'], phase)
        self.assertIn(FORBIDDEN, kept[-1]['why'])
        for text in texts:
            self.assertNotIn(text, str(kept))
        return kept

    def test_answer_to_the_upload(self):
        """The process is under way at the portal: what became of the invoices is asked for, and nothing goes again."""
        moves = self.invoices(2)
        job = self.queue(moves)
        with self.forbidden(job, 'NEW.portal_id IS NOT NULL'):
            self.advance(job)
            self.assertEqual(job.state, 'starting')
            self.assertIn('could not be written here', job.message)
            self.assertTrue(job.answer)
            self.advance(job, 2)
            kept = self.assertSetAside(job, 'start')
            self.assertTrue(kept[-1]['answer']['value'], 'the number of the process, for support')
            self.assertEqual((job.phase, job.reason), ('read', 'lost'))
            self.assertIn('nothing is sent twice', job.message)
            self.finish(job)
        self.assertRegistered(moves)
        self.assertEqual(job.state, 'done')
        self.assertSentOnce(moves)

    def test_answer_to_the_upload_at_a_portal_that_shows_nothing_yet(self):
        self.sandbox.configure(auto_confirm=False)
        moves = self.invoices(2)
        job = self.queue(moves)
        with self.forbidden(job, 'NEW.portal_id IS NOT NULL'):
            self.advance(job, 12)
            self.assertEqual(set(moves.mapped('vatportal_state')), {'unconfirmed'})
        for pin in (1, 2):
            self.sandbox.wait_prompt(pin)
            self.sandbox.confirm(pin=pin)
        self.finish(job)
        self.assertRegistered(moves)
        self.assertSentOnce(moves)

    def test_what_follows_from_the_start_cannot_be_written(self):
        """The process is followed all the same, for a prompt is about to come to the phone."""
        moves = self.invoices(2)
        job = self.queue(moves)
        with patch.object(type(job._operation()), '_started', side_effect=ZeroDivisionError):
            self.advance(job, 2)
            self.assertTrue(job.answer)
            self.advance(job)
        self.assertFalse(job.answer)
        self.assertEqual((job.phase, bool(job.portal_id)), ('follow', True))
        self.finish(job)
        self.assertRegistered(moves)
        self.assertSentOnce(moves)

    def test_status_of_the_process(self):
        self.sandbox.configure(auto_confirm=False)
        moves = self.invoices(2)
        job = self.send(moves)
        with self.forbidden(job, 'NEW.pin1_code IS NOT NULL'):
            self.sandbox.wait_prompt(1)
            self.advance(job, 3)
            code = self.sandbox.prompts(None)[0].code
            self.assertSetAside(job, 'follow', code)
            self.assertNotIn(code, str(job.sudo().read()))
            self.assertEqual((job.state, job.phase), ('running', 'follow'))
        self.advance(job)
        self.assertEqual(job.pin1_code, code, 'asked again, and told now')
        for pin in (1, 2):
            self.sandbox.wait_prompt(pin)
            self.sandbox.confirm(pin=pin)
        self.finish(job)
        self.assertRegistered(moves)
        self.assertEqual(job.state, 'done')
        self.assertTrue(job.sudo().details['not_written'], 'support finds it after the end as well')

    def test_status_that_can_never_be_written(self):
        """After ten minutes it counts as silence: the numbers are asked for directly."""
        moves = self.invoices(2)
        job = self.send(moves)
        with self.forbidden(job, "NEW.phase = 'follow' AND NEW.stats IS NOT NULL"):
            self.advance(job, 4)
            self.pass_time(job, 601)
            self.finish(job)
        self.assertRegistered(moves)
        self.assertSentOnce(moves)

    def test_end_of_the_process(self):
        """Whatever phase it is in, once it can be written it ends as if nothing had been."""
        for fault in (None, ('refused', {'message': 'No'})):
            with self.subTest(fault):
                if fault:
                    self.sandbox.faults.add(UPLOAD, fault[0], **fault[1])
                moves = self.invoices(2)
                job = self.send(moves)
                with self.forbidden(job, "NEW.state IN ('done', 'failed')"):
                    self.advance(job, 30)
                    self.assertEqual(job.state, 'running')
                    self.assertTrue(job.sudo().details['not_written'])
                    self.assertLessEqual(len(job.sudo().details['not_written']), 3)
                self.finish(job)
                self.assertEqual(job.state, 'failed' if fault else 'done')
                self.assertEqual(set(moves.mapped('vatportal_state')), {'rejected' if fault else 'registered'})
                if fault:
                    self.finish(self.send(moves))
                self.assertRegistered(moves)
                self.assertSentOnce(moves)

    def test_removal_that_cannot_be_written(self):
        """It counts as a lost answer: the portal is asked to remove them once more, which is harmless."""
        self.sandbox.faults.add(UPLOAD, 'refused', message='No')
        moves = self.invoices(2)
        job = self.send(moves)
        self.advance_until(job, 'clean')
        with self.forbidden(job, "NEW.phase = 'read'"):
            self.advance(job, 3)
            self.assertEqual(job.phase, 'clean')
        self.finish(job)
        self.assertEqual(set(moves.mapped('vatportal_state')), {'rejected'})
        self.assertGreater(len(self.requests_to(DELETE)), 1)
        self.finish(self.send(moves))
        self.assertRegistered(moves)
        self.assertSentOnce(moves)

    def test_account_that_cannot_be_written(self):
        """What is noted on the account keeps no invoice from its number."""
        moves = self.invoices(2)
        job = self.queue(moves)
        self.sandbox.faults.add(UPLOAD, 'unavailable', processed=False)
        with self.forbidden(self.connector.sudo().account_id, 'NEW.error_count > 0'):
            self.advance(job)
            self.assertEqual(job.reason, 'lost')
            self.pass_time(job, 151)
            self.finish(job)
        self.assertRegistered(moves)

    def test_answer_that_no_database_holds(self):
        """Values that a client of ours would never give, straight into the step."""
        deep = value = []
        for _level in range(100):
            value.append([])
            value = value[0]
        for phase, call, answer, error in (('follow', '_ask_status', {'x': deep}, TransientError), ('start', '_start', {'x': deep}, UnknownOutcome)):
            with self.subTest(phase):
                move = self.create_invoice()
                job = self.queue(move)
                self.advance_until(job, phase)
                with patch.object(type(job._operation()), call, lambda *_args, answer=answer: answer):
                    self.advance(job)
                self.assertEqual(job.reason, 'lost' if error is UnknownOutcome else False)
                self.pass_time(job, 151)
                self.finish(job)
                self.assertRegistered(move)
                self.assertSentOnce(move)

    def test_status_nested_deeply(self):
        """What is too deep is left out; the code is shown all the same."""
        self.sandbox.configure(auto_confirm=False)
        stats = {'log': 'nul \x00', 'pin1_code': '0472', 'etx_exception': ['<b>NEED RETRY</b>\x00' * 500]}
        for _level in range(60):
            stats = {**stats, 'log': [stats['log']]}
        job = self.send(self.invoices(1))
        self.sandbox.faults.add(STATUS, 'wrong_data', data={'status': 1, 'status_desc': '\x00' * 9999, 'stats': stats})
        self.advance(job)
        self.assertEqual((job.pin1_code, job.error_count), ('0472', 0))

    def test_process_number_that_is_none(self):
        """The portal may have started one: it is asked what it has."""
        for number in (10**30, '\x00', {'id': 1}, -5):
            with self.subTest(number):
                move = self.create_invoice()
                job = self.queue(move)
                self.sandbox.faults.add(UPLOAD, 'wrong_data', data={'id': number})
                self.finish(job)
                self.assertRegistered(move)
                self.assertSentOnce(move)

    def test_numbers_while_nothing_was_signed(self):
        """The scheduled action that fetches numbers later: one that can't be written keeps no other from its own."""
        moves = self.invoices(3)
        self.finish(self.send(moves, sign=False))
        for document in moves.vatportal_document_id:
            self.sandbox.portal.sign_by_hand(document.erp_id)
        wrong = moves[0].vatportal_document_id
        with self.forbidden(wrong, 'NEW.qaime IS NOT NULL'):
            self.read_numbers()
            self.assertEqual(moves.mapped('vatportal_state'), ['imported', 'registered', 'registered'])
            self.assertIn(FORBIDDEN, wrong.message)
            written = wrong.write_date
            self.read_numbers()
            self.assertEqual(wrong.write_date, written, 'said once')
        self.read_numbers()
        self.assertRegistered(moves)
        self.assertTrue(self.requests_to(READ))

from odoo import SUPERUSER_ID

from ..send_common import UPLOAD
from .test_queueing import QueueCommon
from .test_selection import AT_ONCE, SelectionCommon, SelectionRaceCommon


class TestSelectionOrder(SelectionCommon, QueueCommon):
    """A large sending goes in the order of dates and numbers, however its parts fill the processes."""

    def setUp(self):
        super().setUp()
        self.env['ir.config_parameter'].set_param(AT_ONCE, '4')

    def sent(self, size, sign=True):
        """Send 13 invoices in processes of ``size``; return them and their processes, all of which have ended."""
        self.connector.batch_size = size
        moves = self.invoices(13)
        selection = self.press(moves, sign=sign)
        self.run_behind()
        jobs = self.jobs_of(moves)
        self.assertEqual((len(selection.action_refresh()['views']), jobs.root_id), (1, jobs[0]))
        return moves, self.end(jobs)

    def end(self, jobs):
        """Move all processes that were begun with ``jobs`` until they have ended; return them."""
        for _round in range(200):
            jobs = jobs[0]._batch()
            moving = jobs.filtered(lambda job: job.state in ('queued', 'starting', 'running') and not job.on_hold)
            if not moving:
                break
            for job in moving:
                if job.reason == 'lost':
                    self.pass_time(job, 151)
                self.advance(job)
        self.assertEqual((jobs.mapped('on_hold'), set(jobs.mapped('state'))), ([False] * len(jobs), {'done'}))
        return jobs

    def assertInOrder(self, moves):
        names = moves.sorted('sequence_number').mapped('name')
        gone = [invoice['main_info'].split(';')[0] for upload in self.uploads() for invoice in upload.json['invoices']]
        self.assertEqual([name for name in gone if name in names], names)

    def assertRising(self, moves):
        self.assertRegistered(moves)
        numbers = moves.sorted('sequence_number').mapped('vatportal_qaime')
        self.assertEqual(numbers, sorted(numbers))

    def test_processes_of_any_size(self):
        for size in (2, 3, 4, 6):
            with self.subTest(size=size):
                moves, _jobs = self.sent(size)
                self.assertInOrder(moves)
                self.assertRising(moves)

    def test_without_signature(self):
        """Nothing takes turns on a phone then."""
        for size in (2, 6):
            with self.subTest(size=size):
                moves, _jobs = self.sent(size, sign=False)
                self.assertInOrder(moves)
                self.assertEqual(set(moves.mapped('vatportal_state')), {'imported'})

    def test_an_answer_is_lost_in_the_middle(self):
        """It is settled, and the rest goes after it."""
        self.sandbox.faults.add(UPLOAD, 'answer_lost', after=1)
        moves, _jobs = self.sent(3)
        self.assertInOrder(moves)
        self.assertRegistered(moves)

    def test_one_fails_in_the_middle(self):
        self.sandbox.faults.add(UPLOAD, 'refused', after=1)
        self.connector.batch_size = 3
        moves = self.invoices(9)
        self.press(moves)
        self.run_behind()
        for job in self.jobs_of(moves):
            self.finish(job)
        self.assertEqual(moves.sorted('sequence_number').mapped('vatportal_state'), ['registered'] * 3 + ['rejected'] * 3 + ['registered'] * 3)

    def test_one_is_halved_while_more_is_queued(self):
        """Its second half goes before what is queued later, and nothing joins it."""
        for size in (2, 3, 4, 6):
            for fault in ({'kind': 'web_refusal', 'status': 413}, {'kind': 'error', 'code': 17}):
                with self.subTest(size=size, fault=fault):
                    self.connector.batch_size = size
                    moves = self.invoices(13)
                    selection = self.press(moves).with_user(SUPERUSER_ID)
                    selection._queue_part(set())
                    first, queued = selection.job_ids.sorted('id')[0], len(selection.job_ids)
                    self.sandbox.faults.add(UPLOAD, **fault)
                    for _step in range(3):
                        if len(first._batch()) == queued:
                            self.advance(first)
                    half = first._batch()[queued:]
                    documents = half.document_ids
                    self.assertTrue(documents)
                    while selection._queue_part(set()):
                        self.assertEqual((half.on_hold, half.document_ids), (False, documents))
                    self.end(first)
                    self.assertRising(moves)

    def test_what_waits_for_the_portal_is_not_overtaken(self):
        """What is tried again keeps nobody else waiting, but those of its own sending."""
        self.connector.batch_size = 4
        selection = self.press(self.invoices(9)).with_user(SUPERUSER_ID)
        while selection._queue_part(set()):
            selection.job_ids.sorted('id')[0].error_count = 1
        self.assertEqual(selection.job_ids.sorted('id').mapped('on_hold'), [False, True, True])

    def test_with_what_was_queued_before(self):
        """The first part goes with what the same person has queued a moment ago."""
        self.connector.batch_size = 3
        before = self.invoices(2)
        before._vatportal_queue()
        moves = self.invoices(8)
        self.press(moves)
        self.run_behind()
        jobs = self.jobs_of(before + moves)
        self.assertEqual((jobs.root_id, jobs.mapped('on_hold')), (jobs[0], [False] + [True] * (len(jobs) - 1)))
        for job in jobs:
            self.finish(job)
        self.assertInOrder(before + moves)


class TestSelectionOrderRace(SelectionRaceCommon):
    def test_the_last_ends_while_more_is_queued(self):
        """What sees it wait still does not wait for it: nobody would come to release it."""
        self.race(self.press)
        with self.look_up() as env:
            env['vatportal.connector'].browse(self.connector_id).batch_size = 1
            selection = env['vatportal.selection'].search([('company_id', '=', self.company_id)])
            selection._queue_part(set())
            jobs = selection.job_ids.sorted('id')
            self.assertEqual(jobs.mapped('on_hold'), [False, True])
            ids = jobs.ids
        with self.look_up() as other:
            for job in other['vatportal.job'].browse(ids):
                job.message = 'Given up'
                job._finish()
            other.flush_all()
            with self.look_up() as env:
                self.behind(env)
        with self.look_up() as env:
            env['vatportal.job'].search([('company_id', '=', self.company_id)]).has_looked = True
        self.settle()
        self.assertEqual(len(self.uploaded()), 4)

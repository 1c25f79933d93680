import json
import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase

from ...models.operation import view_batch
from ..send_common import UPLOAD, SendCommon


class TestViewBatch(SendCommon):
    """The live view of processes that were started together, with more documents than are listed."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(view_batch, 'DOCUMENTS_SHOWN', 4))
        self.sandbox.configure(auto_confirm=False)

    def batch(self, count, size, **fault):
        """``count`` invoices in processes of ``size``; the first asks for a PIN, unless it ends with ``fault``. Return all of them."""
        self.connector.batch_size = size
        if fault:
            self.sandbox.faults.add(UPLOAD, **fault)
        root = self.send(self.invoices(count))
        self.advance(root, 2)
        return root._batch()

    def end(self, jobs):
        self.sandbox.configure(auto_confirm=True)
        for job in jobs:
            self.finish(job)
        self.sandbox.configure(auto_confirm=False)

    def join(self, job):
        """One more document goes with ``job``, a moment after it was queued."""
        count = len(job.document_ids)
        self.invoices(1)._vatportal_queue()
        self.assertEqual(len(job.document_ids), count + 1)
        job.sudo().changed_at += timedelta(seconds=1)

    def look(self, job, **shown):
        """What the live view is told, and no step is due."""
        job._batch().sudo().write({'next_poll_at': fields.Datetime.now() + timedelta(hours=1), 'planned_wait': 3600})
        return job.with_user(job.user_id).action_refresh(**shown)

    def costs(self, count, size):
        """Statements of a look at such processes, and of one that brings nothing new, with how long the answers are."""
        jobs = self.batch(count, size)
        self.assertEqual(len(jobs), count // size)
        version, person = self.look(jobs[0])['version'], jobs[0].with_user(jobs[0].user_id)
        told = []
        full, quiet = (self.statements(lambda shown=shown: told.append(person.action_refresh(shown))) for shown in (False, version))
        self.assertEqual([text for text in quiet if re.search('FROM "(account_|vatportal_document)', text)], [])
        self.assertEqual((told[0]['counts']['total'], len(told[0]['documents']), told[0]['more']), (count, 4, count - 4))
        self.assertEqual(set(told[1]), {'id', 'state', 'finished', 'seconds_left', 'elapsed', 'next_poll', 'unchanged'})
        self.end(jobs)
        return [len(full), len(quiet), *(len(json.dumps(answer)) // 100 for answer in told)]

    def test_what_it_costs(self):
        """No more with more documents, nor with more processes; an answer is no longer."""
        few = self.costs(6, 2)
        for count, size in ((24, 8), (24, 2)):
            for cost, at_most in zip(self.costs(count, size), few, strict=True):
                self.assertLessEqual(cost, at_most + 1, (count, size))

    def test_nothing_new(self):
        """Whatever is told of one of them is no less than what a dialog that opens is told."""
        jobs = self.batch(5, 2)
        passing = {'elapsed', 'seconds_left', 'next_poll'}
        for change in (
            lambda: jobs[0].sudo().write({'step': 'login'}),
            lambda: jobs[1].sudo().write({'message': 'Out of reach'}),
            lambda: self.join(jobs[2]),
            lambda: jobs[2].action_cancel(),
            lambda: self.end(jobs),
        ):
            first = self.look(jobs[0])
            quiet = self.look(jobs[0], shown=first['version'])
            self.assertEqual((quiet['id'], quiet['finished'], quiet['unchanged']), (jobs[0].id, False, True))
            change()
            told, all_of_it = self.look(jobs[0], shown=first['version']), self.look(jobs[0])
            self.assertEqual(*({name: answer[name] for name in all_of_it if name not in passing} for answer in (told, all_of_it)))
        self.assertEqual((told['finished'], told['counts']['registered'], told['counts']['rejected']), (True, 4, 2))

    def test_one_beside_the_other(self):
        """What moves beside what is at work may bring news at any moment."""
        jobs = self.batch(4, 2)
        jobs[1].sudo().write({'on_hold': False})
        self.assertFalse(self.look(jobs[0])['version'])

    def test_what_asks_for_somebody_is_listed(self):
        """And what is at work; all is counted, and the rest is in the list."""
        jobs = self.batch(9, 3, kind='error', code=6)
        self.advance(jobs[1], 2)
        shown = self.look(jobs[0])
        self.assertIn('Process 2 of 3', shown['headline'])
        self.assertEqual(shown['counts'], {'total': 9, 'registered': 0, 'imported': 0, 'rejected': 3, 'pending': 6})
        states = [document['state'] for document in shown['documents']]
        self.assertEqual((states, shown['more']), (['rejected'] * 3 + ['processing'], 5))
        self.assertEqual((shown['can_retry'], shown['can_cancel'], shown['cancels_rest']), (False, True, True))
        action = jobs[0].action_batch_documents()
        self.assertEqual(self.env[action['res_model']].search(action['domain']), jobs.document_ids)
        self.end(jobs)
        shown = self.look(jobs[0])
        self.assertEqual((shown['finished'], shown['counts']['registered'], shown['counts']['rejected'], shown['more']), (True, 6, 3, 5))
        self.assertTrue(shown['can_retry'])
        self.assertEqual(shown['next_poll'], False)

    def test_what_is_not_signed_is_listed(self):
        """Of what has ended, what is left to be done comes before what is registered."""
        jobs = self.batch(10, 5)
        self.end(jobs)
        jobs[1].document_ids[-1].sudo().state = 'imported'
        self.assertIn('imported', [document['state'] for document in self.look(jobs[0])['documents']])

    def test_sent_again_since(self):
        """Its part here has ended, whatever becomes of it elsewhere."""
        jobs = self.batch(4, 2, kind='error', code=6)
        self.end(jobs)
        rejected = jobs[0].document_ids.move_id
        for number, move in enumerate(rejected):
            again = self.send(move)
            self.sandbox.configure(auto_confirm=True)
            self.finish(again)
            shown = self.look(jobs[0])
            self.assertEqual((shown['counts']['registered'], shown['counts']['rejected'], shown['can_retry']), (2, 2, number == 0))
            told = [document['state'] for document in shown['documents'] if 'another process' in (document['message'] or '')]
            self.assertEqual(told, ['rejected'] * (number + 1))
        self.assertRegistered(rejected)

    def test_what_they_say_is_said_once(self):
        jobs = self.batch(6, 1)
        with patch.object(view_batch, 'TEXTS_SHOWN', 2):
            jobs.sudo().write({'message': 'Out of reach'})
            self.assertEqual(self.look(jobs[0])['problem'], 'Out of reach')
            for job in jobs:
                job.sudo().message = f'Out of reach {job.id}'
            self.assertEqual(self.look(jobs[0])['problem'].splitlines(), [*jobs[:2].mapped('message'), '…'])


class TestViewBatchTour(SendCommon, HttpCase):
    def test_in_the_browser(self):
        self.connector.batch_size = 2
        jobs = self.send(self.invoices(3))._batch()
        for job in jobs:
            self.finish(job)
        action = self.env.ref('l10n_az_vatportal.vatportal_job_action')
        with patch.object(view_batch, 'DOCUMENTS_SHOWN', 1):
            self.start_tour(f'/odoo/action-{action.id}/{jobs[0].id}', 'vatportal_many_documents', login=self.env.user.login)

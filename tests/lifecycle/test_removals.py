from datetime import timedelta

from ..restored_common import RestoredCommon
from ..send_common import DELETE, UPLOAD


class TestRemovals(RestoredCommon):
    """What counts as removed: what the portal shows, not what it says."""

    def cleaning(self, moves):
        """A process whose PIN was declined, about to remove its invoices from the portal."""
        self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
        job = self.send(moves)
        for _step in range(10):
            if job.phase == 'clean':
                return job
            self.advance(job)
        self.fail(job.phase)

    def held(self):
        """An invoice that the portal has in hand, unsigned, and does not let be removed."""
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'process_hangs', stage='pin1')
        job = self.send(move)
        self.advance(job, steps=3)
        self.pass_time(job, 601)
        self.advance(job)
        self.pass_time(job, 601)
        self.finish(job)
        return move

    def test_killed_between_a_removal_and_its_answer(self):
        """The removal is made again and refused, and what the portal shows no more was removed: the next press goes at
        once, with the rest of its batch."""
        for form in ('absent', 'empty', 'null'):
            with self.subTest(unknown_ids=form):
                self.sandbox.configure(unknown_ids=form)
                moves = self.invoices(3)
                job = self.cleaning(moves[:2])
                self.client().delete_invoices(moves[:2].vatportal_document_id.mapped('erp_id'))
                self.finish(job)
                self.assertRejected(moves[:2], 'PIN1')
                self.assertEqual(moves[:2].vatportal_document_id.mapped('spent'), [True] * 2)
                before = len(self.uploads())
                self.finish(self.send(moves))
                self.assertRegistered(moves)
                self.assertEqual([record.err_code for record in self.uploads()[before:]], [0])

    def test_yes_to_a_removal_of_what_was_never_shown(self):
        """At a portal that shows imports late: ten minutes after a lost answer the id is not used up."""
        self.sandbox.configure(deletes='any', visible='after_import', stages={'imported': 7200})
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(move)
        self.pass_time(job, 1900)
        self.finish(job)
        document = move.vatportal_document_id
        self.assertRejected(move, 'send it again')
        self.assertTrue(self.requests_to(DELETE))
        self.assertEqual((document.spent, document.doubtful), (False, True))
        again = self.send(move)
        self.assertEqual((again.reason, move.vatportal_document_ids), ('exists', document))
        self.sandbox.advance(7200)
        self.finish(again)
        self.assertRegistered(move)
        self.assertEqual(self.live(move.name), [1])

    def test_yes_to_a_removal_of_what_it_keeps(self):
        """What it goes on showing was not removed, whatever it said; it is removed when the portal lets go of it."""
        self.sandbox.configure(deletes='any', auto_confirm=False)
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(move)
        self.pass_time(job, 601)
        self.finish(job)
        document = move.vatportal_document_id
        self.assertEqual((move.vatportal_state, document.held_since), ('imported', document.held_since))
        self.assertIn('sign or delete it there', document.message)
        self.sandbox.advance(600)  # nobody types a PIN
        document._read_numbers(self.connector)
        removal = document.sudo().deletion_job_id
        self.finish(removal)
        self.assertEqual((move.vatportal_state, self.live(move.name)), ('deleted', [0]))

    def test_how_often_its_removal_is_tried(self):
        move = self.held()
        document = move.vatportal_document_id
        self.assertEqual(move.vatportal_state, 'imported')
        tried = []
        for quarter in range(100):
            before = document.sudo().deletion_job_id
            document._read_numbers(self.connector)
            removal = document.sudo().deletion_job_id
            if removal != before:
                tried.append(quarter)
                self.finish(removal)
            document.sudo().held_since -= timedelta(minutes=15)
            for removal in document.sudo().job_ids:
                removal.started_at -= timedelta(minutes=15)
        self.assertEqual(tried, [0, 1, 3, 7, 15, 31, 63])
        self.assertEqual(move.vatportal_state, 'imported')

    def test_a_deletion_that_deleted_nothing(self):
        """It ends well, and the invoice stands: it is not believed, and nothing goes again."""
        for waits in (False, True):
            with self.subTest(waits=waits):
                moves = self.invoices(2)
                self.press(moves)
                documents = moves.vatportal_document_id
                self.sandbox.faults.add('/etx/delete', 'nothing_deleted')
                job = self.delete(documents)
                if waits:
                    self.settle(job)
                else:
                    self.advance(job, steps=12)
                    self.assertEqual((job.state, job.reason), ('running', 'done'), 'the portal may be slow to show it')
                    self.pass_time(job, 121)
                    self.finish(job)
                self.assertEqual((job.state, documents.mapped('state')), ('failed', ['registered'] * 2))
                self.assertIn('still has these invoices', job.message)
                self.assertFalse(any(moves.mapped('vatportal_can_send')))
                self.assertEqual(self.live(*moves.mapped('name')), [1, 1])
                self.finish(self.delete(documents))
                self.assertEqual(documents.mapped('state'), ['deleted'] * 2)

    def test_a_deletion_at_the_portal_that_removed_nothing(self):
        move = self.held()
        self.assertEqual(move.vatportal_state, 'imported')
        self.sandbox.configure(deletes='any')
        job = self.delete(move.vatportal_document_id)
        self.finish(job)
        self.assertEqual((job.state, move.vatportal_state, self.live(move.name)), ('failed', 'imported', [1]))
        self.assertIn('does not let it be deleted', job.message)

    def test_a_deletion_of_what_the_portal_never_showed(self):
        """It says yes and shows nothing, as it did before: that proves nothing for a day."""
        move = self.imported()
        document = move.vatportal_document_id
        self.assertTrue(document.shown)
        document.sudo().shown = False
        self.sandbox.configure(deletes='any')
        for invoice in self.sandbox.portal.state.invoices.values():
            invoice.visible = False
            invoice.process = object()
        job = self.delete(document)
        self.finish(job)
        self.assertEqual((job.state, move.vatportal_state), ('failed', 'imported'))
        self.assertIn('has not shown it since', job.message)
        document.sudo().last_sent_at -= timedelta(days=2)
        self.finish(self.delete(document))
        self.assertEqual(move.vatportal_state, 'deleted')

    def test_what_a_deletion_has_seen_was_there(self):
        """The sending never saw it, but the deletion did before it removed it by itself: so it is gone, and not merely unseen."""
        document = self.imported().vatportal_document_id
        document.sudo().shown = False
        self.sandbox.faults.add(DELETE, 'error', code=20, processed=False)
        job = self.delete(document)
        self.finish(job)
        self.assertEqual((document.state, self.live(document.move_id.name)), ('deleted', [0]))

    def test_a_process_whose_documents_have_all_gone_again(self):
        """Nothing is left for it to ask about: it ends, and keeps nobody waiting."""
        moves = self.invoices(1)
        job = self.queue(moves)
        job.sudo().write({'state': 'running', 'phase': 'read', 'reason': 'lost', 'by_date': True, 'settle_at': job.create_date})
        moves.vatportal_document_id._set_state('rejected', message='Gone again')
        again = self.send(moves)
        self.assertEqual(job._operation()._own_documents(job), job.document_ids.browse())
        self.advance(job, steps=2)
        self.assertIn(job.state, ('done', 'failed'))
        self.finish(again)
        self.assertRegistered(moves)

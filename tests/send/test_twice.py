import dataclasses
import inspect

from odoo.exceptions import UserError

from ...models.job.engine import CALL_S
from ...vatportal import VatPortalClient
from ..send_common import DELETE, READ, UPLOAD, SendCommon, in_flight


class TestTwice(SendCommon):
    """What once made a second qaimə of an invoice, or lost sight of the first."""

    def read_numbers(self):
        """What the scheduled action does every quarter of an hour, hours later."""
        self.sandbox.advance(7200)
        documents = self.env['vatportal.document']
        documents.search(documents._numbers_domain())._read_numbers(self.connector)

    def spoilt(self, move):
        """``move`` leaves without a main note, which the portal refuses."""
        return in_flight({move.vatportal_document_id.id: lambda invoice: dataclasses.replace(invoice, main_info='')})

    # ------------------------------------------------------------------ an ERP id is given up

    def test_rejected_long_ago_and_sent_today(self):
        """The day that the portal has to show an invoice counts from today's sending, not from the first try."""
        move = self.create_invoice()
        self.connector.sudo().token = 'wrong-token'
        first = self.send(move)
        self.assertRejected(move, 'log-in data')
        self.connector.sudo().token = 'sandbox-token'
        self.pass_time(first, 2 * 24 * 3600)
        self.env.cr.execute("UPDATE vatportal_document SET create_date = create_date - interval '2 days'")
        self.env.invalidate_all()
        document = move.vatportal_document_id
        _move, job = self.lost(move)
        for again in (False, True):
            if again:
                job = self.queue(move)
            self.finish_known(job)
            self.assertRejected(move, 'takes it only once')
            self.assertFalse(document.spent)
        self.read_numbers()
        self.assertRegistered(move)
        self.assertEqual(len(self.at_portal(move)), 1)

    def test_named_because_it_was_asked_for(self):
        """A portal that names any id has not shown this one."""
        self.sandbox.configure(unknown_ids='empty')
        moves = self.invoices(2)
        job = self.queue(moves)
        with self.spoilt(moves[0]):
            self.advance(job)
        self.advance(job)
        self.assertFalse(moves[1].vatportal_document_id.shown)
        self.finish(job)
        self.assertTrue(all(len(record.json['ids']) > 1 for record in self.requests_to(READ)), "one that it can't have")

    def test_answer_that_is_too_short(self):
        """What is missing at the end of an answer neither proves that the portal has the rest, nor that it has not."""
        for form in ('empty', 'absent'):
            with self.subTest(unknown_ids=form):
                self.sandbox.configure(auto_confirm=False, unknown_ids=form, visible='at_once')
                move = self.create_invoice()
                job = self.queue(move)
                if form == 'absent':
                    self.client().upload_invoices([move.vatportal_document_id.sudo()._to_invoice()], upload=True)
                else:
                    self.sandbox.faults.add(UPLOAD, 'reset')
                self.advance(job, steps=2)
                self.pass_time(job, 601)
                self.sandbox.faults.add(READ, 'short_page', after=0 if form == 'absent' else 1)
                self.finish(job)
                if form == 'absent':
                    self.assertEqual((move.vatportal_state, move.vatportal_document_id.spent), ('imported', False))
                else:
                    self.assertRejected(move, 'send it again')

    def test_shown_before_it_went_again(self):
        """What the portal showed of an earlier try says nothing of a later one."""
        move, job = self.lost()
        document = move.vatportal_document_id.sudo()
        document.shown = True
        self.sandbox.reset()
        self.sandbox.configure(visible='after_import', stages={'imported': 7200})
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        self.advance(job)
        self.assertFalse(document.shown)

    # ------------------------------------------------------------------ given up

    def test_not_given_up_while_the_portal_may_have_it(self):
        move, job = self.lost()
        self.assertFalse(job._progress()['can_cancel'])
        with self.assertRaises(UserError):
            job.action_cancel()
        self.assertEqual(move.vatportal_state, 'progress')
        self.finish_known(job)
        self.read_numbers()
        self.assertRegistered(move)

    def test_half_an_hour_after_a_lost_answer(self):
        """The portal is asked before an invoice is given back that an earlier try may have brought there."""
        move, job = self.lost()
        other = self.create_invoice()
        other_job = self.queue(other)
        self.sandbox.faults.add(UPLOAD, 'unavailable', status=429, times=None)
        self.pass_time(job, 1801)
        self.pass_time(other_job, 1801)
        self.advance(job)
        self.assertEqual((job.reason, move.vatportal_state), ('lost', 'unconfirmed'))
        self.advance(other_job)
        self.assertRejected(other, 'Nothing was sent')
        self.pass_time(job, 601)
        self.finish(job)
        self.assertRejected(move, 'answer was lost')
        self.sandbox.faults.clear()
        self.read_numbers()
        self.assertRegistered(move)

    def test_refused_after_a_lost_answer(self):
        move, job = self.lost()
        self.connector.sudo().token = 'wrong-token'
        self.advance(job)
        self.assertEqual((job.reason, move.vatportal_state), ('lost', 'unconfirmed'))
        self.connector.sudo().token = 'sandbox-token'
        self.sandbox.advance(7200)
        self.finish(job)
        self.assertRegistered(move)

    def test_faulty_after_a_lost_answer(self):
        """The correction has a fault that the portal refuses (error 14), while it has the invoice of before."""
        for form in ('absent', 'empty'):
            with self.subTest(unknown_ids=form):
                move, job = self.lost()
                self.sandbox.configure(unknown_ids=form)
                document = move.vatportal_document_id
                self.finish_known(job)
                job = self.queue(move)
                with self.spoilt(move):
                    self.advance(job)
                self.assertRejected(move, 'main note')
                self.sandbox.configure(auto_confirm=False)
                self.sandbox.advance(7200)
                self.advance(job, steps=2)
                self.assertEqual((job.reason, move.vatportal_state), ('exists', 'unconfirmed'))
                self.sandbox.advance(7200)
                self.pass_time(job, 601)
                self.finish(job)
                self.assertRejected(move, 'send it again')
                self.assertTrue(document.spent)
                self.assertEqual(self.at_portal(move), [])
                self.sandbox.configure(auto_confirm=True)

    def test_corrected_after_it_was_given_back(self):
        """Whatever ended the first try: the figures of before the correction are at e-taxes, and somebody has to know."""
        move, job = self.lost()
        self.finish_known(job)
        move.button_draft()
        move.invoice_line_ids.price_unit = 200
        move.action_post()
        job = self.send(move)
        self.sandbox.advance(7200)
        self.finish(job)
        self.assertRegistered(move)
        self.assertIn('with a total of 118', ' '.join(move.message_ids.mapped('body')))

    def test_corrected_and_not_sent_again(self):
        """The number comes by itself, and belongs to the figures of before the correction."""
        for change in (lambda move: move.invoice_line_ids.write({'price_unit': 200}), None):
            with self.subTest(corrected=bool(change)):
                self.sandbox.configure(stages={})
                move, job = self.lost()
                self.finish_known(job)
                if change:
                    move.button_draft()
                    change(move)
                    move.action_post()
                self.read_numbers()
                self.assertRegistered(move)
                self.assertEqual('sent before this was changed here, with a total of 118' in ' '.join(move.message_ids.mapped('body')), bool(change))

    # ------------------------------------------------------------------ one document, two processes

    def test_corrected_while_the_rest_of_its_batch_waits(self):
        """Error 14 for one of two; it is corrected and sent again while the other waits for its PIN, which is then
        declined: the first process does not take the invoice of the second from the portal."""
        self.sandbox.configure(auto_confirm=False)
        moves = self.invoices(2)
        first = self.queue(moves)
        with self.spoilt(moves[0]):
            self.advance(first)
        self.advance(first, steps=3)
        self.assertTrue(first.pin1_code)
        second = self.send(moves[0])
        self.advance(second)
        self.assertEqual((second.state, len(self.sandbox.prompts())), ('queued', 1), 'one PIN at a time')
        self.assertEqual(moves[0].vatportal_document_id.job_ids, first + second)
        row = first._progress()['documents'][0]
        self.assertEqual((row['state'], row['qaime']), ('rejected', False))
        self.assertIn('another process', row['message'])

        self.sandbox.decline()
        self.finish(first)
        self.assertEqual([record.json['ids'] for record in self.requests_to(DELETE)], [moves[1].vatportal_document_id.mapped('erp_id')])
        self.assertEqual((first.state, moves.mapped('vatportal_state')), ('failed', ['progress', 'rejected']))
        self.sandbox.configure(auto_confirm=True)
        self.finish(second)
        self.assertRegistered(moves[0])
        progress = first._progress()
        self.assertEqual([row['state'] for row in progress['documents']], ['rejected'] * 2)
        again = self.env['vatportal.job'].browse(first.action_retry()['res_id'])
        self.assertEqual(again.document_ids, moves[1].vatportal_document_id)

    # ------------------------------------------------------------------ time

    def test_known_ids_are_refused_late(self):
        """A portal that looks for a known ERP id only among what it has imported gets nothing twice, for an import is
        over long before anything goes again."""
        self.sandbox.configure(visible='after_import', taken='after_import', stages={'imported': 60})
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(move)
        for _look in range(20):
            self.advance(job)
            self.sandbox.advance(5)
            self.pass_time(job, 5)
        self.finish(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.uploads()), 1)
        self.assertEqual(len(self.at_portal(move)), 1)

    def test_call_that_is_still_under_way(self):
        """The database has lost the process that makes the call, and nobody holds the lock; yet the call goes on."""
        move = self.create_invoice()
        job = self.queue(move).sudo()
        self.assertTrue(job._announce())
        job._advance()
        self.assertEqual(job.state, 'starting')
        self.assertEqual(job._progress()['next_poll'], 2, 'its answer may come any moment')
        self.pass_time(job, CALL_S - 5)
        job._advance()
        self.assertEqual((job.state, self.requests_to('')), ('starting', []))
        self.pass_time(job, 6)
        job._advance()
        self.assertEqual((job.state, job.reason), ('running', 'lost'))
        deadline = inspect.signature(VatPortalClient).parameters['deadline'].default
        self.assertGreater(CALL_S, deadline)

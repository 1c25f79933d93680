from ...vatportal.decimals import json_text
from ..lifecycle_common import LifecycleCommon
from ..send_common import DELETE, STATUS, UPLOAD, SendCommon

WEB = (403, 404, 405, 410)


class TestWebRefused(LifecycleCommon, SendCommon):
    """What a web server refuses by itself, for a moment while the portal is renewed, is not the portal's word."""

    def test_a_process_is_followed_on(self):
        for status in WEB:
            with self.subTest(status=status):
                self.sandbox.configure(step_per_look=True)
                move = self.create_invoice()
                job = self.send(move)
                self.advance(job, steps=2)
                # By either method.
                self.sandbox.faults.add(STATUS, 'web_refusal', status=status, times=4)
                self.advance(job, steps=2)
                self.assertEqual((job.phase, job.reason), ('follow', False))
                self.assertTrue(job.message)
                self.sandbox.faults.clear()
                self.finish(job)
                self.assertRegistered(move)
                self.assertFalse(job.message)

    def test_a_process_that_is_refused_for_good(self):
        """Ten minutes of silence end it, as they end any."""
        move = self.create_invoice()
        job = self.send(move)
        self.sandbox.faults.add(STATUS, 'web_refusal', times=None)
        self.advance(job, steps=3)
        self.assertEqual(job.phase, 'follow')
        self.pass_time(job, 601)
        self.advance(job)
        self.assertEqual((job.phase, job.reason), ('read', 'lost'))
        self.finish(job)
        self.assertRegistered(move)

    def test_the_portals_own_refusal_is_final(self):
        for http in (200, 404):
            with self.subTest(http=http):
                move = self.create_invoice()
                job = self.send(move)
                self.sandbox.faults.add(STATUS, 'error', code=20, http=http)
                self.advance(job)
                self.assertEqual((job.phase, job.reason), ('read', 'lost'))
                self.finish(job)

    def test_more_than_the_web_server_lets_through(self):
        """It has taken nothing: they go in parts, until each is small enough."""
        moves = self.invoices(5)
        job = self.queue(moves)
        self.sandbox.configure(most_bytes=2 * len(json_text(moves[0].vatportal_document_id._to_invoice().to_json())) + 500)
        self.finish(job)
        batch = job._batch()
        for part in batch:
            self.finish(part)
        self.assertRegistered(moves)
        self.assertEqual(sorted(len(record.json['invoices']) for record in self.processed_uploads()), [1, 2, 2])
        self.assertEqual((set(batch.mapped('state')), set(batch.mapped('message'))), ({'done'}, {False}))
        self.assertFalse(self.connector.down_since)

    def test_an_earlier_answer_stays_in_doubt(self):
        """What was too large now may have arrived before."""
        self.sandbox.configure(visible='after_import', stages={'imported': 7200})
        moves = self.invoices(2)
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(moves)
        self.pass_time(job, 151)
        self.advance(job)
        self.assertEqual(job.state, 'queued')
        self.sandbox.faults.add(UPLOAD, 'web_refusal', status=413)
        self.advance(job)
        self.assertEqual(len(job._batch()), 2)
        self.assertEqual(moves.vatportal_document_id.mapped('doubtful'), [True, True])

    def test_one_invoice_that_is_too_large(self):
        move = self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'web_refusal', status=413, times=None)
        self.finish(self.send(move))
        self.assertRejected(move, 'too large')
        self.assertFalse(self.connector.down_since)

    def test_what_is_told_of_a_web_server(self):
        for status, text in ((403, 'does not let Odoo in'), (404, 'No VatPortal'), (414, 'form of the request'), (415, 'form of the request')):
            with self.subTest(status=status):
                self.connector.sudo().account_id._note_answer()
                move = self.create_invoice()
                self.sandbox.faults.add(UPLOAD, 'web_refusal', status=status)
                self.finish(self.send(move))
                self.assertRejected(move, text)

    def test_what_was_not_signed_is_removed_a_moment_later(self):
        self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
        self.sandbox.faults.add(DELETE, 'web_refusal', times=2)
        move = self.create_invoice()
        self.finish(self.send(move))
        self.assertRejected(move, 'send it again')
        self.assertFalse(self.at_portal(move))
        self.assertEqual(len([record for record in self.requests_to(DELETE) if record.processed]), 1)

    def test_a_web_server_that_never_lets_anything_be_removed(self):
        """Some take no DELETE at all. Then it comes to its end all the same."""
        self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
        self.sandbox.faults.add(DELETE, 'web_refusal', status=405, times=None)
        move = self.create_invoice()
        job = self.send(move)
        self.finish(job)
        self.assertEqual((job.state, move.vatportal_state), ('done', 'imported'))

    def test_what_a_web_server_does_not_take_puts_nothing_back(self):
        """However many calls it refuses of one kind: nothing else of the account waits for that."""
        for path in (DELETE, '/job/read_proc_data'):
            with self.subTest(path=path):
                self.sandbox.faults.add(UPLOAD, 'pin_declined', pin=1)
                self.sandbox.faults.add(path, 'web_refusal', status=405, times=None)
                job = self.send(self.invoices(4))
                self.finish(job)
                self.assertFalse(self.connector.down_since)
                self.sandbox.faults.clear()
        self.sandbox.faults.add('/etx/delete', 'web_refusal', status=405, times=None)
        self.finish(self.delete(self.registered().vatportal_document_id))
        self.assertFalse(self.connector.down_since)

    def test_the_list_after_a_deletion(self):
        document = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=2)
        job = self.delete(document)
        self.sandbox.portal.set_status(document.qaime, 'deleted')
        self.sandbox.faults.add('/etx/read_invoices', 'web_refusal', times=4)
        self.finish(job)
        self.assertEqual((job.state, document.state), ('done', 'deleted'))
        other = self.registered().vatportal_document_id
        self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=2)
        self.sandbox.faults.add('/etx/read_invoices', 'web_refusal', times=None)
        job = self.delete(other)
        self.finish(job)
        self.assertEqual((job.state, other.state), ('failed', 'registered'))

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from ..models.document.document import VatportalDocument
from ..vatportal import VatPortalClient
from .common import VatportalCommon

UPLOAD, READ, DELETE = '/inv/import_upload_invoices.php', '/inv/read_invoices', '/inv/delete'
STATUS = '/job/read_proc_status'
_JOB_TIMES = ('started_at', 'sent_at', 'changed_at', 'settle_at', 'next_poll_at', 'finished_at', 'prompt_until')
_DOCUMENT_TIMES = ('first_sent_at', 'last_sent_at')
_CONNECTOR_TIMES = ('retry_at', 'down_since')


class SendCommon(VatportalCommon):
    """What tests of the sending have in common."""

    def invoices(self, count, **vals):
        """``count`` posted invoices of different amounts."""
        return self.create_invoices(({'price_unit': 10 + number} for number in range(count)), **vals)

    def queue(self, moves, sign=True, connector=None):
        """Queue ``moves`` without starting anything; return the job."""
        return self.env['vatportal.job']._queue(moves, connector or self.connector, sign)

    def pass_time(self, job, seconds):
        """Let ``seconds`` pass for ``job``, its documents and its connector, by setting back what they remember."""
        for records, names in ((job.sudo(), _JOB_TIMES), (job.sudo().document_ids, _DOCUMENT_TIMES), (job.connector_id.sudo(), _CONNECTOR_TIMES)):
            for record in records:
                record.write({name: record[name] - timedelta(seconds=seconds) for name in names if record[name]})

    def lost(self, move=None):
        """Send an invoice of which the portal loses the answer and, for hours, shows nothing; return it and its job,
        which is about to send it again."""
        self.sandbox.configure(visible='after_import', stages={'imported': 7200})
        move = move or self.create_invoice()
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        job = self.send(move)
        self.pass_time(job, 151)
        self.advance(job)
        self.assertEqual((job.state, move.vatportal_document_id.resend_count), ('queued', 1))
        return move, job

    def finish_known(self, job):
        """Error 17, and then ten minutes of asking in vain."""
        self.advance(job)
        self.assertEqual(job.reason, 'exists')
        self.pass_time(job, 601)
        self.finish(job)

    def client(self, token='sandbox-token'):
        """Another program that uses the same account."""
        client = VatPortalClient(self.sandbox.url, token=token)
        self.addCleanup(client.close)
        return client

    def processed_uploads(self):
        """The uploads that the sandbox carried out."""
        return [record for record in self.uploads() if record.processed]

    def at_portal(self, move):
        """What the portal has of ``move`` and has not removed, under whatever ERP id."""
        self.sandbox.portal.tick()
        return [
            invoice
            for invoice in self.sandbox.portal.state.invoices.values()
            if invoice.payload['main_info'].startswith(f'{move.name};') and not invoice.deleted
        ]

    def requests_to(self, path):
        return [record for record in self.sandbox.requests if record.path.endswith(path)]

    def assertRegistered(self, moves):
        """Each of ``moves`` has its own number, and the portal has it once, under that number."""
        self.assertEqual(set(moves.mapped('vatportal_state')), {'registered'})
        self.assertEqual(len(set(moves.mapped('vatportal_qaime'))), len(moves))
        with VatPortalClient(self.sandbox.url, token='sandbox-token') as client:
            numbers = client.read_invoices(moves.vatportal_document_id.mapped('erp_id'))
        self.assertEqual(numbers, {move.vatportal_document_id.erp_id: move.vatportal_qaime for move in moves})

    def assertRejected(self, moves, text):
        """Each of ``moves`` is rejected with a message that holds ``text``, and can be sent again."""
        for move in moves:
            self.assertEqual(move.vatportal_state, 'rejected')
            self.assertIn(text, move.vatportal_document_id.message)
            self.assertTrue(move.vatportal_can_send)


@contextmanager
def in_flight(changes):
    """Documents leave for the portal changed by ``changes``, {document id: function of the SDK's Invoice}.

    For faults that the database itself can't hold, such as a field that is missing.
    """
    plain = VatportalDocument._to_invoice

    def changed(document):
        invoice = plain(document)
        return changes[document.id](invoice) if document.id in changes else invoice

    with patch.object(VatportalDocument, '_to_invoice', changed):
        yield

from unittest.mock import patch

from odoo import fields
from odoo.tools.misc import split_every

from ...models.connector.threads import READ_LIMITS
from ...models.document import read_numbers as document_read_numbers
from ...vatportal.transport import LONGEST_RETRY
from ..send_common import READ, STATUS, UPLOAD, SendCommon


class TestBackoff(SendCommon):
    """A portal that can't be used is left in peace, by all of a connector's jobs together, and not for ever."""

    def seconds_until(self, moment):
        return (moment - fields.Datetime.now()).total_seconds()

    def test_a_portal_asks_for_patience_till_the_end_of_days(self):
        self.sandbox.faults.add(UPLOAD, 'unavailable', retry_after=999999999)
        move = self.create_invoice()
        job = self.send(move)
        self.assertLessEqual(self.seconds_until(self.connector.retry_at), LONGEST_RETRY)
        self.assertLess(self.seconds_until(job.next_poll_at), 60, 'the connector waits, so the job need not')
        self.assertNotEqual(self.connector.action_test_connection()['params']['type'], 'danger')
        self.assertFalse(self.connector.retry_at)
        # The answer says nothing of the invoices: the portal is asked for them first, and goes on without them.
        for _look in range(4):
            self.pass_time(job, 60)
            job._advance()
        self.assertEqual((job.state, job.phase, len(self.processed_uploads())), ('running', 'follow', 1))

    def refuse_the_log_in(self):
        """A process that is followed when the portal begins to refuse the token; return its job."""
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        self.sandbox.faults.add('*', 'unauthorized', times=None)
        self.advance(job)
        self.assertEqual((job.state, self.connector.down_reason), ('running', 'login'))
        self.assertIn('log-in data', self.connector.last_error)
        self.assertIn('does not accept the log-in data', job._headline())
        return job

    def test_a_log_in_that_works_again_ends_it(self):
        job = self.refuse_the_log_in()
        asked = len(self.sandbox.requests)
        job.sudo().next_poll_at = False
        job._advance()
        self.assertEqual(len(self.sandbox.requests), asked, 'all jobs of the connector wait')
        self.sandbox.faults.clear()
        self.advance(job)
        self.assertFalse(self.connector.down_since or self.connector.down_reason)

    def test_a_new_token_ends_it(self):
        self.refuse_the_log_in()
        self.connector.token = 'sandbox-token'
        self.assertFalse(self.connector.retry_at or self.connector.down_reason)

    def test_nonsense_is_told_as_such(self):
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        self.sandbox.faults.add(STATUS, 'invalid_json', times=None)
        self.advance(job)
        self.assertEqual(self.connector.down_reason, 'answer')
        self.assertIn("answers can't be used", job._headline())

    def test_a_killed_process_says_nothing_of_the_portal(self):
        job = self.queue(self.create_invoice())
        self.connector._note_failure('down')
        self.connector.sudo().retry_at = False
        job.sudo().state = 'starting'
        job._advance()
        self.assertTrue(self.connector.down_since, 'nobody was asked')
        self.assertEqual(self.connector.error_count, 1)

    # ------------------------------------------------------------------ numbers that come later

    def read_numbers(self, fault, **params):
        """The scheduled action for three invoices, each asked for by itself, at a portal with ``fault``."""
        moves = self.invoices(3)
        self.finish(self.send(moves, sign=False))
        self.sandbox.faults.add(READ, fault, times=None, **params)
        asked = len(self.requests_to(READ))
        with patch.object(document_read_numbers, 'split_every', lambda _size, ids: split_every(1, ids)), self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()
        self.env.invalidate_all()
        return len(self.requests_to(READ)) - asked

    def test_numbers_are_not_asked_for_again_and_again(self):
        self.assertEqual(self.read_numbers('http_500'), 1)
        self.assertEqual(self.connector.down_reason, 'unreachable')

    def test_numbers_and_a_refused_log_in(self):
        self.assertEqual(self.read_numbers('unauthorized'), 1)
        self.assertEqual(self.connector.down_reason, 'login')

    def test_numbers_and_a_refusal(self):
        """A portal that says no works."""
        self.assertEqual(self.read_numbers('error', code=6, message='No'), 1)
        self.assertFalse(self.connector.down_since)

    def test_numbers_have_the_limits_of_a_scheduled_action(self):
        limits = []
        client = type(self.connector)._client
        self.patch(type(self.connector), '_client', lambda record, **options: (limits.append(options), client(record, **options))[1])
        self.create_invoice()
        self.finish(self.send(self.create_invoice(), sign=False))
        limits.clear()
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()
        self.assertEqual(limits, [READ_LIMITS])

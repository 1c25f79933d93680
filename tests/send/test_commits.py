import contextlib
import threading
from unittest.mock import patch

from ...models.job import engine
from ..race_common import RaceCommon
from ..send_common import UPLOAD


class Killed(BaseException):
    """The process ends here; nobody catches this."""


class TestCommits(RaceCommon):
    """What of a sending is written down for good, and who may touch it, at each of its moments."""

    def build(self, env):
        super().build(env)
        move = self.invoices(env, 1)
        job = env['vatportal.job']._queue(move, env['vatportal.connector'].browse(self.connector_id), True).sudo()
        job.has_looked = True  # the next step is the sending
        self.job_id = job.id

    def job(self, env):
        return env['vatportal.job'].browse(self.job_id)

    def advance(self, env):
        self.job(env)._advance()

    @contextlib.contextmanager
    def calling(self):
        """The portal has the invoice, and whoever has sent it waits for the answer, which does not come."""
        self.sandbox.faults.add(UPLOAD, 'stall', seconds=600)
        caller, tick = threading.Thread(target=self.race, args=(self.advance,)), threading.Event()
        caller.start()
        try:
            while caller.is_alive() and not any(record.processed for record in self.sandbox.requests):
                tick.wait(0.05)
            yield
        finally:
            self.sandbox.stop()  # the call ends
            caller.join()
            self.sandbox.start()

    def test_the_intent_stands_before_the_call(self):
        with self.calling(), self.look_up() as env:
            self.assertEqual(self.job(env).state, 'starting')
            self.assertEqual(len(self.uploaded()), 1)

    def test_who_is_at_it_is_not_taken_for_dead(self):
        """However long its call has taken, for the machine may have slept: its lock tells."""
        with patch.object(engine, 'CALL_S', 0), self.calling(), self.look_up() as env:
            self.advance(env)
            self.assertEqual((self.job(env).state, self.job(env).answer), ('starting', False))
        with self.look_up() as env:
            self.assertEqual(self.job(env).reason, 'lost', 'its own answer')

    def test_the_answer_stands_before_what_follows(self):
        """Killed while that is written: the process that the portal has begun is followed, not doubted."""
        with patch.object(self.registry['vatportal.job'], '_apply_answer', side_effect=Killed), self.assertRaises(Killed), self.look_up() as env:
            self.advance(env)
        with self.look_up() as env:
            self.assertTrue(self.job(env).answer)
            self.advance(env)
            self.assertEqual((self.job(env).state, self.job(env).phase, self.job(env).reason), ('running', 'follow', False))
        self.settle()
        with self.look_up() as env:
            self.assertTrue(self.job(env).document_ids.qaime)
        self.assertEqual(len(self.uploaded()), 1)

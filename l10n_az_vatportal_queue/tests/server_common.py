import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from .queue_common import QueueCommon

PATIENCE_S = 240


class ServerCommon(QueueCommon):
    """Real servers of Odoo with workers and queue_job's job runner, without scheduled actions, on the database of the test."""

    def start_server(self):
        """Start one; it ends with the test."""
        command = [
            *json.loads(os.environ['DEV_ODOO']),
            *('--load', 'base,web,queue_job', '-d', self.registry.db_name, '--db-filter', f'^{self.registry.db_name}$'),
            *('--workers', '2', '--max-cron-threads', '0', '--http-port', _free_port(), '--gevent-port', _free_port()),
        ]
        log = Path(os.environ['HOME']).parent / 'log' / f'queue-server-{os.getpid()}.log'
        with log.open('a') as sink:
            server = subprocess.Popen(
                command,
                env={**os.environ, 'ODOO_QUEUE_JOB_CHANNELS': 'root:2'},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
                preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGTERM),
            )
        self.addCleanup(self.kill, server)
        return server

    def kill(self, server):
        """SIGKILL to the server and its workers, the job runner among them."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()

    def wait(self, condition, what):
        """Until ``condition(env)`` holds; ``env`` sees what was committed by then."""
        end = time.monotonic() + PATIENCE_S
        while True:
            with self.look_up() as env:
                found = condition(env)
                told = [(job.name, job.state, job.eta, job.result) for job in self.queue_jobs(env, 'pending', 'enqueued', 'started', 'failed')]
            if found:
                return
            self.assertLess(time.monotonic(), end, f'{what}: not after {PATIENCE_S} s; queue jobs: {told}')
            time.sleep(0.2)

    def wait_for_numbers(self, move_ids):
        self.wait(lambda env: set(env['account.move'].browse(move_ids).mapped('vatportal_state')) == {'registered'}, 'numbers')


def _free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return str(probe.getsockname()[1])

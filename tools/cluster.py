"""A PostgreSQL cluster of its own, to be killed and restarted without harm to anybody else's databases."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import postgres
from base import LOGS, Failure, clean_env, fresh_log, run, tail


class Cluster:
    """Made in `folder`, gone with it. Commits are durable against a killed process, as on a real server."""

    def __init__(self, folder: Path):
        self.folder, self.data = folder, folder / 'data'
        self.log = LOGS / f'{fresh_log("kills-postgresql")}.log'
        self.socket = Path(tempfile.mkdtemp(prefix='pg-'))  # a socket's whole path may have 107 bytes only
        self.process = None

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        postgres._own(self.folder)
        postgres._own(self.socket)
        run(
            *postgres._prefix(),
            postgres.programs() / 'initdb',
            '-D',
            self.data,
            '-U',
            postgres.USER,
            '-A',
            'trust',
            '-E',
            'UTF8',
            '--locale=C.UTF-8',
            '--no-sync',
            cwd=self.folder,
        )
        with (self.data / 'postgresql.conf').open('a') as conf:
            # Without fsync only a crash of the machine loses anything; that of a process does not.
            conf.write(
                f"\nlisten_addresses = ''\nport = {postgres.PORT}\nunix_socket_directories = '{self.socket}'\n"
                'fsync = off\nshared_buffers = 128MB\nmax_connections = 100\n'
            )
        self.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def start(self) -> None:
        """Start it, recovering from its last death, and wait until it takes connections."""
        with self.log.open('a') as sink:
            self.process = subprocess.Popen(
                [str(part) for part in (*postgres._prefix(), postgres.programs() / 'postgres', '-D', self.data)],
                cwd=self.folder,
                env=clean_env(),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f'The private PostgreSQL does not start:\n{tail(self.log.read_text(errors="replace"))}')
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL to the server and each of its children; its lock files stay, as after any such death."""
        if not self.process:
            return
        members = [self.process.pid, *descendants(self.process.pid)]
        for pid in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        while any(Path(f'/proc/{pid}').exists() and not _is_zombie(pid) for pid in members):
            time.sleep(0.02)

    def restart(self) -> None:
        self.kill()
        self.start()

    def env(self) -> dict[str, str]:
        return clean_env(PGHOST=str(self.socket), PGPORT=postgres.PORT, PGUSER=postgres.USER)

    def sql(self, statement: str, database: str = 'postgres') -> str:
        return run(postgres.programs() / 'psql', '-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', statement, env=self.env()).stdout.strip()

    def copy(self, source: str, target: str) -> None:
        """Bring a database of the common cluster here."""
        dump = self.folder.parent / f'{target}.dump'
        run(postgres.programs() / 'pg_dump', '-Fc', '-Z0', '-f', dump, source, env=postgres.client_env())
        try:
            self.sql(f'CREATE DATABASE "{target}" TEMPLATE template0')
            run(postgres.programs() / 'pg_restore', '--no-owner', '-d', target, dump, env=self.env())
        finally:
            dump.unlink()

    def _answers(self) -> bool:
        return not subprocess.run([postgres.programs() / 'psql', '-X', '-c', 'SELECT 1', 'postgres'], env=self.env(), capture_output=True).returncode


def descendants(pid: int) -> list[int]:
    """All descendants of a process."""
    found = []
    for path in Path(f'/proc/{pid}/task').glob('*/children'):
        with contextlib.suppress(OSError):
            for child in map(int, path.read_text().split()):
                found += [child, *descendants(child)]
    return found


def processor(*roots: int) -> float:
    """Seconds of processor time that these processes and all below them have taken, the ended ones included."""
    ticks = 0
    for root in roots:
        for pid in (root, *descendants(root)):
            with contextlib.suppress(OSError):
                ticks += sum(map(int, Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[11:15]))
    return ticks / os.sysconf('SC_CLK_TCK')


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] == 'Z'
    except OSError:
        return True

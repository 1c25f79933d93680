"""A private PostgreSQL cluster in .work/pg: reached through a socket only, started when needed, stopped by its last user."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from base import LOGS, WORK, Failure, clean_env, fresh_log, locked, run, stamp, stamped, tail, unstamp
from system import as_user, unprivileged_user

HOME = WORK / 'pg'
DATA = HOME / 'data'
SETTINGS = HOME / 'data' / 'dev.conf'
SOCKET_LINK = HOME / 'socket'  # a link to the folder of the socket: a socket's whole path may have 107 bytes only
USER = 'odoo'
PORT = '5432'

# Durability is nothing to databases that are made anew by a command: speed is.
SPEED = 'fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nshared_buffers = 256MB\nmax_connections = 200\n'


def system_programs() -> Path | None:
    """PG_BIN, or the newest PostgreSQL of the system (13 or later, as Odoo 19 asks)."""
    if os.environ.get('PG_BIN'):
        return Path(os.environ['PG_BIN'])
    found = [path.parent for path in Path('/usr/lib/postgresql').glob('*/bin/initdb') if path.parts[4].isdigit() and int(path.parts[4]) >= 13]
    return max(found, key=lambda path: int(path.parts[4]), default=None)


def programs() -> Path:
    found = system_programs()
    if not found:
        found = next((path.parent for path in (WORK / 'venv').glob('lib/python3*/site-packages/**/bin/initdb')), None)
    if not found or not (found / 'initdb').exists():
        raise Failure('No PostgreSQL programs (initdb, pg_ctl) found. Set PG_BIN to the folder that has them.')
    return found


def _prefix() -> list[str]:
    return as_user(unprivileged_user(), HOME) if os.geteuid() == 0 else []


def _own(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    if os.geteuid() == 0:
        user = unprivileged_user()
        os.chown(path, user.pw_uid, user.pw_gid)


def _version() -> str:
    return run(programs() / 'postgres', '--version').stdout.strip()


def is_ready() -> bool:
    return stamped('pg', _key()) if system_programs() or (WORK / 'venv').exists() else False


def _key() -> str:
    try:
        return f'{DATA} {_version()}'
    except Failure:
        return ''


def create() -> str:
    """initdb; the databases of an earlier cluster go with it."""
    unstamp('pg')
    for path in (WORK / 'stamps').glob('db-*'):
        path.unlink()
    if (DATA / 'postmaster.pid').exists():
        _stop()
    shutil.rmtree(HOME, ignore_errors=True)
    _own(HOME)
    run(
        *_prefix(),
        programs() / 'initdb',
        '-D',
        DATA,
        '-U',
        USER,
        '-A',
        'trust',
        '-E',
        'UTF8',
        '--locale=C.UTF-8',
        '--no-sync',
        log=fresh_log('postgresql'),
        cwd=HOME,
    )
    with (DATA / 'postgresql.conf').open('a') as conf:
        conf.write("\ninclude = 'dev.conf'\n")
    stamp('pg', _key())
    return _version().removeprefix('postgres (PostgreSQL) ')


@contextlib.contextmanager
def running():
    """Keep the server up for as long as anybody is in here."""
    with contextlib.ExitStack() as stack:
        with locked('pg-start'):
            users = stack.enter_context(locked('pg-users', shared=True))
            _start()
        try:
            yield
        finally:
            # Not a `return` for the user who stays: within `finally` it would swallow the failure on its way out.
            with locked('pg-start'), contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # somebody else still needs it
                _stop()


def is_up() -> bool:
    return (
        (DATA / 'postmaster.pid').exists()
        and SOCKET_LINK.exists()
        and not subprocess.run([*_prefix(), programs() / 'pg_ctl', '-D', DATA, 'status'], capture_output=True, cwd=HOME).returncode
    )


def _start() -> None:
    if is_up():
        return
    _forget_socket()
    socket = HOME / 's'
    if len(os.fsencode(socket)) + len(f'/.s.PGSQL.{PORT}.lock') > 107:
        socket = Path(tempfile.mkdtemp(prefix='pg-'))  # removed when the server stops
    _own(socket)
    SOCKET_LINK.symlink_to(socket)
    quoted = str(socket).replace("'", "''")
    SETTINGS.write_text(f"listen_addresses = ''\nport = {PORT}\nunix_socket_directories = '\"{quoted}\"'\n{SPEED}")
    SETTINGS.chmod(0o644)
    log = LOGS / 'postgresql.log'
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open('a') as sink:
        result = subprocess.run(
            [*_prefix(), programs() / 'pg_ctl', '-D', DATA, '-w', '-t', '60', 'start'],
            env=clean_env(),
            cwd=HOME,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    if result.returncode:
        raise Failure(f'PostgreSQL does not start:\n{tail(log.read_text())}')


def _stop() -> None:
    subprocess.run([*_prefix(), programs() / 'pg_ctl', '-D', DATA, '-m', 'fast', '-w', 'stop'], capture_output=True, cwd=HOME)
    _forget_socket()


def stop() -> None:
    if DATA.exists():
        with locked('pg-start'):
            _stop()


def _forget_socket() -> None:
    if SOCKET_LINK.is_symlink():
        target = SOCKET_LINK.readlink()
        if target.parent != HOME:
            shutil.rmtree(target, ignore_errors=True)
        SOCKET_LINK.unlink()


def socket_folder() -> str:
    return str(SOCKET_LINK.readlink())


def client_env() -> dict[str, str]:
    """The environment that leads psql and its like to our server."""
    return clean_env(PGHOST=socket_folder(), PGPORT=PORT, PGUSER=USER)


def sql(statement: str, database: str = 'postgres') -> str:
    return run(programs() / 'psql', '-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', statement, env=client_env()).stdout.strip()

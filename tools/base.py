"""Paths, processes, progress, stamps and locks: what every other module here builds on."""

import contextlib
import fcntl
import hashlib
import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / '.work'
LOGS = WORK / 'log'
ADDON = 'l10n_az_vatportal'
GLUE = 'l10n_az_vatportal_stock'
QUEUE = 'l10n_az_vatportal_queue'
TOOLS = ROOT / 'tools'
# The addons of this repository by their technical names; those that join the main one with another app stand in folders of it.
SOURCES = {ADDON: ROOT, **{path.parent.name: path.parent for path in sorted(ROOT.glob(f'{ADDON}_*/__manifest__.py'))}}

# Variables of the caller that would change how Odoo, Python or PostgreSQL behave here.
_UNWANTED = (
    'PYTHONDONTWRITEBYTECODE',
    'PYTHONPATH',
    'PYTHONHOME',
    'VIRTUAL_ENV',
    'ODOO_RC',
    'OPENERP_SERVER',
    'PYTEST_ADDOPTS',
    'PYTEST_DB_USE_ENV_VARS',
    'COVERAGE_PROCESS_START',
)


class Failure(Exception):
    """Something the reader of the terminal can act upon: printed without a traceback."""


def clean_env(**extra: str) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in _UNWANTED and not name.startswith('PG')}
    # Nothing is written outside the work folder: no __pycache__, no pip's or pylint's or fontconfig's cache.
    env.update(PYTHONPYCACHEPREFIX=str(WORK / 'pycache'), XDG_CACHE_HOME=str(WORK / 'cache'))
    return {**env, **extra}


def run(*command, log: str | None = None, **kwargs) -> subprocess.CompletedProcess:
    """Run a command and fail loudly. With `log`, its output goes to .work/log/<log>.log, whose end is shown on failure."""
    command = [str(part) for part in command]
    kwargs.setdefault('env', clean_env())
    if log is None:
        result = subprocess.run(command, text=True, capture_output=True, **kwargs)
        output = result.stdout + result.stderr
    else:
        LOGS.mkdir(parents=True, exist_ok=True)
        path = LOGS / f'{log}.log'
        with path.open('a') as sink:
            sink.write(f'$ {shlex.join(command)}\n')
            sink.flush()
            result = subprocess.run(command, text=True, stdout=sink, stderr=subprocess.STDOUT, **kwargs)
        output = path.read_text(errors='replace') if result.returncode else ''
    if result.returncode:
        where = f'\n(the whole of it: {LOGS / log}.log)' if log else ''
        raise Failure(f'{shlex.join(command[:6])} … ended with {result.returncode}:\n{tail(output)}{where}')
    return result


def tail(text: str, lines: int = 40) -> str:
    return '\n'.join(text.rstrip().splitlines()[-lines:])


def fresh_log(name: str) -> str:
    """Empty .work/log/<name>.log and return its name, for run(log=…)."""
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / f'{name}.log').write_text('')
    return name


def say(text: str = '') -> None:
    print(text, flush=True)


# -- steps ------------------------------------------------------------------------------------------


@dataclass
class Step:
    title: str
    action: Callable[[], str | None]  # may return a remark for the end of its line
    done: Callable[[], bool] = lambda: False


def run_steps(steps: list[Step]) -> None:
    """Run the steps that are still to do, one line each: "[2/5] Odoo 19 (122 MB) … 8 s"."""
    pending = [step for step in steps if not step.done()]
    for number, step in enumerate(pending, 1):
        with _progress(f'[{number}/{len(pending)}] {step.title} …') as finish:
            finish(step.action())


@contextlib.contextmanager
def _progress(text: str):
    start, over = time.monotonic(), threading.Event()
    remark = ''

    def finish(value):
        nonlocal remark
        remark = f' ({value})' if value else ''

    def tick():
        while not over.wait(1):
            print(f'\r{text} {time.monotonic() - start:.0f} s ', end='', flush=True)

    print(text, end='', flush=True)
    ticker = threading.Thread(target=tick, daemon=True)
    if sys.stdout.isatty():
        ticker.start()
    try:
        yield finish
    except BaseException:
        over.set()
        print(' failed', flush=True)
        raise
    over.set()
    if ticker.is_alive():
        ticker.join()
        print(f'\r{text}', end='')
    print(f' {time.monotonic() - start:.0f} s{remark}', flush=True)


# -- stamps: what is done already, and for which input ----------------------------------------------


def fingerprint(*parts) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else str(part).encode())
        digest.update(b'\0')
    return digest.hexdigest()[:20]


def stamped(name: str, key: str) -> bool:
    path = WORK / 'stamps' / name
    return path.is_file() and path.read_text() == key


def stamped_key(name: str) -> str:
    """The key that is stamped; empty where none is."""
    path = WORK / 'stamps' / name
    return path.read_text() if path.is_file() else ''


def stamp(name: str, key: str) -> None:
    path = WORK / 'stamps' / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(key)


def unstamp(name: str) -> None:
    (WORK / 'stamps' / name).unlink(missing_ok=True)


# -- locks between several runs of ./dev ------------------------------------------------------------


@contextlib.contextmanager
def locked(name: str, shared: bool = False):
    """Hold .work/lock/<name>; says so when another run has it."""
    path = WORK / 'lock' / name
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with path.open('a') as handle:
        try:
            fcntl.flock(handle, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f'(waiting for another run of ./dev to leave "{name}")')
            fcntl.flock(handle, mode)
        yield handle

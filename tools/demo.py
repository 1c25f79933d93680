"""./dev demo: PostgreSQL, the sandbox portal and Odoo side by side, with a demo company that sends its invoices."""
import argparse
import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import cli
import databases
import demo_scenes
from base import LOGS, ROOT, TOOLS, WORK, Failure, Step, clean_env, fingerprint, fresh_log, locked, run_steps, say, stamp, stamped, tail, unstamp
from odoo_source import Odoo
from python_env import PYTHON

LOCK = WORK / 'lock' / 'demo'
DATA = TOOLS / 'demo_data.py'
DEMO_STOCK_TEMPLATE = f'{databases.DEMO_TEMPLATE}_stock'
GUIDE = """
  Odoo          http://localhost:{odoo}/odoo   (log in: admin / admin)
  Phone page    http://localhost:{sandbox}/phone

Three more invoices wait under Invoicing → Customers → Invoices: send them, and confirm the PINs on the phone page.
Incoming e-invoices that have no bill yet are under Invoicing → e-taxes → Incoming.
Ctrl-C stops everything."""


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='./dev demo', description='Show the main job: posted invoices get their qaimə numbers.')
    parser.add_argument('--once', action='store_true', help='end after the table; exit code 1 if an invoice has no number')
    parser.add_argument('--port', type=int, default=8069, help='port of Odoo (8069)')
    parser.add_argument('--sandbox-port', type=int, default=8070, help='port of the sandbox portal (8070)')
    return parser.parse_args(given)


def main(given: list[str]) -> int:
    options = arguments(given)
    if options.port == options.sandbox_port:
        raise Failure('--port and --sandbox-port must differ.')
    with the_only_one():
        check_port(options.port, '--port')
        check_port(options.sandbox_port, '--sandbox-port')
        with cli.serving() as server:
            cli.ensure_base(server)
            return serve(server, options, ensure_templates(server))


def serve(server: Odoo, options: argparse.Namespace, template: str) -> int:
    odoo, sandbox = f'http://127.0.0.1:{options.port}', f'http://127.0.0.1:{options.sandbox_port}'
    with Children() as children:
        run_steps([
            Step('Demo database', lambda: databases.clone(template, databases.DEMO)),
            Step('Sandbox portal', lambda: children.start(
                'demo-sandbox', [PYTHON, '-m', 'sandbox', '--port', options.sandbox_port], f'{sandbox}/phone', cwd=ROOT, env=clean_env())),
            Step('Odoo', lambda: children.start(
                'demo-odoo', [*server.command, '-d', databases.DEMO, f'--db-filter=^{databases.DEMO}$', '--http-port', options.port],
                f'{odoo}/web/login', env=databases.odoo_env())),
        ])
        complete = demo_scenes.main(odoo, sandbox, databases.DEMO, options.once)
        if not complete:
            say('\nNot everything worked; see above. The logs: .work/log/demo-odoo.log, .work/log/demo-sandbox.log')
        if options.once:
            return 0 if complete else 1
        say(GUIDE.format(odoo=options.port, sandbox=options.sandbox_port))
        try:
            children.watch()
        except KeyboardInterrupt:
            say('\nStopping …')
        return 0


# -- the database -----------------------------------------------------------------------------------

def ensure_template(server: Odoo) -> None:
    """A database with the addon and the demo company; made anew only when one of them changed."""
    key = fingerprint(databases.addon_key(server), DATA)
    if stamped('db-demo', key):
        return
    with locked('databases'):
        run_steps([
            Step('Database with the addon', lambda: databases.prepare_test(server, anew=False)),
            Step('Demo company', lambda: build_template(server, databases.TEST, databases.DEMO_TEMPLATE, 'db-demo', key)),
        ])


def ensure_templates(server: Odoo) -> str:
    """The name of the template for the demo itself: with warehouses too, where the glue addon for them is there."""
    if databases.GLUE not in databases.link_addons():
        ensure_template(server)
        return databases.DEMO_TEMPLATE
    key = fingerprint(databases.addon_key(server), *databases.addon_files(ROOT / databases.GLUE), DATA)
    if not stamped('db-demo-stock', key):
        with locked('databases'):
            run_steps([
                Step('Database with the addon', lambda: databases.prepare_test(server, anew=False)),
                Step('Database with warehouses', lambda: databases.prepare_glue(server, anew=False)),
                Step('Demo company', lambda: build_template(server, databases.TEST_GLUE, DEMO_STOCK_TEMPLATE, 'db-demo-stock', key)),
            ])
    return DEMO_STOCK_TEMPLATE


def build_template(server: Odoo, source: str, target: str, stamp_name: str, key: str) -> None:
    unstamp(stamp_name)
    databases.clone(source, target)
    databases.shell(server, target, DATA.read_text(), fresh_log('demo-data'))
    stamp(stamp_name, key)


def ensure_database(server: Odoo) -> None:
    """For ./dev shell: the demo database, as the last demo left it."""
    if not databases.exists(databases.DEMO):
        databases.clone(ensure_templates(server), databases.DEMO)


# -- processes --------------------------------------------------------------------------------------

class Children:
    """Servers of ours: they end with us, in whatever way we end."""

    def __init__(self):
        self.running: dict[str, subprocess.Popen] = {}

    def __enter__(self):
        return self

    def start(self, name: str, command: list, url: str, **kwargs) -> None:
        """Start a server and wait until it answers at `url`."""
        with (LOGS / f'{fresh_log(name)}.log').open('w') as sink:
            self.running[name] = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
                                                  start_new_session=True, preexec_fn=_end_with_parent, **kwargs)
        deadline = time.monotonic() + 120
        while not answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise Failure(f'{name} does not answer at {url}; see .work/log/{name}.log')
            time.sleep(0.2)

    def check(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                raise Failure(f'{name} ended with {process.returncode}:\n{tail((LOGS / f"{name}.log").read_text(errors="replace"))}')

    def watch(self) -> None:
        while True:
            self.check()
            time.sleep(1)

    def __exit__(self, *_):
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
            if process.poll() is None:
                process.kill()
                process.wait()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def answers(url: str) -> bool:
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return opener.open(url, timeout=30).status == 200
    except (OSError, urllib.error.URLError):
        return False


def check_port(port: int, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('127.0.0.1', port))
        except (OSError, OverflowError) as error:
            raise Failure(f'Port {port} can not be used ({error}). Choose another one with {option} N.') from None


@contextlib.contextmanager
def the_only_one():
    """One demo at a time in a work folder: they would share the database."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open('a+') as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f'Another ./dev demo is running here (process {_owner()}).') from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _owner() -> str:
    return LOCK.read_text().strip() or '?'


def stop_other() -> None:
    """For ./dev clean: end a running demo."""
    if not LOCK.exists():
        return
    with LOCK.open('a') as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = _owner()
            if owner.isdigit() and b'cli.py' in Path(f'/proc/{owner}/cmdline').read_bytes():
                os.kill(int(owner), signal.SIGTERM)
            fcntl.flock(handle, fcntl.LOCK_EX)

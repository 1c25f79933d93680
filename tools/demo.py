"""./dev demo: PostgreSQL, the sandbox portal and Odoo side by side, with a demo company that sends its invoices."""

import argparse
import contextlib
import fcntl
import os
import signal
from pathlib import Path

import databases
import demo_database
import demo_scenes
import environment
import system
from base import ROOT, WORK, Failure, Step, clean_env, run_steps, say
from odoo_source import Odoo
from python_env import PYTHON
from servers import Children, check_port

LOCK = WORK / 'lock' / 'demo'
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
    return run(arguments(given), stay)


def run(options: argparse.Namespace, afterwards) -> int:
    """Start all, play the scenes, then call `afterwards` with the addresses of Odoo and of the sandbox."""
    if options.port == options.sandbox_port:
        raise Failure('--port and --sandbox-port must differ.')
    with the_only_one():
        check_port(options.port, '--port')
        check_port(options.sandbox_port, '--sandbox-port')
        with environment.serving() as server:
            environment.ensure_base(server)
            run_steps([Step('Printing (wkhtmltopdf)', system.install_printing, system.can_print)])
            return serve(server, options, demo_database.ensure_templates(server), afterwards)


def serve(server: Odoo, options: argparse.Namespace, template: str, afterwards) -> int:
    odoo, sandbox = f'http://127.0.0.1:{options.port}', f'http://127.0.0.1:{options.sandbox_port}'
    with Children() as children:
        run_steps(
            [
                Step('Demo database', lambda: databases.clone(template, databases.DEMO)),
                Step(
                    'Sandbox portal',
                    lambda: children.start(
                        'demo-sandbox', [PYTHON, '-m', 'sandbox', '--port', options.sandbox_port], f'{sandbox}/phone', cwd=ROOT, env=clean_env()
                    ),
                ),
                Step(
                    'Odoo',
                    lambda: children.start(
                        'demo-odoo',
                        [*server.command, '-d', databases.DEMO, f'--db-filter=^{databases.DEMO}$', '--http-port', options.port],
                        f'{odoo}/web/login',
                        env=databases.odoo_env(),
                    ),
                ),
            ]
        )
        complete = demo_scenes.main(odoo, sandbox, databases.DEMO, options.once)
        if not complete:
            say('\nNot everything worked; see above. The logs: .work/log/demo-odoo.log, .work/log/demo-sandbox.log')
        if options.once:
            return 0 if complete else 1
        try:
            return afterwards(options, children, odoo, sandbox)
        except KeyboardInterrupt:
            say('\nStopping …')
        return 0


def stay(options: argparse.Namespace, children: Children, _odoo: str, _sandbox: str) -> int:
    say(GUIDE.format(odoo=options.port, sandbox=options.sandbox_port))
    children.watch()
    return 0


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

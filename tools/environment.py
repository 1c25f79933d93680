"""What a command needs before it can begin: packages, Odoo, PostgreSQL, the base database."""

import contextlib
import sys

import databases
import odoo_source
import postgres
import python_env
import system
from base import Step, locked, run_steps


def find_odoo() -> odoo_source.Odoo:
    return odoo_source.external() or odoo_source.unpacked(python_env.PYTHON)


def setup_steps(server: bool = True, browser: bool = False, queue: bool = False) -> list[Step]:
    """What has to be there before a command; `server` includes Odoo and PostgreSQL, `queue` OCA's job queue."""
    wheel = not postgres.system_programs()
    steps = [
        Step(
            'System packages',
            lambda: system.install_packages(system.missing_packages(sys.executable, browser)),
            lambda: python_env.is_ready(wheel) and not browser or not system.missing_packages(sys.executable, browser),
        ),
        Step('Python packages (300 MB)', lambda: python_env.build(wheel), lambda: python_env.is_ready(wheel)),
    ]
    if browser:
        steps.append(Step('Rules of accessibility (axe-core)', python_env.fetch_axe, python_env.has_axe))
    if queue:
        steps.append(Step('Job queue of the OCA (queue_job)', python_env.fetch_queue, python_env.has_queue))
    if server:
        steps += [
            Step('Odoo 19 (122 MB)', odoo_source.unpack, lambda: bool(odoo_source.external() or odoo_source.is_unpacked())),
            Step('PostgreSQL cluster', postgres.create, postgres.is_ready),
        ]
    return steps


def ensure(server: bool = True, browser: bool = False, queue: bool = False) -> None:
    steps = setup_steps(server, browser, queue)
    if any(not step.done() for step in steps):
        with locked('setup'):
            run_steps(steps)
    if server:
        python_env.link_odoo(find_odoo().source)


@contextlib.contextmanager
def serving(browser: bool = False, queue: bool = False):
    """Everything set up, PostgreSQL running, Odoo's configuration written."""
    ensure(browser=browser, queue=queue)
    with postgres.running():
        databases.write_conf()
        yield find_odoo()


def ensure_base(server: odoo_source.Odoo) -> None:
    if not databases.base_ready(server):
        with locked('databases'):
            run_steps([Step('Base database: account, languages, web bundles', lambda: databases.build_base(server), lambda: databases.base_ready(server))])

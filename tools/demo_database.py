"""Databases with the demo company, made anew only when the addon or the company changed."""

import databases
from base import ROOT, TOOLS, Step, fingerprint, fresh_log, locked, run_steps, stamp, stamped, unstamp
from odoo_source import Odoo

DATA = TOOLS / 'demo_data.py'
STOCK_TEMPLATE = f'{databases.DEMO_TEMPLATE}_stock'


def ensure_template(server: Odoo) -> None:
    """A database with the addon and the demo company; made anew only when one of them changed."""
    key = fingerprint(databases.addon_key(server), DATA)
    if stamped('db-demo', key):
        return
    with locked('databases'):
        run_steps(
            [
                Step('Database with the addon', lambda: databases.prepare_test(server, anew=False)),
                Step('Demo company', lambda: build_template(server, databases.TEST, databases.DEMO_TEMPLATE, 'db-demo', key)),
            ]
        )


def ensure_templates(server: Odoo) -> str:
    """The name of the template for the demo itself: with warehouses too, where the glue addon for them is there."""
    if databases.GLUE not in databases.link_addons():
        ensure_template(server)
        return databases.DEMO_TEMPLATE
    key = fingerprint(databases.addon_key(server), *databases.addon_files(ROOT / databases.GLUE), DATA)
    if not stamped('db-demo-stock', key):
        with locked('databases'):
            run_steps(
                [
                    Step('Database with the addon', lambda: databases.prepare_test(server, anew=False)),
                    Step('Database with warehouses', lambda: databases.prepare_glue(server, anew=False)),
                    Step('Demo company', lambda: build_template(server, databases.TEST_GLUE, STOCK_TEMPLATE, 'db-demo-stock', key)),
                ]
            )
    return STOCK_TEMPLATE


def build_template(server: Odoo, source: str, target: str, stamp_name: str, key: str) -> None:
    unstamp(stamp_name)
    databases.clone(source, target)
    databases.shell(server, target, DATA.read_text(), fresh_log('demo-data'))
    stamp(stamp_name, key)


def ensure_database(server: Odoo) -> None:
    """For ./dev shell: the demo database, as the last demo left it."""
    if not databases.exists(databases.DEMO):
        databases.clone(ensure_templates(server), databases.DEMO)

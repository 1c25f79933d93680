"""Databases with many documents for ./dev bench --fill N: made once, updated when the addon changes."""

import databases
import demo_database
import postgres
from base import ROOT, TOOLS, Step, fingerprint, fresh_log, locked, run_steps, stamp, stamped, unstamp

SCRIPT = TOOLS / 'bench_fill_odoo.py'


def ensure(server, count: int) -> str:
    """The name of a database with the demo company, ``count`` documents and as many bills."""
    name = f'vatportal_bench_fill_{count}'
    filled, code = fingerprint(databases.base_key(server), SCRIPT), databases.addon_key(server)
    there = stamped(f'db-{name}', filled) and databases.exists(name)
    if there and stamped(f'db-{name}-code', code):
        return name
    with locked('databases'):
        if there:
            run_steps([Step(f'The addon in the database with {count} documents', lambda: _update(server, name))])
        else:
            run_steps([Step(f'Database with {count} documents', lambda: _fill(server, name, count))])
            stamp(f'db-{name}', filled)
    stamp(f'db-{name}-code', code)
    return name


def _update(server, name: str) -> None:
    unstamp(f'db-{name}-code')
    databases.install(server, name, '-u', [databases.ADDON], fresh_log('bench-update'))
    postgres.sql('VACUUM ANALYZE', name)


def _fill(server, name: str, count: int) -> None:
    unstamp(f'db-{name}')
    demo_database.ensure_template(server)
    databases.clone(databases.DEMO_TEMPLATE, name)
    databases.shell(
        server, name, f'import sys; sys.path.append({str(TOOLS)!r}); import bench_fill_odoo; bench_fill_odoo.fill(env, {count})\n', fresh_log('bench-fill')
    )
    postgres.sql('VACUUM ANALYZE', name)
    found = postgres.sql('SELECT COUNT(*) FROM vatportal_document', name)
    if int(found) < count:
        unstamp(f'db-{name}')
        raise databases.Failure(f'{name} has {found} documents only; see {ROOT}/.work/log/bench-fill.log')

"""Row E of ./dev bench: how long after the phone a person reads the code to compare in Chromium."""

import datetime
import json
import subprocess
import tempfile
import time
from pathlib import Path

import databases
import hosts_fill
import servers
import system
from base import ROOT, TOOLS, Failure, clean_env, fresh_log
from demo_run import PATIENCE, Browser, Phone, send_through
from demo_run import send as ask
from python_env import PYTHON

BESIDE = 50  # processes of others that run meanwhile
GOAL_S = 3.0
FILL = """
import sys; sys.path.append({tools!r})
import hosts_fill
env.ref('base.user_admin').copy({{'name': 'Colleague', 'login': 'colleague', 'password': 'colleague'}})
hosts_fill.connectors(env(user=env.ref('base.user_admin')), {url!r}, {beside} + 1)
hosts_fill.invoices(env(user=env.ref('base.user_admin')), {size} + 2 * {beside})
"""


def run(server, source: str, size: int) -> list[dict]:
    """The lines of the table: ``size`` codes, with no other process, and beside :data:`BESIDE`."""
    database = 'vatportal_bench_codes'
    try:
        databases.clone(source, database)
        with servers.Children() as children:
            port, sandbox_port = servers.free_port(), servers.free_port()
            odoo, sandbox = f'http://127.0.0.1:{port}', f'http://127.0.0.1:{sandbox_port}'
            command = [PYTHON, '-m', 'sandbox', '--port', sandbox_port, '--stage-seconds', 1]
            children.start('bench-sandbox', command, f'{sandbox}/phone', cwd=ROOT, env=clean_env())
            phone = Phone(sandbox)
            phone.play('settings', pin_timeout=3600)
            for number in range(BESIDE + 1):
                phone.play('accounts', **hosts_fill.account(number))
            script = FILL.format(tools=str(TOOLS), url=sandbox, beside=BESIDE, size=size)
            databases.shell(server, database, script, fresh_log('bench-codes-fill'))
            command = [*server.command, '-d', database, f'--db-filter=^{database}$', '--http-port', port, '--max-cron-threads', 1]
            children.start('bench-odoo', command, f'{odoo}/web/login', env=databases.odoo_env())
            return measured(odoo, sandbox, database, size)
    finally:
        databases.drop(database)


def measured(odoo: str, sandbox: str, database: str, size: int) -> list[dict]:
    phone = Phone(sandbox)
    person, colleague = Browser(odoo, database), Browser(odoo, database, 'colleague')
    *others, own = person.call('vatportal.connector', 'search', [('name', '=like', 'Cluster %')], order='id')
    unsent = [('move_type', '=', 'out_invoice'), ('state', '=', 'posted'), ('invoice_date', '=', str(datetime.date.today())), ('vatportal_state', '=', 'none')]
    moves = person.call('account.move', 'search', unsent, order='id')
    half = max(1, size // 2 // 2)
    lines = []
    for what, beside in (('a code, no other process', 0), (f'a code, {BESIDE} other processes', BESIDE)):
        for number in range(beside):
            send_through(colleague, moves.pop(), others[number])
        deadline = time.monotonic() + PATIENCE
        while len(ask(phone.opener, f'{phone.url}/prompts')) < beside:
            if time.monotonic() > deadline:
                raise Failure(f'Not all of {beside} processes run.')
            time.sleep(0.5)
        order = {
            'url': odoo,
            'session': person.session(),
            'sandbox': sandbox,
            'database': database,
            'browser': system.find_browser(),
            'connector': own,
            'phone': hosts_fill.account(BESIDE)['asan'],
        }
        waits = sorted(read({**order, 'moves': [moves.pop() for _number in range(half)]}))
        p95 = waits[min(len(waits) - 1, int(len(waits) * 0.95))]
        figures = {'ours': {'cpu': p95}, 'theirs': {'cpu': GOAL_S}, 'ratio': p95 / GOAL_S, 'goal': 1.0, 'sql': 0, 'their_sql': 0}
        remark = f'   (p95 of {len(waits)}; median {waits[len(waits) // 2]:.1f} s)'
        lines.append({'row': 'E', 'what': what, 'baseline': 'the goal', 'remark': remark, **figures})
    return lines


def read(order: dict) -> list[float]:
    """Have a browser of its own send these invoices and read their codes; the seconds from the phone to the screen."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / 'order.json', Path(folder) / 'found.json'
        given.write_text(json.dumps({**order, 'found': str(found)}))
        done = subprocess.run([str(PYTHON), str(TOOLS / 'read_codes.py'), str(given)], capture_output=True, text=True, env=clean_env())
        if done.returncode:
            raise Failure(f'The codes were not read:\n{done.stderr[-2000:]}')
        return json.loads(found.read_text())

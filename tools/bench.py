"""./dev bench: what the addon costs: time, processor and memory of its great jobs, each in an Odoo process of its own."""

import argparse
import contextlib
import json
import os
import re
import statistics
import tempfile
from pathlib import Path

import databases
import demo_database
import demo_run
import environment
import servers
from base import LOGS, ROOT, TOOLS, Failure, clean_env, fresh_log, say
from python_env import PYTHON

DATABASE = 'vatportal_bench'
SCRIPT = TOOLS / 'bench_odoo.py'
# In this order, for some build on what an earlier one has left: (name, size, what is measured)
SCENARIOS = [
    ('send', 200, '{size} invoices of 3 lines: checked, sent as one process, numbers written'),
    ('import', 12000, '{size} documents of the portal, read in pages of 5000 and stored'),
    ('again', 12000, 'the same {size} documents once more, unchanged'),
    ('bills', 300, '{size} of them turned into draft bills'),
    ('list', 12000, 'the list of {size} documents: a page of 80, the filters, grouped by partner'),
    ('package', 200, '{size} invoices into an e-taxes package, and read back'),
]


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='./dev bench', description='What the great jobs cost. Shared machines are noisy: quote the processor time.')
    parser.add_argument('names', nargs='*', metavar='NAME', help=f'only these: {", ".join(name for name, _size, _text in SCENARIOS)}')
    parser.add_argument('--runs', type=int, default=1, metavar='N', help='runs of the whole; with several the median is shown (1)')
    parser.add_argument('--scale', type=float, default=1.0, metavar='X', help='X times as much data (1)')
    options = parser.parse_args(given)
    unknown = set(options.names) - {name for name, _size, _text in SCENARIOS}
    if unknown or options.runs < 1 or options.scale <= 0:
        raise Failure(f'./dev bench --help: {", ".join(unknown) or "--runs and --scale are positive"}')
    return options


def main(given: list[str]) -> int:
    options = arguments(given)
    with environment.serving() as server:
        environment.ensure_base(server)
        demo_database.ensure_template(server)
        runs = [run_all(server, options) for _run in range(options.runs)]
    say(f'\n{"":10} {"cpu s":>8} {"wall s":>8} {"peak MB":>8} {"more MB":>8}')
    for name, size, text in chosen(options):
        rows = [run[name] for run in runs]
        figures = [statistics.median(row[key] for row in rows) for key in ('cpu', 'wall', 'peak', 'above')]
        say(f'{name:10} {figures[0]:8.2f} {figures[1]:8.2f} {figures[2]:8.0f} {figures[3]:8.0f}  {text.format(size=size)}')
        say(f'{"":46}{rows[-1]["remark"]}')
    return 0


def chosen(options) -> list[tuple]:
    """The scenarios to run; what one of them builds on runs too."""
    names = set(options.names) or {name for name, _size, _text in SCENARIOS}
    if names & {'again', 'bills', 'list'}:
        names.add('import')
    return [(name, max(1, round(size * options.scale)), text) for name, size, text in SCENARIOS if name in names]


def run_all(server, options) -> dict:
    """Every scenario on a fresh copy of the demo company, with a portal of its own; {name: figures}."""
    database = f'{DATABASE}_{os.getpid()}'
    port = servers.free_port()
    url = f'http://127.0.0.1:{port}'
    try:
        databases.clone(databases.DEMO_TEMPLATE, database)
        with servers.Children() as children:
            children.start(
                'bench-sandbox',
                [PYTHON, '-m', 'sandbox', '--port', port, '--auto-confirm', '--confirm-after', 0, '--stage-seconds', 0],
                f'{url}/phone',
                cwd=ROOT,
                env=clean_env(),
            )
            return {name: run_one(server, database, url, name, size) for name, size, _text in chosen(options)}
    finally:
        databases.drop(database)


def run_one(server, database: str, url: str, name: str, size: int) -> dict:
    if name == 'import':
        demo_run.Phone(url).play('generate', count=size, folder=0, voen=demo_voen(), seed=1, partners=200, date_from='01.10.2026', date_to='31.10.2026')
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / 'result.json'
        settings = f'NAME, SIZE, PORTAL, RESULT = {name!r}, {size!r}, {url!r}, {str(result)!r}\n'
        with contextlib.suppress(FileNotFoundError):
            databases.shell(server, database, settings + SCRIPT.read_text(), fresh_log(f'bench-{name}'))
            return json.loads(result.read_text())
    raise Failure(f'The scenario {name} ended without a result; see {LOGS / f"bench-{name}.log"}')


def demo_voen() -> str:
    """The VÖEN of the demo company; its file can't be imported, for it runs in Odoo's shell."""
    return re.search(r"^COMPANY = \{.*?'vat': '([0-9]{10})'", (TOOLS / 'demo_data.py').read_text(), re.MULTILINE | re.DOTALL)[1]

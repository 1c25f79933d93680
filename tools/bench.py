"""./dev bench: what the addon costs, beside what Odoo's own work of the kind costs in the same run."""

import argparse
import json
import os
import tempfile
from pathlib import Path

import bench_codes
import bench_fill
import databases
import demo_database
import environment
import servers
from base import LOGS, ROOT, TOOLS, Failure, clean_env, fresh_log, say
from python_env import PYTHON

PREFIX = 'vatportal_bench'
# name: (row, how many of what is worked on, what is measured). Those of FILLED need a database with documents, for --fill.
ROWS = {
    'send': ('A', 1000, 'posted invoices of 10 lines: checked, documents stored, payload written'),
    'press': ('J', 10000, 'posted invoices: the send dialog opens, Send is pressed, the dialog is back with progress'),
    'store': ('B', 5000, 'documents of 10 lines of one page of the portal: stored; the same page again'),
    'bill': ('C', 500, 'received documents of 10 lines into draft bills'),
    'follow': ('D', 200, 'running processes of one account: one pass of the scheduled action, at a portal that takes 50 ms'),
    'lanes': ('D', 50, 'accounts with a running process each, two of them at portals that hang'),
    'codes': ('E', 60, 'codes to compare: from the phone to what a person reads in Chromium, half of them beside many processes'),
    'pace': ('F', 1, 'process of four minutes that tells something new six times, followed to its end'),
    'grow': ('G', 5000, 'documents: the lookup of known numbers, a page, invoices, with --fill documents there'),
    'memory': ('H', 50000, 'documents imported through the portal: by how much the memory rises'),
    'lists': ('I', 1, 'the list of --fill documents: opened, searched, filtered, grouped'),
    'forms': ('K', 20, 'invoices in an Odoo with the addon that sends nothing: created, posted, opened, changed, saved'),
}
FILLED = {'grow', 'lists'}
# Among fewer documents a list tells nothing.
LISTED_FROM = 1000
WITH_PORTAL = {'memory', 'follow', 'lanes', 'pace'}


def arguments(given: list[str]) -> argparse.Namespace:
    text = ' '.join(f'{name} ({row}): {size} {what}.' for name, (row, size, what) in ROWS.items())
    parser = argparse.ArgumentParser(prog='./dev bench', description='Processor time of Odoo and its PostgreSQL together. ' + text)
    parser.add_argument('names', nargs='*', metavar='NAME', help=f'only these: {", ".join(ROWS)}')
    parser.add_argument('--rounds', type=int, default=3, metavar='N', help='rounds in which both sides take turns; the median counts (3)')
    parser.add_argument('--scale', type=float, default=1.0, metavar='X', help='X times as much work (1)')
    parser.add_argument('--fill', type=int, default=0, metavar='N', help='in a database with N documents and as many bills (0)')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the figures there')
    parser.add_argument('--baseline', type=Path, metavar='FILE', help='show the ratios of an earlier --json beside these')
    options = parser.parse_args(given)
    unknown = set(options.names) - ROWS.keys()
    if unknown or options.rounds < 1 or options.scale <= 0 or options.fill < 0:
        raise Failure(f'./dev bench --help: {", ".join(unknown) or "--rounds, --scale and --fill are no negative numbers"}')
    if not options.fill and FILLED.intersection(options.names):
        raise Failure(f'{" and ".join(sorted(FILLED))} need a database with documents: --fill N')
    if 0 < options.fill < LISTED_FROM and 'lists' in (options.names or FILLED):
        raise Failure(f'lists needs {LISTED_FROM} documents: --fill {LISTED_FROM}')
    return options


def main(given: list[str]) -> int:
    options = arguments(given)
    before = earlier(options.baseline)
    lines = []
    with environment.serving() as server:
        environment.ensure_base(server)
        demo_database.ensure_template(server)
        source = bench_fill.ensure(server, options.fill) if options.fill else databases.DEMO_TEMPLATE
        for name in options.names or [name for name in ROWS if options.fill or name not in FILLED]:
            found = bench_codes.run(server, source, size(name, options)) if name == 'codes' else run_row(server, source, name, options)
            show(name, found, before)
            lines += found
    if options.json:
        options.json.write_text(json.dumps({'scale': options.scale, 'rounds': options.rounds, 'fill': options.fill, 'lines': lines}, indent=1))
    return 0


def earlier(path: Path | None) -> dict:
    """The ratios of an earlier run by what was measured, whatever its size was."""
    if not path:
        return {}
    try:
        return {key(line): line['ratio'] for line in json.loads(path.read_text())['lines']}
    except (OSError, ValueError, KeyError) as error:
        raise Failure(f'{path} can not be read as what --json has written: {error}') from None


def key(line: dict) -> tuple:
    """What a line is about, without its numbers."""
    return tuple(' '.join(word for word in line[name].split() if not word.strip(',').isdigit()) for name in ('row', 'what', 'baseline'))


# -- running ----------------------------------------------------------------------------------------


def size(name: str, options) -> int:
    return max(1, round(ROWS[name][1] * options.scale))


def run_row(server, source: str, name: str, options) -> list[dict]:
    """One row on databases of its own, in an Odoo process of its own; the lines of its table."""
    main_, other = f'{PREFIX}_{os.getpid()}', f'{PREFIX}_{os.getpid()}_other'
    # Those that send nothing have no connector, and the other has no addon.
    first, second = (databases.TEST, databases.BASE) if name == 'forms' else (source, databases.DEMO_TEMPLATE if name == 'grow' else None)
    try:
        databases.clone(first, main_)
        if second:
            databases.clone(second, other)
        with servers.Children() as children, tempfile.TemporaryDirectory() as folder:
            settings = {'size': size(name, options), 'rounds': options.rounds, 'other': second and other, 'portal': name in WITH_PORTAL and portal(children)}
            result = Path(folder) / 'result.json'
            script = f'import sys; sys.path.append({str(TOOLS)!r}); import bench_odoo; bench_odoo.run(env, {name!r}, {str(result)!r}, {settings!r})\n'
            databases.shell(server, main_, script, fresh_log(f'bench-{name}'))
            if not result.is_file():
                raise Failure(f'The row {name} ended without a result; see {LOGS / f"bench-{name}.log"}')
            return [{'row': ROWS[name][0], **line} for line in json.loads(result.read_text())]
    finally:
        databases.drop(main_)
        databases.drop(other)


def portal(children) -> str:
    """A portal of its own; its URL."""
    port = servers.free_port()
    url = f'http://127.0.0.1:{port}'
    command = [PYTHON, '-m', 'sandbox', '--port', port, '--auto-confirm', '--confirm-after', 0, '--stage-seconds', 0]
    children.start('bench-sandbox', command, f'{url}/phone', cwd=ROOT, env=clean_env())
    return url


# -- the table --------------------------------------------------------------------------------------


def show(name: str, lines: list[dict], before: dict) -> None:
    say(f'\n{ROWS[name][0]}. {name}: {ROWS[name][2]}')
    say(f'   {"":38} {"ms":>8} {"SQL each":>9}   {"":28} {"ms":>8} {"SQL each":>9} {"ratio":>7} {"before":>7} {"goal":>7}')
    for line in lines:
        earlier_ratio, goal, unit = before.get(key(line)), line['goal'], line.get('unit', 1000)
        ours = f'{line["what"]:38} {line["ours"]["cpu"] * unit:8.0f} {line["sql"]:9.1f}'
        theirs = f'{line["baseline"]:28} {line["theirs"]["cpu"] * unit:8.0f} {line["their_sql"]:9.1f}'
        known = ''.join('        ' if number is None else f' {number:7.2f}' for number in (earlier_ratio, goal))
        verdict = '' if goal is None or line['ratio'] <= goal else '  missed'
        say(f'   {ours}   {theirs} {line["ratio"]:7.2f}{known}{verdict}{line.get("remark", "")}')

"""./dev test: SDK and sandbox tests by plain pytest, Odoo and browser tests by pytest-odoo, one verdict over all."""

import contextlib
import json
import os
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import coverage_table
import databases
import environment
import lint
import postgres
import system
from base import ADDON, GLUE, LOGS, QUEUE, ROOT, SOURCES, TOOLS, WORK, Failure, Step, clean_env, locked, run_steps, say
from odoo_source import Odoo
from python_env import AXE, PYTHON, QUEUE_FOLDER
from suites import Background, Suite

PLAIN = {name: ROOT / 'tests' / name for name in ('sdk', 'sandbox')}  # suites without Odoo, each with its own pytest.ini
RUN = 'vatportal_run_'  # prefix of the databases tests run on, followed by the number of our process
STATEMENT_LIMIT = '120s'
TAKES_VALUE = {'-k', '-m', '-p', '-o', '-c', '-W', '-r', '--maxfail', '--tb', '--durations', '--deselect', '--ignore', '--log-level'}
# Suites with Odoo, each with a database of its own: the addon alone, beside Inventory, beside OCA's job queue, and beside all apps
# that change what it does.
ALONE, STOCK, JOBS, APPS = 'odoo', 'stock', 'queue', 'apps'


# -- what to run ------------------------------------------------------------------------------------


class Selection:
    """The caller's arguments, sorted: targets per suite, and options for every suite."""

    def __init__(self, arguments: list[str]):
        # Measuring what is covered takes half as long again, so it is asked for.
        self.cover = '--coverage' in arguments
        arguments = [argument for argument in arguments if argument != '--coverage']
        self.full = not arguments
        self.options, self.plain = [], {name: [] for name in PLAIN}
        databases.link_addons()
        self.odoo = {ALONE: [], STOCK: [], JOBS: [], APPS: []}
        takes_value = False
        for argument in arguments:
            path = None if takes_value or argument.startswith('-') else _existing(argument)
            if not path and not takes_value and not argument.startswith('-'):
                raise Failure(f'There is no {argument} to test.')
            takes_value = argument in TAKES_VALUE
            if path:
                self._add(path, argument.partition('::')[1:])
            else:
                self.options.append(argument)
        if not any(self.odoo.values()) and not any(self.plain.values()):
            self._add(ROOT / 'tests', ())

    def _add(self, path: Path, node: tuple) -> None:
        if path in (ROOT, ROOT / 'tests'):
            for name, folder in PLAIN.items():
                if folder.is_dir():
                    self.plain[name].append(folder)
            for addon, source in SOURCES.items():
                files = sorted((source / 'tests').glob('**/test_*.py'))
                self._add_files(addon, [file for file in files if not any(file.is_relative_to(folder) for folder in PLAIN.values())])
            return
        for name, folder in PLAIN.items():
            if path.is_relative_to(folder):
                self.plain[name].append(str(path) + ''.join(node))
                return
        if not path.is_relative_to(ROOT):
            raise Failure(f'{path} is not in {ROOT}.')
        inside = path.relative_to(ROOT).parts[0]
        self._add_files(inside if inside in SOURCES else ADDON, sorted(path.glob('**/test_*.py')) if path.is_dir() else [path], ''.join(node))

    def _add_files(self, addon: str, files: list[Path], node: str = '') -> None:
        for file in files:
            inside = file.relative_to(SOURCES[addon])
            suite = APPS if inside.parts[:2] == ('tests', 'apps') else {ADDON: ALONE, GLUE: STOCK, QUEUE: JOBS}.get(addon, APPS)
            linked = databases.ADDONS / addon / inside
            self.odoo[suite].append(f'{linked}{node}' if node else linked)


def _existing(argument: str) -> Path | None:
    name = argument.partition('::')[0]
    for folder in (Path.cwd(), ROOT):
        if name and (folder / name).exists():
            return (folder / name).resolve()
    return None


# -- suites -----------------------------------------------------------------------------------------


def _env(**extra: str) -> dict[str, str]:
    path = os.pathsep.join(str(part) for part in (TOOLS / 'plugins', extra.pop('PYTHONPATH', '')) if part)
    return clean_env(
        PYTHONPATH=path, DEV_AXE=str(AXE), HYPOTHESIS_STORAGE_DIRECTORY=str(WORK / 'hypothesis'), HOME=str(WORK / 'home'), **extra
    )  # browsers write to the home folder


def plain_suites(selection: Selection) -> list[Suite]:
    return [
        Suite(name, ['-p', 'no:odoo', *targets, *selection.options], PLAIN[name], _env(PYTHONPATH=str(ROOT)), selection.cover and name == 'sdk')
        for name, targets in selection.plain.items()
        if targets
    ]


def odoo_suite(selection: Selection, command: tuple, suite: str, database: str, share: str = '', name: str = '') -> Suite:
    """The tests of `suite` in a process of its own; those that start servers do it by `command`. Those who are given the same
    folder to `share` run a part of them each."""
    ini = WORK / 'pytest.ini'
    ini.write_text('[pytest]\npython_files = test_*.py\n')
    arguments = [
        *(['-p', 'dev_share'] if share else []),
        '-c',
        ini,
        '--rootdir',
        databases.ADDONS,
        f'--odoo-database={database}',
        '--odoo-http',
        '--odoo-log-level=warn',
        '--disable-warnings',
        *selection.odoo[suite],
        *selection.options,
    ]
    servers = {'DEV_ODOO': json.dumps(command), 'PYTHONPATH': str(QUEUE_FOLDER)}
    # No job runner in the process of the tests: those that want one start a server.
    servers['ODOO_QUEUE_JOB_CHANNELS'] = 'root:0'
    env = _env(ODOO_RC=str(databases.CONF), DEV_DISPOSABLE=database, DEV_SHARE=share, **servers)
    return Suite(name or suite, arguments, databases.ADDONS, env, selection.cover)


def check_browser() -> None:
    """Without either of these Odoo skips its browser tests and calls that a success."""
    if not system.find_browser():
        raise Failure('No Chromium or Chrome found: browser tests can not run.')
    if subprocess.run([PYTHON, '-c', 'import websocket'], env=clean_env()).returncode:
        raise Failure('The Python package websocket-client is missing: browser tests can not run.')


def drop_leftovers() -> None:
    for name in databases.names():
        owner = name.removeprefix(RUN).partition('_')[0]
        if name.startswith(RUN) and not Path(f'/proc/{owner}').exists():
            databases.drop(name)


@contextlib.contextmanager
def odoo_databases(server: Odoo, anew: bool):
    """A function that prepares the database of a suite and returns the name of a clone of it; all clones go in the end."""
    if not server.source:
        raise Failure(
            f'The tests must import Odoo, and where {server.command[0]} has its source can not be told. '
            'Point ODOO_BIN to the odoo-bin of a checkout, or unset it.'
        )
    clones, prepared = [], {}

    def clone(suite: str) -> str:
        with locked('databases'):
            if not prepared:
                drop_leftovers()
            prepared[suite] = prepared.get(suite) or prepare_database(server, suite, anew)
            name = f'{RUN}{os.getpid()}_{suite}_{len(clones)}'
            clones.append(name)
            databases.clone(prepared[suite], name)
            # A statement that would not end is told with its test, instead of a run that does not end.
            postgres.sql(f'ALTER DATABASE "{name}" SET statement_timeout = \'{STATEMENT_LIMIT}\'')
            return name

    try:
        yield clone
    finally:
        for name in clones:
            databases.drop(name)


def prepare_database(server: Odoo, suite: str, anew: bool) -> str:
    """The name of the database of `suite`, ready to be cloned. The one beside Inventory is made of the addon's own, which a full
    run has just installed anew."""
    if suite == APPS:
        run_steps([Step("Test database with Odoo's other apps", lambda: databases.prepare_apps(server, anew))])
    else:
        run_steps([Step(f'Test database with {ADDON}', lambda: databases.prepare_test(server, anew and suite == ALONE))])
    if suite == STOCK:
        run_steps([Step(f'Test database with {GLUE}', lambda: databases.prepare_glue(server, anew))])
    if suite == JOBS:
        run_steps([Step(f'Test database with {QUEUE}', lambda: databases.prepare_queue(server, anew))])
    for line in databases.complaints({ALONE: 'install', STOCK: 'install-stock', JOBS: 'install-queue', APPS: 'install-apps'}[suite]) if anew else ():
        say(f'      {line}')
    return {ALONE: databases.TEST, STOCK: databases.TEST_GLUE, JOBS: databases.TEST_QUEUE, APPS: databases.TEST_APPS}[suite]


# -- the command ------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    start = time.monotonic()
    selection = Selection(arguments)
    suites = run_with_odoo(selection) if any(selection.odoo.values()) else run_plain(selection)
    if suites is None:
        return 1
    if selection.cover:
        coverage_table.show([suite.name for suite in suites])
    return verdict(suites, selection.full, time.monotonic() - start)


def run_plain(selection: Selection) -> list[Suite]:
    environment.ensure(server=False)
    suites = plain_suites(selection)
    for suite in suites:
        suite.run()
    return suites


def run_with_odoo(selection: Selection) -> list[Suite] | None:
    environment.ensure(browser=True, queue=True)
    check_browser()
    LOGS.mkdir(exist_ok=True)
    (WORK / 'home').mkdir(exist_ok=True)
    with environment.serving() as server, odoo_databases(server, selection.full) as clone:
        if selection.full:
            return run_full(selection, server, clone)
        with Background(plain_suites(selection)) as plain:
            environment.ensure_base(server)
            ready = [(name, clone(name)) for name, targets in selection.odoo.items() if targets]
            plain.show()
        suites = [odoo_suite(selection, server.command, name, database) for name, database in ready]
        for suite in suites:
            show_run(suite)
        return [*plain.suites, *suites]


def run_full(selection: Selection, server: Odoo, clone: Callable[[str], str]) -> list[Suite] | None:
    """Three processes at work from the beginning to the end: a browser and the Odoo behind it wait for each other, so two would
    leave the cores idle. Each takes a part of the addon's own tests and of those with other apps; one of them begins with all
    others, and prepares the databases of those meanwhile. Lint runs beside the preparation."""
    begun = threading.Event()

    def parts(number: int, share: str, *suites: str) -> Iterator[Suite]:
        for name in suites:
            yield odoo_suite(selection, server.command, name, clone(name), share, f'{name}-{number}')

    def second(share: str) -> Iterator[Suite]:
        begun.wait()
        yield from parts(2, share, ALONE, APPS)

    def others(share: str) -> Iterator[Suite]:
        yield from plain_suites(selection)
        begun.wait()
        yield from parts(3, share, STOCK, APPS, JOBS, ALONE)

    with (
        ThreadPoolExecutor(1) as pool,
        tempfile.TemporaryDirectory(dir=WORK) as share,
        Background(second(share)) as beside,
        Background(others(share)) as beyond,
    ):
        linted = pool.submit(lint.run_all)
        environment.ensure_base(server)
        suites = []
        for suite in parts(1, share, ALONE, APPS):
            if linted.result():
                say('lint failed: no test with Odoo was run')
                return None
            begun.set()
            suites.append(suite)
            show_run(suite)
        for background in (beside, beyond):
            background.show()
        return [*suites, *beside.suites, *beyond.suites]


def show_run(suite: Suite) -> None:
    say(f'\n== {suite.name}: Odoo and browser tests ==')
    suite.run()


def verdict(suites: list[Suite], full: bool, seconds: float) -> int:
    """The last lines: what pytest would write had it been a single run."""
    counts = sum((suite.counts for suite in suites), Counter())
    failed = counts['failed'] + counts['subtests failed']
    troubles = [trouble for suite in suites if (trouble := suite.broken(may_be_empty=not full))]
    if counts['skipped'] + counts['subtests skipped']:
        troubles.append('skipped tests count as failures: a test that did not run proves nothing')
    if not counts['passed'] + failed + counts['error']:
        troubles.append('no test was run')
    say()
    for trouble in troubles:
        say(f'! {trouble}')
    say(f'{counts["passed"]} passed, {failed + counts["error"]} failed')
    parts = [f'{counts[name]} {name}' for name in ('failed', 'subtests failed', 'passed', 'skipped', 'error', 'xfailed', 'xpassed') if counts[name]]
    minutes = f' ({int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02})' if seconds >= 60 else ''
    say(f' {", ".join(parts) or "no tests ran"} in {seconds:.2f}s{minutes} '.center(80, '='))
    return 1 if troubles or failed or counts['error'] or any(suite.code == 1 for suite in suites) else 0

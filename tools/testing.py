"""./dev test: SDK and sandbox tests by plain pytest, Odoo and browser tests by pytest-odoo, one verdict over all."""

import contextlib
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import coverage_table
import databases
import environment
import lint
import system
from base import ADDON, GLUE, LOGS, ROOT, SOURCES, TOOLS, WORK, Failure, Step, clean_env, locked, run_steps, say
from odoo_source import Odoo
from python_env import PYTHON

PLAIN = {name: ROOT / 'tests' / name for name in ('sdk', 'sandbox')}  # suites without Odoo, each with its own pytest.ini
RUN = 'vatportal_run_'  # prefix of the databases tests run on, followed by the number of our process
TAKES_VALUE = {'-k', '-m', '-p', '-o', '-c', '-W', '-r', '--maxfail', '--tb', '--durations', '--deselect', '--ignore', '--log-level'}
NOTHING_COLLECTED = 5
# Suites with Odoo, each with a database of its own: the addon alone, beside Inventory, and beside all apps that change what it does.
ALONE, STOCK, APPS = 'odoo', 'stock', 'apps'
SIDE_BY_SIDE = 2  # processes in which a full run tests the main addon alone, each with a database of its own
BROWSER_WEIGHT = 600


class Suite:
    """One pytest process: its command, its output, its counts."""

    def __init__(self, name: str, arguments: list, cwd: Path, env: dict[str, str], cover: bool):
        self.name, self.cwd, self.cover = name, cwd, cover
        self.totals_file = WORK / 'log' / f'totals-{name}-{os.getpid()}.json'
        self.output_file = WORK / 'log' / f'pytest-{name}.log'
        self.env = {**env, 'DEV_TOTALS': str(self.totals_file)}
        self.command = [
            str(part)
            for part in (
                PYTHON,
                '-m',
                'pytest',
                '-p',
                'dev_totals',
                '--no-header',
                '-r',
                'fEsX',
                '-o',
                f'cache_dir={WORK}/pytest_cache/{name}',
                f'--color={"yes" if sys.stdout.isatty() else "no"}',
                *(coverage_table.options(name) if cover else ['-p', 'no:cov']),
                *arguments,
            )
        ]
        if cover:
            self.env['COVERAGE_FILE'] = str(coverage_table.data_file(name))
        self.process = self.code = None
        self.counts = Counter()

    def run(self, sink=None) -> None:
        self.process = subprocess.Popen(self.command, cwd=self.cwd, env=self.env, stdout=sink, stderr=sink and subprocess.STDOUT)
        self.code = self.process.wait()
        if self.totals_file.is_file():
            self.counts = Counter(json.loads(self.totals_file.read_text()))
            self.totals_file.unlink()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def broken(self, may_be_empty: bool) -> str | None:
        """What is wrong with this run beyond its failed tests."""
        if self.code == NOTHING_COLLECTED:
            return None if may_be_empty else f'{self.name}: no tests found'
        if self.code not in (0, 1):
            return f'{self.name}: pytest ended with {self.code} before its time'
        return None if self.counts else f'{self.name}: pytest left no result'


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
        self.odoo = {ALONE: [], STOCK: [], APPS: []}
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
            suite = APPS if inside.parts[:2] == ('tests', 'apps') else {ADDON: ALONE, GLUE: STOCK}.get(addon, APPS)
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
        PYTHONPATH=path, HYPOTHESIS_STORAGE_DIRECTORY=str(WORK / 'hypothesis'), HOME=str(WORK / 'home'), **extra
    )  # browsers write to the home folder


def plain_suites(selection: Selection) -> list[Suite]:
    return [
        Suite(name, ['-p', 'no:odoo', *targets, *selection.options], PLAIN[name], _env(PYTHONPATH=str(ROOT)), selection.cover and name == 'sdk')
        for name, targets in selection.plain.items()
        if targets
    ]


def odoo_suites(selection: Selection, databases_of: dict[str, list[str]]) -> list[Suite]:
    """The suites with Odoo, of each as many parts as it has databases, its test files dealt out among them."""
    ini = WORK / 'pytest.ini'
    ini.write_text('[pytest]\npython_files = test_*.py\n')
    suites = []
    besides = sum(_weight(path) for name in (STOCK, APPS) for path in selection.odoo[name]) if selection.full else 0
    for name, clones in databases_of.items():
        for number, (database, targets) in enumerate(zip(clones, deal(selection.odoo[name], len(clones), besides), strict=True)):
            arguments = [
                '-c',
                ini,
                '--rootdir',
                databases.ADDONS,
                f'--odoo-database={database}',
                '--odoo-http',
                '--odoo-log-level=warn',
                '--disable-warnings',
                *targets,
                *selection.options,
            ]
            suites.append(
                Suite(
                    f'{name}-{number + 1}' if number else name,
                    arguments,
                    databases.ADDONS,
                    _env(ODOO_RC=str(databases.CONF), DEV_DISPOSABLE=database),
                    selection.cover,
                )
            )
    return suites


def deal(targets: list, hands: int, besides: int = 0) -> list[list]:
    """The test files in so many parts that take about as long, in the order of their names; the last part has other work
    `besides`."""
    if hands == 1:
        return [targets]
    parts, weights = [[] for _hand in range(hands)], [0] * (hands - 1) + [besides]
    for target in sorted(targets, key=_weight, reverse=True):
        lightest = weights.index(min(weights))
        parts[lightest].append(target)
        weights[lightest] += _weight(target)
    return [sorted(part) for part in parts]


def _weight(path: Path) -> int:
    """How long a test file takes, roughly, in lines; a browser takes longer than its lines tell."""
    return len(path.read_text().splitlines()) + (BROWSER_WEIGHT if 'tour' in path.name else 0)


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
def odoo_databases(server: Odoo, selection: Selection):
    """{suite: names of clones of its database}, for each suite with something to test; the databases are prepared first."""
    if not server.source:
        raise Failure(
            f'The tests must import Odoo, and where {server.command[0]} has its source can not be told. '
            'Point ODOO_BIN to the odoo-bin of a checkout, or unset it.'
        )
    names = [name for name, targets in selection.odoo.items() if targets]
    clones = {name: [f'{RUN}{os.getpid()}_{name}_{number}' for number in range(SIDE_BY_SIDE if selection.full and name == ALONE else 1)] for name in names}
    try:
        with locked('databases'):
            drop_leftovers()
            for name in names:
                template = prepare_database(server, name, selection.full)
                for clone in clones[name]:
                    databases.clone(template, clone)
        yield clones
    finally:
        for name in itertools.chain(*clones.values()):
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
    for line in databases.complaints({ALONE: 'install', STOCK: 'install-stock', APPS: 'install-apps'}[suite]) if anew else ():
        say(f'      {line}')
    return {ALONE: databases.TEST, STOCK: databases.TEST_GLUE, APPS: databases.TEST_APPS}[suite]


class Background:
    """Runs suites one after the other while databases are being prepared; their output is printed when asked for."""

    def __init__(self, suites: list[Suite]):
        self.suites, self.unshown = suites, list(suites)
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        for suite in self.suites:
            suite.stop()

    def _run(self) -> None:
        for suite in self.suites:
            with suite.output_file.open('w') as sink:
                suite.run(sink)

    def show(self) -> None:
        self.thread.join()
        shown, self.unshown = self.unshown, []
        for suite in shown:
            say(f'\n== {suite.name} tests ==\n{suite.output_file.read_text(errors="replace").rstrip()}')


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
    environment.ensure(browser=True)
    check_browser()
    if selection.full and lint.run_all():
        say('lint failed: no test was run')
        return None
    LOGS.mkdir(exist_ok=True)
    (WORK / 'home').mkdir(exist_ok=True)
    with environment.serving() as server, Background(plain_suites(selection)) as plain:
        environment.ensure_base(server)
        with odoo_databases(server, selection) as clones:
            plain.show()
            first, *others = suites = odoo_suites(selection, clones)
            # In a full run the others go beside the first, which has the terminal.
            with Background(others if selection.full else []) as beside:
                for suite in [first] if selection.full else suites:
                    say(f'\n== {suite.name}: Odoo and browser tests ==')
                    suite.run()
                beside.show()
        return [*plain.suites, *suites]


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

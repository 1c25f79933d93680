"""One run of pytest for ./dev test, and several of them beside what has the terminal."""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import coverage_table
from base import WORK, say
from python_env import PYTHON

NOTHING_COLLECTED = 5


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


class Background:
    """Runs suites one after the other, beside what has the terminal; their output is printed when asked for.

    :ivar suites: those that were begun
    """

    def __init__(self, coming: Iterable[Suite]):
        self.coming, self.suites, self.stopped, self.error = coming, [], False, None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped = True
        for suite in self.suites:
            suite.stop()

    def _run(self) -> None:
        try:
            for suite in self.coming:  # before which a database may be prepared
                if self.stopped:
                    return
                self.suites.append(suite)
                with suite.output_file.open('w') as sink:
                    suite.run(sink)
        except BaseException as error:  # noqa: BLE001 - raised where the terminal is
            self.error = error

    def show(self) -> None:
        self.thread.join()
        if self.error:
            raise self.error
        for suite in self.suites:
            say(f'\n== {suite.name} tests ==\n{suite.output_file.read_text(errors="replace").rstrip()}')

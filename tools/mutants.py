"""./dev faults --mutants: does the suite notice when a rule of sending is broken? Each break, applied to a copy, must be found."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

import databases
import environment
import testing
from base import ADDON, ROOT, SOURCES, WORK, Failure, locked, say
from mutants_list import MUTANTS, Mutant, broken, check_list
from python_env import PYTHON

FOLDER = WORK / 'mutants'
SKIPPED = shutil.ignore_patterns('.git', '.work', '__pycache__')
SEEDS = os.environ.get('VATPORTAL_SEEDS', '1-25')
SIDE_BY_SIDE = 2  # how many test processes there are at once
SCHEDULES = ('tests/faults/test_faults.py', '-k', 'test_schedules')
PLAIN = 'tests/sdk'  # needs no Odoo


@dataclass
class Copy:
    """A copy of the addons with a database and a configuration of its own."""

    folder: Path
    database: str

    def __post_init__(self):
        self.process, self.stopped = None, False
        self.source, self.addons, self.conf = self.folder / 'source', self.folder / 'addons', self.folder / 'odoo.conf'
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ROOT, self.source, ignore=SKIPPED, symlinks=True)
        self.addons.mkdir()
        for name, source in SOURCES.items():
            (self.addons / name).symlink_to(self.source / source.relative_to(ROOT))
        self.conf.write_text(re.sub('(?m)^addons_path = .*$', f'addons_path = {self.addons}', databases.CONF.read_text()))

    def tests(self, *arguments: str) -> tuple[bool, str]:
        """Whether these tests pass with the copy as it is, and their output."""
        # Without bytecode: two states of a file within one second look alike to it.
        env = {'VATPORTAL_SEEDS': SEEDS, 'VATPORTAL_FIRST': '1', 'PYTHONDONTWRITEBYTECODE': '1'}
        plain = arguments[0].startswith(PLAIN)
        if plain:
            env, cwd = testing._env(PYTHONPATH=str(self.source), **env), self.source / PLAIN
            options = ['-p', 'no:odoo']
        else:
            env, cwd = testing._env(ODOO_RC=str(self.conf), **env), self.addons
            options = ['-c', WORK / 'pytest.ini', '--rootdir', self.addons, f'--odoo-database={self.database}', '--odoo-http', '--odoo-log-level=critical']
        folder = self.source if plain else self.addons / ADDON
        command = [
            *(PYTHON, '-m', 'pytest', *options, '-p', 'no:cacheprovider', '-p', 'no:cov', '--disable-warnings', '-q', '-x', '--tb=line'),
            *(folder / part if part.startswith('tests/') else part for part in arguments),
        ]
        # In a group of its own: Ctrl-C is ours to pass on, and Odoo ends by itself at none but the second.
        self.process = subprocess.Popen(
            [str(part) for part in command], cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        if self.stopped:
            self.process.kill()
        output, _none = self.process.communicate()
        if self.process.returncode not in (0, 1):
            raise Failure(f'pytest ended with {self.process.returncode}:\n{output[-3000:]}')
        return not self.process.returncode, output

    def stop(self) -> None:
        """End what runs here, and whatever is begun after it."""
        self.stopped = True
        if self.process:
            # It leads a session of its own, with its browsers.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def finds(self, mutant: Mutant) -> str:
        """What finds the break: one of its tests or, where it has none, a schedule; '' for nothing."""
        path = self.source / mutant.file
        sound = path.read_text()
        path.write_text(broken(mutant, sound))
        try:
            for test in mutant.tests:
                if not self.tests(test)[0]:
                    return test
            passed, output = (True, '') if mutant.tests else self.tests(*SCHEDULES)
            if passed:
                return ''
            seed = re.search(r'schedule (\d+) \(again', output)
            if not seed:
                raise Failure(f'With “{mutant.name}” the schedules did not run:\n{output[-3000:]}')
            return f'schedule {seed[1]}'
        finally:
            path.write_text(sound)


def on_sound_code(mutants: list[Mutant]) -> list[tuple[str, ...]]:
    """What has to pass on the code as it is before it proves anything about these breaks: arguments of :meth:`Copy.tests`."""
    tests = dict.fromkeys(test for mutant in mutants for test in mutant.tests)
    plain = tuple(test for test in tests if test.startswith(PLAIN))
    odoo = tuple(test for test in tests if test not in plain)
    schedules = () if all(mutant.tests for mutant in mutants) else SCHEDULES
    return [each for each in (plain, odoo, schedules) if each]


def in_parallel(copies: list[Copy], work: Callable, items) -> None:
    free = Queue()
    for copy in copies:
        free.put(copy)

    def one(item):
        copy = free.get()
        try:
            work(copy, item)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as pool:
        try:
            for done in [pool.submit(one, item) for item in items]:
                done.result()
        except BaseException:  # Ctrl-C, too: nothing goes on behind it
            pool.shutdown(wait=False, cancel_futures=True)
            for copy in copies:
                copy.stop()
            raise


def main(names: list[str]) -> int:
    """Apply all breaks, or those whose name has one of `names` in it."""
    check_list()
    chosen = [mutant for mutant in MUTANTS if not names or any(name in mutant.name for name in names)]
    if not chosen:
        raise Failure('No break has such a name.')
    survivors, begin = [], time.monotonic()

    def try_out(copy, mutant):
        start = time.monotonic()
        if not isinstance(mutant, Mutant):
            passed, output = copy.tests(*mutant)
            if not passed:
                raise Failure(f'These fail on the code as it is, so they prove nothing:\n{output[-3000:]}')
            return
        found = copy.finds(mutant)
        if not found:
            survivors.append(mutant.name)
        say(f'{"found" if found else "NOT FOUND":9}  {mutant.name}: {found or "nothing noticed"}, {time.monotonic() - start:.0f} s')

    with locked('mutants'), environment.serving() as server:
        environment.ensure_base(server)
        (WORK / 'pytest.ini').write_text('[pytest]\npython_files = test_*.py\n')
        copies = []
        try:
            with locked('databases'):
                template = testing.prepare_database(server, testing.ALONE, False)
                for number in range(min(SIDE_BY_SIDE, len(chosen))):
                    database = f'{testing.RUN}{os.getpid()}_mutants_{number}'
                    databases.clone(template, database)
                    copies.append(Copy(FOLDER / str(number), database))
            in_parallel(copies, try_out, [*on_sound_code(chosen), *chosen])
        finally:
            for copy in copies:
                databases.drop(copy.database)
            shutil.rmtree(FOLDER, ignore_errors=True)
    minutes, seconds = divmod(int(time.monotonic() - begin), 60)
    say(f'{len(chosen)} breaks, {len(survivors)} not found, {minutes}:{seconds:02}')
    return 1 if survivors else 0

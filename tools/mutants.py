"""./dev faults --mutants: does the suite notice when a rule of sending is broken? Each break, applied to a copy, must be found."""

import os
import re
import shutil
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
SIDE_BY_SIDE = testing.SIDE_BY_SIDE
SCHEDULES = ('tests/faults/test_faults.py', '-k', 'test_schedules')


@dataclass
class Copy:
    """A copy of the addons with a database and a configuration of its own."""

    folder: Path
    database: str

    def __post_init__(self):
        self.source, self.addons, self.conf = self.folder / 'source', self.folder / 'addons', self.folder / 'odoo.conf'
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ROOT, self.source, ignore=SKIPPED, symlinks=True)
        self.addons.mkdir()
        for name, source in SOURCES.items():
            (self.addons / name).symlink_to(self.source / source.relative_to(ROOT))
        self.conf.write_text(re.sub('(?m)^addons_path = .*$', f'addons_path = {self.addons}', databases.CONF.read_text()))

    def tests(self, *arguments: str, seeds: str = SEEDS) -> tuple[bool, str]:
        """Whether these tests pass with the copy as it is, and their output."""
        # Without bytecode: two states of a file within one second look alike to it.
        env = testing._env(ODOO_RC=str(self.conf), VATPORTAL_SEEDS=seeds, VATPORTAL_FIRST='1', PYTHONDONTWRITEBYTECODE='1')
        command = [
            PYTHON,
            '-m',
            'pytest',
            '-c',
            WORK / 'pytest.ini',
            '--rootdir',
            self.addons,
            '-p',
            'no:cacheprovider',
            '-p',
            'no:cov',
            f'--odoo-database={self.database}',
            '--odoo-http',
            '--odoo-log-level=critical',
            '--disable-warnings',
            '-q',
            '-x',
            '--tb=line',
            *(self.addons / ADDON / part if part.startswith('tests/') else part for part in arguments),
        ]
        done = subprocess.run([str(part) for part in command], cwd=self.addons, env=env, text=True, capture_output=True)
        if done.returncode not in (0, 1):
            raise Failure(f'pytest ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}')
        return not done.returncode, done.stdout + done.stderr

    def finds(self, mutant: Mutant) -> str:
        """What finds the break: a schedule or a test file; '' for nothing."""
        path = self.source / mutant.file
        sound = path.read_text()
        path.write_text(broken(mutant, sound))
        try:
            passed, output = self.tests(*SCHEDULES, seeds=first_seeds([mutant]))
            if not passed:
                seed = re.search(r'schedule (\d+) \(again', output)
                if not seed:
                    raise Failure(f'With “{mutant.name}” the schedules did not run:\n{output[-3000:]}')
                return f'schedule {seed[1]}'
            for file in mutant.tests:
                if not self.tests(file)[0]:
                    return file
            return ''
        finally:
            path.write_text(sound)


def first_seeds(mutants: list[Mutant]) -> str:
    return ','.join([*(mutant.seeds for mutant in mutants if mutant.seeds), SEEDS])


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
        for done in [pool.submit(one, item) for item in items]:
            done.result()


def main(names: list[str]) -> int:
    """Apply all breaks, or those whose name has one of `names` in it."""
    check_list()
    chosen = [mutant for mutant in MUTANTS if not names or any(name in mutant.name for name in names)]
    if not chosen:
        raise Failure('No break has such a name.')
    survivors, begin = [], time.monotonic()

    def try_out(copy, mutant):
        start = time.monotonic()
        if mutant is None:
            passed, output = copy.tests(*SCHEDULES, seeds=first_seeds(chosen))
            if not passed:
                raise Failure(f'The schedules fail on the code as it is, so they prove nothing:\n{output[-3000:]}')
            return
        found = copy.finds(mutant)
        if not found:
            survivors.append(mutant.name)
        say(f'{"found" if found else "NOT FOUND":9}  {mutant.name}: {found or "nothing noticed"}, {time.monotonic() - start:.0f} s')

    with environment.serving() as server:
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
            in_parallel(copies, try_out, [None, *chosen])
        finally:
            for copy in copies:
                databases.drop(copy.database)
            shutil.rmtree(FOLDER, ignore_errors=True)
    minutes, seconds = divmod(int(time.monotonic() - begin), 60)
    say(f'{len(chosen)} breaks, {len(survivors)} not found, {minutes}:{seconds:02}')
    return 1 if survivors else 0

"""ruff over everything, mypy over the SDK, pylint-odoo over the addons. Their settings stand in pyproject.toml, pylint's here."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import databases
from base import ADDON, ROOT, SOURCES, WORK, clean_env, say
from mutants_list import check_list
from python_env import VENV

# Off: the OCA as an author; keys that repeat a default in the manifest; `return super()…` where a method returns nothing;
# the preference for self.env._, which does not see that `_` may be a local name for it.
_OFF = 'manifest-required-author,manifest-superfluous-key,missing-return,prefer-env-translation'
# In the main addon also one class per model: nine models are spread over more than a hundred classes there, one for each
# thing that they can do. (In a clone pylint-odoo would not see it, for it looks for manifests below the folder with .git.)
_OFF_IN_MAIN = 'consider-merging-classes-inherited'
PYLINT = ['--load-plugins=pylint_odoo', '--disable=all', '--enable=odoolint', '--valid-odoo-versions=19.0', '--score=no']
RUFF = VENV / 'bin' / 'ruff'
_IGNORED = '.git,.work,tools,sandbox,sdk'


def run_all() -> int:
    checks = []
    for name in databases.link_addons():  # the main one, which takes longest, first
        off = f'{_OFF},{_OFF_IN_MAIN}' if name == ADDON else _OFF
        ignored = ','.join([_IGNORED, *(other for other in SOURCES if name == ADDON and other != ADDON)])
        checks.append((f'pylint-odoo {name}', [VENV / 'bin' / 'pylint', *PYLINT, f'--disable={off}', f'--ignore={ignored}', name], databases.ADDONS))
    checks += [
        ('mypy', [VENV / 'bin' / 'mypy', '--cache-dir', WORK / 'cache' / 'mypy'], ROOT),
        ('ruff', [RUFF, 'check', '--no-cache', '.'], ROOT),
        ('ruff format', [RUFF, 'format', '--check', '--no-cache', '.'], ROOT),
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = list(pool.map(lambda check: _passes(*check), checks))
    check_list()
    return 0 if all(passed) else 1


def format_all() -> int:
    """Imports and layout of all Python as pyproject.toml has them."""
    commands = ([RUFF, 'check', '--no-cache', '--select', 'I', '--fix', '--quiet', '.'], [RUFF, 'format', '--no-cache', '.'])
    return max(subprocess.run(command, cwd=ROOT, env=clean_env()).returncode for command in commands)


def _passes(name: str, command: list, cwd: Path) -> bool:
    result = subprocess.run([str(part) for part in command], text=True, capture_output=True, cwd=cwd, env=clean_env())
    say(f'lint: {name}: {"failed" if result.returncode else "ok"}')
    if result.returncode:
        say((result.stdout + result.stderr).rstrip())
    return not result.returncode

"""./dev i18n: export what can be translated from a fresh database, and bring the translations of the addons in line with it."""

import argparse
import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import databases
import environment
from base import SOURCES, TOOLS, WORK, Failure, Step, clean_env, fresh_log, locked, run, run_steps
from odoo_source import Odoo
from python_env import PYTHON

LANGUAGES = ('az', 'ru')


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(prog='./dev i18n', description='Export the terms to i18n/*.pot and merge them into i18n/*.po.')
    parser.add_argument(
        '--check', action='store_true', help='change nothing; exit code 1 if a term is untranslated or mistranslated, or a .pot does not fit the code'
    )
    options = parser.parse_args(given)
    folder = WORK / 'i18n' / str(os.getpid())
    try:
        with environment.serving(queue=True) as server:
            environment.ensure_base(server)
            templates = export(server, folder)
        return max(merge(name, template, options.check) for name, template in templates.items())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def export(server: Odoo, folder: Path) -> dict[str, Path]:
    """The .pot of each addon as the code has it now; `folder` takes all that is needed on the way."""
    modules, database, log = databases.require_addons(), f'vatportal_i18n_{os.getpid()}', fresh_log('i18n')
    config = copy_addons(modules, folder)
    templates = {name: folder / f'{name}.pot' for name in modules}

    def odoo(*arguments):
        run(*server.command, *arguments, log=log, env={**databases.odoo_env(), 'ODOO_RC': str(config)})

    def install_and_export(name):
        odoo('-d', database, '-i', name, '--stop-after-init', '--no-http')
        odoo('i18n', 'export', '-c', config, '-d', database, '-l', 'pot', '-o', templates[name], name)
        if not templates[name].is_file():
            raise Failure(f'No template of {name} was exported; see .work/log/{log}.log')

    def fresh_database():
        with locked('databases'):
            databases.clone(databases.BASE, database)

    try:
        run_steps(
            [
                Step('Fresh database', fresh_database),
                # One after the other: the main addon has no terms that exist only beside the other one.
                *(Step(f'Terms of {name}', partial(install_and_export, name)) for name in modules),
            ]
        )
    finally:
        databases.drop(database)
    return templates


def copy_addons(modules: list[str], folder: Path) -> Path:
    """Copies of the addons side by side, and a configuration for them.

    Odoo looks for terms in every file beneath an addon and follows links. Beneath the repository that would be Odoo itself,
    the other addon, the tools, and by .work/addons the repository again without end.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name in modules:
        source = SOURCES[name]
        for path in databases.addon_files(source):
            if path.suffix in ('.po', '.pot'):
                continue
            target = folder / 'addons' / name / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    config = folder / 'odoo.conf'
    config.write_text(databases.CONF.read_text().replace(f'addons_path = {databases.ADDONS}\n', f'addons_path = {folder / "addons"}\n'))
    return config


def merge(name: str, template: Path, check: bool) -> int:
    """Hand over to the Python that has polib."""
    command = [PYTHON, TOOLS / 'po_files.py', template, SOURCES[name] / 'i18n', *LANGUAGES, *(['--check'] if check else [])]
    return subprocess.run([str(part) for part in command], env=clean_env()).returncode

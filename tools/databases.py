"""Odoo's databases: prepared once, cloned in two seconds, removed together with their files."""

import re
import shutil
import time
from pathlib import Path

import package
import postgres
from base import ADDON, GLUE, LOGS, QUEUE, ROOT, SOURCES, WORK, Failure, clean_env, fingerprint, fresh_log, run, stamp, stamped, stamped_key, unstamp
from odoo_source import Odoo
from python_env import QUEUE_FOLDER, QUEUE_REQUIREMENTS

DATA = WORK / 'data'
CONF = WORK / 'odoo.conf'
ADDONS = WORK / 'addons'
BASE = 'vatportal_base'  # account, languages, web bundles; nothing of ours
TEST = 'vatportal_test'  # BASE and the addon: cloned by every test run
TEST_GLUE = 'vatportal_test_stock'  # TEST and the glue addon with all that it pulls in: cloned by the glue addon's tests
TEST_QUEUE = 'vatportal_test_queue'  # TEST, OCA's queue_job and the addon that joins them: cloned by that addon's tests
BASE_APPS = 'vatportal_base_apps'  # BASE and those apps of Odoo that change what the addons do; nothing of ours
TEST_APPS = 'vatportal_test_apps'  # BASE_APPS and all addons of ours but that one: cloned by tests/apps and the other glue addons' tests
APPS = ('account_debit_note', 'account_tax_python', 'hr_expense', 'loyalty', 'point_of_sale', 'purchase_stock', 'sale_management', 'sale_stock')
DEMO = 'vatportal_demo'
DEMO_TEMPLATE = 'vatportal_demo_template'
LAYOUT = '1'  # raise it when the preparation below changes

PREPARE_BASE = """
for code in ('az_AZ', 'ru_RU'):
    env['res.lang']._activate_lang(code)
env['ir.module.module'].search([('state', '=', 'installed')])._update_translations(['az_AZ', 'ru_RU'])
env.cr.commit()
env['ir.qweb']._pregenerate_assets_bundles()
env.cr.commit()
"""
PREGENERATE = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()"


# -- addons and configuration -----------------------------------------------------------------------


def link_addons() -> list[str]:
    """Give the addons their technical names, whatever the clone's folder is called; returns those that are there."""
    ADDONS.mkdir(parents=True, exist_ok=True)
    there = {name: source for name, source in SOURCES.items() if (source / '__manifest__.py').is_file()}
    for link in ADDONS.iterdir():
        if link.is_symlink() and link.readlink() != there.get(link.name):
            link.unlink()
    for name, source in there.items():
        if not (ADDONS / name).is_symlink():
            (ADDONS / name).symlink_to(source)
    return list(there)


def require_addons() -> list[str]:
    names = link_addons()
    if ADDON not in names:
        raise Failure(f'There is no __manifest__.py in {ROOT}: nothing to install.')
    return names


def write_conf() -> None:
    """Called with PostgreSQL up; the folder of its socket may differ from start to start."""
    link_addons()
    settings = {
        'addons_path': ADDONS,
        'data_dir': DATA,
        'db_host': postgres.socket_folder(),
        'db_port': postgres.PORT,
        'db_user': postgres.USER,
        'list_db': False,
        'http_interface': '127.0.0.1',
        'screenshots': WORK / 'screenshots',
        'http_port': 8069,
    }
    text = '[options]\n' + ''.join(f'{name} = {value}\n' for name, value in settings.items())
    if not CONF.is_file() or CONF.read_text() != text:
        CONF.write_text(text)


def odoo_env() -> dict[str, str]:
    # Beneath that folder Odoo finds queue_job, as it finds any addon that pip has installed.
    return clean_env(ODOO_RC=str(CONF), PYTHONPATH=str(QUEUE_FOLDER))


def odoo(server: Odoo, *arguments, log: str, **kwargs) -> None:
    run(*server.command, *arguments, log=log, env=odoo_env(), **kwargs)


def shell(server: Odoo, database: str, script: str, log: str) -> None:
    odoo(server, 'shell', '-d', database, '--no-http', log=log, input=script)


# -- databases --------------------------------------------------------------------------------------


def exists(name: str) -> bool:
    return postgres.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == '1'


def names() -> list[str]:
    return postgres.sql("SELECT datname FROM pg_database WHERE datname LIKE 'vatportal%'").split()


def drop(name: str) -> None:
    """A database and its files: a leftover file store makes the browser tests of the next one hang."""
    postgres.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(DATA / 'filestore' / name, ignore_errors=True)
    shutil.rmtree(WORK / 'screenshots' / name, ignore_errors=True)


def clone(source: str, target: str) -> None:
    drop(target)
    for attempt in range(10):
        try:
            postgres.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
            # A sequence is copied with values that count as logged already, so it logs nothing for a while. If the
            # server crashed then, recovery would take the sequence back, and new records would get ids that exist.
            postgres.sql('CHECKPOINT')
            break
        except Failure as error:
            if 'being accessed' not in str(error) or attempt == 9:
                raise
            time.sleep(1)
    files = DATA / 'filestore' / source
    if files.is_dir():
        run('cp', '-al', files, DATA / 'filestore' / target)


def install(server: Odoo, database: str, option: str, modules: list[str], log: str, addons: Path = ADDONS) -> None:
    """Install (-i) or update (-u), and make sure it happened: Odoo ignores names it does not know."""
    odoo(server, '-d', database, option, ','.join(modules), '--stop-after-init', '--no-http', f'--addons-path={addons}', log=log)
    quoted = ', '.join(f"'{name}'" for name in modules)
    states = postgres.sql(f"SELECT name || ': ' || state FROM ir_module_module WHERE name IN ({quoted}) AND state != 'installed'", database)
    if states:
        raise Failure(f'Not installed: {states}; see .work/log/{log}.log')


def complaints(log: str) -> list[str]:
    """The warnings and errors of a log, without date and process."""
    lines = (LOGS / f'{log}.log').read_text(errors='replace').splitlines()
    found = [re.sub(r'^\S+ \S+ \d+ ', '', line) for line in lines if re.search(r' (WARNING|ERROR|CRITICAL) ', line)]
    return [line for line in found if 'pg_trgm' not in line]  # PostgreSQL from the wheel has no such extension: harmless


# -- the base database ------------------------------------------------------------------------------


def base_key(server: Odoo) -> str:
    return fingerprint(server.version, str(server.source), LAYOUT)


def build_base(server: Odoo) -> None:
    unstamp('db-base')
    drop(BASE)
    log = fresh_log('base-database')
    install(server, BASE, '-i', ['account'], log)
    shell(server, BASE, PREPARE_BASE, log)
    stamp('db-base', base_key(server))


def base_ready(server: Odoo) -> bool:
    return stamped('db-base', base_key(server))


# -- a database with the addon ----------------------------------------------------------------------


def addon_files(folder: Path = ROOT) -> list[Path]:
    """All files of the addon in `folder` that an installed database may depend on; tests and tools do not count."""
    skipped = {*SOURCES, '.git', '.work', '.ci', 'tools', 'tests', 'sandbox', 'docs', 'doc', '__pycache__'}
    found = []
    for path in sorted(folder.iterdir()):
        if path.name in skipped or path.name.startswith('.') or path.is_symlink():
            continue
        if path.is_dir():
            found += addon_files(path)
        elif path.suffix in ('.py', '.xml', '.csv', '.po', '.pot', '.js', '.scss', '.css', '.sql', '.svg', '.png'):
            found.append(path)
    return found


def _key(start: str, folder: Path) -> str:
    parts = [part for path in addon_files(folder) for part in (str(path.relative_to(ROOT)), path)]
    return fingerprint(start, *parts)


def addon_key(server: Odoo) -> str:
    return _key(base_key(server), ROOT)


def prepare_test(server: Odoo, anew: bool) -> str:
    """TEST: the base with the addon, and nothing that the addon does not depend on."""
    require_addons()
    return _prepare(server, TEST, BASE, [ADDON], (base_key(server), addon_key(server)), 'install', anew)


def prepare_glue(server: Odoo, anew: bool) -> str:
    """TEST_GLUE: TEST, which is there already, with the glue addon."""
    before = stamped_key(TEST)  # not the code of this moment, which TEST may not have yet
    return _prepare(server, TEST_GLUE, TEST, [GLUE], (before, _key(before, SOURCES[GLUE])), 'install-stock', anew)


def prepare_queue(server: Odoo, anew: bool) -> str:
    """TEST_QUEUE: TEST, which is there already, with OCA's queue_job."""
    before = fingerprint(stamped_key(TEST), QUEUE_REQUIREMENTS)
    return _prepare(server, TEST_QUEUE, TEST, ['queue_job', QUEUE], (before, _key(before, SOURCES[QUEUE])), 'install-queue', anew)


def prepare_apps(server: Odoo, anew: bool) -> str:
    """TEST_APPS: our addons beside the apps of Odoo. The apps are installed once, into a base of their own."""
    before = fingerprint(base_key(server), *APPS)
    if not (stamped(BASE_APPS, before) and exists(BASE_APPS)):
        clone(BASE, BASE_APPS)
        log = fresh_log('base-apps')
        install(server, BASE_APPS, '-i', list(APPS), log)
        shell(server, BASE_APPS, PREPARE_BASE, log)
        stamp(BASE_APPS, before)
    key = before
    addons = [name for name in require_addons() if name != QUEUE]
    for name in addons:
        key = _key(key, SOURCES[name])
    return _prepare(server, TEST_APPS, BASE_APPS, addons, (before, key), 'install-apps', anew)


def _prepare(server: Odoo, name: str, source: str, addons: list[str], keys: tuple[str, str], log: str, anew: bool) -> str:
    """Database `name`: a clone of `source` with `addons`. `anew` installs them from nothing, and so does a change of the source
    (the first of the `keys`); a change of the addons (the second) updates them."""
    before, key = keys
    fresh_log(log)
    names = ' '.join(addons)
    update = not anew and stamped(f'{name}-before', f'{before} {names}') and exists(name)
    if update and stamped(name, key):
        return 'as it was'
    unstamp(name)
    if update:
        install(server, name, '-u', addons, log)
    else:
        unstamp(f'{name}-before')
        clone(source, name)
        # As users get them: what ./dev package leaves out must not be missed.
        package.build(package.FOLDER / 'installed')
        install(server, name, '-i', addons, log, package.FOLDER / 'installed')
    shell(server, name, PREGENERATE, log)
    stamp(f'{name}-before', f'{before} {names}')
    stamp(name, key)
    return 'updated' if update else 'installed'

"""Odoo's databases: prepared once, cloned in two seconds, removed together with their files."""
import re
import shutil
import time
from pathlib import Path

import postgres
from base import ADDON, GLUE, LOGS, ROOT, WORK, Failure, clean_env, fingerprint, fresh_log, run, stamp, stamped, unstamp
from odoo_source import Odoo

DATA = WORK / 'data'
CONF = WORK / 'odoo.conf'
ADDONS = WORK / 'addons'
BASE = 'vatportal_base'  # account, languages, web bundles; nothing of ours
TEST = 'vatportal_test'  # BASE and the addon: cloned by every test run
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
    sources = {ADDON: ROOT, GLUE: ROOT / GLUE}
    for name, source in sources.items():
        link = ADDONS / name
        wanted = (source / '__manifest__.py').is_file()
        if link.is_symlink() and (not wanted or link.readlink() != source):
            link.unlink()
        if wanted and not link.is_symlink():
            link.symlink_to(source)
    return [name for name, source in sources.items() if (source / '__manifest__.py').is_file()]


def require_addons() -> list[str]:
    names = link_addons()
    if ADDON not in names:
        raise Failure(f'There is no __manifest__.py in {ROOT}: nothing to install.')
    return names


def write_conf() -> None:
    """Called with PostgreSQL up; the folder of its socket may differ from start to start."""
    link_addons()
    settings = {
        'addons_path': ADDONS, 'data_dir': DATA, 'db_host': postgres.socket_folder(), 'db_port': postgres.PORT,
        'db_user': postgres.USER, 'list_db': False, 'http_interface': '127.0.0.1', 'screenshots': WORK / 'screenshots',
        'http_port': 8069,
    }
    text = '[options]\n' + ''.join(f'{name} = {value}\n' for name, value in settings.items())
    if not CONF.is_file() or CONF.read_text() != text:
        CONF.write_text(text)


def odoo_env() -> dict[str, str]:
    return clean_env(ODOO_RC=str(CONF))


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
            break
        except Failure as error:
            if 'being accessed' not in str(error) or attempt == 9:
                raise
            time.sleep(1)
    files = DATA / 'filestore' / source
    if files.is_dir():
        run('cp', '-al', files, DATA / 'filestore' / target)


def install(server: Odoo, database: str, option: str, modules: list[str], log: str) -> None:
    """Install (-i) or update (-u), and make sure it happened: Odoo ignores names it does not know."""
    odoo(server, '-d', database, option, ','.join(modules), '--stop-after-init', '--no-http', log=log)
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
    """All files of the addons that an installed database may depend on; tests and tools do not count."""
    skipped = {'.git', '.work', '.ci', 'tools', 'tests', 'sandbox', 'docs', 'doc', '__pycache__'}
    found = []
    for path in sorted(folder.iterdir()):
        if path.name in skipped or path.name.startswith('.') or path.is_symlink():
            continue
        if path.is_dir():
            found += addon_files(path)
        elif path.suffix in ('.py', '.xml', '.csv', '.po', '.pot', '.js', '.scss', '.css', '.sql', '.svg', '.png'):
            found.append(path)
    return found


def addon_key(server: Odoo) -> str:
    parts = [part for path in addon_files() for part in (str(path.relative_to(ROOT)), path)]
    return fingerprint(base_key(server), *parts)


def prepare_test(server: Odoo, anew: bool) -> str:
    """TEST: the base with the addon. `anew` installs it from nothing; else only a change of the addon updates it."""
    modules, key, log = require_addons(), addon_key(server), fresh_log('install')
    wanted = f'{base_key(server)} {" ".join(modules)}'
    update = not anew and stamped('db-test-modules', wanted) and exists(TEST)
    if update and stamped('db-test', key):
        return 'as it was'
    unstamp('db-test')
    if update:
        install(server, TEST, '-u', modules, log)
    else:
        unstamp('db-test-modules')
        clone(BASE, TEST)
        install(server, TEST, '-i', modules, log)
    shell(server, TEST, PREGENERATE, log)
    stamp('db-test-modules', wanted)
    stamp('db-test', key)
    return 'updated' if update else 'installed'

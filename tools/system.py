"""What has to come from the operating system: apt packages, a browser, an unprivileged user."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from base import Failure, clean_env, fresh_log, run

BROWSERS = ('google-chrome', 'chromium', 'chromium-browser', 'google-chrome-stable')  # the names Odoo looks for


def find_browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def missing_packages(python: str, browser: bool) -> list[str]:
    missing = []
    if subprocess.run([python, '-c', 'import ensurepip, venv'], capture_output=True, env=clean_env()).returncode:
        missing.append('python3-venv')
    if browser and not find_browser():
        missing += ['chromium', 'fonts-liberation']
    return missing


def install_packages(packages: list[str]) -> None:
    """Install through apt, as root or by a sudo that asks no password; otherwise say what to type."""
    by_hand = f'please run once: apt-get install {" ".join(packages)}'
    if not shutil.which('apt-get'):
        raise Failure(f'Needed and missing: {" ".join(packages)}. There is no apt-get here: install them your way.')
    prefix = []
    if os.geteuid():
        prefix = ['sudo', '-n']
        if not shutil.which('sudo') or subprocess.run(['sudo', '-n', 'true'], capture_output=True).returncode:
            raise Failure(f'Missing: {" ".join(packages)}. You are not root and sudo needs a password: {by_hand}')
    env = clean_env(DEBIAN_FRONTEND='noninteractive')
    log = fresh_log('apt')
    install = [*prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-q', '--no-install-recommends', *packages]
    try:
        run(*install, log=log, env=env)
    except Failure:  # most often: no package lists yet
        run(*prefix, 'apt-get', 'update', '-q', log=log, env=env)
        run(*install, log=log, env=env)


def can_print() -> bool:
    return bool(shutil.which('wkhtmltopdf'))


def install_printing() -> str | None:
    """What Odoo makes PDFs with. Where it can't be had, all but PDFs works; returns a remark then."""
    try:
        install_packages(['wkhtmltopdf'])
    except Failure:
        return 'not to be had here: prints are shown as pages, without PDF'
    return None


def unprivileged_user() -> pwd.struct_passwd:
    """Who runs PostgreSQL when we are root: the system's postgres user, or nobody."""
    for name in ('postgres', 'nobody'):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        if user.pw_uid:
            return user
    raise Failure('PostgreSQL refuses to run as root, and there is neither a user "postgres" nor "nobody" to run it.')


def as_user(user: pwd.struct_passwd, folder: Path) -> list[str]:
    """The command prefix that runs a program as `user`, able to reach `folder` even below a closed one such as /root."""
    if not shutil.which('setpriv'):
        raise Failure('PostgreSQL refuses to run as root, and setpriv (of util-linux) is not there to change the user.')
    change = ['setpriv', f'--reuid={user.pw_uid}', f'--regid={user.pw_gid}', '--clear-groups']
    for capability in (None, 'dac_read_search', 'dac_override'):
        # no_setuid_fixup: access(2) would not count the capability otherwise
        extra = [f'--inh-caps=+{capability}', f'--ambient-caps=+{capability}', '--securebits=+no_setuid_fixup'] if capability else []
        if not subprocess.run([*change, *extra, '--', 'test', '-x', folder], capture_output=True).returncode:
            return [*change, *extra, '--']
    raise Failure(
        f'PostgreSQL refuses to run as root, and the user {user.pw_name} may not enter {folder}. '
        'Move the clone to a folder everybody may enter, or run ./dev as a plain user.'
    )

"""Which Odoo 19 is used: ODOO_BIN, else one on PATH, else Debian's package, unpacked (not installed) into .work/odoo."""

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from base import WORK, Failure, clean_env, fingerprint, fresh_log, run, stamp, stamped, unstamp

SERIES = '19'
UNPACKED = WORK / 'odoo'
SITE = UNPACKED / 'usr/lib/python3/dist-packages'
DEBS = WORK / 'debs'
SUITES = ('sid', 'testing')
PACKAGE = f'odoo-{SERIES}'
# Odoo's static files are links into these; the last one must be as old as the system's own release.
COMPANIONS = ('libjs-jquery', 'libjs-jquery-form', 'libjs-underscore', 'fonts-montserrat', 'fonts-roboto-unhinted', 'fonts-ocr-b')
FROM_THE_SYSTEM = 'fonts-font-awesome'
LANGUAGES = ('az', 'ru')
LAYOUT = '1'  # raise it when the unpacking below changes


@dataclass(frozen=True)
class Odoo:
    command: tuple[str, ...]  # what starts it
    source: Path | None  # the folder that holds the package `odoo`; None where it can't be told
    version: str


def external() -> Odoo | None:
    """The Odoo 19 that is on this machine already, if any."""
    chosen = os.environ.get('ODOO_BIN')
    if chosen:
        path = shutil.which(chosen)
        if not path:
            raise Failure(f'ODOO_BIN={chosen} is no program that can be run.')
        version = _version(path)
        if not version:
            raise Failure(f'ODOO_BIN={chosen} is not an Odoo of series {SERIES}: try `{chosen} --version`.')
        return Odoo((path,), _source_of(Path(path)), version)
    for name in ('odoo', 'odoo-bin'):
        path = shutil.which(name)
        version = path and not Path(path).resolve().is_relative_to(WORK) and _version(path)
        if version:
            return Odoo((path,), _source_of(Path(path)), version)
    return None


def _version(path: str) -> str | None:
    """'19.0…' when the program is an Odoo of our series; remembered as long as the file stays the same."""
    real = Path(path).resolve()
    key = fingerprint(real, real.stat().st_mtime_ns)
    memory = WORK / 'stamps' / f'version-{key}'
    if memory.is_file():
        return memory.read_text() or None
    try:
        found = subprocess.run([path, '--version'], capture_output=True, text=True, timeout=60, env=clean_env())
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(rf'\bOdoo Server (?:saas~)?({SERIES}\.\S*)', found.stdout)
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(match[1] if match else '')
    return match[1] if match else None


def _source_of(program: Path) -> Path | None:
    real = program.resolve()
    if (real.parent / 'odoo' / 'release.py').is_file():  # a checkout's odoo-bin
        return real.parent
    first = real.read_bytes()[:200].splitlines()[:1]
    interpreter = first[0][2:].decode(errors='replace').split() if first and first[0][:2] == b'#!' else []
    if not interpreter:
        return None
    found = subprocess.run([*interpreter, '-c', 'import odoo.release as r; print(r.__file__)'], capture_output=True, text=True, env=clean_env())
    return Path(found.stdout.strip()).parent.parent if found.returncode == 0 else None


def unpacked(python: Path) -> Odoo:
    version = (UNPACKED / 'version').read_text().strip()
    return Odoo((str(python), str(UNPACKED / 'usr/bin/odoo')), SITE, version)  # a file: with workers, Odoo starts itself once more by its name


def is_unpacked() -> bool:
    return stamped('odoo', LAYOUT) and (SITE / 'odoo' / 'release.py').is_file()


def unpack() -> str:
    """Download and unpack; returns the version."""
    unstamp('odoo')
    needed = ('apt-get', 'apt-cache', 'dpkg')
    if not all(map(shutil.which, needed)):
        raise Failure(f'There is no Odoo {SERIES} here, and it can only be fetched with apt. Set ODOO_BIN to the odoo or odoo-bin of an Odoo {SERIES}.')
    log = fresh_log('odoo-download')
    debs = _cached_debs() or _download(log)
    shutil.rmtree(UNPACKED, ignore_errors=True)
    for deb in debs:
        run('dpkg', '-x', deb, UNPACKED, log=log)
    _repair()
    version = next(deb for deb in debs if deb.name.startswith(PACKAGE)).name.split('_')[1]
    (UNPACKED / 'version').write_text(version + '\n')
    stamp('odoo', LAYOUT)
    return version


def _cached_debs() -> list[Path]:
    debs = sorted(DEBS.glob('*.deb')) if stamped('debs', 'complete') else []
    return debs if any(deb.name.startswith(PACKAGE) for deb in debs) else []


def _download(log: str) -> list[Path]:
    unstamp('debs')
    shutil.rmtree(DEBS, ignore_errors=True)
    DEBS.mkdir(parents=True)
    mirror, key = _mirror()
    for suite in SUITES:
        options = _private_apt(mirror, key, suite)
        try:
            run('apt-get', *options, '-q', 'update', log=log)
            run('apt-cache', *options, 'show', PACKAGE, log=log)
        except Failure:
            continue
        run('apt-get', *options, '-q', 'download', PACKAGE, *COMPANIONS, log=log, cwd=DEBS)
        run('apt-get', '-q', 'download', FROM_THE_SYSTEM, log=log, cwd=DEBS)
        stamp('debs', 'complete')
        return sorted(DEBS.glob('*.deb'))
    raise Failure(
        f'No suite of {", ".join(SUITES)} has the package {PACKAGE} (see {log}.log in .work/log). Set ODOO_BIN to the odoo or odoo-bin of an Odoo {SERIES}.'
    )


def _mirror() -> tuple[str, str]:
    """Where this system gets its own packages from, and the key they are signed with: asked of apt."""
    wanted = ('Created-By: Packages', 'Component: main', 'Origin: Debian', 'Label: Debian', f'Architecture: {_architecture()}')
    query = ['apt-get', 'indextargets', '--format', '$(REPO_URI) $(SIGNED_BY)', *wanted]
    lines = run(*query).stdout.splitlines()
    if not lines and not os.geteuid():  # a machine whose package lists were removed
        run('apt-get', '-q', 'update')
        lines = run(*query).stdout.splitlines()
    if not lines:
        raise Failure(
            f'apt knows no Debian mirror here. Set ODOO_BIN to the odoo or odoo-bin of an Odoo {SERIES}'
            + (', or run apt-get update as root first.' if os.geteuid() else '.')
        )
    uri, _, key = lines[0].partition(' ')
    return uri, key if key and Path(key).exists() else '/usr/share/keyrings/debian-archive-keyring.gpg'


def _architecture() -> str:
    return run('dpkg', '--print-architecture').stdout.strip() or platform.machine()


def _private_apt(mirror: str, key: str, suite: str) -> list[str]:
    """Options of an apt that knows one suite only and leaves the system's lists alone."""
    state = WORK / 'apt'
    shutil.rmtree(state, ignore_errors=True)
    for folder in ('lists/partial', 'cache/archives/partial'):
        (state / folder).mkdir(parents=True)
    (state / 'status').touch()
    (state / 'sources.list').write_text(f'deb [signed-by={key}] {mirror} {suite} main\n')
    settings = {
        'Dir::Etc::sourcelist': state / 'sources.list',
        'Dir::Etc::sourceparts': '/dev/null',
        'Dir::State::lists': state / 'lists',
        'Dir::State::status': state / 'status',
        'Dir::Cache': state / 'cache',
        'APT::Sandbox::User': run('id', '-un').stdout.strip(),
        'Acquire::Languages': 'none',
    }
    return [part for name, value in settings.items() for part in ('-o', f'{name}={value}')]


def _repair() -> None:
    """Undo what breaks the web client when the package is unpacked, and drop 900 MB nobody reads here."""
    for name in ('addons', 'doc', 'setup'):
        shutil.rmtree(SITE / name, ignore_errors=True)
    removed = SITE / 'odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js'
    removed.parent.mkdir(parents=True, exist_ok=True)
    removed.write_text('/* not part of the package */\n')
    for po in SITE.glob('odoo/addons/*/i18n/*.po'):
        if not po.name.startswith(LANGUAGES):
            po.unlink()

"""./dev package: the addons as stores and servers expect them: side by side under one folder, and as one archive."""

import ast
import shutil
import zipfile
from pathlib import Path

from base import ADDON, ROOT, SOURCES, WORK, Failure, say

FOLDER = WORK / 'package'
# Of the repository's root, which is the addon too: what builds and tests it. Users read README, SECURITY, CHANGELOG and LICENSE.
WORKSHOP = {'tests', 'tools', 'sandbox', 'dev', 'pyproject.toml', 'ARCHITECTURE.md', 'CONTRIBUTING.md', '__pycache__'}
REQUIREMENTS = 'requirements.txt'


def version() -> str:
    return ast.literal_eval((ROOT / '__manifest__.py').read_text())['version']


def files_of(addon: str) -> dict[str, Path]:
    """Path inside the addon → file, of all that an installed addon needs."""
    source = SOURCES[addon]
    others = {path.name for name, path in SOURCES.items() if name != addon}
    return {
        path.relative_to(source).as_posix(): path
        for path in sorted(source.rglob('*'))
        if path.is_file() and not path.is_symlink() and _belongs(path.relative_to(source).parts, others)
    }


def _belongs(parts: tuple[str, ...], others: set[str]) -> bool:
    if parts[0] in WORKSHOP | others or any(part.startswith('.') or part == '__pycache__' for part in parts):
        return False
    # Tours and unit tests of the browser's side belong to the tests.
    return parts[:2] != ('static', 'tests')


def build(folder: Path) -> list[str]:
    """Write the addons and requirements.txt into `folder`, made anew; returns the addons' names."""
    shutil.rmtree(folder, ignore_errors=True)
    for addon in SOURCES:
        for inside, path in files_of(addon).items():
            target = folder / addon / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.copyfile(ROOT / REQUIREMENTS, folder / REQUIREMENTS)
    return list(SOURCES)


def pack(folder: Path, archive: Path) -> None:
    """`folder` as a ZIP file; the same files give the same bytes."""
    with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as file:
        for path in sorted(path for path in folder.rglob('*') if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            file.writestr(info, path.read_bytes())


def main(given: list[str]) -> int:
    if given:
        raise Failure('./dev package takes no arguments.')
    addons = build(FOLDER / 'addons')
    archive = FOLDER / f'{ADDON}-{version()}.zip'
    pack(FOLDER / 'addons', archive)
    say(f'{len(addons)} addons side by side: {FOLDER / "addons"}')
    say(f'The same as an archive: {archive} ({archive.stat().st_size // 1024} KB)')
    return 0

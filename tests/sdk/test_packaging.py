"""./dev package: what users get has all that an installed addon needs, and nothing of the workshop."""

import ast
import itertools
import struct
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='module')
def package():
    sys.path.insert(0, str(ROOT / 'tools'))
    try:
        import package
    finally:
        sys.path.remove(str(ROOT / 'tools'))
    return package


@pytest.fixture(scope='module')
def folder(package, tmp_path_factory):
    folder = tmp_path_factory.mktemp('package') / 'addons'
    package.build(folder)
    return folder


def addons(folder):
    return {path.parent.name: path.parent for path in folder.glob('*/__manifest__.py')}


def manifest(addon):
    return ast.literal_eval((addon / '__manifest__.py').read_text())


def test_all_addons_stand_side_by_side(folder):
    found = addons(folder)
    assert set(found) == {'l10n_az_vatportal', *(path.parent.name for path in ROOT.glob('l10n_az_vatportal_*/__manifest__.py'))}
    for name, addon in found.items():
        assert not list(addon.glob('*/__manifest__.py')), f'{name} holds another addon, which Odoo would not find'


def test_what_the_manifest_names_is_there(folder):
    for addon in addons(folder).values():
        values = manifest(addon)
        for path in [*values.get('data', ()), *values.get('images', ())]:
            assert (addon / path).is_file(), f'{addon.name}/{path}'
        bundles = [values.get('assets', {}).get(name, ()) for name in ('web.assets_backend', 'web.assets_backend_lazy')]
        for entry in itertools.chain(*bundles):
            assert list(folder.glob(entry if isinstance(entry, str) else entry[-1])), entry


def test_each_addon_can_be_listed(folder):
    """A store wants an icon of 128 × 128, and where to read more."""
    for addon in addons(folder).values():
        assert manifest(addon).get('website', '').startswith('https://'), addon.name
        head = (addon / 'static/description/icon.png').read_bytes()[:24]
        assert struct.unpack('>II', head[16:]) == (128, 128), addon.name


def test_every_python_import_is_there(folder):
    for path in folder.rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level and node.module:
                target = path.parents[node.level - 1].joinpath(*node.module.split('.'))
                assert target.is_dir() or target.with_suffix('.py').is_file(), f'{path.relative_to(folder)}: {node.module}'


def test_nothing_of_the_workshop(folder):
    inside = [path.relative_to(folder).as_posix() for path in folder.rglob('*')]
    assert not [path for path in inside if {'tests', 'tools', 'sandbox', '.git', '__pycache__'} & set(path.split('/'))]
    assert not [path for path in folder.rglob('*') if path.is_symlink()]


def test_what_users_read_is_there(folder):
    main = folder / 'l10n_az_vatportal'
    for name in ('README.md', 'README.az.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'static/description/icon.png', 'static/description/index.html'):
        assert (main / name).is_file(), name
    assert {'requests', 'xmltodict'} <= set((folder / 'requirements.txt').read_text().split())


def test_the_same_files_give_the_same_archive(package, folder, tmp_path):
    for name in ('a.zip', 'b.zip'):
        package.pack(folder, tmp_path / name)
    assert (tmp_path / 'a.zip').read_bytes() == (tmp_path / 'b.zip').read_bytes()


def test_the_archive_is_the_folder(package, folder, tmp_path):
    """Odoo is tested as installed from the folder, so the archive has to be that, byte by byte."""
    package.pack(folder, tmp_path / 'all.zip')
    with zipfile.ZipFile(tmp_path / 'all.zip') as archive:
        archive.extractall(tmp_path / 'unpacked')
        assert not [info.filename for info in archive.infolist() if info.is_dir() or info.external_attr >> 16 != 0o644]
    files = [{path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob('*') if path.is_file()} for root in (folder, tmp_path / 'unpacked')]
    assert files[0].keys() == files[1].keys()
    assert [name for name, content in files[0].items() if files[1][name] != content] == []


def test_requirements_are_those_of_the_manifest(folder):
    wanted = {name for addon in addons(folder).values() for name in manifest(addon).get('external_dependencies', {}).get('python', ())}
    assert {line for line in (folder / 'requirements.txt').read_text().splitlines() if not line.startswith('#')} == wanted

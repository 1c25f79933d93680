"""vatportal/ as others get it: a wheel, in an environment that has only what it asks for, sends an invoice over a real socket.

Nothing is fetched: the packages that the wheel requires are copied from the environment of these tests.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / 'vatportal' / 'README.md'
MARK = 'https://demo.vatportal.az/api'


def run(*command, **kwargs):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **kwargs)
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


def pip(python, *arguments):
    return run(python, '-m', 'pip', '--disable-pip-version-check', '--no-cache-dir', *arguments)


@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    """Built from a copy, so that nothing is left in the repository."""
    source, built = tmp_path_factory.mktemp('source'), tmp_path_factory.mktemp('built')
    shutil.copytree(ROOT / 'vatportal', source / 'vatportal', ignore=shutil.ignore_patterns('__pycache__'))
    for name in ('pyproject.toml', 'LICENSE'):
        shutil.copy(ROOT / name, source)
    pip(sys.executable, 'wheel', '--no-deps', '--no-build-isolation', '--no-index', '-w', built, source)
    [file] = built.iterdir()
    return file


def asked_for(requirements):
    """Names of all packages that ``requirements`` need, those of their own requirements included."""
    for requirement in map(Requirement, requirements):
        if not requirement.marker or requirement.marker.evaluate({'extra': ''}):
            yield requirement.name
            yield from asked_for(metadata.requires(requirement.name) or ())


@pytest.fixture(scope='module')
def python(wheel, tmp_path_factory):
    """The interpreter of an environment with the wheel, and with what it requires."""
    folder = tmp_path_factory.mktemp('empty')
    venv.create(folder, symlinks=True, with_pip=True)
    python = folder / 'bin' / 'python'
    pip(python, 'install', '--no-deps', '--no-index', wheel)
    site = next(folder.glob('lib/python*/site-packages'))
    required = metadata.Distribution.at(next(site.glob('vatportal-*.dist-info'))).requires
    for name in sorted(set(asked_for(required))):
        for file in metadata.distribution(name).files:
            if '..' not in file.parts and '__pycache__' not in file.parts:
                (site / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), site / file)
    return python


def examples():
    return re.findall(r'```python\n(.*?)```', PAGE.read_text(), re.DOTALL)


def test_what_is_in_the_wheel(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split('/')[0] for name in names if '.dist-info/' not in name} == {'vatportal'}
    modules = {f'vatportal/{path.name}' for path in (ROOT / 'vatportal').glob('*.py')}
    assert modules | {'vatportal/py.typed'} <= set(names)
    [text] = [zipfile.ZipFile(wheel).read(name).decode() for name in names if name.endswith('.dist-info/METADATA')]
    assert re.findall('^Requires-Dist: (.*)$', text, re.MULTILINE) == ['requests', 'xmltodict']
    assert 'License-Expression: LGPL-3.0-only' in text
    assert '## A lost answer' in text
    assert any(name.endswith('/LICENSE') for name in names)


def test_its_version_is_the_addon_s(wheel):
    """19.0.1.4.0 of the addon, which begins with Odoo's, is 1.4.0 here; pyproject.toml says so."""
    manifest = ast.literal_eval((ROOT / '__manifest__.py').read_text())
    assert wheel.name.split('-')[1] == '.'.join(manifest['version'].split('.')[2:])


def test_an_environment_of_its_own(python, tmp_path):
    """What it requires is all it needs, and neither Odoo nor these tests are in sight."""
    pip(python, 'check')
    code = 'import importlib.util as u, vatportal\nprint(vatportal.__file__, *(u.find_spec(name) for name in ("odoo", "sandbox", "pytest")))'
    file, *others = run(python, '-E', '-c', code, cwd=tmp_path).split()
    assert Path(file).is_relative_to(python.parents[1])
    assert others == ['None'] * 3


def test_an_invoice_goes_out_as_the_page_says(python, tmp_path):
    with Sandbox(auto_confirm=True, stage_seconds=0) as sandbox:
        first, send, identity = (code.replace(MARK, sandbox.url).replace('your-token', 'sandbox-token') for code in examples())
        assert sandbox.url in first
        assert sandbox.url in send
        env = {name: value for name, value in os.environ.items() if not name.startswith('PYTHON')}
        assert run(python, '-c', first, cwd=tmp_path, env=env) == 'not at the portal\n'
        last = run(python, '-W', 'error', '-c', send, cwd=tmp_path, env=env).splitlines()[-1]
        [document] = sandbox.portal.state.invoices.values()
        assert last == f"True () {{'SHOP-2026-0001': '{document.qaime}'}}"
        assert run(python, '-c', first, cwd=tmp_path, env=env) == f'{document.qaime}\n'
        run(python, '-c', identity, cwd=tmp_path, env=env)

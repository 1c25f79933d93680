import ast
import pathlib
import pickle
import subprocess
import sys

import pytest

import vatportal
from vatportal import AuthError, InvalidInvoices, PortalError, Refused, TransientError, UnknownOutcome

PACKAGE = pathlib.Path(vatportal.__file__).parent


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1, f'{path.name} reaches out of the package'
            if not node.level:
                yield node.module


def test_imports_no_odoo():
    names = {name.partition('.')[0] for path in PACKAGE.glob('*.py') for name in imported_names(path)}
    assert names <= set(sys.stdlib_module_names) | {'requests', 'urllib3', 'xmltodict'}


def test_works_under_any_name(tmp_path):
    """It is imported both as vatportal and from inside the addon, so it must not know its own name."""
    (tmp_path / 'somewhere').mkdir()
    (tmp_path / 'somewhere' / 'else_').symlink_to(PACKAGE)
    code = (
        'import pkgutil, importlib, sys, somewhere.else_ as sdk\n'
        'for found in pkgutil.iter_modules(sdk.__path__): importlib.import_module(sdk.__name__ + "." + found.name)\n'
        'assert not [name for name in sys.modules if name.split(".")[0] in ("vatportal", "odoo")]'
    )
    subprocess.run([sys.executable, '-c', code], cwd=tmp_path, check=True)


def test_files_stay_small():
    assert {path.name for path in PACKAGE.glob('*.py') if len(path.read_text().splitlines()) > 350} == set()


def test_everything_exported_is_there():
    assert [name for name in vatportal.__all__ if not hasattr(vatportal, name)] == []


@pytest.mark.parametrize(
    'exc',
    [
        PortalError('m', 3, detail='d'),
        AuthError('m', 5, reason='asan'),
        InvalidInvoices(codes=([20],)),
        Refused('m', http_status=404),
        TransientError(reason='busy', retry_after=3.0),
        UnknownOutcome(reason='tls'),
    ],
)
def test_errors_travel_and_speak(exc):
    again = pickle.loads(pickle.dumps(exc))
    assert (type(again), vars(again), str(again)) == (type(exc), vars(exc), str(exc))
    assert isinstance(exc, PortalError)


def test_words_of_an_error():
    assert str(Refused('Invalid VOEN', 99, detail='the portal refused')) == 'the portal refused (error 99): Invalid VOEN'
    assert str(PortalError()) == 'PortalError'

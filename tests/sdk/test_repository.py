"""What the repository says of itself, and how its own programs hang together."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def imports_of(path):
    """The names of modules that one imports, wherever in it; not what only a type checker reads."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, 'id', '') == 'TYPE_CHECKING':
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from [node.module] if node.module else [alias.name for alias in node.names]


@pytest.mark.parametrize('package', ['tools', 'vatportal', 'sandbox'])
def test_no_import_circle(package):
    modules = {path.stem: path for path in (ROOT / package).glob('*.py')}
    graph = {name: set(imports_of(path)) & set(modules) - {name} for name, path in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(' → '.join(error.args[1]))
    assert sum(map(len, graph.values())) > len(modules)  # imports were found at all


PAGES = [path.relative_to(ROOT).as_posix() for path in (*ROOT.glob('*.md'), ROOT / 'vatportal' / 'README.md')]
PATH = re.compile(r'`((?:[\w.-]+/)+(?:[\w.-]+)?|[\w.-]+\.(?:py|md|toml|xml|js|sql|yml|yaml))(?:::\w+)?`')


def named_files(page):
    """What in a page, between backticks, is the path of a file or folder of this repository."""
    return PATH.findall((ROOT / page).read_text())


@pytest.mark.parametrize('page', PAGES)
def test_files_that_a_page_names_are_there(page):
    assert sorted({name for name in named_files(page) if not (ROOT / name).exists()}) == []


def test_pages_name_files():
    assert sum(len(named_files(page)) for page in PAGES) > 100  # else the pattern above finds nothing

"""What the repository says of itself, and how its own programs hang together."""
import ast
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

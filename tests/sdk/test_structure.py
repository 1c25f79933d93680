"""How the addons are put together: what a person who reads one file must not have to look for in the others."""

import ast
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
ADDONS = [ROOT, *sorted(path.parent for path in ROOT.glob('l10n_az_vatportal_*/__manifest__.py'))]
# What its operations do is still said in chains over several files.
IN_CHAINS = {'vatportal.job'}


def methods(path):
    """(model, method) of each method in a file of models."""
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, ast.ClassDef):
            continue
        values = {target.id: part.value for part in node.body if isinstance(part, ast.Assign) for target in part.targets if isinstance(target, ast.Name)}
        model = values.get('_name') or values.get('_inherit')
        if isinstance(model, ast.Constant):
            yield from ((model.value, part.name) for part in node.body if isinstance(part, ast.FunctionDef))


@pytest.mark.parametrize('addon', ADDONS, ids=lambda path: path.name)
def test_no_method_overrides_one_of_the_same_addon(addon):
    """Else the order of imports decides which comes first. One method calls the parts by name instead."""
    found = Counter(method for folder in ('models', 'wizards') for path in (addon / folder).glob('**/*.py') for method in methods(path))
    assert found or not (addon / 'models').is_dir()
    assert [f'{model}.{name}' for (model, name), count in found.items() if count > 1 and model not in IN_CHAINS] == []


@pytest.mark.parametrize('addon', ADDONS, ids=lambda path: path.name)
def test_no_view_extends_one_of_the_same_addon(addon):
    views = [
        record
        for folder in ('views', 'wizards')
        for path in (addon / folder).glob('*.xml')
        for record in ElementTree.parse(path).iter('record')
        if record.get('model') == 'ir.ui.view'
    ]
    own = {record.get('id') for record in views}
    assert views or not (addon / 'views').is_dir()
    assert [record.get('id') for record in views for field in record.iter('field') if field.get('name') == 'inherit_id' and field.get('ref') in own] == []


def test_no_room_looks_into_a_later_one():
    """The rooms stand in models/__init__.py from the bottom to the top; so a reader knows where not to look."""
    init = (ROOT / 'models' / '__init__.py').read_text()
    rooms = [line.removeprefix('from . import ') for line in init.splitlines() if (ROOT / 'models' / line.removeprefix('from . import ')).is_dir()]
    assert len(rooms) > 5
    for path in (ROOT / 'models').glob('*/*.py'):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 2 and node.module:
                room = node.module.partition('.')[0]
                assert room not in rooms or rooms.index(room) <= rooms.index(path.parent.name), f'{path.parent.name}/{path.name}: {node.module}'

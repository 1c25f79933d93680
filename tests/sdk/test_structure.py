"""How the addons are put together: what a person who reads one file must not have to look for in the others."""

import ast
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
ADDONS = [ROOT, *sorted(path.parent for path in ROOT.glob('l10n_az_vatportal_*/__manifest__.py'))]
# What says where a process at the portal stands; VatportalJob._go() writes it.
PLACE = {'phase', 'state', 'next_poll_at'}


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
    assert [f'{model}.{name}' for (model, name), count in found.items() if count > 1] == []


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


def test_no_question_is_answered_with_the_word_that_annuls():
    """Odoo's *Cancel* below a question is in Azerbaijani the word for annulling a qaimə."""
    views = [path for folder in ('views', 'wizards') for path in (*ROOT.glob(f'{folder}/*.xml'), *ROOT.glob(f'l10n_az_vatportal_*/{folder}/*.xml'))]
    asking = [(path, node) for path in views for node in ElementTree.parse(path).iter() if 'confirm' in node.attrib]
    assert asking
    assert not [f'{path.name}: {node.get("name")}' for path, node in asking if not node.get('cancel-label')]


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


def trees():
    """(path, tree) of each file of models, those of the addons that build on this one too."""
    paths = [path for addon in ADDONS for path in (addon / 'models').glob('**/*.py')]
    assert len(paths) > 100
    return [(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())) for path in paths]


def is_pasted(node, names=()):
    """Whether an expression makes a text out of parts; ``names``: variables that hold such a text."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ('format', 'join', 'replace')
    return isinstance(node, (ast.JoinedStr, ast.BinOp)) or isinstance(node, ast.Name) and node.id in names


def pasted_attributes(tree):
    """The lines on which an attribute is taken by a name that is pasted together, so that no search finds who takes it."""
    names = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and is_pasted(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ('getattr', 'setattr', 'hasattr')
            and is_pasted(node.args[1], names)
        ):
            yield node.lineno
        elif isinstance(node, ast.Call) and getattr(node.func, 'id', getattr(node.func, 'attr', '')) in ('attrgetter', 'methodcaller'):
            yield node.lineno


def test_no_attribute_by_a_pasted_name():
    assert [(path, line) for path, tree in trees() for line in pasted_attributes(tree)] == []


@pytest.mark.parametrize('code', ["getattr(job, f'_call_{phase}')", "getattr(job, '_call_' + phase)", "name = f'_{hook}'\ngetattr(job, name)(1)"])
def test_a_pasted_name_is_seen(code):
    assert [*pasted_attributes(ast.parse(code))]


def written_places(tree):
    """The lines on which a record is given a phase, a state or a time of its next call, but in ``_go``."""
    within = {part for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == '_go' for part in ast.walk(node)}
    for node in ast.walk(tree):
        if node in within:
            continue
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) and target.attr in PLACE for target in targets):
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ('write', 'update'):
            keys = {key.value for part in node.args if isinstance(part, ast.Dict) for key in part.keys if isinstance(key, ast.Constant)}
            if keys & PLACE:
                yield node.lineno


def test_one_method_says_where_a_job_stands():
    rooms = {path: tree for path, tree in trees() if path.startswith(('models/job/', 'models/operation/'))}
    assert len(rooms) > 20
    assert [(path, line) for path, tree in rooms.items() for line in written_places(tree)] == []


@pytest.mark.parametrize('code', ["job.phase = 'read'", "job.write({'state': 'done'})", 'jobs.next_poll_at = now'])
def test_another_writer_is_seen(code):
    assert [*written_places(ast.parse(code))]

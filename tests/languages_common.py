import ast
import inspect
import textwrap
from pathlib import Path

from odoo.tests import TransactionCase

from ..models.guard import is_ours

ROOT = Path(__file__).resolve().parents[1]
# What makes a text one of a language.
SPEAKS = {'_', 'format_date', 'format_datetime', 'formatLang', '_description_selection', '_description_string'}
TEXTS = ('char', 'text', 'html', 'json')


def called(tree):
    """The names that ``tree`` calls, or hands over to be called."""
    nodes = list(ast.walk(tree))
    names = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


class LanguagesCase(TransactionCase):
    """A text that is computed in the language of the reader is computed for each language.

    Which ones are, the code tells: one whose method, or what that calls, makes a text of a language, or that follows such a field.
    """

    @classmethod
    def functions(cls):
        """Name → what the functions of that name call. The methods of one name are taken together."""
        found = {}
        for folder in (ROOT, *ROOT.glob('l10n_az_vatportal_*')):
            for path in (*folder.glob('models/**/*.py'), *folder.glob('wizards/*.py')):
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.FunctionDef):
                        found.setdefault(node.name, set()).update(called(node))
        return found

    def speaks(self, model, name, functions):
        methods = [vars(cls)[name] for cls in type(model).__mro__ if name in vars(cls) and 'vatportal' in cls.__module__]
        left = set().union(*(called(ast.parse(textwrap.dedent(inspect.getsource(method)))) for method in methods))
        seen = set()
        while left:
            if SPEAKS & left:
                return True
            seen |= left
            left = {called_name for name in left if name.startswith('_') for called_name in functions.get(name, ())} - seen
        return False

    def follows(self, model, field, spoken):
        """Whether ``field`` depends on one of the fields ``spoken``."""
        for path in model.pool.field_depends[field]:
            there = model
            for name in path.split('.'):
                if (there._name, name) in spoken:
                    return True
                there = there[name] if there._fields[name].relational else there
        return False

    def assertLanguages(self):
        functions, contexts = self.functions(), self.env.registry.field_depends_context
        computed = [
            (model, field)
            for model in self.env.values()
            for field in model._fields.values()
            if is_ours(field) and not field.store and isinstance(field.compute, str) and field.type in TEXTS and not model._abstract
        ]
        spoken = {(model._name, field.name) for model, field in computed if self.speaks(model, field.compute, functions)}
        spoken |= {(model._name, field.name) for model, field in computed if self.follows(model, field, spoken)}
        self.assertGreater(len(spoken), 10)
        silent = [f'{model._name}.{field.name}' for model, field in computed if (model._name, field.name) in spoken and 'lang' not in contexts[field]]
        self.assertEqual(silent, [])

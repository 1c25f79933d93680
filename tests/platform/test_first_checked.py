"""Rights come first, and answers can be given by every protocol."""

import ast
import contextlib
import inspect
from pathlib import Path
from xmlrpc.client import Fault

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from ..lifecycle_common import LifecycleCommon
from ..rpc_common import RpcCommon, arguments
from ..send_common import SendCommon
from . import test_security

ADDON = 'l10n_az_vatportal'
ROOT = Path(__file__).resolve().parents[2]
FOLLOWED = ('vatportal_qaime', 'vatportal_state', 'vatportal_status')


class TestFirstChecked(SendCommon, LifecycleCommon):
    """Whoever may not do something is told so, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        vals = {'company_id': cls.company.id, 'company_ids': [Command.set(cls.company.ids)]}
        cls.auditor = new_test_user(cls.env, 'first-auditor', 'account.group_account_readonly', **vals)
        cls.invoicing = new_test_user(cls.env, 'first-invoicing', 'account.group_account_invoice', **vals)
        cls.manager = new_test_user(cls.env, 'first-manager', 'account.group_account_manager', **vals)
        cls.admin = new_test_user(cls.env, 'first-admin', 'account.group_account_manager,base.group_system', **vals)

    def test_a_connector_tells_nothing_of_what_is_under_way(self):
        """Neither what is under way, nor whether a value is the stored one."""
        self.sandbox.configure(auto_confirm=False)
        self.connector.sudo().write({'username': 'stored-user', 'auth_method': 'password', 'password': 'x'})
        self.queue(self.create_invoice())
        for user, values in (
            (
                self.invoicing,
                (
                    {'base_url': 'other'},
                    {'base_url': self.connector.base_url},
                    {'phone': '994501234567'},
                    {'company_id': 1},
                    {'is_default': True},
                    {'auto_bill': True},
                    {'token': 'x'},
                ),
            ),
            (self.auditor, ({'base_url': 'other'}, {'base_url': self.connector.base_url})),
            (self.manager, ({'username': 'stored-user'}, {'username': 'other-user'}, {'token': 'x'})),
        ):
            said = set()
            for vals in values:
                with self.subTest(user=user.login, vals=vals), self.assertRaises(AccessError) as caught:
                    self.connector.with_user(user).write(vals)
                self.assertNotIn('under way', str(caught.exception))
                said.add(str(caught.exception))
            self.assertEqual(len(said), len({str(name) for vals in values for name in vals if user == self.manager}) or 1)
        with self.assertRaisesRegex(UserError, 'under way'):
            self.connector.with_user(self.admin).username = 'other-user'

    def test_guards_tell_those_who_could_change_it(self):
        move = self.registered()
        for name, call in {
            'draft': lambda record: record.button_draft(),
            'cancel': lambda record: record.button_cancel(),
            'write': lambda record: record.write({'state': 'draft'}),
            'unlink': lambda record: record.unlink(),
            'plain': lambda record: record.action_vatportal_plain(),
        }.items():
            with self.subTest(name), self.assertRaises(AccessError) as caught:
                call(move.with_user(self.auditor))
            self.assertNotIn(move.vatportal_qaime, str(caught.exception))
            if name != 'plain':
                with self.assertRaises(UserError) as caught:
                    call(move.with_user(self.admin))
                self.assertNotIsInstance(caught.exception, AccessError)

    def test_none_of_them_is_refused_to_anybody(self):
        """Other apps call these with no record at all, on behalf of people without a right to any."""
        plain = new_test_user(self.env, 'first-plain', 'base.group_user')
        none = self.env['account.move'].with_user(plain)
        none.write({'state': 'draft'})
        none.unlink()

    def test_what_follows_from_the_portal_is_not_written(self):
        move = self.registered()
        before = move.read(FOLLOWED)
        for user in (self.invoicing, self.manager, self.admin):
            mine = move.with_user(user)
            for name in FOLLOWED:
                value = {'vatportal_qaime': 'MT260000000001', 'vatportal_state': 'none', 'vatportal_status': 'canceled'}[name]
                for way, call in {
                    'write': lambda name=name, value=value, mine=mine: mine.write({name: value}),
                    'web_save': lambda name=name, value=value, mine=mine: mine.web_save({name: value}, {}),
                    'create': lambda name=name, value=value, mine=mine: mine.create({'move_type': 'out_invoice', name: value}),
                    'copy': lambda name=name, value=value, mine=mine: mine.copy({name: value}),
                }.items():
                    with self.subTest(user=user.login, field=name, way=way), self.assertRaises(AccessError):
                        call()
                answer = mine.load(['.id', name], [[str(move.id), value]])
                self.assertTrue(answer['messages'] and not answer['ids'], answer)
        move.invalidate_recordset()
        self.assertEqual(move.read(FOLLOWED), before)

    def test_no_field_of_ours_that_is_read_only_is_written(self):
        """Of whatever model that people write: what is read-only was told by the portal, or says what has happened."""
        guarded = self.env.registry['vatportal.guard']
        checked = 0
        for name in self.env:
            model = self.env[name].with_user(self.admin)
            if self.env[name]._abstract or self.env[name]._transient or not issubclass(self.env.registry[name], guarded) or not model.has_access('write'):
                continue
            record = self.env[name].sudo().search([], limit=1).with_user(self.admin)
            for field in model._fields.values():
                ours = any(module.startswith(ADDON) for module in field._modules)
                if record and ours and field.readonly and field.name not in model._vatportal_given_fields:
                    checked += 1
                    with self.subTest(model=name, field=field.name), self.assertRaises(AccessError):
                        record.write({field.name: False})
        self.assertGreater(checked, 20)

    def test_auditors_see_no_codes(self):
        self.sandbox.configure(auto_confirm=False)
        job = self.send(self.create_invoice())
        for _look in range(3):
            job.sudo().next_poll_at = False
            job.action_refresh()
        code = self.sandbox.wait_prompt(1).code
        self.assertEqual(job.pin1_code, code)
        mine = job.with_user(self.auditor)
        self.env.invalidate_all()
        for call in (
            lambda: mine.read(['pin1_code']),
            lambda: mine.export_data(['pin1_code']),
            lambda: mine.pin1_code,
            lambda: mine.search([('pin1_code', '=like', f'{code[:1]}%')]),
            lambda: mine.stats,
            lambda: mine.formatted_read_group([], ['pin1_code'], ['__count']),
            lambda: mine.answer,
            lambda: mine.search([], order='pin1_code'),
        ):
            with self.assertRaises(Exception) as caught:
                call()
            self.assertIsInstance(caught.exception, (UserError, ValueError))
        self.assertNotIn(code, str(mine.read()))
        # What is under way may be looked at; nothing moves, and there is nothing to press.
        job.sudo().next_poll_at = False
        self.env.flush_all()
        self.env.invalidate_all()
        shown = mine.action_refresh()
        self.assertNotIn(code, str(shown))
        self.assertEqual((shown['state'], shown['code'], shown['seconds_left'], shown['connector']), ('running', False, False, False))
        self.assertEqual([name for name, value in shown.items() if name.startswith('can_') and value], [])
        self.assertEqual([document['name'] for document in shown['documents']], job.document_ids.move_id.mapped('name'))
        self.assertFalse(job.sudo().next_poll_at)
        self.assertNotIn('pin1_code', mine.fields_get())
        self.assertEqual(job.with_user(self.invoicing).action_refresh()['code']['value'], code)

    def test_forms_without_anything(self):
        """What nobody has filled in yet is no error, whatever the dialog."""
        for name in sorted(self.env):
            model = self.env[name].with_user(self.admin)
            if not name.startswith('vatportal.') or self.env[name]._abstract or not model.has_access('create'):
                continue
            spec = {field: {} for field in model._fields if model._has_field_access(model._fields[field], 'read')}
            links = [field.name for field in model._fields.values() if field.type == 'many2one' and field.name in spec]
            with self.subTest(name):
                model.onchange({}, [], spec)
                for link in links:
                    model.onchange({link: False}, [link], spec)

    def test_the_abstract_model_itself(self):
        """What has no table is nothing to be read, and says so."""
        for name in ('vatportal.source', 'vatportal.guard', 'vatportal.amounts', 'vatportal.import.choice'):
            model = self.env[name].with_user(self.admin)
            fields = list(model._fields)
            for method, args in (
                ('read', [fields]),
                ('search', [[]]),
                ('search_read', [[]]),
                ('web_read', [{field: {} for field in fields}]),
                ('onchange', [{}, [], {field: {} for field in fields}]),
                ('default_get', [fields]),
                ('export_data', [fields]),
                ('name_search', []),
                ('fields_get', []),
            ):
                # What is refused is refused in words.
                with self.subTest(name, method=method), contextlib.suppress(UserError):
                    getattr(model.browse(1) if method in ('read', 'web_read', 'export_data') else model, method)(*args)


class TestAnswers(RpcCommon, LifecycleCommon, HttpCase):
    """XML-RPC knows no null."""

    ADDON = ADDON
    made, records = test_security.TestRpc.made, test_security.TestRpc.records

    def test_every_public_method_answers_by_xmlrpc(self):
        admin = new_test_user(
            self.env, 'xmlrpc-admin', 'account.group_account_manager,base.group_system', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        self.move = self.create_invoice()
        self.finish(self.send(self.move))
        asked = 0
        for record in self.everything().values():
            for method in sorted(name for name in dir(type(record)) if name.startswith('action_') and callable(getattr(type(record), name))):
                if not self.is_ours(record, method):
                    continue
                asked += 1
                with self.subTest(model=record._name, method=method):
                    try:
                        self.xmlrpc_object.execute_kw(
                            self.env.cr.dbname, admin.id, 'xmlrpc-admin', record._name, method, [record.ids, *arguments(record, method)]
                        )
                    except Fault as fault:
                        self.assertNotIn('cannot marshal', fault.faultString)
                        self.assertNotIn('dictionary key must be', fault.faultString)
                        self.assertNotIn('Traceback', fault.faultString)
        self.assertGreater(asked, 20)

    def is_ours(self, record, method):
        function = inspect.unwrap(getattr(type(record), method))
        return str(getattr(function, '__module__', '')).startswith(f'odoo.addons.{ADDON}')

    def test_every_button_returns_something(self):
        for path in [
            *ROOT.glob('models/**/*.py'),
            *ROOT.glob('wizards/*.py'),
            *ROOT.glob('l10n_az_vatportal_*/models/**/*.py'),
            *ROOT.glob('l10n_az_vatportal_*/wizards/*.py'),
        ]:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and node.name.startswith('action_'):
                    last = node.body[-1]
                    self.assertTrue(
                        isinstance(last, ast.Raise) or isinstance(last, ast.Return) and last.value is not None, f'{path.name}: {node.name} returns nothing'
                    )

import ast
import inspect
import logging
import re
from pathlib import Path

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, new_test_user

from ..sandbox.server import Sandbox
from .send_common import SendCommon

ADDON = 'l10n_az_vatportal'
ROOT = Path(__file__).resolve().parent.parent
# Public by Odoo's own design; all that they do is checked in there.
INHERITED = {'create', 'write', 'unlink', 'copy', 'copy_data', 'read', 'default_get', 'init', 'name_create', 'onchange'}
# What opens a window tells nothing: whoever may not read the records sees nothing in it.
WINDOWS = {'ir.actions.act_window', 'ir.actions.client', 'ir.actions.act_url'}
# Models that belong to no company, for they are the same for all.
COMMON_MODELS = {'vatportal.kind', 'vatportal.new.vendor', 'vatportal.status', 'vatportal.unit.alias'}


def is_ours(function):
    return str(getattr(function, '__module__', '')).startswith(f'odoo.addons.{ADDON}.')


def public_methods(model):
    """The names of the methods that this addon defines on ``model`` and that RPC reaches."""
    found = set()
    for cls in type(model).mro():
        for name, function in vars(cls).items():
            function = inspect.unwrap(getattr(function, '__func__', function))
            if not name.startswith('_') and inspect.isfunction(function) and is_ours(function) \
                    and not getattr(function, '_api_private', False):
                found.add(name)
    return found - INHERITED


class TestRpc(SendCommon, HttpCase):
    """Every public method, called over RPC by people who have no business with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = new_test_user(
            cls.env, 'nobody', 'base.group_user', company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)])
        cls.outsider = new_test_user(cls.env, 'outsider', 'base.group_portal')

    def everything(self):
        """A record of each of our models, where there is one, and of those that we extend: model → record."""
        move = self.create_invoice()
        job = self.send(move)
        self.finish(job)
        document = move.vatportal_document_id
        moves = {'move_ids': [Command.set(move.ids)]}
        documents = {'document_ids': [Command.set(document.ids)]}
        connector = {'connector_id': self.connector.id}
        made = {
            'vatportal.send.wizard': moves, 'vatportal.package.wizard': moves, 'vatportal.delete.wizard': documents,
            'vatportal.bill.wizard': {'document_id': document.id}, 'vatportal.token.wizard': connector,
            'vatportal.import.wizard': connector, 'vatportal.import.schedule': connector, 'res.config.settings': {},
        }
        records = {'account.move': move, 'vatportal.document': document, 'vatportal.job': job,
                   'vatportal.connector': self.connector}
        for name in self.env:
            if self.env[name]._abstract or not public_methods(self.env[name]) or name in records:
                continue
            found = self.env[name].create(made[name]) if name in made else self.env[name].sudo().search([], limit=1)
            self.assertTrue(found, f"{name} has public methods: make a record of it here")
            records[name] = found
        return records

    def state(self):
        """What an intruder could have changed."""
        self.env.invalidate_all()
        return {
            name: (self.env[name].sudo().search_count([]), self.env[name].sudo().search([]).mapped('write_date'))
            for name in self.env
            if name.startswith('vatportal.') and not self.env[name]._abstract and self.env[name]._log_access
        } | {'account.move': self.env['account.move'].sudo().search([]).mapped('write_date')}

    def arguments(self, model, method):
        """Something for each parameter that has no default."""
        parameters = list(inspect.signature(getattr(type(model), method)).parameters.values())[1:]
        return [1 for parameter in parameters if parameter.default is parameter.empty
                and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)]

    def call(self, record, method):
        """The answer to the call over HTTP, or the name of the exception."""
        args = [record.ids, *self.arguments(record, method)]
        try:
            return self.make_jsonrpc_request(
                f'/web/dataset/call_kw/{record._name}/{method}',
                {'model': record._name, 'method': method, 'args': args, 'kwargs': {}})
        except JsonRpcException as error:
            return str(error)

    def test_public_methods_are_checked(self):
        records = self.everything()
        methods = [(record, method) for record in records.values() for method in sorted(public_methods(record))]
        self.assertIn('action_refresh', public_methods(self.env['vatportal.job']))
        self.assertGreater(len(methods), 15, "the list itself must not be empty")
        before, asked = self.state(), len(self.sandbox.requests)
        for user in (self.plain, self.outsider):
            self.authenticate(user.login, user.login)
            for record, method in methods:
                with self.subTest(user=user.login, model=record._name, method=method):
                    answer = self.call(record, method)
                    refused = isinstance(answer, str) and ('AccessError' in answer or 'UserError' in answer)
                    window = isinstance(answer, dict) and answer.get('type') in WINDOWS
                    self.assertTrue(refused or window or answer in (False, None, [], {}), answer)
        self.assertEqual(self.state(), before)
        self.assertEqual(len(self.sandbox.requests), asked, "the portal was asked")

    def test_private_methods_are_out_of_reach(self):
        self.authenticate(self.env.user.login, self.env.user.login)
        for model, method in (('vatportal.connector', '_client'), ('vatportal.job', '_advance'),
                              ('vatportal.job', '_cron_advance'), ('vatportal.document', '_set_state')):
            self.assertIn('AccessError', self.call(self.env[model].search([], limit=1), method))


class TestSecrets(SendCommon):
    """The token and the password go to the portal, and nowhere else."""

    def talk(self):
        """All that the addon says to the portal, with failures; return what was logged and stored meanwhile."""
        said = []
        handler = logging.Handler(logging.DEBUG)
        handler.emit = lambda record: said.append(logging.Formatter().format(record))
        # As --log-level=debug_sql: each statement with its values.
        names = ('', 'odoo', 'odoo.sql_db', f'odoo.addons.{ADDON}', 'urllib3', 'requests')
        levels = {name: logging.getLogger(name).level for name in names}
        logging.getLogger().addHandler(handler)
        try:
            for name in names:
                logging.getLogger(name).setLevel(logging.DEBUG)
            jobs = self.exchange()
        finally:
            logging.getLogger().removeHandler(handler)
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
        self.env.flush_all()
        fields = [name for name, field in self.env['vatportal.job']._fields.items() if field.store]
        said += [str(values) for values in jobs.sudo().read(fields)]
        said += [repr(self.connector), repr(self.connector._client())]
        said += [str(values) for values in self.env['mail.message'].sudo().search(
            [('model', '=like', 'vatportal.%')]).mapped(lambda message: (message.body, message.subject))]
        self.env.cr.execute("SELECT message FROM bus_bus")
        return said + [str(row) for row in self.env.cr.fetchall()]

    def exchange(self):
        jobs = self.env['vatportal.job']
        # A portal that says our own secrets back, in an error and in the log of a process. The other method's are not
        # known to the call, nor does anybody send them.
        echo = self.connector.token if self.connector.auth_method == 'token' else self.connector.password
        for fault in (None, ('error', {'code': 99, 'message': f'Unknown: {echo}'}), ('refused', {'message': echo}),
                      ('unauthorized', {}), ('answer_lost', {}), ('invalid_json', {}), ('bad_gateway', {})):
            if fault:
                self.sandbox.faults.add('/inv/import_upload_invoices.php', fault[0], **fault[1])
            job = self.send(self.create_invoice())
            self.pass_time(job, 151)
            self.finish(job)
            jobs += job
            self.connector.action_test_connection()
        return jobs

    def test_nowhere_but_at_the_portal(self):
        self.sandbox.portal.add_account('demo-two', password='pass-word-1', asan='994501112233')
        self.connector.write({'username': 'demo-two', 'password': 'pass-word-1'})
        for method in ('token', 'password'):
            self.connector.auth_method = method
            said = self.talk()
            self.assertTrue(any('VatPortal job' in text for text in said), "the log was listened to")
            for text in said:
                self.assertNotIn('sandbox-token' if method == 'token' else 'pass-word-1', text)

    def test_not_to_another_host(self):
        """A redirect leads nowhere: neither the token nor an invoice goes to another address."""
        with Sandbox(stage_seconds=0, auto_confirm=True) as other:
            self.sandbox.faults.add('*', 'redirect', times=None, location=f'{other.url}/inv/import_upload_invoices.php', status=307)
            move = self.create_invoice()
            job = self.send(move)
            self.advance(job, steps=3)
            self.assertEqual(other.requests, [])
            self.sandbox.faults.clear()
            self.pass_time(job, 151)
            self.finish(job)
        self.assertRegistered(move)

    def test_not_without_encryption(self):
        for address in ('http://portal.example.com/api', 'http://192.168.1.5/api', 'ftp://portal.example.com',
                        'https://user:pass@portal.example.com/api', 'http://127.0.0.1.example.com/api'):
            with self.subTest(address), self.assertRaises(ValidationError):
                self.connector.base_url = address


class TestHostile(SendCommon):
    """What comes from outside stays text."""

    def test_portal_words_are_escaped(self):
        evil = '<img src=x onerror=alert(1)> {{ 7*7 }} <script>alert(2)</script>'
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', message=evil)
        move = self.create_invoice()
        job = self.send(move)
        self.finish(job)
        document = move.vatportal_document_id
        self.assertIn('<img', document.portal_message, "kept word for word")
        bodies = (move.message_ids + document.message_ids).mapped('body')
        for text in map(str, bodies):
            self.assertNotIn('<img', text)
            self.assertNotIn('<script', text)
        for alert in (move.alerts or {}).values():
            self.assertNotIsInstance(alert['message'], type(move.message_ids[:1].body), "no Markup: the banner escapes it")

    def test_views_write_no_markup(self):
        """Neither a view nor a component writes a value into the page unescaped."""
        for path in [*ROOT.glob('views/*.xml'), *ROOT.glob('wizards/*.xml'), *ROOT.glob('static/src/**/*'),
                     *ROOT.glob('l10n_az_vatportal_stock/*/*.xml')]:
            if path.is_file():
                text = path.read_text()
                for forbidden in ('t-raw', 'widget="html"', 'innerHTML', 'markup('):
                    self.assertNotIn(forbidden, text, path)

    def test_no_sql_is_built(self):
        """Statements are constants; values go in as parameters."""
        statements = 0
        for path in [*ROOT.glob('models/*.py'), *ROOT.glob('wizards/*.py'), ROOT / '__init__.py']:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, 'attr', '') in ('execute', 'execute_query', 'SQL'):
                    statements += 1
                    self.assertTrue(
                        node.args and isinstance(node.args[0], ast.Constant), f'{path.name}:{node.lineno}')
        self.assertGreater(statements, 0, "the search finds what is there")


class TestCompanies(SendCommon):
    def test_every_model_has_its_company_rule(self):
        """Records of a company are shown to its own people, in every model that has a company."""
        for name in self.env:
            model = self.env[name]
            if not name.startswith('vatportal.') or model._abstract or model._transient:
                continue
            with self.subTest(name):
                if not self.env['ir.model.access'].sudo().search_count(
                        [('model_id.model', '=', name), ('perm_read', '=', True)]):
                    continue  # nobody reads it
                if 'company_id' not in model._fields:
                    self.assertIn(name, COMMON_MODELS)
                    continue
                rules = self.env['ir.rule'].sudo().search([('model_id.model', '=', name), ('groups', '=', False)])
                self.assertTrue(any(re.search(r"'company_id', 'in', (\[False\] ?\+ ?)?company_ids", rule.domain_force) for rule in rules))

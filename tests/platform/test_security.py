import ast
import logging
import re
from pathlib import Path

from markupsafe import Markup

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from odoo.addons.mail.tests.common import MockEmail

from ...sandbox.server import Sandbox
from ...vatportal.names import text_key
from ..rpc_common import RpcCommon
from ..send_common import SendCommon

ADDON = 'l10n_az_vatportal'
ROOT = Path(__file__).resolve().parents[2]
EVIL = '<img src=x onerror=alert(1)> {{ 7*7 }} <script>alert(2)</script>'
# Models that belong to no company, for they are the same for all.
COMMON_MODELS = {'vatportal.product.code', 'vatportal.kind', 'vatportal.status', 'vatportal.unit.alias'}


class TestRpc(RpcCommon, SendCommon, HttpCase):
    """Every public method, called over RPC by people who have no business with it."""

    ADDON = ADDON

    def records(self):
        selection = self.env['vatportal.selection']._start([self.move], self.connector, True)
        return {
            'account.move': self.move,
            'vatportal.document': self.move.vatportal_document_id,
            'vatportal.job': self.move.vatportal_document_id.job_ids,
            'vatportal.connector': self.connector,
            'vatportal.selection': selection,
            'vatportal.selection.line': selection.line_ids,
        }

    def made(self):
        moves = {'move_ids': [Command.set(self.move.ids)]}
        documents = {'document_ids': [Command.set(self.move.vatportal_document_id.ids)], 'reason': 'Wrong'}
        connector = {'connector_id': self.connector.id}
        return {
            'vatportal.send.wizard': moves,
            'vatportal.package.wizard': moves,
            'vatportal.delete.wizard': documents,
            'vatportal.bill.wizard': {'document_id': self.move.vatportal_document_id.id},
            'vatportal.token.wizard': connector,
            'vatportal.import.wizard': connector,
            'vatportal.company.wizard': connector,
            'vatportal.unit.wizard': {'move_id': self.move.id},
            'account.move.send.wizard': {'move_id': self.move.id},
            'account.move.reversal': {**moves, 'journal_id': self.move.journal_id.id, 'company_id': self.company.id},
            'vatportal.candidate.wizard': {'move_id': self.move.id, 'document_id': self.move.vatportal_document_id.id},
            'vatportal.release.wizard': connector,
            'vatportal.answer.wizard': {},
            'vatportal.archive.wizard': {},
            'vatportal.import.schedule': connector,
            'vatportal.product.code': {'code': '2523290000', 'name': 'Sement'},
            'res.config.settings': {},
        }

    def test_public_methods_are_checked(self):
        self.move = self.create_invoice()
        self.finish(self.send(self.move))
        methods = self.assertChecked()
        self.assertIn('action_refresh', methods)
        self.assertGreater(len(methods), 15, 'the list itself must not be empty')

    def test_private_methods_are_out_of_reach(self):
        self.authenticate(self.env.user.login, self.env.user.login)
        for model, method in (
            ('vatportal.connector', '_client'),
            ('vatportal.job', '_advance'),
            ('vatportal.job', '_cron_advance'),
            ('vatportal.document', '_set_state'),
        ):
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
        said += [
            str(values)
            for values in self.env['mail.message'].sudo().search([('model', '=like', 'vatportal.%')]).mapped(lambda message: (message.body, message.subject))
        ]
        self.env.cr.execute('SELECT message FROM bus_bus')
        return said + [str(row) for row in self.env.cr.fetchall()]

    def exchange(self):
        jobs = self.env['vatportal.job']
        # A portal that says our own secrets back, in an error and in the log of a process. The other method's are not
        # known to the call, nor does anybody send them.
        echo = self.connector.sudo().token if self.connector.auth_method == 'token' else self.connector.sudo().password
        for fault in (
            None,
            ('error', {'code': 99, 'message': f'Unknown: {echo}'}),
            ('refused', {'message': echo}),
            ('unauthorized', {}),
            ('answer_lost', {}),
            ('invalid_json', {}),
            ('bad_gateway', {}),
        ):
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
            self.assertTrue(any('VatPortal job' in text for text in said), 'the log was listened to')
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
        for address in (
            'http://portal.example.com/api',
            'http://192.168.1.5/api',
            'ftp://portal.example.com',
            'https://user:pass@portal.example.com/api',
            'http://127.0.0.1.example.com/api',
        ):
            with self.subTest(address), self.assertRaises(ValidationError):
                self.connector.base_url = address


class TestHostile(MockEmail, SendCommon):
    """What comes from outside stays text."""

    def assertText(self, html):
        """The portal's words stand in ``html`` as text, with nothing in it that a browser would run."""
        html = str(html).lower()  # the case of a number counts for nothing
        self.assertIn('&lt;img', html, 'they came this far')
        self.assertNotRegex(html, '<img[^>]*onerror')
        self.assertNotIn('<script', html)

    def test_portal_words_are_escaped(self):
        """On the document and the invoice, and in what the dialog gets: word for word, and as plain text."""
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', message=EVIL)
        move = self.create_invoice()
        job = self.send(move)
        self.finish(job)
        document = move.vatportal_document_id
        self.assertIn('<img', document.portal_message, 'kept word for word')
        for alert in move.alerts.values():
            self.assertNotIsInstance(alert['message'], Markup, 'the banner escapes what is no markup')
        [row] = job._progress()['documents']
        self.assertIn('<img', row['portal_message'])
        self.assertNotIsInstance(row['portal_message'], Markup)

    def test_portal_words_in_the_chatter(self):
        """A number is what the portal says it is, and goes to the invoice's chatter."""
        move = self.create_invoice()
        job = self.send(move, sign=False)
        self.finish(job)
        move.vatportal_document_id._set_number(EVIL)
        self.assertText(move.message_ids[0].body)

    def test_portal_words_in_a_mail(self):
        """A scheduled import that the portal refuses is told to the users to notify, in its own words."""
        self.connector.notify_user_ids = new_test_user(
            self.env,
            'told',
            'account.group_account_invoice',
            email='told@example.com',
            notification_type='email',
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        schedule = self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id})
        self.sandbox.faults.add('*', 'error', times=None, code=6, message=EVIL)
        with self.mock_mail_gateway():
            self.finish(schedule._begin())
        self.assertIn('<img', schedule.last_error, 'kept word for word')
        message = self.connector.message_ids[0]
        self.assertText(message.body)
        [mail] = self._new_mails.filtered(lambda mail: mail.mail_message_id == message)
        self.assertText(mail.body_html)

    def test_views_write_no_markup(self):
        """Neither a view nor a component writes a value into the page unescaped."""
        for path in [*ROOT.glob('views/*.xml'), *ROOT.glob('wizards/*.xml'), *ROOT.glob('static/src/**/*'), *ROOT.glob('l10n_az_vatportal_stock/*/*.xml')]:
            if path.is_file():
                text = path.read_text()
                for forbidden in ('t-raw', 'widget="html"', 'innerHTML', 'markup('):
                    self.assertNotIn(forbidden, text, path)

    def test_no_sql_is_built(self):
        """Statements are constants; values go in as parameters."""

        def constant(node):
            composed = isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'SQL' and node.args
            return constant(node.args[0]) if composed else isinstance(node, ast.Constant)

        statements = 0
        for path in [*ROOT.glob('models/**/*.py'), *ROOT.glob('wizards/*.py'), ROOT / '__init__.py']:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, 'attr', '') in ('execute', 'execute_query', 'SQL'):
                    statements += 1
                    self.assertTrue(node.args and constant(node.args[0]), f'{path.name}:{node.lineno}')
        self.assertGreater(statements, 0, 'the search finds what is there')


class TestCompanies(SendCommon):
    def test_every_model_has_its_company_rule(self):
        """Records of a company are shown to its own people, in every model that has a company."""
        for name in self.env:
            model = self.env[name]
            if not name.startswith('vatportal.') or model._abstract or model._transient:
                continue
            with self.subTest(name):
                if not self.env['ir.model.access'].sudo().search_count([('model_id.model', '=', name), ('perm_read', '=', True)]):
                    continue  # nobody reads it
                if 'company_id' not in model._fields:
                    self.assertIn(name, COMMON_MODELS)
                    continue
                rules = self.env['ir.rule'].sudo().search([('model_id.model', '=', name), ('groups', '=', False)])
                self.assertTrue(any(re.search(r"'company_id', 'in', (\[False\] ?\+ ?)?company_ids", rule.domain_force) for rule in rules))

    def strangers(self):
        """Another company, and a user with every right in it."""
        other = self.env['res.company'].create({'name': 'Başqa MMC'})
        return other, new_test_user(
            self.env, 'company-stranger', 'account.group_account_manager,base.group_system', company_id=other.id, company_ids=[Command.set(other.ids)]
        )

    def test_schedules_mappings_and_aliases_are_apart(self):
        """Neither found, read, written nor thrown away by another company's people."""
        other, stranger = self.strangers()
        records = [
            self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id}),
            self.env['vatportal.product.mapping'].create({'company_id': self.company.id, 'partner_id': self.partner.id, 'name': 'Ours'}),
            self.env['vatportal.unit.alias'].create({'name': 'bizim ədəd', 'uom_id': self.unit.id, 'company_id': self.company.id}),
        ]
        for record in records:
            theirs = record.with_user(stranger).with_context(allowed_company_ids=other.ids)
            name = 'days_back' if 'days_back' in record._fields else 'name'
            for method, *args in (('read', [name]), ('write', {name: record[name]}), ('unlink',), ('export_data', [name]), ('web_read', {name: {}})):
                self.env.invalidate_all()
                with self.subTest(model=record._name, method=method), self.assertRaises(AccessError):
                    getattr(theirs, method)(*args)
            self.assertNotIn(record, theirs.search([]))
            self.assertTrue(record.exists())

    def test_nothing_is_made_in_another_company(self):
        other, stranger = self.strangers()
        env = self.env(user=stranger, context={'allowed_company_ids': other.ids})
        for model, vals in (
            ('vatportal.import.schedule', {'connector_id': self.connector.id}),
            ('vatportal.product.mapping', {'company_id': self.company.id, 'partner_id': self.partner.id, 'name': 'x'}),
            ('vatportal.unit.alias', {'name': 'x', 'uom_id': self.unit.id, 'company_id': self.company.id}),
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                env[model].create(vals)

    def test_what_is_learnt_counts_in_its_company_alone(self):
        other = self.env['res.company'].create({'name': 'Başqa MMC'})
        self.env['vatportal.product.mapping'].create({'company_id': self.company.id, 'partner_id': self.partner.id, 'name': 'Ours'})
        self.env['vatportal.unit.alias'].create({'name': 'bizim ədəd', 'uom_id': self.unit.id, 'company_id': self.company.id})
        Mapping, Alias = self.env['vatportal.product.mapping'], self.env['vatportal.unit.alias']
        found = [
            (bool(Mapping._for_partner(company, self.partner, 'purchase')), text_key('bizim ədəd') in Alias._units_by_key(company))
            for company in (self.company, other)
        ]
        self.assertEqual(found, [(True, True), (False, False)])

import json
import logging
from contextlib import contextmanager

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, new_test_user

from ...models.connector.secret import MASK, MASKED
from ..common import VatportalCommon

OLD = {'token': 'old-token-1', 'password': 'old-password-3', 'secret_hash': 'old-hash-4'}
NEW = {'token': 'new-token-5', 'password': 'new-password-7', 'secret_hash': 'new-hash-8', 'username': 'new-user-6'}


class TestSecretMasks(VatportalCommon, HttpCase):
    """Log-in data go in, and nobody gets them out: neither from an answer nor from a log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env, 'mask-admin', 'account.group_account_manager,base.group_system', company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)]
        )
        cls.connector.sudo().write({**OLD, 'username': 'demo'})
        cls.mine = cls.connector.with_user(cls.admin)

    def stored(self):
        row = self.connector.sudo().secret_ids
        return {name: row[name] for name in OLD}

    # ------------------------------------------------------------------ what is read

    def test_administrators_get_asterisks(self):
        spec = {name: {} for name in OLD}
        for way, call in {
            'read': lambda: self.mine.read(list(OLD)),
            'web_read': lambda: self.mine.web_read(spec),
            'export': lambda: self.mine.export_data(list(OLD))['datas'],
            'search_read': lambda: self.mine.search_read([], list(OLD)),
            'form': lambda: self.mine.onchange({'name': 'x'}, ['name'], {**spec, 'name': {}}),
            'attribute': lambda: [self.mine[name] for name in OLD],
            'copy': lambda: self.mine.copy_data(),
            'through': lambda: self.mine.rule_ids.export_data([f'connector_id/{name}' for name in OLD])['datas'],
        }.items():
            self.env.invalidate_all()
            with self.subTest(way):
                answer = str(call())
                for value in OLD.values():
                    self.assertNotIn(value, answer)
                if way not in ('form', 'copy'):
                    self.assertEqual(answer.count(MASK) % len(MASKED), 0)
                    self.assertGreater(answer.count(MASK), 0)
        self.connector.sudo().secret_hash = False
        self.assertFalse(self.mine.secret_hash, 'what is not there has no asterisks')
        for name in OLD:
            with self.assertRaises(AccessError):
                self.mine.search([(name, '=', OLD[name])])

    def test_what_was_read_changes_nothing_where_it_comes_back(self):
        """A form, or a file that was exported, gives the asterisks back."""
        self.mine.write({**dict.fromkeys(OLD, MASK), 'name': 'Renamed'})
        self.assertEqual(self.stored(), OLD)
        exported = self.mine.export_data(['.id', *OLD])['datas']
        self.assertFalse(self.mine.load(['.id', *OLD], [[str(cell) for cell in row] for row in exported])['messages'])
        self.assertEqual(self.stored(), OLD)
        for value in (f'{MASK}more', f'more{MASK}'):
            with self.assertRaisesRegex(UserError, 'Remove them'):
                self.mine.token = value
        self.assertFalse(self.mine.create({'name': 'New', 'base_url': self.sandbox.url, 'token': MASK, 'company_id': self.company.id}).token)

    def test_it_works_with_them(self):
        self.mine.write({'token': 'sandbox-token'})
        self.assertNotEqual(self.mine.action_test_connection()['params']['type'], 'danger')

    # ------------------------------------------------------------------ what is entered

    def test_control_characters_are_refused_before_the_database(self):
        for bad in ('a\x00b', 'a\nb', 'a\x7fb', 'a\x85b', 'a\u2028b', 'a\ud800b', 'a\tb', ['a'], {'a': 'b'}, 5):
            for name in NEW:
                secret = f'very-{name}'
                value = bad if not isinstance(bad, str) else f'{secret}{bad}{secret}'
                for way, call in {
                    'write': lambda name=name, value=value: self.mine.write({name: value}),
                    'create': lambda name=name, value=value: self.mine.create(
                        {'name': 'New', 'base_url': self.sandbox.url, 'company_id': self.company.id, name: value}
                    ),
                }.items():
                    with self.subTest(way, field=name, value=value), self.assertNoLogs('odoo.sql_db', logging.INFO), self.assertRaises(UserError) as caught:
                        call()
                    self.assertNotIn(secret, str(caught.exception))
        self.assertEqual(self.stored(), OLD)

    def test_texts_that_no_database_holds(self):
        """What is beside the secrets in the same call must not bring them into a log either."""
        for vals in ({'name': 'x\x00'}, {'main_info_template': '{number}\ud800'}, {'name': 'x\x00', **NEW}):
            with self.subTest(list(vals)), self.assertNoLogs('odoo.sql_db', logging.INFO), self.assertRaises(UserError) as caught:
                self.mine.write(vals)
                self.env.flush_all()
            for value in NEW.values():
                self.assertNotIn(value, str(caught.exception))
        move = self.create_invoice(post=False)
        with self.assertRaises(UserError):
            move.with_user(self.admin).write({'vatportal_main_info': 'x\x00'})

    # ------------------------------------------------------------------ what is logged

    @contextmanager
    def everything_logged(self):
        """All that any logger says at its loudest, as one text that grows."""
        said = []
        handler = logging.Handler(logging.DEBUG)
        handler.emit = lambda record: said.append(logging.Formatter().format(record))
        names = ('', 'odoo', 'odoo.sql_db', 'odoo.service.model', 'odoo.http', 'odoo.http.rpc.request', 'odoo.http.rpc.response', 'odoo.addons', 'werkzeug')
        levels = {name: logging.getLogger(name).level for name in names}
        logging.getLogger().addHandler(handler)
        for name in names:
            logging.getLogger(name).setLevel(logging.DEBUG)
        try:
            yield said
        finally:
            logging.getLogger().removeHandler(handler)
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)

    def calls(self):
        """Method and arguments of the calls in which a secret is entered, well or badly."""
        ids, spec = self.connector.ids, {name: {} for name in NEW}
        new = {'name': 'New', 'base_url': self.sandbox.url, 'company_id': self.company.id}
        yield 'write', [ids, NEW], {}
        yield 'write', [ids], {'vals': NEW}
        yield 'web_save', [ids, NEW, spec], {}
        yield 'web_save', [[], {**new, **NEW}, spec], {}
        yield 'create', [[{**new, **NEW}]], {}
        yield 'create', [{**new, **NEW}], {}
        yield 'onchange', [ids, NEW, ['token'], spec], {}
        yield 'onchange', [[], {**new, **NEW}, ['token'], spec], {}
        yield 'load', [['.id', *NEW], [[str(ids[0]), *NEW.values()]]], {}
        yield 'load', [], {'fields': ['.id', *NEW], 'data': [[str(ids[0]), *NEW.values()]]}
        yield 'copy', [ids, NEW], {}
        for name, value in NEW.items():
            yield 'search', [[[name, '=', value]]], {}
            yield 'search', [['|', [name, 'like', value], ['name', '=', 'x']]], {}
            yield 'search_read', [], {'domain': [[name, 'in', [value]]], 'fields': ['name']}
            yield 'write', [ids, {name: f'{value}\x00'}], {}
            yield 'write', [ids, {name: [value]}], {}
            yield 'write', [ids, {'batch_size': 0, name: value}], {}

    def test_no_log_has_them(self):
        self.authenticate('mask-admin', 'mask-admin')
        answers = []
        with self.everything_logged() as said:
            for method, args, kwargs in self.calls():
                try:
                    answers.append(
                        json.dumps(
                            self.make_jsonrpc_request(
                                f'/web/dataset/call_kw/vatportal.connector/{method}',
                                {'model': 'vatportal.connector', 'method': method, 'args': args, 'kwargs': kwargs},
                            )
                        )
                    )
                except JsonRpcException as error:
                    answers.append(f'{error} {error.__dict__}')
            for method, args, kwargs in self.calls():
                try:
                    self.xmlrpc_object.execute_kw(self.env.cr.dbname, self.admin.id, 'mask-admin', 'vatportal.connector', method, args, kwargs)
                except Exception as error:  # noqa: BLE001 - whatever it says, it must not say these
                    answers.append(str(error))
        log = '\n'.join(said)
        self.assertIn('call vatportal.connector', log, 'the log was listened to')
        self.assertIn("'name': 'New'", log, 'the rest is there to be read')
        for name, value in NEW.items():
            self.assertNotIn(value, log, name)
            if name in MASKED:
                self.assertFalse([answer for answer in answers if value in answer], name)

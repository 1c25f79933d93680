import contextlib
import logging

from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from ...models.connector.secret import MASK

OLD = {'token': 'old-token-1', 'username': 'old-user-2', 'password': 'old-password-3', 'secret_hash': 'old-hash-4'}
NEW = {'token': 'new-token-5', 'username': 'new-user-6', 'password': 'new-password-7', 'secret_hash': 'new-hash-8'}


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestSecretLogs(TransactionCase):
    """What goes wrong with a save is logged by Odoo with the statement's values, and by PostgreSQL with the row's.

    Real transactions: a conflict needs two of them.
    """

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.connector_id = (
                env['vatportal.connector']
                .create({'name': 'Secret', 'base_url': 'http://127.0.0.1:9/api', 'company_id': env.ref('base.main_company').id, **OLD})
                .id
            )
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            cr.execute('DELETE FROM vatportal_connector WHERE id = %s', [self.connector_id])

    @contextlib.contextmanager
    def connector(self):
        """The connector in a transaction of its own, which is rolled back."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})['vatportal.connector'].browse(self.connector_id)
            cr.rollback()

    @contextlib.contextmanager
    def silent(self, *expected):
        """Nothing of a secret is logged within, but what is ``expected`` is: the log was listened to."""
        with self.assertLogs('odoo.sql_db', logging.DEBUG) as logs:
            yield
        text = '\n'.join(logs.output)
        for word in expected:
            self.assertIn(word, text)
        for secret in (*OLD.values(), *NEW.values()):
            self.assertNotIn(secret, text)

    def stored(self):
        with self.connector() as connector:
            return {name: connector[name] for name in OLD}

    def test_a_save_that_goes_well(self):
        with self.silent('INSERT INTO "vatportal_secret"', 'renamed'), self.connector() as connector:
            connector.write({'name': 'renamed', **NEW})
            self.assertEqual({name: connector[name] for name in NEW}, NEW)
            connector.env.flush_all()
            connector.env.invalidate_all()
            self.assertEqual({name: connector[name] for name in NEW}, NEW)
            other = connector.copy({'token': NEW['token']})
            connector.env.flush_all()
            connector.env.invalidate_all()
            self.assertEqual({name: other[name] for name in NEW}, NEW, 'a copy is of the same account')
            apart = connector.copy({'token': OLD['token']})
            connector.env.flush_all()
            connector.env.invalidate_all()
            self.assertEqual([apart[name] for name in NEW], [OLD['token'], False, False, False])
        self.assertEqual(self.stored(), OLD, 'rolled back with the rest')

    def test_a_constraint_is_broken(self):
        for vals in ({'batch_size': 0}, {'name': False}, {'batch_size': 0, **NEW}, {'name': False, **NEW}):
            with self.subTest(list(vals)), self.silent('bad query'), self.assertRaises(IntegrityError), self.connector() as connector:
                connector.write(vals)
                connector.env.flush_all()

    def test_a_new_connector_breaks_a_constraint(self):
        with self.silent('bad query'), self.assertRaises(IntegrityError), self.connector() as connector:
            connector.create({'name': 'Other', 'base_url': 'http://127.0.0.1:9/api', 'batch_size': 0, **NEW})

    def conflict(self, mine, theirs):
        """Save ``mine`` while another transaction has saved ``theirs``."""
        with self.connector() as connector:
            connector.read(['name'])  # the snapshot is taken
            with self.registry.cursor() as cr:
                api.Environment(cr, SUPERUSER_ID, {})['vatportal.connector'].browse(self.connector_id).write(theirs)
            connector.write(mine)
            connector.env.flush_all()

    def test_another_transaction_was_first(self):
        """At the connector's row, and at that of the secrets."""
        for mine, theirs in (({'sequence': 5, **NEW}, {'sequence': 6}), (NEW, NEW)):
            with self.subTest(list(theirs)), self.silent('bad query', 'could not serialize'), self.assertRaises(SerializationFailure):
                self.conflict(mine, theirs)

    def test_jobs_do_not_get_in_the_way_of_a_new_token(self):
        """What the jobs note on the connector all the time is no conflict with saving the secrets."""
        with self.connector() as connector:
            connector.read(['name'])
            with self.connector() as other:
                other._note_failure('down')
                other.env.flush_all()
                connector.secret_ids.token = NEW['token']
                connector.env.flush_all()

    def test_nobody_reads_the_row_itself(self):
        admin = new_test_user(self.env, 'secret-admin', 'base.group_system,account.group_account_manager')
        secret = self.env['vatportal.secret'].search([('account_id.connector_ids', 'in', [self.connector_id])])
        self.assertEqual(len(secret), 1)
        for call in (
            lambda record: record.read(['token']),
            lambda record: record.search([]),
            lambda record: record.write({'token': 'x'}),
            lambda record: record.unlink(),
        ):
            with self.assertRaises(AccessError):
                call(secret.with_user(admin))
        connector = self.env['vatportal.connector'].with_user(admin).browse(self.connector_id)
        self.assertNotIn('secret_ids', connector.fields_get())
        with self.assertRaises(AccessError):
            connector.search([('token', '=', OLD['token'])])
        self.assertEqual(connector.read(['token'])[0]['token'], MASK)

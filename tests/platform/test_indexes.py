import re

from odoo.tests import TransactionCase
from odoo.tools import SQL

from ...models.guard import is_ours
from ..common import script
from ..send_common import SendCommon


class TestIndexes(TransactionCase):
    """What is looked up has an index, and only one; what is no figure is not added up."""

    def test_none_is_the_beginning_of_another(self):
        redundant = []
        for name, model in self.env.items():
            for table_object in model._table_objects.values() if name.startswith('vatportal.') else ():
                definition = table_object.get_definition(self.env.registry)
                only = re.search(r'WHERE (\w+) IS TRUE', definition)
                if only and model._fields[only[1]].index:
                    redundant.append(f'{name}.{only[1]}')
                first = re.match(r'(?:UNIQUE )?INDEX \((\w+),', definition)
                if first and 'WHERE' not in definition and model._fields[first[1]].index in (True, 'btree'):
                    redundant.append(f'{name}.{first[1]}')
        self.assertEqual(redundant, [])

    def test_the_tables_of_others_are_not_read_in_whole(self):
        """When one of our rules is deleted, say, which the tables that grow with all that a company sells may refer to."""
        for name in ('account.move', 'stock.picking'):
            for field in self.env[name]._fields.values() if name in self.env else ():
                if is_ours(field) and field.type == 'many2one' and field.store and field.ondelete == 'restrict':
                    self.assertTrue(field.index, field)

    def test_technical_numbers_are_no_measures(self):
        for name in ('account.move', 'stock.picking', 'vatportal.document'):
            for field in self.env[name]._fields.values() if name in self.env else ():
                if is_ours(field) and field.type == 'integer' and field.store:
                    self.assertFalse(field.aggregator, field)

    def test_an_index_of_the_same_documents(self):
        name = 'vatportal_document__bill_requested_index'
        self.env.cr.execute(SQL('CREATE INDEX IF NOT EXISTS %s ON vatportal_document (bill_requested)', SQL.identifier(name)))
        script('19.0.1.12.0/pre-bill_index.py').migrate(self.env.cr, '19.0.1.11.0')
        self.env.cr.execute('SELECT COUNT(*) FROM pg_class WHERE relname = %s', [name])
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_indexes_that_others_begin_with(self):
        names = ('selection_line__selection_id', 'unit_alias__key', 'import_schedule__connector_id', 'product_mapping__company_id')
        for name in names:
            table, column = name.split('__')
            self.env.cr.execute(
                SQL(
                    'CREATE INDEX IF NOT EXISTS %s ON %s (%s)',
                    SQL.identifier(f'vatportal_{name}_index'),
                    SQL.identifier(f'vatportal_{table}'),
                    SQL.identifier(column),
                )
            )
        script('19.0.1.10.0/pre-indexes.py').migrate(self.env.cr, '19.0.1.9.0')
        self.env.cr.execute('SELECT COUNT(*) FROM pg_class WHERE relname = ANY(%s)', [[f'vatportal_{name}_index' for name in names]])
        self.assertEqual(self.env.cr.fetchone(), (0,))


class TestJobIndexes(SendCommon):
    """Processes are never removed; what is asked at each page, and at each sending, is not looked for among all of them."""

    def test_the_few_of_many(self):
        jobs = self.queue(self.create_invoice()).sudo()
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO vatportal_job
            SELECT another.*
              FROM vatportal_job job, generate_series(1, 20000) i, jsonb_populate_record(job, jsonb_build_object(
                       'id', nextval('vatportal_job_id_seq'), 'portal_id', i, 'state', 'done', 'waits_for_pin', FALSE)) another
             WHERE job.id = %s
            """,
            [jobs.id],
        )
        self.env.cr.execute('ANALYZE vatportal_job')
        person = [('connector_id', '=', self.connector.id), ('user_id', '=', self.env.ref('base.user_root').id), ('sign', '=', True)]
        queries = {
            'vatportal_job_prompting': jobs._search([('waits_for_pin', '=', True), ('company_id', 'in', self.company.ids)]),
            'vatportal_job_uploads_of_person': jobs._search([('operation', '=', 'upload'), *person], limit=1),
        }
        for index, query in queries.items():
            self.env.cr.execute(SQL('EXPLAIN %s', query.select()))
            self.assertIn(f'{index} ', '\n'.join(line for [line] in self.env.cr.fetchall()))

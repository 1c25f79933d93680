import re

from odoo.tests import TransactionCase
from odoo.tools import SQL

from ...models.guard import is_ours
from ..common import script


class TestIndexes(TransactionCase):
    """What is looked up has an index, and only one; what is no figure is not added up."""

    def test_none_is_the_beginning_of_another(self):
        redundant = []
        for name, model in self.env.items():
            for table_object in model._table_objects.values() if name.startswith('vatportal.') else ():
                definition = table_object.get_definition(self.env.registry)
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

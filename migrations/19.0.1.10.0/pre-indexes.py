from odoo.tools import SQL


def migrate(cr, _version):
    """Indexes that others begin with are kept up for nothing; Odoo leaves them where they are."""
    names = ('selection_line__selection_id', 'unit_alias__key', 'import_schedule__connector_id', 'product_mapping__company_id')
    for name in names:
        cr.execute(SQL('DROP INDEX IF EXISTS %s', SQL.identifier(f'vatportal_{name}_index')))

from odoo.tools import sql


def migrate(cr, _version):
    """Of nearly all documents nothing is credited: only those that differ are looked at, when all is loaded."""
    if not sql.column_exists(cr, 'vatportal_document', 'amount_credited'):
        sql.create_column(cr, 'vatportal_document', 'amount_credited', 'numeric')

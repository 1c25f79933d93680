from odoo.tools import sql


def migrate(cr, _version):
    """The days of the bills that there are: whether a document was corrected before, nobody knows, so it is told of none."""
    if not sql.column_exists(cr, 'vatportal_document', 'bill_day'):
        sql.create_column(cr, 'vatportal_document', 'bill_day', 'date')
    cr.execute("""
        UPDATE vatportal_document SET bill_day = (date + INTERVAL '4 hours')::date
         WHERE move_id IS NOT NULL AND date IS NOT NULL AND direction = 'incoming' AND bill_day IS NULL""")

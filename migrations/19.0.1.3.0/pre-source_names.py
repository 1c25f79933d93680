from odoo.tools import sql


def migrate(cr, version):
    """Documents keep the number of their invoice now. One statement makes it; Odoo would go through them one by one."""
    if sql.column_exists(cr, 'vatportal_document', 'source_name'):
        return
    sql.create_column(cr, 'vatportal_document', 'source_name', 'varchar')
    cr.execute("""
        UPDATE vatportal_document document SET source_name = move.name
          FROM account_move move WHERE move.id = document.move_id AND document.direction = 'outgoing'""")

from odoo.tools import sql


def migrate(cr, version):
    """Make the new columns here, so that nothing that a person has chosen is computed anew on an old invoice."""
    new = [
        ('vatportal_kind_proposed_id', 'int4'),
        ('vatportal_is_advance', 'bool'),
        ('vatportal_advance_day', 'date'),
        ('vatportal_advance_found_id', 'int4'),
        ('vatportal_advance_amount_proposed', 'numeric'),
    ]
    for name, kind in new:
        if not sql.column_exists(cr, 'account_move', name):
            sql.create_column(cr, 'account_move', name, kind)
    cr.execute("""
        UPDATE account_move SET vatportal_kind_proposed_id = kind.id,
               vatportal_is_advance = kind.code = 'advanceInvoice' OR COALESCE(kind.upload_type = 'avans', FALSE)
          FROM vatportal_kind kind WHERE kind.id = account_move.vatportal_kind_id""")
    # Less than nothing was possible, and is a constraint now.
    cr.execute('UPDATE account_move SET vatportal_advance_amount = 0 WHERE vatportal_advance_amount < 0')
    cr.execute('UPDATE vatportal_document SET advance_settled = 0 WHERE advance_settled < 0')
    cr.execute("""
        UPDATE account_move SET vatportal_advance_amount_proposed = vatportal_advance_amount
         WHERE vatportal_advance_amount != 0""")

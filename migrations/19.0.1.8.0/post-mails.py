def migrate(cr, _version):
    """Mails whose sending failed were never forgotten, and now whatever is sent by itself would take them along: only those on
    Odoo's list leave."""
    cr.execute("""
        UPDATE account_move SET vatportal_mail_leaving = NULL
         WHERE vatportal_mail_leaving IS NOT NULL AND coalesce(sending_data, 'null') = 'null'""")

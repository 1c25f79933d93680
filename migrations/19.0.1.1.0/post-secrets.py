from odoo.tools.sql import column_exists


def migrate(cr, _version):
    """The secrets leave the connector's row for one of their own."""
    if not column_exists(cr, 'vatportal_connector', 'token'):
        return
    cr.execute("""
        INSERT INTO vatportal_secret (connector_id, token, username, password, secret_hash)
             SELECT id, token, username, password, secret_hash FROM vatportal_connector
        ON CONFLICT DO NOTHING
    """)
    cr.execute("""
        ALTER TABLE vatportal_connector
            DROP COLUMN token, DROP COLUMN username, DROP COLUMN password, DROP COLUMN secret_hash
    """)

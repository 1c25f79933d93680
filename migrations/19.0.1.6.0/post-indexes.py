def migrate(cr, _version):
    """Indexes that others have taken the place of; Odoo makes new ones by itself, and leaves these."""
    cr.execute("""
        DROP INDEX IF EXISTS vatportal_document__qaime_index, vatportal_document__partner_id_index, vatportal_document__company_id_index""")

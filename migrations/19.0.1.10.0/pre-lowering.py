def migrate(cr, _version):
    """Of nearly all documents nothing is lowered: only those that differ are looked at, when all is loaded."""
    cr.execute("""
        CREATE TABLE IF NOT EXISTS vatportal_document_lowering_rel (
            vatportal_document_id INTEGER NOT NULL,
            account_move_id INTEGER NOT NULL,
            PRIMARY KEY (vatportal_document_id, account_move_id)
        );
        CREATE INDEX IF NOT EXISTS vatportal_document_lowering_rel_move ON vatportal_document_lowering_rel (account_move_id, vatportal_document_id)
    """)

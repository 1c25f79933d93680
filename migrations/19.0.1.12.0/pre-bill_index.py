def migrate(cr, _version):
    """Another index has the same few documents, by company and date; Odoo leaves this one where it is."""
    cr.execute('DROP INDEX IF EXISTS vatportal_document__bill_requested_index')

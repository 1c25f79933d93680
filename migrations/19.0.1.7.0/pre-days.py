def migrate(cr, _version):
    """The day in Baku of every document, at once: Odoo would compute it one by one."""
    cr.execute('ALTER TABLE vatportal_document ADD COLUMN IF NOT EXISTS day date')
    cr.execute("UPDATE vatportal_document SET day = (date + interval '4 hours')::date WHERE date IS NOT NULL")

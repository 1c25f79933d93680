# WAITING_STATUSES as they were when this version came.
WAITING = ('onApproval', 'onApprovalEdited')


def migrate(cr, _version):
    """Empty days, so that Odoo does not compute them one by one for all invoices and documents: most are in time long since.
    What can be due is computed afterwards, see post-due.py."""
    for table in ('account_move', 'vatportal_document'):
        cr.execute(f'ALTER TABLE {table} ADD COLUMN IF NOT EXISTS vatportal_due_date date, ADD COLUMN IF NOT EXISTS vatportal_deadline_id int4')
    cr.execute('ALTER TABLE vatportal_document ADD COLUMN IF NOT EXISTS waiting_since timestamp')
    # Of a correction nobody knows the day; it was there when the document was last written.
    cr.execute(
        """
        UPDATE vatportal_document SET waiting_since = CASE status WHEN 'onApproval' THEN date ELSE GREATEST(write_date, date) END
         WHERE status IN %s""",
        [WAITING],
    )

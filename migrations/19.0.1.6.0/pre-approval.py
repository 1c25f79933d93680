# WAITING_STATUSES as they were when this version came.
WAITING = ('onApproval', 'onApprovalEdited')


def migrate(cr, _version):
    """What is known of approvals, at once for all documents: Odoo would compute it one by one."""
    cr.execute("""
        ALTER TABLE vatportal_document
          ADD COLUMN IF NOT EXISTS seen_waiting boolean,
          ADD COLUMN IF NOT EXISTS approved_at timestamp,
          ADD COLUMN IF NOT EXISTS days_to_approve numeric""")
    cr.execute('UPDATE vatportal_document SET seen_waiting = status IN %s, days_to_approve = 0', [WAITING])

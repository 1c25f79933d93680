from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """What was cancelled at e-taxes, and what it deleted by itself, was shown as deleted. At the end: the columns of all apps are there then."""
    cr.execute("""
        UPDATE vatportal_document SET shown_status = status
         WHERE state = 'deleted' AND status IN ('canceled', 'deletedBySystem', 'deactivated') AND shown_status = 'deleted'
     RETURNING id""")
    ids = [document_id for [document_id] in cr.fetchall()]
    if not ids:
        return
    cr.execute(
        """
        UPDATE account_move record SET vatportal_shown_status = document.shown_status
          FROM vatportal_document document
         WHERE document.id = ANY(%(ids)s) AND record.vatportal_shown_status = 'deleted'
           AND record.vatportal_document_id = document.id AND record.vatportal_bill_document_id IS NULL""",
        {'ids': ids},
    )
    cr.execute(
        """
        UPDATE account_move record SET vatportal_shown_status = document.shown_status
          FROM vatportal_document document
         WHERE document.id = ANY(%(ids)s) AND record.vatportal_shown_status = 'deleted' AND record.vatportal_bill_document_id = document.id""",
        {'ids': ids},
    )
    picking = api.Environment(cr, SUPERUSER_ID, {}).get('stock.picking')
    if picking is not None and 'vatportal_shown_status' in picking._fields:
        cr.execute(
            """
            UPDATE stock_picking record SET vatportal_shown_status = document.shown_status
              FROM vatportal_document document
             WHERE document.id = ANY(%(ids)s) AND record.vatportal_shown_status = 'deleted' AND record.vatportal_document_id = document.id""",
            {'ids': ids},
        )

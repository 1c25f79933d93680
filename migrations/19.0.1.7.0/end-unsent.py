from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """Only what its company sends reads “Not sent yet”. At the end, for what a transfer is only Inventory knows."""
    with_connector = 'EXISTS (SELECT FROM vatportal_connector connector WHERE connector.company_id = record.company_id AND connector.active)'
    cr.execute(f"""
        UPDATE account_move record SET vatportal_shown_status = NULL
         WHERE vatportal_shown_status = 'none' AND NOT (
               state <> 'cancel' AND vatportal_bill_document_id IS NULL AND {with_connector}
               AND (move_type = 'out_invoice' OR move_type IN ('out_refund', 'in_refund') AND vatportal_kind_id IS NOT NULL))""")
    env = api.Environment(cr, SUPERUSER_ID, {})
    if 'stock.picking' in env and 'vatportal_shown_status' in env['stock.picking']._fields:
        cr.execute("UPDATE stock_picking SET vatportal_shown_status = NULL WHERE vatportal_shown_status = 'none'")
        env.invalidate_all()
        env['stock.picking']._vatportal_show_unsent(env['vatportal.connector'].search([]).company_id)
    env.flush_all()

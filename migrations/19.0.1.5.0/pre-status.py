def migrate(cr, _version):
    """The one status that lists show, at once for all records: Odoo would compute it one by one."""
    cr.execute("ALTER TABLE vatportal_document ADD COLUMN IF NOT EXISTS reject_reason varchar")
    cr.execute("ALTER TABLE vatportal_document ADD COLUMN IF NOT EXISTS shown_status varchar")
    # Why it was not sent was written in words only; the portal's own words tell a PIN that was missed, or name the buyer.
    cr.execute("""
        UPDATE vatportal_document SET reject_reason = CASE
               WHEN upper(portal_message) LIKE '%PIN%' THEN 'pin'
               WHEN portal_message LIKE '%' || buyer_vat || '%' OR portal_message LIKE 'Error codes: %' THEN 'refused'
               ELSE 'other' END
         WHERE state = 'rejected'""")
    cr.execute("""
        UPDATE vatportal_document SET shown_status = CASE
               WHEN state = 'registered' THEN coalesce(status, 'registered')
               WHEN state = 'rejected' THEN CASE reject_reason WHEN 'pin' THEN 'pin_missed' WHEN 'refused' THEN 'not_accepted' ELSE 'not_sent' END
               WHEN state IN ('queued', 'processing') THEN 'progress'
               ELSE state END""")
    for table in ('account_move', 'stock_picking'):
        cr.execute("SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = 'vatportal_document_id'", [table])
        if not cr.fetchone():
            continue
        cr.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS vatportal_shown_status varchar")
        cr.execute(f"UPDATE {table} SET vatportal_shown_status = 'none' WHERE vatportal_document_id IS NULL")
        cr.execute(f"""
            UPDATE {table} record
               SET vatportal_shown_status = CASE WHEN record.vatportal_state = 'pin' THEN 'pin' ELSE document.shown_status END
              FROM vatportal_document document WHERE document.id = record.vatportal_document_id""")
    cr.execute("""
        UPDATE account_move record SET vatportal_shown_status = document.shown_status
          FROM vatportal_document document WHERE document.id = record.vatportal_bill_document_id""")

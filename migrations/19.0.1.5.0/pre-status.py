def migrate(cr, _version):
    """The one status that lists show, at once for all records: Odoo would compute it one by one."""
    cr.execute('ALTER TABLE vatportal_document ADD COLUMN IF NOT EXISTS reject_reason varchar')
    cr.execute('ALTER TABLE vatportal_document ADD COLUMN IF NOT EXISTS shown_status varchar')
    # Why it was not sent was written in words only; the portal's own words tell a PIN that was missed, or name the buyer.
    cr.execute("""
        UPDATE vatportal_document SET reject_reason = CASE
               WHEN portal_message ~* '\\mPIN' THEN 'pin'
               WHEN buyer_vat <> '' AND position(buyer_vat in portal_message) > 0 THEN 'refused'
               -- "Error codes: 12, 15", in whatever language
               WHEN portal_message ~ ': [0-9]+(, [0-9]+)*$' THEN 'refused'
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
        # The default is there at once, however many rows there are.
        cr.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS vatportal_shown_status varchar DEFAULT 'none'")
        cr.execute(f'ALTER TABLE {table} ALTER COLUMN vatportal_shown_status DROP DEFAULT')
        cr.execute(f"""
            UPDATE {table} record
               SET vatportal_shown_status = CASE WHEN record.vatportal_state = 'pin' THEN 'pin' ELSE document.shown_status END
              FROM vatportal_document document WHERE document.id = record.vatportal_document_id""")
    cr.execute("""
        UPDATE account_move record SET vatportal_shown_status = document.shown_status
          FROM vatportal_document document WHERE document.id = record.vatportal_bill_document_id""")

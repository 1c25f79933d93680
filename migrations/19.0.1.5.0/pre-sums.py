def migrate(cr, _version):
    """What lists add up, at once for all documents: Odoo would compute it one by one."""
    for name in ('net', 'vat', 'total'):
        cr.execute(f'ALTER TABLE vatportal_document ADD COLUMN IF NOT EXISTS amount_{name}_signed numeric')
    cr.execute("""
        WITH signed AS (
            SELECT document.id, CASE WHEN kind.code IN ('returnInvoice', 'returnByAgent', 'returnRecycled') THEN -1 ELSE 1 END AS sign
              FROM vatportal_document document LEFT JOIN vatportal_kind kind ON kind.id = document.kind_id)
        UPDATE vatportal_document document
           SET amount_net_signed = sign * round(amount_net::numeric, 2),
               amount_vat_signed = sign * round(amount_vat::numeric, 2),
               amount_total_signed = sign * round(amount_total::numeric, 2)
          FROM signed WHERE signed.id = document.id""")

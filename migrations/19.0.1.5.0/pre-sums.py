def migrate(cr, _version):
    """What lists add up, at once for all documents: Odoo would compute it one by one."""
    for name in ('net', 'vat', 'total'):
        cr.execute(f'ALTER TABLE vatportal_document ADD COLUMN IF NOT EXISTS amount_{name}_signed numeric')
    cr.execute("""
        UPDATE vatportal_document document
           SET amount_net_signed = sign.sign * round(document.amount_net::numeric, 2),
               amount_vat_signed = sign.sign * round(document.amount_vat::numeric, 2),
               amount_total_signed = sign.sign * round(document.amount_total::numeric, 2)
          FROM (SELECT id, CASE WHEN code IN ('returnInvoice', 'returnByAgent', 'returnRecycled') THEN -1 ELSE 1 END AS sign
                  FROM vatportal_kind) sign
         WHERE sign.id = document.kind_id""")
    cr.execute("""
        UPDATE vatportal_document
           SET amount_net_signed = round(amount_net::numeric, 2), amount_vat_signed = round(amount_vat::numeric, 2),
               amount_total_signed = round(amount_total::numeric, 2)
         WHERE kind_id IS NULL""")

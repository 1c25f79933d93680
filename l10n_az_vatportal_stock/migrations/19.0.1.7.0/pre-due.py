def migrate(cr, _version):
    """Empty days, so that Odoo does not compute them one by one for all transfers; what can be due is computed afterwards."""
    cr.execute("""
        ALTER TABLE stock_picking
          ADD COLUMN IF NOT EXISTS vatportal_awaits varchar,
          ADD COLUMN IF NOT EXISTS vatportal_due_date date,
          ADD COLUMN IF NOT EXISTS vatportal_deadline_id int4""")

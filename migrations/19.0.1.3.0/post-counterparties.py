from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Documents that came by file have the name of their partner as counterparty now."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    documents = env['vatportal.document'].search([('counterparty_name', '=', False), ('partner_id', '!=', False)])
    env.add_to_compute(documents._fields['counterparty_name'], documents)
    env.flush_all()

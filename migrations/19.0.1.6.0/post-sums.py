from odoo import SUPERUSER_ID, api

RETURNS = ('returnInvoice', 'returnByAgent', 'returnRecycled')


def migrate(cr, _version):
    """Returns that say so with a minus, and final invoices of which nothing remains, were added up wrongly."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    documents = env['vatportal.document'].search(['|', ('advance_id', '!=', False), '&', ('kind_id.code', 'in', RETURNS), ('amount_total', '<', 0)])
    documents._compute_signed()

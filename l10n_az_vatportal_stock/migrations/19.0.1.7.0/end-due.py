from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """The days of transfers that are not at e-taxes, and of deliveries that no invoice covers."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.registry.clear_cache()
    env['stock.picking']._renew_due([])

from odoo import SUPERUSER_ID, api
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.l10n_az_vatportal.models.res_partner import GETS_QAIME
from odoo.addons.l10n_az_vatportal_stock.models.sale_deliveries import knows_sales


def migrate(cr, _version):
    """Deliveries whose order got another invoice address or price afterwards, or whose buyer was merged with another contact. Of very many
    deliveries these are few: of most all is invoiced."""
    Picking = api.Environment(cr, SUPERUSER_ID, {})['stock.picking']
    if not knows_sales(Picking.env):
        return
    more = Domain.custom(
        to_sql=lambda model, alias, query: SQL('%s > %s', model._field_to_sql(alias, 'qty_delivered', query), model._field_to_sql(alias, 'qty_invoiced', query))
    )
    buyers = Domain('order_id.partner_invoice_id.commercial_partner_id', 'any', GETS_QAIME)
    delivered = Domain('state', '=', 'done') & Domain('vatportal_awaits', '=', False) & Picking._vatportal_unsettled() & Picking._vatportal_since('date_done')
    missed = delivered & Domain('move_ids.sale_line_id', 'any', more & Domain('price_total', '!=', 0) & buyers)
    for domain in (missed, Domain('vatportal_awaits', '=', 'invoice')):
        Picking._vatportal_compute_in_parts(Picking.search(domain, order='id').ids, ('vatportal_awaits',))

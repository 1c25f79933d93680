from datetime import datetime, time

from odoo import SUPERUSER_ID, api
from odoo.fields import Domain

from odoo.addons.l10n_az_vatportal_stock.models.sale_deliveries import knows_sales


def migrate(cr, _version):
    """A month begins in the night of Baku, and contacts of which somebody said that they are companies get invoices by e-taxes. Of very
    many transfers these are few; a contact that has a Tax ID was one to whom they go before."""
    Picking = api.Environment(cr, SUPERUSER_ID, {})['stock.picking']
    night = Picking._vatportal_since('date_done') & Domain.OR(
        Domain('company_id', '=', company) & Domain('date_done', '<', datetime.combine(day, time.min))
        for company, day in Picking.env['vatportal.connector']._begun().items()
    )
    untold = Domain('vatportal_document_id', '=', False) & Domain('vatportal_shown_status', '=', False)
    Picking._vatportal_write_shown(Picking._vatportal_unsent_domain(night & untold), 'none')
    concerned = Domain('state', '=', 'done') & Domain('vatportal_awaits', '=', False) & Picking._vatportal_unsettled()
    buyers = Domain.FALSE
    if knows_sales(Picking.env):
        became = Domain('is_company', '=', True) & Domain('vat', 'in', (False, ''))
        buyers = Picking._vatportal_since('date_done') & Domain('move_ids.sale_line_id.order_id.partner_invoice_id.commercial_partner_id', 'any', became)
    Picking._vatportal_compute_in_parts(Picking.search(concerned & (night | buyers), order='id').ids, ('vatportal_awaits',))

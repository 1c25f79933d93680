from odoo import SUPERUSER_ID, api

from odoo.addons.l10n_az_vatportal.models.states import FINAL_STATUSES


def migrate(cr, _version):
    """Of a transfer that was brought back by one that never goes somebody has to judge. Of transfers and returns that ended at e-taxes
    together, nothing is left to be asked."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    Picking = env['stock.picking']
    Picking._renew_due([('vatportal_awaits', '=', 'transfer')])
    asked = env['mail.activity'].search([('activity_type_id', '=', env.ref(Picking._vatportal_activity_type).id), ('res_model', '=', 'stock.picking')])
    documents = Picking.browse(asked.mapped('res_id')).exists().vatportal_document_id
    documents.filtered(lambda document: document.status in FINAL_STATUSES and not document._is_end_open())._follow_status()

from odoo import SUPERUSER_ID, api

from odoo.addons.l10n_az_vatportal.models.states import FINAL_STATUSES


def migrate(cr, _version):
    """Nobody is asked to take back what was taken back already. At the end: what is sent may be of apps."""
    documents = api.Environment(cr, SUPERUSER_ID, {})['vatportal.document'].search([('status', 'in', FINAL_STATUSES)])
    asked = documents.filtered(lambda document: document._source().sudo().activity_ids)
    # A bill that somebody has reset is theirs: no update cancels it.
    asked.filtered(lambda document: not document._is_end_open()).with_context(vatportal_keep_bill=True)._follow_status()

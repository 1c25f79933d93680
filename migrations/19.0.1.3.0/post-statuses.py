from odoo import SUPERUSER_ID, api

from odoo.addons.l10n_az_vatportal.vatportal.codes import known_status


def migrate(cr, version):
    """Statuses are known in every spelling now; what stays unknown is billed by a person."""
    env = api.Environment(cr, SUPERUSER_ID, {'tracking_disable': True})
    documents = env['vatportal.document'].search([('status', '=', 'unknown')])
    for status, known in documents.grouped(lambda document: known_status(document.status_code)).items():
        if status:
            known.write({'status': status})
            # What follows from it is done by the next scheduled run.
            known.filtered(lambda document: not (document.to_follow or document.is_foreign)).to_follow = 'changed'
            if status in ('deleted', 'deletedBySystem'):
                known.filtered(lambda document: document.state == 'registered')._set_state('deleted')
    waiting = env['vatportal.document'].search([('bill_state', '=', 'to_bill')])
    env.add_to_compute(waiting._fields['bill_state'], waiting)
    env.flush_all()

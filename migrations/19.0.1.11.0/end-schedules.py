from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """Until now *Import Now* was noted as if the schedule's own turn had come, and the next press began one that was planned for later."""
    schedules = api.Environment(cr, SUPERUSER_ID, {})['vatportal.import.schedule'].with_context(active_test=False)
    schedules.search([('begun_at', '!=', False), ('job_ids', 'not any', [('user_id', '=', False)])]).write({'begun_at': False})

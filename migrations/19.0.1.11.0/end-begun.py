from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """What is due since a connector that was archived, and has another one in its place: it had no last day any more."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    connectors = env['vatportal.connector'].with_context(active_test=False).search([])
    archived = connectors.filtered(lambda connector: not connector.active)
    env['vatportal.deadline']._renew_begun(archived._served().company_id & (connectors - archived).company_id)

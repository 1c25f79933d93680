from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """What is to be sent since a company began: an archived connector that served is its beginning too, a month begins in the night of
    Baku, and a contact that became a company is one."""
    connectors = api.Environment(cr, SUPERUSER_ID, {})['vatportal.connector']
    connectors._begin_or_end(connectors.search([]).company_id, {})

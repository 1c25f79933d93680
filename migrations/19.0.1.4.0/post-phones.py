from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """Where ``pre-accounts.py`` has joined connectors, the account may be a partner's by one of them: those without a phone
    can't reach the portal before it is entered, and their people are told."""
    connectors = api.Environment(cr, SUPERUSER_ID, {})['vatportal.connector']
    connectors.search([('account_id.is_partner', '=', True), ('phone', 'in', (False, ''))])._ask_for_phone()

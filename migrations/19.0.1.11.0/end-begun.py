from odoo import SUPERUSER_ID, api

from odoo.addons.l10n_az_vatportal.models.states import baku_day


def migrate(cr, _version):
    """What is to be sent since a company began: an archived connector that served is its beginning too. Of companies of which that is
    nothing new only what can be due is computed: a contact that became a company is one."""
    connectors = api.Environment(cr, SUPERUSER_ID, {})['vatportal.connector']
    active = connectors._read_group([('company_id', '!=', False)], ['company_id'], ['create_date:min'])
    before = {company.id: baku_day(made).replace(day=1) for company, made in active}
    connectors._begin_or_end(connectors.search([]).company_id, before)

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """The deadlines of a company hold for its branches, whose people may read them. At the end, for apps have deadlines too."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref('l10n_az_vatportal.vatportal_deadline_company_rule', raise_if_not_found=False)
    if rule and 'parent_of' not in (rule.domain_force or ''):
        rule.domain_force = "['|', ('company_id', '=', False), ('company_id', 'parent_of', company_ids)]"
    above = env['vatportal.deadline'].search([('company_id', '!=', False)]).company_id
    branches = env['res.company'].with_context(active_test=False).search([('id', 'child_of', above.ids), ('parent_id', '!=', False)])
    if branches:
        env.registry.clear_cache()
        env['vatportal.deadline']._renew(branches)

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Inventory users follow processes that ask for the status of transfers. Rules are not updated by themselves."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref('l10n_az_vatportal_stock.vatportal_job_stock_rule', raise_if_not_found=False)
    if rule and 'asked_document_ids' not in (rule.domain_force or ''):
        rule.domain_force = """[
            '|', ('document_ids', 'any', [('picking_id', '!=', False)]),
            ('asked_document_ids', 'any', [('picking_id', '!=', False)]),
            ('document_ids', 'not any', [('picking_id', '=', False)]),
            ('asked_document_ids', 'not any', [('picking_id', '=', False)])]"""

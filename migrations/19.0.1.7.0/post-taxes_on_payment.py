from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """*VAT on Payment* was pressed before: accounts, reconciliation models and what is confirmed from now on get the taxes that were made then."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    Tax = env['account.tax'].with_context(active_test=False)
    for new in Tax.search([('active', '=', True), ('tax_exigibility', '=', 'on_payment')], order='id'):
        alike = [(name, '=', new[name]) for name in ('name', 'type_tax_use', 'tax_scope', 'amount_type', 'amount')]
        alike += [(name, '=', new[name].id) for name in ('company_id', 'country_id')]
        # What was archived is the older one of two by one name: no two active ones can have it.
        old = Tax.search(
            [*alike, ('active', '=', False), ('tax_exigibility', '=', 'on_invoice'), ('id', '<', new.id), ('vatportal_replaced_by_id', '=', False)],
            order='id desc',
            limit=1,
        )
        if old and 'vat' in old._vatportal_categories() and not new.company_id._vatportal_has_national_chart():
            old._vatportal_replace(new)

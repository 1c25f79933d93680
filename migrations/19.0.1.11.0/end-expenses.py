from odoo import SUPERUSER_ID, api

AMOUNTS = ('tax_amount_currency', 'untaxed_amount_currency', 'tax_amount', 'untaxed_amount')


def _shows_no_vat(expense):
    """Of a tax that nobody has said anything about it is not known whether it is VAT: it was chosen all the same."""
    shown = expense.with_context(active_test=True).tax_ids
    return not shown - shown._vatportal_outside()


def migrate(cr, _version):
    """Expenses that *VAT on Payment* has left without VAT get the tax in the place of the one that was archived, unless somebody has given
    them another. The VAT of what is not booked yet may have been computed as nothing meanwhile."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if 'hr.expense' not in env:
        return
    Tax, Expense = (env[name].with_context(active_test=False) for name in ('account.tax', 'hr.expense'))
    for tax in Tax.search([('vatportal_replaced_by_id.active', '=', True)]):
        having = Expense.search([('tax_ids', 'in', tax.ids)])
        lost = having.filtered(_shows_no_vat)
        tax._vatportal_propose_instead(tax.vatportal_replaced_by_id, lost, 'tax_ids')
        unbooked = lost.filtered(lambda expense: not expense.account_move_id)
        for name in AMOUNTS:
            env.add_to_compute(Expense._fields[name], unbooked)
        unbooked.modified(AMOUNTS)
    env.flush_all()

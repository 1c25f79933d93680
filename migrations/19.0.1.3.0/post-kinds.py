from odoo import SUPERUSER_ID, api

# Kinds that were booked as nothing although they may carry VAT or an amount to pay.
CODES = ('recycling', 'returnRecycled', 'exciseGoodsTransfer')


def migrate(cr, version):
    """Ask about documents of these kinds that have an amount. "Nothing" was the default: who wants it sets it again."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    kinds = env['vatportal.kind'].with_context(active_test=False).search([('code', 'in', CODES), ('booking', '=', 'none')])
    kinds.booking = 'amount'

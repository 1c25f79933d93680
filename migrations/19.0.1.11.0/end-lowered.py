from odoo import SUPERUSER_ID, api
from odoo.fields import Domain


def migrate(cr, _version):
    """Bills that the credit note of a purchase order lowers as their document was lowered differ from it no more. At the end: only with
    all apps loaded it is known what an order credits."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    posted = Domain('state', '=', 'posted')
    differing = Domain('vatportal_bill_document_id.amount_differs', '=', True)
    bills = env['account.move'].search(posted & differing & env['account.move']._vatportal_with_order_credits(posted))
    bills._vatportal_renew_amounts()
    env.flush_all()
    bills.vatportal_bill_document_id.filtered(lambda document: not document.amount_differs)._follow_status()

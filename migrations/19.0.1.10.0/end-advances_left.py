from odoo import SUPERUSER_ID, api
from odoo.tools.misc import split_every

BATCH = 500
LIVE = ('queued', 'processing', 'unconfirmed', 'imported', 'registered')


def migrate(cr, _version):
    """At the end: only with all apps loaded it is known which invoices are down payments, or take them off.

    What was given back of an advance by a credit note of its order, or at another rate, is not left; nor is what a final invoice
    settled in the advance's own currency, where nobody wrote another amount. Of one that was credited at another rate too much may
    have been taken for given back.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    Document = env['vatportal.document']
    advances = Document.search([('is_advance', '=', True), ('direction', '=', 'outgoing')], order='id')
    for part in split_every(BATCH, advances.ids, Document.browse):
        env.add_to_compute(Document._fields['advance_left'], part)
        part.modified(['advance_left'])
        env.flush_all()
        env.invalidate_all()
    for document in Document.search([('direction', '=', 'outgoing'), ('state', 'in', LIVE), ('advance_id', 'in', advances.ids), ('move_id', '!=', False)]):
        move, advance, compare = document.move_id, document.advance_id, document.currency_id.compare_amounts
        if move.currency_id == move.company_currency_id or move.currency_id != advance.move_id.currency_id:
            continue
        amount = min(move._vatportal_taken(advance), document.advance_settled + advance.advance_left)
        if not compare(move.vatportal_advance_amount, move.vatportal_advance_amount_proposed) and compare(amount, document.advance_settled) > 0:
            document.advance_settled = amount
            move.write({'vatportal_advance_amount': amount, 'vatportal_advance_amount_proposed': amount})
    env.flush_all()

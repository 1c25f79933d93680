from odoo import SUPERUSER_ID, api
from odoo.fields import Domain
from odoo.tools.misc import split_every

from odoo.addons.l10n_az_vatportal.models.states import SALE_TYPES

BATCH = 500
NAMES = ('vatportal_due_date', 'vatportal_deadline_id', 'vatportal_shown_status')


def migrate(cr, _version):
    """What was paid and then credited in full is due no more, nor “Not sent yet”; what a credit note was switched into is, and so is what that
    was made from. What takes back a credit note that is not at e-taxes is not, then what that one took back is, and so is what was never sent
    though its return is at e-taxes. A bill that a credit note lowered differs again where that one was taken back. What is
    left of an advance is in whole qəpik. At the end: only with all apps loaded it is known what an order credits."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    moves, documents = env['account.move'], env['vatportal.document']
    back = moves._vatportal_reversed_in_full(Domain('vatportal_due_date', '!=', False) | Domain('vatportal_shown_status', '=', 'none'))
    named = moves.search([('move_type', '=', 'out_invoice'), ('reversed_entry_id', '!=', False)])
    returned = moves.search([('move_type', '=', 'out_refund'), ('vatportal_bill_document_id', '!=', False)])
    sent = (back | named | (named | returned)._vatportal_entries_taken_back()).filtered(lambda move: move.move_type in SALE_TYPES)
    moves._vatportal_compute_in_parts(sent.ids, NAMES)
    advances = documents.search([('is_advance', '=', True), ('direction', '=', 'outgoing'), ('move_id', '!=', False)], order='id')
    for part in split_every(BATCH, advances.ids, documents.browse):
        env.add_to_compute(documents._fields['advance_left'], part)
        part.modified(['advance_left'])
        env.flush_all()
        env.invalidate_all()
    _renew_lowered(moves)


def _renew_lowered(moves):
    """What lowered a bill may have been taken back itself."""
    again = moves.search([('move_type', '=', 'in_invoice'), ('reversed_entry_id', '!=', False)])
    lowered = again._vatportal_all_taken_back().filtered('vatportal_bill_document_id')
    for part in split_every(BATCH, lowered.ids, moves.browse):
        with part._vatportal_following_amounts():
            part._vatportal_renew_amounts()
            moves.env.flush_all()
        moves.env.invalidate_all()

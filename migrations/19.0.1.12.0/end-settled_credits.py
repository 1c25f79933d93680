from odoo import SUPERUSER_ID, api
from odoo.fields import Domain
from odoo.tools.misc import split_every

from odoo.addons.l10n_az_vatportal.models.states import FINAL_STATUSES, SALE_TYPES

BATCH = 500
NAMES = ('vatportal_due_date', 'vatportal_deadline_id', 'vatportal_shown_status')


def migrate(cr, _version):
    """An order's credit note that was set off against one invoice, and is of others, too, takes back no more of that one than is its own: it is
    due again, more is left of an advance, and a bill whose document is no more is somebody's task again. What waits in a package takes back no
    credit note. At the end: only with all apps loaded it is known what an order credits."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    moves, posted = env['account.move'], Domain('state', '=', 'posted')
    of_orders = moves.search(posted & moves._vatportal_with_order_credits(posted))
    packed = moves.search([('vatportal_package_date', '!=', False), ('reversed_entry_id', '!=', False)])
    concerned = of_orders | packed._vatportal_entries_taken_back()
    moves._vatportal_compute_in_parts(concerned.filtered(lambda move: move.move_type in SALE_TYPES).ids, NAMES)
    for part in split_every(BATCH, concerned.ids, moves.browse):
        with part._vatportal_following_amounts():
            part._vatportal_renew_amounts()
            env.flush_all()
        # Odoo says reversed of what a credit note alone has settled. What nobody was asked about any more is asked about again.
        settled = part.filtered(lambda move: move.payment_state == 'reversed')
        ended = settled.vatportal_document_ids.filtered(lambda document: document.status in FINAL_STATUSES)
        ended.filtered(lambda document: document._is_end_open()).with_context(vatportal_keep_bill=True)._follow_status()
        env.flush_all()
        env.invalidate_all()

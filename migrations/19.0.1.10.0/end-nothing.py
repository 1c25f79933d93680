from odoo import SUPERUSER_ID, api
from odoo.fields import Domain

from odoo.addons.l10n_az_vatportal.models.account_move.due import SAYS_SOMETHING


def migrate(cr, _version):
    """What was taken back, or comes to nothing, no longer reads “Not sent yet”."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    moves, told = env['account.move'], Domain('vatportal_shown_status', '=', 'none')
    moves._vatportal_write_shown(told & (~SAYS_SOMETHING | Domain('id', 'in', moves._vatportal_reversed_in_full(told).ids)), None)

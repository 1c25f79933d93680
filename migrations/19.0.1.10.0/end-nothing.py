from odoo import SUPERUSER_ID, api
from odoo.fields import Domain

from odoo.addons.l10n_az_vatportal.models.account_move.due import SAYS_SOMETHING


def migrate(cr, _version):
    """What was taken back, or comes to nothing, no longer reads “Not sent yet”."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env['account.move']._vatportal_write_shown(Domain('vatportal_shown_status', '=', 'none') & ~SAYS_SOMETHING, None)

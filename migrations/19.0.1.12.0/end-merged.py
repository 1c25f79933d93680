from odoo import SUPERUSER_ID, api
from odoo.fields import Domain

from odoo.addons.l10n_az_vatportal.models.res_partner import GETS_QAIME


def migrate(cr, _version):
    """The invoices of a contact that was merged with one to whom invoices go by e-taxes, or with one to whom they do not."""
    moves = api.Environment(cr, SUPERUSER_ID, {})['account.move']
    moves._renew_due(Domain('vatportal_due_date', '=', False) | Domain('commercial_partner_id', 'not any', GETS_QAIME))

from odoo import SUPERUSER_ID, api
from odoo.fields import Domain

from odoo.addons.l10n_az_vatportal.models.states import WAITING_STATUSES


def migrate(cr, _version):
    """What was entrusted to a person, and has no last day, reached nobody. At the end: only then all that a person is told of is there."""
    documents = api.Environment(cr, SUPERUSER_ID, {})['vatportal.document']
    waiting = Domain([('direction', '=', 'incoming'), ('status', 'in', WAITING_STATUSES), ('vatportal_due_date', '=', False), ('answer_user_id', '!=', False)])
    for document in documents.search(documents._vatportal_told_of() & waiting):
        if not document._vatportal_is_over():
            document._vatportal_tell()

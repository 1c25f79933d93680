from odoo import SUPERUSER_ID, api
from odoo.fields import Domain
from odoo.tools.misc import split_every

NAMES = ('amount_differs', 'amount_difference', 'lowering_move_ids', 'amount_net_signed', 'amount_vat_signed', 'amount_total_signed')
REFUNDS = ('out_refund', 'in_refund')
BATCH = 500


def migrate(cr, _version):
    """Which bills differ from their documents: those that a credit note lowers as the document was lowered do not, nor those of which a part
    of the VAT can't be deducted; those of the other sign do."""
    documents = api.Environment(cr, SUPERUSER_ID, {})['vatportal.document']
    billed = Domain('direction', '=', 'incoming') & Domain('move_id', '!=', False)
    ids = documents.search(billed & (Domain('amount_differs', '=', True) | _contrary(documents.env)), order='id').ids
    for part in split_every(BATCH, ids, documents.browse):
        differing = part.filtered('amount_differs')
        for name in NAMES:
            documents.env.add_to_compute(documents._fields[name], part)
        part.modified(NAMES)
        documents.env.flush_all()
        differing.filtered(lambda document: not document.amount_differs)._follow_status()
        documents.env.flush_all()
        documents.env.invalidate_all()


def _contrary(env):
    """The domain of those documents that surely charge what their bill takes back, or the other way round."""
    kinds = env['vatportal.kind'].with_context(active_test=False).search([]).grouped(lambda kind: kind._sure_booking() or '')
    refunds = Domain('move_id.move_type', 'in', REFUNDS)
    return Domain.OR(
        Domain('kind_id', 'in', found.ids) & (Domain('move_id.move_type', 'not in', REFUNDS) if booking == 'refund' else refunds)
        for booking, found in kinds.items()
        if booking
    )

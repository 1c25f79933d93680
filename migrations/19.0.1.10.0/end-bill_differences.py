from odoo import SUPERUSER_ID, api

NAMES = ('amount_differs', 'amount_difference', 'lowering_move_ids', 'amount_net_signed', 'amount_vat_signed', 'amount_total_signed')


def migrate(cr, _version):
    """Which bills differ from their documents: those that a credit note lowers as the document was lowered do not, nor those of which a part
    of the VAT can't be deducted; those of the other sign do."""
    documents = api.Environment(cr, SUPERUSER_ID, {})['vatportal.document']
    received = documents.search([('direction', '=', 'incoming'), ('move_id', '!=', False)])
    differing = received.filtered('amount_differs')
    asked = differing | received.filtered(lambda document: document._is_contrary(document.move_id.move_type))
    for name in NAMES:
        documents.env.add_to_compute(documents._fields[name], asked)
    asked.modified(NAMES)
    documents.env.flush_all()
    differing.filtered(lambda document: not document.amount_differs)._follow_status()

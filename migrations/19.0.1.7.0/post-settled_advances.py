from odoo import SUPERUSER_ID, api

LIVE = ('queued', 'processing', 'unconfirmed', 'imported', 'registered')


def migrate(cr, _version):
    """Nothing is left of an advance that was received, and final invoices that were found, or linked by a person, settle theirs."""
    cr.execute("UPDATE vatportal_document SET advance_left = 0 WHERE direction = 'incoming' AND advance_left <> 0")
    env = api.Environment(cr, SUPERUSER_ID, {})
    finals = env['vatportal.document'].search(
        [('direction', '=', 'outgoing'), ('state', 'in', LIVE), ('advance_id', '=', False), ('move_id.vatportal_advance_id', '!=', False)]
    )
    for document in finals:
        move = document.move_id
        document.write({'advance_id': move.vatportal_advance_id.id, 'advance_settled': move.vatportal_advance_amount})
    env.flush_all()

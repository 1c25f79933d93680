from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = 'account.move.reversal'

    def _modify_default_reverse_values(self, origin_move):
        # EXTENDS account: the new invoice knows which one it replaces, for that one's document stands at e-taxes
        values = super()._modify_default_reverse_values(origin_move)
        return {**values, 'vatportal_replaced_id': origin_move.id} if origin_move._vatportal_is_ever_sent() else values

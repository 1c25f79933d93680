from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = 'account.move.reversal'

    def reverse_moves(self, is_modify=False):
        # EXTENDS account: what is entered anew is neither given back nor lowered, and keeps the document that was received for it
        action = super(AccountMoveReversal, self.with_context(vatportal_modify=is_modify)).reverse_moves(is_modify)
        if is_modify:
            self.new_move_ids._vatportal_take_over_documents()
        return action

    def _prepare_default_reversal(self, move):
        # EXTENDS account
        values = super()._prepare_default_reversal(move)
        return {**values, **move._vatportal_correction_vals()} if self.env.context.get('vatportal_modify') else values

    def _modify_default_reverse_values(self, origin_move):
        # EXTENDS account: the new invoice knows which one it replaces, for that one's document stands at e-taxes; a new credit note takes back
        # what the one before it took back, as long as it is of the same partner
        values = super()._modify_default_reverse_values(origin_move)
        named = self.env['vatportal.connector']._default_for(origin_move.company_id) and origin_move._vatportal_reverses()
        if named:
            values['reversed_entry_id'] = named.id
        concerned = named or origin_move._vatportal_is_ever_sent() or origin_move.sudo().vatportal_bill_document_id
        return {**values, 'vatportal_replaced_id': origin_move.id} if concerned else values

from odoo import api, models


class AccountPartialReconcile(models.Model):
    """A credit note that names no entry takes back the one with which it is reconciled."""

    _inherit = 'account.partial.reconcile'

    @api.model_create_multi
    def create(self, vals_list):
        lines = {vals.get(side) for vals in vals_list for side in ('debit_move_id', 'credit_move_id')}
        with self.env['account.move.line'].sudo().browse(lines - {None, False}).move_id._vatportal_following_ends():
            return super().create(vals_list)

    def unlink(self):
        with (self.sudo().debit_move_id | self.sudo().credit_move_id).move_id._vatportal_following_ends():
            return super().unlink()

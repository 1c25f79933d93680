from contextlib import contextmanager

from odoo import api, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_entries_taken_back(self):
        """What these entries may take back: what they name, and what the credit notes among them are reconciled with, which a reset to
        draft leaves as it is; and the invoices whose order's credit note may be theirs or these entries'."""
        named = self._vatportal_all_taken_back()
        credits = (self.sudo() | named).filtered(lambda move: move.move_type in ('out_refund', 'in_refund'))
        settled = named.union(*(move for credit in credits for move, _amount in credit._vatportal_reconciled()))
        return settled | self._vatportal_beside().sudo()

    @contextmanager
    def _vatportal_following_documents(self):
        """What these entries take back follows what is done inside: whether they have documents of their own. A credit note that has one lowers no
        bill, and takes nothing back of one whose document is no more."""
        taken_back = self.sudo()._vatportal_entries_taken_back()
        with taken_back._vatportal_following_amounts(), taken_back._vatportal_following_ends():
            yield
            taken_back._vatportal_renew_amounts()


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

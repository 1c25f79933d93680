from contextlib import contextmanager

from odoo import api, models

from ..states import FINAL_STATUSES


class AccountMove(models.Model):
    """Whoever is asked to take back an entry whose document is no more has done so with a credit note, as long as that one stands."""

    _inherit = 'account.move'

    @contextmanager
    def _vatportal_following_ends(self):
        """What is asked of people about these entries, whose documents are no more, follows what is done inside."""
        entries = self.sudo()
        documents = entries.vatportal_bill_document_id | entries.vatportal_document_id
        open_before = {document: document._is_end_open() for document in documents.filtered(lambda document: document.status in FINAL_STATUSES)}
        yield
        for document, was_open in open_before.items():
            if document._is_end_open() != was_open:
                document._follow_status()


class AccountPartialReconcile(models.Model):
    _inherit = 'account.partial.reconcile'

    # A credit note that names no entry takes back the one with which it is reconciled.

    @api.model_create_multi
    def create(self, vals_list):
        lines = {vals.get(side) for vals in vals_list for side in ('debit_move_id', 'credit_move_id')}
        with self.env['account.move.line'].sudo().browse(lines - {None, False}).move_id._vatportal_following_ends():
            return super().create(vals_list)

    def unlink(self):
        with (self.sudo().debit_move_id | self.sudo().credit_move_id).move_id._vatportal_following_ends():
            return super().unlink()


class VatportalDocument(models.Model):
    _inherit = 'vatportal.document'

    def _is_end_open(self):
        """Whether this document, which is no more, leaves something to be done about what it was made from, or about its bill."""
        if self.direction == 'incoming':
            return self.move_id.vatportal_bill_void
        return self._source()._vatportal_is_in_force() and not self._source()._vatportal_is_taken_back()

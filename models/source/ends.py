from contextlib import contextmanager

from odoo import models

from ..states import FINAL_STATUSES


class VatportalSource(models.AbstractModel):
    """Whoever is asked to take back a record whose document is no more has done so with a credit note, or a return, as long as that
    one stands."""

    _inherit = 'vatportal.source'

    def _vatportal_is_taken_back(self):
        """Whether nothing is left of this record in the books."""
        return False

    @contextmanager
    def _vatportal_following_ends(self):
        """What is asked of people about these records, whose documents are no more, follows what is done inside."""
        documents = self.env['vatportal.document'].sudo().union(*(record._vatportal_status_document() for record in self.sudo()))
        open_before = {document: document._is_end_open() for document in documents.filtered(lambda document: document.status in FINAL_STATUSES)}
        yield
        for document, was_open in open_before.items():
            if document._is_end_open() != was_open:
                # What is done in the books here cancels nothing there: somebody is at work on it.
                document.with_context(vatportal_keep_bill=True)._follow_status()


class VatportalDocument(models.Model):
    _inherit = 'vatportal.document'

    def _is_end_open(self):
        """Whether this document, which is no more, leaves something to be done about what it was made from, or about its bill."""
        if self.direction == 'incoming':
            return self.move_id.vatportal_bill_void
        return self._source()._vatportal_is_in_force() and not self._source()._vatportal_is_taken_back()

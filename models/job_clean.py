from odoo import models

from ..vatportal import polling
from .connector_setup import NO_INVOICE
from .job_upload import SHOW_AGAIN_S


class VatportalJob(models.Model):
    """The end of a sending for what got no number: it is removed from the portal, and given back.

    The portal's answer to a removal proves nothing, neither yes nor no: it may say yes of what it does not have, or not
    have yet, and no of what it has just removed. What it showed before, and twice does not show, was removed.
    """

    _inherit = 'vatportal.job'

    def _clean(self, numbers):
        """Begin to remove from the portal what got no number, all together. What the portal has is seen before, for
        whether it does not have it any more afterwards is what counts."""
        if NO_INVOICE in numbers:
            self._read_by_date()
            return
        self.write({'phase': 'clean', 'one_by_one': False, 'kept_ids': False, 'missed_ids': False})
        self._schedule(0)

    def _to_clean(self):
        documents = self._pending().filtered(lambda doc: doc.erp_id not in (self.kept_ids or []))
        return documents[:1] if self.one_by_one else documents

    def _call_clean(self, client):
        client.delete_invoices(self._to_clean().mapped('erp_id'))

    def _apply_clean(self, _value):
        """The portal says that they are gone, which it may say of any: it is asked what it has."""
        self._go_on_cleaning(self._to_clean())

    def _error_clean(self, answer):
        """A refusal means: not there, or submitted to e-taxes. Which of several, single calls tell."""
        documents = self._to_clean()
        if answer['error'] != 'Refused':
            return False
        self.one_by_one = True
        self._go_on_cleaning(documents if len(documents) == 1 else documents.browse())
        return True

    def _go_on_cleaning(self, done):
        """The removal of ``done`` was answered, whatever the answer."""
        self.kept_ids = [*(self.kept_ids or []), *done.mapped('erp_id')]
        if self._to_clean():
            self._schedule(polling.MINIMUM_S)
        elif self._pending():
            # One of them may have got its number just now.
            self.write({'phase': 'read', 'last_read': True})
            self._schedule(0)
        else:
            self._end_upload()

    def _settle_kept(self, pending, numbers):
        """All of ``pending`` were to be removed. Those that the portal goes on showing it has begun to submit, so they may
        still get their number, or be signed there by hand; the others are rejected.

        :return: whether that is settled. What was shown before and is not shown now is asked for once more first.
        """
        held = pending.filtered(lambda doc: doc.erp_id in numbers)
        rest = pending - held
        gone, missed = rest._used_up(), self.missed_ids or []
        if any(document.erp_id not in missed for document in gone):
            self.missed_ids = gone.mapped('erp_id')
            # What it refused to remove it may have in hand, and may fail to show for a moment.
            self._schedule(SHOW_AGAIN_S if self.one_by_one else polling.MINIMUM_S)
            return False
        self._each(held, lambda documents: documents._set_held(self.sign))
        # Whatever it answered to the removal: what it has shown before and does not show any more was removed. What it
        # has not shown yet it may keep back, for it may still be importing it.
        self._reject_pending(gone, spent=True)
        self._reject_pending(rest - gone)
        return True

from odoo import models

from ...vatportal import speaks_of_pin
from .. import portal_text
from ..job.stop import SIGNED


class VatportalOperationUpload(models.AbstractModel):
    """Invoices that a sending gives back, and why."""

    _inherit = 'vatportal.operation.upload'

    def _reject_pending(self, job, documents, spent=False):
        """Say of each document why it was not registered. ``spent``: its ERP id was used up at the portal; else the
        portal may have it still."""
        said, refusals = (job._refusals_text() or '').splitlines(), job._refusals()
        vals = {'spent': spent, 'doubtful': not spent}
        for document in documents:
            mine = self._naming(document, refusals)
            reason, text = self._rejection(job, bool(mine), said, spent)
            self._reject(job, document, text, '\n'.join(mine or said) or False, reject_reason=reason, **vals)

    def _reject(self, job, documents, message, portal_message=False, **vals):
        """Give ``documents`` back, each by itself; see :meth:`VatportalDocument._reject`."""
        job._each(documents, lambda back: back._reject(message, portal_message, **vals))

    def _rejection(self, job, refused, said, spent):
        """Why a document ended without a number, one of :data:`REJECT_REASONS`, and what to do.

        :param refused: e-taxes named its buyer. :param said: all that e-taxes said, maybe about other invoices
        :param spent: it was removed from the portal
        """
        if job.reason == 'exists' and not spent:
            return 'other', self.env._(
                'The portal knows the ERP ID of this invoice and does not show it: it was removed there, or is not '
                'shown yet. Nothing of it is known to be at e-taxes; send it again. Should the portal have it '
                'after all, it takes it only once; if it was removed, it goes under a new ERP ID a day later.'
            )
        if job.reason in ('lost', 'exists'):
            return 'other', self.env._(
                "The portal's answer was lost, and it has no number for this invoice. Nothing of it is known "
                'to be at e-taxes; send it again. Should the portal have it after all, it takes it only once.'
            )
        if refused:
            return 'refused', self.env._('e-taxes refused this invoice. Correct it and send it again.')
        if not job.sign:
            return 'other', self.env._('The portal could not import this invoice. Send it again.')
        refusals = job._refusals()
        if not all(map(speaks_of_pin, refusals)):
            # Where it names another's buyer, nothing is wrong with this one.
            named = any(self._naming(document, refusals) for document in job.document_ids)
            return 'other' if named else 'refused', self.env._(
                'e-taxes did not take this process, and this invoice got no number. Nothing of it is at '
                'e-taxes; look at what the portal said, and send it again.'
            )
        pin = self._missed_pin(job, said)
        if pin == 'pin1':
            return 'pin', self.env._('PIN1 was not confirmed on the phone, or not in time. Nothing is at e-taxes; send it again.')
        if pin == 'pin2':
            return 'pin', self.env._('PIN2 was not confirmed on the phone, or not in time. Nothing is at e-taxes; send it again.')
        return 'other', self.env._('The process ended with errors, and this invoice got no number. Nothing is at e-taxes; send it again.')

    def _naming(self, document, refusals):
        """Those of ``refusals``, e-taxes' words, that name the buyer of ``document``."""
        return [text for text in refusals if document.buyer_vat and document.buyer_vat in text]

    def _missed_pin(self, job, said):
        """The PIN for want of which the process ended: its check code had come, or the portal's words ``said`` speak of it. False
        for none."""
        if job.step in SIGNED:
            return False
        pin = 'pin2' if job.step == 'login' or job.asked_pin == 'pin2' else 'pin1'
        return pin if job.asked_pin == pin or any(map(speaks_of_pin, said)) else False

    def _take_all_codes(self, job, documents, all_codes):
        """Error 14: each code to its invoice."""
        for document, codes in zip(documents, all_codes, strict=False):
            if codes and document._settle(lambda refused, codes=codes: refused._take_codes(codes)):
                self._reject(job, document, portal_text.validation_text(self.env, codes[0]), reject_reason='refused')

from odoo import models
from odoo.exceptions import AccessError, UserError

from ..states import OPEN_STATES


class VatportalJob(models.Model):
    """What a person sees of a deletion while it runs and after its end."""

    _inherit = 'vatportal.job'

    def _reached(self, stats, finished):
        # A deletion reports that it was signed only by what it deleted; before that, its code is asked for no more.
        reached = super()._reached(stats, finished)
        signed = stats.deleted or (self.pin2_code and not stats.pin2_code and not finished)
        return 'sign' if self.operation == 'delete' and signed else reached

    def _step_keys(self):
        if self.operation != 'delete':
            return super()._step_keys()
        return ['send'] if self.folder == 'portal' else ['send', 'login', 'sign']

    def _progress_steps(self):
        steps = super()._progress_steps()
        if self.operation == 'delete':
            before = steps[-1]['state']
            mark = {'done': 'done', 'failed': 'failed'}.get(self.state, 'active') if before == 'done' else 'waiting'
            steps.append({'key': 'deleted', 'label': self.env._('Deleted'), 'state': mark})
        return steps

    def _progress(self):
        """Adds ``counts['deleted']`` and ``folder`` for deletions; see :meth:`action_refresh`."""
        progress = super()._progress()
        if self.operation != 'delete':
            return progress
        deleted = len(self.document_ids.filtered(lambda doc: doc.state == 'deleted'))
        counts = {**progress['counts'], 'deleted': deleted}
        counts['pending'] = counts['total'] - sum(counts[key] for key in ('registered', 'imported', 'rejected', 'deleted'))
        return {
            **progress,
            'counts': counts,
            'folder': self.folder,
            'can_retry': self.state == 'failed' and deleted < len(self.document_ids),
            'can_cancel': self.state == 'queued',
        }

    def _progress_document(self, document):
        shown = super()._progress_document(document)
        # Until it is settled, it is neither deleted nor kept.
        if self.operation == 'delete' and self.state in OPEN_STATES and document.state != 'deleted':
            shown |= {'state': 'processing', 'state_label': self.env._('Being deleted')}
        return shown

    def _headline(self):
        _ = self.env._
        waits = self.connector_id._is_waiting() or self.waits_for_pin
        if self.operation != 'delete' or self.state in ('done', 'failed') or waits:
            return super()._headline()
        if self.state == 'queued':
            return _('Waiting to be deleted.')
        if self.state == 'starting':
            return _('Handing the deletion to VatPortal…')
        if self.phase in ('read', 'remove', 'list'):
            if self.reason == 'lost':
                return _(
                    "The portal's answer was lost. It is being asked what it still has. A prompt on the phone whose code is not shown here can be declined."
                )
            return _('The portal is being asked what it still has…')
        return {
            'send': _('VatPortal is logging in; the code for PIN1 will appear here.'),
            'login': _('Logged in. The code for PIN2 will appear here.'),
            'sign': _('Signed. e-taxes is deleting…'),
        }.get(self.step, _('VatPortal is at work…'))

    # ------------------------------------------------------------------ buttons

    def action_cancel(self):
        # EXTENDS: a deletion that has not left yet leaves its documents as they are
        self.check_access('read')
        deletions = self.filtered(lambda job: job.operation == 'delete')
        for job in deletions:
            job.check_access('read')
            if not job._may_use():
                raise AccessError(self.env._('Only invoicing users can give up a deletion.'))
            locked = job.sudo()._locked()
            if locked.state != 'queued' or locked.answer:
                raise UserError(self.env._("The process has started already; it can't be stopped from here."))
            locked._end_deletion(self.env._('It was given up before anything went to the portal.'))
        return super(VatportalJob, self - deletions).action_cancel()

    def action_retry(self):
        self.check_access('read')
        if self.operation == 'delete':
            left = self._batch().document_ids.filtered(lambda document: document.state != 'deleted')
            action = left.action_delete()
            return {**action, 'context': {**action['context'], 'default_reason': self.delete_reason}}
        return super().action_retry()

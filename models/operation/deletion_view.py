from collections import Counter

from odoo import models
from odoo.exceptions import AccessError

from ...vatportal import Stats
from ..states import OPEN_STATES


class VatportalOperationDelete(models.AbstractModel):
    """What a person sees of a deletion while it runs and after its end."""

    _inherit = 'vatportal.operation.delete'

    def _reached(self, job, stats, finished):
        # A deletion reports that it was signed only by what it deleted; before that, its code is asked for no more.
        reached = super()._reached(job, stats, finished)
        signed = stats.deleted or (job.pin2_code and not stats.pin2_code and not finished)
        return 'sign' if signed else reached

    def _step_keys(self, job):
        return ['send'] if job.folder == 'portal' else ['send', 'login', 'sign']

    def _steps(self, job):
        steps = super()._steps(job)
        before = steps[-1]['state']
        mark = {'done': 'done', 'failed': 'failed'}.get(job.state, 'active') if before == 'done' else 'waiting'
        return [*steps, {'key': 'deleted', 'label': self.env._('Deleted'), 'state': mark}]

    def _progress(self, job):
        """Adds ``folder``."""
        return {**super()._progress(job), 'folder': job.folder}

    def _progress_counts(self, states):
        """Adds ``deleted``."""
        counts = super()._progress_counts(states)
        return {**counts, 'deleted': states['deleted'], 'pending': counts['pending'] - states['deleted']}

    def _progress_batch(self, job):
        return {**super()._progress_batch(job), 'folder': 'portal' if {other.folder for other in job._batch()} == {'portal'} else 'sent'}

    def _count_states(self, jobs):
        unsettled = jobs.filtered(lambda job: job.state in OPEN_STATES)
        settled, states = super()._count_states(jobs - unsettled), super()._count_states(unsettled)
        return settled + Counter(deleted=states['deleted'], processing=states.total() - states['deleted'])

    def _can_retry(self, jobs, states):
        return 'failed' in jobs.mapped('state') and states['deleted'] < states.total()

    def _progress_document(self, job, document):
        shown = super()._progress_document(job, document)
        # Until it is settled, it is neither deleted nor kept.
        if job.state in OPEN_STATES and document.state != 'deleted':
            shown |= {'state': 'processing', 'state_label': self.env._('Being deleted')}
        return shown

    def _headline_open(self, job):
        _ = self.env._
        if job.state == 'queued':
            return _('Waiting to be deleted.')
        if job.state == 'starting':
            return _('Handing the deletion to VatPortal…')
        if job.phase in ('read', 'remove', 'list'):
            if job.reason == 'lost':
                return _(
                    "The portal's answer was lost. It is being asked what it still has. A prompt on the phone whose code is not shown here can be declined."
                )
            return _('The portal is being asked what it still has…')
        return {
            'send': _('VatPortal is logging in; the code for PIN1 will appear here.'),
            'login': _('Logged in. The code for PIN2 will appear here.'),
            'sign': _('Signed. e-taxes is deleting…'),
        }.get(job.step, _('VatPortal is at work…'))

    # ------------------------------------------------------------------ buttons

    def _can_cancel(self, job):
        return job.state == 'queued' and not job.answer

    def _cancel(self, job):
        """The documents are left as they are."""
        if not job._may_use():
            raise AccessError(self.env._('Only invoicing users can give up a deletion.'))
        self._end(job._unsent(), self.env._('It was given up before anything went to the portal.'))

    def _retry(self, job):
        left = job._batch().document_ids.filtered(lambda document: document.state != 'deleted')
        action = left.action_delete()
        return {**action, 'context': {**action['context'], 'default_reason': job.delete_reason}}

    # ------------------------------------------------------------------ what was not deleted

    def _undeleted_text(self, job):
        """What to do about documents that are gone, where that could not be written."""
        return f'{job._unwritten_text()}\n' + self.env._(
            'The portal has told what became of these. Once they can be written, delete them again, or import their day from '
            'e-taxes: the import brings their state.'
        )

    def _not_deleted(self, job, left):
        _ = self.env._
        if job.folder == 'portal':
            signed = left.filtered('qaime')
            texts = [
                _(
                    '%(name)s was signed at the portal meanwhile and has the number %(number)s. Delete it from e-taxes.',
                    name=document._source().name or document.erp_id,
                    number=document.qaime,
                )
                for document in signed
            ]
            hidden = (left - signed).filtered(lambda doc: doc.erp_id in (job.unseen_ids or []) and doc.erp_id not in (job.listed or {}))
            texts += [
                _(
                    'The portal does not show %s, and has not shown it since it went there; it may still do so. Nothing '
                    'counts as deleted before a day has passed: then delete it again.',
                    document.erp_id,
                )
                for document in hidden
            ]
            texts += [
                _('The portal shows %s and does not let it be deleted. Look for it in VatPortal, and delete it there.', document.erp_id)
                for document in left - signed - hidden
            ]
            return '\n'.join(texts)
        if job.reason == 'done':
            return _(
                'The portal says that the deletion has ended well, and still has these invoices. Nothing counts as '
                'deleted before the portal shows it: look for them at e-taxes.gov.az, or import their day from e-taxes.'
            )
        if job.reason == 'lost':
            return _("The portal's answer was lost, and it still has these invoices. Nothing was deleted; try again.")
        text = {1: _('PIN1 was not confirmed on the phone, or not in time.'), 2: _('PIN2 was not confirmed on the phone, or not in time.')}.get(
            self._missed_pin(job)
        )
        if not text and job._refusals():
            return _('The deletion was refused, for the reason below. Nothing was deleted.')
        return _('%s Nothing was deleted.', text or _('The process ended with errors.'))

    def _missed_pin(self, job):
        """1 or 2 where the portal says of that PIN, and of nothing else, that it was not confirmed, or where it still
        waited for it at the end; else False."""
        stats = Stats.from_json(job.stats)
        said = [text.upper() for text in stats.refusals]
        if job.stopped_by_id and not said and not stats.deleted:
            return 2 if stats.login_done else 1  # the code that would tell is not kept
        if said:
            return next((pin for pin in (1, 2) if all(f'PIN{pin}' in text for text in said)), False)
        if stats.pin2_code and not stats.deleted:
            return 2
        return 1 if stats.pin1_code and not stats.login_done else False

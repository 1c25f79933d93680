from odoo import models
from odoo.exceptions import AccessError


class VatportalOperationUpload(models.AbstractModel):
    """What a person sees of a sending, and giving up what has not left yet."""

    _inherit = 'vatportal.operation.upload'

    # ------------------------------------------------------------------ the live view

    def _progress_document(self, job, document):
        shown = super()._progress_document(job, document)
        return shown if document._sending() == job else {**shown, **self._progress_passed_on(job)}

    def _progress_passed_on(self, job):
        """What differs for a document whose part in this process has ended, whatever has become of it since."""
        labels = dict(job.document_ids._fields['state']._description_selection(self.env))
        return {
            'qaime': False,
            'state': 'rejected',
            'state_label': labels['rejected'],
            'portal_message': False,
            'message': self.env._('It was rejected here, and has been sent again since by another process.'),
        }

    def _sent_elsewhere(self, jobs):
        later = [('operation', '=', 'upload'), ('id', '>', min(jobs.ids)), ('id', 'not in', jobs.ids)]
        found = self.env['vatportal.document'].sudo().search([('job_ids', 'in', jobs.ids), ('job_ids', 'any', later)])
        return found.filtered(lambda document: document._sending() not in jobs)

    # ------------------------------------------------------------------ how far it is

    def _step_keys(self, job):
        return super()._step_keys(job) if job.sign else ['send', 'import']

    def _headline_open(self, job):
        _ = self.env._
        if job.state == 'queued':
            return _('Waiting to be sent.')
        if job.state == 'starting':
            return _('Handing the documents to VatPortal…')
        if job.phase == 'read' and job.reason in ('lost', 'exists'):
            return _(
                "The portal's answer was lost. It is being asked what it has; nothing is sent twice. A prompt on "
                'the phone whose code is not shown here can be declined.'
            )
        if job.phase in ('read', 'clean'):
            return _('Reading the qaimə numbers…') if job.phase == 'read' else _('Settling what was not signed…')
        if job.stats and 'NEED RETRY' in str(job.stats.get('etx_exception', '')).upper():
            return _('e-taxes is slow; the portal tries again by itself.')
        return {
            'send': _('VatPortal is importing the documents…'),
            'import': _('VatPortal is making the packet…'),
            'packet': _('VatPortal is logging in; the code for PIN1 will appear here.'),
            'login': _('Logged in. The packet is being uploaded; the code for PIN2 will appear here.'),
            'sign': _('Signed. e-taxes is giving out the numbers…'),
        }.get(job.step, _('VatPortal is at work…'))

    def _can_cancel(self, job):
        """Whether nothing of this sending is, or may be, at the portal. What went there with its answer lost is
        settled by asking, though it waits to go again."""
        return job.state == 'queued' and not job.answer and not any(self._pending(job.sudo()).mapped('doubtful'))

    def _cancel(self, job):
        """The invoices can be sent again."""
        if not job._may_use():
            raise AccessError(self.env._('Only invoicing users can give up a sending.'))
        job = job._unsent()
        self._reject(job, self._pending(job), self.env._('Sending was given up before anything went to the portal.'))
        job._finish()

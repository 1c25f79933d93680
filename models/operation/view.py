from collections import Counter

from odoo import models
from odoo.exceptions import UserError

from ..job.job import STEPS
from ..states import DEAD_STATES, OPEN_STATES


class VatportalOperation(models.AbstractModel):
    """What a person sees of a process while it runs and after its end, and what can be done about it then.

    What every live view shows stands in ``job/progress.py``; here is what differs, as it is for most.
    """

    _inherit = 'vatportal.operation'

    def _title(self, job):
        """The name of ``job``: what it does, and to what."""
        labels = dict(job._fields['operation']._description_selection(self.env))
        what = f'#{job.id}'
        if job.document_count == 1:
            what = job.sudo().document_ids._source().name or job.document_ids.display_name
        elif job.document_count:
            what = job._count_text()
        return f'{labels[job.operation]}: {what}'

    def _documents_action(self, job):
        """What differs in the action that shows the documents of ``job``."""
        return {'domain': [('id', 'in', job.document_ids.ids)]}

    def _document_counts(self, jobs):
        """How many documents :meth:`_documents_action` shows of each of ``jobs``, all of this operation."""
        return {job: len(job.document_ids) for job in jobs}

    # ------------------------------------------------------------------ the live view

    def _progress(self, job):
        """What the live view shows of this operation, see :meth:`VatportalJob.action_refresh`: dict of ``documents``,
        ``counts`` and ``can_retry``, and what an operation adds."""
        documents = [self._progress_document(job, document) for document in job.document_ids._in_order()]
        states = Counter(document['state'] for document in documents)
        own = states - Counter(rejected=len(job._passed_on()))
        return {'documents': documents, 'counts': self._progress_counts(states), 'can_retry': job.state not in OPEN_STATES and self._can_retry(job, own)}

    def _progress_counts(self, states):
        """The ``counts`` of documents of which so many are in which of ``states``, a Counter."""
        counts = {state: states[state] for state in ('registered', 'imported', 'rejected')}
        return {**counts, 'total': states.total(), 'pending': states.total() - sum(counts.values())}

    def _progress_document(self, job, document):
        told = 'shown_status' if document.state in DEAD_STATES else 'state'  # while it runs, how far it is
        labels = dict(document._fields[told]._description_selection(self.env))
        # Who follows the process need not have the rights on what it was made from.
        source = document.sudo()._source().sudo(False)
        opened = source if source and source.browse().has_access('read') else document
        return {
            'id': document.id,
            'move_id': document.sudo().move_id.id,
            'res_model': opened._name,
            'res_id': opened.id,
            'name': source.sudo().name or document.display_name,
            'partner': document.buyer_name or '',
            'total': document.amount_total,
            'qaime': document.qaime or False,
            'state': document.state,
            'state_label': labels[document[told]],
            'message': document.message or False,
            'portal_message': document.portal_message or False,
        }

    def _steps(self, job):
        """The steps of this job with their marks; the first that is not done is the active one, or the failed one."""
        labels = dict(job._fields['step']._description_selection(self.env))
        keys = self._step_keys(job)
        order = [key for key, _label in STEPS]
        reached = order.index(job.step) if job.step else -1
        mark = {'done': 'done', 'failed': 'failed'}.get(job.state, 'active')
        steps = []
        for key in keys:
            done = order.index(key) <= reached
            steps.append({'key': key, 'label': labels[key], 'state': 'done' if done else mark})
            if not done:
                mark = 'done' if job.state == 'done' else 'waiting'
        return steps

    def _step_keys(self, _job):
        """The steps that this job goes through."""
        return [key for key, _label in STEPS]

    # ------------------------------------------------------------------ one sentence

    def _headline(self, job):
        """How far ``job`` is, where it waits for no other."""
        _ = self.env._
        if job.state == 'done':
            return self._headline_done(job)
        if job.state == 'failed':
            return self._headline_failed(job)
        if job.connector_id._is_waiting():
            return {
                'answer': _("The portal's answers can't be used; it is tried again by itself. Nothing is lost."),
                'login': _('The portal does not accept the log-in data; it is tried again by itself. Nothing is lost.'),
            }.get(job.connector_id.down_reason, _("The portal can't be reached; it is tried again by itself. Nothing is lost."))
        if job._awaits_its_end():
            return _('Stopped. Decline the prompt on the phone, and nothing is signed.')
        if job.waits_for_pin:
            return _('ASAN İmza waits for you.')
        return self._headline_open(job)

    def _headline_done(self, _job):
        return self.env._('Done.')

    def _headline_failed(self, _job):
        return self.env._('Ended with errors.')

    def _headline_open(self, job):
        """How far a process is that nothing keeps from going on."""
        raise NotImplementedError

    # ------------------------------------------------------------------ buttons

    def _can_cancel(self, _job):
        """Whether ``job`` can be given up, for the portal has not been told of it."""
        return False

    def _can_stop_signing(self, job):
        """Whether a PIN is, or will be, asked for on the phone, and there is something to sign."""
        return job.state == 'running' and job.phase == 'follow' and self._may_show_code(job)

    def _cancel(self, job):
        """Give ``job`` up.

        :raises UserError: when the portal has been told already, or may have been
        :raises AccessError: for users who may not move it
        """
        raise NotImplementedError

    def _waiting_behind(self, job):
        """The jobs that wait for their turn, and are given up with ``job``."""
        batch = job._batch() if job.root_id == job else job
        return (batch - job).filtered(lambda other: other.state == 'queued')

    def _retry(self, job):
        """Return the action that does once more what did not succeed."""
        documents = job.document_ids.browse().union(*(self._own_documents(other) for other in job._batch()))
        return documents.filtered(lambda document: document.state == 'rejected').action_send_again()

    def _ask_etaxes(self, _job):
        """Ask e-taxes for what VatPortal did not hold, see :meth:`VatportalJob.action_ask_etaxes`."""
        raise UserError(self.env._('This import has brought documents, or has not come to its end. Begin a new one.'))

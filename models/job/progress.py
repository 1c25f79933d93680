import math

from psycopg2.errors import SerializationFailure

from odoo import fields, models
from odoo.exceptions import AccessError

from ..states import OPEN_STATES
from .job import STEPS


class VatportalJob(models.Model):
    """What a person sees of a job while it runs and after its end."""

    _inherit = 'vatportal.job'

    def action_refresh(self):
        """Move the job by one step where one is due and return what its live view shows.

        The open dialog calls this every 2, 5, 10 seconds. Several viewers do not ask the portal more often: a step
        that is not due, or that someone else is at, is not made.

        :return: dict with

            - ``id``, ``name``, ``operation``, ``state``, ``finished``
            - ``headline``: one sentence, ``problem``: what went wrong or False, ``portal_message``: the portal's words
            - ``steps``: list of {``key``, ``label``, ``state``: done | active | waiting | failed}
            - ``code``: False or {``kind``: pin1 | pin2, ``value``, ``title``, ``help``}, ``seconds_left``: how long its prompt
              waits, or False
            - ``elapsed``: seconds since the start, ``next_poll``: seconds until the next call, or False at the end
            - ``documents``: list of {``id``, ``move_id``, ``res_model``, ``res_id``, ``name``, ``partner``, ``total``, ``qaime``, ``state``,
              ``state_label``, ``message``, ``portal_message``}
            - ``counts``: {``total``, ``registered``, ``imported``, ``rejected``, ``pending``}
            - ``can_retry``, ``can_cancel``
            - ``connector``: {``id``, ``name``} where the connector has to be mended and the user may do so, else False
        :raises AccessError: for users who may not read the job, or may not invoice
        """
        self.ensure_one()
        self.check_access('read')
        if not self._may_use():
            raise AccessError(self.env._('Only invoicing users can follow what is sent to e-taxes.'))
        # A fresh transaction: the lock is then asked for on what the scheduled action has just committed.
        self._commit()
        try:
            self.with_context(vatportal_watched=True)._advance()
        except SerializationFailure:
            # Someone else moved the job at this very moment. What they wrote is shown now, rather than after the
            # seconds that Odoo waits before it runs a request again; what is left to do comes with the next call.
            self.env.cr.rollback()
        self.invalidate_recordset()
        return without_null(self._progress())

    def _progress(self):
        finished = self.state not in OPEN_STATES
        passed_on = self._passed_on()
        documents = [
            self._progress_document(document) | (self._progress_passed_on() if document in passed_on else {}) for document in self.document_ids._in_order()
        ]
        states = [document['state'] for document in documents]
        counts = {state: states.count(state) for state in ('registered', 'imported', 'rejected')}
        return {
            'id': self.id,
            'name': self.name,
            'operation': self.operation,
            'state': self.state,
            'finished': finished,
            'headline': self._headline(),
            'problem': self.message or False,
            'portal_message': self.portal_message or False,
            'steps': self._progress_steps(),
            'code': self._progress_code(),
            'seconds_left': self._seconds_left() if self.waits_for_pin else False,
            'elapsed': self._elapsed(),
            'next_poll': False if finished else self._next_poll(),
            'documents': documents,
            'counts': {**counts, 'total': len(documents), 'pending': len(documents) - sum(counts.values())},
            'can_retry': finished and 'rejected' in (self.document_ids - passed_on).mapped('state'),
            'can_cancel': self._can_cancel(),
            'connector': self._progress_connector(),
        }

    def _progress_connector(self):
        connector = self._connector_to_mend()
        return {'id': connector.id, 'name': connector.name} if connector else None

    def _connector_to_mend(self):
        """The connector, where the portal does not let it in and the user is one who configures connectors."""
        if self.connector_fault and self.env.user.has_group('account.group_account_manager'):
            return self.connector_id
        return self.connector_id.browse()

    def _elapsed(self):
        start = self.started_at or self.create_date
        return max(0, int(((self.finished_at or fields.Datetime.now()) - start).total_seconds()))

    def _next_poll(self):
        """Seconds until the next step is due; a whole second more than that is never asked for."""
        if self.state == 'starting':
            return 2  # someone else's call may have its answer any moment
        return max(1, math.ceil((self._due_at() - fields.Datetime.now()).total_seconds()))

    def _progress_document(self, document):
        told = 'shown_status' if document.state == 'rejected' else 'state'  # while it runs, how far it is
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

    def _progress_passed_on(self):
        """What differs for a document whose part in this process has ended, whatever has become of it since."""
        labels = dict(self.document_ids._fields['state']._description_selection(self.env))
        return {
            'qaime': False,
            'state': 'rejected',
            'state_label': labels['rejected'],
            'portal_message': False,
            'message': self.env._('It was rejected here, and has been sent again since by another process.'),
        }

    # ------------------------------------------------------------------ steps

    def _progress_steps(self):
        """The steps of this job with their marks; the first that is not done is the active one, or the failed one."""
        labels = dict(self._fields['step']._description_selection(self.env))
        keys = self._step_keys()
        order = [key for key, _label in STEPS]
        reached = order.index(self.step) if self.step else -1
        mark = {'done': 'done', 'failed': 'failed'}.get(self.state, 'active')
        steps = []
        for key in keys:
            done = order.index(key) <= reached
            steps.append({'key': key, 'label': labels[key], 'state': 'done' if done else mark})
            if not done:
                mark = 'done' if self.state == 'done' else 'waiting'
        return steps

    def _step_keys(self):
        """The steps that this job goes through."""
        if self.operation == 'upload' and not self.sign:
            return ['send', 'import']
        return [key for key, _label in STEPS]

    def _progress_code(self):
        _ = self.env._
        if self.state != 'running':
            return None
        if self.pin2_code:
            return {
                'kind': 'pin2',
                'value': self.pin2_code,
                'title': _('Sign: PIN2'),
                'help': _('Your phone shows a code. If it is the same as this one, type PIN2 on the phone.'),
            }
        if self.pin1_code:
            return {
                'kind': 'pin1',
                'value': self.pin1_code,
                'title': _('Log in: PIN1'),
                'help': _('Your phone shows a code. If it is the same as this one, type PIN1 on the phone.'),
            }
        return None

    # ------------------------------------------------------------------ one sentence

    def _headline(self):
        _ = self.env._
        if self.state == 'done':
            return _('Done.')
        if self.state == 'failed':
            return _('Ended with errors.')
        if self.connector_id._is_waiting():
            return {
                'answer': _("The portal's answers can't be used; it is tried again by itself. Nothing is lost."),
                'login': _('The portal does not accept the log-in data; it is tried again by itself. Nothing is lost.'),
            }.get(self.connector_id.down_reason, _("The portal can't be reached; it is tried again by itself. Nothing is lost."))
        if self.state == 'queued':
            return _('Waiting to be sent.')
        if self.state == 'starting':
            return _('Handing the documents to VatPortal…')
        if self.phase == 'read' and self.reason in ('lost', 'exists'):
            return _(
                "The portal's answer was lost. It is being asked what it has; nothing is sent twice. A prompt on "
                'the phone whose code is not shown here can be declined.'
            )
        if self.phase in ('read', 'clean'):
            return _('Reading the qaimə numbers…') if self.phase == 'read' else _('Settling what was not signed…')
        if self.waits_for_pin:
            return _('ASAN İmza waits for you.')
        if self.stats and 'NEED RETRY' in str(self.stats.get('etx_exception', '')).upper():
            return _('e-taxes is slow; the portal tries again by itself.')
        return {
            'send': _('VatPortal is importing the documents…'),
            'import': _('VatPortal is making the packet…'),
            'packet': _('VatPortal is logging in; the code for PIN1 will appear here.'),
            'login': _('Logged in. The packet is being uploaded; the code for PIN2 will appear here.'),
            'sign': _('Signed. e-taxes is giving out the numbers…'),
        }.get(self.step, _('VatPortal is at work…'))

    # ------------------------------------------------------------------ buttons

    def action_retry(self):
        """Open the send wizard for what was rejected in this job."""
        self.ensure_one()
        self.check_access('read')
        documents = self.document_ids.browse().union(*(job._own_documents() for job in self._batch()))
        return documents.filtered(lambda doc: doc.state == 'rejected').action_send_again()


def without_null(data):
    """``data``, of any JSON shape, with False for what is not there: XML-RPC knows no null."""
    if isinstance(data, dict):
        return {key: without_null(value) for key, value in data.items()}
    if isinstance(data, list):
        return [without_null(value) for value in data]
    return False if data is None else data

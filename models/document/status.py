from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..states import APPROVED_STATUSES, CORRECTED_STATUSES, DELETED_STATUSES, FINAL_STATUSES, REJECT_REASONS, SHOWN_REASONS, SHOWN_STATUSES, baku_day

ACTIVITY = 'l10n_az_vatportal.mail_activity_etaxes'
# On documents that have no invoice in Odoo.
DOCUMENT_ACTIVITY = 'l10n_az_vatportal.mail_activity_etaxes_document'


class VatportalDocument(models.Model):
    """What a status of e-taxes asks of people: hints, and activities on what the document was made from, or on its bill;
    on the document itself where it was issued without anything in Odoo."""

    _inherit = 'vatportal.document'
    # Nobody writes documents by hand, yet activities are seen and closed by whoever may see the document.
    _mail_post_access = 'read'

    is_approved = fields.Boolean(compute='_compute_is_approved', store=True)
    status_label = fields.Char(string='Status at e-taxes', compute='_compute_status_label', help='A status that is new to us reads as e-taxes names it.')
    reject_reason = fields.Selection(
        REJECT_REASONS, string='Why Not Sent', readonly=True, copy=False, help='Told apart, for nobody has to correct what only lacked a PIN.'
    )
    shown_status = fields.Selection(
        SHOWN_STATUSES,
        string='Status',
        compute='_compute_shown_status',
        store=True,
        help='The status at e-taxes; before it is registered there, how far its sending is.',
    )
    hint = fields.Char(compute='_compute_hint', help='What the status means, and what happens next by itself.')

    @api.depends('status')
    def _compute_is_approved(self):
        for document in self:
            document.is_approved = document.status in APPROVED_STATUSES

    @api.depends('status', 'status_code')
    @api.depends_context('lang')
    def _compute_status_label(self):
        labels = dict(self._fields['status']._description_selection(self.env))
        for document in self:
            code = document.status_code if document.status == 'unknown' else False
            document.status_label = code or labels.get(document.status, False)

    @api.depends('state', 'status', 'reject_reason')
    def _compute_shown_status(self):
        for document in self:
            document.shown_status = document._get_shown_status()

    def _get_shown_status(self):
        if self.state == 'registered':
            return self.status or 'registered'
        if self.state == 'rejected':
            return SHOWN_REASONS.get(self.reject_reason, 'not_sent')
        if self.state == 'deleted' and self.status in FINAL_STATUSES:
            return self.status
        return 'progress' if self.state in ('queued', 'processing') else self.state

    @api.depends('status', 'direction', 'date', 'state', 'missing_since', 'vatportal_due_date', 'kind_id', 'connector_id.issue_day_counts')
    @api.depends_context('lang')
    def _compute_hint(self):
        for document in self:
            document.hint = document._get_hint() if document.state == 'registered' else False

    def _get_hint(self):
        _, ours = self.env._, self.direction == 'outgoing'
        if self._is_missing():
            return self._missing_text()
        if self.vatportal_due_date:
            return self._vatportal_due_words()
        last_day = self.status == 'onApproval' and self._last_day_to_answer()
        if last_day:
            day = last_day + timedelta(days=1)
            if day < baku_day(fields.Datetime.now()):
                return _('It should have approved itself on %s; the next import tells.', format_date(self.env, day))
            return _('Approves itself on %s.', format_date(self.env, day))
        texts = {
            'onApprovalEdited': _('The buyer looks at the correction.') if ours else _('Corrected by the seller; waits for your answer.'),
            'updateRequested': _('The buyer sent it back: correct it at e-taxes.gov.az.') if ours else _('Sent back to the seller for correction.'),
            'cancelRequested': _('Its cancellation was asked for: answer at e-taxes.gov.az.'),
            'cancelationRefused': _('The cancellation was refused: the document stays approved.'),
            'correctionRefused': _('The correction was refused: the document stays approved.'),
        }
        return texts.get(self.status, False)

    def _is_corrected_by_hand(self):
        """Whether what this document was made from may follow a correction made at e-taxes: it was sent back, was
        corrected there, or its total is another one."""
        return (
            bool(self)
            and self.direction == 'outgoing'
            and self.state == 'registered'
            and (self.status in CORRECTED_STATUSES or self.amount_differs)
            and not self._open_deletions()
        )

    def _is_in_force(self):
        """Whether this document is registered at e-taxes, and no status of it has ended that; none at all is not."""
        return self.state == 'registered' and self.status not in FINAL_STATUSES

    def _is_ended_otherwise(self):
        """Whether this document has ended at e-taxes, and was not deleted there: it was cancelled, say."""
        return self.status in FINAL_STATUSES and self.status not in DELETED_STATUSES

    def _counts(self):
        """Whether this document is in force and the company's own."""
        return self._is_in_force() and not self.is_foreign

    # ------------------------------------------------------------------ activities

    def _follow_status(self):
        """Raise, renew or close the activity on each document's invoice, bill or whatever else, as its status asks; on the
        document where there is none."""
        gone = self.filtered(lambda document: document.double_id and not document._may_be_double())
        for document in self:
            if document._is_replaced():
                continue
            task = document._task()
            if document._source():
                if document.status in FINAL_STATUSES:
                    task = document._follow_end(task)
                if document.activity_ids:
                    document.activity_unlink([DOCUMENT_ACTIVITY])
            if task:
                document._raise_activity(*document._for_reader()._task())
            else:
                document._close_activity()
        # One of two that is gone leaves no doubt about the other.
        gone._clear_double()

    def _is_replaced(self):
        """Whether what this document was made from has another one at e-taxes by now. Then its status speaks of itself
        alone, in its own history."""
        current = self.direction == 'outgoing' and self._source().sudo().vatportal_document_id
        return bool(current) and current != self

    def _follow_end(self, task):
        """The document is no more: unlock the invoice, cancel a draft bill if that is wished. Return what is left to
        do for a person."""
        if self.direction == 'outgoing':
            if self.state == 'registered':
                # The invoice may be cancelled now, or sent again as another document.
                self._set_state('deleted')
            return task if self._is_end_open() else None
        keep = self.env.context.get('vatportal_keep_bill')
        if self.move_id.state == 'draft' and self.connector_id.cancel_draft_bills and not keep:
            self.move_id._vatportal_cancel_bill()
        return task if self._is_end_open() else None

    def _task(self):
        """(summary, what to do) for a person, in the language of the context; None where there is nothing to do."""
        return self._status_task() if self._source() else self._lone_task() or self._double_task()

    def _for_reader(self):
        """This document in the language of whoever gets its activity: a scheduled action speaks none."""
        return self._vatportal_in_language_of(self._connector().sudo()._activity_user(self._activity_place()[0]))

    def _status_task(self):
        """(summary, what to do) for a person; None where there is nothing to do."""
        if self._is_missing():
            return self._missing_task()
        number = self.qaime or self.name
        task = (
            self._sent_task(number) or self._out_of_force_task(number) or self._double_task() if self.direction == 'outgoing' else self._received_task(number)
        )
        if not task and self.amount_differs:
            return (
                self.env._('e-taxes: the amount of %s differs', number),
                self.env._("The document and the entry in Odoo no longer have the same total or VAT. Compare them; the document's history shows what changed."),
            )
        return task

    def _out_of_force_task(self, number):
        """What to do where the portal had the document after all, and what it was made from was taken back meanwhile."""
        source = self._source()
        if self.state != 'registered' or source._vatportal_is_in_force() or self._is_corrected_by_hand() or self.status in FINAL_STATUSES:
            return None
        text = (
            self.env._('%s was cancelled in Odoo while it was not known to be at e-taxes, and e-taxes has it. Delete it from e-taxes.', source.display_name)
            if source.state == 'cancel'
            else self.env._(
                '%s was reset to draft while it was not known to be at e-taxes, and e-taxes has it. Confirm the invoice as it was sent, or delete it from e-taxes.',
                source.display_name,
            )
        )
        others = ', '.join(self._sent_instead().mapped('display_name'))
        if others:
            twice = self.env._('%s, maybe sent in its place, is there as well or on its way: look that the sale is not declared twice.', others)
            text = f'{text} {twice}'
        return self.env._('e-taxes: %s stands, and its invoice does not', number), text

    def _sent_task(self, number):
        _ = self.env._
        if self.status == 'updateRequested':
            return (
                _('e-taxes: %s was sent back for correction', number),
                _(
                    'Read the reason at e-taxes.gov.az and correct the document there. Correct this invoice in the same '
                    'way: reset it to draft, change and confirm it; it is not sent again.'
                ),
            )
        if self.status == 'cancelRequested':
            return (
                _('e-taxes: the cancellation of %s was asked for', number),
                _('Agree or refuse at e-taxes.gov.az. Once the document is cancelled, cancel this invoice or make a credit note.'),
            )
        if self.status in FINAL_STATUSES:
            return (
                _('e-taxes: %s is no longer valid', number),
                _('The document was cancelled or deleted at e-taxes. Cancel this invoice, make a credit note, or send it again.'),
            )
        return None

    def _lone_task(self):
        """(summary, what to do) for a document that we issued and that has no invoice in Odoo; None for nothing."""
        if self.direction != 'outgoing' or self.state != 'registered':
            return None
        if self._is_missing():
            return self._missing_task()
        _, number = self.env._, self.qaime or self.name
        if self.status == 'updateRequested':
            return (
                _('e-taxes: %s was sent back for correction', number),
                _('The buyer did not approve the document. It has no invoice in Odoo: read the reason and correct the document at e-taxes.gov.az.'),
            )
        if self.status == 'cancelRequested':
            return (_('e-taxes: the cancellation of %s was asked for', number), _('The document has no invoice in Odoo. Agree or refuse at e-taxes.gov.az.'))
        return None

    def _received_task(self, number):
        _ = self.env._
        if self.status == 'cancelRequested':
            return (_('e-taxes: the cancellation of %s was asked for', number), _('Agree or refuse at e-taxes.gov.az before this bill is paid.'))
        if self.status in FINAL_STATUSES:
            return (
                _('e-taxes: %s is no longer valid', number),
                _(
                    'The document of this bill was cancelled or deleted at e-taxes. Cancel the bill if it is a draft; '
                    'otherwise reset it to draft or ask the vendor for a credit note.'
                ),
            )
        return None

    def _activity_place(self):
        """(record, type of activity): where people look for what this document asks of them."""
        source = self._source().sudo()
        return (source, source._vatportal_activity_type) if source else (self.sudo(), DOCUMENT_ACTIVITY)

    def _raise_activity(self, summary, note):
        record, activity_type = self._activity_place()
        present = record.activity_search([activity_type])
        if present.filtered(lambda activity: activity.summary == summary):
            return
        present.unlink()
        record.activity_schedule(activity_type, summary=summary, note=Markup('<p>%s</p>') % note, user_id=self._connector().sudo()._activity_user(record).id)

    def _close_activity(self):
        record, activity_type = self._activity_place()
        # Read for thousands of records at once; most have none.
        if record.activity_ids and record.activity_search([activity_type]):
            env = self._for_reader().env
            label = dict(self._fields['status']._description_selection(env)).get(self.status, '')
            record.with_env(env).activity_feedback([activity_type], feedback=env._('e-taxes status: %s', label))

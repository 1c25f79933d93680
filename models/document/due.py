from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..states import WAITING_STATUSES, baku_day


class VatportalDocument(models.Model):
    """Until when a document asks something of the company: an answer to what it has received, which silence gives after some
    days; a correction of what the buyer has sent back."""

    _inherit = 'vatportal.document'

    _vatportal_told_at = (2, 1)
    _vatportal_due_activity = 'l10n_az_vatportal.mail_activity_etaxes_answer'

    waiting_since = fields.Datetime(
        compute='_compute_waiting_since',
        store=True,
        copy=False,
        help='When it was issued; of one that its seller has corrected, when a reading first showed it so: e-taxes does not tell the day of the correction.',
    )

    @api.depends('status', 'date')
    def _compute_waiting_since(self):
        now = fields.Datetime.now()
        for document in self:
            since, issued = document.waiting_since, document.date
            if document.status == 'onApproval':
                since = issued
            elif document.status == 'onApprovalEdited':
                # What is later than the issue was seen before.
                since = since if since and issued and since > issued else now
            else:
                since = False
            document.waiting_since = since

    @api.depends('direction', 'state', 'status', 'date', 'is_foreign', 'kind_id', 'connector_id', 'company_id', 'waiting_since')
    def _compute_vatportal_due_date(self):
        return super()._compute_vatportal_due_date()

    def _vatportal_due_day(self):
        # EXTENDS vatportal.due
        subject = self._due_subject()
        return self._day_by_rule(subject, self.direction == 'incoming') if subject else (False, False)

    def _day_by_rule(self, subject, is_answer, own=True):
        """(last day, id of the rule) for ``subject``; (False, False) without one, or where nobody knows the day of issue.

        :param is_answer: an answer is due, ours or the buyer's: the connector says whether the day of issue is its first
        :param own: whether the company's own rules count
        """
        issued, connector = self.waiting_since or self.date, self._connector()
        counts = is_answer and (connector.issue_day_counts or not connector)
        days = {'issue': issued and baku_day(issued)}
        return self.env['vatportal.deadline']._due_day(self.company_id, [(subject, days)], self.kind_id, first_day=counts, own=own)

    def _last_day_to_answer(self):
        """The last day on which the other side can answer what was sent, before silence approves it; False for not known."""
        # Sooner than the law a company reminds itself, not the buyer.
        return self._day_by_rule('answer', True, own=False)[0]

    def _due_subject(self):
        """What of the rules is asked of the company; False for nothing."""
        if self.state != 'registered' or self.is_foreign:
            return False
        if self.direction == 'outgoing':
            return self.status == 'updateRequested' and 'correction'
        return {'onApproval': 'answer', 'onApprovalEdited': 'edited'}.get(self.status, False)

    def _awaits_answer(self):
        """Whether the company has to approve it, or to say why not."""
        return self.direction == 'incoming' and bool(self._due_subject())

    @api.model
    def _vatportal_may_be_due(self):
        # EXTENDS vatportal.due
        return Domain('state', '=', 'registered') & (
            Domain('direction', '=', 'incoming') & Domain('status', 'in', WAITING_STATUSES)
            | Domain('direction', '=', 'outgoing') & Domain('status', '=', 'updateRequested')
        )

    def _vatportal_due_words(self):
        # EXTENDS vatportal.due
        _, day = self.env._, format_date(self.env, self.vatportal_due_date)
        if self.direction == 'outgoing':
            return _('The buyer sent it back: correct it at e-taxes.gov.az until %s.', day)
        if not self.vatportal_due_date:
            return _('It waits for your answer; until when is not known.')
        if self.vatportal_due_state == 'late':
            return _('It was to be answered until %s; without an answer it counts as approved. The next import tells.', day)
        if self.status == 'onApprovalEdited':
            return _('Corrected by the seller: answer until %(day)s (days left: %(count)s).', day=day, count=self.vatportal_days_left)
        if self.vatportal_due_state == 'today':
            return _('Answer today: without an answer it counts as approved after midnight in Baku.')
        return _('Answer until %(day)s (days left: %(count)s); without an answer it counts as approved.', day=day, count=self.vatportal_days_left)

    # ------------------------------------------------------------------ telling a person

    @api.model
    def _vatportal_told_of(self):
        # EXTENDS vatportal.due: what a branch and its parent have both read is answered once, whoever is at work
        families = self.env['res.company'].sudo().search(['|', ('parent_id', '!=', False), ('child_ids', '!=', False)])
        everywhere = self.with_context(allowed_company_ids=families.ids)
        return super()._vatportal_told_of() & ~Domain.OR(everywhere._copies_among(companies) for companies in everywhere._one_taxpayers())

    def _vatportal_due_task(self):
        _, number, day = self.env._, self.qaime or self.name, format_date(self.env, self.vatportal_due_date)
        if not day:
            return _('e-taxes: answer %s', number), self._vatportal_due_words()
        if self.direction == 'outgoing':
            return _('e-taxes: correct %(name)s until %(day)s', name=number, day=day), self._vatportal_due_words()
        return _('e-taxes: answer %(name)s until %(day)s', name=number, day=day), self._vatportal_due_words()

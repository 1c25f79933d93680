from collections import defaultdict
from datetime import datetime, time

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..states import BAKU_OFFSET


class VatportalSource(models.AbstractModel):
    """Until when a record has to be at e-taxes; of one that was sent back, until when it is to be corrected there."""

    _inherit = 'vatportal.source'

    vatportal_unsent_reason = fields.Char(
        string='Not Sent Because', copy=False, tracking=True, help='Why it never goes to e-taxes. As long as this is filled in, nothing is due.'
    )

    def _vatportal_due_day(self):
        # EXTENDS vatportal.due
        if self.vatportal_state == 'registered':
            # Whoever reads e-taxes for this company, or did.
            document = self.vatportal_document_id
            return document.vatportal_due_date, document.vatportal_deadline_id.id
        begun = self.env['vatportal.connector']._begun().get(self.company_id.id)
        if not begun or self.vatportal_unsent_reason:
            return False, False
        claims = self._vatportal_due_claims(begun)
        return self.env['vatportal.deadline']._due_day(self.company_id, claims, self._vatportal_due_kind()) if claims else (False, False)

    def _vatportal_due_claims(self, begun):
        """What is due of a record that has no number at e-taxes: list of (subject of the rules, dict of where they count from → day).

        :param begun: what is of before this day is not our business
        """
        raise NotImplementedError

    def _vatportal_due_kind(self):
        """The ``vatportal.kind`` that it goes as."""
        raise NotImplementedError

    @api.model
    def _vatportal_since(self, name):
        """The domain of those of which the day ``name`` is one since their company has its connector."""
        companies = defaultdict(list)
        for company, day in self.env['vatportal.connector']._begun().items():
            # The day begins in Baku earlier than in UTC.
            first = datetime.combine(day, time.min) - BAKU_OFFSET if self._fields[name].type == 'datetime' else day
            companies[first].append(company)
        return Domain.OR(Domain('company_id', 'in', begun) & Domain(name, '>=', first) for first, begun in companies.items())

    @api.model
    def _vatportal_unsettled(self):
        """The domain of those that are not at e-taxes, or were sent back from there."""
        return Domain('vatportal_state', '!=', 'registered') | Domain('vatportal_status', '=', 'updateRequested')

    # ------------------------------------------------------------------ telling a person

    def _vatportal_due_user(self):
        company = self.env['vatportal.document']._taxpayer(self.company_id)
        return self.env['vatportal.connector']._default_for(company).sudo()._activity_user(self)

    def _vatportal_due_task(self):
        _, name, day = self.env._, self.display_name, format_date(self.env, self.vatportal_due_date)
        if self.vatportal_state == 'registered':
            return (_('e-taxes: correct %(name)s until %(day)s', name=name, day=day), _('The buyer sent it back. Correct it at e-taxes.gov.az and here.'))
        return (
            _('e-taxes: %(name)s is due on %(day)s', name=name, day=day),
            _('%(rule)s. Send it to e-taxes, or say on its page, tab e-taxes, why it is never sent.', rule=self.vatportal_deadline_id.name),
        )

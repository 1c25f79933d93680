from datetime import date

from odoo import models

from ...vatportal import natural_key


class VatportalSource(models.AbstractModel):
    """Records on their way to e-taxes: in which order, and on whose behalf."""

    _inherit = 'vatportal.source'

    def _vatportal_day(self):
        """The day of this record, in Azerbaijan; false where it has none."""
        raise NotImplementedError

    def _vatportal_order(self):
        """The place of this record among what is sent: by its day and number, so that qaimə numbers rise with them."""
        self.ensure_one()
        return self._vatportal_day() or date.max, natural_key(self.name), self.id

    def _vatportal_in_order(self):
        return self.sorted(lambda record: record._vatportal_order())

    def _vatportal_more_to_come(self, _user):
        """Whether more records of this company are about to be queued on behalf of the user: they go together."""
        return False

    def _vatportal_lock_for_queue(self):
        """Keep others from what must not change while these records are queued, until the transaction ends.

        :raises UserError: when someone else is at it at this very moment
        """

    def _vatportal_check_queued(self, documents):
        """:raises UserError: when ``documents``, queued of these records and others, do not go together with what is there"""

    def _vatportal_queue(self, user=None):
        """Queue what is ready of these records, for the scheduled action to send; return the errors of the rest.

        :param user: whom the processes belong to (``res.users``; empty: to nobody). Not given: to whoever is at work
        :return: dict of record → list of problems, see :meth:`_vatportal_problems`
        """
        refused = {}
        user = self.env.user if user is None else user
        for company, records in self.grouped('company_id').items():
            connector = self.env['vatportal.connector']._default_for(company)
            found = records._vatportal_problems_of_each(connector)
            errors = {record: [problem for problem in problems if problem['level'] == 'error'] for record, problems in found.items()}
            refused |= {record: problems for record, problems in errors.items() if problems}
            ready = records.filtered(lambda record, errors=errors: not errors[record])
            together = ready._vatportal_together_problems()
            refused |= together
            ready -= ready.browse().union(*together)
            if ready:
                jobs = self.env['vatportal.job']._queue(ready, connector, connector.sign_on_send, user=user, join=True)
                jobs._take_turns()
                jobs[-1:]._gather(records._vatportal_more_to_come(user))
                self.env.ref('l10n_az_vatportal.cron_advance')._trigger()
        return refused

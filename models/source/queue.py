import logging
from datetime import date

from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...vatportal import natural_key, outgoing_items

_logger = logging.getLogger(__name__)


class VatportalSource(models.AbstractModel):
    """Records on their way to e-taxes: in which order, and on whose behalf."""

    _inherit = 'vatportal.source'

    # The index of ``vatportal.document`` that lets a record have but one document at e-taxes.
    _vatportal_one_live_index = '_one_live'
    # What the order follows from, and no more of the record, where thousands are put in order.
    _vatportal_order_fields = ('name', 'company_id')

    def _vatportal_day(self):
        """The day of this record, in Azerbaijan; false where it has none."""
        raise NotImplementedError

    def _vatportal_order(self):
        """The place of this record among what is sent: by its day and number, so that qaimə numbers rise with them."""
        self.ensure_one()
        return self._vatportal_day() or date.max, natural_key(self.name), self.id

    def _vatportal_in_order(self):
        return self.sorted(lambda record: record._vatportal_order())

    def _vatportal_more_to_come(self, user):
        """Whether more records of this company are about to be queued on behalf of the user: they go together."""
        return self.env['vatportal.selection']._is_more_to_come(self, user)

    def _vatportal_lock_for_queue(self):
        """Keep others from what must not change while these records are queued, until the transaction ends.

        :raises UserError: when someone else is at it at this very moment
        """

    def _vatportal_try_lock_for_queue(self):
        """As :meth:`_vatportal_lock_for_queue`, for those of which nobody else is at it; return them. The others can wait."""
        return self

    def _vatportal_check_queued(self, documents):
        """:raises UserError: when ``documents``, queued of these records and others, do not go together with what is there"""

    def _vatportal_queue(self, user=None):
        """Queue what is ready of these records, for the scheduled action to send; return the errors of the rest.

        :param user: whom the processes belong to (``res.users``; empty: to nobody). Not given: to whoever is at work
        :return: dict of record → list of problems, see :meth:`_vatportal_problems`
        """
        found = {}
        user = self.env.user if user is None else user
        for company, records in self.grouped('company_id').items():
            connector = self.env['vatportal.connector']._default_for(company)
            found |= records._vatportal_queue_through(connector, connector.sign_on_send, user)
        errors = {record: [problem for problem in problems if problem['level'] == 'error'] for record, problems in found.items()}
        return {record: problems for record, problems in errors.items() if problems}

    def _vatportal_queue_through(self, connector, sign, user):
        """Queue what is ready of these records of one company, for the scheduled action to send through ``connector``. Nobody sees
        what there is to be warned of.

        :return: dict of record → list of problems; those without an error are queued
        """
        found, ready, values = self._vatportal_check(connector, seen=False)
        if ready:
            jobs = self.env['vatportal.job']._queue(ready, connector, sign, user=user, join=True, values=values)
            jobs._take_turns()
            jobs[-1:]._gather(self._vatportal_more_to_come(user))
            jobs._wake()
        return found

    def _vatportal_failure(self, error):
        """Return ``error``, raised on the way to e-taxes, as a problem."""
        if isinstance(error, outgoing_items.AmountError):
            return self._vatportal_amount_problem(error)
        if isinstance(error, UserError):
            return self._vatportal_problem(self.env._('e-taxes'), str(error))
        if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY) or (
            isinstance(error, UniqueViolation) and error.diag.constraint_name == self._vatportal_one_live()
        ):
            return self._vatportal_problem(
                self.env._('e-taxes'),
                self.env._(
                    'Someone else was sending or changing it at the same moment. Look whether it is on its way to e-taxes; if not, press “Send to e-taxes”.'
                ),
            )
        _logger.error('%s could not be queued for e-taxes', self, exc_info=error)
        return self._vatportal_problem(
            self.env._('e-taxes'),
            self.env._(
                "Something unexpected happened (%s); the server's log tells more. Try the button “Send to e-taxes” on the invoice.", type(error).__name__
            ),
        )

    def _vatportal_one_live(self):
        """The name of the index that lets a record have but one document at e-taxes."""
        documents = self.env['vatportal.document']
        return getattr(documents, self._vatportal_one_live_index).full_name(documents)

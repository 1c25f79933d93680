import logging

from psycopg2 import Error as DatabaseError

from odoo import models
from odoo.exceptions import UserError

from ...vatportal import qaime_number
from ...vatportal.errors import clean_text
from ..concurrency import by_halves

_logger = logging.getLogger(__name__)


class VatportalDocument(models.Model):
    """What the portal says of several documents is written for each by itself.

    A number that is another document's, a rule of another module, whatever can't be written of one keeps no other from
    what is its own.
    """

    _inherit = 'vatportal.document'

    def _settle(self, change):
        """Call ``change``, a function of these documents that touches nothing but the database, and that does the same
        for part of them.

        :return: dict of the documents of which it failed → why, in words for a person
        """
        failures = {}

        def failed(document, error):
            _logger.warning('VatPortal: document %s could not be written', document.id, exc_info=error)
            failures[document] = failure_text(document, error)

        by_halves(self, change, failed)
        return failures

    def _take_numbers(self, numbers):
        """Write the numbers that the portal names for these documents.

        :param numbers: ERP id → number, see :meth:`VatPortalClient.read_invoices`
        :return: dict of those that the portal has with a number which could not be written → why
        """
        named = self.filtered(lambda doc: numbers.get(doc.erp_id, '') != '' and doc.state != 'deleted')
        unreadable = named.filtered(lambda doc: numbers[doc.erp_id] is None)
        failures = (named - unreadable)._settle(lambda documents: documents._set_numbers(numbers))
        texts = {document: document._number_problem(numbers[document.erp_id], why) for document, why in failures.items()}
        # What has its number keeps it.
        texts |= {document: document._number_problem() for document in unreadable if document.state != 'registered'}
        return texts

    def _set_numbers(self, numbers):
        for document in self:
            document._set_number(numbers[document.erp_id])

    def _number_problem(self, number=None, why=''):
        """Why the document does not take the ``number`` that the portal names, and what to do; None for what can't be one.

        :param why: what stood against writing it
        """
        if not number:
            text = self.env._("The portal has this invoice, but what it names as its qaimə number can't be right. Look for its ERP ID in VatPortal.")
        elif other := self._holder(number):
            text = self.env._(
                'The portal has this invoice and names the qaimə number %(number)s for it, which %(other)s has here already. Compare both in VatPortal.',
                number=number,
                other=other._source().display_name or other.display_name,
            )
        else:
            text = self.env._('The portal has this invoice under the qaimə number %(number)s, which could not be written here: %(why)s', number=number, why=why)
        # Not inside the f-string: there Odoo finds no terms to translate.
        again = self.env._('The number is asked for again by itself.')
        return f'{text} {again}'

    def _holder(self, number):
        """The other document that has this number here."""
        return self.sudo().search(
            [('company_id', '=', self.company_id.id), ('direction', '=', self.direction), ('qaime', '=', qaime_number(number)), ('id', '!=', self.id)], limit=1
        )

    def _keep_without_number(self, text):
        """The portal has the document, so it must not go again, and its number can't be written: ``text`` says why."""
        if self.state == 'registered' or (self.state, self.message) == ('imported', text):
            return
        others = self._leave_move()
        self._set_state('imported', message=text, portal_message=False)
        self._mark_doubles(others)


def failure_text(records, error):
    """What stood against writing ``records``, in one line. What a database says of the row itself is left out."""
    if isinstance(error, DatabaseError) and error.diag.sqlstate:
        constraint = records._table_objects.get(error.diag.constraint_name)
        text = (constraint and constraint.get_error_message(records, error.diag)) or error.diag.message_primary
    elif isinstance(error, (UserError, ValueError)):
        text = str(error)
    else:
        text = type(error).__name__
    return clean_text(text)

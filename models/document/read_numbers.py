import logging
import time
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import split_every

from ...vatportal import PortalError
from ..connector.setup import NO_INVOICE
from ..connector.threads import READ_LIMITS, run_seconds

_logger = logging.getLogger(__name__)


class VatportalConnector(models.Model):
    _inherit = 'vatportal.connector'

    numbers_asked_at = fields.Datetime(readonly=True, copy=False, help='When the numbers of what waits for its signature were last asked for.')


class VatportalDocument(models.Model):
    """Numbers that come later than the process that sent the documents."""

    _inherit = 'vatportal.document'

    @api.model
    def _cron_read_numbers(self):
        """Scheduled action: fetch the numbers of invoices that were imported without a signature and signed at
        the portal later. One question per connector and 500 invoices.

        Archived connectors are asked too, for what went through them is known to no other; and first those that were not
        asked for the longest time, for a run has its end."""
        waiting = self.search([*self._numbers_domain(), ('connector_id', '!=', False)]).grouped('connector_id')
        end = time.monotonic() + run_seconds() - READ_LIMITS['deadline']
        for connector in self.env['vatportal.connector'].browse(c.id for c in waiting).sorted(lambda c: (c.numbers_asked_at or datetime.min, c.id)):
            if time.monotonic() > end:
                break
            if not connector._is_waiting():
                connector.sudo().numbers_asked_at = fields.Datetime.now()
                # Before it is asked, so that one that fails each time has no turn before the others either.
                self.env['ir.cron']._commit_progress()
                connector = connector._in_their_language()
                waiting[connector].with_env(connector.env)._read_in_parts(connector, end)

    def _read_in_parts(self, connector, end):
        """Ask ``connector`` for the numbers of these documents, as long as it answers.

        :param end: the moment of ``time.monotonic()`` after which nothing more is asked
        """
        for ids in split_every(500, self.ids):
            if time.monotonic() > end or connector._is_waiting():
                break
            outcome = self.browse(ids)._read_safely(connector, len(ids))
            if outcome == 'unclear':
                # A portal that names any ERP id that it is asked for is asked once more, by date.
                outcome = self.browse(ids)._read_safely(connector, 0, by_date=True)
            if not outcome:
                break

    def _read_safely(self, connector, done, **how):
        """As :meth:`_read_numbers`, in a transaction of its own, whatever happens in it."""
        outcome = False
        try:
            outcome = self._read_numbers(connector, **how)
        except Exception:
            self.env.cr.rollback()
            _logger.exception('VatPortal: the numbers of connector %s could not be read', connector.id)
        self.env['ir.cron']._commit_progress(done)
        return outcome

    def _read_numbers(self, connector, by_date=False):
        """Fetch the numbers that these documents have at the portal by now.

        :return: False where the portal did not tell; ``unclear`` where only a reading by date can tell whether it has
            some of them; else ``clear``
        """
        try:
            client = connector._client(**READ_LIMITS)
        except UserError as error:  # one that was archived may have no log-in data any more, nor has a copy of the database
            _logger.info('VatPortal: numbers are not read: %s', error)
            return False
        with client:
            try:
                numbers = self._ask_numbers(client, by_date)
            except PortalError as error:
                _logger.info('VatPortal: %s', error)
                connector._note_error(error, client)
                return False
            connector._note_answer(client.read_methods)
        self._settle(lambda documents: documents._take_later(numbers, NO_INVOICE in numbers))
        for document, text in self._take_numbers(numbers).items():
            document._settle(lambda kept, text=text: kept._keep_without_number(text))
        return 'unclear' if self._take_appeared(numbers) else 'clear'

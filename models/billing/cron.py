import logging
import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools.misc import split_every

from ..concurrency import CONCURRENT
from ..connector.portal_account import SKEW
from .bill import BillQuestion, OpenQuestion

_logger = logging.getLogger(__name__)

BATCH = 20
# So many of a company before others have their turn.
PART = 100
# What the company's settings stand against is tried again by the next hourly run.
RETRY = timedelta(minutes=50)
# Somebody else was at the same documents: this soon they are tried again.
SOON = timedelta(minutes=1)


class VatportalDocument(models.Model):
    """Bills by themselves: many at a time, each by its own, and what is said where one can't be made."""

    _inherit = 'vatportal.document'

    bill_requested = fields.Boolean(readonly=True, copy=False, help='The scheduled action makes the bill.')
    bill_retry_at = fields.Datetime(readonly=True, copy=False, help="The company's settings stand against the bill; it is tried again then.")
    bill_progress = fields.Char(string='Being Made', compute='_compute_bill_progress')

    _awaited_bills = models.Index('(company_id, date, id) WHERE bill_requested IS TRUE')

    @api.depends('bill_requested', 'bill_retry_at', 'bill_state')
    @api.depends_context('lang')
    def _compute_bill_progress(self):
        for document in self:
            waits = document.bill_requested and document.bill_state in ('to_bill', 'ask')
            document.bill_progress = waits and (self.env._('tried again by itself') if document.bill_retry_at else self.env._('is being made'))

    def _request_bills(self):
        """Let the scheduled action make the bills of these documents."""
        if self:
            self.sudo().write({'bill_requested': True, 'bill_retry_at': False})
            self._wake_bills()

    def _wake_bills(self, at=None):
        """The bills of these documents are to be made by themselves: whoever does that hears of it.

        :param at: not before this moment, a datetime
        """
        self.env.ref('l10n_az_vatportal.cron_bill')._trigger(at)

    @api.model
    def _cron_make_bills(self):
        """Scheduled action: make the bills that were asked for, some of each company's in its turn."""
        waiting = self._read_group(self._awaited_bills_domain(), ['company_id'], ['__count'])
        self.env['ir.cron']._commit_progress(remaining=sum(count for _company, count in waiting))
        # The time may be up before all have had a turn: nobody is always the first.
        for company, _count in random.sample(waiting, len(waiting)):
            if not self._make_awaited_bills(company):
                return

    @api.model
    def _awaited_bills_domain(self):
        """The documents whose bills were asked for, and can be tried now."""
        now = fields.Datetime.now()
        return [
            ('bill_requested', '=', True),
            '|',
            ('bill_retry_at', '=', False),
            # No try is planned farther ahead, so the clock went back.
            '|',
            ('bill_retry_at', '<=', now),
            ('bill_retry_at', '>', now + RETRY + SKEW),
        ]

    @api.model
    def _make_awaited_bills(self, company):
        """Make some of the bills that ``company`` waits for, a few per transaction, as long as the run may last; return
        whether it may go on."""
        awaited = [*self._awaited_bills_domain(), ('company_id', '=', company.id)]
        untried = self.search([*awaited, ('bill_retry_at', '=', False)], order='date, id', limit=PART)
        for ids in split_every(BATCH, untried.ids):
            if not self._make_batch(ids):
                return False
        stopped = self.search_fetch([*awaited, ('bill_retry_at', '!=', False)], ['bill_question'], order='date, id')
        obstacles = stopped.grouped(lambda document: document._bill_obstacle())
        return all(documents._make_stopped() for documents in [*obstacles.values()][:PART])

    def _make_stopped(self):
        """Try the first of what one and the same thing has stopped. Where that does not stand against it any more, the others
        are taken up with those that were not tried yet. Return the seconds left."""
        first, others = self[:1], self[1:]
        obstacle = first._bill_obstacle()
        left = self._make_batch(first.ids)
        if not left or not others:
            return left
        retry_at = first._bill_obstacle() == obstacle and first.bill_retry_at
        others.write({'bill_retry_at': retry_at})
        return self.env['ir.cron']._commit_progress(len(others) if retry_at else 0)

    def _bill_obstacle(self):
        """What stands against the bill: the question's first line, for what follows is of this document alone."""
        return (self.bill_question or '').partition('\n')[0]

    def _make_batch(self, ids):
        """Make the bills of the documents ``ids`` in a transaction of their own; return the seconds left."""
        documents = self.browse(ids)
        try:
            wanted = documents.filtered(lambda document: document.bill_state in ('to_bill', 'ask'))
            wanted._make_bills()
            (documents - wanted).write({'bill_requested': False, 'bill_retry_at': False})
            return self.env['ir.cron']._commit_progress(len(ids))
        except CONCURRENT as error:
            self.env.cr.rollback()
            _logger.info('VatPortal: documents %s are in use: %s', ids, type(error).__name__)
            documents._wake_bills(fields.Datetime.now() + SOON)
            return self.env['ir.cron']._commit_progress(len(ids))

    def _make_bills(self):
        """Make a draft bill of each document, or write on it what stands against that; return the bills."""
        together = bills = self._make_bills_together()
        for document in self.filtered(lambda document: document.move_id not in together):
            document = document._in_reader_language()
            try:
                with self.env.cr.savepoint():
                    bills += document._make_bill()
            except CONCURRENT:
                raise
            except BillQuestion as error:
                document._ask(str(error), is_open=isinstance(error, OpenQuestion))
            except (UserError, RedirectWarning) as error:
                document._ask(str(error), retry=True)
            except Exception:
                _logger.exception('VatPortal: no bill could be made of document %s', document.id)
                document._ask(document.env._("The bill could not be made for a reason that is not ours to tell; the server's log has it."))
        return bills

    def _ask(self, question, retry=False, is_open=False):
        """Write on the document what stands against its bill.

        :param retry: it is no question to a person but something in the settings: whatever was to be made by itself
            still is
        :param is_open: it is put anew whenever somebody reads it
        """
        self.sudo().write(
            {
                'bill_question': question,
                'bill_question_open': is_open,
                'bill_requested': retry and self.bill_requested,
                'bill_retry_at': retry and fields.Datetime.now() + RETRY,
            }
        )

    def _in_reader_language(self):
        """The document for what is written by itself: in the language of whoever reads it."""
        if self.env.user != self.env.ref('base.user_root'):
            return self
        reader = self._connector().responsible_id.lang or self.company_id.partner_id.sudo().lang
        installed = {code for code, _name in self.env['res.lang'].get_installed()}
        return self.with_context(lang=reader) if reader in installed else self

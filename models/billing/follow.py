import logging
import random

from odoo import api, fields, models

from ..concurrency import CONCURRENT, by_halves

_logger = logging.getLogger(__name__)

# About how many documents one run of the scheduled action takes up again.
FOLLOW_AT_ONCE = 500
# After so many documents of which nothing follows, the fault is not theirs: the rest waits for the next time.
FAILURES_AT_ONCE = 20


class VatportalDocument(models.Model):
    """What follows from an import (partner, invoice, bill, activities), and that it is not forgotten when it fails.

    A document that is new or has changed bears a mark until all that follows from it is done. Its next import finds
    it unchanged and would never come back to it otherwise.
    """

    _inherit = 'vatportal.document'

    to_follow = fields.Selection(
        [('new', 'New'), ('changed', 'Changed')],
        readonly=True,
        copy=False,
        index='btree_not_null',
        help='What follows from the last import of this document is still to be done.',
    )
    follow_problem = fields.Char(
        string='What Could Not Be Done',
        readonly=True,
        copy=False,
        help='Why partner, invoice or bill could not be seen to after the last import. It is tried again by itself.',
    )
    follow_tried_at = fields.Datetime(readonly=True, copy=False, help='When the scheduled action last tried that.')

    @api.model
    def _follow_waiting(self, domain=(), limit=None):
        """Do what still follows from imported documents; return what is wrong with those of which it failed, a list
        of str.

        :param limit: after so many documents no other company has its turn; chance says which begins
        """
        waiting = [('to_follow', '!=', False), *domain]
        companies, problems, taken = self.sudo()._read_group(waiting, ['company_id'], ['__count']), [], 0
        for company, count in random.sample(companies, len(companies)):
            if not limit or taken < limit:
                problems += self._follow_some([*waiting, ('company_id', '=', company.id)], limit)
                taken += count
        return problems

    @api.model
    def _follow_some(self, domain, limit):
        """:meth:`_follow_waiting` for one company. Those that failed before are taken after the others, one by one, and those first
        that were not tried for the longest time."""
        new = self.sudo().search([*domain, ('follow_problem', '=', False)], order='id', limit=limit)
        failed_before = self.sudo().search([*domain, ('follow_problem', '!=', False)], order='follow_tried_at nulls first, id', limit=limit)
        problems, again = [], []
        new._follow_part(problems)
        for document in failed_before:
            count = len(again)
            document._follow_part(again)
            if limit and len(again) > count:  # imports, of which several go on at once, do not count as a try
                document.follow_tried_at = fields.Datetime.now()
        return problems + again

    def _follow_part(self, problems):
        """All of these documents at once. If that fails, their halves, down to the one that is bad."""

        def follow(documents):
            if len(problems) < FAILURES_AT_ONCE:
                documents._follow()

        def failed(document, error):
            document._note_follow_problem(error)
            problems.append(
                self.env._(
                    '%(name)s is here, but what follows from it could not be done yet: %(error)s', name=document.display_name, error=document.follow_problem
                )
            )

        by_halves(self, follow, failed)

    def _follow(self):
        self._on_imported(*(self.filtered(lambda doc, mark=mark: doc.to_follow == mark) for mark in ('new', 'changed')))
        # One that turned out to be another, sent from here, has been merged with it.
        self.exists().write({'to_follow': False, 'follow_problem': False, 'follow_tried_at': False})
        # The changes are logged now: a part that fails would take the log of those before it along.
        self.env.cr.flush()

    def _note_follow_problem(self, error):
        """Keep the reason on the document; the log has it once, not at every try."""
        text = str(error)[:500] or type(error).__name__
        if self.follow_problem != text:
            _logger.error('VatPortal: what follows from document %s could not be done', self.id, exc_info=error)
            self.follow_problem = text

    @api.model
    def _cron_follow(self):
        """Take up again what could not be done after an import, in a transaction of its own."""
        try:
            self._follow_waiting(limit=FOLLOW_AT_ONCE)
        except CONCURRENT as error:
            # An import of the same documents is at work, and sees to them.
            self.env.cr.rollback()
            _logger.info('VatPortal: imported documents are in use: %s', type(error).__name__)
        except Exception:
            # The scheduled imports come after this in the same action: they must have their turn.
            self.env.cr.rollback()
            _logger.exception('VatPortal: what follows from imported documents could not be taken up again')
        self.env['ir.cron']._commit_progress()

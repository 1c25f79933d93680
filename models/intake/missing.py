import logging
from datetime import datetime, time, timedelta

from odoo import fields, models
from odoo.tools import format_date

from ...vatportal import is_number
from ..concurrency import CONCURRENT
from ..connector.guard import IDENTITY
from ..document.settle import failure_text
from ..states import AWAY_STATUSES, BAKU_OFFSET, FINAL_STATUSES, baku_day

_logger = logging.getLogger(__name__)

# So many documents are named.
NAMES_SHOWN = 10
# Whoever takes the time of Baku for that of Greenwich is off by its offset.
SHIFT = BAKU_OFFSET


class VatportalDocument(models.Model):
    """Documents that are at e-taxes no more, though no status says so.

    A reading that was complete and ought to have brought a document, and did not, marks it. Nothing follows by itself:
    people are told, no bill is made or posted, and the document stays as it was. The mark goes when a reading shows the
    document again. What proves nothing, see :meth:`VatportalOperationDownload._may_miss`, marks nothing: a false alarm is worse than
    one that comes later.
    """

    _inherit = 'vatportal.document'

    seen_connector_id = fields.Many2one(
        'vatportal.connector',
        string='Seen through',
        readonly=True,
        copy=False,
        ondelete='set null',
        index='btree_not_null',
        help='The connector whose present account has shown this document in its folder.',
    )
    missing_since = fields.Datetime(
        readonly=True, copy=False, index='btree_not_null', help='Since when a complete reading of its day and folder does not show the document any more.'
    )
    missing_job_id = fields.Many2one(
        'vatportal.job',
        string='Missed by',
        readonly=True,
        copy=False,
        ondelete='set null',
        index='btree_not_null',
        help='The import that did not find the document.',
    )

    def _is_missing(self):
        return bool(self.missing_since) and self._is_in_force()

    def _missing_text(self):
        """What is to be said of a document that is missing; False of others."""
        return self._is_missing() and self.env._(
            'It is missing at e-taxes: the reading of %s did not show it any more, and no status says why. Look for it at '
            'e-taxes.gov.az. Nothing was changed here.',
            format_date(self.env, baku_day(self.missing_since)),
        )

    def _missing_task(self):
        """(summary, what to do) for a person; None where nothing depends on the document."""
        source = self._source()
        if source and source.sudo().state == 'cancel':
            return None
        _, number = self.env._, self.qaime or self.name
        if self.direction == 'incoming':
            return (
                _('e-taxes: %s is missing there', number),
                _(
                    'The last reading did not show the document of this bill any more. Look for it at e-taxes.gov.az, and '
                    'ask the vendor, before the bill is confirmed or paid.'
                ),
            )
        return (
            _('e-taxes: %s is missing there', number),
            _(
                'The last reading did not show the document any more. Look for it at e-taxes.gov.az. If it is gone, say so '
                'on the document; then it can be sent again, or cancelled in Odoo.'
            ),
        )

    # ------------------------------------------------------------------ what a reading shows, or does not

    def _said_gone(self):
        """Those of these documents that were missing, or known from a file alone, and of which a person said that they are gone."""
        return self.filtered(lambda document: document.state == 'deleted' and (document.missing_since or document.is_mere_file))

    def _held_longer(self, job):
        """Those of these documents that the reading of ``job`` may show though they are gone: what VatPortal holds may be older
        than the reading of e-taxes that missed them."""
        return self.filtered(lambda document: job.source == 'portal' and document.missing_job_id.source == 'etaxes')

    def _may_return(self, job):
        """Those of these documents, which count as deleted, that the reading of ``job`` may bring back: nobody is deleting them, and
        it knows more than the deletion from here did, if there was one."""
        return self.filtered(lambda document: document.state == 'deleted' and not document._open_deletions() and not document._was_deleted_after(job))

    def _may_return_unchanged(self, job):
        """Those of :meth:`_may_return` that a row may bring back which is as it was before. One that ended at e-taxes comes back with
        another status."""
        return self._may_return(job).filtered(lambda document: document.status not in FINAL_STATUSES or document.deleted_at or document._said_gone())

    def _was_deleted_after(self, job):
        """Whether a process from here has deleted this document, and the reading of ``job`` tells nothing newer: what VatPortal
        holds may be older than it."""
        if not self.deleted_at or self._said_gone():
            return False
        # When e-taxes was asked; what it said may be read in parts, or be read on, much later.
        asked_at = job.sent_at or job.started_at
        return job.source != 'etaxes' or not asked_at or asked_at <= self.deleted_at

    def _is_shown_standing(self, status):
        """Whether a row with ``status`` says that this document, which counts as deleted, stands. Of one that was only said to be gone
        every row does that is not its end; of one that ended, only a status that we understand."""
        return status not in FINAL_STATUSES and (bool(self._said_gone()) or status not in (False, 'unknown'))

    def _return_shown(self):
        """This document counted as deleted, and e-taxes shows it in force: it is registered after all. If its invoice has got
        another one meanwhile, both are there."""
        others = self._leave_move()
        self._set_state('registered', deleted_by_id=False, deleted_at=False, delete_reason=False)
        if self._source():
            self._source().sudo()._message_log(body=self.env._('%s, which counted as deleted, is at e-taxes after all.', self.qaime))
        self._mark_doubles(others)

    def _note_shown(self, changed, common, job):
        """The reading of ``job`` has shown these documents, of which it has ``changed`` some; ``common`` are its values."""
        strangers = self.filtered(lambda document: not document.seen_connector_id.active)
        if strangers:
            strangers.write({'seen_connector_id': common['connector_id']})
        missing = self.filtered('missing_since')
        for document in missing - (missing._held_longer(job) - changed):
            document._message_log(body=self.env._('It is at e-taxes again.'))
            document.write({'missing_since': False, 'missing_job_id': False, 'to_follow': not document.is_foreign and (document.to_follow or 'changed')})

    def _set_missing(self, job):
        """The reading of ``job`` ought to have shown these documents, and did not."""
        self.write({'missing_since': fields.Datetime.now(), 'missing_job_id': job.id})
        for document in self:
            document.to_follow = document.to_follow or 'changed'
            document._message_log(body=document._missing_text())


class VatportalConnector(models.Model):
    """What another account does not show is not missing."""

    _inherit = 'vatportal.connector'

    def _accounts_before(self, vals):
        """The accounts of the connectors that may get another one when ``vals`` are written, for :meth:`_forget_changed`."""
        if not IDENTITY & vals.keys():
            return {}
        # Others of the account may go along.
        return {connector: connector._account({}) for connector in self.sudo().account_id.connector_ids}

    def _forget_changed(self, accounts):
        """Forget what was seen through connectors that no longer have what stands for them in ``accounts``."""
        self.browse().union(*(connector for connector, account in accounts.items() if connector._account({}) != account))._forget_seen()

    def _forget_seen(self):
        """What these connectors have shown was in the folder of another account."""
        self.env['vatportal.document'].sudo().search([('seen_connector_id', 'in', self.ids)]).seen_connector_id = False


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    missing_count = fields.Integer(string='Missing', readonly=True, help='Documents that are at e-taxes no more.')


class VatportalOperationDownload(models.AbstractModel):
    """Which documents an import ought to have brought, and did not."""

    _inherit = 'vatportal.operation.download'

    def _note_missing(self, job, numbers):
        """Mark the documents that this import, which has read ``numbers`` and come to its end, shows to be missing; return
        what is to be said of it, or False."""
        asked = job.asked_document_ids
        absent = asked.filtered(lambda document: document.qaime not in numbers)
        job.absent_ids = absent.ids
        if asked and not absent:
            return False  # the reading may have ended where all were found
        known = self._may_miss(job) if self._shows_all(job, numbers) else self.env['vatportal.document'].sudo()
        missing = known.filtered(lambda document: document.qaime not in numbers)
        missing = missing.filtered(lambda document: not document._open_deletions() and not self._is_outrun(job, document.import_job_id))
        if not missing:
            return False
        if len(missing) > 1 and 2 * len(missing) > len(known):
            # So many do not disappear; another account, or a portal in trouble, is more likely.
            return self.env._(
                '%(missing)s of the %(known)s documents of these days that are known here were not among what was read. That '
                'is too many to be true, so none was marked: compare with e-taxes.gov.az, and look at the account.',
                missing=len(missing),
                known=len(known),
            )
        return self._mark_missing(job, missing & absent if asked else missing)

    def _mark_missing(self, job, documents):
        if not documents:
            return False
        try:
            with self.env.cr.savepoint():
                documents._set_missing(job)
        except CONCURRENT:
            raise
        except Exception as error:
            # Another module's trouble; what was read is here, and the next import looks again.
            _logger.exception('VatPortal job %s: missing documents could not be marked', job.id)
            return self.env._('Documents that are missing could not be marked: %s', failure_text(job, error))
        job.missing_count = len(documents)
        names = documents[:NAMES_SHOWN].mapped('name') + ['…'] * (len(documents) > NAMES_SHOWN)
        problems = documents._follow_waiting([('id', 'in', documents.ids)])
        return '\n'.join(
            [
                self.env._('Missing at e-taxes, though no status says why: %s. Look for them at e-taxes.gov.az; nothing was changed here.', ', '.join(names)),
                *problems,
            ]
        )

    def _shows_all(self, job, numbers):
        """Whether what was not read is not in the folder: every row was legible, all pages were of one moment, and e-taxes
        was not asked for some statuses alone, for they change."""
        chosen = job.source == 'etaxes' and any((job.filters or {}).get(f'{prefix}_status') for prefix in ('inc', 'exc'))
        return not (job.has_gaps or chosen) and all(map(is_number, numbers))

    def _may_miss(self, job):
        """The documents that this import ought to have brought if they are where they were: this account has shown them
        in this folder before, they lie well within its days, and are not gone already."""
        first, last = (datetime.combine(day, time()) - BAKU_OFFSET for day in (job.date_from, job.date_to + timedelta(days=1)))
        documents = (
            self.env['vatportal.document']
            .sudo()
            .search_fetch(
                [
                    ('company_id', '=', job.company_id.id),
                    ('direction', '=', job.direction),
                    ('seen_connector_id', '=', job.connector_id.id),
                    ('missing_since', '=', False),
                    ('is_foreign', '=', False),
                    ('state', '=', 'registered'),
                    ('qaime', '!=', False),
                    ('status', 'not in', (*FINAL_STATUSES, *AWAY_STATUSES)),
                    ('date', '>=', first + SHIFT),
                    ('date', '<', last - SHIFT),
                ],
                ['qaime', 'kind_id'],
                order='id',
            )
        )
        if job.source == 'portal':
            return documents
        return documents.filtered(lambda document: self._takes(job, 'kinds', document.kind_id.code))

    def _is_outrun(self, job, other):
        """Whether ``other``, another import, has brought something since this one began: it may know better."""
        return bool(other) and other != job and (other.id > job.id or bool(other.changed_at and job.started_at and other.changed_at > job.started_at))

import logging
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ...vatportal import PortalError
from ..connector.threads import READ_LIMITS
from ..states import OPEN_STATES, baku_day

_logger = logging.getLogger(__name__)

# How far back it is looked where no day is known on which all was well.
LOOK_BACK = timedelta(days=28)
_DAY = timedelta(days=1)
# After which time the hourly look is due again; less than an hour, for it comes a little earlier or later.
LOOK_AGAIN = timedelta(minutes=50)
# How long ago the hourly look may have been; a little more than an hour.
LOOKED = timedelta(minutes=65)
# How long before the days that are looked at an invoice may be dated. It is due at e-taxes within days; the older ones of
# which nothing is known, of before the addon was there for example, are not gone through.
SENT_LATE = timedelta(days=92)
# How often a comparison begins by itself.
AT_MOST = timedelta(hours=12)


class VatportalConnector(models.Model):
    """Noticing that this database is not the one that sent: it was restored from a backup, or there is another one of it.

    The portal then has ERP ids of ours that nothing is known of here. Every hour it is asked for those of the days since
    that was last not so, a moment that a backup brings along.
    """

    _inherit = 'vatportal.connector'

    compared_at = fields.Datetime(
        string='All Known Until',
        readonly=True,
        copy=False,
        help='When VatPortal last had no invoice from Odoo that this database does not know, but those that were told.',
    )
    compared_in = fields.Char(readonly=True, copy=False, help='The database, as PostgreSQL tells it from its restored backup, in which that was.')
    looked_at = fields.Datetime(readonly=True, copy=False, help='When the hourly look was last begun, whatever came of it.')
    compare_begun_at = fields.Datetime(readonly=True, copy=False, help='When a comparison last began by itself.')
    told_erp_ids = fields.Json(readonly=True, copy=False, help='ERP ids of invoices unknown here that were told already.', string='Unknown ERP IDs Told')

    def _certain_day(self):
        """The day from which on something may be unknown, in Baku. A day more, for the portal's clock may be another. A moment
        that has not come yet was written by a clock that was wrong, so it tells nothing."""
        now = fields.Datetime.now()
        since = self.compared_at if self.compared_at and self.compared_at <= now else now - LOOK_BACK
        return baku_day(since - _DAY)

    def action_compare(self):
        """Ask from which day on, and compare what VatPortal has with what is known here."""
        self.ensure_one()
        self.check_access('write')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Compare with VatPortal'),
            'res_model': 'vatportal.import.wizard',
            'view_mode': 'form',
            'target': 'new',
            'context': {
                'default_company_id': self.company_id.id,
                'default_connector_id': self.id,
                'default_compares': True,
                'default_direction': 'outgoing',
                'default_period': 'custom',
                'default_date_from': fields.Date.to_string(self._certain_day()),
                'default_date_to': fields.Date.to_string(baku_day(fields.Datetime.now())),
            },
        }

    # ------------------------------------------------------------------ by itself

    def _cron_compare(self):
        """Scheduled action: look whether each portal knows something from here that is not known here.

        A run has its end, and the next one goes on where it has stopped."""
        now = fields.Datetime.now()
        due = self.search(
            [('company_id', '!=', False), '|', '|', ('looked_at', '=', False), ('looked_at', '<=', now - LOOK_AGAIN), ('looked_at', '>', now)],
            order='looked_at NULLS FIRST, id',
        )
        self.env['ir.cron']._commit_progress(remaining=len(due))
        for connector in due:
            connector.sudo().looked_at = fields.Datetime.now()
            self.env['ir.cron']._commit_progress()
            try:
                if not connector._is_waiting():
                    # What is written of it is for those who are told; the scheduled action has no language.
                    connector._in_their_language()._look_for_unknown()
            except UserError:
                _logger.info('VatPortal: connector %s has no log-in data and is not compared', connector.id)
            except Exception:
                self.env.cr.rollback()
                _logger.exception('VatPortal: connector %s could not be compared', connector.id)
            if not self.env['ir.cron']._commit_progress(1):
                break

    def _look_for_unknown(self):
        """Ask the portal for the ERP ids of the days since all was known; begin a comparison where it names others."""
        numbers = self._read_recent()
        if numbers is not None and self._take_recent(numbers) - set(self.told_erp_ids or []):
            self._compare_by_itself()

    def _is_to_be_looked_at(self):
        """Whether nobody has looked within the hour: nothing was at work for a while, the addon was set up anew, or this
        database is one from a backup, be that a minute old."""
        now = fields.Datetime.now()
        return not self.compared_at or not now - LOOKED <= self.compared_at <= now or self.compared_in != self._database()

    def _database(self):
        """A text that is another one once a database was restored or copied, in whatever way: its tables or the database were
        made anew, or PostgreSQL was stopped to put its files back. Each start of PostgreSQL changes it too."""
        # A copy keeps what its tables are numbered, a dump that is put into the same database the number of that.
        self.env.cr.execute("""
            SELECT concat_ws(' ', oid, 'vatportal_connector'::regclass::oid, extract(epoch FROM pg_postmaster_start_time()))
              FROM pg_database WHERE datname = current_database()""")
        return self.env.cr.fetchone()[0]

    def _look_before_sending(self):
        """Before somebody sends: look whether the portal knows something from here, where that was not done within the hour.
        What is found is linked, or asked about, before anything goes.

        :return: whether something was linked or is to be asked about that was not known before
        """
        if not self._is_to_be_looked_at() or self._is_waiting():
            return False
        try:
            numbers = self._read_recent()
        except UserError:
            return False  # there are no log-in data, which whoever sends is told anyway
        if numbers is None:
            return False
        unknown = self._take_recent(numbers)
        return unknown != self._take_unknown(numbers, unknown)

    def _read_recent(self):
        """What the portal has of the days since all was known, as ERP id → number; None where it does not answer.

        :raises UserError: without log-in data
        """
        with self._client(**READ_LIMITS) as client:
            try:
                numbers = self._call_recent(client)
            except PortalError as error:
                self._note_error(error, client)
                return None
            self._note_answer(client.read_methods)
        return numbers

    def _call_recent(self, client):
        return client.read_invoices_by_date(self._certain_day(), fields.Datetime.now() + _DAY)

    def _take_recent(self, numbers):
        """Note what ``numbers``, read a moment ago, say of what is known here.

        What was told once needs no further look: it is a person's.

        :return: the ERP ids of ours among them that are not known
        """
        documents = self.env['vatportal.document']
        documents._know_by_number(numbers)
        unknown = documents._unknown_erp_ids(numbers)
        if unknown <= set(self.told_erp_ids or []):
            self.write({'compared_at': fields.Datetime.now(), 'compared_in': self._database(), 'told_erp_ids': sorted(unknown) or False})
        return unknown

    def _take_unknown(self, numbers, unknown):
        """Link what can be linked of ``unknown``, before something is sent, or write down what is to be asked; have the days
        compared. Return what is not known even then."""
        if not unknown:
            return unknown
        self.env['vatportal.document']._take_foreign(self, numbers)
        if unknown - set(self.told_erp_ids or []):
            self._compare_by_itself()
        return self._take_recent(numbers)

    def _is_comparing(self):
        return bool(
            self.env['vatportal.job'].sudo().search_count([('connector_id', '=', self.id), ('compares', '=', True), ('state', 'in', OPEN_STATES)], limit=1)
        )

    def _compare_by_itself(self):
        """Begin a comparison that nobody has asked for, unless there was one not long ago."""
        now = fields.Datetime.now()
        if self.compare_begun_at and now - AT_MOST < self.compare_begun_at <= now:
            return
        if not self.env['vatportal.document']._own_voen(self.company_id) or self._is_comparing():
            return
        self.compare_begun_at = now
        self.env['vatportal.job'].sudo()._queue_download(
            self, ['outgoing'], self._certain_day(), baku_day(now), 'portal', user=self.env['res.users'], compares=True, phase='compare'
        )

    def _note_compared(self, jobs):
        """Tell how a comparison, all of ``jobs``, ended, where it found something."""
        found = sum(jobs.mapped('found_count'))
        unknown = [erp_id for job in jobs for erp_id in job.unknown_ids or {}]
        news = set(unknown) - set(self.told_erp_ids or [])
        if not found and not news:
            return
        self.told_erp_ids = sorted({*(self.told_erp_ids or []), *unknown})
        texts = [
            self.env._(
                'VatPortal has invoices that this database did not know: it was restored from a backup, or there is another one '
                'that sends. %s of them were linked with their invoices.',
                found,
            )
        ]
        texts += filter(None, [self.env['vatportal.operation.comparison']._unknown_text(job) for job in jobs])
        self.sudo().message_post(
            subject=self.env._('Compared with VatPortal'),
            body='\n'.join(texts),
            partner_ids=self._told_users().partner_id.ids,
            message_type='notification',
            subtype_xmlid='mail.mt_note',
        )

import json
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import new_test_user

from ...models.operation import deletion_reading, download
from ...models.states import OPEN_STATES
from ...vatportal import VatPortalClient, endpoints
from .test_import_download import MONTH, READ, START, DownloadCommon


def whole(read_page):
    """``read_page`` at a portal that gives all that it has, whatever page it is asked for."""

    def read(operation, job, client):
        read_etaxes = client.read_etaxes
        client.read_etaxes = lambda **options: read_etaxes(**{**options, 'page': 1})
        return read_page(operation, job, client)

    return read


class TestImportBroken(DownloadCommon):
    """Imports at portals that refuse, break or say less than they should."""

    def test_a_web_server_that_refuses_for_a_moment(self):
        for status in (403, 404, 405, 410):
            with self.subTest(status=status):
                self.fill(3)
                self.sandbox.faults.add(READ, kind='web_refusal', status=status, times=4)
                job = self.queue()
                self.advance(job, 2)
                self.assertNotEqual(job.state, 'failed')
                self.sandbox.faults.clear()
                self.finish(job)
                self.assertEqual(job.state, 'done')
        self.sandbox.faults.add(READ, kind='web_refusal', times=None)
        job = self.queue()
        self.advance(job)
        job.sudo().changed_at -= timedelta(seconds=1801)
        self.finish(job)
        self.assertEqual(job.state, 'failed')
        self.assertIn('portal address', job.message)

    # ------------------------------------------------------------------ pages

    def pages(self, rows=4):
        """Have pages be full that hold ``rows`` documents."""
        self.sandbox.configure(page_size=rows)
        self.patch(download, 'PAGE_SIZE', rows)
        self.patch(deletion_reading, 'PAGE_SIZE', rows)

    def test_a_full_page_is_not_the_last_whatever_the_total(self):
        self.pages()
        known = self.fill(10)
        self.download()
        self.assertEqual(len(self.documents()), len(known))
        for total in (None, 0, '', 4, '4', -1, 'many'):
            with self.subTest(total=total):
                self.sandbox.faults.add(READ, kind='wrong_total', total=total, times=None)
                before = len(self.reads())
                job = self.download()
                self.assertEqual((job.state, job.read_count, job.total), ('done', 10, 10))
                self.assertEqual([record.json['from'] for record in self.reads()[before:]], [1, 2, 3])
                self.assertFalse(self.documents().filtered('missing_since'))
                self.sandbox.faults.clear()

    def test_all_pages_are_full(self):
        self.pages()
        self.fill(8)
        for total in (None, 8):
            with self.subTest(total=total):
                self.sandbox.faults.add(READ, kind='wrong_total', total=total, times=None)
                before = len(self.reads())
                job = self.download()
                self.assertEqual((job.state, job.read_count, job.total), ('done', 8, 8))
                self.assertEqual(job.has_gaps, not total, 'without a total nobody knows whether the pages are of one moment')
                self.assertEqual([record.json['from'] for record in self.reads()[before:]], [1, 2, 3])
                self.sandbox.faults.clear()
        # Some portals have no answer for the page behind the last one.
        for fault in ({'kind': 'error', 'code': 3}, {'kind': 'error', 'code': 10}, {'kind': 'http_500'}):
            with self.subTest(**fault):
                self.sandbox.faults.add(READ, after=2, times=None, **fault)
                job = self.queue()
                self.advance(job, 3)
                job.sudo().changed_at -= timedelta(seconds=1801)
                self.finish(job)
                self.assertEqual((job.state, job.read_count, job.has_gaps), ('done', 8, True))
                self.sandbox.faults.clear()

    def test_all_at_once(self):
        """A portal without pages gives what it has, however much: once is enough, and counts once."""
        self.pages()
        numbers = self.fill(4)
        self.download()
        self.sandbox.configure(page_size=500)
        for count, reads in ((4, 2), (9, 1)):
            with self.subTest(count=count):
                numbers += self.fill(count - len(numbers))
                self.download()
                before = len(self.reads())
                with patch.object(download.VatportalOperationDownload, '_read_page', whole(download.VatportalOperationDownload._read_page)):
                    job = self.download()
                self.assertEqual((job.state, job.read_count, job.unchanged_count, job.skipped_count), ('done', count, count, 0))
                self.assertEqual(len(self.reads()) - before, reads)

    def test_a_full_page_that_comes_again(self):
        self.pages()
        self.fill(10)
        self.sandbox.faults.add(READ, kind='wrong_total', times=None)
        select = type(self.sandbox.portal.etaxes).select
        with patch.object(type(self.sandbox.portal.etaxes), 'select', lambda *args, **options: select(*args, **options)[:4] * 9):
            job = self.download()
        self.assertEqual((job.state, job.read_count, job.has_gaps), ('done', 4, True), 'nothing is proven to be missing')
        self.assertEqual(len(self.reads()), 2)

    # ------------------------------------------------------------------ size

    def most(self, count):
        """Let no answer be longer than that of about ``count`` documents."""
        with VatPortalClient(self.sandbox.url, token='sandbox-token') as client:
            documents = client.read_etaxes(direction=0, date_from=MONTH[0], date_to=MONTH[1]).documents
        size = len(json.dumps([document.raw for document in documents])) // len(documents)
        self.patch(endpoints, 'LONGEST_OF', {**endpoints.LONGEST_OF, READ: count * size})

    def finish_batch(self, job):
        """Bring all parts to their end, those first that have their turn."""
        while waiting := job._batch().filtered(lambda part: part.state in OPEN_STATES):
            self.finish(waiting.sorted(lambda part: (part.on_hold, part.id))[0])

    def test_a_page_that_is_too_long_is_read_in_parts(self):
        numbers = self.fill(40)
        self.most(15)
        for source in ('portal', 'etaxes'):
            with self.subTest(source=source):
                before = len(self.sandbox.prompts(None))
                job = self.queue(source=source)
                self.finish(job)
                self.finish_batch(job)
                batch = job._batch()
                self.assertEqual(set(batch.mapped('state')), {'done'}, batch.mapped('message'))
                self.assertGreater(len(batch), 2)
                self.assertEqual(sum(batch.mapped('read_count')), 40)
                self.assertEqual(set(self.documents().mapped('qaime')), set(numbers))
                self.assertEqual((min(batch.mapped('date_from')), max(batch.mapped('date_to'))), MONTH)
                self.assertFalse(self.connector.down_since)
                self.assertEqual(len(self.sandbox.prompts(None)) - before, source == 'etaxes', 'one PIN1 for all')
                self.assertEqual(job._progress()['progress']['read'], 40)
                self.assertEqual(set(batch.mapped('source')), {source})
                self.assertFalse(source == 'etaxes' and job._progress()['can_ask_etaxes'], 'it was asked')

    def test_what_e_taxes_showed_is_told_by_each_part(self):
        """What counts as deleted comes back with any part of it, unless it was deleted after e-taxes was asked."""
        self.fill(40)
        self.download()
        self.most(15)
        first, last = self.documents().sorted('date')[0], self.documents().sorted('date')[-1]
        for late in (False, True):
            with self.subTest(late=late):
                job = self.queue(source='etaxes')
                while job._batch() == job:
                    self.advance(job)
                moment = job.sudo().sent_at + timedelta(seconds=2 if late else -2)
                (first + last).sudo().write({'state': 'deleted', 'status': 'deleted', 'deleted_at': moment})
                job.sudo()._batch().started_at = moment + timedelta(seconds=4)
                self.finish(job)
                self.finish_batch(job)
                self.assertEqual(set((first + last).mapped('state')), {'deleted' if late else 'registered'})

    def test_a_single_day_that_is_too_long(self):
        """All other days are read, and a scheduled import has done what can be done."""
        self.fill(20, start='05.11.2026', end='05.11.2026')
        others = self.fill(3, start='06.11.2026', end='09.11.2026')
        self.most(8)
        schedule = self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'source': 'portal', 'next_at': fields.Datetime.now()})
        job = self.queue(schedule_id=schedule.id)
        self.finish(job)
        self.finish_batch(job)
        self.assertEqual(set(job._batch().mapped('state')), {'done'})
        warned = job._batch().filtered('warning')
        self.assertEqual((warned.date_from, warned.date_to, warned.has_gaps), (date(2026, 11, 5), date(2026, 11, 5), True))
        for text in (warned.warning, job._progress()['warning'], schedule.last_warning):
            self.assertIn('too long to be read', text)
        self.assertEqual((schedule.last_day, schedule.failed_since), (MONTH[1], False))
        self.assertNotIn('no documents', warned._progress()['headline'])
        self.assertEqual(set(self.documents().mapped('qaime')), set(others))
        self.assertFalse(self.connector.down_since)

    def test_single_documents_of_days_that_are_too_long(self):
        self.fill(10)
        self.download()
        self.most(2)
        job = self.env['vatportal.job']._queue_refresh(self.documents(), 'portal').sudo()
        self.finish(job)
        self.assertEqual((job.state, len(job._batch())), ('failed', 1))
        self.assertIn('too long to be read', job.message)

    # ------------------------------------------------------------------ processes

    def test_an_end_without_a_code_is_not_blamed_on_the_pin(self):
        for words in ({}, {'description': 'e-taxes is not available'}, {'exceptions': ['NEED RETRY: no answer']}):
            with self.subTest(**words):
                self.sandbox.faults.add(START, kind='breaks', stage='started', **words)
                job = self.download(source='etaxes')
                self.assertEqual((job.state, job.pin_missed), ('failed', False))
                self.assertIn('could not be asked', job.message)
                for said in (words.get('description', 'Finished with errors'), *words.get('exceptions', ())):
                    self.assertIn(said, job.portal_message)
        self.sandbox.faults.add(START, kind='process_hangs')
        job = self.queue(source='etaxes')
        self.advance(job, 2)
        job.sudo().changed_at -= timedelta(seconds=601)
        self.finish(job)
        self.assertEqual((job.state, job.pin_missed), ('failed', False))

    def test_a_scheduled_import_that_breaks_is_told(self):
        """Nobody was asked for a PIN, so it is not for want of one that nothing comes."""
        self.connector.notify_user_ids = new_test_user(
            self.env, 'clerk', groups='account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        schedule = self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'source': 'etaxes', 'next_at': fields.Datetime.now()})
        self.sandbox.faults.add(START, kind='breaks', stage='started', description='e-taxes is not available', times=None)
        for job in schedule._begin():
            self.finish(job)
        self.assertTrue(schedule.failed_since)
        self.assertIn('e-taxes is not available', schedule.last_error)
        self.assertFalse(schedule.last_missed_at)

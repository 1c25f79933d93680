from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import new_test_user

from ...models.operation import deletion_reading, download
from .test_import_download import READ, START, DownloadCommon


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
        # Some portals refuse the page behind the last one.
        self.sandbox.faults.add(READ, kind='error', code=3, after=2, times=None)
        job = self.download()
        self.assertEqual((job.state, job.read_count, job.has_gaps), ('done', 8, True))

    def test_a_full_page_that_comes_again(self):
        self.pages()
        self.fill(10)
        self.sandbox.faults.add(READ, kind='wrong_total', times=None)
        select = type(self.sandbox.portal.etaxes).select
        with patch.object(type(self.sandbox.portal.etaxes), 'select', lambda *args, **options: select(*args, **options)[:4] * 9):
            job = self.download()
        self.assertEqual((job.state, job.read_count, job.has_gaps), ('done', 4, True), 'nothing is proven to be missing')
        self.assertEqual(len(self.reads()), 2)

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

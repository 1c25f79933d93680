from datetime import timedelta

from odoo import Command, fields
from odoo.tests import new_test_user

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

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_import_download import READ, START, DownloadCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestImportBatch(DownloadCommon):
    """Imports that were started together, stopped, resumed."""

    # ------------------------------------------------------------------ stop and resume

    def test_stop_and_resume(self):
        self.sandbox.configure(page_size=4)
        self.fill(10)
        job = self.queue()
        self.advance(job)
        job.action_stop()
        self.assertEqual((job.state, job.is_stopped, len(self.documents())), ('failed', True, 4))
        self.assertEqual(job._progress()['headline'], 'Stopped. What was read is kept.')
        self.advance(job)
        self.assertEqual(len(self.reads()), 1)
        job.action_resume()
        self.finish(job)
        self.assertEqual((job.state, job.is_stopped, job.created_count), ('done', False, 10))
        self.assertEqual([record.json['from'] for record in self.reads()], [1, 2, 3])
        with self.assertRaises(UserError):
            job.action_resume()

    def test_who_may(self):
        job = self.queue()
        reader = self.env['res.users'].create(
            {
                'name': 'R',
                'login': 'r',
                'company_id': self.company.id,
                'company_ids': [(6, 0, self.company.ids)],
                'group_ids': [(6, 0, self.env.ref('account.group_account_readonly').ids)],
            }
        )
        for call in ('action_stop', 'action_resume'):
            with self.assertRaises(AccessError):
                getattr(job.with_user(reader), call)()
        shown = job.with_user(reader).action_refresh()
        self.assertEqual((shown['state'], shown['can_stop'], job.state), ('queued', False, 'queued'), 'Looking at it moves nothing')
        clerk = reader.copy({'login': 'c', 'group_ids': [(6, 0, self.env.ref('account.group_account_invoice').ids)]})
        job.with_user(clerk).action_stop()
        job.with_user(clerk).action_resume()
        self.finish(job)
        self.assertEqual(job.state, 'done')

    # ------------------------------------------------------------------ months

    def test_a_long_range_month_by_month(self):
        self.fill(20, start='15.08.2026', end='28.11.2026')
        jobs = self.queue(dates=(date(2026, 8, 15), date(2026, 11, 10)))
        self.assertEqual(
            [(job.date_from, job.date_to) for job in jobs],
            [
                (date(2026, 8, 15), date(2026, 8, 31)),
                (date(2026, 9, 1), date(2026, 9, 30)),
                (date(2026, 10, 1), date(2026, 10, 31)),
                (date(2026, 11, 1), date(2026, 11, 10)),
            ],
        )
        self.assertEqual(jobs.mapped('on_hold'), [False, True, True, True])
        held = jobs[1]
        held.sudo()._advance()
        self.assertFalse(self.reads(), 'one after the other')
        data = self.follow(jobs[0])
        self.assertEqual(jobs.mapped('state'), ['done'] * 4)
        self.assertEqual((data['id'], data['state'], data['progress']['read']), (jobs[0].id, 'done', len(self.documents())))
        self.assertEqual([part['state'] for part in data['progress']['parts']], ['done'] * 4)
        self.assertEqual(data['progress']['percent'], 100)
        action = jobs._dialog_action()
        self.assertEqual((action['res_id'], action['target']), (jobs[0].id, 'new'))

    def follow(self, job):
        """Do what the open dialog does until it shows the end."""
        for _step in range(60):
            job.search([('on_hold', '=', False)]).sudo().next_poll_at = False
            data = job.action_refresh()
            if data['finished']:
                return data
        self.fail('the import does not end')

    def test_one_month_fails_the_others_go_on(self):
        self.fill(6, start='01.10.2026', end='30.11.2026')
        jobs = self.queue(dates=(date(2026, 10, 1), date(2026, 11, 30)))
        self.sandbox.faults.add(READ, kind='short_page', times=4)
        data = self.follow(jobs[0])
        self.assertEqual(jobs.mapped('state'), ['failed', 'done'])
        self.assertEqual((data['state'], data['can_resume']), ('failed', True))
        jobs[0].action_resume()
        self.assertEqual(self.follow(jobs[0])['state'], 'done')
        self.assertEqual(len(self.documents()), 6)

    def test_a_missed_pin_asks_for_no_further_one(self):
        self.sandbox.faults.add(START, kind='pin_declined', pin=1)
        jobs = self.queue(source='etaxes', dates=(date(2026, 9, 1), date(2026, 11, 30)))
        self.follow(jobs[0])
        self.assertEqual(jobs.mapped('state'), ['failed'] * 3)
        self.assertEqual(len(self.sandbox.prompts(None)), 1)
        jobs[2].action_resume()
        self.follow(jobs[0])
        self.assertEqual(jobs.mapped('state'), ['done'] * 3)

    def test_both_folders(self):
        self.fill(3)
        self.fill(2, folder=1)
        jobs = self.queue('incoming', 'outgoing')
        data = self.follow(jobs[0])
        self.assertEqual((len(self.documents()), len(self.documents('outgoing'))), (3, 2))
        self.assertEqual(data['progress']['created'], 5)

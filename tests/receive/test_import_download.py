from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.intake.portal_import import PortalImport
from ..common import SELLER
from .test_import_store import ImportCommon

READ, START = '/etx/read_invoices', '/etx/import'
MONTH = (date(2026, 11, 1), date(2026, 11, 30))


class DownloadCommon(ImportCommon):
    def setUp(self):
        super().setUp()
        self.sandbox.configure(page_size=5000, pin_timeout=120)

    def fill(self, count=10, folder=0, start='01.11.2026', end='28.11.2026', **options):
        """Documents of the company at the portal; their numbers."""
        return self.sandbox.portal.generate(count, folder, voen=SELLER, date_from=start, date_to=end, **options)

    def queue(self, *directions, source='portal', dates=MONTH, **options):
        return self.env['vatportal.job']._queue_download(self.connector, list(directions or ('incoming',)), *dates, source, **options)

    def download(self, *directions, **options):
        """Import, and return the jobs when all have ended."""
        jobs = self.queue(*directions, **options)
        for job in jobs:
            self.finish(job)
        return jobs

    def documents(self, direction='incoming'):
        return self.env['vatportal.document'].search([('company_id', '=', self.company.id), ('direction', '=', direction)])

    def reads(self):
        return [record for record in self.sandbox.requests if record.path.endswith(READ)]


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestImportDownload(DownloadCommon):
    # ------------------------------------------------------------------ reading

    def test_twelve_thousand_over_three_pages(self):
        numbers = self.fill(12000)
        job = self.download()
        self.assertEqual((job.state, job.message), ('done', False))
        self.assertEqual((job.total, job.read_count, job.created_count), (12000, 12000, 12000))
        self.assertEqual([record.json['from'] for record in self.reads()], [1, 2, 3])
        self.assertEqual(set(self.documents().mapped('qaime')), set(numbers))
        self.assertFalse(self.documents().filtered('is_foreign'))
        again = self.download()
        self.assertEqual((again.created_count, again.updated_count, again.unchanged_count), (0, 0, 12000))
        self.assertFalse(self.env['vatportal.document'].search([('import_job_id', '=', again.id)]))

    def test_the_portals_own_figures(self):
        self.fill(60, seed=7)
        self.download()
        held = self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 0)
        for document in self.documents():
            row = held[document.qaime]
            self.assertAlmostEqual(document.amount_total, float(row['net_amount']), 6)
            self.assertEqual(document.raw['net_amount'], row['net_amount'])
            self.assertEqual(document.line_ids.mapped('price_unit'), [float(line['unit_price']) for line in row['lines']])
            self.assertAlmostEqual(sum(document.line_ids.mapped('amount_total')), document.amount_total, 5)

    def test_the_count_is_that_of_the_list(self):
        """What an import has brought or changed, whoever of those that were started together."""
        self.fill(30)
        first = self.download(dates=(date(2026, 11, 1), date(2026, 11, 20)))
        several = self.env['vatportal.job']._queue_download(self.connector, ['incoming'], date(2026, 10, 1), date(2026, 11, 30), 'etaxes')
        batch = several._batch()
        self.assertGreater(len(batch), 1)
        for job in batch:
            self.finish(job)
        jobs = (first + batch + self.send(self.create_invoice())).sudo()
        self.env.invalidate_all()
        counts = jobs.mapped('document_count')
        self.assertEqual(counts, [self.env['vatportal.document'].search_count(job.action_documents()['domain']) for job in jobs])
        self.assertEqual((all(counts), sum(counts[:2]), counts[-1]), (True, 30, 1))
        self.env.invalidate_all()
        jobs.mapped('root_id.name')
        with self.assertQueryCount(4):
            jobs.mapped('document_count')

    def test_nothing_there(self):
        job = self.download()
        self.assertEqual((job.state, job.total, job._progress()['headline']), ('done', 0, 'There are no documents in this time.'))

    def test_overlapping_imports(self):
        self.fill(30)
        self.download(dates=(date(2026, 11, 1), date(2026, 11, 20)))
        first = self.documents()
        job = self.download(dates=(date(2026, 11, 10), date(2026, 11, 30)))
        self.assertEqual(len(self.documents()), 30)
        self.assertEqual(job.created_count, 30 - len(first))
        self.assertEqual(job.updated_count, 0)

    def test_a_changed_status_comes_with_the_next_import(self):
        number = self.fill(3, statuses=['onApproval'])[0]
        self.download()
        self.sandbox.portal.set_status(number, 'canceled')
        job = self.download()
        self.assertEqual((job.updated_count, job.unchanged_count), (1, 2))
        self.assertEqual(self.document(number).status, 'canceled')
        self.assertEqual(self.document(number).import_job_id, job)

    def test_the_last_minute_of_the_last_day(self):
        for moment in ('31.10.2026 23:59', '01.11.2026 00:00', '30.11.2026 23:59', '01.12.2026 00:00'):
            self.sandbox.portal.add_document(0, datetime=moment, tin_to=SELLER)
        self.assertEqual(self.download().created_count, 2)

    # ------------------------------------------------------------------ a portal in trouble

    def test_short_page_is_read_again(self):
        self.fill(10)
        self.sandbox.faults.add(READ, kind='short_page', missing=3)
        job = self.download()
        self.assertEqual((job.state, job.created_count, job.unchanged_count), ('done', 10, 0))

    def test_a_page_that_stays_short_is_an_error_that_keeps_what_came(self):
        self.fill(10)
        self.sandbox.faults.add(READ, kind='short_page', missing=3, times=None)
        job = self.download()
        self.assertEqual((job.state, job.total, job.read_count), ('failed', 10, 7))
        self.assertIn('10 documents', job.message)
        self.assertIn('only 7', job.message)
        self.assertEqual(len(self.documents()), 7)
        self.sandbox.faults.clear()
        job.action_resume()
        self.finish(job)
        self.assertEqual((job.state, job.message, job.read_count, job.created_count), ('done', False, 10, 10))

    def test_short_in_the_middle(self):
        self.sandbox.configure(page_size=4)
        self.fill(10)
        self.sandbox.faults.add(READ, kind='short_page', missing=1, after=1, times=1)
        job = self.download()
        self.assertEqual((job.state, job.read_count), ('done', 10))
        self.assertEqual([record.json['from'] for record in self.reads()], [1, 2, 3, 1, 2, 3][: len(self.reads())])

    def test_the_same_page_again_and_again(self):
        """A portal that ignores the page: all there is of page 1 is kept, and the rest is missed."""
        self.sandbox.configure(page_size=4)
        self.fill(10)
        read = type(self.sandbox.portal.etaxes).select
        rows = {}

        def first_page_only(etaxes, *args, **options):
            rows.setdefault('all', read(etaxes, *args, **options))
            return rows['all'][:4] * 2 + rows['all'][:2]

        with patch.object(type(self.sandbox.portal.etaxes), 'select', first_page_only):
            job = self.download()
        self.assertEqual((job.state, job.read_count, job.created_count), ('failed', 4, 4))
        self.assertEqual(len(self.reads()), 6)

    def test_duplicated_rows(self):
        self.fill(10)
        self.sandbox.faults.add(READ, kind='duplicated', count=4)
        job = self.download()
        self.assertEqual((job.state, job.read_count, job.created_count), ('done', 10, 10))

    def test_reordered_pages(self):
        self.sandbox.configure(page_size=4)
        self.fill(10)
        self.sandbox.faults.add(READ, kind='reordered', times=None)
        self.assertEqual((self.download().created_count, self.download().unchanged_count), (10, 10))

    def test_numbers_as_strings(self):
        self.fill(3)
        self.sandbox.faults.add(READ, kind='wrong_shape', shape='strings')
        self.assertEqual(self.download().created_count, 3)

    def test_unreadable_documents(self):
        self.fill(3)
        self.sandbox.portal.add_document(0, qaime='MT240110000000', tin_to=SELLER, net_amount='much', datetime='05.11.2026 10:00')
        self.sandbox.portal.add_document(0, qaime='9' * 200, tin_to=SELLER, datetime='05.11.2026 10:00')
        job = self.download()
        self.assertEqual((job.state, job.read_count, job.created_count, job.bad_count), ('done', 5, 3, 2))
        self.assertFalse(job.message)
        self.assertIn('2 documents could not be read', job.warning)
        self.assertIn('net_amount', job.notes)
        data = job.action_refresh()
        self.assertEqual((data['headline'], data['problem'], data['can_resume']), ('5 documents read: 3 new, 0 changed.', False, False))
        self.assertEqual(data['warning'], f'{job.warning}\n{job.notes}')
        self.assertEqual(job.details['unreadable'][0]['net_amount'], 'much')

    def test_cut_in_the_middle_goes_on_at_its_page(self):
        self.sandbox.configure(page_size=4)
        self.fill(10)
        job = self.queue()
        self.advance(job)
        self.assertEqual((job.page, job.read_count, len(self.documents())), (2, 4, 4))
        self.sandbox.faults.add(READ, kind='cut_off', times=2)
        self.advance(job, 2)
        self.assertEqual((job.state, job.page, job.read_count), ('running', 2, 4))
        self.assertTrue(job.message)
        # The server was killed meanwhile: nothing but what is in the database goes on.
        self.env.invalidate_all()
        self.finish(self.env['vatportal.job'].browse(job.id))
        self.assertEqual((job.state, job.created_count, job.unchanged_count), ('done', 10, 0))
        self.assertEqual([record.json['from'] for record in self.reads()], [1, 2, 2, 2, 3])

    def test_killed_between_the_answer_and_its_consequences(self):
        """The answer is in the database already: the portal is not asked a second time."""
        self.fill(5)
        job = self.queue().sudo()
        job.answer = job._call()
        self.env.invalidate_all()
        self.finish(job)
        self.assertEqual((job.state, job.created_count, len(self.reads())), ('done', 5, 1))

    def test_a_portal_that_refuses(self):
        self.fill(3)
        self.sandbox.faults.add(READ, kind='error', code=5, http=401, message='no', times=None)
        job = self.download()
        self.assertEqual(job.state, 'failed')
        self.assertIn('log-in data', job.message)

    # ------------------------------------------------------------------ e-taxes asked anew

    def test_ask_etaxes(self):
        self.fill(5, held=False)
        self.assertEqual(self.download().created_count, 0, 'the portal has not heard of them yet')
        job = self.download(source='etaxes')
        self.assertEqual((job.state, job.step, job.created_count), ('done', 'numbers', 5))
        self.assertEqual([prompt.pin for prompt in self.sandbox.prompts(None)], [1])
        self.assertIn('procId', self.reads()[-1].json)

    def test_the_code_is_shown(self):
        self.sandbox.configure(auto_confirm=False)
        self.fill(2)
        job = self.queue(source='etaxes')
        for _step in range(5):
            self.advance(job)
            if job.pin1_code:
                break
        data = job.action_refresh()
        self.assertEqual((data['code']['kind'], data['code']['value']), ('pin1', self.sandbox.prompts()[0].code))
        self.assertEqual([step['key'] for step in data['steps']], ['send', 'login', 'numbers'])
        self.assertTrue(job._operation()._may_show_code(job))
        self.sandbox.confirm()
        self.advance(job)
        self.assertFalse(job._operation()._may_show_code(job), 'PIN1 is all that is asked')
        self.finish(job)
        self.assertEqual((job.state, job.pin1_code, job.created_count), ('done', False, 2))

    def test_pin_declined_then_resumed(self):
        self.fill(2)
        self.sandbox.faults.add(START, kind='pin_declined', pin=1)
        job = self.download(source='etaxes')
        self.assertEqual((job.state, job.pin_missed), ('failed', True))
        self.assertIn('PIN1 was not confirmed', job.message)
        job.action_resume()
        self.finish(job)
        self.assertEqual((job.state, job.created_count), ('done', 2))

    def test_the_answer_of_the_start_is_lost(self):
        self.sandbox.faults.add(START, kind='answer_lost')
        job = self.download(source='etaxes')
        self.assertEqual(job.state, 'failed')
        self.assertIn('answer was lost', job.message)
        self.assertEqual(len([r for r in self.sandbox.requests if r.path.endswith(START)]), 1)

    def test_busy_at_the_start(self):
        """It may have started all the same, yet to ask again costs no more than another PIN1."""
        self.fill(2)
        for status in (503, 429):
            self.sandbox.faults.add(START, kind='unavailable', status=status, retry_after=1)
        self.sandbox.faults.add(START, kind='redirect')
        job = self.queue(source='etaxes')
        self.advance(job, steps=3)
        self.assertEqual(job.state, 'queued')
        self.finish(job)
        self.assertEqual((job.state, job.created_count), ('done', 2))

    # ------------------------------------------------------------------ kinds and statuses

    def test_choice_is_passed_on(self):
        self.queue(source='etaxes', filters={'inc_kinds': ['agent', 'resale'], 'exc_status': ['deleted']})
        job = self.env['vatportal.job'].search([('operation', '=', 'download')], limit=1)
        self.advance(job)
        request = next(record for record in self.sandbox.requests if record.path.endswith(START))
        self.assertEqual((request.json['inc_kinds'], request.json['exc_status']), ('agent,resale', 'deleted'))

    def test_choice_of_what_the_portal_holds(self):
        """/etx/read_invoices takes no choice, so it is made here; what is included wins."""
        for kind, status in (('agent', 'approved'), ('agent', 'deleted'), ('resale', 'approved'), ('new', 'approved')):
            self.sandbox.portal.add_document(0, type=kind, status=status, tin_to=SELLER, datetime='05.11.2026 10:00')
        job = self.download(filters={'inc_kinds': ['agent', 'new'], 'exc_kinds': ['agent'], 'exc_status': ['deleted']})
        self.assertEqual((job.state, job.created_count, job.skipped_count, job.read_count), ('done', 2, 2, 4))
        self.assertEqual(set(self.documents().kind_id.mapped('code')), {'agent', 'new'})

    # ------------------------------------------------------------------ at the same moment

    def test_another_import_of_the_folder_is_at_work(self):
        self.fill(3)
        job = self.queue()
        with self.registry.cursor() as other:
            other.execute('SELECT pg_advisory_xact_lock(hashtext(%s))', [f'vatportal.import/{self.company.id}/incoming'])
            self.advance(job)
            self.assertEqual((job.state, job.conflicts, len(self.documents())), ('queued', 1, 0))
        self.advance(job)
        self.assertEqual((job.state, job.conflicts, job.created_count), ('done', 0, 3))
        self.assertEqual(len(self.reads()), 1, 'the page was kept')

    def test_no_voen_no_import(self):
        self.company.vat = False
        with self.assertRaises(UserError):
            self.queue()

    def test_one_bad_apple_in_the_database(self):
        """Whatever stands against one document does not keep the other nine from being stored."""
        numbers = self.fill(10)
        store = PortalImport._new_values

        def refuse(work, vals, lines):
            if vals['qaime'] == numbers[4]:
                raise ZeroDivisionError('something is odd about this one')
            return store(work, vals, lines)

        with patch.object(PortalImport, '_new_values', refuse), self.assertLogs('odoo.addons.l10n_az_vatportal.models.intake.portal_import', 'WARNING'):
            job = self.download()
        self.assertEqual((job.state, job.created_count, job.bad_count), ('done', 9, 1))
        self.assertIn('something is odd', job.notes)

    def test_foreign_documents_are_told_apart(self):
        self.fill(2)
        self.sandbox.portal.add_document(0, tin_to='2001876531', datetime='05.11.2026 10:00')
        seen = []
        with patch.object(type(self.env['vatportal.document']), '_on_imported', lambda _self, new, changed: seen.append(new)):
            job = self.download()
        self.assertEqual((job.state, job.created_count, job.foreign_count), ('done', 3, 1))
        self.assertEqual((len(seen[0]), seen[0].mapped('is_foreign')), (2, [False, False]))

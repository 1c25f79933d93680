from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from ..common import BUYER
from ..receive.test_import_download import MONTH, READ
from .test_missing import MissingCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestMissingUnproven(MissingCommon):
    """Readings that prove nothing: no document is marked by them, though it did not come."""

    def assert_unproven(self, number, **how):
        job = self.download(**how)
        self.assertFalse(self.missing(), (number, how, job.state))
        return job

    def test_never_seen_there(self):
        """What came by file or was sent from here, and what another connector's account has shown."""
        self.put()
        known = self.document(qaime='MT261100000001', date='2026-11-10 08:00:00')
        sent = self.document(direction='outgoing', qaime='MT261100000002', date='2026-11-10 08:00:00')
        self.download('incoming', 'outgoing')
        self.assertFalse(self.missing(), known + sent)
        other = self.env['vatportal.connector'].create({'name': 'Other', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': self.company.id})
        number = self.of(self.put()[0]).qaime or self.put()[0]
        self.download()
        self.drop_from(number)
        jobs = self.env['vatportal.job']._queue_download(other, ['incoming'], *MONTH, 'portal')
        self.finish(jobs)
        self.assertFalse(self.missing())
        self.download()
        self.assertEqual(self.missing().qaime, number)

    def test_another_account(self):
        """What the present account has not shown yet is not missing in it."""
        number = self.put()[0]
        self.download()
        self.drop_from(number)
        self.connector.write({'base_url': self.sandbox.url.replace('127.0.0.1', 'localhost')})
        self.assert_unproven(number)
        rest = self.of(number).search([('seen_connector_id', '=', self.connector.id), ('direction', '=', 'incoming')])
        self.assertEqual(len(rest), 3)
        self.drop_from(rest[0].qaime)
        self.download()
        self.assertEqual(self.missing(), rest[0])

    def test_a_new_token_is_no_other_account(self):
        number = self.put()[0]
        self.download()
        self.connector.sudo().token = 'sandbox-token'
        self.drop_from(number)
        self.download()
        self.assertEqual(self.missing().qaime, number)

    def test_other_days_and_folders(self):
        number = self.put()[0]
        self.download()
        self.drop_from(number)
        self.assert_unproven(number, dates=(date(2026, 11, 11), date(2026, 11, 30)))
        self.assert_unproven(number, dates=(date(2026, 11, 1), date(2026, 11, 9)))
        self.download('outgoing')
        self.assertFalse(self.missing())
        self.download(dates=(date(2026, 11, 10), date(2026, 11, 10)))
        self.assertEqual(self.missing().qaime, number)

    def test_the_edges_of_days(self):
        """A day is one of Baku; a clock that is four hours off moves nothing out of it."""
        early, late = self.put(2, moment='10.11.2026 00:30')[0], self.put(2, moment='10.11.2026 23:30')[0]
        self.put(4)
        self.download()
        self.drop_from(early)
        self.drop_from(late)
        for day in (9, 10, 11):
            self.assert_unproven(day, dates=(date(2026, 11, day), date(2026, 11, day)))
        self.download(dates=(date(2026, 11, 9), date(2026, 11, 11)))
        self.assertEqual(set(self.missing().mapped('qaime')), {early, late})

    def test_filters(self):
        """e-taxes gives what was asked for; of what VatPortal holds all is read, and chosen here."""
        number, other = self.put()[0], self.put(type='agent')[0]
        self.put(type='agent')
        self.download()
        self.drop_from(number)
        for filters in ({'inc_status': ['approved']}, {'exc_status': ['deleted']}, {'inc_kinds': ['agent']}):
            self.assert_unproven(number, source='etaxes', filters=filters)
        self.drop_from(other)
        self.download(source='etaxes', filters={'inc_kinds': ['agent']})
        self.assertEqual(self.missing().qaime, other)
        self.download(source='portal', filters={'inc_status': ['onApproval']})
        self.assertEqual(set(self.missing().mapped('qaime')), {number, other})

    def test_a_status_that_came_to_be_is_left_out_by_the_filter(self):
        """It has one, so it is not missing."""
        number = self.put()[0]
        self.download()
        self.sandbox.portal.set_status(number, 'canceled')
        self.assert_unproven(number, source='etaxes', filters={'inc_status': ['approved', 'approvedBySystem']})

    def test_gone_already_or_underway(self):
        for status in ('canceled', 'deleted', 'deletedBySystem', 'deactivated', 'updateRequested'):
            self.drop_later(self.put(3, status=status)[0])

    def drop_later(self, number):
        self.download()
        self.drop_from(number)
        self.assert_unproven(number)

    def test_not_ours(self):
        numbers = self.put(2, tin_to='2001876531')
        self.download()
        self.drop_from(numbers[0])
        self.assert_unproven(numbers[0])

    def test_a_reading_that_did_not_end_well(self):
        number = self.put(8)[0]
        self.download()
        self.drop_from(number)
        self.sandbox.faults.add(READ, kind='short_page', missing=1, times=None)
        self.assertEqual(self.assert_unproven(number).state, 'failed')
        self.sandbox.faults.clear()
        self.sandbox.faults.add(READ, kind='error', code=5, http=401, message='no', times=None)
        self.assertEqual(self.assert_unproven(number).state, 'failed')
        self.sandbox.faults.clear()
        # One that was short once is not of one moment.
        self.sandbox.faults.add(READ, kind='short_page', missing=1)
        self.assertEqual(self.assert_unproven(number).state, 'done')
        job = self.queue()
        job.action_stop()
        self.assertFalse(self.missing())

    def test_resumed(self):
        """Half of it was read at another time."""
        self.sandbox.configure(page_size=4)
        numbers = self.put(10)
        self.download()
        job = self.queue()
        self.advance(job)
        job.action_stop()
        self.drop_from(numbers[9])
        job.action_resume()
        self.finish(job)
        self.assertEqual(job.state, 'done')
        self.assertFalse(self.missing())
        self.download()
        self.assertEqual(self.missing().qaime, numbers[9], 'Several pages of one moment')

    def test_pages_that_move_meanwhile(self):
        """One goes from the first page while the second is read, and another slips to where nobody reads it."""
        self.sandbox.configure(page_size=4)
        numbers = self.put(10)
        self.download()
        job = self.queue()
        self.advance(job)
        self.drop_from(numbers[0])
        self.finish(job)
        self.assertEqual(job.state, 'done')
        self.assertFalse(self.missing())
        self.download()
        self.assertEqual(self.missing().qaime, numbers[0])

    def test_unreadable_rows(self):
        """A row of which not even the number is legible may be any document; one with a number is that one."""
        numbers = self.put(8)
        self.download()
        folders = [self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 0, held=held) for held in (0, 1)]
        for folder in folders:
            folder[numbers[0]] = {**folder[numbers[0]], 'net_amount': 'much'}
        job = self.assert_unproven(numbers[0])
        self.assertEqual(job.bad_count, 1)
        for folder in folders:
            folder[numbers[1]] = {**folder[numbers[1]], 'qaime': '', 'serial': '', 'number': ''}
        self.assert_unproven(numbers[1])
        self.drop_from(numbers[1])
        self.drop_from(numbers[2])
        self.download()
        self.assertEqual(set(self.missing().mapped('qaime')), {numbers[1], numbers[2]})

    def test_other_ids_and_spellings(self):
        """The portal's own id is another at each download, and the number has a space here and there."""
        number = self.put(2)[0]
        self.download()
        for held in (0, 1):
            folder = self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 0, held=held)
            folder[number] = {**folder[number], 'id': 999999, 'qaime': f'{number[:-8].lower()} {number[-8:]}'}
        self.assert_unproven(number)

    def test_too_many_to_be_true(self):
        """A portal that has nothing all of a sudden, or half of it: told, not believed."""
        numbers = self.put(6)
        self.download()
        for number in numbers[:4]:
            self.drop_from(number)
        job = self.assert_unproven(numbers)
        self.assertIn('4 of the 6', job.warning)
        for number in numbers[4:]:
            self.drop_from(number)
        self.assertIn('6 of the 6', self.assert_unproven(numbers).warning)

    def test_the_only_one(self):
        (number,) = self.put(1)
        self.download()
        self.drop_from(number)
        self.download()
        self.assertEqual(self.missing().qaime, number)

    def test_another_import_was_later(self):
        """What came after this reading had begun can't be missing in it."""
        job = self.queue()
        number = self.put(3)[0]
        later = self.queue()
        self.finish(later)
        self.drop_from(number)
        self.finish(job)
        self.assertFalse(self.missing())

    def test_being_deleted(self):
        number = self.put(3, folder=1, status='onApproval')[0]
        self.download('outgoing')
        document = self.of(number, 'outgoing')
        with patch.object(type(document), '_open_deletions', lambda documents: self.env['vatportal.job'].search([], limit=1)):
            self.drop_from(number, folder=1)
            self.download('outgoing')
        self.assertFalse(self.missing())

    def test_another_company(self):
        """Another company's documents of the same days are none of this import's."""
        other = self.env['res.company'].create({'name': 'Başqa MMC', 'vat': BUYER, 'country_id': self.env.ref('base.az').id})
        strange = self.document(company=other, date='2026-11-10 08:00:00')
        strange.sudo().seen_connector_id = self.connector
        self.put()
        self.download()
        self.assertFalse(self.missing())

    def test_a_cancelled_bill_is_nobodys_task(self):
        number = self.put()[0]
        self.download()
        document = self.of(number)
        document.action_create_bills()
        document.move_id.button_cancel()
        self.drop_from(number)
        self.download()
        self.assertTrue(document.missing_since)
        self.assertFalse(document.move_id.activity_ids)

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..bill_common import BillCommon
from ..common import BUYER, SELLER
from ..receive.test_import_download import DownloadCommon


class MissingCommon(BillCommon, DownloadCommon):
    def put(self, count=4, folder=0, moment='10.11.2026 12:00', **values):
        """Documents of one moment in a folder; their numbers."""
        other = {'tin_to': SELLER, 'tin_from': BUYER} if folder == 0 else {'tin_from': SELLER, 'tin_to': BUYER}
        return [
            self.sandbox.portal.add_document(
                folder,
                **{
                    'datetime': moment,
                    'status': 'approved',
                    'net_amount': 118.0,
                    'ini_amount': 100.0,
                    'ini_amount2': 100.0,
                    'apply_amount': 100.0,
                    'vat_amount': 18.0,
                    **other,
                    **values,
                },
            )['qaime']
            for _each in range(count)
        ]

    def drop_from(self, number, folder=0, held=True):
        """The document is at e-taxes no more; nor at VatPortal, with ``held``."""
        portal = self.sandbox.portal
        for layer in (False, True)[: 1 + held]:
            portal.etaxes.folder(portal.company(None), folder, held=layer).pop(number)

    def of(self, number, direction='incoming'):
        return self.env['vatportal.document'].search([('qaime', '=', number), ('direction', '=', direction)])

    def missing(self):
        return self.env['vatportal.document'].search([('missing_since', '!=', False)])


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestMissing(MissingCommon):
    # ------------------------------------------------------------------ what is missing

    def test_marked_and_told(self):
        numbers = self.put()
        self.download()
        document = self.of(numbers[1])
        document.action_create_bills()
        bill, state = document.move_id, (document.status, document.state, document.amount_total)
        self.drop_from(numbers[1])
        for source in ('portal', 'etaxes'):
            with self.subTest(source):
                job = self.download(source=source)
                self.assertEqual(job.state, 'done')
                self.assertEqual(self.missing(), document)
        self.assertEqual((document.status, document.state, document.amount_total), state, 'Nothing by itself')
        self.assertEqual((bill.state, document.bill_state), ('draft', 'billed'))
        self.assertIn('is missing', bill.activity_ids.summary)
        self.assertEqual(len(bill.activity_ids), 1)
        self.assertIn('vatportal_bill_missing', bill.alerts)
        first = document.missing_job_id
        self.assertEqual((first.source, first.missing_count, first._progress()['progress']['missing']), ('portal', 1, 1))
        self.assertIn(numbers[1], first._progress()['warning'])
        self.assertIn('Missing at e-taxes', first.warning)
        self.assertFalse(job.warning, 'It is told once')

    def test_back_again(self):
        numbers = self.put()
        self.download()
        document = self.of(numbers[0])
        document.action_create_bills()
        row = self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 0)[numbers[0]]
        self.drop_from(numbers[0])
        self.download()
        self.assertTrue(document.missing_since)
        self.sandbox.portal.etaxes.put(self.sandbox.portal.company(None), 0, row)
        job = self.download()
        self.assertEqual((document.missing_since, document.missing_job_id.id, job.updated_count), (False, False, 0))
        self.assertFalse(document.move_id.activity_ids)
        self.assertNotIn('vatportal_bill_missing', document.move_id.alerts or {})

    def test_an_old_copy_at_vatportal_is_no_return(self):
        """VatPortal goes on showing what e-taxes has not: only e-taxes takes the mark off, or news of the document."""
        number = self.put()[0]
        self.download(source='etaxes')
        self.drop_from(number, held=False)
        self.download(source='etaxes')
        self.assertTrue(self.of(number).missing_since)
        self.download(source='portal')
        self.assertTrue(self.of(number).missing_since)
        held = self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 0, held=True)
        held[number] = {**held[number], 'status': 'canceled'}
        self.download(source='portal')
        self.assertEqual((self.of(number).missing_since, self.of(number).status), (False, 'canceled'))

    def test_nothing_is_billed_or_posted_by_itself(self):
        self.connector.auto_bill = True
        numbers = self.put(6)
        with patch.object(type(self.env['vatportal.document']), '_request_wanted_bills', lambda documents: None):
            self.download()
        waiting, draft = self.of(numbers[0]), self.of(numbers[1])
        draft.action_create_bills()
        self.company.autopost_bills = True
        draft.move_id.partner_id.autopost_bills = 'always'
        for document in (waiting, draft):
            self.drop_from(document.qaime)
        self.download()
        self.run_cron()
        self.assertEqual((waiting.bill_state, waiting.move_id.id), ('ask', False))
        self.assertIn('missing at e-taxes', waiting.bill_ask)
        draft.move_id._autopost_bill()
        self.assertEqual(draft.move_id.state, 'draft')
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': waiting.id})
        wizard.action_create()
        self.assertTrue(waiting.move_id, 'A person has the last word')

    def test_sent(self):
        """With an invoice, and without one."""
        numbers = self.put(4, folder=1)
        self.download('outgoing')
        mine, lone = (self.of(number, 'outgoing') for number in numbers[:2])
        move = self.create_invoice()
        mine._link(move)
        for number in numbers[:2]:
            self.drop_from(number, folder=1)
        self.download('outgoing')
        self.assertEqual(self.missing(), mine | lone)
        self.assertEqual((move.state, move.vatportal_state), ('posted', 'registered'))
        self.assertIn('is missing', move.activity_ids.summary)
        self.assertIn('is missing', lone.activity_ids.summary)
        self.assertIn('missing at e-taxes', str(move.alerts))
        with self.assertRaises(UserError):
            move.button_draft()
        # The way out: somebody has looked.
        clerk = new_test_user(self.env, 'clerk16', 'account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        with self.assertRaises(AccessError):
            mine.with_user(clerk).action_not_at_portal()
        mine.action_not_at_portal()
        self.assertEqual((mine.state, move.vatportal_state, move.vatportal_can_send), ('deleted', 'deleted', True))
        with self.assertRaises(UserError):
            self.of(numbers[2], 'outgoing').action_not_at_portal()

    def test_the_other_folder_has_the_number(self):
        """A document to oneself stands in both folders, and can be missing in one of them."""
        oneself = {'tin_from': SELLER, 'tin_to': SELLER, 'type': 'goodsTransfer'}
        numbers = self.put(3, folder=1, **oneself)
        for number in numbers:
            self.put(1, folder=0, qaime=number, **oneself)
        self.download('incoming', 'outgoing')
        self.drop_from(numbers[0], folder=0)
        self.download('incoming', 'outgoing')
        self.assertEqual(self.missing(), self.of(numbers[0], 'incoming'))

    def test_the_users_to_notify_hear_once(self):
        self.connector.notify_user_ids = new_test_user(
            self.env, 'watcher16', 'account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        schedule = self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'days_back': 5})
        now = fields.Datetime.now() - timedelta(days=2)
        numbers = self.put(moment=f'{now:%d.%m.%Y} 12:00')
        for step in range(4):
            if step == 1:
                self.drop_from(numbers[0])
            jobs = schedule._begin()
            self.finish(jobs)
            self.assertEqual(bool(schedule.last_warning), step == 1, step)
        told = self.connector.message_ids.filtered(lambda message: 'Missing at e-taxes' in (message.body or ''))
        self.assertEqual(len(told), 1)

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from ..bill_common import BillCommon
from .test_import_download import MONTH, DownloadCommon


class OutcomeCommon(BillCommon):
    def bad(self, **vals):
        return self.document(seller_vat='123', seller_name='Kim?', **vals)


class TestBillOutcome(OutcomeCommon):
    """Whoever asks for bills is told what became of each document that has none."""

    def said(self, action):
        self.assertEqual(action['tag'], 'display_notification')
        return action['params']['message']

    def test_eight_that_make_six(self):
        made = self.env['vatportal.document'].union(*(self.document(10.0 + n) for n in range(6)))
        asked, advance = self.bad(), self.document(kind='advanceInvoice')
        action = (made + asked + advance).action_create_bills()
        message = self.said(action)
        self.assertIn('6 of 8', message)
        for document, reason in ((asked, 'no VÖEN'), (advance, 'are not billed')):
            (line,) = (line for line in message.split('\n') if line.startswith(document.display_name))
            self.assertIn(reason, line)
        self.assertEqual(len(message.split('\n')), 3)
        self.assertEqual(sorted(action['params']['next']['domain'][0][2]), sorted(made.move_id.ids))
        self.assertTrue(action['params']['sticky'])

    def test_every_reason(self):
        billed, ignored = self.document(), self.document()
        billed.action_create_bills()
        ignored.action_ignore_bill()
        cases = {
            billed: billed.move_id.display_name,
            ignored: 'no bill is wanted',
            self.bad(): 'no VÖEN',
            self.document(status='canceled', status_code='canceled'): 'not in force at e-taxes: Cancelled',
            self.document(state='deleted'): 'not in force',
            self.document(kind='goodsTransfer'): 'are not billed',
            self.document(direction='outgoing'): 'itself sent it',
            self.document(is_foreign=True): "not the company's",
            self.document(seller_vat=self.company.vat): 'its seller and its buyer',
            self.document(kind='taxCodex163'): 'case by case',
            self.document(status='unknown', status_code='new'): 'not known here',
        }
        documents = self.env['vatportal.document'].union(*cases)
        message = self.said((documents + self.document()).action_create_bills())
        for document, reason in cases.items():
            if document in documents[:10]:
                self.assertIn(reason, next(line for line in message.split('\n') if line.startswith(document.display_name)))
            self.assertIn(reason, document._unbilled_reason())
        self.assertIn('1 more', message)

    def test_all_went_well(self):
        action = (self.document() + self.document(20.0)).action_create_bills()
        self.assertEqual(action['res_model'], 'account.move')

    def test_none_went(self):
        message = self.said((self.bad() + self.bad()).action_create_bills())
        self.assertIn('No bill could be made', message)
        self.assertEqual(message.count('no VÖEN'), 2)
        with self.assertRaisesRegex(UserError, 'no bill to be made(.|\n)*are not billed(.|\n)*itself sent it'):
            (self.document(kind='advanceInvoice') + self.document(direction='outgoing')).action_create_bills()

    def test_one_of_two_that_asks(self):
        """It is told, not opened in the place of the other."""
        action = (self.document(kind='taxCodex163') + self.document(kind='advanceInvoice')).action_create_bills()
        self.assertIn('case by case', self.said(action))
        self.assertIn('are not billed', self.said(action))

    def test_again_with_what_is_billed(self):
        billed, never = self.document(), self.document(kind='advanceInvoice')
        billed.action_create_bills()
        action = (billed + never).action_create_bills()
        self.assertIn('are not billed', self.said(action))
        led = action['params']['next']
        # What Odoo adds by itself to an action, it does not to one inside another.
        self.assertEqual((led['res_id'], led['views']), (billed.move_id.id, [[False, 'form']]))

    def test_many_are_left_to_the_scheduled_action(self):
        documents = self.env['vatportal.document'].union(*(self.document(10.0 + n) for n in range(51)))
        self.assertNotIn('not billed', self.said(documents.action_create_bills()))
        action = (documents + self.document(kind='advanceInvoice')).action_create_bills()
        self.assertIn('51 bills are being made', self.said(action))
        self.assertIn('are not billed', self.said(action))


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestAskEtaxes(DownloadCommon):
    """An import of what VatPortal holds that brings nothing offers to ask e-taxes."""

    def offered(self, jobs):
        return jobs[-1].action_refresh()['can_ask_etaxes']

    def test_nothing_held(self):
        self.fill(3, held=False)
        jobs = self.download()
        self.assertTrue(self.offered(jobs))
        action = jobs.action_ask_etaxes()
        asked = self.env['vatportal.job'].browse(action['res_id'])
        self.assertEqual((asked.source, asked.direction, asked.date_from, asked.date_to), ('etaxes', 'incoming', *MONTH))
        self.assertEqual(jobs.action_ask_etaxes()['res_id'], asked.id, 'a second click')
        self.finish(asked)
        self.assertEqual(asked.created_count, 3)
        self.assertFalse(self.offered(asked))

    def test_nothing_new(self):
        self.fill(2)
        first, again = self.download(), self.download()
        self.assertEqual((self.offered(first), self.offered(again)), (False, True))
        with self.assertRaisesRegex(UserError, 'has brought documents'):
            first.action_ask_etaxes()

    def test_of_several_parts_all_have_to_be_empty(self):
        self.fill(2, folder=1)
        jobs = self.download('incoming', 'outgoing')
        self.assertFalse(self.offered(jobs))
        filters = {'inc_kinds': ['defaultInvoice']}
        jobs = self.download('incoming', 'outgoing', dates=(MONTH[0].replace(month=8), MONTH[1].replace(month=9, day=30)), filters=filters)
        self.assertEqual(len(jobs), 4)
        asked = self.env['vatportal.job'].browse(jobs[1].action_ask_etaxes()['res_id'])._batch()
        self.assertEqual(
            [(job.direction, job.date_from, job.date_to, job.source, job.filters) for job in asked],
            [(job.direction, job.date_from, job.date_to, 'etaxes', filters) for job in jobs],
        )

    def test_what_failed_or_was_asked_offers_nothing(self):
        self.assertFalse(self.offered(self.download(source='etaxes')))
        waiting = self.queue()
        self.assertFalse(waiting._progress()['can_ask_etaxes'])
        waiting.action_stop()
        self.assertFalse(waiting._progress()['can_ask_etaxes'])


class TestOutcomeTour(OutcomeCommon, HttpCase):
    def test_in_the_browser(self):
        """What became of the others is on screen; how many are in a vendor's unit is said in a dialog."""
        self.product.write({'vatportal_code': '2523290000'})
        self.document(self.line(100.0, unit='palet', quantity=10, price_unit=10))
        self.document(50.0)
        self.bad()
        self.document(kind='advanceInvoice')
        self.start_tour('/odoo/action-l10n_az_vatportal.vatportal_document_action_incoming', 'vatportal_what_became', login=self.env.user.login, timeout=120)
        mapping = self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)])
        self.assertEqual((mapping.unit, mapping.unit_contains, mapping.uom_id), ('palet', 4, self.unit))

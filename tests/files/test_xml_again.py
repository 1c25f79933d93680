from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..bill_common import VENDOR
from ..xml_common import NUMBER, XmlCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestXmlAgain(XmlCommon):
    """One document, one bill: whatever comes first, and however often."""

    def test_same_file_twice(self):
        bill = self.drop(self.xml(number=NUMBER))
        again = self.drop(self.xml(number=NUMBER), 'again.xml')
        self.assertEqual(again, bill)
        self.assertEqual(len(self.documents()), 1)
        self.assertEqual(self.env['account.move'].search([('journal_id', '=', self.purchase_journal.id)]), bill)
        self.assertEqual(sorted(bill.attachment_ids.mapped('name')), ['again.xml', 'qaime.xml'])
        self.assertEqual(len(bill.invoice_line_ids), 1)

    def test_twice_in_one_package(self):
        bills = self.drop(self.package(self.xml(number=NUMBER), self.xml(number=NUMBER)), 'package.zip')
        self.assertEqual(len(bills), 1)
        self.assertEqual(len(self.documents()), 1)

    def test_document_of_the_portal(self):
        """The document came from the portal; the file makes its bill, with the portal's day."""
        document = self.document(100.0, qaime=NUMBER)
        bill = self.drop(self.xml(number=NUMBER))
        self.assertEqual(document.move_id, bill)
        self.assertEqual(str(bill.invoice_date), '2026-11-21')
        self.assertEqual(self.documents(), document)

    def test_bill_of_the_portal(self):
        bill = self.bill(100.0, qaime=NUMBER)
        bill.invoice_date = '2026-11-20'
        bill.action_post()
        self.assertEqual(self.drop(self.xml(number=NUMBER)), bill)
        self.assertIn('came again', bill.message_ids[0].body)

    def test_cancelled_bill(self):
        """A bill that was cancelled is none: the file makes another."""
        bill = self.drop(self.xml(number=NUMBER))
        bill.button_cancel()
        other = self.drop(self.xml(number=NUMBER))
        self.assertNotEqual(other, bill)
        self.assertEqual(self.documents().move_id, other)

    def test_no_bill_is_wanted(self):
        """The file waits for whoever takes that back."""
        document = self.document(100.0, qaime=NUMBER)
        document.action_ignore_bill()
        draft = self.drop(self.xml(number=NUMBER))
        self.assert_refused(draft, 'no bill is wanted')
        self.assertEqual((draft.state, document.bill_state), ('draft', 'ignored'))
        document.action_want_bill()
        document.action_create_bills()
        self.assertEqual(document.move_id, draft)

    def test_other_total(self):
        """The portal knows better; the difference is told."""
        document = self.document(100.0, qaime=NUMBER)
        self.drop(self.xml('200', number=NUMBER))
        self.assertEqual(document.amount_total, 118)
        self.assertEqual(document.move_id.amount_total, 118)
        self.assertIn('236.00', document.message_ids.filtered(lambda message: 'came again' in message.body).body)

    def test_bill_typed_by_hand(self):
        """Its number is on a bill already: a question, and the answer takes the empty draft away."""
        typed = self.env['account.move'].create(
            {
                'move_type': 'in_invoice',
                'partner_id': self.vendor.id,
                'ref': 'mt2611 25000100',
                'invoice_line_ids': [Command.create({'name': 'Sement', 'price_unit': 118, 'tax_ids': [Command.clear()]})],
            }
        )
        draft = self.drop(self.xml(number=NUMBER))
        document = self.documents()
        self.assertEqual(document.bill_state, 'ask')
        self.assert_refused(draft, 'bears this number already')
        self.assertIn('vatportal_file_question', draft.alerts)
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        self.assertEqual(wizard.move_id, typed)
        wizard.action_link()
        self.assertEqual(document.move_id, typed)
        self.assertFalse(draft.exists())
        self.assertIn('qaime.xml', typed.attachment_ids.mapped('name'))

    def test_question_answered_fills_the_draft(self):
        self.vendor.copy({'vat': VENDOR})
        draft = self.drop(self.xml(number=NUMBER))
        self.assert_refused(draft, 'Several partners')
        document = self.documents()
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id, 'partner_id': self.vendor.id})
        wizard.action_create()
        self.assertEqual(document.move_id, draft)
        self.assertEqual(draft.amount_total, 118)

    # ------------------------------------------------------------------ without a number

    def test_without_a_number(self):
        bill = self.drop(self.xml('10', '20'))
        document = self.documents()
        self.assertFalse(document.qaime)
        self.assertEqual((document.move_id, document.name), (bill, 'qaime.xml'))
        self.assertFalse(bill.ref)
        # The order of the rows is none of its content.
        self.assertEqual(self.drop(self.xml('20', '10')), bill)
        self.assertEqual(len(self.documents()), 1)
        self.assertNotEqual(self.drop(self.xml('10', '21')), bill)
        self.assertNotEqual(self.drop(self.xml('10', '20', seller='9900003871')), bill)
        self.assertEqual(len(self.documents()), 3)

    def test_two_at_once(self):
        """Two imports that can't see each other: the database holds the second back, with words."""
        Document = self.env['vatportal.document']
        with patch.object(type(Document), '_known_document', lambda self, *_args: self.browse()):
            for number in ('', NUMBER):
                Document._from_file(self.company, 'a.xml', self.xml(number=number))
                with mute_logger('odoo.sql_db'), self.assertRaisesRegex(UserError, 'at this moment'):
                    Document._from_file(self.company, 'b.xml', self.xml(number=number))

    def test_number_comes_with_a_file(self):
        bill = self.drop(self.xml())
        self.assertEqual(self.drop(self.xml(number=NUMBER)), bill)
        self.assertEqual(self.documents().qaime, NUMBER)
        self.assertEqual((bill.ref, bill.payment_reference), (NUMBER, 'MT2611 25000100'))

    def test_number_comes_with_the_download(self):
        """The download is the same document: it brings number, day and names, and no second bill."""
        self.connector.auto_bill = True
        bill = self.drop(self.xml(seller='9900003871'))
        document = self.documents()
        self.download(tin_from='9900003871', cmp_from='Bakı Beton MMC')
        self.assertEqual(self.documents(), document)
        self.assertEqual((document.qaime, document.status), (NUMBER, 'onApproval'))
        self.assertEqual((document.move_id, document.bill_requested), (bill, False))
        self.assertEqual((bill.ref, str(bill.invoice_date)), (NUMBER, '2026-11-20'))
        self.assertEqual(bill.partner_id.name, 'Bakı Beton MMC')
        # A second delivery of the same goods is another document.
        self.download('MT261125000999', tin_from='9900003871')
        self.assertEqual(len(self.documents()), 2)

    def test_download_before_the_file(self):
        self.download()
        document = self.documents()
        bill = self.drop(self.xml())
        self.assertEqual((self.documents(), document.move_id), (document, bill))

    def test_download_of_a_file_with_number(self):
        bill = self.drop(self.xml(number=NUMBER))
        result = self.download()
        self.assertEqual((result['created'], result['updated']), (0, 1))
        self.assertEqual(str(bill.invoice_date), '2026-11-20')
        self.assertEqual(bill.invoice_line_ids.mapped('price_subtotal'), [100])
        self.assert_total(self.documents())

    def download(self, qaime=NUMBER, **changes):
        return self.store(self.as_downloaded(qaime, **{'status': 'onApproval', **changes}))

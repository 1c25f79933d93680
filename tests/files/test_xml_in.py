import io
import zipfile

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ...models.qaime_file import ERRORS
from ...vatportal.qaime_layout import REASONS
from ..bill_common import OTHER_BUYER, SELLER, VENDOR
from ..xml_common import NUMBER, OLD, XmlCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestXmlDrop(XmlCommon):
    """Files dropped on Vendor Bills."""

    def test_file_becomes_document_and_bill(self):
        bill = self.drop(self.xml('100', '0.55', number=NUMBER))
        document = self.documents()
        self.assertEqual((document.qaime, document.direction, document.state), (NUMBER, 'incoming', 'registered'))
        self.assertEqual((document.kind_id.code, document.main_info), ('defaultInvoice', 'Müqavilə A-12'))
        self.assertEqual((document.seller_vat, document.buyer_vat), (VENDOR, SELLER))
        self.assertEqual((document.amount_net, document.amount_vat, document.amount_total), (100.55, 18.10, 118.65))
        self.assertEqual(document.line_ids.mapped('amount_total'), [118, 0.65])
        self.assertEqual(document.bill_state, 'billed')
        self.assertEqual(document.move_id, bill)
        self.assertEqual(self.env['account.move'].search_count([('journal_id', '=', self.purchase_journal.id)]), 1)
        self.assertEqual((bill.partner_id, bill.ref), (self.vendor, NUMBER))
        self.assertEqual(bill.payment_reference, 'MT2611 25000100')
        self.assertEqual(bill.line_ids.product_id, self.product)
        self.assertEqual(bill.invoice_line_ids.tax_ids, self.purchase['vat'])
        self.assert_total(document)
        self.assertIn('qaime.xml', bill.attachment_ids.mapped('name'))
        self.assertEqual(document.message_ids.attachment_ids.raw, self.xml('100', '0.55', number=NUMBER))

    def test_no_date_is_made_up(self):
        bill = self.drop(self.xml(number=NUMBER))
        self.assertFalse(bill.invoice_date)
        with self.assertRaisesRegex(UserError, 'date is required'):
            bill.action_post()
        bill.invoice_date = '2026-11-20'
        bill.action_post()
        self.assertEqual(bill.state, 'posted')

    def test_vendor_that_is_posted_at_once(self):
        """A vendor whose bills Odoo confirms by itself: not those of files, which lack the day."""
        self.company.autopost_bills = True
        self.vendor.autopost_bills = 'always'
        self.assertEqual(self.drop(self.xml(number=NUMBER)).state, 'draft')

    def test_old_layout(self):
        bill = self.drop(OLD.format(buyer=SELLER, seller=VENDOR).encode())
        document = self.documents()
        self.assertEqual(document.qaime, 'MT241225000100')
        self.assertEqual((document.amount_vat_base, document.amount_not_subject, document.amount_exempt, document.amount_zero), (60, 30, 10, 0))
        self.assertEqual((document.amount_vat, document.amount_road, document.amount_total), (10.8, 5, 115.8))
        self.assertEqual(document.buyer_name, 'Xəzər & Co')
        self.assertEqual(bill.amount_total, 115.8)
        self.assert_total(document)

    def test_unknown_vendor(self):
        bill = self.drop(self.xml(number=NUMBER, seller='9900003871'))
        self.assertEqual((bill.partner_id.vat, bill.partner_id.name), ('9900003871', '9900003871'))

    def test_invoicing_user(self):
        """An invoicing user may neither write documents nor create partners; the drop does it for her."""
        user = new_test_user(
            self.env, 'biller', 'base.group_user,account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        for number in (NUMBER, NUMBER, 'MT261125000101'):
            bill = self.drop(self.xml(number=number, seller='9900003871'), user=user)
        self.assertEqual(bill.create_uid, user)
        self.assertEqual(self.documents().mapped('bill_state'), ['billed', 'billed'])

    def test_package_of_three(self):
        bills = self.drop(self.package(*(self.xml(str(amount), number=f'MT26112500010{amount}') for amount in (1, 2, 3))), 'package.zip')
        self.assertEqual(bills.mapped('amount_total'), [1.18, 2.36, 3.54])
        self.assertEqual(bills.mapped('ref'), ['MT261125000101', 'MT261125000102', 'MT261125000103'])
        self.assertEqual(self.documents().move_id, bills)
        self.assertEqual(bills.mapped('attachment_ids.name'), ['package.zip', '2.xml', '3.xml'])

    def test_package_with_a_fault(self):
        """The faulty one is refused, naming the row; the others are bills."""
        bad = self.xml('1', '2', number='MT261125000102').replace(b'<c16>2.3600', b'<c16>9.3600')
        bills = self.drop(self.package(self.xml(number='MT261125000101'), bad, self.xml(number='MT261125000103')), 'package.zip')
        self.assertEqual(len(bills), 3)
        self.assertEqual(bills.mapped('amount_total'), [118, 0, 118])
        self.assert_refused(bills[1], 'Row 2 does not add up', '“Total”', '9.36', '2.36')
        self.assertEqual(len(self.documents()), 2)

    # ------------------------------------------------------------------ not ours, or not sound

    def test_foreign(self):
        bill = self.drop(self.xml(number=NUMBER, buyer=OTHER_BUYER))
        self.assert_refused(bill, 'none of', OTHER_BUYER, SELLER)
        self.assertFalse(self.documents())

    def test_other_company_of_the_user(self):
        other = self.setup_other_company(name='Başqa MMC')['company']
        other.vat = OTHER_BUYER
        self.assert_refused(self.drop(self.xml(number=NUMBER, buyer=OTHER_BUYER)), 'Başqa MMC')

    def test_company_without_voen(self):
        self.company.vat = False
        self.assert_refused(self.drop(self.xml(number=NUMBER)), 'has no VÖEN')

    def test_sale_journal(self):
        journal = self.company_data['default_journal_sale']
        action = journal.with_context(default_move_type='out_invoice').create_document_from_attachment(self.attach(self.xml(number=NUMBER)).ids)
        self.assert_refused(self.env['account.move'].browse(action['res_id']), 'become vendor bills')
        self.assertFalse(self.documents())

    def test_unknown_form(self):
        """Only one form is known; what another one means is for a person to say."""
        draft = self.drop(self.xml(number=NUMBER).replace(b'QAIME_1', b'QAIME_7'))
        self.assertEqual(self.documents().bill_state, 'ask')
        self.assert_refused(draft, 'case by case')

    def test_broken(self):
        text = self.xml('1', '2', number=NUMBER)
        for content, said in (
            (text.replace(b'<c9>1.0000', b'<c9>1.5000'), 'Row 1 does not add up'),
            (text.replace(b'<c9>3.54<', b'<c9>4.54<'), "The totals don't add up"),
            (text.replace(b'<c4>1<', b'<c4>x<', 1), 'Row 1: “Quantity” is no number'),
            (text.replace(b'<c5>1<', b'<c5>1E30<', 1).replace(b'1E30', b'9' * 30), 'what no invoice can have'),
            (text[:-200], 'no well-formed XML'),
            (text.replace(b'qaimeYekunTable', b'x'), 'incomplete'),
            (text.replace(b'<root', b'<!DOCTYPE root [<!ENTITY a "b">]><root', 1), 'entities'),
            (text.replace(b'<root', b'<!DOCTYPE root [<!ENTITY a SYSTEM "file:///etc/passwd">]><root', 1).replace(b'Sement', b'&a;'), 'entities'),
        ):
            with self.subTest(said):
                self.assert_refused(self.drop(content), said)
        self.assertFalse(self.documents())

    def test_hostile_packages(self):
        encrypted = bytearray(self.package(self.xml()))
        for mark, offset in ((b'PK\x03\x04', 6), (b'PK\x01\x02', 8)):
            position = -1
            while (position := encrypted.find(mark, position + 1)) >= 0:
                encrypted[position + offset] |= 1
        for content, said in (
            (self.package(b' ' * 20_000_000), 'too large'),
            (self.package(), 'no XML file'),
            (self.package(self.xml())[:-40], 'damaged'),
            (bytes(encrypted), 'password'),
            (self.package(*[b'<x/>'] * 101), '101 documents'),
        ):
            with self.subTest(said):
                bills = self.drop(content, 'package.zip')
                self.assertEqual(len(bills), 1)
                self.assert_refused(bills, said)
        self.assertFalse(self.documents())

    def test_names_lead_nowhere(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, 'w') as archive:
            archive.writestr('vhf-inf/vhf.mf', '')
            archive.writestr('../../etc/a.xml', self.xml(number=NUMBER))
            archive.writestr('/abs/<b>\u202e.xml', self.xml(number='MT261125000101'))
        bills = self.drop(buffer.getvalue(), 'package.zip')
        self.assertEqual(self.documents().sorted('id').mapped('file_name'), ['a.xml', '<b> .xml'])
        self.assertEqual(len(bills), 2)

    def test_hostile_text(self):
        bill = self.drop(self.xml(number=NUMBER, note='<script>alert(1)</script>', name="<b onclick='x'>Qum</b>"))
        self.assertNotIn('<script>', bill.narration)
        self.assertEqual(bill.invoice_line_ids.name, "<b onclick='x'>Qum</b>")

    def test_other_files_are_left_alone(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, 'w') as archive:
            archive.writestr('[Content_Types].xml', '<Types/>')
            archive.writestr('xl/workbook.xml', '<workbook/>')
        for content, name in ((buffer.getvalue(), 'a.xlsx'), (b'<Invoice/>', 'a.xml'), (b'text', 'a.txt'), (b'', 'b')):
            bill = self.drop(content, name)
            self.assertFalse(bill.message_ids.filtered(lambda message: 'not imported' in message.body))

    def test_every_fault_has_words(self):
        self.assertEqual(set(ERRORS), set(REASONS))

    # ------------------------------------------------------------------ on an entry that exists

    def test_message_on_an_empty_bill(self):
        bill = self.env['account.move'].create({'move_type': 'in_invoice'})
        bill.message_post(attachment_ids=self.attach(self.xml(number=NUMBER)).ids, message_type='comment')
        self.assertEqual((bill.amount_total, bill.ref), (118, NUMBER))

    def test_message_on_a_bill_with_lines(self):
        bill = self.bill(50.0)
        bill.message_post(attachment_ids=self.attach(self.xml(number=NUMBER)).ids, message_type='comment')
        self.assertEqual(bill.amount_total, 59)
        self.assertIn('already contains lines', ' '.join(bill.message_ids.mapped('body')))
        self.assertIn('qaime.xml', bill.attachment_ids.mapped('name'))

    def test_message_on_a_bill_that_somebody_has_typed(self):
        """The document is taken in, and is no second bill: a person says whether the two are one."""
        bill = self.init_invoice('in_invoice', partner=self.vendor, amounts=[99.0], post=False)
        bill.message_post(attachment_ids=self.attach(self.xml(number=NUMBER)).ids, message_type='comment')
        document = self.documents()
        self.assertEqual((bill.amount_total, document.bill_state), (99.0, 'ask'))
        self.assertIn('has lines already', document.bill_question)
        self.assertEqual(bill.alerts['vatportal_file_question']['action_call'][1], 'action_bill_wizard')
        document._make_bills()
        self.assertFalse(document.move_id, 'It stays a question.')
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        self.assertEqual(wizard.move_id, bill)
        wizard.action_link()
        self.assertEqual((document.move_id, document.amount_differs), (bill, True))
        self.assertNotIn('vatportal_file_question', bill.alerts or {})
        with self.assertRaisesRegex(UserError, 'not made of the document'):
            bill.action_vatportal_rebuild_bill()
        bill.unlink()
        document.action_create_bills()
        self.assert_total(document)

    def test_another_bill_is_wanted(self):
        bill = self.init_invoice('in_invoice', partner=self.vendor, amounts=[99.0], post=False)
        bill.message_post(attachment_ids=self.attach(self.xml(number=NUMBER)).ids, message_type='comment')
        document = self.documents()
        self.env['vatportal.bill.wizard'].create({'document_id': document.id}).action_create()
        self.assertEqual((document.bill_state, bill.amount_total), ('billed', 99.0))
        self.assertNotEqual(document.move_id, bill)

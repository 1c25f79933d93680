from odoo import Command
from odoo.tests import tagged

from ..bill_common import OTHER_VENDOR, VENDOR, BillCommon

NUMBER = 'MT261158878148'
TYPED = ('58878148', '№ MT2611-58878148', 'MT2611/58878148', 'МТ261158878148', 'mt 2611 5887 8148', 'qaimə 58878148 / 20.11')


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestBillNumber(BillCommon):
    """A bill that somebody has entered by hand bears the number in a form of their own: no second one is made."""

    def typed(self, partner=None, company=None, **vals):
        return (
            self.env['account.move']
            .with_company(company or self.company)
            .create(
                {
                    'move_type': 'in_invoice',
                    'partner_id': (partner or self.vendor).id,
                    'invoice_date': '2026-11-20',
                    'company_id': (company or self.company).id,
                    'invoice_line_ids': [Command.create({'name': 'Sement', 'price_unit': 118, 'tax_ids': [Command.clear()]})],
                    **vals,
                }
            )
        )

    def assert_asks(self, document, *bills):
        document._request_bills()
        self.run_cron()
        self.assertEqual(document.bill_state, 'ask')
        self.assertFalse(document.move_id)
        for bill in bills:
            self.assertIn(bill.display_name, document.bill_question)
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        self.assertEqual(wizard.proposed_ids, self.env['account.move'].union(*bills))

    def assert_bills(self, document):
        document._request_bills()
        self.run_cron()
        self.assertEqual(document.bill_state, 'billed', document.bill_question)

    def test_however_it_is_typed(self):
        for position, text in enumerate(TYPED):
            field = ('ref', 'payment_reference')[position % 2]
            with self.subTest(text, field=field):
                bill = self.typed(**{field: text})
                document = self.document(qaime=NUMBER)
                self.assert_asks(document, bill)
                document.action_link_move(bill.id)
                self.assertEqual(document.move_id, bill)
                document.sudo()._set_state('deleted', qaime=False, move_id=False)
                bill.unlink()

    def test_as_the_name_of_the_bill(self):
        self.assert_asks(self.document(qaime=NUMBER), self.typed(name='QAIME/58878148'))

    def test_confirmed(self):
        bill = self.typed(ref='58878148')
        bill.action_post()
        self.assert_asks(self.document(qaime=NUMBER), bill)

    def test_cancelled(self):
        self.typed(ref='58878148').button_cancel()
        self.assert_bills(self.document(qaime=NUMBER))

    def test_part_of_another_number(self):
        for text in ('158878148', '588781481', 'MT251258878148', '8878148'):
            self.typed(ref=text, invoice_date='2026-10-20')
        self.assert_bills(self.document(qaime=NUMBER))

    def test_another_vendor(self):
        """Eight digits alone say nothing of another vendor's bill; the whole number does."""
        other = self.vendor.copy({'vat': OTHER_VENDOR})
        self.typed(other, ref='58878148')
        self.assert_bills(self.document(qaime=NUMBER))
        bill = self.typed(other, ref='№ MT2611-58878149')
        self.assert_asks(self.document(qaime='MT261158878149'), bill)

    def test_a_vendor_without_voen(self):
        """The same vendor may have been entered without VÖEN, and the import would make another partner."""
        bill = self.typed(self.vendor.copy({'vat': False}), ref='58878148')
        self.assert_asks(self.document(qaime=NUMBER), bill)

    def test_a_vendor_abroad(self):
        """Its ten digits are no VÖEN, so it may be the document's seller, made without one."""
        bill = self.typed(self.vendor.copy({'vat': OTHER_VENDOR, 'country_id': self.env.ref('base.tr').id}), ref='58878148')
        self.assert_asks(self.document(qaime=NUMBER), bill)

    def test_a_contact_of_the_vendor(self):
        contact = self.env['res.partner'].create({'name': 'Mühasib', 'parent_id': self.vendor.id})
        self.assert_asks(self.document(qaime=NUMBER), self.typed(contact, ref='58878148'))

    def test_a_branch_s_bill(self):
        branch = self.env['res.company'].create({'name': 'Gəncə filialı', 'parent_id': self.company.id})
        self.vendor.with_company(branch).property_account_payable_id = self.vendor.property_account_payable_id
        bill = self.typed(company=branch, ref='58878148')
        self.assertEqual(bill.company_id, branch)
        self.assert_asks(self.document(qaime=NUMBER), bill)

    def test_a_vendor_credit_note(self):
        """It takes back what its document charges, and bears the number of the original."""
        credit = self.typed(move_type='in_refund', ref='58878148')
        adjustment = self.document(qaime=NUMBER, kind='taxCodex163')
        self.assertEqual(self.env['vatportal.bill.wizard'].create({'document_id': adjustment.id}).proposed_ids, credit)
        self.assert_bills(self.document(qaime=f'AA{NUMBER[2:]}'))

    def test_two_bills(self):
        self.assert_asks(self.document(qaime=NUMBER), self.typed(ref='58878148'), self.typed(payment_reference='MT2611/58878148'))

    def test_the_other_way_round(self):
        """First the document's bill, then one by hand: Odoo's own warning of duplicates finds both."""
        bill = self.bill(100.0, qaime=NUMBER)
        for text in TYPED:
            typed = self.typed(ref=text, invoice_date='2026-11-25')
            self.assertEqual((typed.duplicated_ref_ids, bill.duplicated_ref_ids), (bill, typed), text)
            typed.unlink()
        for day, vals in enumerate(({'ref': 'MT251258878148'}, {'ref': 'Akt 12'}, {}), 1):
            self.assertFalse(self.typed(invoice_date=f'2026-11-0{day}', **vals).duplicated_ref_ids)
        other = self.vendor.copy({'vat': OTHER_VENDOR})
        self.assertFalse(self.typed(other, ref='58878148').duplicated_ref_ids)

    def test_while_it_is_typed(self):
        bill = self.bill(100.0, qaime=NUMBER)
        draft = self.env['account.move'].new({'move_type': 'in_invoice', 'partner_id': self.vendor.id, 'company_id': self.company.id, 'ref': '58878148'})
        self.assertEqual(draft.duplicated_ref_ids._origin, bill)

    def test_numbers_of_another_form(self):
        """Neither serial nor length is demanded."""
        bill = self.typed(ref='aa-2408 0000001')
        self.assert_asks(self.document(qaime='AA24080000001'), bill)
        self.assertEqual(self.vendor.vat, VENDOR)

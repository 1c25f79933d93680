from odoo.exceptions import UserError

from ..bill_common import OTHER_VENDOR, VENDOR, BillCommon
from ..xml_common import NUMBER, XmlCommon


class TestBillVendor(BillCommon):
    """Vendors in the archive, with people who are not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env['res.partner'].create({'name': 'Leyla, mühasib', 'parent_id': cls.vendor.id})
        cls.branch = cls.env['res.partner'].create({'name': 'Qafqaz, Şəki', 'parent_id': cls.vendor.id, 'type': 'delivery'})

    def assert_asks(self, document):
        document._request_bills()
        self.run_cron()
        self.assertEqual((document.bill_state, document.move_id), ('ask', self.env['account.move']))
        self.assertIn('archived', document.bill_question)
        self.assertIn(self.vendor.name, document.bill_question)

    def test_an_archived_company_with_an_active_contact(self):
        self.assertEqual(self.contact.vat, VENDOR, 'Odoo gives contacts the VÖEN of their company')
        # As a list of partners or an import may leave it: Odoo's form archives the contacts as well.
        self.env.cr.execute('UPDATE res_partner SET active = false WHERE id = %s', [self.vendor.id])
        self.vendor.invalidate_recordset()
        document = self.document()
        document._set_partners()
        self.assertFalse(document.partner_id)
        self.assert_asks(document)
        wizard = self.env['vatportal.bill.wizard'].create({'document_id': document.id})
        self.assertTrue(wizard.asks_partner)
        self.assertFalse(wizard.candidate_ids)
        wizard.partner_id = self.contact
        with self.assertRaisesRegex(UserError, 'is archived'):
            wizard.action_create()
        self.assertFalse(document.move_id)
        self.vendor.active = True
        document._make_bill()
        self.assertEqual(document.move_id.partner_id, self.vendor)

    def test_another_company_with_the_same_voen(self):
        """The one that is in use is meant."""
        self.env.cr.execute('UPDATE res_partner SET active = false WHERE id = %s', [self.vendor.id])
        self.vendor.invalidate_recordset()
        renamed = self.env['res.partner'].create({'name': 'Qafqaz Təchizat ASC', 'vat': VENDOR, 'is_company': True})
        document = self.document()
        self.assertEqual(document._find_vendor(), renamed)

    def test_archived_contacts_of_a_company_in_use(self):
        (self.contact + self.branch).active = False
        self.assertEqual(self.document()._find_vendor(), self.vendor)

    def test_a_customer_in_the_archive(self):
        """The same for the sent folder: an archived customer's contact is nobody's partner."""
        self.env['res.partner'].create({'name': 'Kamran', 'parent_id': self.partner.id})
        self.env.cr.execute('UPDATE res_partner SET active = false WHERE id = %s', [self.partner.id])
        self.partner.invalidate_recordset()
        document = self.document(direction='outgoing')
        document._set_partners()
        self.assertFalse(document.partner_id)


class TestFileCounterparty(XmlCommon):
    """A file has the seller's VÖEN, and no name."""

    def test_a_known_vendor(self):
        self.drop(self.xml(number=NUMBER))
        document = self.documents()
        self.assertEqual((document.seller_name, document.counterparty_name), (False, self.vendor.name))
        self.assertEqual(self.documents(counterparty_name=self.vendor.name), document)
        self.vendor.name = 'Qafqaz Təchizat ASC'
        self.assertEqual(document.counterparty_name, 'Qafqaz Təchizat ASC')

    def test_a_vendor_that_is_chosen_later(self):
        other = self.vendor.copy({'name': 'Qafqaz 2', 'vat': VENDOR})
        self.drop(self.xml(number=NUMBER))
        document = self.documents()
        self.assertFalse(document.counterparty_name)
        self.env['vatportal.bill.wizard'].create({'document_id': document.id, 'partner_id': other.id}).action_create()
        self.assertEqual(document.counterparty_name, 'Qafqaz 2')

    def test_a_vendor_that_nobody_knows(self):
        self.drop(self.xml(number=NUMBER, seller=OTHER_VENDOR))
        document = self.documents()
        self.assertEqual(document.counterparty_name, OTHER_VENDOR)
        document.partner_id.name = 'Bakı Beton MMC'
        self.assertEqual(document.counterparty_name, 'Bakı Beton MMC')

    def test_what_e_taxes_says_counts_more(self):
        document = self.document(seller_name='Qafqaz (köhnə ad)')
        document._set_partners()
        self.assertEqual(document.counterparty_name, 'Qafqaz (köhnə ad)')

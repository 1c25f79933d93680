from odoo.tests import HttpCase

from ..bill_common import OTHER_VENDOR, SELLER, VENDOR, BillCommon


class TestBillTour(BillCommon, HttpCase):
    """From e-taxes to booked bills in the browser; PIN1 is confirmed on the sandbox's phone page alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The goods have a product of ours, but nothing on the document leads to it.
        cls.product.vatportal_code = False
        cls.sement = cls.create_product('Boz sement', False)
        cls.lines = [
            {
                'prod_code': '2523290000',
                'prod_name': 'Sement M400',
                'barcode': '2523290000000',
                'unit_name': 'ədəd',
                'unit_price': 10,
                'unit_qty': 10,
                'ini_amount': 100,
                'ini_amount2': 100,
                'apply_amount': 100,
                'vat_amount': 18,
                'net_amount': 118,
            }
        ]

    def issue(self, seller, name, subject):
        self.sandbox.portal.add_document(
            0,
            held=False,
            tin_from=seller,
            cmp_from=name,
            tin_to=SELLER,
            cmp_to=self.company.name,
            type='defaultInvoice',
            main_subject=subject,
            status='approved',
            lines=self.lines,
            datetime=self.sandbox.portal.clock.baku().strftime('%d.%m.%Y %H:%M'),
        )

    def test_import_bill_correct_import_again(self):
        """A product chosen on the bill of one document is on the bill of the vendor's next one by itself.

        That next one is issued by the tour, through the sandbox's admin API, after the correction.
        """
        self.sandbox.configure(auto_confirm=False)
        self.issue(VENDOR, self.vendor.name, 'Müqavilə 1')
        self.issue(OTHER_VENDOR, 'Kür Logistika MMC', 'Müqavilə 2')
        self.issue(OTHER_VENDOR, 'Kür Logistika MMC', 'Müqavilə 3')
        self.start_tour('/odoo/action-l10n_az_vatportal.vatportal_document_action_incoming', 'vatportal_bill', login=self.env.user.login, timeout=240)
        self.env.invalidate_all()
        documents = self.env['vatportal.document'].search([('company_id', '=', self.company.id), ('direction', '=', 'incoming')], order='id')
        self.assertEqual(documents.mapped('bill_state'), ['billed'] * 4)
        for document in documents:
            self.assert_total(document)
        self.assertEqual(len(documents.move_id), 4)
        self.assertEqual(
            [
                (document.main_info, document.line_ids.match, document.move_id.invoice_line_ids.product_id)
                for document in documents.filtered(lambda document: document.seller_vat == VENDOR)
            ],
            [('Müqavilə 1', 'none', self.sement), ('Müqavilə 4', 'learnt', self.sement)],
        )
        self.assertEqual([(prompt.pin, prompt.state) for prompt in self.sandbox.prompts(None)], [(1, 'confirmed')] * 2)

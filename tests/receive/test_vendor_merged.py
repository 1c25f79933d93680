from ..bill_common import VENDOR, BillCommon


class TestVendorMerged(BillCommon):
    """Vendors that were entered twice are merged, as the question says that they may be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls.partner_named('Q-2')
        cls.white, cls.grey = cls.create_product('Ağ sement', False), cls.create_product('Boz sement', False)

    @classmethod
    def partner_named(cls, name):
        return cls.env['res.partner'].create({'name': name, 'vat': VENDOR, 'country_id': cls.env.ref('base.az').id, 'is_company': True})

    def known(self, partner, name, product, **vals):
        return self.env['vatportal.product.mapping'].create({'partner_id': partner.id, 'name': name, 'product_id': product.id, **vals})

    def merge(self, *sources):
        wizard = self.env['base.partner.merge.automatic.wizard'].create({})
        wizard._merge([self.vendor.id, *(source.id for source in sources)], self.vendor)
        self.env.invalidate_all()

    def products(self):
        """(what the vendor calls it, code, what it is for, our product) of all that is known of the vendor."""
        mappings = self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)])
        return {(mapping.name, mapping.product_code or '', mapping.usage, mapping.product_id) for mapping in mappings}

    def test_goods_that_both_know(self):
        document = self.document()
        document._request_bills()
        self.run_cron()
        self.assertIn('or merge them', document.bill_question)
        self.known(self.vendor, 'Sement', self.white)
        self.known(self.twin, 'SEMENT', self.grey)
        self.known(self.twin, 'Qum', self.grey, product_code='2505100000')
        self.known(self.twin, 'Sement', self.grey, product_code='2523290000')
        self.known(self.twin, 'Sement', self.grey, usage='sale')
        self.merge(self.twin)
        self.assertEqual(
            self.products(),
            {
                ('Sement', '', 'purchase', self.white),
                ('Qum', '2505100000', 'purchase', self.grey),
                ('Sement', '2523290000', 'purchase', self.grey),
                ('Sement', '', 'sale', self.grey),
            },
        )
        document._make_bill()
        self.assertEqual(document.move_id.partner_id, self.vendor)

    def test_goods_that_two_others_know(self):
        """What was learnt last counts."""
        third = self.partner_named('Q-3')
        for late, early in ((self.twin, third), (third, self.twin)):
            with self.subTest(late.name), self.cr.savepoint() as savepoint:
                last = self.known(late, 'Sement', self.white)
                self.known(early, 'sement', self.grey)
                self.cr.flush()
                self.env.cr.execute("UPDATE vatportal_product_mapping SET write_date = write_date + interval '1 hour' WHERE id = %s", [last.id])
                self.env.invalidate_all()
                self.merge(self.twin, third)
                self.assertEqual(self.products(), {('Sement', '', 'purchase', self.white)})
                savepoint.rollback()
                self.env.invalidate_all()

    def test_the_name_of_a_counterparty_that_a_file_does_not_give(self):
        document = self.document(seller_name=False, partner_id=self.twin.id)
        self.assertEqual(document.counterparty_name, 'Q-2')
        self.merge(self.twin)
        self.assertEqual((document.partner_id, document.counterparty_name), (self.vendor, self.vendor.name))

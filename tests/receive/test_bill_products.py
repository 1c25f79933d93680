from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ...vatportal.names import text_key
from ..bill_common import VENDOR, BillCommon


class TestBillProducts(BillCommon):
    """Whose goods they are in our own list: learnt, by barcode, by the vendor's list, by code, or not at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.vatportal_code = False
        cls.white = cls.create_product('Ağ sement', False)
        cls.grey = cls.create_product('Boz sement', False)

    def billed_line(self, **vals):
        return self.product_lines(self.bill(self.line(**vals)))

    def found(self, **vals):
        move = self.bill(self.line(**vals))
        source = move.vatportal_bill_document_id.line_ids
        self.assertEqual(source.product_id, self.product_lines(move).product_id)
        return source.product_id, source.match

    # ------------------------------------------------------------------ ways of finding

    def test_barcode(self):
        self.white.barcode = '4760000000017'
        self.assertEqual(self.found(barcode='4760000000017'), (self.white, 'barcode'))

    def test_fillers_are_no_barcodes(self):
        for filler in ('0', '000', '2523290000', '2523290000000', ''):
            self.white.barcode = filler
            self.assertEqual(self.found(barcode=filler), (self.env['product.product'], 'none'), filler)

    def test_barcode_of_a_package(self):
        pack = self.env.ref('uom.product_uom_pack_6')
        self.env['product.uom'].create({'product_id': self.white.id, 'uom_id': pack.id, 'barcode': '4760000000024'})
        line = self.billed_line(barcode='4760000000024', unit='???')
        self.assertEqual((line.product_id, line.product_uom_id), (self.white, pack))

    def supplier_info(self, product, **vals):
        return self.env['product.supplierinfo'].create({'partner_id': self.vendor.id, 'product_tmpl_id': product.product_tmpl_id.id, **vals})

    def test_vendor_s_name_of_the_product(self):
        self.supplier_info(self.grey, product_name='SEMENT  m400')
        self.assertEqual(self.found(), (self.grey, 'vendor'))

    def test_vendor_s_code_before_the_name(self):
        self.supplier_info(self.grey, product_code='AB-12')
        self.assertEqual(self.found(name='[AB-12] Sement boz'), (self.grey, 'vendor'))
        self.assertEqual(self.found(name='ab-12 Sement boz'), (self.grey, 'vendor'))

    def test_another_vendor_s_list_does_not_count(self):
        self.supplier_info(self.grey, product_name='Sement M400', partner_id=self.other_partner.id)
        self.assertEqual(self.found(), (self.env['product.product'], 'none'))

    def test_code_of_one_product(self):
        self.white.vatportal_code = '2523290000'
        self.assertEqual(self.found(), (self.white, 'code'))

    def test_code_of_two_products(self):
        (self.white + self.grey).vatportal_code = '2523290000'
        self.assertEqual(self.found(), (self.env['product.product'], 'none'))

    def test_order_of_the_ways(self):
        self.white.vatportal_code = '2523290000'
        self.supplier_info(self.grey, product_name='Sement M400')
        self.assertEqual(self.found()[1], 'vendor')
        self.product.barcode = '4760000000017'
        self.assertEqual(self.found(barcode='4760000000017'), (self.product, 'barcode'))

    def test_another_company_s_product_is_not_found(self):
        self.white.write({'barcode': '4760000000017', 'company_id': self.setup_other_company()['company'].id})
        self.assertEqual(self.found(barcode='4760000000017'), (self.env['product.product'], 'none'))

    def test_what_is_archived_or_another_company_s_is_found_in_no_way(self):
        """By a package, the vendor's list, or what was learnt once; nor does it stand in the way of who may not even read it."""
        pack, nothing = self.env.ref('uom.product_uom_pack_6'), self.env['product.product']
        user = new_test_user(self.env, 'biller', groups='account.group_account_invoice', company_id=self.company.id)
        other = self.setup_other_company()['company']
        self.env['product.uom'].create({'product_id': self.white.id, 'uom_id': pack.id, 'barcode': '4760000000024', 'company_id': False})
        self.supplier_info(self.white, product_name='Sement ağ', company_id=False)
        self.env['vatportal.product.mapping'].create({'partner_id': self.vendor.id, 'name': 'Sement 1', 'product_id': self.white.id})
        ways = ({'barcode': '4760000000024', 'unit': '???'}, {'name': 'Sement ağ'}, {'name': 'Sement 1'})
        for vals, product in (({}, self.white), ({'active': False}, nothing), ({'active': True, 'company_id': other.id}, nothing)):
            with self.subTest(vals):
                self.white.write(vals)
                document = self.document(*(self.line(product_code=False, **way) for way in ways))
                document.with_user(user).with_context(allowed_company_ids=self.company.ids).action_create_bills()
                self.assertEqual(document.bill_state, 'billed', document.bill_question)
                self.assertEqual([row.product_id for row in document.line_ids], [product] * 3)
                self.assertEqual([line.product_id for line in self.product_lines(document.move_id)], [product] * 3)

    def test_a_line_of_text_gets_the_account_that_odoo_predicts(self):
        account = self.company_data['default_account_expense'].copy()
        for _n in range(2):
            self.env['account.move'].create(
                {
                    'move_type': 'in_invoice',
                    'partner_id': self.vendor.id,
                    'invoice_date': '2026-11-01',
                    'invoice_line_ids': [(0, 0, {'name': 'x', 'price_unit': 1, 'account_id': account.id, 'tax_ids': False})],
                }
            ).action_post()
        self.assertEqual(self.billed_line().account_id, account)

    # ------------------------------------------------------------------ learning

    def test_a_corrected_product_is_learnt(self):
        self.billed_line().product_id = self.white
        self.assertEqual(self.found(), (self.white, 'learnt'))
        self.assertEqual(self.found(name='SEMENT  m400'), (self.white, 'learnt'))
        self.assertEqual(self.found(name='Sement M500'), (self.env['product.product'], 'none'))

    def test_what_is_learnt_wins_over_the_barcode(self):
        self.grey.barcode = '4760000000017'
        self.billed_line(barcode='4760000000017').product_id = self.white
        self.assertEqual(self.found(barcode='4760000000017'), (self.white, 'learnt'))

    def test_the_last_correction_counts(self):
        self.billed_line().product_id = self.white
        self.billed_line().product_id = self.grey
        self.assertEqual(self.found(), (self.grey, 'learnt'))
        self.assertEqual(self.env['vatportal.product.mapping'].search_count([('partner_id', '=', self.vendor.id)]), 1)

    def test_a_product_taken_off_stays_off(self):
        self.white.vatportal_code = '2523290000'
        self.billed_line().product_id = False
        self.assertEqual(self.found(), (self.env['product.product'], 'learnt'))

    def test_a_corrected_account_is_learnt(self):
        account = self.company_data['default_account_expense'].copy()
        self.billed_line().account_id = account
        self.assertEqual(self.billed_line().account_id, account)

    def test_a_product_found_later_wins_over_a_learnt_account(self):
        self.billed_line().account_id = self.company_data['default_account_expense'].copy()
        self.white.barcode = '4760000000017'
        self.assertEqual(self.found(barcode='4760000000017'), (self.white, 'barcode'))

    def test_corrected_taxes_are_learnt_for_the_same_column(self):
        mine = self.create_tax('P VAT, not reclaimed', 18, 'vat', type_tax_use='purchase', sequence=99)
        self.billed_line().tax_ids = mine
        self.assertEqual(self.billed_line().tax_ids, mine)
        self.assertEqual(self.billed_line(category='exempt').tax_ids, self.purchase['exempt'])

    def test_a_corrected_unit_is_learnt(self):
        self.billed_line(unit='kis').product_uom_id = self.kilo
        self.assertEqual(self.billed_line(unit='Kis').product_uom_id, self.kilo)
        self.assertEqual(self.billed_line(unit='ədəd').product_uom_id, self.unit)

    def test_confirming_teaches_too(self):
        self.white.barcode = '4760000000017'
        self.bill(self.line(barcode='4760000000017')).action_post()
        self.assertEqual(self.found(barcode='0'), (self.white, 'learnt'))

    def test_what_an_invoicing_user_corrects_is_learnt(self):
        user = new_test_user(self.env, 'biller', groups='account.group_account_invoice', company_id=self.company.id)
        self.bill().with_user(user).write(
            {
                'invoice_line_ids': [
                    (1, line.id, {'product_id': self.white.id})
                    for line in self.env['account.move'].search([('vatportal_bill_document_id', '!=', False)], order='id desc', limit=1).invoice_line_ids
                ]
            }
        )
        self.assertEqual(self.found(), (self.white, 'learnt'))
        with self.assertRaises(AccessError):
            self.env['vatportal.product.mapping'].with_user(user).create({'partner_id': self.vendor.id, 'name': 'x', 'company_id': self.company.id})

    def test_learnt_per_vendor_and_company(self):
        self.billed_line().product_id = self.white
        other = self.document(seller_vat=self.other_partner.vat)
        other.action_create_bills()
        self.assertFalse(other.move_id.invoice_line_ids.product_id)
        mapping = self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)])
        self.assertEqual((mapping.company_id, mapping.usage), (self.company, 'purchase'))

    def test_returns_learn_apart_from_purchases(self):
        self.billed_line().product_id = self.white
        refund = self.bill(kind='returnInvoice', seller_vat=VENDOR)
        self.assertFalse(refund.invoice_line_ids.product_id)

    def test_learning_never_stops_a_bill(self):
        """The tax of the column may be archived by the time the bill is confirmed, or its account corrected."""
        move = self.bill(self.line(30.0, 'exempt'))
        self.purchase['exempt'].active = False
        move.invoice_line_ids.account_id = self.company_data['default_account_expense'].copy()
        move.action_post()
        self.assertEqual(move.state, 'posted')
        mapping = self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)])
        self.assertEqual((mapping.account_id, mapping.tax_ids.ids), (move.invoice_line_ids.account_id, []))

    def correct(self, document, *lines):
        """What the import does with a document that was corrected at e-taxes: rows are written over one another."""
        lines = [{'sequence': position, **line} for position, line in enumerate(lines, 1)]
        commands = document.sudo()._line_commands(lines)
        document.sudo().write(
            {'line_ids': commands, **{name: sum(line.get(name, 0.0) for line in lines) for name in ('amount_vat', 'amount_net', 'amount_total')}}
        )

    def test_a_row_that_became_another_is_not_learnt_from(self):
        """The first of two rows is taken out: what the bill says of the sand must not be remembered of the cement."""
        sand, cement = self.line(name='Qum'), self.line(name='Sement M400')
        move = self.bill(sand, cement)
        first, second = self.product_lines(move)
        self.correct(move.vatportal_bill_document_id, cement)
        self.assertEqual(first.vatportal_line_id.name, 'Sement M400', 'the row was written over')
        first.product_id = self.white
        move.action_post()
        self.assertEqual(self.found(name='Sement M400'), (self.env['product.product'], 'none'))
        self.assertFalse(second.vatportal_line_id)

    def test_a_row_with_another_price_is_learnt_from(self):
        move = self.bill(self.line(name='Qum'), self.line(name='Sement M400'))
        first, second = self.product_lines(move)
        self.correct(move.vatportal_bill_document_id, self.line(120.0, name='Qum'), self.line(name='Sement M500'))
        first.product_id, second.product_id = self.white, self.grey
        self.assertEqual(self.found(name='Qum'), (self.white, 'learnt'))
        self.assertEqual(self.found(name='Sement M500'), (self.env['product.product'], 'none'))

    # ------------------------------------------------------------------ many lines

    def queries(self, count):
        """(for making a bill of so many lines, for confirming it)"""
        document = self.document(*(self.line(10.0 + n, name=f'Mal {n}', unit='kq') for n in range(count)))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        document.action_create_bills()
        self.env.flush_all()
        made = self.env.cr.sql_log_count
        self.env.invalidate_all()
        document.move_id.action_post()
        self.env.flush_all()
        return made - before, self.env.cr.sql_log_count - made

    def test_many_lines_are_no_more_questions_to_the_database(self):
        self.queries(1)
        few, many = self.queries(5), self.queries(50)
        # Of a new line Odoo itself asks two things: its account and its analytic distribution.
        self.assertLess(many[0] - few[0], 45 * 2 + 10)
        self.assertLess(many[1] - few[1], 10)

    # ------------------------------------------------------------------ units

    def test_text_key(self):
        for one, other in (
            ('ƏDƏD', 'ədəd'),
            ('Eded.', 'ədəd'),
            ('LİTR', 'litr'),
            ('LITR', 'litr'),
            ('m²', 'm2'),
            ('kVt-saat', 'kvt saat'),
            ('Şüşə', 'suse'),
            ('ÇƏKİ', 'çəki'),
        ):
            self.assertEqual(text_key(one), text_key(other), (one, other))
        self.assertNotEqual(text_key('kq'), text_key('q'))
        self.assertEqual(text_key(' *** '), '***')

    def test_units(self):
        for text, unit in (('KQ.', self.kilo), ('Kq', self.kilo), ('ƏDƏD', self.unit), ('kg', self.kilo)):
            self.assertEqual(self.billed_line(unit=text).product_uom_id, unit, text)
        self.assertFalse(self.billed_line(unit='1').product_uom_id)

    def test_unit_alias(self):
        Alias = self.env['vatportal.unit.alias']
        Alias.create({'name': 'Kiloqram', 'uom_id': self.kilo.id})
        self.assertEqual(self.billed_line(unit='KİLOQRAM').product_uom_id, self.kilo)
        Alias.create({'name': 'kiloqram', 'uom_id': self.unit.id, 'company_id': self.company.id})
        self.assertEqual(self.billed_line(unit='kiloqram').product_uom_id, self.unit)

import io

import xlsxwriter

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user

from ...models.product import is_gtin
from ..bill_common import BillCommon

CEMENT, BRICK, STONE, TEA = '2523290000', '6904100000', '6802100000', '0902300000'


class TestClassifier(BillCommon):
    """The national classifier comes in by Odoo's own import, once and again."""

    def load(self, *rows, fields=('code', 'name'), user=None):
        return self.env['vatportal.product.code'].with_user(user or self.env.user).load(list(fields), [list(row) for row in rows])

    def names(self):
        return {record.code: record.name for record in self.env['vatportal.product.code'].search([])}

    def test_loaded_again(self):
        self.load((CEMENT, 'Portlandsement'), (BRICK, 'Kərpic'))
        before = self.env['vatportal.product.code'].search([])
        self.assertFalse(self.load((CEMENT, 'Sement'), (STONE, 'Daş'))['messages'])
        self.assertEqual(self.names(), {CEMENT: 'Sement', BRICK: 'Kərpic', STONE: 'Daş'})
        self.assertLessEqual(before, self.env['vatportal.product.code'].search([]))

    def test_as_the_file_writes_codes(self):
        """Headings, spaces and dots, and the zero that a spreadsheet takes off a number."""
        self.load(('0902', 'Çay'), ('902300000', 'Qara çay'), ('2523 29 000 0', 'Sement'), ('6904.10.0000', 'Kərpic'))
        self.assertEqual(self.names(), {'0902': 'Çay', TEA: 'Qara çay', CEMENT: 'Sement', BRICK: 'Kərpic'})
        self.assertFalse(self.load(('902300000', 'Qara çay, 3 kq'))['messages'])
        self.assertEqual(self.names()[TEA], 'Qara çay, 3 kq')

    def test_what_is_no_code(self):
        for wrong in ('abc', '25232900001234', '2523/29'):
            with self.subTest(wrong):
                messages = self.load((wrong, 'x'))['messages']
                self.assertIn('no code of the classifier', messages[0]['message'])

    def test_a_spreadsheet_through_odoo_s_own_dialog(self):
        if 'base_import.import' not in self.env:
            self.fail('Odoo has no import of its own here')
        book = io.BytesIO()
        with xlsxwriter.Workbook(book, {'in_memory': True}) as workbook:
            sheet = workbook.add_worksheet()
            for row, values in enumerate((('Code', 'Name'), (902300000, 'Qara çay'), (2523290000, 'Sement'))):
                sheet.write_row(row, 0, values)
        wizard = self.env['base_import.import'].create(
            {
                'res_model': 'vatportal.product.code',
                'file': book.getvalue(),
                'file_name': 'classifier.xlsx',
                'file_type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
            }
        )
        options = {'has_headers': True, 'quoting': '"', 'separator': ',', 'keep_matches': False}
        preview = wizard.parse_preview(options)
        self.assertEqual(preview['matches'], {0: ['code'], 1: ['name']})
        self.assertFalse(wizard.execute_import(['code', 'name'], ['code', 'name'], options)['messages'])
        self.assertEqual(self.names(), {TEA: 'Qara çay', CEMENT: 'Sement'})

    def test_rights(self):
        clerk = new_test_user(self.env, 'clerk', 'account.group_account_invoice', company_id=self.company.id, company_ids=self.company.ids)
        self.assertTrue(self.load((CEMENT, 'Sement'), user=clerk)['messages'])
        manager = new_test_user(self.env, 'manager', 'account.group_account_manager', company_id=self.company.id, company_ids=self.company.ids)
        self.assertFalse(self.load((CEMENT, 'Sement'), user=manager)['messages'])
        self.assertEqual(self.env['vatportal.product.code'].with_user(clerk).search_count([]), 1)


class TestSuggestions(BillCommon):
    """The code of a product is suggested from whatever is known, and nothing of other companies is."""

    def suggested(self, text='', name='', barcode='', user=None, companies=None):
        codes = self.env['vatportal.product.code'].with_user(user or self.env.user)
        return [found['code'] for found in codes.with_context(allowed_company_ids=(companies or self.company).ids).suggest(text, name, barcode)]

    def test_what_is_used_here(self):
        self.create_product('Qırmızı kərpic', BRICK)
        self.env['product.category'].create({'name': 'Daş məmulatları', 'vatportal_code': STONE})
        self.assertEqual(self.suggested('6904'), [BRICK])
        self.assertEqual(self.suggested('69'), [BRICK])
        self.assertEqual(self.suggested('kərpic qırmızı'), [BRICK])
        self.assertEqual(self.suggested('daş məm'), [STONE])
        self.assertEqual(self.suggested('', 'Ağ kərpic'), [BRICK], 'by the name of the product, where nothing is typed')
        self.assertEqual(self.suggested('', 'Ab'), [])
        self.assertEqual(self.suggested('1234567890'), [])

    def test_what_documents_taught(self):
        """Received lines count as soon as they are here; once a bill is confirmed, what was learnt of it does."""
        self.assertEqual(self.suggested('alban'), [])
        document = self.document(self.line(product_code=BRICK, name='Alban kərpici', barcode='4760001000017'))
        self.assertEqual(self.suggested('alban'), [BRICK])
        self.assertEqual(self.suggested('', '', '4760001000017'), [BRICK])
        document.action_create_bills()
        document.move_id.action_post()
        document.sudo().line_ids.product_code = False
        self.assertEqual(self.suggested('alban'), [BRICK])

    def test_our_own_documents_teach_nothing(self):
        self.document(self.line(product_code=BRICK, name='Alban kərpici'), direction='outgoing')
        self.assertEqual(self.suggested('alban'), [])

    def test_the_classifier(self):
        self.env['vatportal.product.code'].create([{'code': '6904', 'name': 'Kərpiclər'}, {'code': BRICK, 'name': 'Tikinti kərpicləri'}])
        self.assertEqual(self.suggested('kərpic'), [BRICK], 'a heading is no code of a product')
        self.create_product('Kərpic', '6904900000')
        self.assertEqual(self.suggested('kərpic'), ['6904900000', BRICK], 'what is used comes first')

    def test_the_most_alike_first(self):
        self.env['vatportal.product.code'].create(
            [{'code': BRICK, 'name': 'Çay qabları'}, {'code': STONE, 'name': 'Qara rəngli daş'}, {'code': TEA, 'name': 'Qara çay, iri yarpaqlı'}]
        )
        self.assertEqual(self.suggested('', 'Qara çay iri')[0], TEA)

    def test_of_other_companies(self):
        other = self.setup_other_company()['company']
        self.document(self.line(product_code=BRICK, name='Gizli kərpic'), company=other, connector_id=False)
        product = self.create_product('Gizli daş', STONE, company_id=other.id)
        self.env['vatportal.product.mapping'].create({'company_id': other.id, 'partner_id': self.vendor.id, 'name': 'Gizli çay', 'product_code': TEA})
        user = new_test_user(self.env, 'accounting', 'account.group_account_manager', company_id=self.company.id, company_ids=self.company.ids)
        self.assertEqual(self.suggested('gizli', user=user), [])
        user.company_ids += other
        self.assertEqual(set(self.suggested('gizli', user=user, companies=self.company + other)), {BRICK, STONE, TEA})
        self.assertTrue(product)

    def test_rights(self):
        self.create_product('Kərpic', BRICK)
        self.document(self.line(product_code=STONE, name='Kərpic daş'))
        keeper = new_test_user(self.env, 'keeper', 'product.group_product_manager', company_id=self.company.id, company_ids=self.company.ids)
        self.assertEqual(self.suggested('kərpic', user=keeper), [BRICK], 'documents are not for those who may not read them')
        with self.assertRaises(AccessError):
            self.suggested('kərpic', user=new_test_user(self.env, 'outside', 'base.group_portal'))

    def test_whatever_is_asked(self):
        for odd in (1, None, [], {}, '%', '_', "'", '\\', ' ' * 50):
            self.assertIsInstance(self.env['vatportal.product.code'].suggest(odd, odd, odd), list)


class TestTakenCodes(BillCommon):
    """A product gets the code under which the vendor's document names it."""

    def product_of_bill(self, name, *codes):
        """A product without code, on a confirmed bill under each of ``codes``."""
        product = self.create_product(name, False)
        for code in codes:
            bill = self.bill(self.line(product_code=code, name=f'{name} {code}'))
            self.product_lines(bill).product_id = product
            bill.action_post()
        return product

    def test_taken(self):
        clear, unclear = self.product_of_bill('Kərpic', BRICK), self.product_of_bill('Daş', STONE, BRICK)
        own, never = self.create_product('Sement 2', CEMENT), self.create_product('Qum', False)
        odd = self.product_of_bill('Qum 2', '12345')
        of_category = self.product_of_bill('Çay', BRICK)
        of_category.categ_id = self.env['product.category'].create({'name': 'Çaylar', 'vatportal_code': TEA})
        params = (clear + unclear + own + never + odd + of_category).product_tmpl_id.action_vatportal_take_codes()['params']
        self.assertEqual((clear + unclear + own + never + odd + of_category).mapped('vatportal_code'), [BRICK, False, CEMENT, False, False, False])
        self.assertEqual(params['type'], 'warning')
        self.assertIn('got a code: 1.', params['message'])
        self.assertIn('Daş', params['message'])
        self.assertIn('stand on no bill made of a document: 2.', params['message'])

    def test_rights(self):
        product = self.product_of_bill('Kərpic', BRICK)
        for groups in ('base.group_user', 'product.group_product_manager'):
            user = new_test_user(self.env, groups, groups, company_id=self.company.id, company_ids=self.company.ids)
            with self.assertRaises(AccessError):
                product.product_tmpl_id.with_user(user).action_vatportal_take_codes()
        self.assertFalse(product.vatportal_code)

    def test_has_code(self):
        """What a list finds is what a product says: its own code, its category's, or that of a parent."""
        parent = self.env['product.category'].create({'name': 'Tikinti', 'vatportal_code': CEMENT})
        child = self.env['product.category'].create({'name': 'Qum', 'parent_id': parent.id})
        products = self.create_product('A', BRICK) + self.create_product('B', False, categ_id=child.id) + self.create_product('C', False)
        domain = [('id', 'in', products.ids)]
        for record in (products, products.product_tmpl_id):
            domain = [('id', 'in', record.ids)]
            self.assertEqual(record.mapped('vatportal_has_code'), [True, True, False])
            self.assertEqual(record.search([*domain, ('vatportal_has_code', '=', True)], order='id'), record[:2])
            self.assertEqual(record.search([*domain, ('vatportal_has_code', '=', False)]), record[2])
            self.assertEqual(record.search([*domain, ('vatportal_has_code', '!=', False)], order='id'), record[:2])
        with self.assertRaises(ValidationError):
            products[2].vatportal_code = '123'


class TestGtin(BillCommon):
    """Goods under excise need a GTIN; what looks like one is looked at."""

    def warnings(self, barcode, excise=True):
        taxes = self.taxes['vat']
        taxes.sequence = 5
        if excise:
            taxes += self.create_tax(f'Aksiz {barcode}', 40, 'excise', include_base_amount=True, sequence=1)
        product = self.create_product('Siqaret', '2402209000', barcode=barcode)
        move = self.create_invoice({'product_id': product.id, 'tax_ids': [Command.set(taxes.ids)]})
        problems = [problem for problem in move._vatportal_problems(self.connector) if problem['field'] == 'Barcode']
        self.assertEqual({problem['level'] for problem in problems} - {'warning'}, set())
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered', 'a warning stops nothing')
        return ' '.join(problem['message'] for problem in problems)

    def test_under_excise(self):
        for barcode in (False, 'ABC-1', '12345', '4006381333932'):
            self.assertIn('under excise', self.warnings(barcode), barcode)
        self.assertEqual(self.warnings('4006381333931'), '')

    def test_others(self):
        self.assertEqual(self.warnings(False, excise=False), '')
        self.assertEqual(self.warnings('12345', excise=False), '')
        self.assertIn('last digit is wrong', self.warnings('4006381333932', excise=False))

    def test_forms(self):
        right = ('96385074', '036000291452', '4006381333931', '0036000291452', '10012345678902')
        for barcode in right:
            self.assertTrue(is_gtin(barcode), barcode)
            self.assertFalse(is_gtin(barcode[:-1] + str((int(barcode[-1]) + 1) % 10)), barcode)
        for barcode in (False, None, '', '1', 'abcdefgh', '4006381333931 ', '123456789'):
            self.assertFalse(is_gtin(barcode), barcode)

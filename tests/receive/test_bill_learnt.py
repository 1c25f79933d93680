from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from ..bill_common import VENDOR, BillCommon

# What a person said of the goods.
SAID = ['product_id', 'no_product', 'account_id', 'uom_id', 'unit', 'unit_contains']


class TestBillLearnt(BillCommon):
    """What a person does is learnt; what an old draft was made with is not learnt once more when it is confirmed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.vatportal_code = False
        cls.white, cls.grey = (cls.create_product(name, False, barcode=barcode) for name, barcode in (('Ağ sement', '4760000000017'), ('Boz sement', False)))
        cls.old_account = cls.company_data['default_account_expense']
        cls.new_account = cls.old_account.copy({'name': 'New'})

    def billed(self, **vals):
        """The line of a new bill."""
        return self.product_lines(self.bill(self.line(barcode='4760000000017', **vals)))

    def mapping(self):
        return self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)])

    def test_an_old_draft_teaches_no_account(self):
        for known in (False, True):
            with self.subTest(known=known):
                self.white.property_account_expense_id = self.old_account
                if known:
                    self.billed().move_id.action_post()
                draft = self.billed()
                self.white.property_account_expense_id = self.new_account
                self.assertEqual((draft.account_id, self.billed().account_id), (self.old_account, self.new_account))
                draft.move_id.action_post()
                self.assertEqual(self.billed().account_id, self.new_account)

    def test_an_old_draft_teaches_no_account_by_its_contents(self):
        """Whoever says how many are in it has said nothing else."""
        self.white.property_account_expense_id = self.old_account
        self.billed(unit='qutu').move_id.action_post()
        draft = self.billed(unit='qutu')
        self.white.property_account_expense_id = self.new_account
        self.env['vatportal.product.mapping']._say_contents(draft, 10)
        self.assertEqual((self.mapping().unit_contains, self.mapping().account_id), (10, self.old_account.browse()))
        self.assertEqual(self.billed(unit='qutu').account_id, self.new_account)

    def test_an_old_draft_teaches_no_tax(self):
        new = self.create_tax('P VAT 18 % new', 18, 'vat', type_tax_use='purchase', sequence=99)
        draft = self.billed()
        self.company.account_purchase_tax_id = new
        self.assertEqual((draft.tax_ids, self.billed().tax_ids), (self.purchase['vat'], new))
        draft.move_id.action_post()
        self.assertEqual(self.billed().tax_ids, new)

    def test_an_old_draft_teaches_what_was_touched_alone(self):
        """Whoever changes one thing on it has said nothing of the others."""
        new = self.create_tax('P VAT 18 % new', 18, 'vat', type_tax_use='purchase', sequence=99)
        mine = self.create_tax('P VAT, not reclaimed', 18, 'vat', type_tax_use='purchase', sequence=98)
        first, second = self.billed(), self.billed(name='Qum')
        self.white.property_account_expense_id = self.new_account
        self.company.account_purchase_tax_id = new
        first.tax_ids = mine
        own = self.old_account.copy({'name': 'Own'})
        second.account_id = own
        (first + second).move_id.action_post()
        lines = self.billed() + self.billed(name='Qum')
        self.assertEqual([(line.account_id, line.tax_ids) for line in lines], [(self.new_account, mine), (own, new)])

    def test_what_was_said_since_the_draft_was_made_stays(self):
        """Of product, account, unit and contents, whoever said what on the old draft."""
        draft, corrected = self.billed(unit='qutu', quantity=2, price_unit=50.0), self.billed(unit='qutu', quantity=2, price_unit=50.0)
        corrected.write({'product_id': self.white.id, 'account_id': self.old_account.copy().id, 'quantity': 20, 'price_unit': 5.0})
        self.assertEqual(self.mapping().unit_contains, 10)
        newest = self.billed(unit='qutu', quantity=2, price_unit=50.0)
        newest.write({'product_id': self.grey.id, 'account_id': self.new_account.id})
        newest.write({'quantity': 24, 'price_unit': 100 / 24})
        said = self.mapping().read()[0]
        self.assertEqual((said['product_id'][0], said['account_id'][0], said['unit_contains']), (self.grey.id, self.new_account.id, 12))
        for line in (draft, corrected):
            line.move_id.action_post()
        self.assertEqual(self.mapping().read()[0], said)
        line = self.billed(unit='qutu', quantity=2, price_unit=50.0)
        self.assertEqual((line.product_id, line.account_id, line.quantity), (self.grey, self.new_account, 24))

    def old_draft_and_newer(self, product, **typed):
        """The line of a draft of boxes, whose goods have got another ``product``, or none, since; nobody has said how many are in one."""
        draft = self.billed(unit='qutu', quantity=2, price_unit=50.0)
        draft.write(typed)
        self.mapping().unlink()
        self.billed(unit='qutu', quantity=2, price_unit=50.0).product_id = product
        self.assertEqual((draft.product_id, self.mapping().product_id, self.mapping().unit_contains), (self.white, product, 0))
        return draft

    def test_the_account_of_what_had_a_product_in_the_archive(self):
        """No line gets that product any more: what a person says is of whatever the goods are now."""
        for found in (self.grey.browse(), self.grey):
            with self.subTest(found=found.name):
                self.mapping().unlink()
                self.white.active = True
                self.billed().product_id = self.white
                self.assertEqual(self.mapping().product_id, self.white)
                self.white.write({'active': False, 'barcode': False})
                found.barcode = '4760000000017'
                line = self.billed()
                self.assertEqual(line.product_id, found)
                line.account_id = self.old_account.copy({'name': f'Own {found.id}'})
                self.assertEqual(self.mapping().account_id, line.account_id)

    def test_what_is_in_a_box_of_another_product(self):
        """Of the product that the goods had when the draft was made: nothing is said of that which they have got since."""
        pack = self.env.ref('uom.product_uom_pack_6')
        self.env.user.group_ids += self.env.ref('uom.group_uom')
        for product in (self.grey, self.grey.browse()):
            for how in ('typed', 'typed before', 'unit'):
                with self.subTest(product=product.name, how=how):
                    self.mapping().unlink()
                    typed = {'product_uom_id': pack.id} if how == 'unit' else {'quantity': 20, 'price_unit': 5.0}
                    draft = self.old_draft_and_newer(product, **typed if how == 'typed before' else {})
                    said = self.mapping().read()[0]
                    if how != 'typed before':
                        draft.write(typed)
                    draft.move_id.action_post()
                    self.assertEqual(self.mapping().read()[0], said)
                    line = self.billed(unit='qutu', quantity=2, price_unit=50.0)
                    self.assertEqual((line.product_id, line.quantity), (product, 2))

    def test_asked_how_many_of_another_product(self):
        """Whoever answers has spoken of the product that was asked about, and it stays on the line."""
        for product in (self.grey, self.grey.browse()):
            with self.subTest(product=product.name):
                self.mapping().unlink()
                draft = self.old_draft_and_newer(product)
                wizard = self.env['vatportal.unit.wizard'].browse(draft.move_id.action_vatportal_units()['res_id'])
                wizard.line_ids.contains = 10
                wizard.action_apply()
                self.assertEqual((draft.product_id, draft.quantity), (self.white, 20))
                self.assertEqual((self.mapping().product_id, self.mapping().no_product, self.mapping().unit_contains), (self.white, False, 10))
                line = self.billed(unit='qutu', quantity=3, price_unit=50.0)
                self.assertEqual((line.product_id, line.quantity), (self.white, 30))

    def test_asked_how_many_of_several_products(self):
        """The same goods on two rows of a bill, which are two products here: each line keeps its own."""
        rows = [self.line(barcode='4760000000017', unit='qutu', quantity=2, price_unit=50.0) for _row in range(2)]
        lines = self.product_lines(self.bill(*rows)).sorted('sequence')
        lines[1].product_id = self.grey
        wizard = self.env['vatportal.unit.wizard'].browse(lines.move_id.action_vatportal_units()['res_id'])
        for line, contents in zip(wizard.line_ids, (10, 12), strict=True):
            line.contains = contents
        wizard.action_apply()
        self.assertEqual([(line.product_id, line.quantity) for line in lines], [(self.white, 20), (self.grey, 24)])

    def test_asked_how_many_of_an_archived_product(self):
        """Whatever the goods have got in its place stays; without the product none could be found again."""
        for product in (self.grey, self.white, self.grey.browse()):
            with self.subTest(product=product.name):
                self.mapping().unlink()
                self.white.active = True
                draft = self.old_draft_and_newer(product)
                self.white.active = False
                said = self.mapping().read(SAID)
                wizard = self.env['vatportal.unit.wizard'].browse(draft.move_id.action_vatportal_units()['res_id'])
                wizard.line_ids.contains = 10
                with self.assertRaisesRegex(UserError, 'archived'):
                    wizard.action_apply()
                self.assertEqual((draft.product_id, draft.quantity, self.mapping().read(SAID)), (self.white, 2, said))

    def test_the_account_of_another_product(self):
        """Chosen on an old draft, whose product the goods no longer have."""
        for product in (self.grey, self.grey.browse()):
            with self.subTest(product=product.name):
                self.mapping().unlink()
                draft = self.old_draft_and_newer(product)
                said = self.mapping().read(SAID)
                draft.account_id = self.old_account.copy({'name': f'Own {product.id}'})
                self.assertEqual(self.mapping().read(SAID), said)
                draft.tax_ids = self.company.account_purchase_tax_id.copy({'name': f'Own {product.id}'})
                self.assertEqual(self.mapping().tax_ids, draft.tax_ids)

    def test_confirming_teaches_what_nobody_has_said(self):
        """The product that was found, beside an account that a person has chosen."""
        line = self.product_lines(self.bill())
        line.account_id = self.new_account
        self.assertFalse(self.mapping().product_id)
        self.billed().move_id.action_post()
        self.assertEqual((self.mapping().product_id, self.mapping().account_id), (self.white, self.new_account))

    def test_an_account_of_a_form(self):
        """Of the product, and back to its own."""
        move = self.billed().move_id
        for account, learnt in ((self.new_account, self.new_account), (self.old_account, self.env['account.account'])):
            with Form(move) as form, form.invoice_line_ids.edit(0) as line:
                line.account_id = account
            self.assertEqual(self.mapping().account_id, learnt)

    # ------------------------------------------------------------------ a product in the archive

    def test_a_product_that_is_archived_for_a_while(self):
        self.bill().invoice_line_ids.product_id = self.grey
        self.grey.active = False
        move = self.bill()
        self.assertFalse(self.product_lines(move).product_id)
        [note] = [note for note in move.vatportal_bill_document_id.bill_notes if 'archive' in note['text']]
        self.assertEqual(note['level'], 'warning')
        self.assertIn(self.grey.name, note['text'])
        self.assertIn('Take it out of the archive', move.alerts['vatportal_bill_warning']['message'])
        move.action_post()
        self.assertEqual(self.mapping().product_id, self.grey)
        self.grey.active = True
        self.assertEqual(self.product_lines(self.bill()).product_id, self.grey)

    def test_another_one_in_the_place_of_an_archived_one(self):
        """A person's choice is learnt; what is found in another way needs no note."""
        self.bill().invoice_line_ids.product_id = self.grey
        self.grey.active = False
        line = self.billed()
        self.assertEqual(line.product_id, self.white)
        self.assertNotIn('vatportal_bill_warning', line.move_id.alerts or {})
        self.product_lines(self.bill()).product_id = self.white
        self.assertEqual(self.mapping().product_id, self.white)

    def test_the_vendor_is_changed_afterwards(self):
        """The goods are those of the vendor that the bill has when it is confirmed."""
        twin = self.env['res.partner'].create({'name': 'Q-2', 'vat': VENDOR, 'is_company': True, 'country_id': self.env.ref('base.az').id})
        document = self.document(self.line(barcode='4760000000017'))
        self.env['vatportal.bill.wizard'].create({'document_id': document.id, 'partner_id': self.vendor.id}).action_create()
        document.move_id.write({'partner_id': twin.id, 'invoice_line_ids': [Command.update(document.move_id.invoice_line_ids.id, {})]})
        document.move_id.action_post()
        mapping = self.env['vatportal.product.mapping'].search([('partner_id', '=', twin.id)])
        self.assertEqual((mapping.product_id, self.mapping()), (self.white, self.mapping().browse()))

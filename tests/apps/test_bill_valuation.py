from odoo.tests import tagged

from ..bill_common import BillCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestBillValuation(BillCommon):
    """Goods whose stock is valued with each bill: Odoo books them on an account of its own choice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        expense = cls.company_data['default_account_expense']
        cls.valuation, cls.expense = expense.copy({'name': 'Stock valuation', 'account_type': 'asset_current'}), expense
        cls.category = cls.env['product.category'].create(
            {'name': 'Valued', 'property_valuation': 'real_time', 'property_cost_method': 'average', 'property_stock_valuation_account_id': cls.valuation.id}
        )
        cls.product.write({'vatportal_code': False, 'barcode': '4760000000017', 'is_storable': True, 'categ_id': cls.category.id})

    def billed(self):
        return self.product_lines(self.bill(self.line(barcode='4760000000017')))

    def mapping(self):
        return self.env['vatportal.product.mapping'].search([('partner_id', '=', self.vendor.id)])

    def test_that_account_is_no_choice_of_a_person(self):
        line = self.billed()
        self.assertEqual(line.account_id, self.valuation)
        line.account_id = self.expense
        self.assertEqual(self.mapping().account_id, self.expense)
        line.account_id = self.valuation
        line.move_id.action_post()
        self.assertFalse(self.mapping().account_id)
        self.category.property_valuation = 'periodic'
        self.assertEqual(self.billed().account_id, self.expense)

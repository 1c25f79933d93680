from odoo.tests import HttpCase

from ..bill_common import BillCommon


class TestProductCodesTour(BillCommon, HttpCase):
    """Filling in codes in the browser: by words, by digits, with the name of the product alone."""

    def test_the_list_suggests(self):
        self.env['product.template'].search([]).sale_ok = False
        self.create_product('Sement var', '2523290000')
        bare = self.create_product('Qırmızı kərpic', False) + self.create_product('Qara çay', False)
        self.env['vatportal.product.code'].create([{'code': '6904100000', 'name': 'Tikinti kərpicləri'}, {'code': '0902300000', 'name': 'Çay, qara'}])
        action = self.env.ref('l10n_az_vatportal.vatportal_product_template_action')
        self.start_tour(f'/odoo/action-{action.id}', 'vatportal_product_codes', login=self.env.user.login, timeout=120)
        self.assertEqual(bare.mapped('vatportal_code'), ['6904100000', '0902300000'])

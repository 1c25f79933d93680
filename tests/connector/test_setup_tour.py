from odoo.tests import HttpCase

from ..common import SELLER
from .setup_common import SetupCommon


class TestSetupTour(SetupCommon, HttpCase):
    """From a company that has nothing to a set-up in which nothing is missing, in the browser."""

    def test_the_whole_page(self):
        user = self.env.user
        user.write({'company_ids': [(4, self.new.id)], 'company_id': self.new.id})
        self.env['ir.config_parameter'].set_param('l10n_az_vatportal.test_url', self.sandbox.url)
        self.start_tour('/odoo/e-taxes-setup', 'vatportal_setup', login=user.login, timeout=180)
        connector = self.env['vatportal.connector'].search([('company_id', '=', self.new.id)])
        self.assertTrue(connector.tested_at)
        self.assertEqual((self.new.currency_id.name, self.new.vat), ('AZN', SELLER))
        self.assertEqual(self.new.account_sale_tax_id.vatportal_category, 'vat')
        self.assertNotIn('open', self.states().values())

    def test_several_companies(self):
        """Each is listed with what it lacks; pressed, its steps are shown, and what is done is done for it alone."""
        user = self.env.user
        user.write({'company_ids': [(4, self.new.id)], 'group_ids': [(4, self.env.ref('base.group_multi_company').id)]})
        path = f'/odoo/e-taxes-setup?cids={self.company.id}-{self.new.id}'
        self.start_tour(path, 'vatportal_setup_companies', login=user.login, timeout=120, cookies={'cids': f'{self.company.id}-{self.new.id}'})
        self.assertTrue(self.new.chart_template)
        self.assertEqual(self.company.account_sale_tax_id, self.company_data['default_tax_sale'])

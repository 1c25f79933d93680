from odoo.tests import HttpCase

from ..chart_common import ChartCommon
from ..common import SELLER
from .setup_common import SetupCommon


class FirstNumber(HttpCase):
    """The walk of a user in Azerbaijani."""

    def walk(self, company, tour):
        """Walk in ``company`` and return its first invoice, which has its number."""
        self.env['res.lang']._activate_lang('az_AZ')
        self.env['product.template'].search([]).sale_ok = False
        user = self.env.user
        user.write({'company_ids': [(4, company.id)], 'company_id': company.id, 'lang': 'az_AZ', 'group_ids': [(4, self.env.ref('base.group_system').id)]})
        self.env['ir.config_parameter'].set_param('l10n_az_vatportal.test_url', self.sandbox.url)
        self.start_tour('/odoo/e-taxes', tour, login=user.login, timeout=180)
        self.env.invalidate_all()
        move = self.env['account.move'].search([('company_id', '=', company.id), ('vatportal_state', '=', 'registered')])
        self.assertEqual((len(move), move.amount_total, move.vatportal_document_ids.amount_vat), (1, 118, 18))
        return move


class TestFirstNumberChart(ChartCommon, FirstNumber):
    """From a company with the taxes of the national chart to the first number."""

    def test_it(self):
        self.connector.unlink()
        self.company.vat = False
        # Left without taxes when those of the generic chart were archived, it would take all taxes off.
        self.env['account.fiscal.position'].search([('company_id', '=', self.company.id)]).auto_apply = False
        move = self.walk(self.company, 'vatportal_first_number_chart')
        self.assertEqual(move.invoice_line_ids.tax_ids, self.chart['az_tax_sale_vat_18_group'])


class TestSetupTour(SetupCommon, FirstNumber):
    """From a company that has nothing to its first number, in the browser."""

    def test_the_whole_page(self):
        self.walk(self.new, 'vatportal_first_number')
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

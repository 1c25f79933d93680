from uuid import uuid4

from odoo.fields import Command

from .send_common import SendCommon

# Real check digits, invented companies.
VOENS = ('1402345691', '2304775691', '1304612051')
PHONES = ('994501112233', '994502223344', '994503334455')


class CompaniesCommon(SendCommon):
    """A service firm: three companies behind one partner account, each with a phone of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.active = False
        cls.companies = cls.company + cls.other_company('İkinci MMC', VOENS[1]) + cls.other_company('Üçüncü MMC', VOENS[2])
        cls.connectors = cls.env['vatportal.connector'].create(
            [
                {'name': company.name, 'base_url': cls.sandbox.url, 'token': 'firm-token', 'company_id': company.id, 'is_partner': True, 'phone': phone}
                for company, phone in zip(cls.companies, PHONES, strict=True)
            ]
        )
        cls.env.user.company_ids = [Command.set(cls.companies.ids)]
        cls.env = cls.env(context={**cls.env.context, 'allowed_company_ids': cls.companies.ids})

    def setUp(self):
        super().setUp()
        self.sandbox.portal.add_account('firm', token='firm-token', phones=dict(zip(PHONES, VOENS, strict=True)))

    @classmethod
    def other_company(cls, name, voen):
        company = cls.setup_other_company(name=name)['company']
        azn, country = cls.env.ref('base.AZN'), cls.env.ref('base.az')
        company.write({'vat': voen, 'currency_id': azn.id, 'country_id': country.id, 'account_fiscal_country_id': country.id})
        return company

    def invoice_of(self, company, price=100):
        """A posted invoice of ``company``; each company counts its own from one."""
        env = self.env['account.move'].with_company(company).env
        tax = env['account.tax'].search([('company_id', '=', company.id), ('type_tax_use', '=', 'sale'), ('vatportal_category', '=', 'vat')], limit=1)
        if not tax:
            env['vatportal.connector'].search([('company_id', '=', company.id)]).action_create_taxes()
            return self.invoice_of(company, price)
        move = env['account.move'].create(
            {
                'move_type': 'out_invoice',
                'partner_id': self.partner.id,
                'invoice_date': '2026-11-20',
                'ref': str(uuid4()),
                'currency_id': env.ref('base.AZN').id,
                'invoice_line_ids': [Command.create({'product_id': self.product.id, 'price_unit': price, 'tax_ids': [Command.set(tax.ids)]})],
            }
        )
        move.action_post()
        return move.with_env(self.env)

    def invoices_of_all(self):
        return self.env['account.move'].union(*(self.invoice_of(company, 100 * number) for number, company in enumerate(self.companies, 1)))

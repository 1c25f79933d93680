from odoo.fields import Command
from odoo.tests import new_test_user

from ..lifecycle_common import LifecycleCommon

PHONES = ('994501234567', '994551234567', '994701234567')


class AccountCommon(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.companies = cls.company + cls.env['res.company'].create(
            [
                {'name': name, 'vat': vat, 'country_id': cls.env.ref('base.az').id, 'currency_id': cls.env.ref('base.AZN').id}
                for name, vat in (('İkinci MMC', '2304775691'), ('Üçüncü MMC', '1304612051'))
            ]
        )
        cls.env.user.company_ids += cls.companies
        cls.admin = cls.create_person('account-admin', 'base.group_system,account.group_account_manager', cls.companies)

    @classmethod
    def create_person(cls, login, groups, companies):
        return new_test_user(cls.env, login, groups, company_id=companies[0].id, company_ids=[Command.set(companies.ids)])

    def setUp(self):
        super().setUp()
        self.connector.sudo().write({'username': 'demo', 'secret_hash': 'sandbox-secret'})

    def connector_of(self, company=None, **vals):
        return self.env['vatportal.connector'].create({'base_url': self.sandbox.url, 'company_id': (company or self.companies[1]).id, **vals}).sudo()

    def account(self, connector):
        return connector.sudo().account_id

    def assertOne(self, *connectors):
        self.assertEqual(len({self.account(connector) for connector in connectors}), 1)

    def assertApart(self, *connectors):
        self.assertEqual(len({self.account(connector) for connector in connectors}), len(connectors))

from odoo.fields import Command
from odoo.tests import HttpCase

from .account_common import PHONES, AccountCommon


class TestAccountTour(AccountCommon, HttpCase):
    """Adding a company to an account in the browser: open the connector, the button, the phone, *Add*."""

    def test_add_a_company(self):
        self.env.user.group_ids += self.env.ref('base.group_multi_company')
        self.connector.sudo().write(
            {
                'name': self.company.name,
                'is_partner': True,
                'phone': PHONES[0],
                'token': 'partner-token',
                'username': 'partner',
                'notify_user_ids': [Command.set(self.admin.ids)],
            }
        )
        action = self.env.ref('l10n_az_vatportal.vatportal_connector_action')
        self.start_tour(f'/odoo/action-{action.id}', 'vatportal_add_a_company', login=self.env.user.login, timeout=120)
        added = self.env['vatportal.connector'].sudo().search([('company_id', '=', self.companies[1].id)])
        self.assertOne(self.connector, added)
        self.assertEqual((added.phone, added.notify_user_ids), ('994551234567', self.admin))
        self.assertFalse(self.env['vatportal.connector'].sudo().search([('company_id', '=', self.companies[2].id)]))

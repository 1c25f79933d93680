from odoo.tests import HttpCase

from odoo.addons.l10n_az_vatportal.tests.rpc_common import RpcCommon

from .pos_common import PosCommon


class TestPosRpc(RpcCommon, PosCommon, HttpCase):
    """What this addon adds is checked for access like everything in the main one."""

    ADDON = 'l10n_az_vatportal_pos'

    def records(self):
        return {'vatportal.connector': self.connector}

    def test_public_methods_are_checked(self):
        self.sell()
        self.assertEqual(self.assertChecked(), ['action_pos_invoices'])
        # A cashier gets nowhere either, and whoever sends invoices in another company sees none of these.
        self.authenticate(self.cashier.login, self.cashier.login)
        self.assertIn('AccessError', self.call(self.connector, 'action_pos_invoices'))
        self.authenticate('stranger', 'stranger')
        self.assertEqual(self.call(self.connector, 'action_pos_invoices')['domain'], [['id', 'in', []]])

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from .transfer_common import TransferCommon


class TestTourTransfer(TransferCommon, HttpCase):
    """A storekeeper in the browser; PINs are confirmed on the sandbox's phone page alone."""

    def test_send_and_delete(self):
        self.sandbox.configure(auto_confirm=False)
        user = new_test_user(
            self.env, 'vatportal-tour-store', 'stock.group_stock_user', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        picking = self.create_transfer()
        self.start_tour('/odoo/action-stock.action_picking_tree_internal', 'vatportal_send_transfer', login=user.login, timeout=180)
        self.env.invalidate_all()
        self.assertEqual(picking.vatportal_state, 'deleted')
        self.assertEqual(picking.vatportal_transp_reg_number, '90-AA-123')
        self.assertEqual([(prompt.pin, prompt.state) for prompt in self.sandbox.prompts(None)], [(1, 'confirmed'), (2, 'confirmed')] * 2)
        self.assertEqual(self.uploads()[0].json['invoices'][0]['type'], 'goodsTransfer')

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import VatportalCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestSaleDefaults(VatportalCommon):
    """Invoices that the sales app makes as superuser, for people who may not make any."""

    def test_what_a_salesperson_proposes(self):
        """Neither by the context nor by a default that is kept does a mail get onto the invoice that is sent as anybody."""
        seller = new_test_user(
            self.env, 'planting-seller', 'sales_team.group_sale_salesman', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        self.product.invoice_policy = 'order'
        mail = {'mail_attachments_widget': [{'id': 1, 'name': 'x'}], 'author_user_id': 1}
        own = ('vatportal_mail_leaving', 'vatportal_mail_data')
        for name in own:
            self.env['ir.default'].with_user(seller).set('account.move', name, mail, user_id=True)
        order = (
            self.env['sale.order']
            .with_user(seller)
            .create({'partner_id': self.partner.id, 'order_line': [Command.create({'product_id': self.product.id, 'product_uom_qty': 1})]})
        )
        order.action_confirm()
        context = {f'default_{name}': mail for name in own}
        self.env['sale.advance.payment.inv'].with_user(seller).with_context(active_model='sale.order', active_ids=order.ids, **context).create(
            {'advance_payment_method': 'delivered'}
        ).create_invoices()
        move = order.sudo().invoice_ids
        self.assertEqual(len(move), 1)
        for name in own:
            self.assertFalse(move[name], name)

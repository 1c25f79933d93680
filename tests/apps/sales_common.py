from odoo.fields import Command

from odoo.addons.l10n_az_vatportal_stock.tests.transfer_common import TransferCommon


class SalesCommon(TransferCommon):
    """Sales orders, and goods for them in both warehouses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref('sales_team.group_sale_manager') + cls.env.ref('stock.group_stock_manager')
        cls.env['stock.quant']._update_available_quantity(cls.cement, cls.baku.lot_stock_id, 100)
        cls.env['stock.quant']._update_available_quantity(cls.cement, cls.ganja.lot_stock_id, 100)

    def order(self, partner=None, warehouse=None, **line):
        order = self.env['sale.order'].create(
            {
                'partner_id': (partner or self.partner).id,
                'warehouse_id': (warehouse or self.baku).id,
                'order_line': [Command.create({'product_id': self.cement.id, 'product_uom_qty': 3, **line})],
            }
        )
        order.action_confirm()
        return order

    def validate(self, picking):
        picking.action_assign()
        for move in picking.move_ids:
            move.write({'quantity': move.product_uom_qty, 'picked': True})
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        self.assertEqual(picking.state, 'done')
        return picking

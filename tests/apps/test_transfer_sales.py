from odoo.fields import Command

from odoo.addons.l10n_az_vatportal_pos.tests.pos_common import PosCommon

from .sales_common import SalesCommon


class TestTransferSales(SalesCommon, PosCommon):
    """What is delivered for a sale goes to e-taxes by its invoice, in whatever way it is sold and delivered; what only
    supplies the sale from another warehouse is a goods transfer."""

    def assertSold(self, picking):
        self.assertFalse(picking.vatportal_is_transfer or picking.vatportal_can_send)
        self.assertEqual(self.problems(picking), ['Its goods were sold: send the invoice to e-taxes.'])

    # ------------------------------------------------------------------ sales orders

    def test_a_delivery(self):
        self.assertSold(self.validate(self.order().picking_ids))

    def test_to_another_company_of_the_database(self):
        """It is delivered to the transit between companies."""
        other = self.env['res.company'].create({'name': 'Başqa MMC', 'country_id': self.env.ref('base.az').id})
        transit = self.env.ref('stock.stock_location_inter_company')
        transit.active = True
        other.partner_id.with_company(self.company).property_stock_customer = transit
        picking = self.order(other.partner_id).picking_ids
        self.assertEqual(picking.location_dest_id, transit)
        self.assertFalse(picking.vatportal_is_transfer)
        self.assertSold(self.validate(picking))

    def test_customer_with_another_location(self):
        """Goods may go to the customer by way of a transit that nothing takes them on from."""
        picking = self.order().picking_ids
        picking.location_dest_id = self.transit
        picking.move_ids.location_dest_id = self.transit
        self.assertSold(self.validate(picking))

    def test_in_three_steps(self):
        self.baku.delivery_steps = 'pick_pack_ship'
        order = self.order()
        for _step in range(3):
            picking = order.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))[:1]
            self.assertFalse(self.validate(picking).vatportal_is_transfer)
        self.assertEqual(picking.location_dest_id.usage, 'customer')
        self.assertSold(picking)

    def test_out_again_after_a_return(self):
        picking = self.validate(self.order().picking_ids)
        back = self.give_back(picking, 2)
        self.assertFalse(back.vatportal_is_transfer)
        again = self.give_back(back, 1)
        again.move_ids.sale_line_id = False
        again.reference_ids = False
        self.assertSold(again)

    def test_the_rest_of_it(self):
        picking = self.order().picking_ids
        picking.move_ids.write({'quantity': 1, 'picked': True})
        self.env['stock.backorder.confirmation'].with_context(button_validate_picking_ids=picking.ids, skip_sms=True).create(
            {'pick_ids': [Command.set(picking.ids)], 'backorder_confirmation_line_ids': [Command.create({'to_backorder': True, 'picking_id': picking.id})]}
        ).process()
        self.assertSold(picking)
        self.assertSold(self.validate(picking.backorder_ids))

    def test_from_another_warehouse(self):
        """Straight to the customer; no goods move between own warehouses."""
        route = self.ganja.delivery_route_id
        route.sale_selectable = True
        order = self.order(route_ids=[Command.set(route.ids)])
        picking = order.picking_ids
        self.assertEqual(picking.location_id.warehouse_id, self.ganja)
        self.assertSold(self.validate(picking))

    def test_a_line_added_by_hand(self):
        picking = self.order().picking_ids
        picking.move_ids = [
            Command.create(
                {
                    'product_id': self.gloves.id,
                    'product_uom_qty': 1,
                    'product_uom': self.unit.id,
                    'location_id': picking.location_id.id,
                    'location_dest_id': picking.location_dest_id.id,
                }
            )
        ]
        self.assertSold(self.validate(picking))

    # ------------------------------------------------------------------ the supply of a sale

    def test_the_supply_from_another_warehouse(self):
        """The leg that leaves the other warehouse is a transfer; the delivery is sold."""
        self.baku.resupply_wh_ids = [Command.set(self.ganja.ids)]
        self.env.ref('stock.route_warehouse0_mto').active = True
        self.cement.route_ids = self.baku.resupply_route_ids + self.env.ref('stock.route_warehouse0_mto')
        order = self.order()
        pickings = self.env['stock.picking'].search([('reference_ids', 'in', order.stock_reference_ids.ids)], order='id')
        legs = {picking.location_id: picking for picking in pickings}
        out = legs[self.ganja.lot_stock_id]
        self.env['stock.quant']._update_available_quantity(self.cement, self.ganja.lot_stock_id, 3)
        self.assertEqual(out.location_dest_id.usage, 'transit')
        self.validate(out)
        self.assertTrue(out.vatportal_is_transfer and out.vatportal_can_send)
        self.assertEqual((out.vatportal_from_warehouse_id, out.vatportal_to_warehouse_id), (self.ganja, self.baku))
        [sent] = self.sent(out)
        self.assertEqual((sent['type'], sent['from_wh'], sent['to_wh']), ('goodsTransfer', 'WH002', 'WH001'))
        self.assertFalse(self.validate(legs[out.location_dest_id]).vatportal_is_transfer)
        self.assertSold(self.validate(legs[self.baku.lot_stock_id]))

    # ------------------------------------------------------------------ Point of Sale

    def test_the_picking_of_a_session(self):
        self.cement.write({'available_in_pos': True, 'taxes_id': [Command.set(self.taxes['vat'].ids)]})
        for when in ('closing', 'real'):
            with self.subTest(when):
                self.company.point_of_sale_update_stock_quantities = when
                self.sell((self.cement, 2), invoice=False)
                session = self.opened()
                session.sudo().post_closing_cash_details(session.cash_register_balance_end)
                session.sudo().close_session_from_ui()
                [picking] = session.sudo().picking_ids
                self.assertEqual((picking.state, picking.location_dest_id.usage), ('done', 'customer'))
                self.assertFalse(picking.sale_id)
                self.assertSold(picking.sudo(False).with_user(self.env.user))

    # ------------------------------------------------------------------ no sale at all

    def test_a_dispatch_without_a_sale(self):
        picking = self.create_dispatch(vatportal_to_warehouse_chosen_id=self.ganja.id)
        self.assertFalse(self.problems(picking))
        self.assertTrue(picking.vatportal_is_transfer)

    def test_to_the_transit_between_companies_without_a_sale(self):
        """Branches of one taxpayer move goods in this way; a person says where to."""
        transit = self.env.ref('stock.stock_location_inter_company')
        transit.active = True
        picking = self.create_transfer(target=transit)
        self.assertTrue(picking.vatportal_is_transfer)
        self.assertIn('not known to which warehouse', self.problems(picking)[0])

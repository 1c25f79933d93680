from odoo.fields import Command

from .transfer_common import TransferCommon


class TestTransferLines(TransferCommon):
    """Each line says from where to where it went; the head of the transfer may say something else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls.create_third()
        cls.shelf = cls.env['stock.location'].create({'name': 'Rəf', 'location_id': cls.baku.lot_stock_id.id})
        cls.owner = cls.env['res.partner'].create({'name': 'Malik MMC'})

    def two_lines(self, **second):
        """A transfer of cement and gloves, the line of the gloves with the values ``second``."""
        picking = self.create_transfer((self.cement, 3, self.unit), (self.gloves, 2, self.unit), done=False)
        picking.move_ids.write({'quantity': 2, 'picked': True})
        picking.move_ids[1].move_line_ids.write(second)
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def warnings(self, picking):
        return '\n'.join(self.problems(picking, 'warning'))

    # ------------------------------------------------------------------ places

    def test_stayed(self):
        picking = self.two_lines(location_dest_id=self.shelf.id)
        self.assertIn('Left out: Əlcək stayed in the warehouse', self.warnings(picking))
        self.assertEqual([item[0] for item in self.items(picking)], ['2523290000'])

    def test_all_stayed(self):
        picking = self.create_transfer(done=False)
        picking.move_ids.write({'quantity': 3, 'picked': True})
        picking.move_line_ids.location_dest_id = self.shelf
        picking.button_validate()
        self.assertFalse(picking.vatportal_is_transfer or picking.vatportal_can_send)

    def test_left_though_the_head_stays(self):
        picking = self.create_transfer(target=self.shelf, done=False)
        self.assertFalse(picking.vatportal_is_transfer)
        picking.move_ids.write({'quantity': 3, 'picked': True})
        picking.move_line_ids.location_dest_id = self.ganja.lot_stock_id
        picking.button_validate()
        self.assertTrue(picking.vatportal_can_send)
        [sent] = self.sent(picking)
        self.assertEqual((sent['from_wh'], sent['to_wh']), ('WH001', 'WH002'))

    def test_from_a_third(self):
        picking = self.two_lines(location_id=self.third.lot_stock_id.id)
        [problem] = self.problems(picking)
        self.assertEqual(
            problem,
            (
                'Əlcək came from Şəki anbarı, the rest from Bakı anbarı. One document has one warehouse: return these lines, and '
                'move them by a transfer of their own.'
            ),
        )

    def test_all_from_a_third(self):
        """Then the third is where they came from."""
        self.baku.vatportal_code, self.third.vatportal_code = 'WH009', 'WH001'
        picking = self.create_transfer(done=False)
        picking.move_ids.write({'quantity': 3, 'picked': True})
        picking.move_line_ids.location_id = self.third.lot_stock_id
        picking.button_validate()
        self.assertEqual(picking.vatportal_from_warehouse_id, self.third)
        [sent] = self.sent(picking)
        self.assertEqual((sent['from_wh'], sent['to_wh']), ('WH001', 'WH002'))

    def test_to_a_third(self):
        picking = self.two_lines(location_dest_id=self.third.lot_stock_id.id)
        self.assertFalse(picking.vatportal_to_warehouse_id)
        self.assertIn('Its lines went to several warehouses: Gəncə anbarı, Şəki anbarı', self.problems(picking)[0])
        picking.vatportal_to_warehouse_id = self.ganja
        self.assertIn('Əlcək went to Şəki anbarı, not to Gəncə anbarı', self.problems(picking)[0])

    def test_a_part_of_a_line(self):
        """Half of what one line moved stayed."""
        picking = self.create_transfer((self.cement, 4, self.unit), done=False)
        picking.move_ids.write({'quantity': 4, 'picked': True})
        picking.move_line_ids.quantity = 3
        picking.move_line_ids.copy({'quantity': 1, 'location_dest_id': self.shelf.id, 'picked': True})
        picking.button_validate()
        self.assertEqual(self.items(picking), [('2523290000', 7.344, 3)])

    # ------------------------------------------------------------------ owners

    def test_of_another_owner(self):
        picking = self.two_lines(owner_id=self.owner.id)
        self.assertIn('Əlcək is the property of Malik MMC', self.warnings(picking))
        self.assertEqual([item[0] for item in self.items(picking)], ['2523290000'])

    def test_all_of_another_owner(self):
        picking = self.create_transfer(done=False)
        picking.move_ids.write({'quantity': 3, 'picked': True})
        picking.move_line_ids.owner_id = self.owner
        picking.button_validate()
        [problem] = self.problems(picking)
        self.assertIn('There is nothing to send.\nSement M400 is the property of Malik MMC', problem)
        self.assertFalse(self.wizard(picking).ready_picking_ids)

    def test_the_company_is_its_own_owner(self):
        picking = self.two_lines(owner_id=self.company.partner_id.id)
        self.assertEqual(len(self.items(picking)), 2)

    # ------------------------------------------------------------------ backorders

    def test_a_backorder_keeps_what_was_said(self):
        picking = self.create_transfer(
            (self.cement, 3, self.unit),
            picking_type=self.baku.out_type_id,
            target=self.env.ref('stock.stock_location_customers'),
            done=False,
            vatportal_to_warehouse_chosen_id=self.ganja.id,
            vatportal_transp_reg_number='90-AA-123',
        )
        picking.move_ids.write({'quantity': 1, 'picked': True})
        self.env['stock.backorder.confirmation'].with_context(button_validate_picking_ids=picking.ids).create(
            {'pick_ids': [Command.set(picking.ids)], 'backorder_confirmation_line_ids': [Command.create({'to_backorder': True, 'picking_id': picking.id})]}
        ).process()
        backorder = picking.backorder_ids
        self.assertEqual((backorder.vatportal_to_warehouse_id, backorder.vatportal_transp_reg_number), (self.ganja, '90-AA-123'))
        self.assertEqual((picking.move_ids.quantity, backorder.move_ids.product_uom_qty), (1, 2))
        again = backorder.copy()
        self.assertFalse(again.vatportal_to_warehouse_id or again.vatportal_transp_reg_number)

from .transfer_common import TransferCommon

CEMENT, GLOVES = '2523290000', '6116930000'


class TestTransferReturns(TransferCommon):
    """What came back stands on no document, or on two that say the opposite; never on one alone."""

    def quantities(self, *pickings):
        return [(code, quantity) for code, _price, quantity in self.items(*pickings)]

    def warnings(self, picking):
        return '\n'.join(self.problems(picking, 'warning'))

    # ------------------------------------------------------------------ before it was sent

    def test_before_it_is_sent(self):
        picking = self.create_transfer((self.cement, 3, self.unit), (self.gloves, 2, self.unit))
        back = self.give_back(picking, 1)
        self.assertEqual(picking.vatportal_to_warehouse_id, self.ganja)
        self.assertIn(f'1 Units of Sement M400 came back with {back.name}', self.warnings(picking))
        self.assertEqual(self.quantities(picking), [(CEMENT, 2), (GLOVES, 1)])
        self.assertEqual(picking.vatportal_document_id.amount_total, 16.19)
        [problem] = self.problems(back)
        self.assertIn('nothing to send', problem)
        self.assertIn(picking.name, problem)

    def test_on_the_way_through_a_transit(self):
        first, second = self.create_by_way_of_transit()
        out = self.give_back(second, 1)
        self.give_back(first, 1)
        self.assertEqual((first.vatportal_to_warehouse_id, first.vatportal_from_warehouse_id), (self.ganja, self.baku))
        self.assertEqual(self.quantities(first), [(CEMENT, 2)])
        self.assertIn('nothing to send', self.problems(out)[0])

    def test_a_dispatch(self):
        picking = self.create_dispatch(vatportal_to_warehouse_chosen_id=self.ganja.id)
        back = self.give_back(picking, 2)
        self.assertFalse(back.vatportal_is_transfer)
        self.assertEqual(self.quantities(picking), [(CEMENT, 1)])

    def test_all_of_it(self):
        picking = self.create_transfer()
        self.give_back(picking, 3)
        [problem] = self.problems(picking)
        self.assertIn('nothing to send', problem)
        self.assertIn('3 Units of Sement M400 came back', problem)

    def test_in_another_unit(self):
        picking = self.create_transfer((self.cement, 2, self.dozen))
        back = self.give_back(picking, 1)
        back.move_ids.move_line_ids.write({'quantity': 6, 'product_uom_id': self.unit.id})
        self.assertEqual(self.quantities(picking), [(CEMENT, 1.5)])

    def test_not_what_is_not_back_yet(self):
        picking = self.create_transfer()
        back = self.give_back(picking, 1, done=False)
        self.assertEqual(self.quantities(picking), [(CEMENT, 3)])
        back.button_validate()
        self.assertEqual(self.quantities(back), [(CEMENT, 1)])

    def test_not_what_went_on_to_a_third(self):
        """It came back on paper only, and is a transfer of its own."""
        picking = self.create_transfer()
        back = self.give_back_to_a_third(picking, 1)
        self.assertEqual(self.quantities(picking), [(CEMENT, 3)])
        self.assertFalse(self.problems(back))

    def test_what_came_from_a_third(self):
        """What never came back to where it had left takes nothing off by coming from there."""
        picking = self.create_transfer()
        self.give_back(picking, 1)
        aside = self.give_back_to_a_third(picking, 1)
        self.give_back(aside, 1)
        self.assertEqual(self.quantities(picking), [(CEMENT, 2)])

    def test_out_again(self):
        picking = self.create_transfer()
        again = self.give_back(self.give_back(picking, 2), 1)
        self.assertEqual(self.quantities(picking), [(CEMENT, 2)])
        self.assertEqual(picking.vatportal_to_warehouse_id, self.ganja)
        self.assertEqual(again.vatportal_to_warehouse_id, self.ganja)

    def test_lots(self):
        self.cement.tracking = 'lot'
        lots = self.env['stock.lot'].create([{'name': name, 'product_id': self.cement.id, 'company_id': self.company.id} for name in ('A', 'B')])
        for lot in lots:
            self.env['stock.quant']._update_available_quantity(self.cement, self.baku.lot_stock_id, 2, lot_id=lot)
        picking = self.create_transfer((self.cement, 4, self.unit), done=False)
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        back = self.give_back(picking, 2, done=False)
        back.move_line_ids.lot_id = lots[1]
        back.button_validate()
        parts = {part.line.lot_id: part.quantity for part in picking._vatportal_parts()}
        self.assertEqual(parts, {lots[0]: 2})

    # ------------------------------------------------------------------ after it was sent

    def test_after_it_was_sent(self):
        """Both go as they are."""
        picking = self.create_transfer()
        self.assertEqual(self.quantities(picking), [(CEMENT, 3)])
        back = self.give_back(picking, 1)
        self.assertFalse(self.problems(back) or self.problems(back, 'warning'))
        [sent] = self.sent(back)
        self.assertEqual((sent['from_wh'], sent['to_wh'], sent['items'][0]['quantity']), ('WH002', 'WH001', 1))

    def test_one_before_and_one_after(self):
        picking = self.create_transfer()
        before = self.give_back(picking, 1)
        self.assertEqual(self.quantities(picking), [(CEMENT, 2)])
        after = self.give_back(picking, 2)
        self.assertTrue(self.problems(before))
        self.assertEqual(self.quantities(after), [(CEMENT, 2)])

    def test_deleted_and_sent_anew(self):
        picking = self.create_transfer()
        self.sent(picking)
        back = self.give_back(picking, 1)
        self.finish(self.delete(picking.vatportal_document_id))
        self.assertIn(picking.name, self.warnings(back))
        self.assertEqual(self.quantities(picking), [(CEMENT, 2)])
        self.assertTrue(self.problems(back))

    # ------------------------------------------------------------------ the return first, or both at once

    def test_the_return_first(self):
        """Then both are transfers of their own, and it is said beforehand."""
        picking = self.create_transfer()
        back = self.give_back(picking, 1)
        self.assertIn(f'It returns goods of {picking.name}, which is not at e-taxes', self.warnings(back))
        self.assertEqual(self.quantities(back), [(CEMENT, 1)])
        self.assertFalse(self.warnings(picking))
        self.assertEqual(self.quantities(picking), [(CEMENT, 3)])

    def test_both_at_once(self):
        picking = self.create_transfer()
        back = self.give_back(picking, 1)
        wizard = self.wizard(picking + back)
        self.assertEqual(wizard.ready_picking_ids, picking)
        self.assertIn('which is sent now', str(wizard.alerts))
        self.assertEqual(wizard.amount_ready, 14.69)

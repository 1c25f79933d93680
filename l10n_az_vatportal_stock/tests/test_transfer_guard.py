from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from .transfer_common import TransferCommon


class TestTransferGuard(TransferCommon):
    """What stands on a document at e-taxes is not written any more, by whatever way; all else is."""

    def setUp(self):
        super().setUp()
        self.keeper = new_test_user(
            self.env, 'vp_manager', groups='stock.group_stock_manager', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )
        self.other = self.create_transfer().with_user(self.keeper)
        self.picking = self.create_transfer((self.cement, 3, self.unit), (self.gloves, 2, self.unit)).with_user(self.keeper)
        self.sent(self.picking)
        self.env['stock.picking'].browse((self.picking + self.other).ids).is_locked = False

    def writes(self):
        picking, other = self.picking, self.other
        move, line = picking.move_ids[0], picking.move_line_ids[0]
        place = self.transit.id
        return {
            'number': lambda: picking.write({'name': 'BAK/INT/0'}),
            'effective date': lambda: picking.write({'date_done': '2026-01-01 10:00:00'}),
            'truck': lambda: picking.write({'vatportal_transp_reg_number': '90-AA-123'}),
            'destination': lambda: picking.write({'location_dest_id': place}),
            'origin': lambda: picking.write({'location_id': place}),
            'warehouse': lambda: picking.write({'vatportal_to_warehouse_id': self.baku.id}),
            'chosen warehouse': lambda: picking.write({'vatportal_to_warehouse_chosen_id': self.baku.id}),
            'notes': lambda: picking.write({'vatportal_main_info': 'Başqa'}),
            'type of operation': lambda: picking.write({'picking_type_id': self.baku.out_type_id.id}),
            'state': lambda: picking.write({'state': 'draft'}),
            'product of a move': lambda: move.write({'product_id': self.gloves.id}),
            'picking of a move': lambda: move.write({'picking_id': other.id}),
            'a move taken away': lambda: move.write({'picking_id': False}),
            'a move brought in': lambda: other.move_ids.write({'picking_id': picking.id}),
            'destination of a move': lambda: move.write({'location_dest_id': place}),
            'state of a move': lambda: move.write({'state': 'cancel'}),
            'quantity of a move': lambda: move.write({'quantity': 7}),
            'by way of the picking': lambda: picking.write({'move_ids': [Command.update(move.id, {'quantity': 7})]}),
            'a new move': lambda: picking.write(
                {
                    'move_ids': [
                        Command.create(
                            {
                                'product_id': self.cement.id,
                                'product_uom_qty': 1,
                                'product_uom': self.unit.id,
                                'location_id': picking.location_id.id,
                                'location_dest_id': picking.location_dest_id.id,
                            }
                        )
                    ]
                }
            ),
            'product of a line': lambda: line.write({'product_id': self.gloves.id}),
            'picking of a line': lambda: line.write({'picking_id': other.id}),
            'move of a line': lambda: line.write({'move_id': other.move_ids.id}),
            'a line brought in': lambda: other.move_line_ids.write({'picking_id': picking.id}),
            'a line brought into a move': lambda: other.move_line_ids.write({'move_id': move.id}),
            'destination of a line': lambda: line.write({'location_dest_id': place}),
            'lot of a line': lambda: line.write({'lot_id': self.env['stock.lot'].create({'product_id': line.product_id.id, 'name': 'L1'}).id}),
            'owner of a line': lambda: line.write({'owner_id': self.partner.id}),
        }

    def test_what_it_cost_is_written_by_nobody(self):
        lines = self.other.move_line_ids
        for vals in ({'vatportal_cost': 1}, {'vatportal_cost_day': '2026-01-01'}):
            with self.subTest(vals), self.assertRaises(AccessError):
                lines.write(vals)
            with self.subTest(vals), self.assertRaises(AccessError):
                self.other.write({'move_line_ids': [Command.update(lines[0].id, vals)]})

    def test_nothing_of_it_can_be_written(self):
        for name, write in self.writes().items():
            with self.subTest(name), self.cr.savepoint() as savepoint:
                with self.assertRaisesRegex(UserError, 'Delete it there first'):
                    write()
                savepoint.rollback()
                self.env.invalidate_all()

    def test_while_it_is_sent(self):
        self.sandbox.configure(auto_confirm=False)
        self.send(self.other)
        with self.assertRaisesRegex(UserError, 'Wait for the end'):
            self.other.write({'vatportal_transp_reg_number': '90-AA-123'})

    def test_the_same_once_more_is_no_change(self):
        picking = self.picking
        picking.write(
            {
                'name': picking.name,
                'date_done': str(picking.date_done),
                'vatportal_transp_reg_number': False,
                'location_dest_id': picking.location_dest_id.id,
                'vatportal_main_info': '',
            }
        )
        picking.move_ids[0].write({'product_id': picking.move_ids[0].product_id.id})

    def test_what_does_not_stand_on_it(self):
        self.picking.write({'user_id': self.keeper.id, 'priority': '1', 'note': 'Qapını bağla', 'is_locked': True})
        self.assertTrue(self.picking.is_locked)

    def test_scrap_on_arrival(self):
        """It stands on a document of nobody's."""
        scrap = (
            self.env['stock.scrap']
            .with_user(self.keeper)
            .create({'picking_id': self.picking.id, 'product_id': self.cement.id, 'scrap_qty': 1, 'location_id': self.ganja.lot_stock_id.id})
        )
        scrap.do_scrap()
        self.assertEqual(scrap.state, 'done')
        self.assertEqual(self.picking.move_ids.filtered(lambda move: move.scrap_id).state, 'done')

    def test_a_return(self):
        self.assertEqual(self.give_back(self.picking, 1).state, 'done')

    def test_free_when_it_is_deleted(self):
        self.finish(self.delete(self.picking.sudo().vatportal_document_id))
        self.env.invalidate_all()
        self.picking.write({'vatportal_transp_reg_number': '90-AA-123', 'date_done': '2026-11-01 10:00:00'})

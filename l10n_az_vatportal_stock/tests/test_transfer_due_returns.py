from datetime import date, datetime
from unittest.mock import patch

from odoo.addons.l10n_az_vatportal.tests.common import script
from odoo.addons.l10n_az_vatportal.tests.due_common import DueCommon

from .transfer_common import TransferCommon


class TestTransferDueReturns(DueCommon, TransferCommon):
    """What came back before it was sent has no last day, nor has the return that brought it back; whatever has to go keeps its own."""

    def assertDue(self, **expected):
        """``expected``: name of the transfer in the test → (the transfer, whether it is due)"""
        self.env.invalidate_all()
        found = {name: bool(picking.vatportal_due_date) for name, (picking, _due) in expected.items()}
        self.assertEqual(found, {name: due for name, (_picking, due) in expected.items()})
        self.assertEqual([bool(picking.vatportal_deadline_id) for picking, _due in expected.values()], list(found.values()))
        tasks = self.env['vatportal.desk'].get_tasks()['sale']
        self.assertEqual(sum(task['count'] for task in tasks if task['key'] in ('transfers_late', 'transfers_due')), sum(found.values()))

    def assertDueForEver(self, **expected):
        """Also the day after, with a person reminded, and after all was computed anew."""
        self.assertDue(**expected)
        self.at(datetime(2026, 11, 21, 8, 0))
        self.remind()
        self.assertDue(**expected)
        for picking, due in expected.values():
            self.assertEqual(bool(self.told(picking)), due)
        self.rule('deadline_goods').days += 1
        self.assertDue(**expected)

    def end(self, picking, status='canceled'):
        """Its document ends at e-taxes."""
        picking.vatportal_document_id.sudo().write({'status': status, 'status_code': status, 'state': 'deleted'})

    def test_all_of_it(self):
        first = self.create_transfer()
        self.remind()
        self.assertTrue(self.told(first))
        back = self.give_back(first, 3)
        self.assertDueForEver(first=(first, False), back=(back, False))

    def test_all_of_it_in_parts(self):
        first = self.create_transfer((self.cement, 3, self.unit), (self.gloves, 3, self.unit))
        one = self.give_back(first, 1)
        self.assertDue(first=(first, True), one=(one, False))
        two = self.give_back(first, 2)
        self.assertDueForEver(first=(first, False), one=(one, False), two=(two, False))

    def test_out_again(self):
        """What a return has brought back went out again with a return of its own; and back once more."""
        first = self.create_transfer()
        back = self.give_back(first, 3)
        again = self.give_back(back, 2)
        self.assertDue(first=(first, True), back=(back, False), again=(again, False))
        last = self.give_back(again, 2)
        self.assertDue(first=(first, False), back=(back, False), again=(again, False), last=(last, False))
        once = self.give_back(last, 1)
        self.assertDue(first=(first, True), back=(back, False), again=(again, False), last=(last, False), once=(once, False))
        self.assertEqual([quantity for _code, _price, quantity in self.items(first)], [1])
        self.assertDueForEver(first=(first, False), back=(back, False), again=(again, False), last=(last, False), once=(once, False))

    def test_out_again_after_it_was_sent(self):
        """Then e-taxes knows nothing of it yet."""
        first = self.create_transfer()
        back = self.give_back(first, 2)
        self.sent(first)
        again = self.give_back(back, 1)
        self.assertDueForEver(first=(first, False), back=(back, False), again=(again, True))

    def test_a_part_before_it_is_sent(self):
        first = self.create_transfer()
        back = self.give_back(first, 1)
        self.assertDue(first=(first, True), back=(back, False))
        self.sent(first)
        after = self.give_back(first, 2)
        self.assertDueForEver(first=(first, False), back=(back, False), after=(after, True))

    def test_the_return_first(self):
        first = self.create_transfer()
        back = self.give_back(first, 3)
        self.sent(back)
        self.assertDueForEver(first=(first, True), back=(back, False))
        self.end(back)
        self.assertDue(first=(first, False), back=(back, False))
        back.vatportal_document_id.sudo()._follow_status()
        self.assertFalse(back.activity_ids, 'neither has to be sent again')
        self.give_back(back, 1)
        self.assertDue(first=(first, True), back=(back, False))
        self.assertFalse(back.activity_ids)

    def test_the_document_is_no_more(self):
        """The transfer is to be sent again, or its goods come back; nothing is due once they have."""
        first = self.create_transfer()
        self.sent(first)
        self.end(first)
        self.assertDue(first=(first, True))
        one = self.give_back(first, 1)
        self.assertDue(first=(first, True), one=(one, False))
        two = self.give_back(first, 2)
        self.assertDueForEver(first=(first, False), one=(one, False), two=(two, False))
        again = self.give_back(two, 1)
        self.assertDue(first=(first, True), one=(one, False), two=(two, False), again=(again, False))

    def test_the_document_is_no_more_after_all_came_back(self):
        """What came back after the transfer was sent is taken off when that ends at e-taxes; not where it is there itself."""
        for there in (False, True):
            with self.subTest(there=there):
                first = self.create_transfer()
                self.sent(first)
                back = self.give_back(first, 3)
                self.assertEqual((bool(first.vatportal_due_date), bool(back.vatportal_due_date)), (False, True))
                if there:
                    self.sent(back)
                self.end(first, 'deactivated')
                self.env.invalidate_all()
                self.assertEqual((bool(first.vatportal_due_date), bool(back.vatportal_due_date)), (there, False))

    def test_what_it_returns_is_never_sent(self):
        """It was typed at e-taxes, or is of another system's time: the return stands alone."""
        first = self.create_transfer()
        back = self.give_back(first, 3)
        first.vatportal_unsent_reason = 'Typed at e-taxes'
        self.assertDueForEver(first=(first, False), back=(back, True))
        first.vatportal_unsent_reason = False
        self.assertDue(first=(first, False), back=(back, False))
        first.date_done = '2026-09-20 08:00:00'
        self.assertDue(first=(first, False), back=(back, True))

    def test_through_a_transit(self):
        first, second = self.create_by_way_of_transit()
        out = self.give_back(second, 3)
        self.assertDue(first=(first, True), out=(out, True))
        back = self.give_back(first, 3)
        self.assertDueForEver(first=(first, False), out=(out, False), back=(back, False))

    def test_through_a_transit_the_return_first(self):
        """What was sent is the leg before the one that brought it back: then the first one has to be sent, too."""
        first, second = self.create_by_way_of_transit()
        out = self.give_back(second, 3, vatportal_to_warehouse_chosen_id=self.baku.id)
        self.sent(out)
        back = self.give_back(first, 3)
        self.assertDueForEver(first=(first, True), out=(out, False), back=(back, False))
        self.assertEqual(self.items(first)[0][-1], 3)

    def test_a_dispatch_that_came_back(self):
        first = self.create_dispatch(vatportal_to_warehouse_chosen_id=self.ganja.id)
        back = self.give_back(first, 3)
        self.assertDueForEver(first=(first, False), back=(back, False))

    def test_to_a_third(self):
        """It came back on paper only, and is a transfer of its own."""
        first = self.create_transfer()
        back = self.give_back_to_a_third(first, 3)
        self.assertDueForEver(first=(first, True), back=(back, True))

    def test_what_it_brings_beside(self):
        """A return that brings more than came is due for that."""
        first = self.create_transfer()
        back = self.give_back(first, 3, done=False)
        extra = back.move_ids.copy({'product_id': self.gloves.id, 'origin_returned_move_id': False, 'picking_id': back.id})
        extra.write({'quantity': 3, 'picked': True})
        back.with_context(skip_backorder=True).button_validate()
        self.assertDueForEver(first=(first, False), back=(back, True))

    def test_corrected_afterwards(self):
        """A transfer that is unlocked, and one of its quantities corrected."""
        first = self.create_transfer()
        back = self.give_back(first, 2)
        self.assertDue(first=(first, True), back=(back, False))
        back.action_toggle_is_locked()
        back.move_line_ids.quantity = 3
        self.assertDue(first=(first, False), back=(back, False))

    def test_goods_of_another_owner(self):
        """There is nothing to send of them."""
        first = self.create_transfer(done=False)
        first.move_ids.write({'quantity': 3, 'picked': True})
        first.move_line_ids.owner_id = self.partner
        first.with_context(skip_backorder=True).button_validate()
        self.assertDueForEver(first=(first, False))

    def test_what_is_said_of_the_return(self):
        first = self.create_transfer()
        back = self.give_back(first, 2)
        self.assertIn('Send that one instead', '\n'.join(self.problems(back, 'warning')))
        self.give_back(first, 1)
        [warning] = self.problems(back, 'warning')
        self.assertIn(f'It returns goods of {first.name}, which is not at e-taxes', warning)
        self.assertIn('neither has to be sent', warning)

    def test_to_and_fro(self):
        """Goods that go to and fro for ever with nothing sent: each step asks once of those before it."""
        steps = [self.create_transfer()]
        for _number in range(7):
            steps.append(self.give_back(steps[-1], 3))
        Move, asked = type(self.env['stock.move']), []
        taken_off = Move._vatportal_taken_off

        def noted(move, *args, **kwargs):
            asked.append(move)
            return taken_off(move, *args, **kwargs)

        with patch.object(Move, '_vatportal_taken_off', noted):
            steps[-1]._vatportal_parts(planned=True)
            self.assertEqual(len(asked), len(steps))
            asked.clear()
            self.env['stock.picking']._renew_due([('id', 'in', [step.id for step in steps])])
            self.env.flush_all()
        self.assertLessEqual(len(asked), 2 * len(steps) ** 2)
        self.assertDue(**{f'step {number}': (step, False) for number, step in enumerate(steps)})

    def test_the_update(self):
        """It closes such as stand open."""
        first = self.create_transfer()
        back = self.give_back(first, 3)
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_picking SET vatportal_due_date = '2026-11-20' WHERE id = ANY(%s)", [(first + back).ids])
        self.env.invalidate_all()
        self.assertEqual(first.vatportal_due_date, date(2026, 11, 20))
        script('19.0.1.11.0/end-begun.py').migrate(self.env.cr, '19.0.1.10.0')
        self.assertDueForEver(first=(first, False), back=(back, False))

from datetime import date

from odoo.addons.l10n_az_vatportal.tests.common import script
from odoo.addons.l10n_az_vatportal.tests.due_common import DueCommon

from .transfer_common import TransferCommon


class TestTransferNeverSent(DueCommon, TransferCommon):
    """Transfers, and their returns, of which somebody has said why they never go."""

    def due(self, *pickings):
        self.env.invalidate_all()
        return [bool(picking.vatportal_due_date) for picking in pickings]

    def said(self, picking, level):
        return '\n'.join(self.problems(picking, level))

    def test_what_it_returns(self):
        """Of one that is never sent, or is of a time before, nobody is asked to send it."""
        first = self.create_transfer()
        back = self.give_back(first, 2)
        self.assertIn('Send that one instead', self.said(back, 'warning'))
        first.vatportal_unsent_reason = 'Typed at e-taxes'
        self.assertEqual(self.problems(back, 'warning') + self.problems(back), [])
        first.write({'vatportal_unsent_reason': False, 'date_done': '2026-09-20 08:00:00'})
        self.assertEqual(self.problems(back, 'warning') + self.problems(back), [])
        self.assertEqual(self.due(first, back), [False, True])
        wizard = self.wizard(first + back)
        self.assertEqual(wizard.ready_picking_ids, first, 'what is sent by hand all the same is sent without what came back')

    def test_what_it_returns_is_to_be_taken_off(self):
        """Then neither has to be sent, but the first of all."""
        first = self.create_transfer()
        back = self.give_back(first, 3)
        again = self.give_back(back, 2)
        self.assertIn('neither has to be sent', self.said(again, 'warning'))
        self.assertEqual(self.due(first, back, again), [True, False, False])

    def test_the_return_of_all(self):
        """It may be at e-taxes in another way: somebody has to judge of what it has returned."""
        first = self.create_transfer()
        back = self.give_back(first, 3)
        self.assertEqual(self.due(first, back), [False, False])
        back.vatportal_unsent_reason = 'Typed at e-taxes'
        self.assertEqual(self.due(first, back), [True, False])
        self.assertIn(f'{back.name}, which returns goods of {first.name}, is never sent: “Typed at e-taxes”', self.said(first, 'error'))
        self.rule('deadline_goods').days += 1
        self.assertEqual(self.due(first, back), [True, False])
        first.vatportal_unsent_reason = 'Typed at e-taxes, too'
        self.assertEqual(self.due(first, back), [False, False])
        (first + back).vatportal_unsent_reason = False
        self.assertEqual(self.due(first, back), [False, False])
        self.assertNotIn('never sent', self.said(first, 'error'))

    def test_the_return_of_a_part(self):
        first = self.create_transfer()
        back, other = self.give_back(first, 1), self.give_back(first, 1)
        self.assertFalse([problem for problem in first._vatportal_problems(self.connector) if problem.get('asks')])
        back.vatportal_unsent_reason = 'Typed at e-taxes'
        (asked,) = [problem for problem in first._vatportal_problems(self.connector) if problem.get('asks')]
        self.assertEqual(asked['level'], 'warning')
        self.assertIn('is never sent: “Typed at e-taxes”', asked['message'])
        self.assertEqual(self.due(first, back, other), [True, False, False])
        self.sent(first)
        self.assertEqual(self.due(first, back, other), [False, False, False])

    def test_what_went_out_again(self):
        """And came back once more by one that never goes."""
        first = self.create_transfer()
        last = self.give_back(self.give_back(self.give_back(first, 3), 2), 2)
        self.assertEqual(self.due(first), [False])
        last.vatportal_unsent_reason = 'Typed at e-taxes'
        self.assertEqual(self.due(first, last), [True, False])

    def test_any_of_three_steps(self):
        """What all the others send comes to what e-taxes is to know of; of whatever that one brought back somebody has to judge."""
        for number, quantities in enumerate(([0, 1, 0], [0, 0, 2], [2, 0, 0])):
            with self.subTest(number=number):
                first = self.create_transfer()
                back = self.give_back(first, 3)
                steps = [first, back, self.give_back(back, 2)]
                steps[number].vatportal_unsent_reason = 'Typed at e-taxes'
                sent = [0 if step.vatportal_unsent_reason else sum(part.quantity for part in step._vatportal_parts(planned=True)) for step in steps]
                self.assertEqual(sent, quantities)
                self.assertEqual(self.due(*steps), [[False, True, False], [True, False, True], [True, True, False]][number])

    def test_what_another_return_says_of_what_it_returns(self):
        """There is nothing to send instead; whoever sends it is told of what is to be judged."""
        first = self.create_transfer()
        back, other = self.give_back(first, 2), self.give_back(first, 1)
        back.vatportal_unsent_reason = 'Typed at e-taxes'
        said = self.said(other, 'warning')
        self.assertIn(f'{back.name}, which returns goods of {first.name}, is never sent', said)
        self.assertNotIn('Send that one instead', said)
        self.assertNotIn('neither has to be sent', said)

    def test_what_was_moved_on(self):
        """And came back from there by one that never goes: that returns another transfer."""
        first = self.create_transfer()
        onward = self.create_transfer(source=self.ganja.lot_stock_id, target=self.baku.lot_stock_id, picking_type=self.ganja.int_type_id, done=False)
        onward.move_ids.move_orig_ids = first.move_ids
        onward.move_ids.write({'quantity': 1, 'picked': True})
        onward.with_context(skip_backorder=True).button_validate()
        self.give_back(first, 2)
        self.give_back(onward, 1).vatportal_unsent_reason = 'Typed at e-taxes'
        self.assertNotIn('never sent', self.said(first, 'warning'))

    def test_through_a_transit(self):
        """The leg that would be sent is the one before what came back."""
        first, second = self.create_by_way_of_transit()
        out = self.give_back(second, 3)
        self.give_back(first, 3)
        self.assertEqual(self.due(first, out), [False, False])
        out.vatportal_unsent_reason = 'Typed at e-taxes'
        self.assertEqual(self.due(first, out), [True, False])

    def test_what_comes_back_from_outside(self):
        """It would not be sent anyway."""
        first = self.create_dispatch(vatportal_to_warehouse_chosen_id=self.ganja.id)
        back = self.give_back(first, 3)
        back.vatportal_unsent_reason = 'From a customer'
        self.assertEqual(self.due(first, back), [False, False])

    def test_what_went_on_to_a_third(self):
        """Nothing was taken off for that."""
        first = self.create_transfer()
        aside = self.give_back_to_a_third(first, 1)
        aside.vatportal_unsent_reason = 'Typed at e-taxes'
        self.assertEqual(self.problems(first, 'warning'), [])
        self.assertEqual(self.items(first)[0][-1], 3)

    def test_the_update(self):
        first = self.create_transfer()
        back = self.give_back(first, 3)
        back.vatportal_unsent_reason = 'Typed at e-taxes'
        self.env.flush_all()
        self.env.cr.execute('UPDATE stock_picking SET vatportal_due_date = NULL, vatportal_deadline_id = NULL WHERE id = %s', [first.id])
        self.env.invalidate_all()
        script('19.0.1.12.0/end-returns.py', 'l10n_az_vatportal_stock').migrate(self.env.cr, '19.0.1.11.0')
        self.assertEqual((first.vatportal_due_date, back.vatportal_due_date), (date(2026, 11, 20), False))

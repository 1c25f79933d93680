from itertools import permutations

from odoo.addons.l10n_az_vatportal.tests.common import script

from .transfer_common import TransferCommon


class TestTransferEnds(TransferCommon):
    """What is asked of people about transfers, and their returns, whose documents are no more."""

    def to_and_fro(self, *quantities):
        """A transfer of 3, its return, the return of that …, each of the ``quantities`` after the first; all of them sent."""
        pickings = []
        for quantity in quantities:
            pickings.append(self.give_back(pickings[-1], quantity) if pickings else self.create_transfer((self.cement, quantity, self.unit)))
            self.sent(pickings[-1])
        return pickings

    def end(self, *pickings):
        """The documents of ``pickings`` end at e-taxes, which is known together."""
        documents = self.env['vatportal.document'].sudo().concat(*(picking.vatportal_document_id for picking in pickings))
        documents.write({'status': 'canceled', 'status_code': 'canceled'})
        documents._follow_status()

    def import_statuses(self, statuses):
        """``statuses``: transfer → what e-taxes says of its document"""
        for picking, status in statuses.items():
            self.sandbox.portal.set_status(picking.vatportal_document_id.qaime, status)
        days = [picking.vatportal_document_id._baku_date() for picking in statuses]
        # One for each calendar month.
        for job in self.env['vatportal.job']._queue_download(self.connector, ['outgoing'], min(days), max(days), 'portal'):
            self.finish(job)
        self.assertEqual([picking.vatportal_document_id.status for picking in statuses], list(statuses.values()))

    def assertAsked(self, asked, *pickings):
        """Of these ``pickings`` something is asked about ``asked`` alone."""
        self.assertEqual([picking for picking in pickings if picking.activity_ids], asked)

    def assertNeverAsked(self, *pickings):
        self.assertAsked([], *pickings)
        self.assertNotIn('no longer valid', ' '.join(body for picking in pickings for body in picking.message_ids.mapped('body')))

    def test_one_after_the_other(self):
        """What is asked about one of them is done once the other one has ended, too, whichever was the first."""
        for turn in (1, -1):
            with self.subTest(turn=turn):
                first, back = self.to_and_fro(3, 3)
                one, other = (first, back)[::turn]
                self.end(one)
                self.assertAsked([one], one, other)
                self.end(other)
                self.assertAsked([], one, other)
                self.assertFalse(one.vatportal_due_date or other.vatportal_due_date)

    def test_both_at_once(self):
        for turn in (1, -1):
            with self.subTest(turn=turn):
                pickings = self.to_and_fro(3, 3)
                self.end(*pickings[::turn])
                self.assertNeverAsked(*pickings)

    def test_both_in_one_import(self):
        """In whatever way each of them has ended."""
        for statuses in (('canceled', 'canceled'), ('deleted', 'deactivated'), ('canceled', 'deletedBySystem')):
            with self.subTest(statuses=statuses):
                pickings = self.to_and_fro(3, 3)
                self.import_statuses(dict(zip(pickings, statuses, strict=True)))
                self.assertEqual([picking.vatportal_state for picking in pickings], ['deleted', 'deleted'])
                self.assertNeverAsked(*pickings)

    def test_three_at_once(self):
        """Of the first one something is left, in whatever order they are known."""
        for order in permutations(range(3)):
            with self.subTest(order=order):
                pickings = self.to_and_fro(3, 2, 1)
                self.end(*(pickings[number] for number in order))
                self.assertAsked(pickings[:1], *pickings)
                self.assertNeverAsked(*pickings[1:])

    def test_the_other_one_is_deleted_from_odoo(self):
        for turn in (1, -1):
            with self.subTest(turn=turn):
                one, other = self.to_and_fro(3, 3)[::turn]
                self.end(one)
                self.assertAsked([one], one, other)
                self.finish(self.delete(other.vatportal_document_id))
                self.assertEqual(other.vatportal_state, 'deleted')
                self.assertAsked([], one, other)

    def test_one_that_was_deleted_by_a_person(self):
        """Whoever has deleted it is not asked about it because something of it has another status."""
        first, back = self.to_and_fro(3, 1)
        self.finish(self.delete(first.vatportal_document_id))
        self.end(back)
        self.assertAsked([], first, back)

    def test_its_return_is_sent_first(self):
        """Nothing was left of the first one before that."""
        first = self.to_and_fro(3)[0]
        self.end(first)
        back = self.give_back(first, 3)
        self.assertAsked([], first, back)
        self.sent(back)
        self.assertAsked([first], first, back)

    def test_in_force_again(self):
        """Then its return, whose document is no more, has brought back on paper what it never took away."""
        first, back = self.to_and_fro(3, 3)
        self.import_statuses({first: 'canceled', back: 'canceled'})
        self.assertAsked([], first, back)
        self.import_statuses({first: 'approved'})
        self.assertEqual(first.vatportal_state, 'registered')
        self.assertAsked([back], first, back)

    def test_through_a_transit(self):
        """The leg that brought it back last says that of the leg before it, too."""
        first, second = self.create_by_way_of_transit()
        self.sent(first)
        out = self.give_back(second, 3, vatportal_to_warehouse_chosen_id=self.baku.id)
        self.sent(out)
        self.end(first, out)
        self.assertAsked([first, out], first, out)
        self.give_back(first, 3)
        self.assertAsked([], first, out)

    def test_the_update(self):
        """It closes what nothing is left of, and nothing else."""
        pickings = self.to_and_fro(3, 3)
        other = self.create_transfer()
        self.sent(other)
        self.end(other)
        self.end(*pickings)
        for picking in pickings:
            picking.activity_schedule(picking._vatportal_activity_type, summary='e-taxes: no longer valid')
        self.assertAsked([*pickings, other], *pickings, other)
        script('19.0.1.12.0/end-returns.py', 'l10n_az_vatportal_stock').migrate(self.env.cr, '19.0.1.11.0')
        self.assertAsked([other], *pickings, other)

from datetime import timedelta

from .transfer_common import TransferCommon


class TestTransferQueue(TransferCommon):
    """Transfers on their way: in which order, and with what."""

    def test_by_day_and_number(self):
        """The day is that of Baku: ten in the evening there and one in the night are two."""
        pickings = self.create_transfer() + self.create_transfer() + self.create_transfer()
        for picking, name, done in zip(
            pickings, ('BAK/INT/10', 'BAK/INT/9', 'BAK/INT/1'), ('2026-11-20 06:00:00', '2026-11-20 18:00:00', '2026-11-20 21:00:00'), strict=True
        ):
            picking.write({'name': name, 'date_done': done})
        self.sent(pickings)
        numbers = [picking.vatportal_qaime for picking in (pickings[1], pickings[0], pickings[2])]
        self.assertTrue(all(numbers))
        self.assertEqual(numbers, sorted(numbers))

    def test_transfers_and_invoices_are_not_mixed(self):
        """Inventory users follow what consists of transfers alone."""
        picking, move, other = self.create_transfer(), self.create_invoice(), self.create_transfer()
        picking._vatportal_queue()
        job = picking.vatportal_document_id.job_ids
        move._vatportal_queue()
        self.assertNotEqual(move.vatportal_document_id.job_ids, job)
        move.vatportal_document_id.job_ids.sudo().changed_at -= timedelta(hours=1)
        other._vatportal_queue()
        self.assertNotIn(other.vatportal_document_id, move.vatportal_document_id.job_ids.document_ids)

    def test_transfers_join(self):
        pickings = self.create_transfer() + self.create_transfer()
        for picking in pickings:
            picking._vatportal_queue()
        self.assertEqual(len(pickings.vatportal_document_id.job_ids), 1)

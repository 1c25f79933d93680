from odoo.addons.l10n_az_vatportal.tests.restored_common import RestoredCommon

from .. import _post_init
from .transfer_common import TransferCommon


class TestTransferRestored(TransferCommon, RestoredCommon):
    """Transfers that a database sends which was restored from a backup, or copied."""

    def test_sent_again_with_another_cost(self):
        """The cost of a product changes by the day; what was moved does not."""
        picking = self.create_transfer()
        with self.forgotten():
            self.finish(self.send(picking))
            number, total = picking.vatportal_qaime, picking.vatportal_document_id.amount_total
            self.assertTrue(number)
        self.cement.with_company(self.company).standard_price = 9
        picking.move_line_ids.sudo().vatportal_cost = 0  # which was not written down before
        self.env['product.value'].search([('product_id', '=', self.cement.id)]).unlink()
        self.finish(self.send(picking))
        self.assertEqual(picking.vatportal_qaime, number)
        self.assertNotEqual(picking.vatportal_document_id.amount_total, total)
        self.assertEqual(len(self.live_transfers()), 1)

    def test_sent_with_another_quantity(self):
        """It does not go before a person has heard of it."""
        picking = self.create_transfer()
        with self.forgotten():
            picking.move_ids.quantity = 2
            self.finish(self.send(picking))
            self.assertEqual(picking.vatportal_state, 'registered')
        self.connector.sudo().compared_at = False
        job = self.send(picking)
        self.finish(job)
        self.assertEqual((picking.vatportal_state, len(self.live_transfers())), ('rejected', 1))
        self.assertIn('only if it is another one', picking.vatportal_document_id.message)

    def live_transfers(self):
        return [invoice for invoice in self.sandbox.portal.state.invoices.values() if not invoice.deleted]

    def test_addon_installed_anew(self):
        """Without the addon the documents lose their transfers; with it they are theirs again, and nothing goes twice."""
        first, second = self.create_transfer(), self.create_transfer()
        self.finish(self.send(first))
        number = first.vatportal_qaime
        self.env['vatportal.document'].sudo().search([('picking_id', '!=', False)]).picking_id = False
        self.env.flush_all()
        _post_init(self.env)
        self.assertEqual((first + second).mapped('vatportal_qaime'), [number, False])
        self.assertEqual((first + second).mapped('vatportal_state'), ['registered', 'none'])
        self.assertEqual(len(self.live_transfers()), 1)

    def test_what_makes_a_transfer_another_one(self):
        """After a restore its number is given once more: to other goods, another quantity, another warehouse."""
        third = self.env['stock.warehouse'].create({'name': 'Şəki anbarı', 'code': 'SKI', 'vatportal_code': 'WH002', 'company_id': self.company.id})
        with self.forgotten():
            first = self.create_transfer()
            self.finish(self.send(first))
            erp_id, name = first.vatportal_document_id.erp_id, first.name
        for lines, vals in (([(self.gloves, 3, self.unit)], {}), ([(self.cement, 4, self.unit)], {}), ([], {'target': third.lot_stock_id})):
            with self.forgotten():
                other = self.create_transfer(*lines, **vals)
                other.name = name
                self.env['vatportal.job']._queue(other, self.connector, True)
                self.assertNotEqual(other.vatportal_document_id.erp_id, erp_id)
        with self.forgotten():
            same = self.create_transfer()
            same.name = name
            self.env['vatportal.job']._queue(same, self.connector, True)
            self.assertEqual(same.vatportal_document_id.erp_id, erp_id)

    def test_compared(self):
        pickings = self.create_transfer() + self.create_transfer()
        with self.forgotten():
            self.finish(self.send(pickings[0]))
            number = pickings[0].vatportal_qaime
        self.connector.sudo()._look_for_unknown()
        job = self.env['vatportal.job'].search([('compares', '=', True)])
        self.finish(job)
        self.assertEqual((job.found_count, job.unknown_ids), (1, False))
        self.assertEqual(pickings.mapped('vatportal_qaime'), [number, False])
        self.assertEqual(pickings[0].vatportal_document_id.attempt, 1)

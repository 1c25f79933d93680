from odoo.addons.l10n_az_vatportal.tests.common import script

from .transfer_common import TransferCommon


class TestTransferPrint(TransferCommon):
    """The paper that goes with the goods says what e-taxes has of them."""

    def slip(self, picking):
        html, _kind = self.env['ir.actions.report']._render_qweb_html('stock.report_deliveryslip', picking.ids)
        return html.decode()

    def test_number_and_status(self):
        picking = self.create_transfer(vatportal_transp_reg_number='90-AA-123')
        self.assertNotIn('Qaimə', self.slip(picking))
        self.sent(picking)
        slip = self.slip(picking)
        for text in (
            picking.vatportal_qaime,
            '90-AA-123',
            'e-taxes Status',
            dict(picking._fields['vatportal_status']._description_selection(self.env))[picking.vatportal_status],
        ):
            self.assertIn(text, slip)
        self.finish(self.delete(picking.vatportal_document_id))
        self.assertIn('Deleted', self.slip(picking))

    def test_cancelled(self):
        """Also after an update from a version that called it deleted."""
        picking = self.create_transfer()
        self.sent(picking)
        document = picking.vatportal_document_id.sudo()
        document.write({'status': 'canceled', 'status_code': 'canceled'})
        document._follow_status()
        self.assertEqual((picking.vatportal_state, picking.vatportal_shown_status), ('deleted', 'canceled'))
        self.assertIn('Cancelled', self.slip(picking))
        self.env.flush_all()
        self.env.cr.execute("UPDATE vatportal_document SET shown_status = 'deleted' WHERE id = %s", [document.id])
        self.env.cr.execute("UPDATE stock_picking SET vatportal_shown_status = 'deleted' WHERE id = %s", [picking.id])
        script('19.0.1.12.0/end-ended.py').migrate(self.env.cr, '19.0.1.11.0')
        self.env.invalidate_all()
        self.assertEqual(picking.vatportal_shown_status, 'canceled')

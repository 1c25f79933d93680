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

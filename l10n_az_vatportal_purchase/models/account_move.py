from odoo import models


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _find_and_set_purchase_orders(self, po_references, partner_id, amount_total, from_ocr=False, timeout=10):
        # EXTENDS purchase, which puts the rows of an order of about this total in the place of the document's.
        document = self.sudo().vatportal_bill_document_id
        if not document:
            return super()._find_and_set_purchase_orders(po_references, partner_id, amount_total, from_ocr, timeout)
        if self.state == 'draft':
            document._link_orders(self)
        return None

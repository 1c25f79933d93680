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

    def _vatportal_recount(self, rows):
        # EXTENDS l10n_az_vatportal. Counted in other units, a line may bill another order line, or none; what a person has
        # linked by hand stays.
        before = self.invoice_line_ids.purchase_line_id.order_id
        lines = self.invoice_line_ids.filtered(
            lambda line: line.vatportal_line_id.id in rows.ids and line.purchase_line_id and line._vatportal_may_bill(line.purchase_line_id)
        )
        super()._vatportal_recount(rows)
        lines.exists().filtered(lambda line: not line._vatportal_may_bill(line.purchase_line_id)).purchase_line_id = False
        document = self.sudo().vatportal_bill_document_id.with_company(self.company_id)
        notes = [note for note in document.bill_notes or () if not note.get('orders')]
        document.bill_notes = notes + document._link_orders(self)
        self._vatportal_name_orders(before)

    def _vatportal_name_orders(self, before):
        """Name the orders that this bill is linked with as its origin, in the place of ``before``, those that it was linked
        with; what else stands there stays."""
        names = [name.strip() for name in (self.invoice_origin or '').split(',') if name.strip()]
        present = self.invoice_line_ids.purchase_line_id.order_id.mapped('name')
        gone = set(before.mapped('name')).difference(present)
        self.invoice_origin = ', '.join(dict.fromkeys([*(name for name in names if name not in gone), *present])) or False

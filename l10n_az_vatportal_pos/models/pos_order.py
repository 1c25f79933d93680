import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)


class PosOrder(models.Model):
    _inherit = 'pos.order'

    def _generate_pos_order_invoice(self):
        # EXTENDS point_of_sale: the invoice is printed and mailed now, e-taxes comes later and is not the cashier's
        invoice = super(PosOrder, self.with_context(vatportal_gathered=True))._generate_pos_order_invoice()
        try:
            with self.env.cr.savepoint():
                self.env['vatportal.connector'].sudo()._trigger_pos(self.company_id, 'now')
        except Exception:
            _logger.exception('VatPortal: the Point of Sale invoice %s waits for the next hour', invoice.id)
        return invoice


class PosOrderLine(models.Model):
    """What was sold keeps its VAT where the tax was archived since, as the lines of all other orders do: refunds, and sales that arrive
    from a desk which had no network. What settles a sales order, or is paid in advance for it, of an app that may not be there, is sold now."""

    _inherit = 'pos.order.line'

    tax_ids = fields.Many2many(context={'active_test': False})
    tax_ids_after_fiscal_position = fields.Many2many(context={'active_test': False})

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._vatportal_put_on_payment()
        return lines

    def _vatportal_put_on_payment(self):
        """Give what settles an order from before *VAT on Payment*, or is paid in advance for it, the taxes with which the office would invoice
        it, of the same rates. The desk proposes those of the order, and its invoice is booked without being looked at. What takes off an
        advance keeps the tax that it was paid with: by that Odoo finds the advance."""
        if 'sale_order_origin_id' not in self._fields or not self.env['account.tax']._vatportal_was_any_replaced():
            return
        # A cashier may not be one who sees the order.
        for line in self.sudo():
            if line.sale_order_origin_id and not line.refunded_orderline_id and not line.sale_order_line_id.is_downpayment:
                line._vatportal_put_line_on_payment()

    def _vatportal_put_line_on_payment(self):
        replaced = self.tax_ids.filtered(lambda tax: not tax.active and tax.vatportal_replaced_by_id.active)
        if not replaced:
            return
        manual = (self.extra_tax_data or {}).get('manual_tax_amounts')
        if manual:
            # The VAT of an advance holds for the tax by its id.
            ids = {str(tax.id): str(tax.vatportal_replaced_by_id.id) for tax in replaced}
            self.extra_tax_data = {**self.extra_tax_data, 'manual_tax_amounts': {ids.get(key, key): amounts for key, amounts in manual.items()}}
        self.tax_ids = self.tax_ids - replaced | replaced.vatportal_replaced_by_id

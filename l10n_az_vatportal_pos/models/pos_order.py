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
    from a desk which had no network. What settles a sales order, of an app that may not be there, is sold now."""

    _inherit = 'pos.order.line'

    tax_ids = fields.Many2many(context={'active_test': False})
    tax_ids_after_fiscal_position = fields.Many2many(context={'active_test': False})

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._vatportal_put_on_payment()
        return lines

    def _vatportal_put_on_payment(self):
        """Give what settles an order from before *VAT on Payment* the taxes with which the office would invoice it, of the same rates. The
        desk proposes those of the order, and its invoice is booked without being looked at."""
        if 'sale_order_line_id' not in self._fields or not self.env['account.tax']._vatportal_was_any_replaced():
            return
        for line in self.filtered(lambda line: line.sale_order_line_id and not line.refunded_orderline_id):
            replaced = line.tax_ids.filtered(lambda tax: not tax.active and tax.vatportal_replaced_by_id.active)
            if replaced:
                line.tax_ids = line.tax_ids - replaced | replaced.vatportal_replaced_by_id

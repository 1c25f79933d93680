import logging

from odoo import fields, models

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
    from a desk which had no network."""

    _inherit = 'pos.order.line'

    tax_ids = fields.Many2many(context={'active_test': False})
    tax_ids_after_fiscal_position = fields.Many2many(context={'active_test': False})

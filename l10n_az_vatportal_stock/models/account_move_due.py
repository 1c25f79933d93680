from odoo import api, models

from odoo.addons.l10n_az_vatportal.models.amounts import decimal
from odoo.addons.l10n_az_vatportal.models.states import baku_day
from odoo.addons.l10n_az_vatportal.vatportal.deadlines import covered

from .sale_deliveries import deliveries, in_unit_of, knows_sales, raises_only


class AccountMove(models.Model):
    """When what an invoice of a sale covers was delivered: Odoo has the first delivery of the order, in UTC."""

    _inherit = 'account.move'  # pylint: disable=consider-merging-classes-inherited

    @api.depends(lambda self: self._vatportal_delivered_fields())
    def _compute_vatportal_due_date(self):
        return super()._compute_vatportal_due_date()

    @api.model
    def _vatportal_delivered_fields(self):
        sold = ('qty_delivered', 'qty_invoiced', 'order_id.effective_date', 'move_ids.picking_id.date_done')
        return [f'invoice_line_ids.sale_line_ids.{name}' for name in sold] if knows_sales(self.env) else []

    def _vatportal_delivered_on(self):
        # EXTENDS l10n_az_vatportal: the earliest day, in Baku, of the deliveries that its quantities cover
        known = super()._vatportal_delivered_on()
        lines = self.sudo().invoice_line_ids.sale_line_ids if self.move_type == 'out_invoice' and knows_sales(self.env) else ()
        # A day that somebody has typed counts.
        if not lines or known and known != self._vatportal_first_delivery():
            return known
        made = [delivery for line in lines for delivery in deliveries(line) if delivery.key]
        pickings = self.env['stock.picking'].sudo().browse(covered(made, {line.id: self._vatportal_place_among_invoices(line) for line in lines}))
        return min((baku_day(picking.date_done) for picking in pickings if picking.date_done), default=False)

    def _vatportal_first_delivery(self):
        """The day that Odoo gives the invoice by itself; another one was typed."""
        moments = [order.effective_date for order in self.sudo().line_ids.sale_line_ids.order_id if order.effective_date]
        return max(moments).date() if moments else False

    def _vatportal_place_among_invoices(self, line):
        """(what was invoiced of the sales order's ``line`` before this invoice, what this one has of it), in the line's unit."""
        before = quantity = decimal(0)
        for item in line.invoice_lines.filtered(lambda item: item.parent_state != 'cancel' and not raises_only(item)):
            amount = in_unit_of(line, item.product_uom_id, item.quantity)
            if item.move_id == self._origin:
                quantity += amount
            elif item.move_id.id < (self._origin.id or 0):
                before += -amount if item.move_id.move_type == 'out_refund' else amount
        return max(before, decimal(0)), quantity

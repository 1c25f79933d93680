from odoo import api, models

# What of a line stands, through its move, on the electronic document.
_SENT_FIELDS = {
    'quantity', 'product_id', 'product_uom_id', 'location_id', 'location_dest_id', 'picking_id', 'move_id'}


class StockMoveLine(models.Model):
    """A transfer that is done can be unlocked and its quantities changed: not while it is at e-taxes."""

    _inherit = 'stock.move.line'

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._vatportal_guard()
        return lines

    def write(self, vals):
        if not _SENT_FIELDS.isdisjoint(vals):
            self._vatportal_guard()
        return super().write(vals)

    def _vatportal_guard(self):
        """:raises UserError: when one of the lines is of a transfer that lives, or may live, at the portal"""
        self.filtered(lambda line: line.state == 'done').picking_id._vatportal_guard()

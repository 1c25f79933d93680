from odoo import api, fields, models
from odoo.exceptions import AccessError

from .sent_fields import changed

# What of a line stands, through its move, on the electronic document.
_SENT_FIELDS = {'quantity', 'product_id', 'product_uom_id', 'location_id', 'location_dest_id', 'picking_id', 'move_id', 'owner_id', 'lot_id'}
_COSTS = {'vatportal_cost', 'vatportal_cost_day'}


class StockMoveLine(models.Model):
    """What went from where to where, and what it cost; a transfer may differ from its head in each of its lines.

    A transfer that is done can be unlocked and its lines changed: not while it is at e-taxes.
    """

    _inherit = 'stock.move.line'

    vatportal_cost = fields.Float(
        digits=False, readonly=True, copy=False, help="What one unit of the product, or of the lot, cost when it left its warehouse, in the company's currency."
    )
    vatportal_cost_day = fields.Date(readonly=True, copy=False, help='The day in Azerbaijan of that cost.')

    # ------------------------------------------------------------------ from where to where

    def _vatportal_leaves(self):
        """Whether these goods left a warehouse, for another one or on the way to it."""
        return leaves_warehouse(self.picking_id.picking_type_code, self.location_id, self.location_dest_id)

    def _vatportal_target(self):
        """The own warehouse that these goods go to: that of the destination, or behind the transit that of the moves that
        take them on, not of those that bring them back. Empty where there is none, or more than one."""
        return self.move_id._vatportal_target_behind(self.location_dest_id)

    def _vatportal_is_ours(self):
        """Whether the goods are the company's own; those of another owner are in its warehouse only."""
        return not self.owner_id or self.owner_id == self.company_id.partner_id

    def _vatportal_in_unit_of(self, move):
        """The quantity in the unit of ``move``."""
        return self.product_uom_id._compute_quantity(self.quantity, move.product_uom, round=False)

    # ------------------------------------------------------------------ what it cost

    def _action_done(self):
        for line in self.filtered(lambda line: line.quantity and line._vatportal_leaves()):
            line.sudo().write(
                {
                    'vatportal_cost': line._vatportal_product()._vatportal_cost(line.lot_id),
                    'vatportal_cost_day': line.picking_id._vatportal_day_of(fields.Datetime.now()),
                }
            )
        return super()._action_done()

    def _vatportal_unit_cost(self):
        """What one unit of the product cost on the day of the transfer, in the company's currency.

        It is written down when the transfer is validated. Where its day was set to another one, or nothing was written
        down, it is what Odoo knows of that day, else the cost of today.
        """
        if self.vatportal_cost and self.vatportal_cost_day == self.picking_id._vatportal_day():
            return self.vatportal_cost
        return self._vatportal_product()._vatportal_cost(self.lot_id, self.picking_id.date_done)

    def _vatportal_product(self):
        return self.product_id.with_company(self.company_id)

    # ------------------------------------------------------------------ guards

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._vatportal_check_costs(vals)
        lines = super().create(vals_list)
        lines._vatportal_guarded().picking_id._vatportal_guard()
        return lines

    def write(self, vals):
        if self and not _SENT_FIELDS.isdisjoint(vals):
            self.check_access('write')
        self._vatportal_check_costs(vals)
        lines = changed(self._vatportal_guarded(), vals, _SENT_FIELDS)
        if lines:
            moves = self.env['stock.move'].browse(vals.get('move_id'))
            pickings = self.env['stock.picking'].browse(vals.get('picking_id'))
            (lines.picking_id | moves.picking_id | pickings)._vatportal_guard()
        return super().write(vals)

    def _vatportal_check_costs(self, vals):
        """:raises AccessError: when a person writes what the goods cost, which is the price on the electronic document"""
        if not self.env.su and not _COSTS.isdisjoint(vals):
            raise AccessError(self.env._('What goods cost when they left their warehouse is not written by hand.'))

    def _vatportal_guarded(self):
        """What is scrapped later stands on no electronic document."""
        return self.filtered(lambda line: line.location_dest_id.usage != 'inventory')


def leaves_warehouse(code, origin, target):
    """Whether goods leave the warehouse of ``origin``, for another one or on the way to it.

    :param code: what the type of operation is, see ``stock.picking.type``
    :param origin: ``stock.location``
    :param target: ``stock.location``
    """
    if not origin.warehouse_id or origin.warehouse_id == target.warehouse_id:
        return False
    if code == 'internal':
        return bool(target.warehouse_id) or target.usage == 'transit'
    return code == 'outgoing' and target.usage in ('customer', 'transit', 'internal')

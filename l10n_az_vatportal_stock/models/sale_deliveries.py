from odoo.addons.l10n_az_vatportal.models.amounts import decimal
from odoo.addons.l10n_az_vatportal.vatportal.deadlines import Delivery


def knows_sales(env):
    """Whether the app is there by which deliveries know the lines of sales orders; this addon does not ask for it."""
    return 'sale_line_id' in env['stock.move']._fields


def deliveries(line):
    """What was delivered of a sales order's ``line``, and what came back, in the order in which it happened: list of
    :class:`Delivery` of pickings, in the unit of the line."""
    outgoing, incoming = line._get_outgoing_incoming_moves()
    moves = (outgoing | incoming).filtered(lambda move: move.state == 'done').sorted(lambda move: (move.date, move.id))
    if not moves:
        # A kit is delivered in parts, which are other products: it counts with the last of them.
        last = line.move_ids.filtered(lambda move: move.state == 'done' and move.location_dest_id._is_outgoing()).sorted(lambda move: (move.date, move.id))[-1:]
        return [Delivery(last.picking_id.id, line.id, decimal(line.qty_delivered))] if last else []
    return [
        Delivery(move.picking_id.id, line.id, (1 if move in outgoing else -1) * decimal(move.product_uom._compute_quantity(move.quantity, line.product_uom_id)))
        for move in moves
    ]

from odoo.addons.l10n_az_vatportal.models.amounts import decimal
from odoo.addons.l10n_az_vatportal.vatportal.deadlines import Delivery


def knows_sales(env):
    """Whether the app is there by which deliveries know the lines of sales orders; this addon does not ask for it."""
    return 'sale_line_id' in env['stock.move']._fields


def in_unit_of(line, unit, quantity):
    """``quantity`` of ``unit`` in the unit of the sales order's ``line``, rounded as Odoo rounds what was delivered of it."""
    return decimal(unit._compute_quantity(quantity, line.product_uom_id, rounding_method='HALF-UP'))


def raises_only(item):
    """Whether the invoice line ``item`` is a debit note's: it raises the price of goods that another invoice is of. One that takes
    a credit note back stands for the invoice again."""
    return 'debit_origin_id' in item.move_id._fields and item.move_id.debit_origin_id.move_type == 'out_invoice'


def invoiced(line):
    """How much of a sales order's ``line`` is on invoices, posted or not, in its unit: Odoo's figure, but for debit notes."""
    debited = line.invoice_lines.filtered(lambda item: item.parent_state != 'cancel' and raises_only(item))
    # Each as Odoo has added it.
    return decimal(line.qty_invoiced) - sum(decimal(item.product_uom_id._compute_quantity(item.quantity, line.product_uom_id)) for item in debited)


def deliveries(line):
    """What was delivered of a sales order's ``line``, and what came back, in the order in which it happened: list of
    :class:`Delivery` of pickings, in the unit of the line."""
    outgoing, incoming = line._get_outgoing_incoming_moves()
    moves = (outgoing | incoming).filtered(lambda move: move.state == 'done').sorted(lambda move: (move.date, move.id))
    if not moves:
        # A kit is delivered in parts, which are other products: it counts with the last of them.
        last = line.move_ids.filtered(lambda move: move.state == 'done' and move.location_dest_id._is_outgoing()).sorted(lambda move: (move.date, move.id))[-1:]
        return [Delivery(last.picking_id.id, line.id, decimal(line.qty_delivered))] if last else []
    return [Delivery(move.picking_id.id, line.id, (1 if move in outgoing else -1) * in_unit_of(line, move.product_uom, move.quantity)) for move in moves]

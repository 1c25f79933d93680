from collections import defaultdict

from odoo import api, models

from .sent_fields import changed

# What of a move stands on the electronic document.
_SENT_FIELDS = {'quantity', 'product_id', 'product_uom', 'location_id', 'location_dest_id', 'picking_id', 'state'}


class StockMove(models.Model):
    """A line of a transfer, and what came back of it.

    What came back before a transfer was sent never counts twice: it is taken off the transfer, and the return is not
    sent; or the return was sent as a transfer of its own, and nothing is taken off. What comes back later is a transfer
    of its own. Which of these it was is read off the documents.
    """

    _inherit = 'stock.move'

    # ------------------------------------------------------------------ what left

    def _vatportal_lines(self):
        """The lines of what was moved indeed; not what was scrapped on the way."""
        moves = self.filtered(lambda move: move.state == 'done' and move.location_dest_id.usage != 'inventory')
        return moves.move_line_ids.filtered(lambda line: line.quantity > 0)

    def _vatportal_left(self):
        """Return [[line, quantity in the unit of this move]] of the company's own goods that left a warehouse."""
        return [[line, line._vatportal_in_unit_of(self)] for line in self._vatportal_lines() if line._vatportal_leaves() and line._vatportal_is_ours()]

    def _vatportal_left_quantity(self):
        """The quantity of :meth:`_vatportal_left`."""
        return sum(quantity for _line, quantity in self._vatportal_left())

    def _vatportal_left_less_returns(self, taken_off):
        """As :meth:`_vatportal_left`, without what came back and without ``taken_off``, see :meth:`_vatportal_taken_off`."""
        left = self._vatportal_left()
        for lot, quantity in [*self._vatportal_came_back().items(), (None, taken_off)]:
            for entry in sorted(left, key=lambda entry: entry[0].lot_id != lot):
                part = min(entry[1], max(quantity, 0))
                entry[1] -= part
                quantity -= part
        return [entry for entry in left if not self.product_uom.is_zero(entry[1])]

    def _vatportal_target_behind(self, location):
        """The company's warehouse of ``location``, or behind a transit that of the moves that take the goods on, not of those
        that bring them back; empty where there is none, or more than one."""
        moves = self.sudo()
        onward = moves.move_dest_ids - moves.returned_move_ids
        found = location.warehouse_id or onward.location_dest_id.warehouse_id
        own = found.filtered(lambda warehouse: warehouse.company_id == self.company_id)
        return own.sudo(False) if len(own) == 1 else own.browse().sudo(False)

    # ------------------------------------------------------------------ what came back

    def _vatportal_came_back(self):
        """What came back to where it had left, by returns that are not at e-taxes themselves: {lot: quantity in the unit
        of this move}."""
        back = defaultdict(float)
        lines = self._vatportal_lines_back()
        for line in lines:
            back[line.lot_id] += line._vatportal_in_unit_of(self)
        # What went out again from a return that never goes is a transfer of its own.
        for move in lines.move_id.filtered(lambda move: not move.picking_id._vatportal_is_never_sent()):
            for lot, quantity in move._vatportal_came_back().items():
                back[lot] -= move.product_uom._compute_quantity(quantity, self.product_uom, round=False)
        for move in (lines and self._vatportal_legs_back()).filtered(lambda move: move.picking_id._vatportal_live_document()):
            for line, quantity in move._vatportal_left():
                back[line.lot_id] -= move.product_uom._compute_quantity(quantity, self.product_uom, round=False)
        return back

    def _vatportal_lines_back(self):
        """The lines of :meth:`_vatportal_came_back`; what of them went out again counts there."""
        lines = self.sudo()._vatportal_unsent_returns()._vatportal_lines()
        return lines.filtered(lambda line: _place(line.location_dest_id) == _place(self.location_id))

    def _vatportal_returns_never_sent(self):
        """Of the transfers that brought these goods back, or took them out again, those of which somebody has said why they never go."""
        back = self._vatportal_lines_back().move_id
        kept = (back | (back and self._vatportal_legs_back())).filtered(lambda move: move.picking_id._vatportal_is_never_sent())
        return kept.picking_id.union(*(move._vatportal_returns_never_sent() for move in back - kept))

    def _vatportal_legs_back(self):
        """By way of a transit: the moves out of the other warehouse, before those that bring these goods back; they are what is sent."""
        returns = (self.sudo().move_dest_ids - self.sudo().returned_move_ids).returned_move_ids
        return returns.filtered(lambda move: move.state == 'done' and self in move._vatportal_origin())

    def _vatportal_unsent_returns(self):
        return self.returned_move_ids.filtered(lambda move: move.state == 'done' and not move.picking_id._vatportal_live_document())

    def _vatportal_origin(self):
        """The moves that left a warehouse with what this one returns; by way of a transit it may return the second leg."""
        origin = self.sudo().origin_returned_move_id
        return origin if not origin or origin._vatportal_left() else origin.move_orig_ids

    def _vatportal_taken_off(self, planned=False):
        """How much of this move, a return, was taken off what it returns when that was sent; in the unit of this move.

        :param planned: whether also what will be taken off what has yet to be sent, or never is because nothing of it is left
        """
        origin = self._vatportal_origin()
        picking = origin.picking_id[:1]
        document = picking and picking._vatportal_live_document()
        if not document and not (planned and picking._vatportal_is_to_go()):
            return 0.0
        unit = origin[0].product_uom
        # Of a return that goes out again some may have been taken off already.
        before = {move: move._vatportal_taken_off(planned) for move in origin}
        if document:
            sent = sum(document.line_ids.filtered(lambda line: line.stock_move_id in origin).mapped('quantity'))
        else:
            sent = sum(quantity for move in origin for _line, quantity in move._vatportal_left_less_returns(before[move]))
        taken = sum(move._vatportal_left_quantity() - before[move] for move in origin) - sent
        # Odoo lets a return be followed by what it returns, too.
        returns = (
            (origin | origin.move_dest_ids)._vatportal_unsent_returns().filtered(lambda move: move._vatportal_origin() == origin and move._vatportal_left())
        )
        for move in (returns | self.sudo()).sorted(lambda move: (move.date, move.id)):
            moved = move.product_uom._compute_quantity(move._vatportal_left_quantity(), unit, round=False)
            part = max(0.0, min(taken, moved))
            if move == self:
                return unit._compute_quantity(part, self.product_uom, round=False)
            taken -= part
        return 0.0

    def _vatportal_related_by_returns(self):
        """These moves, what they return, what returns them, and so on; whoever asks. By way of a transit the second leg is what is returned."""
        found = new = self.sudo()
        while new:
            origins, onward = new.origin_returned_move_id, new.move_dest_ids
            new = (origins | origins.move_orig_ids | new.returned_move_ids | onward.returned_move_ids) - found
            found |= new
        return found

    def _vatportal_unsent_origins(self):
        """The transfers that these moves return, where they can still be sent."""
        origins = self.browse().sudo().union(*(move._vatportal_origin() for move in self))
        unsent = origins.filtered(
            lambda move: (
                not move.picking_id._vatportal_live_document() and move.product_uom.compare(move._vatportal_left_quantity(), move._vatportal_taken_off()) > 0
            )
        )
        return unsent.picking_id.filtered('vatportal_is_transfer').sudo(False)

    # ------------------------------------------------------------------ guards

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._vatportal_guarded().picking_id._vatportal_guard()
        return moves

    def write(self, vals):
        moves = changed(self._vatportal_guarded(), vals, _SENT_FIELDS)
        if moves:
            (moves.picking_id | self.env['stock.picking'].browse(vals.get('picking_id')))._vatportal_guard()
        return super().write(vals)

    def _vatportal_guarded(self):
        """What is scrapped later stands on no electronic document."""
        return self.filtered(lambda move: move.location_dest_id.usage != 'inventory')


def _place(location):
    """Where goods are, as far as a goods transfer can tell."""
    return location.warehouse_id or location

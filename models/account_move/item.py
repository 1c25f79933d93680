from decimal import Decimal

from odoo import fields, models

from ...vatportal import outgoing_items


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    vatportal_with_above = fields.Boolean(
        string='One Item with Line Above',
        help='On the electronic invoice (qaimə) this line and the one above are one item, with its amount in two VAT columns: '
        'a product of which a part is taxable, a margin say. With the product of the line above, at its price, the line '
        'adds its quantity; without a product it adds its amount alone.',
    )


class AccountMove(models.Model):
    """Lines that are one item of the qaimə. In the books each VAT column needs a line of its own, for its base is that of
    the tax; a received item in several columns becomes such lines too."""

    _inherit = 'account.move'

    def _vatportal_heads(self):
        """Return a dict of line that is one item with those above → the line that the item begins with: the last one above
        that stands on the qaimə, which discounts, free lines and what is taken back do not. None where none does."""
        heads, head, above = {}, None, False
        if not any(line.vatportal_with_above for line in self.invoice_line_ids):
            return heads
        for line in self._vatportal_goods_lines():
            stands = line.quantity > 0 and self._vatportal_net(line) > 0
            # The very first line has none above: the mark says nothing.
            if line.vatportal_with_above and above:
                heads[line] = head
                head = head or (stands and line) or None
            elif stands:
                head = line
            above = True
        return heads

    def _vatportal_check_items(self, rows):
        """:raises AmountError: 'part' for a row of other goods than the item that it is to be of, 'part_price' for one with
        another price, 'part_alone' for one above which no line stands on the qaimə"""
        heads = self._vatportal_heads()
        by_line = {row.key: row for row in rows} if heads else {}
        step = Decimal(1).scaleb(-self.env['decimal.precision'].precision_get('Product Unit'))
        for line, head in heads.items():
            part, whole = by_line[line], by_line.get(head)
            if not whole:
                if min(part.net, part.quantity) > 0:
                    raise outgoing_items.AmountError('part_alone', part)
                continue
            # What takes off is no part of an item: it lowers the others.
            if not part.counts or min(part.net, part.quantity, whole.net, whole.quantity) <= 0:
                continue
            if (line.product_id, line.product_uom_id) != (head.product_id, head.product_uom_id):
                raise outgoing_items.AmountError('part', part)
            if not outgoing_items.is_part(whole, part, step):
                raise outgoing_items.AmountError('part_price', part)

    def _vatportal_items(self, rows):
        """Return ``rows`` as a list of items, each a list of the rows that it consists of, its first line first, else one
        with a product.

        :raises AmountError: 'part_alone' for an amount of whose item nothing else is left"""
        heads, items = self._vatportal_heads(), {}
        for row in rows:
            items.setdefault(heads.get(row.key) or row.key, []).append(row)
        items = [sorted(item, key=lambda row, head=head: (row.key != head, not row.counts)) for head, item in items.items()]
        for row, *_parts in items:
            if not row.counts and row.key in heads:
                raise outgoing_items.AmountError('part_alone', row)
        return items

from odoo import models
from odoo.fields import Command

# The mark of what Odoo has read from another file than the document's: it keeps its price and taxes as all that is imported does.
OTHER_FILE = 'other'


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def copy_data(self, default=None):
        # A duplicate of a bill is of no document: when it is linked with one, its lines are those that a person entered.
        vals_list = super().copy_data(default=default)
        for line, vals in zip(self, vals_list, strict=True):
            if line.is_imported and line.move_id.vatportal_bill_document_id:
                vals['is_imported'] = False
        return vals_list

    def _vatportal_goods(self):
        """(mark of the goods that this line was made of, id of their row); the mark is empty on a line that is of no
        row."""
        row = self.vatportal_line_id.sudo()
        mark = self.vatportal_line_mark if self.vatportal_line_mark != OTHER_FILE else ''
        return mark or (row and row._goods_mark()) or '', row.id

    def _vatportal_is_made(self):
        """Whether this line was made of a row of a document."""
        return any(self._vatportal_goods())

    def _vatportal_is_typed(self):
        """Whether people, another addon or another file have given this line, and not the document, whose sums have no row."""
        return not self._vatportal_is_made() and (not self.is_imported or self.vatportal_line_mark == OTHER_FILE)

    def _vatportal_mark_other_file(self):
        """What of these lines was imported came of another file than the document's."""
        lines = self.filtered(lambda line: line.is_imported and not line._vatportal_is_made())
        if lines:
            lines.sudo().with_context(vatportal_billing=True).vatportal_line_mark = OTHER_FILE

    def _vatportal_anew(self, vals):
        """Return ``vals``, those of a new line, for writing them on this one: what they leave out is as on a new line."""
        vals = {'discount': 0.0, 'extra_tax_data': False, **vals}
        product = self.env['product.product'].browse(vals.get('product_id'))
        usual = product.uom_id | product.seller_ids.product_uom_id
        if product and 'product_uom_id' not in vals and self.product_uom_id not in usual:
            vals['product_uom_id'] = product.uom_id.id  # the document no longer counts in the unit of before
        return vals


class AccountMove(models.Model):
    """What was made of a document stays the document's, whatever else takes part in Odoo's import: rows, VAT and total
    are compared once the import is over. What others have tied to a line stays with it when the lines are made anew."""

    _inherit = 'account.move'

    def _vatportal_line_commands(self, vals_list):
        """Return the commands that turn the present lines into those of ``vals_list``.

        The line of the same goods is changed, not replaced: its order line, its analytic distribution and whatever else
        an addon ties to it stay. So do sections and notes, which say nothing that a document says.
        """
        wanted = {_goods(vals) for vals in vals_list}
        present = {}
        for line in self.invoice_line_ids:
            present.setdefault(line._vatportal_goods(), []).append(line)
        commands, kept = [], self.env['account.move.line']
        for vals in vals_list:
            mark, _row = goods = _goods(vals)
            # Rows move up and down when one is added or taken out.
            moved = (key for key in present if key[0] == mark and key not in wanted)
            lines = mark and (present.get(goods) or present.get(next(moved, None)))
            if lines:
                line = lines.pop(0)
                kept |= line
                commands.append(Command.update(line.id, line._vatportal_anew(vals)))
            else:
                commands.append(Command.create(vals))
        return [Command.delete(line.id) for line in self.invoice_line_ids - kept if line.display_type == 'product'] + commands

    def _vatportal_typed_lines(self):
        """The lines of this entry that people, or other addons, have added to what was made of its document."""
        return self.invoice_line_ids.filtered(lambda line: line.display_type == 'product' and line._vatportal_is_typed())

    def _vatportal_is_typed(self):
        """Whether no line of this entry was made of its document: it was entered by hand, or made of an order, and linked since."""
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == 'product')
        # A document of mere sums had no rows that its lines could name, though it may have them by now.
        return bool(lines) and all(line._vatportal_is_typed() for line in lines)

    def _vatportal_typed_text(self):
        return self.env._(
            'Its lines were not made of the document, so they are not replaced: correct them, or delete this draft and make the bill of the document.'
        )

    # ------------------------------------------------------------------ Odoo's import

    def _vatportal_keep_as_made(self, files_data):
        """Put back what the document of this entry says, where another reader of ``files_data`` has changed it."""
        for made in [data['vatportal_made'] for data in files_data if 'vatportal_made' in data]:
            if made == self._vatportal_figures():
                continue
            if self.state == 'draft':
                self.sudo().vatportal_bill_document_id._restore_bill()
            else:
                self.vatportal_bill_document_id.sudo()._follow_status()  # confirmed: a person is told

    def _link_bill_origin_to_purchase_orders(self, timeout=10):
        # EXTENDS account. Purchase would put the rows of an order of about this total in the place of the document's.
        others = self.filtered(lambda move: not move.vatportal_bill_document_id)
        super(AccountMove, others)._link_bill_origin_to_purchase_orders(timeout)
        return self

    def _vatportal_figures(self):
        """All that the document says of its bill, to be compared."""
        return (
            self.partner_id,
            self.currency_id,
            self.invoice_date,
            self.ref,
            self.payment_reference,
            self.amount_total,
            self._vatportal_vat(),
            sorted(
                (line.vatportal_line_id.id, line.quantity, line.price_unit, line.discount, line.price_subtotal, line.price_total, line.tax_ids.ids)
                for line in self.invoice_line_ids
                if line.display_type == 'product'
            ),
        )


def _goods(vals):
    return vals.get('vatportal_line_mark') or '', vals.get('vatportal_line_id') or False

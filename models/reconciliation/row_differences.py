from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ...vatportal.outgoing_items import AmountError
from ...vatportal.row_differences import Row, differing
from ..amounts import in_qepik


class VatportalReconciliation(models.Model):
    """Which rows of an entry and its document differ; looked at one pair at a time."""

    _inherit = 'vatportal.reconciliation'

    differing_rows = fields.Text(compute='_compute_differing_rows', help='Net of each row, before VAT and excise; under simplified taxation with both.')

    @api.depends('move_id', 'document_id', 'finding')
    @api.depends_context('lang')
    def _compute_differing_rows(self):
        for row in self:
            pairs = row._row_pairs() if row.first_column else ()
            row.differing_rows = '\n'.join(row._pair_text(*pair) for pair in pairs) or False

    def _row_pairs(self):
        """The rows that differ, see :func:`differing`; none where the entry can't be a qaimə as it is."""
        # Who may see both sides may see their rows; a branch's document is its parent's.
        document = self.sudo().document_id
        in_prices = document._connector().taxation == 'simplified' or document._vat_in_prices()
        name = 'amount_total' if in_prices else 'amount_goods'
        by_move_line = document.direction == 'outgoing'
        theirs = [
            Row((line.move_line_id if by_move_line else line).id or None, line.name or '', in_qepik(line[name]))
            for line in document.line_ids.sorted('sequence')
        ]
        ours = self._sent_rows(name) if by_move_line else self._billed_rows(name)
        return [] if ours is None else differing(ours, theirs)

    def _sent_rows(self, name):
        """The rows that the invoice would have at e-taxes as it is now; None where no qaimə can say what it says."""
        move, document = self.sudo().move_id, self.sudo().document_id
        try:
            vals = move._vatportal_document_vals(document._connector())
        except (AmountError, UserError):
            return None
        lines = [command[2] for command in vals['line_ids'] if command[2]]
        return [Row(line['move_line_id'], line['name'] or '', in_qepik(line[name])) for line in lines]

    def _billed_rows(self, name):
        """The lines of the bill: those that come of one row of the document together."""
        move, sums = self.sudo().move_id, {}
        for line in move.invoice_line_ids.filtered(lambda line: line.display_type == 'product'):
            amount = in_qepik((line.price_total if name == 'amount_total' else line.price_subtotal) / (move.invoice_currency_rate or 1))
            row = line.vatportal_line_id
            key = row.id or f'line {line.id}'
            label, before = sums.get(key, (row.name or line.name or '', Decimal(0)))
            sums[key] = label, before + amount
        return [Row(key if isinstance(key, int) else None, label, amount) for key, (label, amount) in sums.items()]

    def _pair_text(self, ours, theirs):
        def money(row):
            return formatLang(self.env, float(row.amount), currency_obj=self.env.ref('base.AZN')) if row else '–'

        return self.env._('%(row)s: Odoo %(ours)s, e-taxes %(theirs)s', row=(ours or theirs).label, ours=money(ours), theirs=money(theirs))

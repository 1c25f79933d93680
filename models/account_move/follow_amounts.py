from contextlib import contextmanager

from odoo import models

from ..states import SALE_TYPES
from .credits import CHARGES

# What documents have of the amounts of their entries, and of those that reverse them.
_OF_AMOUNTS = ('amount_differs', 'amount_difference', 'lowering_move_ids', 'advance_left', 'amount_net_signed', 'amount_vat_signed', 'amount_total_signed')
# What invoices have of whether they are taken back.
_OF_CREDITS = ('vatportal_due_date', 'vatportal_deadline_id', 'vatportal_shown_status')


class AccountMove(models.Model):
    """Documents follow the amounts of their entries, and invoices what takes them back, paid or not.

    Did their fields depend on these in Odoo's usual way, everything that an amount depends on would lead to documents too, and
    Odoo would gather twice as much at every change of any line, though few entries have a document.
    """

    _inherit = 'account.move'

    def _compute_amount(self):
        super()._compute_amount()
        # What a form shows before it is saved has no document of its own.
        entries = self.filtered('id')
        back, beside = entries._vatportal_all_taken_back(), entries._vatportal_beside().sudo()
        (entries.sudo() | back | beside)._vatportal_renew_amounts()
        (back | beside)._vatportal_renew_of_credits()

    def _vatportal_renew_of_credits(self):
        """Something else may take these entries back than before: of those that are sent, what is stored of it follows."""
        sent = self.sudo().filtered(lambda move: move.move_type in SALE_TYPES)
        if sent:
            for name in _OF_CREDITS:
                self.env.add_to_compute(sent._fields[name], sent)
            sent.modified(_OF_CREDITS)

    def _vatportal_renew_amounts(self):
        """The documents of these entries follow their amounts, whoever asks."""
        documents = self.sudo().filtered(lambda entry: entry._vatportal_has_documents()).vatportal_document_ids
        if documents:
            for name in _OF_AMOUNTS:
                self.env.add_to_compute(documents._fields[name], documents)
            documents.modified(_OF_AMOUNTS)

    @contextmanager
    def _vatportal_following_amounts(self, own=()):
        """Those of these bills that come to their document's total again by what is done inside are nobody's task any more; those that do so no
        more become one, but for ``own``, at which somebody is at work."""
        differed = {document: document.amount_differs for document in self.sudo().vatportal_bill_document_id}
        yield
        for document, before in differed.items():
            if document.amount_differs != before and (before or document.move_id not in own):
                document._follow_status()

    def _vatportal_beside(self):
        """The other invoices, or bills, of the orders of these, where a credit note of the order is that of one or of the other."""
        # Without a statement for what is of no order.
        of_orders = self.filtered(lambda move: move.move_type in CHARGES and move.invoice_origin)
        beside = of_orders.with_prefetch(self._prefetch_ids)._vatportal_of_same_orders()
        if not any(move.move_type not in CHARGES and move.state == 'posted' and not move.reversed_entry_id for move in beside):
            return self.browse()
        return beside.filtered(lambda move: move.move_type in CHARGES).sudo(self.env.su) - self

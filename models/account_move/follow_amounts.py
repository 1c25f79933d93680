from odoo import models

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
        back = entries._vatportal_taken_back()
        documents = (entries | back).filtered(lambda entry: entry._vatportal_has_documents()).sudo().vatportal_document_ids
        if documents:
            for name in _OF_AMOUNTS:
                self.env.add_to_compute(documents._fields[name], documents)
            documents.modified(_OF_AMOUNTS)
        sold = back.filtered(lambda move: move.move_type == 'out_invoice').sudo()
        if sold:
            for name in _OF_CREDITS:
                self.env.add_to_compute(sold._fields[name], sold)
            sold.modified(_OF_CREDITS)

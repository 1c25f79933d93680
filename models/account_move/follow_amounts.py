from odoo import models

# What documents have of the amounts of their entries, and of those that reverse them.
_OF_AMOUNTS = ('amount_differs', 'amount_difference', 'lowering_move_ids', 'advance_left', 'amount_net_signed', 'amount_vat_signed', 'amount_total_signed')


class AccountMove(models.Model):
    """Documents follow the amounts of their entries.

    Did their fields depend on these in Odoo's usual way, everything that an amount depends on would lead to documents too, and
    Odoo would gather twice as much at every change of any line, though few entries have a document.
    """

    _inherit = 'account.move'

    def _compute_amount(self):
        super()._compute_amount()
        # What a form shows before it is saved has no document of its own.
        entries = self.filtered('id')
        documents = (entries | entries._vatportal_taken_back()).filtered(lambda entry: entry._vatportal_has_documents()).sudo().vatportal_document_ids
        if documents:
            for name in _OF_AMOUNTS:
                self.env.add_to_compute(documents._fields[name], documents)
            documents.modified(_OF_AMOUNTS)

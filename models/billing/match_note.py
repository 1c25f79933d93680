from collections import defaultdict

from odoo import models

from ...vatportal.names import stands_in, words
from ..states import FAR


class VatportalDocument(models.Model):
    """Documents of the sent folder whose main note names their invoice, as it does where it went out from Odoo: their rows
    may be lost, or the invoice was entered at e-taxes by hand."""

    _inherit = 'vatportal.document'

    def _match_by_note(self):
        """Link with the invoice that the main note names, where buyer and total are its own; where they are not, propose it.

        :return: the documents for which that tells something: no other invoice is theirs
        """
        noted = self.filtered(lambda document: document.main_info and document.date and document.partner_id)
        if not noted:
            return noted
        days = [document._baku_date() for document in noted]
        moves = noted._free_invoices(
            [
                ('name', '!=', False),
                ('commercial_partner_id', 'in', noted.partner_id.commercial_partner_id.ids),
                ('invoice_date', '>=', min(days) - FAR),
                ('invoice_date', '<=', max(days) + FAR),
            ]
        )
        by_word = defaultdict(moves.browse)
        for move in moves:
            by_word[words(move.name)[:1]] |= move
        meant = defaultdict(self.browse)
        for document in noted:
            note = words(document.main_info)
            near = moves.browse().union(*(by_word[word,] for word in dict.fromkeys(note) if (word,) in by_word))
            named = near.filtered(lambda move, note=note: stands_in(words(move.name), note))
            partner = document.partner_id.commercial_partner_id
            for move in (named - document.other_move_ids).filtered(document._can_be_of):
                if move.commercial_partner_id == partner:
                    meant[move] |= document
        found = self.browse()
        for move, documents in meant.items():
            found |= documents
            alike = documents.filtered(lambda document, move=move: document._amount_to_pay() == move._vatportal_total())
            if len(documents) == 1 == len(alike):
                alike._link_or_propose(move)
            else:
                for document in documents:
                    document._propose(move | document.proposed_move_ids)
        return found

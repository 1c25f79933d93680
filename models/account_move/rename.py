from odoo import api, models

from ..states import LIVE_STATES


class AccountMove(models.Model):
    """An invoice that gets another number after it was sent: e-taxes goes on to know it by the old one.

    That is not forbidden, for the books may need it (Odoo's *Resequence*) where the document can't be taken back any
    more. It is said before, where a person does it, and shown on the invoice for as long as the two differ.
    """

    _inherit = 'account.move'

    def _vatportal_known_name(self):
        """The number under which e-taxes knows this invoice, where it is another one than here; else False."""
        document = self._vatportal_known_document()
        known = document.state in LIVE_STATES and document.source_name
        return known if known and known != self.name else False

    def _vatportal_known_document(self):
        # While the form is edited the record is a draft of itself, of which there is no document.
        return (self._origin or self).sudo().vatportal_document_id

    @api.onchange('name', 'date', 'journal_id')
    def _onchange_name_at_etaxes(self):
        known = self.name and self._vatportal_known_name()
        if known:
            return {'warning': {'title': self.env._('e-taxes'), 'message': self._vatportal_renamed_text(known)}}
        return None

    def _vatportal_renamed_text(self, known):
        document = self._vatportal_known_document()
        return self.env._(
            'e-taxes: there this invoice (%(number)s) bears the number %(old)s that it had when it was sent, and keeps it; '
            'here it is %(new)s. If the two must agree, give it its number back, or delete the document from e-taxes and '
            'send the invoice again.',
            number=document.qaime or document.erp_id,
            old=known,
            new=self.name,
        )

    # ------------------------------------------------------------------ banner

    def _vatportal_renamed_alerts(self):
        known = self.name and self._vatportal_known_name()
        return {'vatportal_renamed': {'level': 'warning', 'message': self._vatportal_renamed_text(known)}} if known else {}

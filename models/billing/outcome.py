from odoo import models

from ..states import FINAL_STATUSES

# So many documents are named in a notification.
NAMED = 10


class VatportalDocument(models.Model):
    """Why a document has no new bill, where a person asked for bills of several."""

    _inherit = 'vatportal.document'

    def _beside(self, action, text='', level='warning'):
        """Return ``action`` with a notification: ``text``, and what became of these documents, which have no new bill."""
        reasons = self._unbilled_text()
        if not (reasons or level == 'info'):
            return action
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'warning' if reasons else level,
                'sticky': bool(reasons),
                'className': 'o_vatportal_lines',
                'message': '\n'.join(part for part in (text, reasons) if part),
                'next': action,
            },
        }

    def _requested_text(self):
        return self.env._('%s bills are being made. They appear among the bills one after the other; what needs your word is marked “Question”.', len(self))

    def _unbilled_text(self):
        """These documents and why each has no new bill, one a line; '' for none."""
        lines = [self.env._('%(document)s: %(reason)s', document=document.display_name, reason=document._unbilled_reason()) for document in self[:NAMED]]
        if len(self) > NAMED:
            lines.append(self.env._('… and %s more; the column “Billing” says it of each.', len(self) - NAMED))
        return '\n'.join(lines)

    def _unbilled_reason(self):
        """Why no bill was made of this document."""
        _, state = self.env._, self.bill_state
        if state == 'ask':
            return self.bill_ask
        if state == 'billed':
            bill = self.move_id._filtered_access('read')
            return _('It has its bill already, %s.', bill.display_name) if bill else _('It has its bill already.')
        if state == 'ignored':
            return _('It was decided that no bill is wanted.')
        if state == 'to_bill':
            return _('Its bill can be made now; try again.')
        return self._never_billed_reason()

    def _never_billed_reason(self):
        _ = self.env._
        if self.direction != 'incoming':
            return _('The company itself sent it.')
        if self.is_foreign:
            return _("It is not the company's: its VÖEN is another one.")
        if self._is_to_oneself():
            return _('The company is its seller and its buyer.')
        if self.status in FINAL_STATUSES or self.state == 'deleted':
            return _('It is not in force at e-taxes: %s.', self.status_label or _('deleted'))
        return _('Documents of the kind “%s” are not billed.', self.kind_id.display_name or '?')

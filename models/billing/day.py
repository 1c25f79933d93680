from odoo import api, fields, models
from odoo.tools import format_date


class VatportalDocument(models.Model):
    """The day of a document, and of its bill: what is corrected at e-taxes reaches the draft, and of all others a person is told."""

    _inherit = 'vatportal.document'

    bill_day = fields.Date(
        compute='_compute_bill_day', store=True, help='In Baku, as it was when the document got its bill, or when its day was last put on the bill.'
    )

    @api.depends('move_id')
    def _compute_bill_day(self):
        for document in self:
            document.bill_day = document.move_id and document.date and document._baku_date()

    def _is_day_corrected(self):
        """Whether the day of this document has changed, or become known, since it got its bill, which is of another day."""
        move = self.move_id
        if self.direction != 'incoming' or not (self.date and move.invoice_date) or move.state == 'cancel':
            return False
        return self._baku_date() not in (self.bill_day, move.invoice_date)

    def _day_text(self):
        return self.env._(
            'the document is of %(day)s, this entry of %(own)s.',
            day=format_date(self.env, self._baku_date()),
            own=format_date(self.env, self.move_id.invoice_date),
        )

    def _follow_day(self):
        """Put the day of this document on its draft, where that bears the day of before and no person's."""
        move = self.move_id
        if move.state == 'draft' and move.invoice_date == self.bill_day and self._is_day_corrected():
            self._take_over_day()

    def _take_over_day(self):
        """Make the day of this document that of its draft; the accounting date follows as it does where a person enters the day."""
        move = self.move_id.sudo().with_context(vatportal_billing=True)
        before = format_date(self.env, move.invoice_date)
        move.invoice_date = self.sudo().bill_day = self._baku_date()
        move._vatportal_mend_due_date()
        move._message_log(body=self.env._('Its day was corrected at e-taxes: %(old)s → %(new)s.', old=before, new=format_date(self.env, move.invoice_date)))

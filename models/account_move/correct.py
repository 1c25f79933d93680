from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ...vatportal import voen


class AccountMove(models.Model):
    """An invoice whose document is corrected at e-taxes: it follows by hand.

    The portal corrects nothing of what was issued (API v8.0 knows sending and deleting only), and what the buyer has
    answered can't be deleted. So its issuer corrects the document at e-taxes.gov.az; the invoice here may be reset to
    draft meanwhile, is never sent again, and the next import compares the two.
    """

    _inherit = 'account.move'

    vatportal_to_correct = fields.Boolean(
        string='May Be Corrected',
        compute='_compute_vatportal_to_correct',
        help='Its document was sent back, was corrected at e-taxes, or has another total: the invoice may be reset to draft and corrected in the same way.',
    )

    @api.depends('vatportal_document_id.state', 'vatportal_document_id.status', 'vatportal_document_id.amount_differs', 'vatportal_is_being_deleted')
    def _compute_vatportal_to_correct(self):
        for move in self:
            move.vatportal_to_correct = move._vatportal_live_document()._is_corrected_by_hand()

    def _vatportal_guard_draft(self):
        """:raises UserError: when one of the invoices lives at the portal and has nothing to follow there"""
        self.filtered(lambda move: not move._vatportal_live_document()._is_corrected_by_hand())._vatportal_guard()

    def _vatportal_check_buyer(self):
        """:raises UserError: a correction has made this invoice another buyer's than its document's"""
        document = self._vatportal_live_document()
        buyer = voen.normalize(document.buyer_vat)
        if buyer and buyer != self._vatportal_voen_of(self.commercial_partner_id):
            self.check_access('write')
            raise UserError(
                self.env._(
                    '%(name)s is at e-taxes (%(number)s) for the buyer with the VÖEN %(vat)s. Choose that customer; for another one make another invoice.',
                    name=self.display_name,
                    number=document.qaime or document.erp_id,
                    vat=buyer,
                )
            )

    # ------------------------------------------------------------------ banner

    def _vatportal_standing_text(self, document):
        # EXTENDS vatportal.source
        text = super()._vatportal_standing_text(document)
        return self._vatportal_correction_text(document, text) or self._vatportal_double_text(document)

    def _vatportal_correction_text(self, document, text):
        """Return ``text``, said of any document, with what is to be done here about one that is corrected at e-taxes."""
        if not document._is_corrected_by_hand():
            return text
        if document.status == 'updateRequested':
            text = self._vatportal_sent_back_text(document)
        elif not text:
            return self._vatportal_corrected_text(document)
        # That the totals differ is told beside whatever else is asked for.
        return f'{text} {self._vatportal_difference_text(document)}'.strip()

    def _vatportal_sent_back_text(self, document):
        """What to do about a document that the buyer sent back, according to how far the correction of this invoice is."""
        number = document.qaime or document.name
        if self.state == 'draft':
            return self._vatportal_draft_text(number)
        if document.amount_differs:
            return self.env._(
                'e-taxes: the buyer sent %s back. Correct it at e-taxes.gov.az as this invoice was corrected; the next import '
                'compares the two, and nothing is sent again.',
                number,
            )
        return self.env._(
            'e-taxes: the buyer sent %(number)s back. Correct it at e-taxes.gov.az, and this invoice in the same way: '
            'reset it to draft, correct and confirm it. It is not sent again.',
            number=number,
        )

    def _vatportal_draft_text(self, number):
        return self.env._(
            'e-taxes: correct this invoice as %(number)s is corrected at e-taxes.gov.az, and confirm it. It is not sent '
            'again; the next import compares the two.',
            number=number,
        )

    def _vatportal_corrected_text(self, document):
        """What to do where the document was corrected at e-taxes, or has another total; False for nothing."""
        values = self._vatportal_difference_values(document)
        if not document.amount_differs:
            return self._vatportal_draft_text(values['number']) if self.state == 'draft' else False
        return (
            self.env._(
                'e-taxes: the total of %(number)s there is %(total)s, this invoice differs by %(difference)s. Correct and confirm it; it is not sent again.',
                **values,
            )
            if self.state == 'draft'
            else self.env._(
                'e-taxes: the total of %(number)s there is %(total)s, this invoice differs by %(difference)s. Compare them; '
                'if the invoice is wrong, reset it to draft, correct and confirm it. It is not sent again.',
                **values,
            )
        )

    def _vatportal_difference_text(self, document):
        """By how much this invoice and its ``document`` differ; '' where they do not."""
        return (
            self.env._('The total of %(number)s there is %(total)s, this invoice differs by %(difference)s.', **self._vatportal_difference_values(document))
            if document.amount_differs
            else ''
        )

    def _vatportal_difference_values(self, document):
        return {
            'number': document.qaime or document.name,
            'total': formatLang(self.env, document.amount_total, currency_obj=document.currency_id),
            'difference': formatLang(self.env, document.amount_difference, currency_obj=document.currency_id),
        }

from odoo import models


class VatportalDocument(models.Model):
    """One qaimə that companies of one taxpayer have read, each for itself: where one of them has billed it, the others are asked."""

    _inherit = 'vatportal.document'

    def _relatives(self):
        """The other companies that are the same taxpayer as this document's."""
        return self._of_taxpayer(self.company_id) - self.company_id

    def _received_copies(self):
        """The same qaimə in other companies that are the same taxpayers: all that these documents are once more."""
        received = self.sudo().filtered(lambda document: document.direction == 'incoming' and document.qaime)
        relatives = received._of_taxpayer(received.company_id) if received else self.env['res.company']
        if len(relatives) < 2:
            return self.sudo().browse()
        keys = {(self._taxpayer_key(document.company_id), document.qaime) for document in received}
        others = self.sudo().search([('company_id', 'in', relatives.ids), ('direction', '=', 'incoming'), ('qaime', 'in', received.mapped('qaime'))])
        return others.filtered(lambda other: (self._taxpayer_key(other.company_id), other.qaime) in keys) - self

    def _bills_elsewhere(self):
        """Bills of this document in other companies of the taxpayer, with sudo: of their own record of it, or typed there
        where it can't be linked with them."""
        relatives = self._relatives()
        if self.direction != 'incoming' or not relatives:
            return self.env['account.move'].sudo()
        copies = self._received_copies() | self._may_be_same(relatives).sudo()
        return copies.filtered(lambda other: other._is_billed()).move_id | self._bills_with_number(companies=relatives - self._invoicing_companies()).sudo()

    def _elsewhere_text(self, bills=None):
        """That it is billed in another company, and nothing of that: whoever reads this may not see it. False for what is not.

        :param bills: those of :meth:`_bills_elsewhere`, where they are known
        """
        bills = self._bills_elsewhere() if bills is None else bills
        return bool(bills) and self.env._(
            'This document is billed already, in another company under the same VÖEN. Say that no bill is wanted here, or make another one.'
        )

    def _elsewhere_texts(self):
        """As :meth:`_elsewhere_text`, and which of those bills the reader may see."""
        bills = self._bills_elsewhere()
        seen = bills.with_env(self.env)._vatportal_seen_by_reader()
        return self._elsewhere_text(bills), bool(seen) and self.env._('Its bill there: %s.', ', '.join(seen.mapped('display_name')))

from odoo import models


class AccountMove(models.Model):
    """Invoices of Point of Sale, sent to e-taxes without anybody looking at each of them."""

    _inherit = 'account.move'

    def _vatportal_gather(self):
        """Queue what is ready of these invoices, as the process of those whom the connector names.

        :return: those of which it was noted for the first time why they do not go
        """
        errors = self._vatportal_credited()
        errors |= (self - self.browse().union(*errors))._vatportal_queue_for(self.env['res.users'])
        return self._vatportal_note_errors(errors)

    def _vatportal_credited(self):
        """What was credited before it went to e-taxes: goods that are back need no qaimə, and only a person knows.

        :return: dict of invoice → list of problems, see :meth:`_vatportal_problems`
        """
        refunds = self.search([('state', '=', 'posted'), ('move_type', '=', 'out_refund'), ('pos_refunded_invoice_ids', 'in', self.ids)])
        errors = {}
        for move in self:
            credits = refunds.filtered(lambda refund, move=move: move in refund.pos_refunded_invoice_ids)
            for refund in credits.union(*move._vatportal_credits()):
                errors.setdefault(move, []).append(
                    move._vatportal_problem(
                        self.env._('Credit Note'),
                        self.env._('%s credits it already. If the goods did change hands, send the invoice with the button “Send to e-taxes”.', refund.name),
                        record=refund,
                    )
                )
        return errors

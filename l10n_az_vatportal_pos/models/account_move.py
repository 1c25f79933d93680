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


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _vatportal_downpayment_lines(self):
        # EXTENDS l10n_az_vatportal: what the desk was paid in advance Odoo finds by amount and tax. The office takes it off with the tax
        # that has taken the place of that one.
        found = super()._vatportal_downpayment_lines()
        if 'sale_order_line_id' not in self.env['pos.order.line']._fields or not self.env['account.tax']._vatportal_was_any_replaced():
            return found
        for line in self.sudo():
            ordered = line.sale_line_ids.filtered('is_downpayment')
            for paid in ordered.pos_order_line_ids.order_id.account_move.invoice_line_ids if ordered else ():
                taxes = paid.tax_ids.browse().union(*(tax.vatportal_replaced_by_id or tax for tax in paid.tax_ids))
                if taxes == line.tax_ids and line.currency_id.is_zero(paid.price_subtotal + line.price_subtotal):
                    found |= paid.sudo(self.env.su)
        return found

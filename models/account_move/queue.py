from odoo import models


class AccountMove(models.Model):
    """Invoices on their way to e-taxes, and those that Odoo's own *Send* queues."""

    _inherit = 'account.move'

    _vatportal_order_fields = ('name', 'company_id', 'invoice_date')

    def _vatportal_day(self):
        # EXTENDS vatportal.source
        return self.invoice_date

    def _vatportal_more_to_come(self, user):
        # EXTENDS: what the same person has sent, and the scheduled action has not come to yet
        def is_next(move):
            return (move.sending_data or {}).get('author_user_id') == user.id and move.vatportal_can_send

        if not any(move.sending_data for move in self.sudo()):
            return super()._vatportal_more_to_come(user)
        return any(
            is_next(move)
            for move in self.sudo().search(
                [('sending_data', '!=', False), ('state', '=', 'posted'), ('company_id', '=', self.company_id.id), ('id', 'not in', self.ids)]
            )
        )

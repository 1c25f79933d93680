from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Deleting an invoice from e-taxes, from the invoice; all of it is done by its document."""

    _inherit = 'account.move'

    vatportal_can_delete = fields.Boolean(compute='_compute_vatportal_can_delete')
    vatportal_is_being_deleted = fields.Boolean(compute='_compute_vatportal_can_delete')

    @api.depends('vatportal_document_id.can_delete', 'vatportal_document_id.is_being_deleted')
    def _compute_vatportal_can_delete(self):
        for move in self:
            document = move.sudo().vatportal_document_id
            move.vatportal_can_delete = document.can_delete
            move.vatportal_is_being_deleted = document.is_being_deleted

    def action_vatportal_delete(self):
        """Open the wizard that deletes these invoices from e-taxes.

        :raises UserError: when none of them is, or was, at e-taxes
        """
        documents = self.vatportal_document_id
        if not documents:
            raise UserError(self.env._("None of these invoices was sent to e-taxes; there is nothing to delete."))
        return documents.action_delete()

    def action_vatportal_follow(self):
        deletion = self.vatportal_document_id._open_deletions()
        return deletion._dialog_action() if deletion else super().action_vatportal_follow()

    @api.depends('vatportal_is_being_deleted')
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _get_alerts(self):
        # EXTENDS account
        alerts = super()._get_alerts()
        if self.vatportal_is_being_deleted:
            alerts['vatportal_deletion'] = {
                'level': 'warning',
                'message': self.env._("e-taxes: this invoice is being deleted."),
                'action_text': self.env._("Follow"),
                'action_call': ('account.move', 'action_vatportal_follow', self.ids),
            }
        elif self.vatportal_state == 'deleted' and self.state == 'posted':
            alerts['vatportal_deleted'] = {
                'level': 'info',
                'message': self.env._(
                    "e-taxes: %s was deleted. The invoice can be reset to draft, corrected and sent anew.",
                    self.vatportal_qaime or self.vatportal_document_id.erp_id),
            }
        return alerts

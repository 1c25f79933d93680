from odoo import models


class AccountMove(models.Model):
    """Deleting an invoice from e-taxes, from the invoice; all of it is done by its document."""

    _inherit = 'account.move'

    def _get_alerts(self):
        # EXTENDS account
        alerts = super()._get_alerts()
        if self.vatportal_state == 'deleted' and self.state == 'posted' and not self.vatportal_is_being_deleted:
            alerts['vatportal_deleted'] = {
                'level': 'info',
                'message': self.env._(
                    "e-taxes: %s was deleted. The invoice can be reset to draft, corrected and sent anew.",
                    self.vatportal_qaime or self.vatportal_document_id.erp_id),
            }
        return alerts

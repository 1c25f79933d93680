from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    _inherit = 'account.move.send'

    @api.model
    def _is_vatportal_offered(self, move):
        # The invoice that a sale prints goes to e-taxes with the others, at the time that the connector says.
        return not self.env.context.get('vatportal_gathered') and super()._is_vatportal_offered(move)

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .portal_account_token import RENEW_DAYS

# The vendor advises to change the token every 90 days; from this age on it is said.
WARN_DAYS = 80


class VatportalConnector(models.Model):
    """The token of the account, as its connectors show it."""

    _inherit = 'vatportal.connector'

    token_date = fields.Datetime(related='account_id.token_date')
    token_age = fields.Integer(string='Age of the Token (Days)', compute='_compute_token_age')
    token_is_old = fields.Boolean(compute='_compute_token_age')
    auto_renew = fields.Boolean(related='account_id.auto_renew', readonly=False, tracking=True)
    renew_days = fields.Integer(related='account_id.renew_days', readonly=False, default=RENEW_DAYS, required=True)
    renewal_lost_at = fields.Datetime(related='account_id.renewal_lost_at')
    renewal_tried_at = fields.Datetime(related='account_id.renewal_tried_at')
    renewal_put_off_at = fields.Datetime(related='account_id.renewal_put_off_at')

    @api.depends('token_date', 'auth_method')
    def _compute_token_age(self):
        now = fields.Datetime.now()
        for connector in self:
            connector.token_age = (now - connector.token_date).days if connector.token_date else 0
            connector.token_is_old = connector.auth_method == 'token' and bool(connector.token_date) and connector.token_age >= WARN_DAYS

    def _renew_token(self):
        """Replace the token of the account by a new one; see the account's own.

        :return: False when it is done; else what stands against it, in the accountant's words
        """
        self.ensure_one()
        account = self.sudo().account_id
        failure = account._renew_token(self.sudo())
        return failure and account._renewal_problem(*failure)

    @api.model
    def _cron_renew_tokens(self):
        """Scheduled action: renew the tokens that are due."""
        self.env['vatportal.account'].sudo()._cron_renew_tokens()

    # ------------------------------------------------------------------ buttons

    def action_renew_token(self):
        """Open the wizard that renews the token.

        :raises AccessError: for anyone who may not change the system's settings
        """
        self.ensure_one()
        self.check_access('write')
        if not self.env.user.has_group('base.group_system'):
            raise AccessError(self.env._('Only administrators can renew the token.'))
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Renew the Token'),
            'res_model': 'vatportal.token.wizard',
            'views': [[False, 'form']],
            'target': 'new',
            'context': {'default_connector_id': self.id},
        }

from odoo import fields, models
from odoo.exceptions import AccessError


class VatportalTokenWizard(models.TransientModel):
    """Renews the token of a connector and says honestly what came of it."""

    _name = 'vatportal.token.wizard'
    _description = 'Renew the VatPortal token'
    _inherit = ['vatportal.guard']

    connector_id = fields.Many2one('vatportal.connector', required=True, ondelete='cascade')
    token_date = fields.Datetime(related='connector_id.token_date', related_sudo=False)
    token_age = fields.Integer(related='connector_id.token_age', related_sudo=False)
    token_is_old = fields.Boolean(related='connector_id.token_is_old', related_sudo=False)
    renewal_lost_at = fields.Datetime(related='connector_id.renewal_lost_at', related_sudo=False)
    state = fields.Selection([('ready', 'Ready'), ('done', 'Renewed'), ('failed', 'Not renewed')], default='ready', readonly=True)
    message = fields.Text(readonly=True)

    def action_renew(self):
        """Renew the token; the wizard stays open and shows the outcome, and can try again.

        :raises AccessError: for anyone who may not change the system's settings
        :raises UserError: when someone else is renewing it, or data for it are missing
        """
        self.ensure_one()
        if not self.env.user.has_group('base.group_system'):
            raise AccessError(self.env._('Only administrators can renew the token.'))
        self.connector_id.check_access('write')
        problem = self.connector_id._renew_token()
        self.write({'state': 'failed' if problem else 'done', 'message': problem})
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': self.id,
            'views': [[False, 'form']],
            'name': self.env._('Renew the Token'),
            'target': 'new',
        }

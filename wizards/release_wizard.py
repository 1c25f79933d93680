from odoo import api, fields, models
from odoo.exceptions import UserError


class VatportalReleaseWizard(models.TransientModel):
    """Shows what is open at an address where nothing answers, before another one is entered."""

    _name = 'vatportal.release.wizard'
    _inherit = ['vatportal.guard']
    _description = 'Release the address of a connector'

    connector_id = fields.Many2one('vatportal.connector', required=True, readonly=True, ondelete='cascade')
    open_text = fields.Text(string='Open There', compute='_compute_open_text')
    confirmed = fields.Boolean(
        string='I have read this; the new address leads to the same account',
        help='Another account has none of these invoices and would take each a second time.',
    )

    @api.depends('connector_id')
    @api.depends_context('lang')
    def _compute_open_text(self):
        for wizard in self:
            if not wizard.connector_id:
                wizard.open_text = False
                continue
            wizard.connector_id._check_may_release()
            wizard.open_text = '\n'.join(wizard.connector_id._open_texts()) or self.env._('Nothing is open.')

    def action_release(self):
        """Let another address be entered on the connectors of the account for a quarter of an hour.

        :raises UserError: where what is open was not confirmed
        """
        self.ensure_one()
        if not self.confirmed:
            raise UserError(self.env._('Read what is open, and confirm it.'))
        self.connector_id._release_account()
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}

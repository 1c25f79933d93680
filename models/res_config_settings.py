from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    vatportal_connector_count = fields.Integer(compute='_compute_vatportal_connector_count', string='Number of VatPortal Connectors')

    def _compute_vatportal_connector_count(self):
        for settings in self:
            settings.vatportal_connector_count = self.env['vatportal.connector'].search_count([('company_id', '=', settings.company_id.id)])

    def action_vatportal_connectors(self):
        """Open the company's connectors; the form of a new one where it has none."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('l10n_az_vatportal.vatportal_connector_action')
        if not self.vatportal_connector_count:
            action |= {'views': [[False, 'form']], 'view_mode': 'form'}
        return action

from odoo import api, models


class MailActivityType(models.Model):
    _inherit = 'mail.activity.type'

    @api.model
    def _get_model_info_by_xmlid(self):
        # EXTENDS mail
        return {
            **super()._get_model_info_by_xmlid(),
            'l10n_az_vatportal_stock.mail_activity_etaxes': {'res_model': 'stock.picking', 'unlink': False},
            'l10n_az_vatportal_stock.mail_activity_etaxes_due': {'res_model': 'stock.picking', 'unlink': False},
        }

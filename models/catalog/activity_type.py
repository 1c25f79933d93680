from odoo import api, models


class MailActivityType(models.Model):
    """The addon's own types of activities are looked up by name: without one nobody would be told."""

    _inherit = 'mail.activity.type'

    @api.model
    def _get_model_info_by_xmlid(self):
        # EXTENDS mail
        return {
            **super()._get_model_info_by_xmlid(),
            'l10n_az_vatportal.mail_activity_etaxes': {'res_model': 'account.move', 'unlink': False},
            'l10n_az_vatportal.mail_activity_etaxes_document': {'res_model': 'vatportal.document', 'unlink': False},
            'l10n_az_vatportal.mail_activity_etaxes_due': {'res_model': 'account.move', 'unlink': False},
            'l10n_az_vatportal.mail_activity_etaxes_answer': {'res_model': 'vatportal.document', 'unlink': False},
        }

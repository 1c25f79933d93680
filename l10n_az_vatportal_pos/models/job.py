from odoo import models


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    def _finish(self):
        # EXTENDS: what was made in Point of Sale meanwhile has its turn
        super()._finish()
        if self.operation == 'upload' and self.connector_id.sudo().pos_sending in ('now', 'session'):
            self.env.ref('l10n_az_vatportal_pos.cron_gather')._trigger()

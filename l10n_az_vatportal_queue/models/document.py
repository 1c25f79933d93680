from datetime import timedelta

from odoo import fields, models

# The scheduled actions look this much later whether something was left undone.
NET = timedelta(minutes=5)


class VatportalDocument(models.Model):
    _inherit = 'vatportal.document'

    def _wake_bills(self, at=None):
        # EXTENDS: a queue job for each company, with the scheduled action as the net beneath
        self.sudo().company_id._queue_wake(at)
        super()._wake_bills((at or fields.Datetime.now()) + NET)

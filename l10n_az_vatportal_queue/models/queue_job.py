from odoo import models


class QueueJob(models.Model):
    _inherit = 'queue.job'

    def _related_action_vatportal(self):
        """Open what the queue job works at, as far as the user may see it."""
        return self.records.exists()._queue_action() if self.records.exists() else None

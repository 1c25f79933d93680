from odoo import models
from odoo.exceptions import AccessError, UserError


class VatportalJob(models.Model):
    """Giving up what has not left yet."""

    _inherit = 'vatportal.job'

    def _can_cancel(self):
        """Whether nothing of this sending is, or may be, at the portal. What went there with its answer lost is
        settled by asking, though it waits to go again."""
        return self.operation == 'upload' and self.state == 'queued' and not self.answer and not any(self.sudo()._pending().mapped('doubtful'))

    def action_cancel(self):
        """Give up sending what has not left yet (the portal is down, say); the invoices can be sent again.

        :raises UserError: when the portal has been told already, or may have been
        :raises AccessError: for users who may not read the job, or may not invoice
        """
        for job in self:
            job.check_access('read')
            if not job._may_use():
                raise AccessError(self.env._('Only invoicing users can give up a sending.'))
            # Not locked where it can't be: whoever starts it lets go of it for a moment.
            locked = job.sudo()._locked() if job._can_cancel() else job.browse()
            if not locked or not locked._can_cancel():
                raise UserError(self.env._("The process has started already; it can't be stopped from here."))
            locked._reject(locked._pending(), self.env._('Sending was given up before anything went to the portal.'))
            locked._finish()
        return True

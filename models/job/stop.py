import contextlib

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..states import OPEN_STATES
from .job import without_codes

# Past these steps there is nothing to decline any more.
SIGNED = ('sign', 'numbers')


class VatportalJob(models.Model):
    """Stopping while the phone asks for a PIN.

    No call of the portal stops a process. What can be done is to show its check codes to nobody: a code that can't be
    compared is declined, or left until it expires, and the process ends as every process does whose PIN was not
    confirmed. It is followed to that end: whoever types a PIN all the same has signed, and that is not lost.
    """

    _inherit = 'vatportal.job'

    stopped_by_id = fields.Many2one('res.users', string='Stopped by', readonly=True, copy=False, help='Its check codes are shown to nobody since.')

    def action_stop_signing(self):
        """Show the check codes of these processes to nobody any more, and give up what was to begin after them.

        :raises AccessError: for users who may not read the processes, or may not invoice
        :raises UserError: where no PIN is awaited any more
        """
        self.check_access('read')
        for job in self:
            if not job._may_use():
                raise AccessError(self.env._('Only invoicing users can stop what is sent to e-taxes.'))
            # The live view of the first stands for those that take turns with it.
            batch = job._batch() if job.root_id == job else job
            asking = batch.filtered(lambda part: part._can_stop_signing())
            if not asking:
                raise UserError(self.env._('No PIN is awaited any more: the process has been signed, or has ended.'))
            waiting = (batch - asking).filtered(lambda part: part.state == 'queued').sorted('id', reverse=True)
            waiting.sudo().write({'stopped_by_id': self.env.uid})
            for part in waiting:
                # What is in doubt, or begins at this moment, can't be given up; at its turn nothing of it goes.
                if part._operation()._can_cancel(part):
                    with contextlib.suppress(UserError), self.env.cr.savepoint():
                        part._operation()._cancel(part)
            for part in asking.sudo():
                # Where a step is being made, this waits for its end, and the request is run again by Odoo.
                part.write({'stopped_by_id': self.env.uid, 'pin1_code': False, 'pin2_code': False, 'stats': without_codes(part.stats) or False})
        return True

    def _can_stop_signing(self):
        return self._operation()._can_stop_signing(self)

    def _awaits_its_end(self):
        """Whether this process was stopped, and can still ask for a PIN."""
        return bool(self.stopped_by_id) and self.state in OPEN_STATES and self.phase == 'follow' and self.step not in SIGNED

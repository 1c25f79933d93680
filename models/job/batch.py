from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..states import OPEN_STATES

# In so many seconds: a job that waits for the one before it is not looked at until that one has ended and says so.
HOLD_S = timedelta(days=365).total_seconds()
# A page takes some seconds; before that the live view has to come up.
SHOW_FIRST_S = 1


class VatportalJob(models.Model):
    """Processes that belong together run one after the other, and are shown together.

    Imports of a long range do so, and so do the processes of one connector that one press of a button has started: a
    deletion from several folders, a sending of more invoices than go into one process.
    Those that have nothing to do with each other but the phone take turns by ``job/turns.py``.
    What ends with errors does not keep the next from its turn, for each is a process of its own; only of imports it may.
    """

    _inherit = 'vatportal.job'

    root_id = fields.Many2one(
        'vatportal.job',
        string='Begun with',
        readonly=True,
        ondelete='set null',
        index='btree_not_null',
        help='The first of the processes that were started together.',
    )
    on_hold = fields.Boolean(readonly=True, help='Waits for the process before it.')

    def _take_turns(self):
        """Let these jobs, queued a moment ago, run one after the other for each connector; return them."""
        for jobs in self.sudo().sorted('id').grouped('connector_id').values():
            if len(jobs) > 1:
                # The first may be one that others have joined.
                jobs.root_id = jobs[0].root_id or jobs[0]
                jobs[1:]._hold()
        return self

    def _hold(self):
        """These jobs, queued a moment ago, wait for those before them."""
        for job in self.filtered(lambda job: not job.on_hold):
            job._go(job.phase, HOLD_S, on_hold=True)

    def _release(self):
        """It is this job's turn."""
        now = fields.Datetime.now()
        for job in self:
            job._go(job.phase, SHOW_FIRST_S if job.phase == 'read' else 0, on_hold=False, started_at=now, changed_at=now)
        self._wake()

    def _batch(self):
        """All jobs that were started together with this one, in the order in which they run."""
        root = self.root_id or self
        return (root | self.search([('root_id', '=', root.id)])).sorted('id')

    def _usable(self):
        """Those of these jobs, which the user can read, that the user may also use."""
        return self.filtered(lambda job: job._may_use())

    def action_batch_documents(self):
        """Open the documents of all jobs that were started together with this one.

        :return: an action
        """
        action, jobs = self.action_documents(), self._batch()
        if jobs.asked_document_ids:
            action['domain'] = [('id', 'in', jobs.asked_document_ids.ids)]
        elif self.operation != 'download':  # an import shows those of all of them anyway
            action['domain'] = [('job_ids', 'in', jobs.ids)]
        return {**action, 'views': [[False, kind] for kind in ('list', 'kanban', 'form')]}

    def _batches_of(self):
        return self.browse().union(*(job._batch() for job in self))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waited_for(self):
        if any(job.state in OPEN_STATES for job in self.root_id._batches_of()):
            raise UserError(self.env._("A process can't be deleted while others that were started with it have not ended."))

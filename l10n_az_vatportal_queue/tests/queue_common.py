from odoo.fields import Datetime
from odoo.tools import SQL

from odoo.addons.l10n_az_vatportal.tests.race_common import OWN, PARTNER, RaceCommon
from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.job import Job

from ..models.queued import KEY

__all__ = ['OWN', 'PARTNER', 'Datetime', 'QueueCommon']


class QueueCommon(RaceCommon):
    """Real commits, after which the work is handed over; the queue jobs are removed in the end."""

    def build(self, env):
        super().build(env)
        connector = env['vatportal.connector'].browse(self.connector_id)
        connector.write({'compared_at': Datetime.now(), 'compared_in': connector._database()})
        self.account_id = connector.account_id.id
        self.move_ids = self.invoices(env, 6).ids

    def clean_up(self):
        super().clean_up()
        with self.registry.cursor() as cr:
            cr.execute(SQL('DELETE FROM vatportal_selection WHERE company_id = %s', self.company_id))
            cr.execute(SQL('DELETE FROM queue_job WHERE identity_key LIKE %s', f'{KEY}:%'))

    # ------------------------------------------------------------------ what is at work

    def queue_jobs(self, env, *states):
        return env['queue.job'].sudo().search([('identity_key', '=like', f'{KEY}:%'), ('state', 'in', states or ('pending', 'enqueued'))], order='id')

    def queue_processes(self, count=1):
        """Queue so many processes, with an invoice each, in a request."""
        with self.look_up() as env:
            connector = env['vatportal.connector'].browse(self.connector_id)
            jobs = env['vatportal.job']
            for move_id in self.move_ids[:count]:
                jobs += jobs._queue(env['account.move'].browse(move_id), connector, True)
            jobs._wake()
            return jobs.ids

    def run_queue_job(self, job_id):
        """Run a queue job as the controller of queue_job does, in a transaction of its own; return its state."""
        with self.look_up() as env:
            env['queue.job'].browse(job_id).write({'state': 'enqueued', 'date_enqueued': Datetime.now()})
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            job = RunJobController._acquire_job(env, env['queue.job'].browse(job_id).uuid)
            self.assertIsInstance(job, Job)
            RunJobController._runjob(env, job)
        with self.look_up() as env:
            return env['queue.job'].browse(job_id).state

    def assert_once(self, move_ids):
        with self.look_up() as env:
            moves = env['account.move'].browse(move_ids)
            self.assertEqual(sorted(self.uploaded()), sorted(moves.vatportal_document_ids.mapped('erp_id')), 'each went out once')
            self.assertEqual(set(moves.mapped('vatportal_state')), {'registered'})
            self.assertEqual(len(set(moves.mapped('vatportal_qaime'))), len(moves))

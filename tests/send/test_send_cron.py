import logging

from odoo.tests.common import mute_logger

from ...models.job import cron as job_cron
from ..send_common import STATUS, UPLOAD, SendCommon

ENGINE = 'odoo.addons.l10n_az_vatportal.models.job.cron'


class Clock:
    """Time for the scheduled action: it passes by sleeping alone, and then for the jobs as well."""

    def __init__(self, cr):
        self.cr, self.now, self.pauses = cr, 0.0, []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds
        self.cr.execute("UPDATE vatportal_job SET next_poll_at = next_poll_at - %s * interval '1 second'", [seconds])


class TestSendCron(SendCommon):
    """With no dialog open the scheduled action carries the jobs on."""

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_advance').method_direct_trigger()
        self.env.invalidate_all()

    def follow(self, seconds):
        self.env['ir.config_parameter'].set_param('l10n_az_vatportal.follow_seconds', str(seconds))
        clock = Clock(self.env.cr)
        self.patch(job_cron, 'time', clock)
        return clock

    def runs(self, job, limit=30):
        """Run the scheduled action until ``job`` has ended, as if its time had come each time."""
        for _run in range(limit):
            if job.state not in ('queued', 'starting', 'running'):
                return
            job.sudo().next_poll_at = False
            self.run_cron()
        self.fail(f'still {job.state}')

    def test_from_queued_to_registered(self):
        moves = self.invoices(2)
        self.assertEqual(moves._vatportal_queue(), {})
        job = moves.vatportal_document_id.job_ids
        self.assertEqual((job.state, self.uploads()), ('queued', []))
        self.runs(job)
        self.assertRegistered(moves)

    def test_one_run_follows_to_the_end(self):
        """The prompts on the phone do not wait for the next minute: one run brings both codes."""
        clock = self.follow(40)
        self.sandbox.configure(step_per_look=True)
        move = self.create_invoice()
        move._vatportal_queue()
        job = move.vatportal_document_id.job_ids
        codes = []
        self.patch(type(job), '_notify', lambda record, event: codes.append((event, record.pin1_code or record.pin2_code or None)))
        self.run_cron()
        self.assertEqual(job.state, 'done')
        self.assertRegistered(move)
        prompts = self.sandbox.prompts(None)
        self.assertEqual(codes, [('code', prompts[0].code), ('code', prompts[1].code), ('done', None)])
        self.assertGreaterEqual(min(clock.pauses), 1, 'never asked more often than the vendor allows')
        self.assertLessEqual(len(self.requests_to(STATUS)), len(clock.pauses))

    def test_follows_no_longer_than_it_may(self):
        """Somebody has to type a PIN: the run ends in time and has itself called again at once."""
        clock = self.follow(40)
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        move._vatportal_queue()
        cron = self.env.ref('l10n_az_vatportal.cron_advance')
        triggers = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)])
        self.run_cron()
        job = move.vatportal_document_id.job_ids
        self.assertTrue(job.pin1_code)
        self.assertEqual(move.vatportal_state, 'pin')
        self.assertLessEqual(clock.now, 40)
        self.assertGreater(clock.now, 30)
        self.assertTrue(self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]) - triggers)

    def test_nothing_to_follow_ends_at_once(self):
        """A portal that is down, or an answer being settled, keeps no run waiting."""
        clock = self.follow(40)
        down, lost = self.invoices(2)
        self.sandbox.configure(unknown_ids='empty')
        self.sandbox.faults.add(UPLOAD, 'reset')
        self.sandbox.faults.add(UPLOAD, 'unavailable', status=429, retry_after=60)
        lost._vatportal_queue()
        self.run_cron()
        self.connector.sudo().retry_at = False
        down._vatportal_queue()
        cron_jobs = self.env['vatportal.job'].search([('state', '!=', 'done')])
        clock.pauses.clear()
        self.run_cron()
        self.assertEqual(set(cron_jobs.mapped('state')), {'queued', 'running'})
        self.assertEqual(clock.pauses, [])

    def test_one_failure_does_not_touch_the_next(self):
        good, bad, last = self.invoices(3)
        jobs = [self.queue(move, sign=False) for move in (good, bad, last)]  # with PINs they would take turns
        upload = type(jobs[0]._operation())
        prepare = upload._prepare

        def broken(operation, job):
            if job == jobs[1]:
                raise ValueError('broken')
            return prepare(operation, job)

        self.patch(upload, '_prepare', broken)
        with self.assertLogs(ENGINE, logging.ERROR):
            self.run_cron()
        self.assertEqual([job.state for job in jobs], ['running', 'queued', 'running'])
        self.assertEqual(jobs[1].error_count, 1)
        self.assertGreater(jobs[1].next_poll_at, jobs[1].changed_at, 'left alone for a while')
        for job in (jobs[0], jobs[2]):
            self.runs(job)
        self.assertEqual(set((good + last).mapped('vatportal_state')), {'imported'})

    @mute_logger(ENGINE)
    def test_failure_in_the_consequences_is_made_up_for(self):
        """The answer is stored before anything follows from it: what failed then is done again, the call is not."""
        move = self.create_invoice()
        job = self.queue(move)
        upload = type(job._operation())
        started = upload._started
        self.patch(type(job), '_commit', lambda record: record.env.cr.commit())  # as outside of tests
        self.patch(upload, '_started', lambda *_args: 1 / 0)
        self.run_cron()
        self.assertTrue(job.answer)
        self.patch(upload, '_started', started)
        self.runs(job)
        self.assertRegistered(move)
        self.assertEqual(len(self.uploads()), 1)

    def test_calls_are_given_up_sooner_than_at_the_dialog(self):
        limits = []
        client = type(self.connector)._client
        self.patch(type(self.connector), '_client', lambda record, **options: (limits.append(options), client(record, **options))[1])
        move = self.create_invoice()
        job = self.queue(move)
        self.runs(job)
        self.assertEqual([options['timeout'] for options in limits], [30] + [10] * (len(limits) - 1))
        self.assertTrue(all(options['deadline'] <= 60 for options in limits))

    def test_portal_that_is_down_comes_last(self):
        """The jobs of a portal that did not answer wait behind those of one that does."""
        other = self.env['vatportal.connector'].create({'name': 'Other', 'base_url': self.sandbox.url, 'token': 'other-token', 'company_id': self.company.id})
        one, two = self.invoices(2)
        first, second = self.queue(one), self.queue(two, connector=other)
        self.connector.sudo().error_count = 3
        self.assertEqual(self.env['vatportal.job']._cron_due(set()), second + first)

    def test_process_that_ended_is_not_asked_again(self):
        move = self.create_invoice()
        job = self.queue(move)
        self.runs(job)
        asked = len(self.sandbox.requests)
        self.run_cron()
        self.assertEqual(len(self.sandbox.requests), asked)

    def test_one_connection_for_all(self):
        """The processes of an account are asked for over one connection, which stays open from one to the next."""
        self.sandbox.configure(stages={'imported': 7200})
        jobs = self.env['vatportal.job'].union(*(self.send(move, sign=False) for move in self.invoices(4)))
        jobs.sudo().next_poll_at = False
        before, asked = self.sandbox.connections, len(self.requests_to(STATUS))
        self.follow(0)
        self.run_cron()
        self.assertEqual((self.sandbox.connections - before, len(self.requests_to(STATUS)) - asked), (1, 4))

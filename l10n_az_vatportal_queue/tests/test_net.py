from datetime import timedelta

from .queue_common import Datetime, QueueCommon


class TestNet(QueueCommon):
    """The scheduled action beneath: it moves nothing that queue jobs move in time, and all that they do not."""

    def setUp(self):
        super().setUp()
        with self.look_up() as env:
            env['ir.config_parameter'].set_param('l10n_az_vatportal.follow_seconds', '0')
        self.addCleanup(self.forget_parameter)

    def forget_parameter(self):
        with self.look_up() as env:
            env['ir.config_parameter'].search([('key', '=', 'l10n_az_vatportal.follow_seconds')]).unlink()

    def run_action(self):
        with self.look_up() as env:
            env['vatportal.job']._cron_advance()

    def change(self, **vals):
        with self.look_up() as env:
            self.queue_jobs(env, 'pending', 'enqueued', 'started').write(vals)

    def test_what_queue_jobs_move_in_time_is_left_to_them(self):
        self.queue_processes()
        for vals in ({}, {'state': 'enqueued', 'date_enqueued': Datetime.now()}, {'state': 'started', 'date_enqueued': Datetime.now()}):
            self.change(**vals)
            self.run_action()
            self.assertEqual(self.uploaded(), [])
            with self.look_up() as env:
                self.assertEqual(len(self.queue_jobs(env, 'pending', 'enqueued', 'started')), 1)

    def test_what_is_late_is_moved(self):
        """No job runner runs, or it has died with its servers."""
        late = Datetime.now() - timedelta(minutes=5)
        for number, vals in enumerate(({'eta': late}, {'state': 'enqueued', 'date_enqueued': late})):
            with self.subTest(**vals), self.look_up() as env:
                connector = env['vatportal.connector'].browse(self.connector_id)
                env['vatportal.job']._queue(env['account.move'].browse(self.move_ids[number]), connector, False)._wake()
                env.cr.commit()
                self.change(**vals)
                self.run_action()
                self.assertEqual(len(self.uploaded()), number + 1)
                self.change(state='done')

    def test_what_died_at_work_is_handed_over_anew(self):
        self.queue_processes()
        self.change(state='started', date_enqueued=Datetime.now() - timedelta(minutes=5))
        self.run_action()
        with self.look_up() as env:
            self.assertEqual(len(self.queue_jobs(env, 'pending')), 1)

    def test_what_was_not_handed_over_is(self):
        """The server died between the commit and that; then the action leaves it to the queue job."""
        self.queue_processes()
        with self.look_up() as env:
            self.queue_jobs(env).unlink()
        self.run_action()
        with self.look_up() as env:
            self.assertEqual(len(self.queue_jobs(env)), 1)
        self.assertEqual(self.uploaded(), [])

    def test_how_often_the_queue_is_asked(self):
        """Not once for each account."""
        asked = []
        plain = type(self.env['vatportal.job'])._queue_accounts
        self.patch(type(self.env['vatportal.job']), '_queue_accounts', lambda jobs, states: (asked.append(states), plain(jobs, states))[1])
        self.queue_processes()
        with self.look_up() as env:
            other = env['vatportal.connector'].create(
                {'name': 'Race 2', 'base_url': self.sandbox.url, 'token': 'other-token', 'company_id': self.company_id, 'is_default': False}
            )
            self.assertNotEqual(other.account_id.id, self.account_id)
            env['vatportal.job']._queue(env['account.move'].browse(self.move_ids[1]), other, True)
        with self.look_up() as env:
            env['vatportal.job']._queue_lost()
        self.assertEqual(asked, [['started']])

    def test_what_became_due_sooner_is_brought_forward(self):
        self.queue_processes()
        self.change(eta=Datetime.now() + timedelta(hours=1))
        self.run_action()
        with self.look_up() as env:
            self.assertLess(self.queue_jobs(env).eta, Datetime.now() + timedelta(seconds=1))

    def test_both_at_once(self):
        """The action and queue jobs at the same processes: each goes out once."""
        self.queue_processes(4)
        with self.look_up() as env:
            job_id = self.queue_jobs(env).id
            self.queue_jobs(env).eta = Datetime.now() - timedelta(minutes=5)
        for _round in range(12):
            with self.look_up() as env:
                env['vatportal.job'].search([('connector_id', '=', self.connector_id), ('on_hold', '=', False)]).next_poll_at = False
            self.race(lambda env: env(su=True)['vatportal.job']._cron_advance(), lambda env: self.run_again(job_id))
        self.settle()
        self.assert_once(self.move_ids[:4])

    def run_again(self, job_id):
        with self.look_up() as env:
            if env['queue.job'].browse(job_id).state != 'pending':
                return
        self.run_queue_job(job_id)

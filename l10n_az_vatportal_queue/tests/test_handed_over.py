from datetime import timedelta

from odoo import SUPERUSER_ID
from odoo.tools import mute_logger

from .. import uninstall_hook
from ..models.queued import KEY
from .queue_common import Datetime, QueueCommon


class TestHandedOver(QueueCommon):
    """What is handed over, under which name, and that it is handed over once."""

    def test_many_looks_of_an_account_are_one_queue_job(self):
        for _request in range(5):
            with self.look_up() as env:
                connector = env['vatportal.connector'].browse(self.connector_id)
                for _process in range(10):
                    env['vatportal.job'].create({'connector_id': connector.id, 'operation': 'upload'})._wake()
        with self.look_up() as env:
            self.assertEqual(env['vatportal.job'].search_count([('connector_id', '=', self.connector_id), ('state', '=', 'queued')]), 50)
            self.assertEqual(len(self.queue_jobs(env)), 1)

    def test_nothing_is_handed_over_of_what_was_undone(self):
        with self.registry.cursor() as cr:
            env = self.at(self.env(cr=cr))
            env['vatportal.job'].create({'connector_id': self.connector_id, 'operation': 'upload'})._wake()
            cr.rollback()
        with self.look_up() as env:
            self.assertFalse(self.queue_jobs(env))

    def test_nothing_is_left_behind(self):
        """Once the addon is gone nothing could run what waits, nor what was being run; what has ended stays on record."""
        for state in ('wait_dependencies', 'pending', 'enqueued', 'started', 'failed', 'done'):
            with self.look_up() as env:
                env['vatportal.job'].create({'connector_id': self.connector_id, 'operation': 'upload'})._wake()
            with self.look_up() as env:
                self.queue_jobs(env).write({'state': state, 'identity_key': f'{KEY}:{state}'})
                env.cr.commit()
        with self.look_up() as env:
            uninstall_hook(env)
            left = env['queue.job'].sudo().search([('identity_key', '=like', f'{KEY}:%')])
            self.assertEqual(left.mapped('state'), ['done'])

    def test_what_an_administrator_reads(self):
        self.queue_processes()
        with self.look_up() as env:
            env['res.company'].browse(self.company_id)._queue_wake()
            person = self.select(env, 2).user_id.name
        with self.look_up() as env:
            account, bills, selected = self.queue_jobs(env).sorted(lambda job: [job.model_name != name for name in ('vatportal.account', 'res.company')])
            company = env['res.company'].browse(self.company_id)
            self.assertEqual(account.name, 'e-taxes: processes of Race')
            self.assertEqual(bills.name, f'e-taxes: bills of {company.name}')
            self.assertEqual(selected.name, f'e-taxes: large sending of {person}')
            for job in (account, bills, selected):
                self.assertEqual((job.channel, job.company_id, job.user_id.id), ('root.vatportal', company, SUPERUSER_ID))
                self.assertEqual(job.job_function_id._parse_retry_pattern(), {1: 10, 3: 60})
            self.assertEqual(account.open_related_action()['domain'], [('connector_id', 'in', [self.connector_id])])
            self.assertEqual(bills.open_related_action()['res_model'], 'vatportal.document')
            self.assertEqual(selected.open_related_action()['res_model'], 'vatportal.selection.line')

    def test_an_account_of_several_companies(self):
        """Nobody learns from it of connectors that are another company's; all administrators see it."""
        with self.look_up() as env:
            connector = env['vatportal.connector'].browse(self.connector_id)
            other = (
                env['vatportal.connector']
                .sudo()
                .create({'name': 'Secret', 'account_id': connector.account_id.id, 'company_id': env.ref('base.main_company').id})
            )
            self.addCleanup(self.remove, other.id)
        self.queue_processes()
        with self.look_up() as env:
            job = self.queue_jobs(env)
            self.assertEqual((job.name, job.company_id.id), ('e-taxes: processes of an account with 2 connectors', False))

    def remove(self, connector_id):
        with self.look_up() as env:
            env['vatportal.connector'].browse(connector_id).unlink()

    def select(self, env, count):
        env = env(user=self.user_ids[0])
        return env['vatportal.selection']._start(
            [env['account.move'].browse(self.move_ids[:count])], env['vatportal.connector'].browse(self.connector_id), True
        )

    # ------------------------------------------------------------------ its turns

    def test_it_waits_for_the_next_look(self):
        """One queue job from the first step to the last: in between it waits for what the engine has planned."""
        [process_id] = self.queue_processes()
        with self.look_up() as env:
            job_id = self.queue_jobs(env).id
        for _turn in range(20):
            state = self.run_queue_job(job_id)
            if state == 'done':
                break
            with self.look_up() as env:
                process, job = env['vatportal.job'].browse(process_id), env['queue.job'].browse(job_id)
                self.assertEqual((state, self.queue_jobs(env)), ('pending', job))
                self.assertGreaterEqual(job.eta + timedelta(seconds=1), process.next_poll_at or job.eta)
                process.next_poll_at = False
        self.assertEqual(state, 'done')
        self.assert_once(self.move_ids[:1])
        with self.look_up() as env:
            self.assertEqual(env['queue.job'].browse(job_id).retry, 1, 'waiting counts as no failure')

    def test_a_portal_that_is_down_is_left_alone(self):
        """The back-off of the account is the authority, not the queue's."""
        self.queue_processes()
        self.sandbox.stop()
        self.addCleanup(self.sandbox.start)
        with self.look_up() as env:
            job_id = self.queue_jobs(env).id
        self.assertEqual(self.run_queue_job(job_id), 'pending')
        with self.look_up() as env:
            account = env['vatportal.account'].browse(self.account_id)
            self.assertTrue(account._is_waiting())
            self.assertLessEqual(abs(env['queue.job'].browse(job_id).eta - account.retry_at), timedelta(seconds=1))

    def test_one_account_is_never_moved_side_by_side(self):
        self.queue_processes()
        with self.look_up() as env:
            job_id = self.queue_jobs(env).id
        with self.registry.cursor() as other:
            account = self.env(cr=other)['vatportal.account'].browse(self.account_id)
            other.execute('SELECT pg_advisory_xact_lock(hashtext(%s))', [account._queue_key()])
            self.assertEqual(self.run_queue_job(job_id), 'pending')
            self.assertEqual(self.uploaded(), [])
        self.run_queue_job(job_id)
        self.assertEqual(len(self.uploaded()), 1)

    def test_two_that_wait_become_one(self):
        """One was handed over while the other was at work."""
        self.queue_processes(2)
        with self.look_up() as env:
            first = self.queue_jobs(env)
            first.write({'state': 'started', 'date_enqueued': Datetime.now()})
        with self.look_up() as env:
            env['vatportal.account'].browse(self.account_id)._queue_wake(Datetime.now() + timedelta(hours=1))
        with self.look_up() as env:
            second = self.queue_jobs(env)
            self.assertTrue(second and second != first)
        self.assertEqual(self.run_queue_job(first.id), 'done')
        with self.look_up() as env:
            self.assertEqual(self.queue_jobs(env), second)
            self.assertLess(env['queue.job'].browse(second.id).eta, Datetime.now() + timedelta(minutes=10), 'it takes over')

    def test_it_is_brought_forward(self):
        with self.look_up() as env:
            env['vatportal.account'].browse(self.account_id)._queue_wake(Datetime.now() + timedelta(hours=1))
        self.queue_processes()
        with self.look_up() as env:
            self.assertLess(self.queue_jobs(env).eta, Datetime.now() + timedelta(seconds=1))

    def test_a_fault_of_the_server_is_tried_again(self):
        self.queue_processes()
        with self.look_up() as env:
            job_id = self.queue_jobs(env).id

        def broken(account):
            raise ValueError('no disk')

        self.patch(type(self.env['vatportal.account']), '_queue_work', broken)
        with mute_logger('odoo.addons.l10n_az_vatportal_queue.models.queued'):
            self.assertEqual([self.run_queue_job(job_id) for _try in range(8)], ['pending'] * 8)
        with self.look_up() as env:
            job = env['queue.job'].browse(job_id)
            self.assertEqual((job.retry, job.result), (8, 'ValueError: no disk'))
            self.assertGreater(job.eta, Datetime.now() + timedelta(seconds=50), 'by the pattern')

    def test_bills(self):
        with self.look_up() as env:
            documents = env['vatportal.document'].create([self.received(env, number) for number in range(3)])
            documents._request_bills()
        with self.look_up() as env:
            [job] = self.queue_jobs(env)
        self.assertEqual(self.run_queue_job(job.id), 'done')
        with self.look_up() as env:
            documents = env['vatportal.document'].browse(documents.ids)
            self.assertEqual((set(documents.mapped('bill_state')), len(documents.move_id)), ({'billed'}, 3))

    def test_a_large_selection(self):
        with self.look_up() as env:
            env['ir.config_parameter'].set_param('l10n_az_vatportal.send_at_once', '2')
            selection_id = self.select(env, 5).id
        self.addCleanup(self.forget_parameter)
        with self.look_up() as env:
            [job] = self.queue_jobs(env)
        self.assertEqual(self.run_queue_job(job.id), 'done')
        with self.look_up() as env:
            selection = env['vatportal.selection'].browse(selection_id)
            self.assertEqual((selection.state, selection.queued_count), ('done', 5))
            self.assertEqual(self.queue_jobs(env).mapped('model_name'), ['vatportal.account'], 'and its processes are handed over')

    def forget_parameter(self):
        with self.look_up() as env:
            env['ir.config_parameter'].search([('key', '=', 'l10n_az_vatportal.send_at_once')]).unlink()

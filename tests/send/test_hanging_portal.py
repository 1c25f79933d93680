import contextlib
import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import TransactionCase, tagged

from ...models.connector.threads import Lanes, run_seconds
from ...models.job import cron as job_cron
from ...sandbox.server import Sandbox
from ..common import SELLER

IMPORT, STATUS = '/etx/import', '/job/read_proc_status'
LOOKS = 3


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestHangingPortal(TransactionCase):
    """The scheduled action at two portals, one of which takes a request and falls silent: real threads, real commits."""

    def setUp(self):
        super().setUp()
        self.hanging, self.healthy = (self.enterContext(Sandbox(stage_seconds=0, auto_confirm=False)) for _portal in range(2))
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env.ref('base.main_company')
            self.former_vat, company.vat = company.vat, SELLER
            connectors = env['vatportal.connector'].create(
                [
                    {'name': f'Portal {number}', 'base_url': sandbox.url, 'token': 'sandbox-token', 'company_id': env.ref('base.main_company').id}
                    for number, sandbox in enumerate((self.hanging, self.healthy))
                ]
            )
            today, now = fields.Date.today(), fields.Datetime.now()
            self.connector_ids = connectors.ids
            self.job_ids = (
                env['vatportal.job']
                .create(
                    [
                        {
                            'operation': 'download',
                            'connector_id': connector.id,
                            'direction': 'incoming',
                            'source': 'etaxes',
                            'date_from': today,
                            'date_to': today,
                            'started_at': now,
                            'changed_at': now,
                        }
                        for connector in connectors
                    ]
                )
                .ids
            )
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            cr.execute('DELETE FROM vatportal_job WHERE connector_id = ANY(%s)', [self.connector_ids])
            cr.execute('DELETE FROM vatportal_connector WHERE id = ANY(%s)', [self.connector_ids])
            api.Environment(cr, SUPERUSER_ID, {}).ref('base.main_company').vat = self.former_vat

    def jobs(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})['vatportal.job'].browse(self.job_ids)

    def states(self):
        with self.registry.cursor() as cr:
            return [(job.state, job.phase) for job in self.jobs(cr)]

    def looks(self):
        return sum(request.path.endswith(STATUS) for request in self.healthy.requests)

    def run_cron(self, seconds):
        """The scheduled action outside of a test's transaction, as Odoo runs it."""
        Job = self.registry['vatportal.job']
        with (
            patch.object(job_cron, 'lane_count', lambda: 4),
            patch.object(Job, '_commit', lambda job: job.env.cr.commit()),
            patch.object(Job, '_follow_seconds', lambda _job: seconds),
            self.registry.cursor() as cr,
        ):
            self.jobs(cr)._cron_advance()

    def test_hanging_portal_keeps_nobody_else_waiting(self):
        """While one portal hangs in a request, the process at the other one is followed to its end."""
        self.hanging.faults.add(IMPORT, 'stall', seconds=600)
        ended, seen = threading.Event(), []

        def watch():
            while not ended.wait(0.1):
                if self.looks() >= LOOKS and not seen:
                    self.healthy.configure(auto_confirm=True)
                    seen.append(self.states())
                if seen and self.states()[1][0] == 'done':
                    seen.append(self.states())
                    self.hanging.stop()  # the call that hangs ends
                    return

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            self.run_cron(job_cron.FOLLOW_SECONDS)
        finally:
            ended.set()
            watcher.join()
        self.assertEqual(seen, [[('starting', 'start'), ('running', 'follow')], [('starting', 'start'), ('done', 'end')]])
        self.assertEqual(len(self.hanging.requests), 1)
        self.assertNotEqual(self.states()[0][0], 'starting', 'the run waits for its calls, and writes what came of them')

    def test_one_round_alone_waits_for_all(self):
        self.run_cron(0)
        self.assertEqual(self.states(), [('running', 'follow')] * 2)

    def test_no_call_outlasts_the_run(self):
        """Nor does the reading of a great page, which gets the more time the earlier it begins."""
        with self.registry.cursor() as cr:
            job = self.jobs(cr)[0]
            job.phase = 'read'
            self.assertEqual(job._client_limits(), {'timeout': 60, 'deadline': 120})
            for left in (run_seconds(), 65, 20):
                limits = job.with_context(vatportal_cron=job_cron.time.monotonic() + left)._client_limits()
                self.assertLessEqual(max(limits.values()), left)
            self.hanging.reset()
            job._cron_steps(job_cron.time.monotonic() + 20, set())
            self.assertFalse(self.hanging.requests, 'too late to begin in this run')
            cr.rollback()

    @contextlib.contextmanager
    def threads(self, count):
        """``count`` threads, each of which keeps what it begins until this ends; gives a cursor, the lanes, and the list of
        the ids that were begun."""
        release, moved = threading.Event(), []

        def steps(jobs, *_args):
            moved.append(jobs.ids)
            release.wait(60)

        with (
            patch.object(self.registry['vatportal.job'], '_cron_steps', steps),
            self.registry.cursor() as cr,
            Lanes(api.Environment(cr, SUPERUSER_ID, {}), count) as lanes,
        ):
            try:
                yield cr, lanes, moved
            finally:
                release.set()

    def test_half_of_the_threads(self):
        """However many connectors an account has, should it hang, others find a thread free."""
        with self.threads(4) as (cr, lanes, _moved):
            one, two = self.jobs(cr)
            others = [one.connector_id.copy() for _number in range(3)]
            self.assertEqual(len({connector.account_id for connector in (one.connector_id, *others)}), 1)
            begun = [lanes.begin(connector, one, 0, set()) for connector in (one.connector_id, *others)]
            self.assertEqual(begun, [1, 1, 0, 0])
            self.assertEqual(lanes.begin(two.connector_id, two, 0, set()), 1)
            cr.rollback()

    def test_never_two_threads_for_one_connector_nor_more_than_allowed(self):
        with self.threads(1) as (cr, lanes, moved):
            one, two = self.jobs(cr)
            self.assertEqual(lanes.begin(one.connector_id, one, 0, set()), 1)
            self.assertEqual(lanes.busy(), set(one.connector_id.ids))
            self.assertEqual(lanes.begin(two.connector_id, two, 0, set()), 0)
            self.assertEqual(one._cron_due(set(), lanes.busy()) & (one + two), two)
        self.assertEqual((moved, lanes.busy()), ([one.ids], set()))

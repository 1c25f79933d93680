import contextlib
import os
import sys
import traceback

import psycopg2
import psycopg2.sql

from odoo import fields, sql_db
from odoo.tests import new_test_user

from ..common import VatportalCommon
from .faults_plan import SURE, Plan
from .faults_world import World

FIRST = bool(os.environ.get('VATPORTAL_FIRST'))  # the first that fails is enough
SEEDS = os.environ.get('VATPORTAL_SEEDS', '1-25')


def seeds(text):
    """The numbers in a text like ``7``, ``1-500`` or ``7,1-500``, each once, in that order."""
    numbers = []
    for part in text.split(','):
        first, _dash, last = part.partition('-')
        numbers += range(int(first), int(last or first) + 1)
    return list(dict.fromkeys(numbers))


def tell(text):
    """To the terminal at once, past pytest's own capturing where that is off (-s)."""
    sys.stderr.write(f'{text}\n')
    sys.stderr.flush()


class TestFaults(VatportalCommon):
    """Random schedules of faults; ``./dev faults`` runs hundreds of them, ``./dev faults --seed N`` one again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.partner + cls.other_partner + cls.partner
        cls.moves = cls.env['account.move'].union(*(cls.create_invoice({'price_unit': 10 + n}, partner_id=partners[n % 3].id) for n in range(20)))
        cls.users = cls.env.user + new_test_user(
            cls.env, 'second', 'account.group_account_invoice', company_id=cls.company.id, company_ids=[fields.Command.set(cls.company.ids)]
        )

    def test_schedules(self):
        failed, met = [], set()
        for seed in seeds(SEEDS):
            problems = self.run_schedule(seed, met)
            if problems:
                failed.append(seed)
                tell('\n  '.join([f'schedule {seed} (again: ./dev faults --seed {seed})', *problems]))
                if FIRST:
                    break
            if not FIRST and not seed % 25:
                tell(f'… {seed}, {len(failed)} broke a promise')
        self.assertFalse(failed, 'these schedules broke a promise; what was broken is printed above')
        if not FIRST and set(range(1, 26)) <= set(seeds(SEEDS)):
            self.assertFalse(set(SURE) - met, 'of these nothing was seen')

    def test_each_kind_is_drawn(self):
        """In any 25 schedules in a row; that they also come to pass, the first 25 show."""
        for first in range(1, 50):
            self.assertEqual({name for seed in range(first, first + 25) for name in Plan(seed).sure}, set(SURE))

    def test_what_is_drawn_together(self):
        """A portal that takes ids late and shows late, pressed again; restores, second databases and connectors."""
        plans = [Plan(seed) for seed in range(1, 41)]
        self.assertTrue(any('taken' in plan.settings and plan.settings['shown_after'] and plan.again for plan in plans))
        for action in ('restore', 'copy', 'switch'):
            self.assertTrue(any(action in dict(plan.steps) for plan in plans), action)
        self.assertTrue(any(plan.late and plan.connectors > 1 for plan in plans))

    def run_schedule(self, seed, met):
        """What the schedule of that seed broke, as a list of sentences; the database is left as it was.

        :param met: a set, to which what happened of :data:`SURE` is added
        """
        plan = Plan(seed)
        world = World(self, plan, tell if len(seeds(SEEDS)) == 1 else None)
        savepoint = self.env.cr.savepoint()
        try:
            if world.tell:
                world.tell(plan.describe())
            return world.run()
        except Exception:
            return [traceback.format_exc()]
        finally:
            savepoint.close(rollback=True)
            met |= world.met
            self.sweep(world)

    def sweep(self, world):
        """Take away what the schedule wrote, which is dead by now: within one transaction nobody else does, and each statement of
        the next ones would have to read past it. Nothing is truncated, for that would wait for the lock of this very transaction."""
        connection = psycopg2.connect(**sql_db.connection_info_for(self.env.cr.dbname)[1])
        with contextlib.closing(connection):
            connection.autocommit = True
            with connection.cursor() as cursor:
                for table in world._stored():
                    cursor.execute(psycopg2.sql.SQL('VACUUM (TRUNCATE FALSE) {}').format(psycopg2.sql.Identifier(table)))

    def left_in_peace(self, kind, started=False, sign=True):
        """Twelve processes, each with its dialog open, do not ask more often than one; all of them recover.

        :param started: whether the portal works until they have been handed over, which of those with signature but
            one is
        """
        world = World(self, Plan(1))
        with world.alive(), world.request():
            jobs = self.env['vatportal.job'].union(*(self.env['vatportal.job']._queue(move, self.connector, sign) for move in self.moves[:12]))
            if started:
                self.env['vatportal.job']._cron_advance()
            asked = len(self.sandbox.requests)
            self.sandbox.faults.add('*', kind, times=None)
            for _minute in range(15):
                self.env['vatportal.job']._cron_advance()
                for _look in range(6):
                    for job in jobs:
                        job.action_refresh()
                    world.pass_time(10)
            self.assertLess(len(self.sandbox.requests) - asked, 15, 'in a quarter of an hour')
            self.assertTrue(self.connector.down_since)
            self.assertTrue(self.connector.last_error)
            reason = self.connector.down_reason
            self.sandbox.faults.clear()
            world.settle()
        self.assertEqual(set(jobs.mapped('state')), {'done'})
        self.assertFalse(self.connector.down_since or self.connector.down_reason)
        return reason

    def test_portal_that_is_down_is_left_in_peace(self):
        self.assertEqual(self.left_in_peace('bad_gateway'), 'unreachable')

    def test_portal_that_talks_nonsense_is_left_in_peace(self):
        self.assertEqual(self.left_in_peace('invalid_json', started=True), 'answer')

    def test_portal_that_takes_nonsense_for_an_answer_to_an_upload_is_left_in_peace(self):
        self.assertEqual(self.left_in_peace('invalid_json'), 'answer')

    def test_portal_that_refuses_the_log_in_is_left_in_peace(self):
        self.assertEqual(self.left_in_peace('unauthorized', started=True, sign=False), 'login')

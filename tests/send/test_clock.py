from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user

from ..send_common import READ, UPLOAD, SendCommon

JOB_TIMES = ('next_poll_at', 'started_at', 'sent_at', 'changed_at', 'settle_at', 'watched_at', 'code_at', 'prompt_until')


class TestClock(SendCommon):
    """The clock on the wall is turned back, by minutes, hours or days: a process goes on as if nothing were."""

    def setUp(self):
        super().setUp()
        self.sandbox.configure(auto_confirm=False)

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f'l10n_az_vatportal.{name}').method_direct_trigger()
        self.env.invalidate_all()

    @contextmanager
    def back_by(self, **delta):
        real, delta = fields.Datetime.now, timedelta(**delta)
        with patch.object(fields.Datetime, 'now', lambda *_args: real() - delta):
            yield

    def test_the_code_is_on_screen_all_the_same(self):
        for delta in ({'minutes': 3}, {'hours': 2}, {'days': 400}):
            with self.subTest(delta):
                move = self.create_invoice()
                job = self.send(move)
                job.action_refresh()
                with self.back_by(**delta):
                    for _look in range(3):
                        progress = job.action_refresh()
                        self.assertLessEqual(progress['next_poll'], 10)
                        self.assertGreaterEqual(progress['elapsed'], 0)
                        job.sudo().next_poll_at = False
                    self.assertEqual(progress['code']['kind'], 'pin1')
                    self.assertLessEqual(progress['seconds_left'], 120)
                    for name in JOB_TIMES:
                        limit = timedelta(minutes=11 if name == 'prompt_until' else 6)
                        self.assertLessEqual(job[name] or fields.Datetime.now(), fields.Datetime.now() + limit, name)
                    self.sandbox.confirm(pin=1)
                    self.sandbox.wait_prompt(2)
                    self.sandbox.confirm(pin=2)
                    self.finish(job)
                    self.assertEqual(move.vatportal_state, 'registered')
                # What it has written runs on with the clock that is right again.
                self.assertFalse(job.prompt_until)

    def test_the_scheduled_action_goes_on(self):
        move = self.create_invoice()
        job = self.send(move)
        job.action_refresh()
        with self.back_by(hours=2):
            for _run in range(4):
                self.run_cron('cron_advance')
                job.sudo().write({'next_poll_at': False, 'watched_at': False})
            self.assertTrue(job.pin1_code)

    def test_a_portal_that_was_down_is_tried(self):
        self.sandbox.faults.add(UPLOAD, 'unavailable', times=1)
        move = self.create_invoice()
        job = self.send(move)
        self.assertTrue(self.connector._is_waiting())
        with self.back_by(minutes=9):
            self.assertFalse(self.connector._is_waiting())
            progress = job.action_refresh()
            self.assertLessEqual(progress['next_poll'], 10)
            self.assertTrue(self.requests_to(READ), 'it was asked')

    def test_the_phone_is_free_after_the_usual_time(self):
        """What has ended without a word keeps the phone for ten minutes, by whatever clock."""
        first, second = (self.queue(self.create_invoice(partner_id=partner.id)) for partner in (self.partner, self.other_partner))
        first.sudo().write({'state': 'failed', 'phase': 'end', 'prompt_until': fields.Datetime.now() + timedelta(minutes=10)})
        with self.back_by(hours=2):
            self.advance(second, 2)  # it looks what the portal has, for nobody knows when that was done last; then it waits
            self.assertEqual(second.state, 'queued', 'it waits, as it would have')
        real = fields.Datetime.now
        with patch.object(fields.Datetime, 'now', lambda *_args: real() - timedelta(hours=1, minutes=49)):
            self.advance(second)
            self.assertNotEqual(second.state, 'queued')

    def test_nothing_goes_again_sooner(self):
        """What is waited for out of caution is waited for in full."""
        self.sandbox.faults.add(UPLOAD, 'answer_lost')
        move = self.create_invoice()
        job = self.send(move)
        self.assertEqual(job.reason, 'lost')
        with self.back_by(hours=2):
            for _look in range(5):
                self.advance(job)
            self.assertEqual(len(self.uploads()), 1)
            self.assertGreaterEqual(job._settling(), 0)

    def test_a_schedule_of_a_wrong_clock(self):
        """Imports planned by a clock that ran a year ahead are made when it is right again; what a person has planned for
        later is left alone."""
        schedule, later = (
            self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'direction': direction, 'source': 'portal'})
            for direction in ('incoming', 'outgoing')
        )
        now = fields.Datetime.now()
        ahead = now + timedelta(days=365)
        schedule.sudo().write({'last_success_at': ahead, 'next_at': ahead + timedelta(days=1)})
        later.next_at = ahead
        self.run_cron('cron_import')
        self.assertTrue(schedule.job_ids)
        self.assertLess(schedule.next_at, now + timedelta(days=2))
        self.assertFalse(later.job_ids)

    def schedule_of_the_future(self, moment):
        """A schedule whose last import began at ``moment``, by the clock of then, and was stopped."""
        with patch.object(fields.Datetime, 'now', lambda *_args: moment):
            schedule = self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'source': 'portal'})
            schedule._begin()
        schedule.job_ids.sudo().write({'phase': 'end', 'state': 'failed'})
        return schedule

    def test_a_schedule_whose_import_failed_by_a_wrong_clock(self):
        """However it ended there."""
        now = fields.Datetime.now()
        ahead = now + timedelta(days=1500)
        for vals in ({}, {'failed_since': ahead}, {'last_missed_at': ahead}, {'last_success_at': ahead}):
            with self.subTest(vals):
                schedule = self.schedule_of_the_future(ahead)
                schedule.sudo().write(vals)
                self.assertGreater(schedule.next_at, ahead)
                before = schedule.job_ids
                self.run_cron('cron_import')
                self.assertEqual(len(schedule.job_ids - before), 1)
                self.assertLess(schedule.next_at, now + timedelta(days=2))
                for name in ('begun_at', 'failed_since', 'last_missed_at', 'last_success_at'):
                    self.assertLess(schedule[name] or now, now + timedelta(minutes=5), name)
                schedule.job_ids.sudo().write({'phase': 'end', 'state': 'failed'})
                schedule.next_at = now + timedelta(days=30)
                self.run_cron('cron_import')
                self.assertEqual(len(schedule.job_ids - before), 1, 'what a person has planned for later')
                schedule.unlink()

    def test_import_now_of_a_schedule_of_a_wrong_clock(self):
        """Of an earlier version, which has not noted when it began."""
        now = fields.Datetime.now()
        schedule = self.schedule_of_the_future(now + timedelta(days=1500))
        schedule.sudo().write({'begun_at': False})
        schedule.action_import_now()
        self.assertLess(schedule.next_at, now + timedelta(days=2))
        schedule.job_ids.sudo().write({'phase': 'end', 'state': 'failed'})
        soon = fields.Datetime.now() + timedelta(hours=3)
        schedule.next_at = soon
        schedule.action_import_now()
        self.assertEqual(schedule.next_at, soon)

    def test_a_token_of_a_wrong_clock(self):
        """How old it is is not known: it is renewed."""
        account, now = self.connector.sudo().account_id, fields.Datetime.now()
        for days, due in ((-1500, True), (0, False), (84, False), (85, True)):
            account.token_date = now - timedelta(days=days)
            self.assertEqual(account._token_is_due(), due, days)
        account.renewal_put_off_at = now + timedelta(days=1500)
        account._put_renewal_off()
        self.assertLess(account.renewal_put_off_at, now + timedelta(minutes=5))

    def test_a_bill_that_is_tried_again(self):
        document = (
            self.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': 'incoming',
                    'company_id': self.company.id,
                    'bill_requested': True,
                    'state': 'registered',
                    'bill_retry_at': fields.Datetime.now() + timedelta(hours=3),
                }
            )
        )
        self.run_cron('cron_bill')
        self.assertNotEqual(document.bill_retry_at, fields.Datetime.now() + timedelta(hours=3))
        self.assertTrue(not document.bill_retry_at or document.bill_retry_at < fields.Datetime.now() + timedelta(hours=1))

    def test_nobody_writes_times(self):
        manager = new_test_user(
            self.env, 'clock-manager', 'account.group_account_manager,base.group_system', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)]
        )
        for name in ('down_since', 'retry_at', 'failed_at', 'token_date'):
            with self.subTest(name), self.assertRaisesRegex(Exception, 'not written by hand'):
                self.connector.with_user(manager).write({name: '2020-01-01 00:00:00'})

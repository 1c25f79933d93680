from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ...models.states import OPEN_STATES
from ...vatportal.settlement import LOST_S
from ..common import SELLER
from ..lifecycle_common import LifecycleCommon
from ..send_common import UPLOAD, SendCommon

DAY = date(2026, 11, 20)
START = '/etx/import'
PHONES = ('994501234567', '994551234567')


class PhoneCommon(LifecycleCommon, SendCommon):
    def setUp(self):
        super().setUp()
        self.first, self.second = (
            new_test_user(
                self.env, f'{name} turns', 'account.group_account_invoice', name=name, company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
            )
            for name in ('Aygün', 'Vüqar')
        )

    def download(self, source='etaxes', connector=None, user=None):
        return self.env['vatportal.job']._queue_download(connector or self.connector, ['incoming'], DAY, DAY, source, user=user)

    def deletion(self, document, folder='sent', user=None):
        return self.env['vatportal.job']._queue_deletion(document, folder, 'Wrong', user=user)

    def upload(self, move=None, user=None, connector=None, **vals):
        return self.env['vatportal.job']._queue(move or self.create_invoice(**vals), connector or self.connector, True, user=user)

    def to_pin(self, job, pin=1):
        for _step in range(10):
            if job.pin2_code if pin == 2 else job.pin1_code:
                return
            self.advance(job)
        self.fail(f'no code: {job.state}')

    def headline(self, job, user):
        return job.with_user(user).sudo(False).action_refresh()['headline']


class TestPhoneTurns(PhoneCommon):
    """One PIN at a time, whoever started what."""

    def test_whatever_asks_for_a_pin_takes_its_turn(self):
        """Sending, deletion and import by three people, all looked after at the same time."""
        sent = self.registered()
        self.sandbox.configure(auto_confirm=False)
        jobs = self.upload(user=self.first) + self.download(user=self.second) + self.deletion(sent.vatportal_document_id) + self.upload(user=self.second)
        asked, begun = [], []
        for _round in range(80):
            for job in jobs.filtered(lambda job: job.state in OPEN_STATES):
                job.sudo().next_poll_at = fields.Datetime.now()
                self.env.flush_all()
                job.sudo()._advance()
                if job.sent_at and job not in begun:
                    begun.append(job)
                asked.append(len(self.sandbox.prompts()))
            if self.sandbox.prompts() and _round % 3 == 0:
                self.sandbox.confirm()
        self.assertEqual(max(asked), 1)
        self.assertEqual(set(jobs.mapped('state')), {'done'}, jobs.mapped('message'))
        self.assertEqual(begun, list(jobs), 'who comes first is served first')

    def test_what_needs_no_pin_does_not_wait(self):
        unsigned, move = self.imported(), self.create_invoice()
        self.sandbox.configure(auto_confirm=False)
        self.to_pin(self.upload())
        for job in (self.download('portal'), self.deletion(unsigned.vatportal_document_id, 'portal'), self.queue(move, sign=False)):
            self.finish(job)
            self.assertEqual(job.state, 'done')
        self.assertEqual(len(self.sandbox.prompts()), 1)

    def test_what_needs_no_pin_keeps_nobody_waiting(self):
        self.sandbox.configure(stages={'imported': 7200})
        unsigned = self.queue(self.create_invoice(), sign=False)
        self.advance(unsigned, 2)
        self.assertEqual(unsigned.state, 'running')
        self.assertEqual(self.download('portal')._before(), unsigned.browse())
        job = self.upload()
        self.advance(job)
        self.assertEqual(job.state, 'running')

    def test_reading_after_the_process_keeps_nobody_waiting(self):
        """Once e-taxes was asked, thousands of pages may be read while others type their PINs."""
        self.sandbox.portal.generate(3, 0, voen=SELLER, date_from='20.11.2026', date_to='20.11.2026')
        reading = self.download()
        for _step in range(10):
            if reading.phase == 'read':
                break
            self.advance(reading)
        self.assertEqual((reading.state, reading.phase), ('running', 'read'))
        job = self.upload()
        self.advance(job)
        self.assertEqual(job.state, 'running')

    def test_a_person_comes_before_schedules(self):
        nobody = self.env['res.users']
        self.sandbox.configure(auto_confirm=False)
        leader = self.download(user=nobody)
        self.to_pin(leader)
        scheduled, job = self.download(user=nobody), self.upload(user=self.first)
        for each in scheduled + job:
            self.assertTrue(self.waits(each))
        self.sandbox.decline()
        self.finish(leader)
        self.assertTrue(self.waits_by_itself(scheduled))
        self.assertFalse(self.waits(job))
        self.assertTrue(self.waits(scheduled))

    def waits_by_itself(self, job):
        """As :meth:`waits`, the others looking for their turn meanwhile."""
        job.search([('state', '=', 'queued')]).sudo().next_poll_at = fields.Datetime.now()
        job.sudo()._advance()
        return job.state == 'queued'

    # ------------------------------------------------------------------ whose phone it is

    def connectors_wait(self, one, two):
        """Whether what ``two`` sends waits while a PIN is asked for through ``one``."""
        self.sandbox.configure(auto_confirm=False)
        self.to_pin(self.download(connector=one))
        job = self.download(connector=two)
        self.advance(job)
        waits = job.state == 'queued'
        if waits:
            self.assertEqual(len(self.sandbox.prompts()), 1)
        return waits

    def connector_of(self, company=None, **vals):
        return self.env['vatportal.connector'].create({'name': 'Other', 'base_url': self.sandbox.url, 'company_id': (company or self.company).id, **vals})

    def other_company(self):
        company = self.env['res.company'].create(
            {'name': 'Başqa MMC', 'vat': '2304775691', 'country_id': self.env.ref('base.az').id, 'currency_id': self.env.ref('base.AZN').id}
        )
        self.env.user.company_ids += company
        return company

    def test_one_account_behind_two_connectors(self):
        self.assertTrue(self.connectors_wait(self.connector, self.connector_of(token='sandbox-token')))

    def test_one_account_behind_two_companies(self):
        other = self.connector_of(self.other_company(), token='sandbox-token')
        self.assertTrue(self.connectors_wait(self.connector, other))

    def test_one_account_by_token_and_by_password(self):
        self.connector.username = 'Demo'
        other = self.connector_of(auth_method='password', username='demo', password='demo')
        self.assertTrue(self.connectors_wait(self.connector, other))

    def test_two_accounts_at_one_address(self):
        self.sandbox.portal.add_account('other', token='other-token', voens=SELLER, asan='994507654321')
        self.assertFalse(self.connectors_wait(self.connector, self.connector_of(token='other-token')))

    def test_two_phones_of_one_partner(self):
        one, two = (
            self.connector_of(company, token='partner-token', is_partner=True, phone=phone)
            for company, phone in zip((self.company, self.other_company()), PHONES, strict=True)
        )
        self.assertFalse(self.connectors_wait(one, two))

    def test_one_phone_on_two_connectors_of_a_partner(self):
        one, two = (self.connector_of(token='partner-token', is_partner=True, phone=phone) for phone in (PHONES[0], '+994 (0)50 123-45-67'))
        self.assertTrue(self.connectors_wait(one, two))

    def test_the_phone_of_a_partner_is_that_of_an_enterprise(self):
        """The account of a firm of its own, and that through which it acts for others."""
        self.connector.phone = PHONES[0]
        partner = self.connector_of(token='partner-token', is_partner=True, phone=PHONES[0])
        self.assertTrue(self.connectors_wait(self.connector, partner))

    def test_no_secret_is_compared_outside_of_the_database(self):
        other = self.connector_of(token='sandbox-token')
        with patch.object(type(self.connector), '_client', side_effect=AssertionError), self.assertLogs('odoo', 10) as logs:
            self.assertEqual(self.connector._of_same_phone(), self.connector + other)
        self.assertNotIn('sandbox-token', ' '.join(logs.output))

    # ------------------------------------------------------------------ behind whom

    def test_it_says_behind_whom_it_waits(self):
        self.sandbox.configure(auto_confirm=False)
        leader = self.upload(user=self.first)
        self.to_pin(leader)
        job = self.upload(user=self.second)
        self.advance(job)
        text = self.headline(job, self.second)
        self.assertIn(leader.name, text)
        self.assertIn('Aygün', text)
        third = self.download(user=self.second)
        self.advance(third)
        self.assertIn(leader.name, self.headline(third, self.second))
        self.sandbox.decline()
        self.finish(leader)
        self.advance(job)
        self.assertNotIn('turn', self.headline(job, self.second))

    def test_of_another_company_nothing_is_told(self):
        company = self.other_company()
        other = self.connector_of(company, token='sandbox-token')
        self.sandbox.configure(auto_confirm=False)
        leader = self.download(connector=other)
        self.to_pin(leader)
        self.first.company_ids += company
        job = self.upload(user=self.second)
        self.advance(job)
        text = self.headline(job, self.second)
        self.assertIn('another process comes first', text)
        self.assertNotIn(leader.name, text)
        with self.assertRaises(AccessError):
            leader.with_user(self.second).check_access('read')
        both = self.first
        seen = job.with_user(both).with_context(allowed_company_ids=both.company_ids.ids).action_refresh()['headline']
        self.assertIn(leader.name, seen)

    # ------------------------------------------------------------------ nobody waits for ever

    def waits(self, job):
        self.advance(job)
        return job.state == 'queued'

    def test_behind_a_lost_answer_no_longer_than_a_prompt_may_be_open(self):
        """It is unconfirmed for hours, for the portal can't be asked."""
        self.sandbox.faults.add(UPLOAD, 'reset')
        self.sandbox.configure(unknown_ids='empty')
        lost = self.upload(user=self.first)
        self.advance(lost)
        self.assertEqual(lost.reason, 'lost')
        job = self.upload(user=self.second)
        self.assertTrue(self.waits(job))
        self.pass_time(lost, LOST_S - 30)
        self.assertTrue(self.waits(job))
        self.pass_time(lost, 31)
        self.assertEqual(lost.state, 'running')
        self.assertFalse(self.waits(job))

    def test_behind_a_killed_server(self):
        """It died after the intent was written; nobody has looked since."""
        killed = self.upload(user=self.first)
        killed.sudo()._announce()
        self.assertEqual(killed.state, 'starting')
        job = self.upload(user=self.second)
        self.assertTrue(self.waits(job))
        self.pass_time(killed, LOST_S + 1)
        self.assertFalse(self.waits(job))

    def test_behind_an_archived_connector(self):
        other = self.connector_of(token='sandbox-token')
        self.sandbox.configure(auto_confirm=False)
        leader = self.download(connector=other)
        self.to_pin(leader)
        other.active = False
        job = self.upload()
        self.assertTrue(self.waits(job))
        self.pass_time(leader, LOST_S + 1)
        self.assertFalse(self.waits(job))

    def test_behind_one_whose_portal_is_down(self):
        """It has not begun, so it keeps nobody waiting though it is older."""
        self.connector.phone = PHONES[0]
        other = self.connector_of(token='other-token', phone=PHONES[0])
        older = self.download(connector=other)
        other.sudo().write({'retry_at': fields.Datetime.now() + timedelta(hours=3), 'error_count': 5})
        self.assertFalse(self.waits(self.upload()))
        self.assertEqual(older.state, 'queued')

    def test_behind_one_that_nobody_moves(self):
        older = self.download()
        older.sudo().next_poll_at = fields.Datetime.now() - timedelta(hours=1)
        self.assertFalse(self.waits(self.upload()))

    def test_behind_one_that_was_given_up(self):
        self.sandbox.configure(auto_confirm=False)
        leader = self.upload(user=self.first)
        self.to_pin(leader)
        waiting, job = self.upload(user=self.first), self.upload(user=self.second)
        for each in waiting + job:
            self.assertTrue(self.waits(each))
        waiting.with_user(self.first).action_cancel()
        self.sandbox.decline()
        self.finish(leader)
        self.assertFalse(self.waits(job))

    def test_a_stopped_import_is_on_the_phone_still(self):
        self.sandbox.configure(auto_confirm=False)
        stopped = self.download(user=self.first)
        self.to_pin(stopped)
        stopped.with_user(self.first).action_stop()
        job = self.upload(user=self.second)
        self.assertTrue(self.waits(job))
        self.assertIn(stopped.name, self.headline(job, self.second))
        self.pass_time(stopped, LOST_S + 1)
        self.assertFalse(self.waits(job))

    def test_the_time_of_waiting_is_not_held_against_it(self):
        """A portal that does not take it at once is tried again, as if it had been queued just now."""
        self.sandbox.configure(auto_confirm=False)
        leader = self.upload(user=self.first)
        self.to_pin(leader)
        job = self.upload(user=self.second)
        self.assertTrue(self.waits(job))
        self.pass_time(job, 3600)
        self.sandbox.decline()
        self.finish(leader)
        self.sandbox.faults.add(UPLOAD, 'unavailable', status=429)
        job.sudo()._advance()
        self.assertEqual(job.state, 'queued')
        self.advance(job)
        self.assertEqual(job.state, 'running')

    def test_nothing_was_begun_so_nobody_waits(self):
        self.sandbox.faults.add(UPLOAD, 'unavailable', status=429)
        self.advance(self.upload(user=self.first))
        self.connector.sudo().retry_at = False
        job = self.upload(user=self.second)
        job.sudo()._advance()
        self.assertEqual(job.state, 'running')

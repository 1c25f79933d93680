from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from ..common import VatportalCommon
from ..phone_common import PhoneCase


class PromptsCommon(VatportalCommon):
    def setUp(self):
        super().setUp()
        self.sandbox.configure(auto_confirm=False)

    def waiting(self):
        """A process whose phone waits for PIN1, started in another place."""
        job = self.send(self.create_invoice())
        self.advance(job, 3)
        self.assertTrue(job.pin1_code)
        return job


class TestTourPrompts(PromptsCommon, PhoneCase):
    """The code that waits is on every page, as long as the phone waits."""

    def test_a_page_that_is_loaded_while_the_phone_waits(self):
        self.connector.sudo().phone = '994501234567'
        job = self.waiting()
        self.start_tour('/odoo/customer-invoices', 'vatportal_prompt_after_reload', login=self.env.user.login, timeout=120)
        self.env.invalidate_all()
        self.assertEqual(job.state, 'done')

    def test_stopped_while_the_phone_asks(self):
        move = self.create_invoice()
        self.start_tour(f'/odoo/customer-invoices/{move.id}', 'vatportal_stop_signing', login=self.env.user.login, timeout=120)
        self.env.invalidate_all()
        self.assertEqual((move.vatportal_document_id.shown_status, move.vatportal_document_id.job_ids.stopped_by_id), ('pin_missed', self.env.user))

    def test_stopped_on_a_phone(self):
        self.browser_size, self.touch_enabled = '390x844', True
        self.test_stopped_while_the_phone_asks()

    def test_the_first_focus(self):
        move = self.create_invoice()
        self.start_tour(f'/odoo/customer-invoices/{move.id}', 'vatportal_first_focus', login=self.env.user.login, timeout=60)


class TestPrompts(PromptsCommon):
    def prompts(self, user=None):
        return self.env['vatportal.job'].with_user(user or self.env.user)._get_prompts()

    def test_the_seconds_left(self):
        job = self.waiting()
        self.assertIn(job._progress()['seconds_left'], range(110, 121))
        job.sudo().code_at -= timedelta(seconds=45)
        self.assertIn(job._progress()['seconds_left'], range(65, 76))
        job.sudo().code_at -= timedelta(seconds=600)
        self.assertEqual(job._progress()['seconds_left'], 0)
        job.sudo().code_at = fields.Datetime.now() - timedelta(seconds=100)
        self.sandbox.confirm(pin=1)
        self.sandbox.wait_prompt(2)
        self.advance(job, 2)
        self.assertTrue(job.pin2_code)
        self.assertIn(job._progress()['seconds_left'], range(110, 121), 'PIN2 has a time of its own')

    def test_whose_prompts(self):
        job = self.waiting()
        other = new_test_user(self.env, 'other', 'account.group_account_invoice', company_id=self.company.id, company_ids=self.company.ids)
        guest = new_test_user(self.env, 'guest', 'base.group_portal')
        clerk = new_test_user(self.env, 'nobody', 'base.group_user', company_id=self.company.id, company_ids=self.company.ids)
        self.assertEqual(self.prompts(), job.ids)
        for user in (other, guest, clerk):
            self.assertEqual(self.prompts(user), [])

    def test_from_whatever_company(self):
        job = self.waiting()
        company = self.env['res.company'].create({'name': 'Another'})
        self.env.user.company_ids += company
        self.assertEqual(self.env['vatportal.job'].with_context(allowed_company_ids=company.ids)._get_prompts(), job.ids)

    def test_what_expires_first_comes_first(self):
        jobs = self.waiting()
        jobs |= self.env['vatportal.job']._queue(self.create_invoice(), self.connector, True)
        jobs.sudo().write({'state': 'running', 'phase': 'follow', 'pin1_code': '1234', 'code_at': fields.Datetime.now()})
        jobs[1].sudo().code_at -= timedelta(seconds=30)
        self.assertEqual(self.prompts(), [jobs[1].id, jobs[0].id])

    def test_one_of_those_that_take_turns(self):
        """It stands under the first, as its messages do: one code is one prompt."""
        self.connector.batch_size = 1
        first, second = self.env['vatportal.job']._queue(self.create_invoice() + self.create_invoice(), self.connector, True)
        (first + second).sudo().root_id = first
        first.sudo().write({'state': 'done', 'phase': 'end'})
        second.sudo().write({'state': 'running', 'phase': 'follow', 'pin1_code': '1234', 'code_at': fields.Datetime.now()})
        self.assertEqual(self.prompts(), first.ids)

    def test_nothing_waits(self):
        job = self.waiting()
        self.sandbox.configure(auto_confirm=True)
        self.finish(job)
        self.assertEqual(self.prompts(), [])

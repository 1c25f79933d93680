from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import SELLER, script
from .test_import_download import READ, DownloadCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestImportSchedule(DownloadCommon):
    def setUp(self):
        super().setUp()
        self.env['vatportal.import.schedule'].search([]).active = False
        self.clerk = self.env['res.users'].create(
            {
                'name': 'Clerk',
                'login': 'clerk',
                'email': 'clerk@example.com',
                'company_id': self.company.id,
                'company_ids': [Command.set(self.company.ids)],
                'group_ids': [Command.set(self.env.ref('account.group_account_invoice').ids)],
            }
        )
        self.connector.notify_user_ids = self.clerk
        self.schedule = self.plan()

    def plan(self, **vals):
        return self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'next_at': fields.Datetime.now(), **vals})

    def recent(self, count=3, **options):
        """Documents of the last days."""
        return self.sandbox.portal.generate(count, 0, voen=SELLER, **options)

    def run_cron(self):
        """The scheduled imports that are due; the jobs that were begun, brought to their end."""
        before = self.schedule.search([]).job_ids
        self.trigger()
        jobs = self.schedule.search([]).job_ids - before
        for job in jobs.sorted('id'):
            self.finish(job)
        return jobs

    def trigger(self):
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_import').method_direct_trigger()

    def due(self):
        self.schedule.next_at = fields.Datetime.now()

    def messages(self):
        return self.connector.message_ids.filtered(lambda message: 'scheduled import' in (message.body or ''))

    def test_what_came_stands_on_the_connector(self):
        self.recent(3)
        jobs = self.run_cron()
        self.assertEqual(set(jobs.mapped('state')), {'done'})
        self.assertEqual(self.connector.import_schedule_ids, self.schedule)
        self.assertEqual((self.schedule.last_read, self.schedule.last_created, self.schedule.last_updated), (3, 3, 0))
        self.assertTrue(self.schedule.last_success_at)
        self.assertFalse(self.schedule.last_error)
        self.assertGreater(self.schedule.next_at, fields.Datetime.now())
        self.assertFalse(self.run_cron(), 'not due')
        self.due()
        self.assertEqual(sum(self.run_cron().mapped('unchanged_count')), 3)
        self.assertEqual((self.schedule.last_created, len(self.documents())), (0, 3))

    def test_the_days_overlap(self):
        with freeze_time('2026-11-20 21:30:00'):
            self.assertEqual(self.schedule._days(), (date(2026, 10, 22), date(2026, 11, 21)), 'it is the 21st in Baku')
            self.schedule.sudo().last_day = date(2026, 9, 10)
            self.assertEqual(self.schedule._days(), (date(2026, 8, 11), date(2026, 11, 21)), 'nothing is left out')

    def test_missed_times_are_not_made_up_for(self):
        self.schedule.write({'next_at': datetime(2026, 11, 1, 5), 'interval_number': 6, 'interval_type': 'hours'})
        with freeze_time('2026-11-20 12:00:00'):
            self.assertEqual(self.schedule._next_time(), datetime(2026, 11, 20, 17))
        with freeze_time('2029-11-20 12:00:00'):
            self.assertEqual(self.schedule._next_time(), datetime(2029, 11, 20, 18))

    def test_never_two_of_a_folder(self):
        self.sandbox.configure(auto_confirm=False)
        self.schedule.source = 'etaxes'
        self.schedule._begin()
        open_jobs = self.schedule.job_ids
        self.due()
        self.trigger()
        self.assertEqual(self.schedule.job_ids, open_jobs)
        other = self.plan(source='portal')
        self.assertFalse(other._begin())
        sent = self.plan(direction='outgoing')
        self.assertTrue(sent._begin())

    def test_an_unconfirmed_pin_ends_quietly(self):
        self.schedule.source = 'etaxes'
        self.recent(2)
        self.sandbox.configure(auto_confirm=False, pin_timeout=0)
        jobs = self.run_cron()
        self.assertEqual(set(jobs.mapped('state')), {'failed'})
        self.assertTrue(self.schedule.last_missed_at)
        self.assertFalse(self.schedule.failed_since or self.schedule.last_error)
        self.assertFalse(self.messages())
        self.sandbox.configure(auto_confirm=True, pin_timeout=120)
        self.due()
        self.assertEqual(set(self.run_cron().mapped('state')), {'done'})
        self.assertEqual(self.schedule.last_created, 2)

    def test_the_code_is_told_to_those_named(self):
        self.sandbox.configure(auto_confirm=False)
        self.schedule.source = 'etaxes'
        job = self.schedule._begin()[0]
        for _step in range(6):
            self.advance(job)
            if job.pin1_code:
                break
        self.assertTrue(job.pin1_code)
        self.assertFalse(job.user_id)
        self.env.cr.precommit.run()
        told = self.env['bus.bus'].sudo().search([('message', 'like', 'vatportal.job')])
        self.assertTrue([bus for bus in told if f'"res.partner",{self.clerk.partner_id.id}' in bus.channel.replace(' ', '')])
        self.assertFalse([bus for bus in told if job.pin1_code in bus.message], 'no code in messages, which are kept')

    def test_failures_are_told_once(self):
        self.recent(2)
        self.sandbox.faults.add(READ, kind='error', code=5, http=401, times=None)
        self.run_cron()
        since = self.schedule.failed_since
        self.assertTrue(since)
        self.assertIn('log-in data', self.schedule.last_error)
        self.assertEqual(len(self.messages()), 1)
        self.assertEqual(self.messages().notified_partner_ids, self.clerk.partner_id)
        self.due()
        self.run_cron()
        self.assertEqual((len(self.messages()), self.schedule.failed_since), (1, since))
        self.sandbox.faults.clear()
        self.due()
        self.run_cron()
        self.assertFalse(self.schedule.failed_since or self.schedule.last_error)
        self.sandbox.faults.add(READ, kind='error', code=5, http=401, times=None)
        self.due()
        self.run_cron()
        self.assertEqual(len(self.messages()), 2, 'it worked in between: this is news')

    def test_an_unreadable_document_is_a_warning_told_once(self):
        self.recent(2)
        bad = self.sandbox.portal.add_document(0, tin_to=SELLER, net_amount='much')
        self.schedule.sudo().last_day = date(2026, 1, 1)
        with freeze_time(fields.Datetime.now()):
            today = self.schedule._days()[1]
            for _run in range(2):
                self.due()
                jobs = self.run_cron()
                self.assertEqual(set(jobs.mapped('state')), {'done'})
                self.assertEqual(self.schedule.last_day, today)
                self.assertFalse(self.schedule.failed_since or self.schedule.last_error)
                self.assertIn('1 documents could not be read', self.schedule.last_warning)
                self.assertIn('net_amount', self.schedule.last_warning)
        self.assertEqual(len(jobs), 1, 'a month back: it does not grow with every day')
        self.assertEqual(len(self.messages()), 1)
        self.assertIn('with a warning', self.messages().body)
        self.assertEqual(self.messages().notified_partner_ids, self.clerk.partner_id)
        self.mend(bad['qaime'])
        self.due()
        self.run_cron()
        self.assertFalse(self.schedule.last_warning)
        self.assertEqual(len(self.messages()), 1)

    def mend(self, number):
        """Let the portal have a number where it had none."""
        self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 0)[number]['net_amount'] = 1

    def test_the_last_day_is_the_latest_of_all_parts(self):
        jobs = self.schedule._begin()
        jobs += jobs.sudo().copy({'date_to': jobs.date_to - timedelta(days=40)})
        self.schedule._note_end(jobs)
        self.assertEqual(self.schedule.last_day, jobs[0].date_to)

    def test_a_company_without_voen(self):
        self.company.vat = False
        self.assertFalse(self.run_cron())
        self.assertIn('VÖEN', self.schedule.last_error)

    def test_nobody_to_confirm(self):
        self.connector.notify_user_ids = False
        self.schedule.source = 'etaxes'
        self.assertFalse(self.run_cron())
        self.assertIn('users to notify', self.schedule.last_error)

    def test_kinds_and_statuses(self):
        for kind, status in (('agent', 'approved'), ('resale', 'approved'), ('resale', 'canceled')):
            self.sandbox.portal.add_document(0, tin_to=SELLER, type=kind, status=status)
        self.schedule.write(
            {
                'kind_ids': self.env.ref('l10n_az_vatportal.kind_agent').ids,
                'kinds_choice': 'exclude',
                'status_ids': self.env.ref('l10n_az_vatportal.status_approved').ids,
            }
        )
        jobs = self.run_cron()
        self.assertEqual(jobs.filters, {'exc_kinds': ['agent'], 'inc_status': ['approved']})
        self.assertEqual([(document.kind_id.code, document.status) for document in self.documents()], [('resale', 'approved')])
        self.assertEqual((jobs.state, self.schedule.last_read, jobs.skipped_count), ('done', 3, 2))

    def test_a_month_back_is_one_process(self):
        self.assertEqual(len(self.schedule._begin()), 1)

    def test_an_archived_connector_rests(self):
        self.connector.active = False
        self.trigger()
        self.assertFalse(self.schedule.job_ids)

    def test_now(self):
        action = self.schedule.action_import_now()
        self.assertEqual(action['res_model'], 'vatportal.job')
        with self.assertRaises(AccessError):
            self.schedule.with_user(self.clerk).action_import_now()

    def test_now_leaves_a_planned_beginning(self):
        """Pressed once before it, it does not begin to run; once it has run, the button counts from today."""
        planned = datetime(2027, 1, 9, 3)
        self.schedule.next_at = planned
        with freeze_time('2026-11-20 12:00:00'):
            self.assertEqual(self.schedule._next_time(self.env.user), planned)
            self.schedule.sudo().begun_at = datetime(2026, 11, 19, 3)
            self.assertEqual(self.schedule._next_time(self.env.user), datetime(2026, 11, 21, 12))

    def test_now_wherever_schedules_are_shown(self):
        """On a phone there are cards in the place of the list, and the form; the button is for those who may press it."""
        button = './/button[@name="action_import_now"]'
        manager = new_test_user(self.env, 'schedule-manager', 'account.group_account_manager', company_id=self.company.id)
        for user, shown in ((manager, 1), (self.clerk, 0)):
            connector, schedule = (
                etree.fromstring(self.env[name].with_user(user).get_view(False, 'form')['arch']) for name in ('vatportal.connector', self.schedule._name)
            )
            views = connector.findall('.//field[@name="import_schedule_ids"]/*')
            self.assertEqual([view.tag for view in views], ['list', 'kanban'])
            self.assertEqual([len(view.findall(button)) for view in (*views, schedule)], [shown] * 3)

    def test_now_as_often_as_it_is_pressed(self):
        """What a person has begun is no turn of it, however it ended: it begins when it is planned."""
        planned = datetime(2027, 1, 9, 3)
        self.schedule.next_at = planned
        for end in ({'last_success_at': '2026-11-20 12:00:00'}, {'failed_since': '2026-11-20 12:00:00'}, {'last_missed_at': '2026-11-20 12:00:00'}, {}):
            self.schedule.action_import_now()
            self.schedule.job_ids.sudo().write({'phase': 'end', 'state': 'failed' if end else 'done'})
            self.schedule.sudo().write(end)
            self.assertEqual((self.schedule.next_at, self.schedule.begun_at), (planned, False))
        self.assertEqual(len(self.schedule.job_ids), 4)
        self.schedule.next_at = datetime(2026, 11, 1, 3)
        self.trigger()
        self.assertTrue(self.schedule.begun_at)
        self.schedule.job_ids.sudo().write({'phase': 'end', 'state': 'done'})
        self.schedule.next_at = planned
        self.schedule.action_import_now()
        self.assertLess(self.schedule.next_at, planned, 'its turn had come')

    def test_migration_of_a_schedule_that_only_people_began(self):
        """Earlier versions noted *Import Now* as its turn."""
        moment, ours = datetime(2026, 11, 19, 3), self.schedule.copy({'direction': 'outgoing'})
        idle = ours.copy({'source': 'etaxes'})
        job = {'connector_id': self.connector.id, 'operation': 'download', 'direction': 'incoming'}
        for schedule, user in ((self.schedule, self.env.user), (ours, self.env.user), (ours, self.env['res.users'])):
            self.env['vatportal.job'].sudo().create({**job, 'schedule_id': schedule.id, 'user_id': user.id})
        (self.schedule | ours | idle).sudo().begun_at = moment
        ours.active = False
        script('19.0.1.11.0/end-schedules.py').migrate(self.env.cr, '19.0.1.10.0')
        self.assertEqual([schedule.begun_at for schedule in (self.schedule, ours, idle)], [False, moment, False])

    def test_one_failing_schedule_does_not_keep_the_others(self):
        other = self.plan(direction='outgoing')
        days = type(other)._days

        def odd_days(schedule):
            if schedule == self.schedule:
                raise ZeroDivisionError('odd')
            return days(schedule)

        with patch.object(type(other), '_days', odd_days), self.assertLogs('odoo.addons.l10n_az_vatportal.models.intake.schedule', 'ERROR'):
            self.assertEqual(self.run_cron().schedule_id, other)
        self.assertTrue(other.last_success_at)

    def test_what_is_taken_up_again_does_not_keep_the_imports(self):
        with (
            patch.object(type(self.env['vatportal.document']), '_follow_waiting', side_effect=ZeroDivisionError('odd')),
            self.assertLogs('odoo.addons.l10n_az_vatportal.models.billing.follow', 'ERROR'),
        ):
            self.trigger()
        self.assertTrue(self.schedule.job_ids)


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestImportWizard(DownloadCommon):
    def wizard_form(self, **vals):
        form = Form(self.env['vatportal.import.wizard'].with_company(self.company))
        for name, value in vals.items():
            setattr(form, name, value)
        return form

    def test_periods(self):
        expected = {
            'today': ('2026-11-18', '2026-11-18'),
            'week': ('2026-11-16', '2026-11-18'),
            'month': ('2026-11-01', '2026-11-18'),
            'last_month': ('2026-10-01', '2026-10-31'),
            'quarter': ('2026-10-01', '2026-11-18'),
        }
        with freeze_time('2026-11-17 20:30:00'):
            for period, days in expected.items():
                form = self.wizard_form(period=period)
                self.assertEqual((str(form.date_from), str(form.date_to)), days, period)

    def test_dates_by_hand(self):
        form = self.wizard_form(date_from=date(2026, 1, 15))
        self.assertEqual(form.period, 'custom')
        form.date_to = date(2026, 3, 1)
        form.direction = 'both'
        self.assertEqual(form.process_count, 6)
        form.date_to = date(2026, 1, 1)
        with self.assertRaises(ValidationError):
            form.save()

    def test_import(self):
        self.fill(4)
        wizard = self.wizard_form(date_from=date(2026, 11, 1), date_to=date(2026, 11, 30)).save()
        action = wizard.action_import()
        job = self.env['vatportal.job'].browse(action['res_id'])
        self.assertEqual((action['target'], job.operation), ('new', 'download'))
        self.finish(job)
        self.assertEqual(len(self.documents()), 4)
        data = job.action_refresh()
        self.assertEqual(data['headline'], '4 documents read: 4 new, 0 changed.')
        self.assertEqual((data['progress']['read'], data['progress']['total'], data['documents']), (4, 4, []))
        domain = job.action_documents()['domain']
        self.assertEqual(len(self.env['vatportal.document'].search(domain)), 4)

    def test_choice(self):
        agent = self.env.ref('l10n_az_vatportal.kind_agent')
        approved = self.env.ref('l10n_az_vatportal.status_approved')
        wizard = self.wizard_form().save()
        wizard.write({'kind_ids': agent.ids, 'status_ids': approved.ids, 'statuses_choice': 'exclude'})
        wizard.action_import()
        job = self.env['vatportal.job'].search([('operation', '=', 'download')], limit=1)
        self.assertEqual(job.filters, {'inc_kinds': ['agent'], 'exc_status': ['approved']})

    def test_clerks_import(self):
        clerk = self.env['res.users'].create(
            {
                'name': 'Clerk',
                'login': 'clerk',
                'company_id': self.company.id,
                'company_ids': [Command.set(self.company.ids)],
                'group_ids': [Command.set(self.env.ref('account.group_account_invoice').ids)],
            }
        )
        self.fill(2)
        wizard = self.env['vatportal.import.wizard'].with_user(clerk).create({'period': 'custom', 'date_from': '2026-11-01', 'date_to': '2026-11-30'})
        self.assertEqual(wizard.connector_id, self.connector)
        job = self.env['vatportal.job'].browse(wizard.action_import()['res_id'])
        self.finish(job)
        self.assertEqual((job.user_id, job.state), (clerk, 'done'))

    def test_a_connector_of_another_company(self):
        other = self.env['res.company'].create({'name': 'Başqa MMC'})
        wizard = self.env['vatportal.import.wizard'].create({'company_id': other.id, 'connector_id': self.connector.id})
        with self.assertRaises(UserError):
            wizard.action_import()

    def test_filters_of_the_documents(self):
        """Every filter of the search view is one that the database understands."""
        search = self.env.ref('l10n_az_vatportal.vatportal_document_view_search')
        view = self.env['vatportal.document'].get_view(search.id, 'search')
        names = set()
        for node in etree.fromstring(view['arch']).iter('filter'):
            if node.get('domain'):
                self.env['vatportal.document'].search(safe_eval(node.get('domain'), {'uid': self.env.uid}))
                names.add(node.get('name'))
        self.assertLessEqual({'without_bill', 'without_invoice', 'amount_differs', 'my_approval', 'returned', 'cancelled'}, names)

    def test_filters_by_status(self):
        codes = ['approved', 'correctionRefused', 'cancelRequested', 'canceled', 'deleted', 'deletedBySystem', 'deactivated', 'updateRequested', 'sawTheMoon']
        self.upsert(*(self.portal_document(f'MT2401{n:08d}', status=code) for n, code in enumerate(codes)))
        search = self.env.ref('l10n_az_vatportal.vatportal_document_view_search')
        arch = etree.fromstring(self.env['vatportal.document'].get_view(search.id, 'search')['arch'])
        for name, expected in {'approved': codes[:2], 'cancel_requested': codes[2:3], 'cancelled': codes[3:7], 'returned': codes[7:8]}.items():
            domain = safe_eval(arch.find(f".//filter[@name='{name}']").get('domain'))
            found = self.documents() & self.env['vatportal.document'].search(domain)
            self.assertEqual(sorted(found.mapped('status_code')), sorted(expected), name)

    def test_a_number_is_found_as_etaxes_writes_it(self):
        self.upsert(self.portal_document())
        for text in ('MT2401 10000000', 'mt24011000', '10000000'):
            self.assertTrue(self.env['vatportal.document'].search([('qaime_search', 'ilike', text)]), text)

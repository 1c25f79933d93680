from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, fields
from odoo.tests import new_test_user

from ...models.operation.upload_queue import JOIN_S
from ..send_common import SendCommon


class QueueCommon(SendCommon):
    def setUp(self):
        super().setUp()
        self.clerk, self.other = (
            new_test_user(
                self.env, f'{name} queue', 'account.group_account_invoice', name=name, company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
            )
            for name in ('Aygün', 'Vüqar')
        )
        self.robot = self.env.ref('base.user_root')
        self.admin = new_test_user(
            self.env, 'admin queue', 'base.group_system,account.group_account_manager', company_id=self.company.id, company_ids=[Command.set(self.company.ids)]
        )

    def numbered(self, *names, **vals):
        """Invoices with these numbers, made in this order."""
        moves = self.env['account.move']
        for name in names:
            move = self.create_invoice(post=False, **vals)
            move.name = name
            move.action_post()
            self.assertEqual(move.name, name)
            moves += move
        return moves

    def odoo_send(self, moves, runs=10):
        """Odoo's *Send* of these invoices at once, by the clerk; its scheduled action does it, some at a time."""
        moves.sending_data = {'author_user_id': self.clerk.id, 'author_partner_id': self.clerk.partner_id.id}
        for _run in range(runs):
            if any(moves.mapped('sending_data')):
                self.run_odoo_send(moves)
        self.assertFalse(any(moves.mapped('sending_data')))

    def run_odoo_send(self, moves, user=None):
        """One run of Odoo's scheduled action."""
        with patch.object(self.env.cr, 'commit', self.env.flush_all):
            moves.with_user(user or self.robot)._cron_account_move_send(job_count=10)

    def jobs_of(self, moves):
        return moves.vatportal_document_id.job_ids.sorted('id')


class TestOrder(QueueCommon):
    """Qaimə numbers rise with the numbers of the invoices."""

    def assertRising(self, moves, jobs):
        for job in jobs:
            self.finish(job)
        self.assertRegistered(moves)
        numbers = moves.mapped('vatportal_qaime')
        self.assertEqual(numbers, sorted(numbers))

    def test_by_number_as_people_count(self):
        moves = self.numbered('INV/2026/10', 'INV/2026/9', 'INV/2026/100', 'INV/2026/11')
        job = self.send(moves)
        self.assertRising(moves[1] + moves[0] + moves[3] + moves[2], job)
        [upload] = self.uploads()
        notes = [invoice['main_info'].split(';')[0] for invoice in upload.json['invoices']]
        self.assertEqual(notes, ['INV/2026/9', 'INV/2026/10', 'INV/2026/11', 'INV/2026/100'])
        self.assertEqual([row['name'] for row in job._progress()['documents']], notes, 'so are they shown')

    def test_by_day_first(self):
        late = self.numbered('INV/2026/11/0001', invoice_date='2026-11-20')
        early = self.numbered('INV/2026/11/0002', invoice_date='2026-11-19')
        self.assertRising(early + late, self.send(late + early))

    def test_over_several_processes(self):
        self.connector.batch_size = 2
        moves = self.numbered('INV/2026/12', 'INV/2026/8', 'INV/2026/10', 'INV/2026/9', 'INV/2026/11')
        jobs = self.send(moves)._batch()
        self.assertEqual(len(jobs), 3)
        ordered = moves.sorted('sequence_number')
        self.assertEqual([len(job.document_ids) for job in jobs], [2, 2, 1])
        self.assertRising(ordered, jobs)

    def test_one_that_was_rejected_before_goes_in_its_place(self):
        """Its document is older than the others'."""
        moves = self.numbered('INV/2026/10', 'INV/2026/9')
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'error', code=6)
        self.finish(self.send(moves[0]))
        self.assertEqual(moves[0].vatportal_state, 'rejected')
        self.assertRising(moves[1] + moves[0], self.send(moves))
        self.assertLess(moves[0].vatportal_document_id.id, moves[1].vatportal_document_id.id)

    def test_queued_for_the_scheduled_action(self):
        moves = self.numbered('INV/2026/10', 'INV/2026/9')
        moves._vatportal_queue()
        self.assertRising(moves[1] + moves[0], self.jobs_of(moves))

    def test_with_codes_for_some(self):
        """Error 14 tells of each invoice in the order in which they went."""
        moves = self.numbered('INV/2026/10', 'INV/2026/9', 'INV/2026/11')
        job = self.queue(moves)
        moves[0].vatportal_document_id.sudo().main_info = False
        self.finish(job)
        self.assertEqual(moves.mapped('vatportal_state'), ['rejected', 'registered', 'registered'])
        self.assertRising(moves[1] + moves[2], job)


class TestJoin(QueueCommon):
    """What one person queues within seconds goes as one process."""

    def test_odoo_send_of_many(self):
        moves = self.invoices(25)
        self.odoo_send(moves)
        job = self.jobs_of(moves)
        self.assertEqual((len(job), job.document_count, job.user_id), (1, 25, self.clerk))
        self.finish(job)
        self.assertRegistered(moves)

    def test_it_does_not_begin_while_more_is_to_come(self):
        moves = self.invoices(12)
        moves.sending_data = {'author_user_id': self.clerk.id, 'author_partner_id': self.clerk.partner_id.id}
        self.run_odoo_send(moves)
        job = self.jobs_of(moves)
        job._advance()
        self.assertEqual((job.state, job.document_count), ('queued', 10))
        self.run_odoo_send(moves)
        self.assertEqual(self.jobs_of(moves), job)
        job._advance()
        self.assertEqual((job.state, job.document_count), ('running', 12))

    def test_up_to_the_size_of_a_process(self):
        self.connector.batch_size = 8
        moves = self.invoices(25)
        self.odoo_send(moves)
        jobs = self.jobs_of(moves)
        self.assertEqual([job.document_count for job in jobs], [8, 8, 8, 1])
        self.assertEqual(jobs.root_id, jobs[0])
        self.assertEqual(jobs.mapped('on_hold'), [False, True, True, True])
        for job in jobs:
            self.finish(job)
        self.assertRegistered(moves)

    def queued(self, move, user=None, **vals):
        """Queue a record as Odoo's Send would; return its job."""
        move.with_user(user or self.clerk)._vatportal_queue()
        return self.jobs_of(move)

    def test_what_is_not_mixed(self):
        first, *moves = self.invoices(5)
        job = self.queued(first)
        self.assertNotEqual(self.queued(moves[0], self.other), job, "another person's")
        self.connector.sign_on_send = False
        unsigned = self.queued(moves[1])
        self.assertNotEqual(unsigned, job, 'without signature')
        self.connector.sign_on_send = True
        self.connector.copy({'name': 'Second', 'token': 'sandbox-token'}).is_default = True
        self.assertNotEqual(self.queued(moves[2]), job, 'through another connector')
        self.assertEqual(job.document_count, 1)

    def test_what_has_begun_takes_nothing_in(self):
        one, two, three = self.invoices(3)
        self.sandbox.configure(auto_confirm=False)
        begun = self.queued(one)
        self.advance(begun)
        waiting = self.queued(two)
        self.assertNotEqual(waiting, begun)
        self.advance(waiting)
        self.assertEqual(waiting.state, 'queued')
        self.assertEqual(self.queued(three), waiting, 'it waits for the phone, and would ask for two PINs more')

    def test_what_the_portal_may_have_takes_nothing_in(self):
        one, two = self.invoices(2)
        job = self.queued(one)
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'unavailable', status=429)
        self.advance(job)
        self.assertEqual(job.state, 'queued')
        self.assertNotEqual(self.queued(two), job)

    def test_what_a_later_process_has_given_back(self):
        """It was rejected there; the last of its processes is the one that sends it."""
        one, two = self.invoices(2)
        waiting = self.queued(one)
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'error', code=6)
        given_back = self.queued(two, self.other)
        self.assertGreater(given_back.id, waiting.id)
        self.finish(given_back)
        self.assertEqual(two.vatportal_state, 'rejected')
        two.with_user(self.clerk)._vatportal_queue()
        job = two.vatportal_document_id._sending()
        self.assertNotIn(job, waiting + given_back)
        for each in waiting + job:
            self.finish(each)
        self.assertRegistered(one + two)

    def test_a_while_later(self):
        one, two = self.invoices(2)
        job = self.queued(one)
        self.pass_time(job, JOIN_S + 1)
        self.assertNotEqual(self.queued(two), job)

    def test_joined_at_the_dialog(self):
        """It is begun at once, with what was queued before it, in order."""
        moves = self.numbered('INV/2026/10', 'INV/2026/9')
        job = self.queued(moves[0])
        shown = self.send(moves[1].with_user(self.clerk).sudo(False))
        self.assertNotEqual(shown, job, "this dialog is not the clerk's")
        wizard = self.env['vatportal.send.wizard'].with_user(self.clerk).create({'move_ids': [Command.set(self.create_invoice().ids)]})
        self.assertEqual(wizard.action_send()['res_id'], job.id)

    def test_of_two_at_one_moment_none_waits_for_the_other(self):
        """The process is in someone's hands: the second makes one of its own."""
        one, two = self.invoices(2)
        job = self.queued(one)
        with patch.object(type(job), '_locked', lambda job: job.browse()):
            self.assertNotEqual(self.queued(two), job)


class TestOwner(QueueCommon):
    """A process belongs to whoever pressed; of one that is nobody's, those hear who can do something about it."""

    def told(self, job):
        self.env['bus.bus'].sudo().search([]).unlink()
        job.sudo()._notify('code')
        self.env.cr.precommit.run()
        channels = ''.join(self.env['bus.bus'].sudo().search([('message', 'like', 'vatportal.job')]).mapped('channel'))
        channels = channels.replace(' ', '')
        return {user for user in self.clerk + self.other + self.admin + self.robot if f'"res.partner",{user.partner_id.id}]' in channels}

    def test_odoo_send_belongs_to_whoever_pressed(self):
        moves = self.invoices(2)
        self.odoo_send(moves)
        job = self.jobs_of(moves)
        self.assertEqual(job.user_id, self.clerk)
        self.assertEqual(self.told(job), {self.clerk})

    def test_though_the_scheduled_action_runs_as_a_person(self):
        move = self.create_invoice()
        move.sending_data = {'author_user_id': self.clerk.id, 'author_partner_id': self.clerk.partner_id.id}
        self.run_odoo_send(move, self.admin)
        self.assertEqual(self.jobs_of(move).user_id, self.clerk)

    def test_two_people_at_once(self):
        one, two = self.invoices(2)
        one.sending_data = {'author_user_id': self.clerk.id, 'author_partner_id': self.clerk.partner_id.id}
        two.sending_data = {'author_user_id': self.other.id, 'author_partner_id': self.other.partner_id.id}
        self.run_odoo_send(one + two)
        self.assertEqual(self.jobs_of(one).user_id, self.clerk)
        self.assertEqual(self.jobs_of(two).user_id, self.other)

    def test_whoever_is_named(self):
        move = self.create_invoice()
        move.with_user(SUPERUSER_ID)._vatportal_queue(user=self.other)
        self.assertEqual(self.jobs_of(move).user_id, self.other)

    def test_of_nobody_the_users_to_notify_hear(self):
        self.connector.notify_user_ids = self.other
        gone = new_test_user(self.env, 'gone', 'account.group_account_invoice', company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        gone.active = False
        visitor = self.env['res.users'].browse(self.env.ref('base.public_user').id)
        portal = new_test_user(self.env, 'customer', 'base.group_portal')
        for nobody in (self.robot, gone, visitor, portal, self.env['res.users']):
            move = self.create_invoice()
            move._vatportal_queue(user=nobody)
            job = self.jobs_of(move)
            self.assertFalse(job.user_id, nobody)
            self.assertEqual(self.told(job), {self.other}, nobody)

    def test_with_none_of_those_the_administrators_hear(self):
        company = self.env['res.company'].create({'name': 'Başqa MMC'})
        elsewhere = new_test_user(self.env, 'elsewhere', 'account.group_account_manager', company_id=company.id, company_ids=[Command.set(company.ids)])
        move = self.create_invoice()
        move.with_user(SUPERUSER_ID)._vatportal_queue()
        job = self.jobs_of(move)
        self.assertEqual(self.told(job), {self.admin})
        self.assertNotIn(elsewhere, job._told_users())
        self.connector.notify_user_ids = elsewhere
        self.assertEqual(self.told(job), {self.admin}, 'who is named has no access to the company')

    def test_of_what_fails_by_itself_the_same_people_hear(self):
        schedule = self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id})
        elsewhere = self.env['res.company'].create({'name': 'Başqa MMC'})
        stranger = new_test_user(self.env, 'stranger', 'account.group_account_manager', company_id=elsewhere.id, company_ids=[Command.set(elsewhere.ids)])
        failures = (
            lambda: (schedule.sudo().write({'failed_since': False}), schedule._note_failure('It is closed')),
            lambda: self.connector.sudo().account_id._tell_renewal_problem(lambda _account: 'It is closed'),
        )
        for named, told in ((self.other, self.other), (stranger, self.admin), (self.env['res.users'], self.admin)):
            self.connector.notify_user_ids = named
            for fail in failures:
                fail()
                message = self.connector.message_ids[0]
                self.assertIn('It is closed', message.body)
                self.assertEqual(message.notified_partner_ids & (self.other + stranger + self.admin).partner_id, told.partner_id)

    def test_what_nobody_started_is_no_task_of_odoobot(self):
        document = (
            self.env['vatportal.document']
            .with_user(SUPERUSER_ID)
            .create({'direction': 'outgoing', 'company_id': self.company.id, 'state': 'registered', 'qaime': 'MT261125000100'})
        )
        connector = self.connector.with_user(SUPERUSER_ID)
        self.assertIn(connector._activity_user(document), connector._administrators())
        self.connector.notify_user_ids = self.other
        self.assertEqual(connector._activity_user(document), self.other)
        self.connector.notify_user_ids = False
        self.assertEqual(self.connector.with_user(self.clerk)._activity_user(document), self.clerk, 'who is at work')

    def test_a_person_who_may_not_follow_it(self):
        """A cashier, say: somebody who can see the code must hear of it as well."""
        self.connector.notify_user_ids = self.other
        cashier = new_test_user(self.env, 'cashier', 'base.group_user', company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        move = self.create_invoice()
        move._vatportal_queue(user=cashier)
        job = self.jobs_of(move)
        self.assertEqual(job.user_id, cashier)
        self.assertEqual(job._told_users(), cashier + self.other)

    def test_a_deletion_that_nobody_started(self):
        """It goes on behalf of whoever sent the invoice; who deleted nobody's is OdooBot."""
        move = self.create_invoice()
        self.finish(self.send(move, sign=False))
        document = move.vatportal_document_id
        job = self.env['vatportal.job'].with_user(SUPERUSER_ID)._queue_deletion(document, 'portal', 'x')
        self.assertFalse(job.user_id)
        self.finish(job)
        self.assertEqual((document.state, document.deleted_by_id), ('deleted', self.robot))

    def test_what_appeared_late_is_taken_away_on_behalf_of_whoever_sent_it(self):
        move = self.create_invoice()
        job = self.env['vatportal.job']._queue(move, self.connector, True, user=self.clerk)
        document = move.vatportal_document_id
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'error', code=6)
        self.finish(job)
        document.sudo().doubtful = True
        document.with_user(SUPERUSER_ID)._take_appeared({document.erp_id: ''})
        self.assertEqual(document.deletion_job_id.user_id, self.clerk)

    def test_a_scheduled_import_is_of_whoever_begins_it(self):
        schedule = self.env['vatportal.import.schedule'].create(
            {'connector_id': self.connector.id, 'source': 'etaxes', 'next_at': fields.Datetime.now() + timedelta(days=1)}
        )
        self.assertFalse(schedule._begin(), 'nobody is there for PIN1')
        job = self.env['vatportal.job'].browse(schedule.with_user(self.admin).action_import_now()['res_id'])
        self.assertEqual((job.user_id, job.schedule_id), (self.admin, schedule))
        self.assertEqual(self.told(job), {self.admin})
        job.with_user(self.clerk).action_stop()
        job.with_user(self.clerk).action_resume()
        self.assertEqual(job.user_id, self.clerk)

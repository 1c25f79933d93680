import logging

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ...models.job.job import STEPS
from ..send_common import STATUS, SendCommon


class TestSendLive(SendCommon):
    """What the dialog shows while a job runs: ``action_refresh``."""

    def setUp(self):
        super().setUp()
        self.sandbox.configure(auto_confirm=False)

    def due(self, job):
        job.sudo().next_poll_at = False

    def refresh(self, job):
        self.due(job)
        return job.action_refresh()

    def marks(self, progress):
        return {step['key']: step['state'] for step in progress['steps']}

    def test_from_the_first_step_to_the_number(self):
        move = self.create_invoice()
        job = self.send(move)
        progress = job._progress()
        self.assertEqual(progress['counts'], {'total': 1, 'pending': 1, 'registered': 0, 'imported': 0, 'rejected': 0})
        self.assertEqual(
            self.marks(progress), {'send': 'done', 'import': 'active', 'packet': 'waiting', 'login': 'waiting', 'sign': 'waiting', 'numbers': 'waiting'}
        )

        progress = self.refresh(job)
        prompt = self.sandbox.wait_prompt(1)
        self.assertEqual((progress['code']['kind'], progress['code']['value']), ('pin1', prompt.code))
        self.assertEqual(self.marks(progress)['login'], 'active')
        self.assertEqual(move.vatportal_state, 'pin')
        self.sandbox.confirm(pin=1)

        progress = self.refresh(job)
        prompt = self.sandbox.wait_prompt(2)
        self.assertEqual((progress['code']['kind'], progress['code']['value']), ('pin2', prompt.code))
        self.assertIn('PIN2 on the phone', progress['code']['help'])
        self.assertEqual(self.marks(progress)['sign'], 'active')
        self.sandbox.confirm(pin=2)

        self.refresh(job)
        progress = self.refresh(job)
        self.assertTrue(progress['finished'])
        self.assertIs(progress['next_poll'], False)
        self.assertIs(progress['code'], False)
        self.assertEqual(set(self.marks(progress).values()), {'done'})
        [document] = progress['documents']
        self.assertEqual(
            (document['move_id'], document['name'], document['qaime'], document['state']), (move.id, move.name, move.vatportal_qaime, 'registered')
        )
        self.assertEqual(progress['counts']['registered'], 1)
        self.assertFalse(progress['can_retry'] or progress['can_cancel'])

    def test_shape(self):
        progress = self.send(self.create_invoice()).action_refresh()
        self.assertEqual(
            set(progress),
            {
                'version',
                'id',
                'name',
                'operation',
                'state',
                'finished',
                'headline',
                'problem',
                'portal_message',
                'steps',
                'code',
                'seconds_left',
                'elapsed',
                'next_poll',
                'documents',
                'counts',
                'can_retry',
                'can_cancel',
                'can_stop_signing',
                'can_ask_etaxes',
                'connector',
            },
        )
        self.assertEqual([step['key'] for step in progress['steps']], [key for key, _label in STEPS])

    def test_import_only_has_two_steps(self):
        job = self.send(self.create_invoice(), sign=False)
        self.finish(job)
        self.assertEqual(self.marks(job.action_refresh()), {'send': 'done', 'import': 'done'})

    def test_an_answer_that_tells_nothing(self):
        """The contract lets the stats be missing while a process runs: what is known stays, the code on screen and its time."""
        for data in ({'status': 1, 'description': ''}, {'status': 1, 'description': '', 'stats': {}}, {'status': 1, 'description': '', 'stats': None}):
            job = self.send(self.create_invoice())
            self.refresh(job)
            self.sandbox.confirm(pin=1)
            code = self.refresh(job)['code']
            self.assertEqual(code['kind'], 'pin2')
            before = job.code_at, job.changed_at, job.stats, job.step
            self.sandbox.faults.add(STATUS, 'wrong_data', data=data)
            sent = self.notified()
            self.assertEqual(self.refresh(job)['code'], code)
            self.assertEqual(self.refresh(job)['code'], code)
            self.assertEqual(sent, [], 'the person was told of it already')
            self.assertEqual((job.code_at, job.changed_at, job.stats, job.step), before)
            self.sandbox.confirm(pin=2)
            self.finish(job)

    def test_several_viewers_do_not_ask_more_often(self):
        job = self.send(self.create_invoice())
        self.refresh(job)
        job.sudo()._go(job.phase, 10)
        for _viewer in range(5):
            progress = job.action_refresh()
        self.assertEqual(len(self.requests_to(STATUS)), 1)
        self.assertEqual(progress['next_poll'], 2, 'seconds, as quickly as the first look')

    def test_pace(self):
        """2 s in the first minute, 5 s in the second, 10 s after, counted from the last news."""
        job = self.send(self.create_invoice())
        self.refresh(job)
        paces = []
        self.patch(type(job), '_go', lambda _job, _phase, seconds: paces.append(seconds))
        for passed in (0, 61, 60):
            self.pass_time(job, passed)
            self.refresh(job)
        # Each call is announced with the least distance to the next one, then scheduled at its pace.
        self.assertEqual([pace for pace in paces if pace > 2], [5, 10])
        self.assertIn(2, paces)

    def test_refused_shows_the_failed_step(self):
        move = self.create_invoice()
        job = self.send(move)
        self.refresh(job)
        self.sandbox.decline(pin=1)
        for _step in range(8):
            progress = self.refresh(job)
        self.assertEqual((progress['state'], progress['can_retry']), ('failed', True))
        self.assertEqual(self.marks(progress)['login'], 'failed')
        self.assertEqual(self.marks(progress)['sign'], 'waiting')
        self.assertIn('PIN1', progress['documents'][0]['message'])
        again = job.action_retry()
        self.assertEqual(again['res_model'], 'vatportal.job')
        self.assertEqual(self.env['vatportal.job'].browse(again['res_id']).document_ids.move_id, move)

    def rejected(self, **fault):
        move = self.create_invoice()
        self.sandbox.faults.add('/inv/import_upload_invoices.php', **fault)
        job = self.send(move)
        self.finish(job)
        self.assertEqual(move.vatportal_state, 'rejected')
        return move, job

    def test_try_again_asks_where_something_has_changed(self):
        """What is sent as it was needs no second look; what has changed, was refused, or has a problem does."""
        self.sandbox.configure(auto_confirm=True)
        move, job = self.rejected(kind='pin_declined', pin=1)
        move.button_draft()
        move.invoice_line_ids.price_unit += 1
        move.action_post()
        wizard = job.action_retry()
        self.assertEqual((wizard['res_model'], wizard['context']['active_ids']), ('vatportal.send.wizard', move.ids))

        move, job = self.rejected(kind='refused')
        self.assertEqual(job.action_retry()['res_model'], 'vatportal.send.wizard', 'it would be refused again')

        move, job = self.rejected(kind='pin_declined', pin=1)
        move.vatportal_main_info = False
        self.assertEqual(job.action_retry()['res_model'], 'vatportal.send.wizard')

        move, job = self.rejected(kind='pin_declined', pin=1)
        self.sandbox.configure(auto_confirm=False)
        uploads = len(self.uploads())
        action = job.action_retry()
        self.assertEqual(action['res_model'], 'vatportal.job')
        self.assertEqual(len(self.uploads()), uploads + 1)
        second = move.vatportal_document_id.action_send_again()
        self.assertEqual((second['res_model'], len(self.uploads())), ('vatportal.send.wizard', uploads + 1), 'once')

    def test_a_reader_can_not_advance(self):
        """Reading the books is not enough: who moves a job on talks to the portal in the company's name. How far it is can be seen."""
        reader = new_test_user(
            self.env, 'vatportal-reader', 'account.group_account_readonly', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)]
        )
        job = self.send(self.create_invoice())
        asked = len(self.sandbox.requests)
        self.assertEqual(job.with_user(reader).state, 'running')
        self.refresh(job)
        code = self.sandbox.wait_prompt(1).code
        asked = len(self.sandbox.requests)
        self.due(job)
        shown = job.with_user(reader).action_refresh()
        self.assertEqual((shown['state'], shown['code'], shown['seconds_left']), ('running', False, False))
        self.assertNotIn(code, str(shown))
        self.assertFalse(any(value for name, value in shown.items() if name.startswith('can_')))
        with self.assertRaises(AccessError):
            job.with_user(reader).action_cancel()
        self.assertEqual(len(self.sandbox.requests), asked)

    def test_a_colleague_can_follow(self):
        colleague = new_test_user(
            self.env, 'vatportal-colleague', 'account.group_account_invoice', company_id=self.company.id, company_ids=[(6, 0, self.company.ids)]
        )
        job = self.send(self.create_invoice())
        self.due(job)
        self.assertEqual(job.with_user(colleague).action_refresh()['code']['kind'], 'pin1')

    def test_told_in_the_language_of_whoever_sent(self):
        job = self.send(self.create_invoice())
        self.env['res.lang']._activate_lang('ru_RU')
        job.sudo().user_id.lang = 'ru_RU'
        languages = []
        advance = type(job)._advance_one
        self.patch(type(job), '_advance_one', lambda record: (languages.append(record.env.lang), advance(record))[1])
        self.advance(job)
        self.assertEqual(languages, ['ru_RU'])

    # ------------------------------------------------------------------ codes are for the eyes of one minute

    def test_codes_leave_no_trace(self):
        move = self.create_invoice()
        with self.assertLogs(level=logging.DEBUG) as logs:
            job = self.send(move)
            self.refresh(job)
            codes = [self.sandbox.wait_prompt(1).code]
            self.assertEqual(job.pin1_code, codes[0])
            self.sandbox.confirm(pin=1)
            self.refresh(job)
            codes.append(self.sandbox.wait_prompt(2).code)
            self.assertFalse(job.pin1_code)
            self.assertEqual(job.pin2_code, codes[1])
            self.sandbox.confirm(pin=2)
            self.finish(job)
            self.env.flush_all()
        self.assertFalse(job.pin1_code or job.pin2_code or job.waits_for_pin)
        self.env.cr.precommit.run()  # what leaves at commit is written now
        self.env.cr.execute('SELECT message FROM bus_bus')
        told = [row[0] for row in self.env.cr.fetchall() if 'vatportal.job' in row[0]]
        self.assertTrue(told)
        chatter = (move.message_ids + move.vatportal_document_id.message_ids).mapped('body')
        kept = job.sudo().read()[0]
        # SQL at debug level holds whatever is written; everything else is searched.
        lines = [record.getMessage() for record in logs.records if not record.name.startswith('odoo.sql_db')]
        for code in codes:
            for place in (*told, *chatter, *lines, str(job.stats), str(job.details), str(kept.get('answer'))):
                self.assertNotIn(code, place)

    def notified(self):
        """A list to which all is added that people are told from now on."""
        sent = []
        self.patch(
            type(self.env['res.users']), '_bus_send', lambda users, kind, message, **_kw: sent.append((users.id, kind, message['event'], message['job_id']))
        )
        return sent

    def test_whoever_sent_is_told(self):
        """A code that comes, and the end: one notification each, to the person, with the job to open."""
        job = self.send(self.create_invoice())
        sent = self.notified()
        for _look in range(2):
            self.refresh(job)
        self.sandbox.confirm(pin=1)
        self.refresh(job)
        self.sandbox.confirm(pin=2)
        self.finish(job)
        self.assertEqual(sent, [(self.env.uid, 'vatportal.job', event, job.id) for event in ('code', 'code', 'done')])

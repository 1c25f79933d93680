import re
from datetime import timedelta

from odoo import fields

from ...vatportal import next_delay
from ..send_common import STATUS, SendCommon

LASTS_S = 240
NEWS_S = 40  # between two things that the portal tells
PASSING = {'elapsed', 'seconds_left', 'next_poll'}


class TestPace(SendCommon):
    """How often the portal is asked about a process of four minutes that tells something new six times."""

    def followed(self):
        """A job that is followed, at a portal that goes on only with the PINs."""
        self.sandbox.configure(auto_confirm=False)
        return self.send(self.create_invoice())

    def questions(self, job, watched=False, until=LASTS_S):
        """How often the portal is asked until ``until`` seconds after the start; something new is told every 40 s."""
        job, asked, passed = job.sudo().with_context(vatportal_watched=watched), len(self.requests_to(STATUS)), 0
        while True:
            wait_s = (job._due_at() - fields.Datetime.now()).total_seconds()
            passed += wait_s
            if passed > until:
                return len(self.requests_to(STATUS)) - asked
            self.pass_time(job, wait_s)
            job.changed_at = fields.Datetime.now() - timedelta(seconds=passed % NEWS_S)
            job.next_poll_at = False
            job._advance()

    def advised(self):
        """How often the portal's makers advise to ask, see :func:`next_delay`."""
        passed = asked = 0
        while (passed := passed + next_delay(passed)) <= LASTS_S:
            asked += 1
        return asked

    def costs(self, look):
        """What ``look`` at a process costs to which nothing is new: of one invoice, and of five."""
        moves = [self.create_invoice() for _number in range(6)]
        costs = []
        for part in (moves[:1], moves[1:]):
            self.sandbox.configure(auto_confirm=False)
            job = self.send(self.env['account.move'].union(*part)).sudo()
            self.advance(job, 2)  # by then all is told that comes before the PIN
            look(job)  # what is asked once in the life of a server
            job.next_poll_at = False
            costs.append(self.statements(lambda job=job: look(job)))
            self.assertEqual(job.phase, 'follow')
            self.sandbox.configure(auto_confirm=True)
            self.finish(job)
        self.assertEqual(*map(len, costs))
        return costs[1]

    def test_nothing_new_concerns_the_process_alone(self):
        """None of its invoices is read or counted anew, and one row is written."""
        statements = self.costs(lambda job: job._advance())
        self.assertEqual([text for text in statements if re.search('FROM "(account_|vatportal_document)', text)], [])
        self.assertEqual([text.split()[1] for text in statements if text.startswith('UPDATE')], ['"vatportal_job"'])
        self.assertLessEqual(len(statements), 8)

    def test_an_open_dialog(self):
        """It says what it shows already, and is told what passes with the time alone."""
        shown = {}

        def look(job):
            shown.update(job.with_user(job.user_id).action_refresh(shown=shown.get('version')))

        statements = self.costs(look)
        self.assertEqual([text for text in statements if re.search('FROM "(account_|vatportal_document)', text)], [])
        self.assertEqual([text.split()[1] for text in statements if text.startswith('UPDATE')], ['"vatportal_job"'])
        # Three of them are Odoo's own, for whose companies the record rules let pass.
        self.assertLessEqual(len(statements), 11)

    def assert_all_is_told(self, person, first):
        """Apart from what passes between two looks."""
        told, all_of_it = person.action_refresh(shown=first['version']), person.action_refresh()
        self.assertEqual(*({name: looked.get(name) for name in all_of_it if name not in PASSING} for looked in (told, all_of_it)))

    def test_an_open_dialog_is_told_what_is_new(self):
        """Whatever is told of a process, whoever has asked, is no less than what a dialog that opens is told."""
        job = self.followed().sudo()
        self.advance(job, 2)
        person = job.with_user(job.user_id)
        for vals in (
            {},
            {'stats': {**(job.stats or {}), 'pin1_code': '4711'}, 'pin1_code': '4711'},
            {'step': 'login'},
            {'message': 'Out of reach', 'error_count': 1},
            {'error_count': 2},
            {'connector_fault': True},
            {'stopped_by_id': self.env.uid},
        ):
            job.sudo().next_poll_at = fields.Datetime.now() + timedelta(hours=1)
            first = person.action_refresh()
            quiet = person.action_refresh(shown=first['version'])
            self.assertEqual(set(quiet), {'id', 'state', 'finished', *PASSING, 'unchanged'})
            if not vals:
                continue
            job.write(vals)
            self.assert_all_is_told(person, first)
        # Another process has found it so.
        for change in (
            lambda: job.connector_id._note_failure('Out of reach'),
            lambda: job.connector_id._note_failure('Not JSON', reason='answer'),
            lambda: job.connector_id._note_answer(),
            lambda: job.write({'portal_id': '4712'}),
        ):
            first = person.action_refresh()
            self.assertTrue(person.action_refresh(shown=first['version'])['unchanged'])
            change()
            self.assert_all_is_told(person, first)
        self.assertNotIn('unchanged', person.with_context(lang='az_AZ').action_refresh(shown=first['version']))
        job.with_context(vatportal_watched=True)._go('read', 3600, reason='lost')
        self.assertEqual([person.action_refresh(shown=shown)['version'] for shown in (False, first['version'])], [False, False])

    def test_nobody_looks(self):
        self.assertLessEqual(self.questions(self.followed()), self.advised())

    def test_somebody_waits_for_a_code(self):
        """The next code may come at once after each news, so it is asked for as quickly as at first."""
        self.assertGreaterEqual(self.questions(self.followed(), watched=True), LASTS_S // 2 - 2)

    def test_somebody_looks_and_no_code_can_come(self):
        """Signed, with nothing to sign, or stopped: nothing on the phone hurries."""
        for vals in ({'step': 'sign'}, {'stopped_by_id': self.env.uid}):
            job = self.followed()
            job.sudo().write(vals)
            self.assertLessEqual(self.questions(job, watched=True), self.advised(), vals)

    def test_somebody_begins_to_look(self):
        """Who opens the dialog of a process that was left to the scheduled action does not wait for its time."""
        job = self.followed()
        self.questions(job, until=200)
        self.assertGreater(job._next_poll(), 5)
        self.assertLessEqual(job.action_refresh()['next_poll'], 2)

    def test_what_waits_for_another_reason(self):
        """After an error, or for what could not be written, nobody's looking makes it sooner."""
        for vals, seconds in (({'error_count': 3}, 8), ({'answer': {'phase': 'follow', 'tries': 1}}, 4), ({}, 300)):
            job = self.followed()
            job.sudo()._go('follow', seconds, **vals)
            self.assertGreater((job.sudo().with_context(vatportal_watched=True)._due_at() - fields.Datetime.now()).total_seconds(), seconds - 2, vals)

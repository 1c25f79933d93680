from odoo.exceptions import UserError

from ..common import SELLER
from ..lifecycle_common import LifecycleCommon


class TestTurns(LifecycleCommon):
    """Processes of one connector that one press of a button has started: one PIN at a time on the phone."""

    def deletion(self, *moves):
        """Delete the first of ``moves`` as a draft, what is not signed from the portal and the rest as sent; return
        the jobs."""
        documents = self.env['vatportal.document'].union(*(move.vatportal_document_id for move in moves))
        wizard = self.delete_wizard(documents)
        wizard.line_ids.filtered(lambda line: line.document_id == documents[0]).folder = 'draft'
        return self.env['vatportal.job'].browse(wizard.action_delete()['res_id'])._batch()

    def draft(self):
        move = self.imported()
        self.sandbox.portal.sign_by_hand(move.vatportal_document_id.erp_id, draft=True)
        move.vatportal_document_id._read_numbers(self.connector)
        return move

    def processes(self):
        return self.sandbox.portal.summary()['processes']

    def test_a_deletion_from_several_folders(self):
        moves = self.draft(), self.registered(), self.imported()
        self.sandbox.configure(auto_confirm=False)
        jobs = self.deletion(*moves)
        self.assertEqual(jobs.mapped('folder'), ['portal', 'sent', 'draft'])
        self.assertEqual(jobs.mapped('state'), ['done', 'running', 'queued'])
        self.assertEqual(jobs.mapped('on_hold'), [False, False, True])
        root = jobs[0]
        self.follow(root, 'pin1')
        self.assertEqual(len(self.sandbox.prompts()), 1)
        self.assertEqual(jobs.mapped('state'), ['done', 'running', 'queued'])
        jobs[2].sudo().next_poll_at = False
        jobs[2].sudo()._advance()
        self.assertEqual((jobs[2].state, len(self.calls('/etx/delete'))), ('queued', 1), 'It waits for its turn')
        data = root.action_refresh()
        self.assertIn('Process 2 of 3', data['headline'])
        self.assertEqual((data['id'], data['finished'], data['counts']['total']), (root.id, False, 3))
        with self.assertRaisesRegex(UserError, "can't be deleted while"):
            root.sudo().unlink()
        self.sandbox.confirm()
        self.follow(root, 'pin2')
        self.sandbox.confirm()
        self.follow(root, 'pin1')
        self.assertEqual(jobs.mapped('state'), ['done', 'done', 'running'])
        for pin in ('pin1', 'pin2'):
            self.follow(root, pin)
            self.sandbox.confirm()
        data = self.follow(root)
        self.assertEqual((data['state'], data['counts']['deleted'], data['folder']), ('done', 3, 'sent'))
        self.assertEqual({move.vatportal_state for move in moves}, {'deleted'})

    def follow(self, root, pin=None):
        """Ask as the live view of ``root`` does until it shows the code of ``pin``, or the end."""
        for _step in range(30):
            root._batch().filtered(lambda job: not job.on_hold).sudo().next_poll_at = False
            data = root.action_refresh()
            if data['finished'] if pin is None else (data['code'] or {}).get('kind') == pin:
                return data
        return self.fail(f'{pin or "the end"} did not come: {data}')

    def test_what_fails_does_not_keep_the_next_from_its_turn(self):
        moves = self.draft(), self.registered()
        self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=1)
        jobs = self.deletion(*moves)
        data = self.follow(jobs[0])
        self.assertEqual(jobs.mapped('state'), ['failed', 'done'])
        self.assertEqual((data['state'], data['counts']['deleted'], data['can_retry']), ('failed', 1, True))
        self.assertIn('PIN1 was not confirmed', data['problem'])
        action = jobs[0].action_retry()
        self.assertEqual(action['context']['default_document_ids'][0][2], moves[1].vatportal_document_id.ids)

    def test_those_that_wait_can_be_given_up(self):
        moves = self.draft(), self.registered()
        self.sandbox.configure(auto_confirm=False)
        jobs = self.deletion(*moves)
        data = jobs[0].action_refresh()
        self.assertEqual((data['can_cancel'], data['cancels_rest']), (True, True))
        jobs[0].action_cancel()
        data = jobs[0].action_refresh()
        self.assertEqual((data['can_cancel'], data['cancels_rest']), (False, False))
        self.assertEqual(jobs.mapped('state'), ['running', 'failed'])
        with self.assertRaisesRegex(UserError, 'started already'):
            jobs[0].action_cancel()
        self.assertEqual(moves[0].vatportal_state, 'registered')
        self.assertFalse(jobs[1].on_hold)

    def test_all_can_be_given_up_while_the_portal_is_down(self):
        moves = self.draft(), self.registered()
        self.sandbox.stop()
        self.addCleanup(self.sandbox.start)
        jobs = self.deletion(*moves)
        data = jobs[0].action_refresh()
        self.assertEqual((data['can_cancel'], data['cancels_rest']), (True, False))
        jobs[0].action_cancel()
        self.assertEqual(jobs.mapped('state'), ['failed', 'failed'])
        self.assertFalse(self.calls('/etx/delete'))

    def test_what_can_not_be_given_up_keeps_none_of_the_others(self):
        """It is settled by asking; where nothing else is left, that is said."""
        self.connector.batch_size = 1
        self.sandbox.stop()
        self.addCleanup(self.sandbox.start)
        moves = self.create_invoice() + self.create_invoice() + self.create_invoice()
        jobs = self.send(moves)._batch()
        jobs[1].document_ids.sudo().doubtful = True
        self.assertTrue(jobs[0].action_refresh()['can_cancel'])
        jobs[0].action_cancel()
        self.assertEqual(jobs.mapped('state'), ['failed', 'queued', 'failed'])
        self.assertEqual(moves.mapped('vatportal_state'), ['rejected', 'progress', 'rejected'])
        with self.assertRaisesRegex(UserError, 'started already'):
            jobs[1].action_cancel()

    def test_giving_up_one_in_the_middle_starts_none(self):
        self.connector.batch_size = 1
        self.sandbox.configure(auto_confirm=False)
        moves = self.create_invoice() + self.create_invoice() + self.create_invoice()
        jobs = self.send(moves)._batch()
        jobs[1].action_cancel()
        self.assertEqual(jobs.mapped('state'), ['running', 'failed', 'queued'])
        self.assertTrue(jobs[2].on_hold)
        jobs[0].sudo().message = 'x'
        jobs[0].sudo()._finish()
        self.assertFalse(jobs[2].on_hold)
        jobs[0].sudo().prompt_until = jobs[2].sudo().next_poll_at = False
        jobs[0].action_refresh()
        self.assertTrue(jobs[2].watched_at, 'the scheduled action keeps off what somebody looks at')

    def test_a_sending_of_more_than_go_into_one_process(self):
        self.connector.batch_size = 2
        self.sandbox.configure(auto_confirm=False)
        moves = self.env['account.move'].union(*(self.create_invoice() for _number in range(3)))
        action = self.wizard(moves).action_send()
        self.assertEqual(self.wizard(moves).action_send()['res_id'], action['res_id'])
        root = self.env['vatportal.job'].browse(action['res_id'])
        self.assertEqual(root._batch()[1].action_follow()['res_id'], root.id)
        self.follow(root, 'pin1')
        self.assertEqual((len(self.uploads()), len(self.sandbox.prompts())), (1, 1))
        for _process in range(2):
            for pin in ('pin1', 'pin2'):
                self.follow(root, pin)
                self.sandbox.confirm()
        data = self.follow(root)
        self.assertEqual((data['state'], data['counts']['registered'], len(data['documents'])), ('done', 3, 3))

    def test_the_end_is_told_once_and_of_all(self):
        moves = self.draft(), self.registered()
        self.sandbox.faults.add('/etx/delete', kind='pin_declined', pin=1)
        jobs = self.deletion(*moves)
        self.env.cr.precommit.run()
        self.env['bus.bus'].sudo().search([]).unlink()
        for job in jobs:
            self.finish(job)
        self.env.cr.precommit.run()
        told = [bus.message for bus in self.env['bus.bus'].sudo().search([]) if 'vatportal.job' in bus.message]
        self.assertEqual(len([text for text in told if '"failed"' in text]), 1, told)
        self.assertFalse([text for text in told if '"done"' in text])

    def test_other_accounts_do_not_wait(self):
        self.sandbox.portal.add_account('other', token='other-token', voens=SELLER, asan='994507654321')
        other = self.connector.copy({'name': 'Second', 'token': 'other-token'})
        here, there = self.registered(), self.create_invoice()
        self.finish(self.send(there, connector_id=other.id))
        self.sandbox.configure(auto_confirm=False)
        action = self.delete_wizard((here + there).vatportal_document_id).action_delete()
        # One view shows both, and begins them.
        jobs = self.env['vatportal.job'].browse(action['context']['vatportal_live_views'])
        for job in jobs:
            job.action_refresh()
        self.assertEqual(jobs.mapped('state'), ['running', 'running'])

    def test_queued_by_send_and_print(self):
        self.connector.batch_size = 1
        moves = self.create_invoice() + self.create_invoice()
        moves._vatportal_queue()
        self.assertEqual(moves.vatportal_document_id.job_ids.sorted('id').mapped('on_hold'), [False, True])

from datetime import date

from odoo import Command

from .queue_common import OWN, PARTNER
from .server_common import ServerCommon


class TestRunner(ServerCommon):
    """Through queue_job's own job runner and workers alone; no scheduled action runs."""

    def press(self, env, move_ids):
        """*Send*, and the dialog is closed at once."""
        env = self.at(env(user=self.user_ids[0]))
        action = env['vatportal.send.wizard'].create({'move_ids': [Command.set(move_ids)]}).action_send()
        return action['res_model']

    def test_sending_importing_and_billing(self):
        self.start_server()
        with self.look_up() as env:
            self.assertEqual(self.press(env, self.move_ids[:2]), 'vatportal.job')
        self.wait_for_numbers(self.move_ids[:2])
        self.assert_once(self.move_ids[:2])
        with self.look_up() as env:
            env['ir.config_parameter'].set_param('l10n_az_vatportal.send_at_once', '2')
        self.addCleanup(self.forget_parameter)
        with self.look_up() as env:
            self.assertEqual(self.press(env, self.move_ids), 'vatportal.selection')
        self.wait_for_numbers(self.move_ids)
        self.assert_once(self.move_ids)
        for _number in range(4):
            self.sandbox.portal.add_document(0, tin_from=PARTNER, tin_to=OWN, datetime='20.11.2026 10:00')
        with self.look_up() as env:
            connector = env['vatportal.connector'].browse(self.connector_id)
            connector.write({'auto_bill': True, 'auto_bill_from': '2026-01-01'})
            env['vatportal.job']._queue_download(connector, ['incoming'], date(2026, 11, 1), date(2026, 11, 30), 'portal')
        self.wait(lambda env: len(self.incoming(env).filtered('move_id')) == 4, 'bills')
        with self.look_up() as env:
            self.assertEqual(len(self.incoming(env).move_id), 4, 'one bill each')
        self.wait(lambda env: not self.queue_jobs(env, 'pending', 'enqueued', 'started'), 'the end of all queue jobs')
        with self.look_up() as env:
            self.assertFalse(self.queue_jobs(env, 'failed'))

    def incoming(self, env):
        return env['vatportal.document'].search([('company_id', '=', self.company_id), ('direction', '=', 'incoming')])

    def forget_parameter(self):
        with self.look_up() as env:
            env['ir.config_parameter'].search([('key', '=', 'l10n_az_vatportal.send_at_once')]).unlink()

    def test_a_server_is_killed_and_another_takes_over(self):
        self.sandbox.configure(stage_seconds=1)
        first = self.start_server()
        self.queue_processes(3)
        self.wait(lambda env: self.uploaded(), 'the first upload')
        self.kill(first)
        self.start_server()
        self.wait_for_numbers(self.move_ids[:3])
        self.assert_once(self.move_ids[:3])

import time

from odoo.exceptions import UserError
from odoo.fields import Command

from ..race_common import RaceCommon


class TestSendRace(RaceCommon):
    """Whatever happens at the same moment: each invoice is uploaded once and has its number."""

    def build(self, env):
        super().build(env)
        self.move_ids = self.invoices(env, 6).ids

    def send(self, move_ids):
        """The button, for these invoices."""

        def press(env):
            wizard = env['vatportal.send.wizard'].create({'move_ids': [Command.set(move_ids)]})
            return wizard.action_send()

        return press

    def look(self, env):
        """An open dialog at whatever is under way."""
        for job in env['vatportal.job'].search([('connector_id', '=', self.connector_id)]):
            job.action_refresh()

    def carry_on(self, env):
        """The scheduled action."""
        env['vatportal.job'].sudo()._cron_due(set())._cron_steps(time.monotonic() + 60, set())

    def assert_once(self, move_ids):
        with self.look_up() as env:
            moves = env['account.move'].browse(move_ids)
            documents = moves.vatportal_document_ids
            self.assertEqual(len(documents), len(moves), 'one document each')
            self.assertEqual(sorted(self.uploaded()), sorted(documents.mapped('erp_id')), 'each went out once')
            self.assertTrue(all(moves.mapped('vatportal_qaime')))
            self.assertEqual(set(moves.mapped('vatportal_state')), {'registered'})

    def test_overlapping_selections(self):
        """Two people press the button for selections that overlap; who comes second is told so, or shown the process."""
        results = self.race(self.send(self.move_ids[:4]), self.send(self.move_ids[2:]))
        for result, _tries in results:
            self.assertIsInstance(result, (dict, UserError))
        self.assertTrue(any(isinstance(result, dict) for result, _tries in results))
        self.race(self.send(self.move_ids), self.send(self.move_ids))  # both press once more
        self.settle()
        self.assert_once(self.move_ids)

    def test_dialogs_and_the_scheduled_action_on_one_job(self):
        """They are all there from the start, when the invoices have not gone out yet."""
        with self.look_up() as env:
            connector = env['vatportal.connector'].browse(self.connector_id)
            env['vatportal.job']._queue(env['account.move'].browse(self.move_ids), connector, True)
        for _moment in range(6):
            for outcome, _tries in self.race(self.look, self.carry_on, self.look, self.carry_on):
                # The scheduled action notes a conflict and leaves the job to the other.
                self.assertNotIsInstance(outcome, Exception)
        self.settle()
        self.assert_once(self.move_ids)

    def test_a_request_that_is_run_again(self):
        """The database refuses what comes after the upload was answered, so Odoo runs the whole request again."""
        refused = []

        def press(env):
            action = self.send(self.move_ids[:2])(env)
            if not refused:
                refused.append(action)
                env.cr.execute('SELECT 1 FROM res_company LIMIT 1')
                with env.registry.cursor() as other:
                    other.execute('UPDATE res_company SET write_date = now() WHERE id = %s', [self.company_id])
                env.company.sudo().phone = '+994 12 404 00 00'
                env.flush_all()
            return action

        [(result, tries)] = self.race(press)
        self.assertEqual((tries, result['res_id']), (2, refused[0]['res_id']), 'the same process is shown')
        self.settle()
        self.assert_once(self.move_ids[:2])

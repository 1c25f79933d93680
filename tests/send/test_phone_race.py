import time

from ..race_common import RaceCommon

UPLOAD, IMPORT = '/inv/import_upload_invoices.php', '/etx/import'


class TestPhoneRace(RaceCommon):
    """Several processes of one phone that would begin at the same moment, through different connectors."""

    def build(self, env):
        super().build(env)
        self.sandbox.configure(auto_confirm=False)
        self.move_ids = self.invoices(env, 6).ids
        first = self.at(env)['vatportal.connector'].browse(self.connector_id)
        self.connector_ids = [first.id] + [first.copy({'name': f'Race {number}', 'token': 'sandbox-token'}).id for number in range(2)]

    def queue(self):
        """A process for each invoice, and an import for each connector, all due; their ids."""
        with self.look_up() as env:
            jobs = env['vatportal.job']
            for index, move in enumerate(env['account.move'].browse(self.move_ids)):
                connector = env['vatportal.connector'].browse(self.connector_ids[index % 3])
                jobs += jobs._queue(move, connector, True, user=env['res.users'].browse(self.user_ids[index % 2]))
            for connector in env['vatportal.connector'].browse(self.connector_ids):
                jobs += jobs._queue_download(connector, ['incoming'], move.date, move.date, 'etaxes')
            jobs.sudo().next_poll_at = False
            return jobs.ids

    def look(self, job_id):
        """An open dialog."""
        return lambda env: env['vatportal.job'].browse(job_id).action_refresh()

    def carry_on(self, env):
        """The scheduled action."""
        env['vatportal.job'].sudo().search([('company_id', '=', self.company_id)])._cron_steps(time.monotonic() + 60, set())

    def begun(self):
        return [record for record in self.sandbox.requests if record.path.endswith((UPLOAD, IMPORT))]

    def test_one_begins(self):
        job_ids = self.queue()
        for _moment in range(3):
            for outcome, _tries in self.race(*map(self.look, job_ids), self.carry_on):
                self.assertNotIsInstance(outcome, Exception)
            with self.look_up() as env:
                env['vatportal.job'].browse(job_ids).filtered(lambda job: job.state == 'queued').next_poll_at = False
            self.assertEqual(len(self.begun()), 1)
            self.assertLessEqual(len(self.sandbox.prompts()), 1)

    def test_each_has_its_turn(self):
        """People type their PINs; what has ended makes room for one, never for two."""
        job_ids = self.queue()
        for _moment in range(60):
            self.race(*map(self.look, job_ids), self.carry_on)
            self.assertLessEqual(len(self.sandbox.prompts()), 1)
            if self.sandbox.prompts():
                self.sandbox.confirm()
            with self.look_up() as env:
                jobs = env['vatportal.job'].browse(job_ids).filtered(lambda job: job.state in ('queued', 'running'))
                if not jobs:
                    break
                jobs.next_poll_at = False
        self.assertEqual(len(self.begun()), len(job_ids))
        with self.look_up() as env:
            self.assertEqual(set(env['vatportal.job'].browse(job_ids).mapped('state')), {'done'})

    def test_joined_while_it_begins(self):
        """One person's presses and the scheduled action at the same moment: each invoice goes out once."""

        def press(move_id):
            return lambda env: env['account.move'].browse(move_id).with_user(self.user_ids[0])._vatportal_queue()

        self.race(press(self.move_ids[0]))
        self.race(*map(press, self.move_ids[1:]), self.carry_on, self.carry_on)
        self.sandbox.configure(auto_confirm=True)
        for _moment in range(80):
            with self.look_up() as env:
                jobs = env['vatportal.job'].search([('company_id', '=', self.company_id), ('state', 'in', ('queued', 'starting', 'running'))])
                if not jobs:
                    break
                jobs.filtered(lambda job: not job.on_hold).next_poll_at = False
                jobs._advance()
        with self.look_up() as env:
            moves = env['account.move'].browse(self.move_ids)
            self.assertEqual(set(moves.mapped('vatportal_state')), {'registered'})
            sent = [invoice['id'] for record in self.begun() for invoice in record.json['invoices']]
            self.assertEqual(sorted(sent), sorted(moves.vatportal_document_ids.mapped('erp_id')))

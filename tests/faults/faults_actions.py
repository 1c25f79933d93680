"""What happens in the world of :mod:`.faults_world`: what people do, what the scheduled actions do, what goes wrong."""

from psycopg2.errors import SerializationFailure

from odoo.fields import Command

from ...models.states import OPEN_STATES
from .faults_plan import TOO_LONG_S


class Killed(BaseException):
    """The process ends here; nobody catches this."""


class Clash(SerializationFailure):
    """The database wants the transaction to be run again."""


class Actions:
    """For :class:`.faults_world.World`: each ``do_…`` is one step of a schedule, with its argument."""

    def jobs(self):
        return self.env['vatportal.job'].search([('connector_id', 'in', self.connectors.ids)])

    def open_jobs(self):
        return self.jobs().filtered(lambda job: job.state in OPEN_STATES)

    def do(self, action, argument):
        if self.tell:
            self.tell(f'{action} {argument}')
        getattr(self, f'do_{action}')(argument)
        if 'stop' in self.met:
            self.expect_no_codes()
        if self.tell:
            self.tell(f'    {[(job.id, job.state, job.phase, job.reason, job.step) for job in self.open_jobs()]}')

    def do_click(self, everything):
        """Somebody selects invoices, not always the same, and presses Send."""
        moves = self.moves if everything else self.moves.browse(self.rng.sample(self.moves.ids, self.rng.randint(1, len(self.moves))))
        user = self.rng.choice(self.users)
        with self.request():
            self.click(moves.with_user(user))

    def click(self, moves):
        chosen = {'connector_id': self.later.choice(self.connectors).id} if len(self.connectors) > 1 else {}
        wizard = self.env['vatportal.send.wizard'].with_user(moves.env.user).create({'move_ids': [Command.set(moves.ids)], 'sign': self.plan.sign, **chosen})
        wizard.action_send()

    def do_dialog(self, _argument):
        """An open dialog asks; it may well be the dialog of a job that has ended."""
        jobs = self.jobs()
        if jobs:
            job = self.rng.choice(jobs)
            with self.request():
                job.with_user(self.rng.choice(self.users)).action_refresh()

    def do_cron(self, _argument):
        with self.request():
            self.env['vatportal.job'].sudo()._cron_advance()

    def do_numbers(self, _argument):
        with self.request():
            self.env['vatportal.document'].sudo()._cron_read_numbers()

    def do_compare(self, _argument):
        """The hourly look whether the portal has what is not known here."""
        with self.request():
            self.env['vatportal.connector'].sudo()._cron_compare()

    def do_wait(self, seconds):
        self.pass_time(seconds)

    def do_fault(self, fault):
        order = self.sandbox.faults.add(**fault)
        if fault.get('seconds') == TOO_LONG_S:
            self.silences.append(order)

    def do_spoil(self, share):
        """Some of the invoices have from now on what the portal's own checks refuse (error 14)."""
        self.spoilt |= set(self.rng.sample(self.moves.ids, max(1, int(share * len(self.moves)))))

    def do_correct(self, figures):
        """Somebody corrects a rejected invoice, maybe in its figures; sending it is another matter."""
        rejected = self.moves.filtered(lambda move: move.vatportal_state == 'rejected')
        if rejected:
            move = self.rng.choice(rejected)
            self.spoilt.discard(move.id)
            self.correct(move, figures)
            self.met.add('correct')

    def correct(self, move, figures):
        move = move.with_user(self.rng.choice(self.users))
        with self.request():
            move.button_draft()
            move.invoice_line_ids.price_unit += 1 if figures and self.plan.figures else 0
            move.action_post()

    def do_cancel(self, _argument):
        """Somebody gives up a sending, or stops a comparison; where the dialog does not offer it, it can't be done either."""
        jobs = self.open_jobs()
        if jobs:
            job = self.rng.choice(jobs).with_user(self.rng.choice(self.users))
            progress = job._progress()
            offered = progress['can_cancel'] or progress.get('can_stop', False)
            with self.request():
                job.action_cancel()
            self.env.invalidate_all()
            if offered != (job.state == 'failed'):
                self.problem(f'job {job.id}, given up: offered: {offered}, {job.state}')
            if offered:
                self.met.add('cancel')

    def do_stop(self, _argument):
        """Somebody stops what waits for a PIN: its codes are shown to nobody from then on, and it comes to the end that the
        phone gives it."""
        for job in self.open_jobs().filtered(lambda job: job._can_stop_signing()):
            with self.request():
                job.with_user(self.rng.choice(self.users)).action_stop_signing()
            self.met.add('stop')

    def do_phone(self, confirm):
        for _prompt in self.sandbox.prompts():
            self.sandbox.confirm() if confirm else self.sandbox.decline()

    def do_down(self, _argument):
        self.sandbox.stop()
        self.met.add('down')

    def do_up(self, _argument):
        self.sandbox.start()

    def do_kill(self, argument):
        """The server dies before or after one of the commits that the action makes."""
        action, commits, after = argument
        self.countdown = (Killed, commits, after)
        self._doomed(action)

    def do_clash(self, argument):
        """The database refuses a commit, and Odoo runs the whole request again."""
        action, commits, _after = argument
        self.countdown = (Clash, commits, False)
        try:
            self._doomed(action)
        except Clash:
            self._doomed(action)

    def _doomed(self, action):
        try:
            self.do(action, True)
        finally:
            self.countdown = None

    def press_again(self):
        """Somebody sends what was rejected once more, corrected or not."""
        for move in self.moves.filtered(lambda move: move.vatportal_state == 'rejected'):
            if self.rng.random() < 0.3:
                self.spoilt.discard(move.id)
                self.correct(move, self.rng.random() < 0.5)
        rejected = self.moves.filtered(lambda move: move.vatportal_state == 'rejected')
        if rejected:
            self.met.add('again')
            with self.request():
                self.click(rejected)

"""The world in which a schedule runs: users, a phone, a scheduled action and time, around a portal on a socket.

Time is moved, not waited for: the portal's clock goes forward and all that the addon has stored goes back. One
transaction of the test stands for many: a commit is a savepoint from which the next failure rolls back, so a process
that dies, or a transaction that has to be run again, can be placed at each single commit.
"""

import contextlib
import dataclasses
import logging
from datetime import timedelta
from random import Random
from unittest.mock import patch

from odoo.exceptions import LockError, UserError
from odoo.tools import SQL

from odoo.addons.base.models.ir_cron import IrCron

from ...models.connector import connector as connector_module
from ...models.document.document import VatportalDocument
from ...models.job.job import VatportalJob
from ...vatportal import VatPortalClient
from ..common import OTHER_BUYER
from .faults_actions import Actions, Killed
from .faults_databases import Databases
from .faults_plan import PATIENCE_S
from .faults_promises import Promises

LONGEST_S = 4 * 3600


class Errors(logging.Handler):
    """Collects what was logged as an error: an exception that the scheduled action survived is a bug all the same."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.texts = []

    def emit(self, record):
        self.texts.append(self.format(record))


class World(Actions, Databases, Promises):
    """Runs one :class:`Plan`; ``problems`` says afterwards what is not as promised."""

    def __init__(self, case, plan, tell=None):
        self.env, self.sandbox, self.plan, self.rng = case.env, case.sandbox, plan, plan.rng
        self.connectors, self.users = case.connector, case.users
        self.later = Random(f'vatportal later on {plan.seed}')
        self.moves = case.moves[: plan.size]
        self.offset = 0.0
        self.seen = self.kept = 0  # requests of which the time was noted; those before the last commit
        self.intended = set()  # ERP ids of what was written down, by the last commit, as about to be sent
        self.times = []  # (portal's time, record) of each request
        self.problems = []
        self.hung = []  # the portal's invoices whose process hung for a while
        self.spoilt = set()  # ids of invoices in which the portal finds a fault, until they are corrected
        self.met = set()  # what of faults_plan.SURE has come to pass
        self.lost = []  # requests whose answers were never stored
        self.silences = []  # orders of silences longer than the client waits
        self.savepoint = None
        self.countdown = None
        self.start_databases()
        self.tell = tell  # called with each step and each request, to see what happened

    def problem(self, text):
        self.problems.append(text)

    # ------------------------------------------------------------------ transactions

    def commit(self):
        """A commit: what comes before it stays. Under a death sentence, the last one may not be reached."""
        if self.countdown is not None:
            kind, left, after = self.countdown
            if left:
                self.countdown = (kind, left - 1, after)
            else:
                self.countdown = None
                if after:
                    self._keep()
                self.lost += self.sandbox.requests[self.kept :]
                raise kind
        self._keep()

    def _keep(self):
        self.expect_one_call()
        self.env.cr.flush()
        self.intended = self.begun()
        self.savepoint.close(rollback=False)
        self.savepoint = self.env.cr.savepoint()

    def rollback(self):
        self.expect_one_call()
        self.savepoint.rollback()

    @contextlib.contextmanager
    def request(self):
        """One request to Odoo: all or nothing after its last commit."""
        self.savepoint = self.env.cr.savepoint()
        try:
            yield
        except (Killed, UserError, LockError):
            self.savepoint.close(rollback=True)
        except BaseException:
            self.savepoint.close(rollback=True)
            raise
        else:
            self.savepoint.close(rollback=False)
        finally:
            self.countdown = None
            self.expect_one_call()
            self._stamp()
            if any(not order.left for order in self.silences):
                self.met.add('timeout')

    @contextlib.contextmanager
    def alive(self):
        """Put the world's transactions in the place of the real ones."""

        def commit(*_args, **_kwargs):
            self.commit()
            return float('inf')

        def client(*args, **kwargs):
            client = VatPortalClient(*args, **{**kwargs, 'timeout': PATIENCE_S})
            upload = client.upload_invoices

            def upload_invoices(invoices, **options):
                self.expect_intent(invoices)
                return upload(invoices, **options)

            client.upload_invoices = upload_invoices
            return client

        plain = VatportalDocument._to_invoice

        def to_invoice(document):
            invoice = plain(document)
            return dataclasses.replace(invoice, buyer='') if document.move_id.id in self.spoilt else invoice

        with (
            patch.object(VatportalJob, '_commit', commit),
            patch.object(IrCron, '_commit_progress', commit),
            patch.object(self.env.cr, 'commit', commit),
            patch.object(self.env.cr, 'rollback', self.rollback),
            patch.object(connector_module, 'VatPortalClient', client),
            patch.object(VatportalDocument, '_to_invoice', to_invoice),
        ):
            yield

    # ------------------------------------------------------------------ time

    def pass_time(self, seconds):
        """The portal's clock goes forward, its dates stay, and whatever the addon has noted goes back."""
        self.set_back(seconds)
        self.sandbox.advance(seconds)
        self.offset += seconds
        self.sandbox.configure(clock_skew_hours=self.plan.settings['clock_skew_hours'] - self.offset / 3600)

    def set_back(self, seconds):
        """For this database it is so many seconds later."""
        self.env.flush_all()
        for name in ('vatportal.job', 'vatportal.connector', 'vatportal.account', 'vatportal.document'):
            model = self.env[name]
            columns = [field.name for field in model._fields.values() if field.type == 'datetime' and field.store and field.column_type]
            moved = [SQL('%s = %s - %s', SQL.identifier(column), SQL.identifier(column), timedelta(seconds=seconds)) for column in columns]
            self.env.cr.execute(SQL('UPDATE %s SET %s', SQL.identifier(model._table), SQL(', ').join(moved)))
        self.env.invalidate_all()

    def _stamp(self):
        """Note the portal's time of the requests that came in since."""
        records = self.sandbox.requests
        news = [(record.time + self.offset, record) for record in records[self.seen :]]
        self.times += news
        self.seen = len(records)
        for _moment, record in news:
            self.met.add(record.fault)
            if record.err_code == 14 and len(record.json['invoices']) > 1:
                self.met.add('spoil')
        for moment, record in news if self.tell else ():
            self.tell(
                f'    {moment % 100000:9.2f}  {record.method} {record.path} {record.status} {record.err_code} '
                f'fault: {record.fault}, processed: {record.processed}, {record.reply}'
            )

    # ------------------------------------------------------------------ the whole schedule

    def run(self):
        errors = Errors()
        logger = logging.getLogger('odoo.addons.l10n_az_vatportal')
        logger.addHandler(errors)
        previous, logger.propagate = logger.propagate, False
        try:
            with self.alive():
                self._run()
        finally:
            logger.removeHandler(errors)
            logger.propagate = previous
            self.sandbox.start()
            self.sandbox.advance(-self.offset)  # the next schedule begins with the same time here and there
        self.problems += [f'logged: {text}' for text in errors.texts]
        return self.problems

    def _run(self):
        self.sandbox.reset()
        self.sandbox.configure(**self.plan.settings)
        self.met |= {name for name, setting in (('skew', 'clock_skew_hours'), ('taken', 'taken')) if self.plan.settings.get(setting)}
        if self.plan.bad_buyer:
            self.sandbox.configure(unknown_voens=[OTHER_BUYER])
        if self.plan.connectors > 1:
            self.connectors += self.connectors.create(
                {'name': 'Second', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': self.connectors.company_id.id}
            )
            self.connectors.sudo().write({name: self.connectors[0][name] for name in ('compared_at', 'compared_in')})
        for step in self.plan.steps:
            self.do(*step)
        self.calm()
        if self.plan.elsewhere:
            self.send_everything()
        for _database in self.everywhere():
            self.check()

    def calm(self):
        """No more faults; the scheduled action alone carries everything to its end."""
        self.sandbox.start()
        self.sandbox.faults.clear()
        self.sandbox.configure(auto_confirm=self.plan.last_phone == 'auto', step_per_look=False)
        if self.plan.resume == 'stop':
            self.resume()
        self.settle()
        if self.plan.resume == 'late':
            self.resume()
            self.settle()
        for pause in self.plan.again:
            self.pass_time(pause)
            for _database in self.everywhere():
                self.press_again()
            self.settle()
        self.let_show()

    def let_show(self):
        """What the portal shows late is shown."""
        if self.plan.settings['shown_after']:
            self.pass_time(self.plan.settings['shown_after'])
            self.settle()

    def send_everything(self):
        """People send whatever can be sent: in each database, and once more when a day has passed."""
        for step in self.plan.late:
            self.do(*step)
        self.settle()
        for pause in (0, 25 * 3600):
            self.pass_time(pause)
            for _database in self.everywhere():
                for move in self.moves.filtered(lambda move: move.id in self.spoilt and move.vatportal_state == 'rejected'):
                    self.correct(move, False)
                self.spoilt.clear()
                with self.request():
                    self.click(self.moves)
            self.settle()
        self.let_show()

    def settle(self):
        """The scheduled actions run every minute until nothing is open, and a while longer."""
        for _database in self.everywhere():
            self.end_jobs()
        for _quarter in range(3):
            self.pass_time(900)
            for _database in self.everywhere():
                self.do('numbers', None)
                self.end_jobs()

    def end_jobs(self):
        end = self.offset + LONGEST_S
        while self.open_jobs() and self.offset < end:
            self.do('cron', None)
            self.pass_time(60)

    def resume(self):
        """Processes that hung go on."""
        for process in self.sandbox.portal.state.processes.values():
            if process.hang_at is not None:
                self.hung += process.invoices
            process.hang_at = None

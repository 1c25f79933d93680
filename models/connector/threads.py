"""Threads of the scheduled action: a portal that hangs keeps its own account's jobs waiting, and no others."""

import logging
import threading
import time

from odoo import api, modules
from odoo.tools import config

_logger = logging.getLogger(__name__)

MAX_LANES = 8
# Seconds for one call of a scheduled action: for each silence, and for the whole. Shorter than at the dialog, for a
# run has its end; asking again is harmless. Invoices that go out get longer, for there an answer given up costs a
# settling. A call that would have less than its silence is left to the next run.
READ_LIMITS = {'timeout': 10, 'deadline': 15}
START_LIMITS = {'timeout': 30, 'deadline': 60}
# Seconds of a run that are left for writing down what came of its last call.
RESERVE = 10


def lane_count():
    """How many connectors are looked after at once. Under test none: there is but one transaction, the test's own."""
    if modules.module.current_test:
        return 0
    # Each holds a connection to the database, and people need some as well.
    return max(1, min(MAX_LANES, config['db_maxconn'] // 4))


def run_seconds():
    """How long a run of the scheduled action may last with all its calls: Odoo kills one that exceeds its limit."""
    limit = config['limit_time_real_cron']
    return _within(limit) if limit and limit > 0 else request_seconds()


def request_seconds():
    """As :func:`run_seconds`, for what is done in a request."""
    return _within(config['limit_time_real'])


def _within(limit):
    return max(min(limit or 120, 120) - RESERVE, 2 * RESERVE)


class Lanes:
    """At most ``count`` threads, each with a transaction of its own, and never two for one connector. One account may have
    half of them, however many connectors are of it: should it hang, the others go on.

    Without any, the work is done by the caller.
    """

    def __init__(self, env, count):
        self._env, self._count = env, count
        self._threads = {}  # connector id → thread
        self._accounts = {}  # connector id → account id

    def __enter__(self):
        return self

    def __exit__(self, *_exc_info):
        for thread in self._threads.values():
            thread.join()

    def busy(self):
        """The ids of the connectors that are being looked after."""
        self._threads = {connector: thread for connector, thread in self._threads.items() if thread.is_alive()}
        return set(self._threads)

    def has_room(self, connector):
        """Whether ``connector`` can be looked after at once."""
        account, busy = connector.sudo().account_id.id, self.busy()
        of_account = sum(self._accounts[other] == account for other in busy)
        return not self._count or (connector.id not in busy and len(busy) < self._count and of_account < max(1, self._count // 2))

    def begin(self, connector, jobs, *args):
        """Have ``jobs``, all of ``connector``, moved on by ``_cron_steps``. Without a free thread they have to wait.

        :return: how many jobs are being moved on by a thread
        """
        if not self._count:
            jobs._cron_steps(*args)
            return 0
        if not self.has_room(connector):
            return 0
        self._accounts[connector.id] = connector.sudo().account_id.id
        # The progress of the run is the caller's to write.
        context = {name: value for name, value in self._env.context.items() if name != 'ir_cron_progress_id'}
        # A daemon, so that a call under way does not hold up a server that shuts down.
        thread = threading.Thread(
            target=_move, args=(self._env.registry, self._env.uid, context, jobs.ids, args), daemon=True, name=f'vatportal.connector.{connector.id}'
        )
        self._threads[connector.id] = thread
        thread.start()
        return len(jobs)

    def wait(self, seconds):
        """Wait until all are free, but no longer than that.

        :return: whether there was anything to wait for
        """
        end = time.monotonic() + seconds
        threads = list(self._threads.values())
        for thread in threads:
            thread.join(max(0, end - time.monotonic()))
        return bool(threads)


def _move(registry, uid, context, ids, args):
    threading.current_thread().dbname = registry.db_name  # for the log
    try:
        with registry.cursor() as cr:
            api.Environment(cr, uid, context)['vatportal.job'].browse(ids)._cron_steps(*args)
        registry.signal_changes()
    except Exception:
        # Such as no connection to the database: the next round, or the next run, tries again.
        registry.reset_changes()
        _logger.exception('VatPortal: jobs %s could not be moved on', ids)

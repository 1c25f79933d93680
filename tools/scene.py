"""Real servers side by side, to be killed: Odoo over a PostgreSQL of its own, and the sandbox as a process."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
import urllib.error

import databases
from base import ADDON, LOGS, ROOT, SOURCES, WORK, Failure, clean_env, fresh_log
from cluster import Cluster, descendants
from demo_run import Browser, Phone, send
from python_env import PYTHON
from servers import answers, end_with_parent, free_port

HOME = WORK / 'kills'
DATABASE = 'vatportal_kills'
UPLOAD, STATUS, READ, DELETE = ('/inv/import_upload_invoices.php', '/job/read_proc_status', '/inv/read_invoices', '/inv/delete')
PATIENCE = 300  # seconds until everything must be settled
CONFIRMED_S = 0.6  # the phone's answer
STAGE_S = 0.25


# -- processes --------------------------------------------------------------------------------------


class Process:
    """A server in a session of its own, which ends with us."""

    def __init__(self, name, command, url, **kwargs):
        self.name, self.command, self.url, self.kwargs = name, [str(part) for part in command], url, kwargs
        self.log = LOGS / f'{fresh_log(f"kills-{name}")}.log'
        self.popen = None

    def start(self):
        with self.log.open('a') as sink:
            self.popen = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
                preexec_fn=lambda: end_with_parent(signal.SIGKILL),
                **self.kwargs,
            )
        deadline = time.monotonic() + 120
        while not answers(self.url):
            if self.popen.poll() is not None or time.monotonic() > deadline:
                raise Failure(f'{self.name} does not answer; see {self.log}')
            time.sleep(0.1)

    def kill(self):
        """SIGKILL, to it and to all that it started."""
        for pid in [self.popen.pid, *descendants(self.popen.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)  # workers whose master has died already
        self.popen.wait()

    def kill_workers(self):
        """SIGKILL to the workers alone; their master starts new ones."""
        for pid in descendants(self.popen.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def freeze_addons(*names):
    """A copy of the addon (or of those named) as it is now: servers are started again and again, and the code may be worked on
    meanwhile."""
    folder = HOME / 'addons'
    shutil.rmtree(folder, ignore_errors=True)
    for name in names or [ADDON]:
        for path in databases.addon_files(SOURCES[name]):
            target = folder / name / path.relative_to(SOURCES[name])
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return folder


class Portal:
    """The sandbox process through its admin API."""

    def __init__(self, url):
        self.url, self.opener = f'{url}/admin', Phone(url).opener

    def call(self, route, body=None):
        return send(self.opener, f'{self.url}/{route}', body)

    def clear(self):
        self.call('faults', {'clear': True})
        self.call('log', {})

    def uploads(self):
        return [record for record in self.call(f'requests?path={UPLOAD}') if record['processed']]

    def wait(self, endpoint, answered, timeout):
        """Until a request to `endpoint` came in (and was answered); whether it did."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            records = self.call(f'requests?path={endpoint}')
            if any(record['status'] is not None or not answered for record in records):
                return True
            time.sleep(0.005)
        return False


# -- the scene --------------------------------------------------------------------------------------


class Scene:
    """PostgreSQL, sandbox and Odoo, side by side; `mode` of Odoo is 'threaded' or 'workers'."""

    def __init__(self, stack, server, source=databases.DEMO_TEMPLATE, addons=None, option='-u'):
        """On a copy of the database `source`, with the addon updated (`-u`) or installed (`-i`) from the folder `addons`."""
        self.cluster = stack.enter_context(Cluster(HOME / 'pg'))
        self.cluster.copy(source, DATABASE)
        shutil.rmtree(HOME / 'data', ignore_errors=True)
        files = HOME / 'data' / 'filestore'
        files.mkdir(parents=True)
        subprocess.run(['cp', '-al', databases.DATA / 'filestore' / source, files / DATABASE], check=False)
        self.sandbox_url = f'http://127.0.0.1:{free_port()}'
        self.sandbox = Process(
            'sandbox',
            [
                PYTHON,
                '-m',
                'sandbox',
                '--port',
                self.sandbox_url.rpartition(':')[2],
                '--auto-confirm',
                '--confirm-after',
                CONFIRMED_S,
                '--stage-seconds',
                STAGE_S,
            ],
            f'{self.sandbox_url}/phone',
            cwd=ROOT,
            env=clean_env(),
        )
        stack.callback(lambda: self.sandbox.popen and self.sandbox.kill())
        self.sandbox.start()
        self.portal = Portal(self.sandbox_url)
        self.server, self.odoo, self.mode = server, None, None
        self.use(addons or freeze_addons(), option)
        stack.callback(lambda: self.odoo and self.odoo.kill())

    def use(self, addons, option):
        """Install or update the addon from that folder; Odoo is not running."""
        self.options = ['-d', DATABASE, '--db_host', self.cluster.socket, '--data-dir', HOME / 'data', '--addons-path', addons]
        databases.odoo(self.server, *self.options, option, ADDON, '--stop-after-init', '--no-http', log=fresh_log('kills-update'))

    def stop_odoo(self):
        self.odoo.kill()
        self.odoo = self.mode = None

    def run_odoo(self, mode):
        """Make sure that Odoo runs in that mode, and log in."""
        if mode != self.mode:
            if self.odoo:
                self.stop_odoo()
            port = free_port()
            self.url = f'http://127.0.0.1:{port}'
            extra = ['--workers', 2, '--gevent-port', free_port()] if mode == 'workers' else ['--workers', 0]
            self.odoo = Process(
                f'odoo-{mode}',
                [*self.server.command, *self.options, f'--db-filter=^{DATABASE}$', '--http-port', port, '--max-cron-threads', 1, *extra],
                f'{self.url}/web/login',
                env=databases.odoo_env(),
            )
            self.mode = mode
            self.odoo.start()
            self.log_in()
            connectors = self.call('vatportal.connector', 'search', [])
            self.call('vatportal.connector', 'write', connectors, {'base_url': f'{self.sandbox_url}/api'})

    def log_in(self):
        self.browser = Browser(self.url, DATABASE)

    def log_in_again(self):
        """As soon as Odoo is back; one that ended with its connection to PostgreSQL is started again, as by a supervisor."""
        deadline = time.monotonic() + 90
        while True:
            if self.odoo.popen.poll() is not None:
                self.odoo.kill()
                self.odoo.start()
            try:
                return self.log_in()
            except (Failure, OSError, ValueError) as error:
                if time.monotonic() > deadline:
                    raise Failure(f'Odoo does not recover: {error}') from None
                time.sleep(0.3)

    def call(self, model, method, *args, **kwargs):
        return self.browser.call(model, method, *args, **kwargs)

    def second_user(self):
        """The login of a colleague who invoices."""
        login = 'colleague'
        if not self.call('res.users', 'search_count', [('login', '=', login)]):
            group = self.call('ir.model.data', 'search_read', [('module', '=', 'account'), ('name', '=', 'group_account_invoice')], ['res_id'])[0]['res_id']
            self.call('res.users', 'create', {'name': 'Colleague', 'login': login, 'password': login, 'group_ids': [(4, group)]})
        return login

    def cron(self, name):
        """The id of a scheduled action of the addon."""
        return self.call('ir.model.data', 'search_read', [('name', '=', name), ('module', '=', ADDON)], ['res_id'])[0]['res_id']

    def look(self):
        """The hourly look at what the portal has, with which a sending begins otherwise, as after each start of PostgreSQL."""
        with contextlib.suppress(Failure):  # it is being done
            self.call('ir.cron', 'method_direct_trigger', [self.cron('cron_compare')])

    def forget_look(self):
        """The next sending looks first."""
        self.cluster.sql('UPDATE vatportal_connector SET compared_in = NULL', DATABASE)

    def invoices(self, count):
        """New posted invoices."""
        source = self.call('account.move', 'search', [('move_type', '=', 'out_invoice'), ('invoice_origin', '!=', 'SO0009')], limit=1, order='id')
        moves = [self.call('account.move', 'copy', source)[0] for _number in range(count)]
        self.call('account.move', 'write', moves, {'invoice_date': time.strftime('%Y-%m-%d')})
        self.call('account.move', 'action_post', moves)
        return moves

    def send(self, moves, browser=None):
        """Press the button, as far as the server lives to see it."""
        with contextlib.suppress(Failure, OSError, urllib.error.URLError, ValueError):
            browser = browser or self.browser
            wizard = browser.call('vatportal.send.wizard', 'create', {'move_ids': [(6, 0, moves)]})
            action = browser.call('vatportal.send.wizard', 'action_send', [wizard])
            deadline = time.monotonic() + 8
            while action.get('res_id') and time.monotonic() < deadline:  # the dialog stays open
                progress = browser.call('vatportal.job', 'action_refresh', [action['res_id']])
                if progress['finished']:
                    return
                time.sleep(min(progress['next_poll'], 2))

    def follow(self, job):
        """Move one process to its end, as its open dialog does."""
        deadline = time.monotonic() + PATIENCE
        while not self.call('vatportal.job', 'action_refresh', [job])['finished']:
            if time.monotonic() > deadline:
                raise Failure(f'The process {job} does not end.')
            time.sleep(0.5)

    def settle(self, moves, by_cron):
        """Let the dialog, or the scheduled action alone, end it; the button is pressed again where nothing went out."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            rows = self.call('account.move', 'read', moves, ['vatportal_state'])
            if all(row['vatportal_state'] == 'none' for row in rows):
                self.send(moves)
            elif all(row['vatportal_state'] in ('registered', 'rejected', 'none') for row in rows):
                return  # what did not go out at all was part of a selection that lost a race
            if not by_cron:
                for job in self.call('vatportal.job', 'search', [('state', 'in', ('queued', 'starting', 'running'))]):
                    self.call('vatportal.job', 'action_refresh', [job])
            time.sleep(0.5)

    def problems(self, moves, rejected=False):
        """What is not as promised for these invoices."""
        found = []
        state = self.portal.call('state')
        live = [invoice for invoice in state['invoices'] if not invoice['deleted']]
        rows = self.call('vatportal.document', 'search_read', [('move_id', 'in', moves)], ['move_id', 'erp_id', 'qaime', 'state', 'message'])
        names = {row['id']: row['name'] for row in self.call('account.move', 'read', moves, ['name'])}
        for move in moves:
            mine = [row for row in rows if row['move_id'][0] == move]
            # By what stands on the invoice, so that one the database knows nothing of is found as well.
            there = [invoice['qaime'] for invoice in live if invoice['main_info'].split(';')[0] == names[move]]
            numbers = [row['qaime'] for row in mine if row['state'] == 'registered']
            well = not there and bool(mine and mine[-1]['message']) if rejected and not numbers else len(there) == 1 and there == numbers
            if not well:
                found.append(f'invoice {move}: {[(row["state"], row["qaime"], row["message"]) for row in mine]}, at the portal: {there}')
        for job in self.call('vatportal.job', 'search_read', [], ['state', 'pin1_code', 'pin2_code']):
            if job['pin1_code'] or job['pin2_code'] or job['state'] not in ('done', 'failed'):
                found.append(f'{job}')
        return found

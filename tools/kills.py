"""./dev faults --kills N: real servers, killed with SIGKILL between the intent to send and the qaimə number.

Real Odoo processes (threaded, and with two workers) over real commits, a real PostgreSQL of their own, the sandbox as
a process. A point is hit by watching what the sandbox received, and by letting it stall there; nothing in the addon
knows of it. Afterwards the dialog, or the scheduled action alone, must bring every invoice to its end.
"""
import contextlib
import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
from collections import Counter

import cli
import databases
import demo
from base import ADDON, GLUE, LOGS, ROOT, WORK, Failure, clean_env, fresh_log, say
from cluster import Cluster, _children
from demo_run import Browser, Phone, send
from python_env import PYTHON

HOME = WORK / 'kills'
DATABASE = 'vatportal_kills'
UPLOAD, STATUS, READ, DELETE = ('/inv/import_upload_invoices.php', '/job/read_proc_status', '/inv/read_invoices', '/inv/delete')
BATCH = 3  # invoices per kill
PATIENCE = 300  # seconds until everything must be settled
# What hits the point: (name, endpoint whose request is awaited, how it stalls there, longest delay after it in seconds)
POINTS = [
    ('before the intent', None, None, 0.15),
    ('around the intent', None, None, 0.6),
    ('request sent, not processed', UPLOAD, {'processed': False}, 0.0),
    ('request processed, answer withheld', UPLOAD, {'processed': True}, 0.0),
    ('answer arrived', UPLOAD, None, 0.03),
    ('answer stored', UPLOAD, None, 0.25),
    ('status asked', STATUS, {'processed': True}, 0.0),
    ('between two questions', STATUS, None, 1.5),
    ('numbers asked', READ, {'processed': True}, 0.0),
    ('numbers arrived', READ, None, 0.02),
    ('numbers being written', READ, None, 0.12),
    ('removal asked', DELETE, {'processed': True}, 0.0),
    ('removal answered', DELETE, None, 0.05),
]
VICTIMS = ('threaded', 'workers', 'one worker', 'PostgreSQL')
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
            self.popen = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True,
                                          preexec_fn=_end_with_parent, **self.kwargs)
        deadline = time.monotonic() + 120
        while not demo.answers(self.url):
            if self.popen.poll() is not None or time.monotonic() > deadline:
                raise Failure(f'{self.name} does not answer; see {self.log}')
            time.sleep(0.1)

    def kill(self):
        """SIGKILL, to it and to all that it started."""
        for pid in [self.popen.pid, *_children(self.popen.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.popen.wait()

    def kill_workers(self):
        """SIGKILL to the workers alone; their master starts new ones."""
        for pid in _children(self.popen.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def freeze_addons():
    """A copy of the addon as it is now: servers are started again and again, and the code may be worked on meanwhile."""
    folder = HOME / 'addons'
    shutil.rmtree(folder, ignore_errors=True)
    for path in databases.addon_files():
        target = folder / ADDON / path.relative_to(ROOT)
        if GLUE not in path.parts:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


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

    def __init__(self, stack, server):
        self.cluster = stack.enter_context(Cluster(HOME / 'pg'))
        self.cluster.copy(databases.DEMO_TEMPLATE, DATABASE)
        self.addons = freeze_addons()
        files = HOME / 'data' / 'filestore'
        files.mkdir(parents=True, exist_ok=True)
        subprocess.run(['cp', '-al', databases.DATA / 'filestore' / databases.DEMO_TEMPLATE, files / DATABASE], check=False)
        self.sandbox_url = f'http://127.0.0.1:{free_port()}'
        self.sandbox = Process(
            'sandbox', [PYTHON, '-m', 'sandbox', '--port', self.sandbox_url.rpartition(':')[2], '--auto-confirm', '--confirm-after', CONFIRMED_S,
                        '--stage-seconds', STAGE_S], f'{self.sandbox_url}/phone', cwd=ROOT, env=clean_env())
        stack.callback(lambda: self.sandbox.popen and self.sandbox.kill())
        self.sandbox.start()
        self.portal = Portal(self.sandbox_url)
        self.server, self.odoo, self.mode = server, None, None
        self.options = ['-d', DATABASE, '--db_host', self.cluster.socket, '--data-dir', HOME / 'data', '--addons-path', self.addons]
        databases.odoo(server, *self.options, '-u', ADDON, '--stop-after-init', '--no-http', log=fresh_log('kills-update'))
        stack.callback(lambda: self.odoo and self.odoo.kill())

    def run_odoo(self, mode):
        """Make sure that Odoo runs in that mode, and log in."""
        if mode != self.mode:
            if self.odoo:
                self.odoo.kill()
            port = free_port()
            self.url = f'http://127.0.0.1:{port}'
            extra = ['--workers', 2, '--gevent-port', free_port()] if mode == 'workers' else ['--workers', 0]
            self.odoo = Process(
                f'odoo-{mode}', [*self.server.command, *self.options, f'--db-filter=^{DATABASE}$', '--http-port', port, '--max-cron-threads', 1,
                                 *extra],
                f'{self.url}/web/login', env=databases.odoo_env())
            self.mode = mode
            self.odoo.start()
            self.log_in()
            connectors = self.call('vatportal.connector', 'search', [])
            self.call('vatportal.connector', 'write', connectors, {'base_url': f'{self.sandbox_url}/api'})

    def log_in(self):
        self.browser = Browser(self.url, DATABASE)

    def log_in_again(self):
        """As soon as Odoo is back."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.log_in()
            except (Failure, OSError, ValueError) as error:
                if time.monotonic() > deadline:
                    raise Failure(f'Odoo does not recover: {error}') from None
                time.sleep(0.3)

    def call(self, model, method, *args, **kwargs):
        return self.browser.call(model, method, *args, **kwargs)

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

    def settle(self, moves, by_cron):
        """Let the dialog, or the scheduled action alone, end it; the button is pressed again where nothing went out."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            rows = self.call('account.move', 'read', moves, ['vatportal_state'])
            if all(row['vatportal_state'] == 'none' for row in rows):
                self.send(moves)
            elif all(row['vatportal_state'] in ('registered', 'rejected') for row in rows):
                return
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
        for move in moves:
            mine = [row for row in rows if row['move_id'][0] == move]
            there = [invoice['qaime'] for invoice in live if invoice['id'] in [row['erp_id'] for row in mine]]
            numbers = [row['qaime'] for row in mine if row['state'] == 'registered']
            well = not there and bool(mine and mine[-1]['message']) if rejected and not numbers else len(there) == 1 and there == numbers
            if not well:
                found.append(f'invoice {move}: {[(row["state"], row["qaime"], row["message"]) for row in mine]}, at the portal: {there}')
        for job in self.call('vatportal.job', 'search_read', [], ['state', 'pin1_code', 'pin2_code']):
            if job['pin1_code'] or job['pin2_code'] or job['state'] not in ('done', 'failed'):
                found.append(f'{job}')
        return found


# -- one kill ---------------------------------------------------------------------------------------

def kill_once(scene, point, victim, by_cron, rng):
    """Send, kill at the point, restart, settle; (whether the point was hit, problems)."""
    name, endpoint, stall, delay = point
    moves = scene.invoices(BATCH)
    scene.portal.clear()
    if endpoint == DELETE:
        scene.portal.call('faults', {'endpoint': UPLOAD, 'kind': 'pin_declined', 'pin': 1})
    if stall:
        scene.portal.call('faults', {'endpoint': endpoint, 'kind': 'stall', 'seconds': 20, **stall})
    sending = threading.Thread(target=scene.send, args=(moves,), daemon=True)
    sending.start()
    hit = scene.portal.wait(endpoint, not stall, 30) if endpoint else True
    time.sleep(rng.uniform(0, delay))
    strike(scene, victim)
    sending.join(60)
    scene.portal.call('faults', {'clear': True})
    scene.log_in_again()
    scene.settle(moves, by_cron)
    return hit, scene.problems(moves, rejected=endpoint == DELETE)


def strike(scene, victim):
    """SIGKILL, and whatever a supervisor would start again is started again."""
    if victim == 'PostgreSQL':
        scene.cluster.restart()
    elif victim == 'one worker':
        scene.odoo.kill_workers()
    else:
        scene.odoo.kill()
        scene.odoo.start()



# -- races ------------------------------------------------------------------------------------------

def race(scene):
    """Two people send overlapping selections at the same moment while dialogs and the scheduled action are at it."""
    moves = scene.invoices(6)
    scene.portal.clear()
    cron = scene.call('ir.model.data', 'search_read', [('name', '=', 'cron_advance'), ('module', '=', 'l10n_az_vatportal')], ['res_id'])[0]['res_id']
    barrier = threading.Barrier(5)

    def act(action):
        browser = Browser(scene.url, DATABASE)
        barrier.wait()
        with contextlib.suppress(Failure):
            action(browser)

    def run_cron(browser):
        browser.call('ir.cron', 'method_direct_trigger', [cron])

    actions = [lambda b: scene.send(moves[:4], b), lambda b: scene.send(moves[2:], b), lambda b: scene.send(moves, b), run_cron, run_cron]
    threads = [threading.Thread(target=act, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    scene.settle(moves, by_cron=False)
    rows = scene.call('account.move', 'search', [('id', 'in', moves), ('vatportal_state', '=', 'none')])
    if rows:  # a selection that lost the race: pressed again
        scene.send(rows)
        scene.settle(moves, by_cron=False)
    sent = Counter(invoice['id'] for record in scene.portal.uploads() for invoice in record['json']['invoices'])
    problems = scene.problems(moves)
    problems += [f'{erp_id} was uploaded {times} times' for erp_id, times in sent.items() if times > 1]
    return problems


# -- the command ------------------------------------------------------------------------------------

def plan(count: int) -> list[tuple]:
    """(mode, point, victim, whether the scheduled action is left alone with it), each point with each victim in turn."""
    rounds = []
    for number in range(count):
        turn, index = divmod(number, len(POINTS))
        victim = VICTIMS[(index + turn) % len(VICTIMS)]
        mode = ('threaded', 'workers')[turn % 2] if victim == 'PostgreSQL' else 'threaded' if victim == 'threaded' else 'workers'
        # Odoo's own scheduler thread ends with a lost connection to PostgreSQL, until Odoo is started again.
        by_cron = number % 5 == 4 and (victim, mode) != ('PostgreSQL', 'threaded')
        rounds.append((mode, POINTS[index], victim, by_cron))
    return sorted(rounds, key=lambda entry: entry[0])  # few changes of mode


def main(count: int, races: int, seed: int) -> int:
    rng = random.Random(seed)
    rounds = plan(count)
    failed, tally, hits = 0, Counter(), 0
    with cli.serving() as server, contextlib.ExitStack() as stack:
        cli.ensure_base(server)
        demo.ensure_template(server)
        scene = Scene(stack, server)
        for number, (mode, point, victim, by_cron) in enumerate(rounds, 1):
            scene.run_odoo(mode)
            begin = time.monotonic()
            hit, problems = kill_once(scene, point, victim, by_cron, rng)
            hits += hit
            failed += bool(problems)
            tally[victim, bool(problems)] += 1
            say(f'[{number}/{len(rounds)}] {victim} ({mode}): {point[0]}{"" if hit else " (missed)"}, then {"scheduled action" if by_cron else "dialog"}: '
                f'{"FAILED" if problems else "well"}, {time.monotonic() - begin:.0f} s')
            for problem in problems:
                say(f'      {problem}')
        for number in range(races):
            scene.run_odoo(('threaded', 'workers')[number % 2])
            problems = race(scene)
            failed += bool(problems)
            say(f'race {number + 1}/{races}, {scene.mode}: {"FAILED" if problems else "well"}')
            for problem in problems:
                say(f'      {problem}')
    for victim in VICTIMS:
        say(f'{victim}: {tally[victim, False]} survived, {tally[victim, True]} not')
    say(f'{len(rounds)} kills ({hits} at their point), {races} races, {failed} failed')
    return 1 if failed else 0

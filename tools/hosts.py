"""./dev faults --cluster: two Odoo servers ("hosts") with queue_job over one PostgreSQL, one of them killed in the middle.

Beside it one server process with the scheduled action, as a company runs it that has installed nothing. The job runner reaches the
servers through a load balancer, as it must on real hosts: it would ask its own server alone otherwise.
"""

import contextlib
import json
import os
import statistics
import threading
import time
from collections import Counter
from datetime import datetime, timezone

import databases
import demo_database
import environment
import hosts_fill
from balancer import Balancer
from base import ADDON, QUEUE, TOOLS, Failure, fresh_log, say
from cluster import processor
from demo_run import Browser, send_through
from scene import DATABASE, PATIENCE, Process, Scene, freeze_addons
from servers import free_port
from slowed import Slowed

PROCESSES = 4  # of each connector
CORES = 2  # of each host; a process without workers uses one at a time
WORKERS = 2 * CORES + 1  # of each host: Odoo's own rule
JOBS = 2 * WORKERS - 2  # queue jobs at a time, on all hosts; the other workers are for people
WATCHERS = 3  # dialogs that people have open meanwhile
CONFIRMED_S = 4  # after so many seconds a phone answers; a code that no dialog has shown by then was missed
OPEN = ('queued', 'starting', 'running')
ORDER = 'asking Odoo to run job'  # a job runner at work, in the log of its host


class Hosts(Scene):
    """The scene of --kills, with several servers."""

    def fill(self, call, *arguments):
        """Do what hosts_fill.py says, inside Odoo; return its answer."""
        answer = self.cluster.folder.parent / 'answer.json'
        script = (
            f'import sys, json\nsys.path.insert(0, {str(TOOLS)!r})\nimport hosts_fill\n'
            f'found = hosts_fill.{call}(env(user=env.ref("base.user_admin")), *json.loads({json.dumps(arguments)!r}))\n'
            f'open({str(answer)!r}, "w").write(json.dumps(found))\n'
        )
        # The options of a server that the shell does not know are its own.
        databases.odoo(self.server, 'shell', *self.options, '--no-http', log=fresh_log('cluster-fill'), input=script)
        return json.loads(answer.read_text())

    def host(self, name, *extra, **env):
        """A server of Odoo; returns it and its port."""
        port = free_port()
        command = [*self.server.command, *self.options, f'--db-filter=^{DATABASE}$', '--http-port', port, '--max-cron-threads', 1, *extra]
        return Process(name, command, f'http://127.0.0.1:{port}/web/login', env={**databases.odoo_env(), **env}), port

    def log_in_at(self, port):
        self.url = f'http://127.0.0.1:{port}'
        self.log_in()

    def number(self, statement):
        return float(self.cluster.sql(statement, DATABASE) or 0)

    def ended(self, moves):
        """How many of these invoices have their numbers."""
        ids = ','.join(map(str, moves))
        return int(self.number(f"SELECT count(*) FROM vatportal_document WHERE state = 'registered' AND move_id IN ({ids})"))

    def pace(self, moves, hosts, cores):
        """How many of these processes `hosts` bring to their end in a minute: in all, and of the middle half of them; and in words
        what each of them takes of the processors. Slowed down, they have `cores` of the slower kind each."""
        pids, server = [host.popen.pid for host in hosts], self.cluster.process.pid
        with Slowed(dict.fromkeys(pids, cores / self.slowed)) if self.slowed > 1 else contextlib.nullcontext():
            odoo, postgresql = processor(*pids), processor(server)
            seconds, half = self.run(moves)
            odoo, postgresql = processor(*pids) - odoo, processor(server) - postgresql
        paces = [60 * len(moves) / seconds, 30 * len(moves) / half]
        return paces, (
            f'{paces[0]:.0f} processes a minute, {paces[1]:.0f} of the middle half, '
            f'each {odoo / len(moves):.2f} s of Odoo and {postgresql / len(moves):.2f} s of PostgreSQL'
        )

    def run(self, moves, middle=None):
        """Queue a process for each invoice and wait for the numbers; call `middle` when half of them are there. Seconds, from the
        first to the last; and from the first quarter to the last one, while all connectors have something to do."""
        self.fill('processes', moves, self.used)
        begin, deadline, quarters = time.monotonic(), time.monotonic() + PATIENCE + 3 * len(moves), {}
        while (count := self.ended(moves)) < len(moves):
            quarters.setdefault(4 * count // len(moves), time.monotonic())
            if middle and count >= len(moves) / 2:
                middle()
                middle = None
            if time.monotonic() > deadline:
                raise Failure(f'{len(moves) - count} invoices have no number after {deadline - begin:.0f} s.')
            time.sleep(0.5)
        end = time.monotonic()
        return end - begin, quarters.get(3, end) - quarters.get(1, begin)


# -- people -----------------------------------------------------------------------------------------


class Watchers:
    """People who send and keep the dialog open, and how long after a phone their dialogs show its code."""

    def __init__(self, scene, count):
        self.scene, self.over = scene, threading.Event()
        self.moves = scene.fill('invoices', count * 20)
        self.lock, self.waits, self.missed = threading.Lock(), [], 0
        self.pressed, self.sent = [], []  # the latter: Odoo has answered that it has it
        self.appeared = {}  # (kind, code) → when a phone showed it last
        # Connectors that nobody else sends through.
        connectors = scene.call('vatportal.connector', 'search', [('name', '=like', 'Cluster %')], order='id desc', limit=count)
        self.threads = [threading.Thread(target=self._look_at_phones, daemon=True)]
        self.threads += [threading.Thread(target=self._work, args=(connector,), daemon=True) for connector in connectors]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(PATIENCE)

    def _look_at_phones(self):
        before = set()
        while not self.over.is_set():
            prompts = {prompt['id']: (f'pin{prompt["pin"]}', str(prompt['code'])) for prompt in self.scene.portal.call('prompts')}
            self.appeared.update({prompts[number]: time.monotonic() for number in prompts.keys() - before})
            before = set(prompts)
            time.sleep(0.05)

    def _work(self, connector):
        browser = Browser(self.scene.url, DATABASE)
        while not self.over.is_set() and self.moves:
            with self.lock:
                move = self.moves.pop()
                self.pressed.append(move)
            with contextlib.suppress(Failure, OSError, ValueError):  # its host is killed: the process goes on
                self._send(browser, move, connector)

    def _send(self, browser, move, connector):
        job, seen = send_through(browser, move, connector), set()
        self.sent.append(move)
        while True:
            progress = browser.call('vatportal.job', 'action_refresh', [job])
            code = progress['code'] and (progress['code']['kind'], str(progress['code']['value']))
            if code and code not in seen:
                seen.add(code)
                self.waits.append(max(0.0, time.monotonic() - self.appeared.get(code, time.monotonic())))
            if progress['finished']:
                self.missed += 2 - len(seen)
                return
            time.sleep(progress['next_poll'] or 1)

    def told(self):
        """p95 over all codes, those that no dialog showed counting as never."""
        waits = sorted(self.waits) + [float('inf')] * self.missed
        if len(waits) < 2:
            return 'no code was waited for'
        p95 = waits[min(len(waits) - 1, int(len(waits) * 0.95))]
        return f'{len(waits)} codes, p50 {statistics.median(waits):.1f} s, p95 {p95:.1f} s, {self.missed} gone before a dialog showed them'


# -- the command ------------------------------------------------------------------------------------


def main(count: int, slowed: int) -> int:
    """`slowed`: how many times slower the cores of all servers are while the pace of both ways is compared; 0: it is not."""
    with environment.serving(queue=True) as server, contextlib.ExitStack() as stack:
        environment.ensure_base(server)
        demo_database.ensure_template(server)
        scene = Hosts(stack, server, addons=freeze_addons(ADDON, QUEUE))
        scene.used, scene.slowed = count, slowed
        scene.portal.call('settings', {'confirm_after': CONFIRMED_S, 'log_size': 1000000})
        for number in range(count + WATCHERS):
            scene.portal.call('accounts', hosts_fill.account(number))
        scene.fill('connectors', scene.sandbox_url, count + WATCHERS)
        say(f'{count} connectors, {count * PROCESSES} processes at a time, {os.cpu_count()} cores, load before: {os.getloadavg()[0]:.1f}')
        alone = slowed and single(scene)
        hosts = two(scene, stack)
        found = one_is_killed(scene, hosts, together(scene, hosts, alone) if slowed else [])
        for problem in found:
            say(f'      {problem}')
        return 1 if found else 0


def single(scene):
    """One server process with the scheduled action alone; its paces."""
    moves = scene.fill('invoices', scene.used * PROCESSES)
    odoo, port = scene.host('one-process', '--workers', 0)
    odoo.start()
    try:
        scene.log_in_at(port)
        paces, told = scene.pace(moves, [odoo], 1)
        say(f'one server process: {told}; {len(problems(scene, moves))} problems')
        return paces
    finally:
        odoo.kill()


def two(scene, stack):
    """Two servers with the job queue, behind a load balancer."""
    databases.odoo(scene.server, *scene.options, '-i', f'queue_job,{QUEUE}', '--stop-after-init', '--no-http', log=fresh_log('cluster-install'))
    entrance = free_port()
    queue = {'ODOO_QUEUE_JOB_CHANNELS': f'root:{JOBS}', 'ODOO_QUEUE_JOB_HOST': '127.0.0.1', 'ODOO_QUEUE_JOB_PORT': str(entrance)}
    made = [scene.host(f'host-{name}', '--load', 'base,web,queue_job', '--workers', WORKERS, '--gevent-port', free_port(), **queue) for name in 'ab']
    for host, _port in made:
        stack.callback(lambda host=host: host.popen and host.kill())
        host.start()
    stack.enter_context(Balancer(entrance, [port for _host, port in made]))
    scene.log_in_at(entrance)
    return [host for host, _port in made]


def together(scene, hosts, alone):
    """The paces of both, beside those of one process; returns the invoices."""
    moves = scene.fill('invoices', scene.used * PROCESSES)
    paces, told = scene.pace(moves, hosts, CORES)
    whole, half = (ours / theirs for ours, theirs in zip(paces, alone, strict=True))
    say(f'two hosts of {WORKERS} workers: {told}; {whole:.2f} times as many, {half:.2f} of the middle half')
    return moves


def one_is_killed(scene, hosts, before):
    """One of both dies in the middle, while people look; returns what is wrong with any invoice, also with those of `before`."""
    moves = scene.fill('invoices', scene.used * PROCESSES)
    with Watchers(scene, WATCHERS) as people:
        taken = {}
        seconds, _half = scene.run(moves, lambda: taken.update(zip(('at', 'victim', 'other'), strike(hosts), strict=True)))
    wait_for(scene, people.pressed)
    say(f'{len(moves)} processes through in {seconds:.0f} s; dialogs beside it: {people.told()}')
    gap = first_order(taken['other']) - taken['at']
    say(f'{taken["victim"].name}, whose job runner was at work, killed in the middle: that of {taken["other"].name} was at work {gap:.0f} s later')
    # What was pressed as its host died may have come to nothing, which its person has seen; but not to half of something.
    begun = scene.call('vatportal.document', 'search_read', [('move_id', 'in', people.pressed)], ['move_id'])
    through = {*people.sent, *(document['move_id'][0] for document in begun)}
    found = problems(scene, [*before, *moves, *through])
    say(f'{len(before) + len(moves) + len(through)} invoices on two hosts: {len(found)} problems')
    return found + (['taken over too late'] if gap > 60 else [])


def strike(hosts):
    """Kill the host whose job runner is at work; when that was, that host, and the other one."""
    victim, other = sorted(hosts, key=lambda host: ORDER not in host.log.read_text(errors='replace'))
    victim.kill()
    return time.time(), victim, other


def first_order(host):
    """When its job runner first had a queue job run."""
    line = next(line for line in host.log.read_text(errors='replace').splitlines() if ORDER in line)
    return datetime.strptime(line[:23], '%Y-%m-%d %H:%M:%S,%f').replace(tzinfo=timezone.utc).timestamp()


def wait_for(scene, moves):
    """Until what people have sent is through."""
    deadline = time.monotonic() + PATIENCE
    while scene.number(f'SELECT count(*) FROM vatportal_job WHERE state IN {OPEN}'):
        if time.monotonic() > deadline:
            raise Failure(f'Processes of {len(moves)} invoices do not end.')
        time.sleep(0.5)


def problems(scene, moves):
    """What is lost, and what went out twice."""
    sent = Counter(invoice['id'] for record in scene.portal.uploads() for invoice in record['json']['invoices'])
    return [*scene.problems(moves), *(f'{erp_id} was uploaded {times} times' for erp_id, times in sent.items() if times > 1)]

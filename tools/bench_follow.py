"""Rows D and F of ./dev bench, inside Odoo: processes that run at the portal are followed."""

import contextlib
import json
import socket
import time
import urllib.request
from datetime import timedelta

import requests

from odoo import fields

from odoo.addons.l10n_az_vatportal.models.connector.threads import Lanes, lane_count
from odoo.addons.l10n_az_vatportal.vatportal import next_delay

import bench_meter
import hosts_fill

LATENCY_S = 0.05
HANGING = 2  # portals that take a question and never answer
LASTS_S = 240
# A process of four minutes tells something new after 15, 25 (a code), 55 (it was typed), 65 (the next code), 95 and 105 seconds.
NEWS = {
    'auto_confirm': True,
    'confirm_after': 30,
    'stages': {'imported': 15, 'packet_created': 10, 'login_done': 0, 'uploaded': 10, 'invoice_signed': 10, 'numbers': LASTS_S - 105},
}
_TIMES = ('started_at', 'sent_at', 'changed_at', 'settle_at', 'next_poll_at', 'code_at', 'prompt_until')


def follow(world, size, rounds, portal, **_others):
    """One pass over processes of one account, beside as many bare requests over one connection; of both the time on the clock."""
    jobs = running(world, size, portal)
    numbers = jobs.mapped('portal_id')
    admin(portal, 'faults', {'endpoint': '*', 'kind': 'stall', 'seconds': LATENCY_S, 'times': None})

    def ours():
        jobs.write({'next_poll_at': False})
        jobs._commit()
        jobs._cron_steps(time.monotonic() + 3600, set())

    def bare():
        with requests.Session() as session:
            session.trust_env = False
            for number in numbers:
                url, headers = f'{portal}/api/job/read_proc_status', {'x-vatpapikey': 'sandbox-token'}
                session.post(url, json={'procId': int(number)}, headers=headers, timeout=30).raise_for_status()

    sides = {f'{size} processes, one pass': (world.env, ours), f'{size} bare requests': (world.env, bare)}
    figures = bench_meter.interleaved(sides, rounds)
    remark = f'   (the clock; {figures[next(iter(sides))]["cpu"] / size * 1000:.1f} ms of processor time each)'
    figures = {name: {**values, 'cpu': values['wall']} for name, values in figures.items()}
    return [{**line, 'remark': remark} for line in bench_meter.rows((1.2,), figures, sides, per=size)]


def lanes(world, size, rounds, portal, **_others):
    """A process of each of many accounts, two of which are at portals that hang: until all others have been asked once, with the
    threads of the scheduled action and with a single one; of both the time on the clock."""
    for number in range(size):
        admin(portal, 'accounts', hosts_fill.account(number))
    hosts_fill.connectors(world.env, portal, size)
    connectors = world.env['vatportal.connector'].search([('name', '=like', 'Cluster %')], order='id')
    jobs = running(world, size, portal, connectors)
    admin(portal, 'faults', {'endpoint': '*', 'kind': 'stall', 'seconds': LATENCY_S, 'times': None})
    with contextlib.ExitStack() as stack:
        for connector in connectors[:HANGING]:
            silent = stack.enter_context(socket.create_server(('127.0.0.1', 0)))
            connector.sudo().account_id.base_url = f'http://127.0.0.1:{silent.getsockname()[1]}/api'
        times = {count: [] for count in (lane_count(), 1)}
        for _round in range(rounds):
            for count, found in times.items():
                found.append(until_asked(jobs, connectors, count))
    ours, theirs = (sorted(found)[len(found) // 2] for found in times.values())
    line = {'what': f'{size} accounts, {HANGING} hang: {lane_count()} threads', 'ours': {'cpu': ours}, 'baseline': 'one thread', 'theirs': {'cpu': theirs}}
    return [{**line, 'ratio': ours / theirs, 'goal': None, 'sql': 0, 'their_sql': 0, 'remark': '   (the clock, until all others were asked)'}]


def until_asked(jobs, connectors, count):
    """Seconds until the portals that answer have been asked about each of their processes."""
    jobs._commit()  # the threads of the round before have written
    connectors.sudo().account_id.write({'error_count': 0, 'retry_at': False, 'failed_at': False})
    jobs.write({'next_poll_at': False, 'error_count': 0})
    jobs._commit()
    answering = jobs.filtered(lambda job: job.connector_id not in connectors[:HANGING])
    begin = time.monotonic()
    with Lanes(jobs.env, count) as threads:
        while not all(answering.mapped('next_poll_at')):
            jobs[:1]._cron_round(threads, begin + 3600, set())
            jobs._commit()  # what the threads have written is seen
        return time.monotonic() - begin


def pace(world, portal, **_others):
    """How often a process of four minutes is asked for, beside what the portal's makers advise; with what statements."""
    advised, passed = 0, 0.0
    while (passed := passed + next_delay(passed)) <= LASTS_S:
        advised += 1
    lines = []
    for what, goal, look in (('nobody looks', 1.0, lambda job: job._advance()), ('somebody looks', 1.3, Dialog().look)):
        job = running(world, 1, portal, sign=True, **NEWS)
        asked, statements = questions(job.with_context(vatportal_watched=goal > 1), look, portal)
        assert job.step == 'sign', job.step
        finish(job, portal)
        lines.append(
            {
                'what': f'{what}: questions',
                'ours': {'cpu': asked},
                'baseline': 'advised',
                'theirs': {'cpu': advised},
                'ratio': asked / advised,
                'goal': goal,
                'sql': statements,
                'their_sql': 0,
                'unit': 1,
                'remark': '   (statements of the whole process)',
            }
        )
    return lines


class Dialog:
    """An open live view, which says what it shows already."""

    version = False

    def look(self, job):
        self.version = job.action_refresh(shown=self.version).get('version', self.version)


def questions(job, look, portal):
    """How often the portal is asked until the end, which is left out, with ``look`` at each of its times; with what statements."""
    asked, statements, passed = 0, 0, 0.0
    while True:
        wait_s = max(0.0, (job._due_at() - fields.Datetime.now()).total_seconds())
        passed += wait_s
        if passed >= LASTS_S:
            return asked, statements
        pass_time(job, wait_s, portal)
        before = job.env.cr.sql_log_count
        look(job)
        job._commit()
        statements += job.env.cr.sql_log_count - before
        asked += 1


def pass_time(job, seconds, portal):
    """Let time go by, here and at the portal."""
    admin(portal, 'advance', {'seconds': seconds})
    job.write({name: job[name] - timedelta(seconds=seconds) for name in _TIMES if job[name]})
    job._commit()


def finish(job, portal):
    """Follow the process to its end, so that the phone is free."""
    pass_time(job, LASTS_S, portal)
    for _step in range(10):
        job.next_poll_at = False
        job._advance()
    assert job.state == 'done', job.message


def running(world, count, portal, connectors=None, sign=False, **settings):
    """``count`` processes that the portal is at, and goes on with for an hour or as ``settings`` say; through ``connectors`` in
    turn, if they are given."""
    if not connectors:
        connectors = world.connector
        connectors.write({'base_url': f'{portal}/api'})
    admin(portal, 'settings', {'stage_seconds': 3600, **settings})
    jobs = world.env['vatportal.job'].sudo()
    for number, move in enumerate(world.invoices(count, lines=1)):
        jobs += jobs._queue(move, connectors[number % len(connectors)], sign)
    world.commit()
    for _step in range(5):
        for job in jobs.filtered(lambda job: job.phase != 'follow'):
            job.next_poll_at = False
            job._advance()
    assert set(jobs.mapped('phase')) == {'follow'}, jobs.mapped('message')
    return jobs


def admin(portal, what, body):
    request = urllib.request.Request(f'{portal}/admin/{what}', json.dumps(body).encode(), {'Content-Type': 'application/json'})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=600).read()

"""Rows D and F of ./dev bench, inside Odoo: processes that run at the portal are followed."""

import json
import time
import urllib.request
from datetime import timedelta

import requests

from odoo import fields

from odoo.addons.l10n_az_vatportal.vatportal import next_delay

import bench_meter

LATENCY_S = 0.05
LASTS_S = 240
# What a process of four minutes tells, by seconds after its start: two codes, each typed a little later.
NEWS = {15: 'import', 25: 'packet', 35: 'packet', 55: 'login', 65: 'login', 90: 'sign'}
_TIMES = ('started_at', 'sent_at', 'changed_at', 'next_poll_at')


def follow(world, size, rounds, portal, **_others):
    """One pass over processes of one account, beside as many bare requests over one connection; of both the time on the clock."""
    jobs = running(world, size, portal)
    numbers = jobs.mapped('portal_id')
    admin(portal, 'faults', {'endpoint': '*', 'kind': 'slow', 'seconds': LATENCY_S, 'times': None})

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


def pace(world, portal, **_others):
    """How often a process of four minutes is asked for, beside what the portal's makers advise; with what statements."""
    advised, passed = 0, 0.0
    while (passed := passed + next_delay(passed)) <= LASTS_S:
        advised += 1
    lines = []
    for what, goal, look in (('nobody looks', 1.0, lambda job: job._advance()), ('somebody looks', 1.3, lambda job: job.action_refresh())):
        job = running(world, 1, portal)
        job.sign = True
        with bench_meter.Measure(world.env, bench_meter.Cluster(world.env.cr)) as measure:
            asked = questions(job.with_context(vatportal_watched=goal > 1), look)
        lines.append(
            {
                'what': f'{what}: questions',
                'ours': {'cpu': asked},
                'baseline': 'advised',
                'theirs': {'cpu': advised},
                'ratio': asked / advised,
                'goal': goal,
                'sql': measure.values['sql'],
                'their_sql': 0,
                'unit': 1,
                'remark': '   (statements of the whole process)',
            }
        )
    return lines


def questions(job, look):
    """How often the portal is asked until the end, which is left out, with ``look`` at each of its times."""
    asked, passed, news = 0, 0.0, dict(NEWS)
    while True:
        wait_s = max(0.0, (job._due_at() - fields.Datetime.now()).total_seconds())
        passed += wait_s
        if passed > LASTS_S:
            return asked
        back = timedelta(seconds=wait_s)
        job.write({name: job[name] - back for name in _TIMES if job[name]})
        for moment in [moment for moment in news if moment <= passed]:
            job.write({'step': news.pop(moment), 'changed_at': fields.Datetime.now() - timedelta(seconds=passed - moment)})
        job._commit()
        look(job)
        asked += 1


def running(world, count, portal):
    """``count`` processes that the portal is at, and goes on with for an hour."""
    world.connector.write({'base_url': f'{portal}/api'})
    admin(portal, 'settings', {'stage_seconds': 3600})
    jobs = world.env['vatportal.job'].union(*(world.env['vatportal.job']._queue(move, world.connector, False) for move in world.invoices(count, lines=1)))
    jobs = jobs.sudo()
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

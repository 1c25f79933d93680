"""./dev faults --kills N: real servers, killed with SIGKILL between the intent to send and the qaimə number.

Real Odoo processes (threaded, and with two workers) over real commits, a real PostgreSQL of their own, the sandbox as
a process. A point is hit by watching what the sandbox received, and by letting it stall there; nothing in the addon
knows of it. Afterwards the dialog, or the scheduled action alone, must bring every invoice to its end.
"""

import contextlib
import random
import threading
import time
from collections import Counter

import demo_database
import environment
from base import ADDON, Failure, say
from demo_run import Browser
from scene import DATABASE, DELETE, READ, STATUS, UPLOAD, Scene

BATCH = 3  # invoices per kill
ATTEMPTS = 3  # at hitting a point
UNINSTALL_S = 60  # for how long it is tried
# What hits the point: (name, endpoint whose request is awaited, how it stalls there, longest delay after it in seconds)
POINTS = [
    ('before the intent', None, None, 0.15),
    ('around the intent', None, None, 0.6),
    ('look asked', READ, {'processed': True}, 0.0),
    ('look answered', READ, None, 0.05),
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


# -- one kill ---------------------------------------------------------------------------------------


def kill_once(scene, point, victim, by_cron, rng):
    """Send, kill at the point, restart, settle; (whether the point was hit, problems)."""
    name, endpoint, stall, delay = point
    moves = scene.invoices(BATCH)
    if name.startswith('look'):
        scene.forget_look()
    else:
        scene.look()  # else the first question would not be that of the point
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
    if by_cron and (victim, scene.mode) == ('PostgreSQL', 'threaded'):
        # Odoo's own scheduler thread ends with a lost connection to PostgreSQL, so a supervisor starts Odoo again.
        strike(scene, 'threaded')
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
    cron = scene.cron('cron_advance')
    barrier = threading.Barrier(5)

    def act(action, login):
        browser = Browser(scene.url, DATABASE, login)
        barrier.wait()
        with contextlib.suppress(Failure):
            action(browser)

    def run_cron(browser):
        browser.call('ir.cron', 'method_direct_trigger', [cron])

    actions = [lambda b: scene.send(moves[:4], b), lambda b: scene.send(moves[2:], b), lambda b: scene.send(moves, b), run_cron, run_cron]
    logins = ['admin', scene.second_user(), 'admin', 'admin', 'admin']
    threads = [threading.Thread(target=act, args=each) for each in zip(actions, logins, strict=True)]
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


# -- the end ----------------------------------------------------------------------------------------

INVOICES = """
    SELECT count(*), md5(string_agg(concat_ws('|', line.id, move.name, move.state, move.amount_total, move.partner_id, move.date, line.balance,
                                              line.account_id, line.name, line.quantity, line.price_unit), ';' ORDER BY line.id))
      FROM account_move move JOIN account_move_line line ON line.move_id = move.id"""


def uninstall(scene):
    """Take the addon away: the invoices are as they were, and nothing else of it is left."""
    before = scene.cluster.sql(INVOICES, DATABASE)
    module = scene.call('ir.module.module', 'search', [('name', '=', ADDON)])
    deadline = time.monotonic() + UNINSTALL_S
    while True:
        try:
            scene.call('ir.module.module', 'button_immediate_uninstall', module)
            break
        except Failure:  # a scheduled action is running, which Odoo has a person try again after
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
    problems = [] if scene.cluster.sql(INVOICES, DATABASE) == before else ['the invoices have changed']
    left = scene.cluster.sql("SELECT string_agg(relname, ', ') FROM pg_class WHERE relkind = 'r' AND relname LIKE 'vatportal%'", DATABASE)
    left += scene.cluster.sql(
        "SELECT string_agg(table_name || '.' || column_name, ', ') FROM information_schema.columns WHERE column_name LIKE 'vatportal%'", DATABASE
    )
    scene.log_in_again()
    scene.call('account.move', 'search_read', [], ['name', 'state'])
    return problems + ([f'left behind: {left}'] if left else [])


# -- the command ------------------------------------------------------------------------------------


def plan(first: int, last: int) -> list[tuple]:
    """(mode, point, victim, whether the scheduled action is left alone with it: every other time), each point with each
    victim in turn."""
    rounds = []
    for number in range(first - 1, last):
        turn, index = divmod(number, len(POINTS))
        victim = VICTIMS[(index + turn) % len(VICTIMS)]
        mode = ('threaded', 'workers')[turn % 2] if victim == 'PostgreSQL' else 'threaded' if victim == 'threaded' else 'workers'
        rounds.append((mode, POINTS[index], victim, (number + turn) % 2 == 1))
    return sorted(rounds, key=lambda entry: entry[0])  # few changes of mode


def main(first: int, last: int, races: int, seed: int) -> int:
    rng = random.Random(seed)
    rounds = plan(first, last)
    failed, tally, hits = 0, Counter(), 0
    with environment.serving() as server, contextlib.ExitStack() as stack:
        environment.ensure_base(server)
        demo_database.ensure_template(server)
        scene = Scene(stack, server)
        for number, (mode, point, victim, by_cron) in enumerate(rounds, 1):
            for _attempt in range(ATTEMPTS):
                scene.run_odoo(mode)
                begin = time.monotonic()
                hit, problems = kill_once(scene, point, victim, by_cron, rng)
                say(
                    f'[{number}/{len(rounds)}] {victim} ({mode}): {point[0]}{"" if hit else " (missed)"}, then '
                    f'{"scheduled action" if by_cron else "dialog"}: {"FAILED" if problems else "well"}, {time.monotonic() - begin:.0f} s'
                )
                for problem in problems:
                    say(f'      {problem}')
                failed += bool(problems)
                if hit or problems:
                    break
            hits += hit
            failed += not hit  # a point that is never hit proves nothing
            tally[victim, bool(problems)] += 1
        for number in range(races):
            scene.run_odoo(('threaded', 'workers')[number % 2])
            problems = race(scene)
            failed += bool(problems)
            say(f'race {number + 1}/{races}, {scene.mode}: {"FAILED" if problems else "well"}')
            for problem in problems:
                say(f'      {problem}')
        scene.run_odoo('threaded')
        problems = uninstall(scene)
        failed += bool(problems)
        say(f'uninstalled: {problems or "the invoices are intact"}')
    for victim in VICTIMS:
        say(f'{victim}: {tally[victim, False]} survived, {tally[victim, True]} not')
    say(f'{len(rounds)} kills ({hits} at their point), {races} races, {failed} failed')
    return 1 if failed else 0

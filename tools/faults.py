"""./dev faults: the promise "never twice, never lost" against hundreds of random schedules, and against SIGKILL."""

import argparse
import os

import hosts
import kills
import mutants
import testing
import upgrade
from base import ROOT, Failure


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='./dev faults', description='Random faults at the portal, and servers killed in between.')
    parser.add_argument('--seeds', metavar='A-B', default='1-500', help='the schedules to run (1-500)')
    parser.add_argument('--seed', type=int, metavar='N', help='one schedule again, with all that happens in it')
    parser.add_argument('--kills', metavar='N', help='instead: kill real servers N times; A-B: only those kills of a longer row')
    parser.add_argument('--races', type=int, metavar='N', help='instead, or with --kills: people who send the same at once, N times (with --kills 4)')
    parser.add_argument('--upgrade', metavar='REVISION', nargs='?', const='', help='instead: update from an earlier commit (the last one with another version)')
    parser.add_argument(
        '--cluster', type=int, metavar='N', nargs='?', const=50, help="instead: N connectors (50) on two servers with OCA's queue_job, one of them killed"
    )
    parser.add_argument(
        '--slowed',
        type=int,
        metavar='N',
        default=0,
        help='with --cluster: first the pace of both servers beside that of one process, with cores N times slower, so that this machine bears more of them',
    )
    parser.add_argument('--kill-seed', type=int, metavar='N', default=1, help='with --kills: seed of the delays (1)')
    parser.add_argument(
        '--mutants',
        metavar='NAME',
        nargs='*',
        help='instead: break each rule of sending on purpose (or those with NAME in their names); whatever the tests do not notice is told',
    )
    return parser.parse_args(given)


def number(text: str) -> int:
    if not text.isdigit():
        raise Failure('--kills wants a number, such as 60, or two, such as 1-30.')
    return int(text)


def main(given: list[str]) -> int:
    options = arguments(given)
    if options.kills is not None or options.races is not None:
        first, _dash, last = (options.kills or '0').rpartition('-')
        return kills.main(number(first or '1'), number(last), 4 if options.races is None else options.races, options.kill_seed)
    if options.cluster:
        return hosts.main(options.cluster, options.slowed)
    if options.upgrade is not None:
        return upgrade.main(options.upgrade)
    if options.mutants is not None:
        return mutants.main(options.mutants)
    chosen = str(options.seed) if options.seed is not None else options.seeds
    if not all(part.isdigit() for part in chosen.split('-', 1)):
        raise Failure('--seeds wants two numbers, such as 1-500.')
    os.environ['VATPORTAL_SEEDS'] = chosen
    return testing.main([str(ROOT / 'tests' / 'faults' / 'test_faults.py'), '-s', '-k', 'test_schedules'])

"""Servers that get so many cores, or parts of one: how those with cores of their own would do, on a machine that has too few."""

import contextlib
import threading
from pathlib import Path

from base import Failure
from cluster import descendants

GROUPS = Path('/sys/fs/cgroup/cpu')  # control groups, version 1
PERIOD_US = 20000
LOOK_S = 0.2  # how soon a new process is slowed down


class Slowed:
    """As long as it is entered, each of `roots` (process ids) and all that it starts have that many cores together, and not more.

    :param roots: process id → cores, a part of one as well
    :raises Failure: no control groups, or they are not ours to make
    """

    def __init__(self, roots: dict[int, float]):
        self.roots, self.over = roots, threading.Event()
        self.groups = {root: GROUPS / f'vatportal-{root}' for root in roots}
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        try:
            for root, cores in self.roots.items():
                self.groups[root].mkdir(exist_ok=True)
                (self.groups[root] / 'cpu.cfs_period_us').write_text(str(PERIOD_US))
                (self.groups[root] / 'cpu.cfs_quota_us').write_text(str(int(PERIOD_US * cores)))
            self._look()
        except OSError as error:
            raise Failure(f'Processes can be slowed down by root, where {GROUPS} is: {error}') from error
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        for group in self.groups.values():
            for pid in (group / 'cgroup.procs').read_text().split():
                _put(GROUPS, pid)
            with contextlib.suppress(OSError):
                group.rmdir()

    def _watch(self):
        while not self.over.wait(LOOK_S):
            self._look()

    def _look(self):
        for root, group in self.groups.items():
            there = set((group / 'cgroup.procs').read_text().split())
            for pid in {str(pid) for pid in (root, *descendants(root))} - there:
                _put(group, pid)


def _put(group: Path, pid: str) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has ended since
        (group / 'cgroup.procs').write_text(pid)

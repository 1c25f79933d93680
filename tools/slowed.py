"""Processes that get a part of a core each: how servers with cores of their own would do, on a machine that has too few."""

import contextlib
import threading
from pathlib import Path

from base import Failure
from cluster import descendants

GROUPS = Path('/sys/fs/cgroup/cpu')  # control groups, version 1
PERIOD_US = 20000
LOOK_S = 0.2  # how soon a new process is slowed down


class Slowed:
    """As long as it is entered, each process below those of `roots` (pids) has `share` of a core, and not more.

    :raises Failure: no control groups, or they are not ours to make
    """

    def __init__(self, share: float, roots: list[int]):
        self.share, self.roots, self.groups, self.over = share, roots, {}, threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        try:
            self._look()
        except OSError as error:
            raise Failure(f'Processes can be slowed down by root, where {GROUPS} is: {error}') from error
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        for pid, group in self.groups.items():
            with contextlib.suppress(OSError):
                (GROUPS / 'cgroup.procs').write_text(str(pid))
            with contextlib.suppress(OSError):
                group.rmdir()

    def _watch(self):
        while not self.over.wait(LOOK_S):
            with contextlib.suppress(OSError):  # a process that has ended since
                self._look()

    def _look(self):
        for root in self.roots:
            for pid in (root, *descendants(root)):
                if pid not in self.groups:
                    self.groups[pid] = group = GROUPS / f'vatportal-{pid}'
                    group.mkdir(exist_ok=True)
                    (group / 'cpu.cfs_period_us').write_text(str(PERIOD_US))
                    (group / 'cpu.cfs_quota_us').write_text(str(int(PERIOD_US * self.share)))
                    (group / 'cgroup.procs').write_text(str(pid))

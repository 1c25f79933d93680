"""What a piece of work costs, inside Odoo: processor time of Odoo and its PostgreSQL together, statements, memory."""

import gc
import resource
import statistics
import time
from pathlib import Path


class Cluster:
    """The PostgreSQL server behind a cursor; it runs on the same machine, so its processes can be read."""

    def __init__(self, cr):
        cr.execute('SELECT pg_backend_pid()')
        self.server = parent(cr.fetchone()[0])

    def processor(self):
        """Seconds that its processes have taken, the ended ones included; others' work in it counts as well."""
        ticks = sum(map(int, stat(self.server)[11:15]))
        nanoseconds = 0
        for child in Path(f'/proc/{self.server}/task/{self.server}/children').read_text().split():
            try:
                nanoseconds += int(Path(f'/proc/{child}/schedstat').read_text().split()[0])
            except FileNotFoundError:
                continue  # ended since; its time is among the server's own now
        return ticks / 100 + nanoseconds / 1e9


def stat(pid):
    return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()


def parent(pid):
    return int(stat(pid)[1])


def peak():
    """The most memory held at one time, in MB."""
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith('VmHWM'))


class Measure:
    """Measures what is done inside it, in ``env``; ``values``: seconds of ``cpu`` and ``wall``, statements (``sql``), and how
    many MB the memory rose over what it was before (``above``)."""

    def __init__(self, env, cluster):
        self.env, self.cluster = env, cluster

    def _processor(self):
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime + self.cluster.processor()

    def __enter__(self):
        self.env.flush_all()
        self.env.invalidate_all()
        gc.collect()
        Path('/proc/self/clear_refs').write_text('5')  # the peak counts from here
        self.before = peak(), self.env.cr.sql_log_count, self._processor(), time.perf_counter()
        return self

    def __exit__(self, *_):
        self.env.flush_all()
        memory, statements, cpu, wall = self.before
        self.values = {
            'wall': time.perf_counter() - wall,
            'cpu': self._processor() - cpu,
            'sql': self.env.cr.sql_log_count - statements,
            'above': peak() - memory,
        }


def interleaved(sides, rounds):
    """Do the work of each side in turn, ``rounds`` times and once before that does not count, and take back what it wrote.

    :param sides: name → (env, function without arguments)
    :return: name → the medians of :attr:`Measure.values`
    """
    clusters = {name: Cluster(env.cr) for name, (env, _work) in sides.items()}
    found = {name: [] for name in sides}
    for number in range(rounds + 1):
        # Whoever comes first may find the processor warm, or cold.
        for name in list(sides)[:: 1 if number % 2 else -1]:
            env, work = sides[name]
            with Measure(env, clusters[name]) as measure:
                work()
            env.cr.rollback()
            if number:
                found[name].append(measure.values)
    return {name: median(values) for name, values in found.items()}


def median(values):
    return {key: statistics.median(value[key] for value in values) for key in values[0]}


def rows(goals, figures, sides, per=1):
    """The table's lines of one measurement: the first of ``sides`` compared with each of the others.

    :param goals: the highest ratio that is wanted, for each of the others; None for none
    :param per: how many things were done; statements are told for each
    """
    ours, *others = sides
    return [
        {'what': ours, 'ours': figures[ours], 'baseline': other, 'theirs': figures[other], 'ratio': figures[ours]['cpu'] / figures[other]['cpu'], 'goal': goal}
        | {'sql': figures[ours]['sql'] / per, 'their_sql': figures[other]['sql'] / per}
        for other, goal in zip(others, goals, strict=True)
    ]

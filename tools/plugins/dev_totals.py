"""pytest plugin: leaves the counts of pytest's summary line as JSON in the file that DEV_TOTALS names; tells which files take long."""

import gc
import json
import os
from collections import Counter

import pytest

# Of this many files it is told, where so many seconds were needed in all.
SLOWEST, WORTH_TELLING_S = 15, 300
_seconds = Counter()  # by file

# Odoo's registry is some million objects that stay; looked through as often as Python does it by itself, they cost a twentieth of all.
gc.set_threshold(50_000, 50, 1000)


def pytest_runtest_logreport(report):
    _seconds[report.nodeid.partition('::')[0]] += report.duration


def pytest_terminal_summary(terminalreporter):
    if _seconds.total() >= WORTH_TELLING_S:
        terminalreporter.section('slowest files')
        for name, seconds in _seconds.most_common(SLOWEST):
            terminalreporter.line(f'{seconds:6.0f} s  {name}')


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin('terminalreporter')
    counts = {name: len(reports) for name, reports in reporter.stats.items() if name and name not in ('warnings', 'deselected')}
    counts['collected'] = session.testscollected  # that there is a result at all, where others have run them
    with open(os.environ['DEV_TOTALS'], 'w') as sink:
        json.dump(counts, sink)

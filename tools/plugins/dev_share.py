"""pytest plugin: processes that were all given the same test files share them, by the folder that DEV_SHARE names.

Each takes one file after the other, those that take longest first, until none is left: so all are at work to the end.
"""

import itertools
import os
from pathlib import Path
from urllib.parse import quote

import pytest

# What tests in a browser, and those of very many cases, are known by, and how many lines of others take as long.
LONG, LONG_WEIGHT = ('start_tour', 'browser_js', 'ViewsCase', 'PhoneCase', 'KeyboardCase', 'WalkCommon', 'MonthCommon'), 600


def pytest_collection_modifyitems(items):
    """The longest first. Sorting keeps the tests of a file together, and in order."""
    weights = {path: _weight(path) for path in {item.path for item in items}}
    items.sort(key=lambda item: (-weights[item.path], item.path))


def _weight(path: Path) -> int:
    """How long a test file takes, roughly, in lines; a browser takes longer than its lines tell."""
    text = path.read_text()
    return text.count('\n') + LONG_WEIGHT * any(word in text for word in LONG)


def _take(path: Path) -> bool:
    """Whether this process is the first to want the tests of ``path``."""
    try:
        Path(os.environ['DEV_SHARE'], quote(str(path), safe='')).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """As pytest's own, for the files that are taken; the next is taken when the last test of one is about to begin."""
    if session.testsfailed or session.config.option.collectonly:
        return None  # pytest's own says why nothing can be run
    files = (list(group) for path, group in itertools.groupby(session.items, lambda item: item.path) if _take(path))
    items = next(files, [])
    while items:
        for item, following in itertools.pairwise(items):
            _run(session, item, following)
        last, items = items[-1], next(files, [])
        _run(session, last, items[0] if items else None)
    return True


def _run(session, item, following):
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)

"""Time of the portal: Baku time, and a clock that tests can push forward instead of waiting."""

import threading
import time
from datetime import datetime, timedelta, timezone

BAKU = timezone(timedelta(hours=4))  # no daylight saving time


class Clock:
    """Seconds since the epoch, plus what tests added."""

    def __init__(self):
        self._lock = threading.Lock()
        self._offset = 0.0

    def now(self):
        """Seconds since the epoch as the portal sees them."""
        # not time.time(): tests in this process may have frozen that one
        return time.clock_gettime(time.CLOCK_REALTIME) + self._offset

    def advance(self, seconds):
        """Push the portal's time forward: PIN prompts expire and stages pass without anybody waiting."""
        with self._lock:
            self._offset += float(seconds)

    def baku(self):
        """The portal's date and time."""
        return datetime.fromtimestamp(self.now(), BAKU).replace(tzinfo=None)


def parse_date(text, end=False):
    """A datetime from dd.mm.yyyy[ hh:mm], None if it is none; `end`: the last moment of that day, minute."""
    if not isinstance(text, str):
        return None
    for pattern, whole in (('%d.%m.%Y', timedelta(days=1)), ('%d.%m.%Y %H:%M', timedelta(minutes=1))):
        try:
            start = datetime.strptime(text.strip(), pattern)
        except ValueError:
            continue
        return start + whole - timedelta(microseconds=1) if end else start
    return None


def format_datetime(value):
    """dd.mm.yyyy hh:mm, as documents carry it."""
    return value.strftime('%d.%m.%Y %H:%M')

"""Dates as e-taxes, its pages and other programs write them."""

import re
from datetime import datetime, timedelta

BAKU = timedelta(hours=4)
_DAY = r'(?P<d>\d{1,2})[.\-/](?P<m>\d{1,2})[.\-/](?P<y>\d{4})'
_ISO_DAY = r'(?P<y>\d{4})[.\-/](?P<m>\d{1,2})[.\-/](?P<d>\d{1,2})'
_TIME = (
    r'(?:[T, ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?'
    r'(?: ?(?:(?P<utc>Z)|(?P<sign>[+-])(?P<zone>\d{2}):?(?P<part>\d{2})?))?)?'
)
_MOMENTS = [re.compile(day + _TIME, re.ASCII | re.IGNORECASE) for day in (_DAY, _ISO_DAY)]


def read_moment(text: str) -> datetime | None:
    """A naive ``datetime`` in Baku time (UTC+4) for a day, with or without a time; None for what is none.

    The day first, or ISO's year first, with dots, dashes or slashes. A time without a zone is Baku's.
    """
    text = ' '.join(text.split())
    found = next(filter(None, (pattern.fullmatch(text) for pattern in _MOMENTS)), None)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(found[name] or 0) for name in ('y', 'm', 'd', 'hour', 'minute', 'second'))
    try:
        return datetime(year, month, day, hour, minute, second) + _to_baku(found)
    except (ValueError, OverflowError):
        return None


def _to_baku(found: re.Match[str]) -> timedelta:
    """What is to be added to a time with a zone to make it Baku's."""
    if not (found['utc'] or found['sign']):
        return timedelta()
    zone = timedelta(hours=int(found['zone'] or 0), minutes=int(found['part'] or 0))
    return BAKU - (-zone if found['sign'] == '-' else zone)

"""How the portal wants dates, folders and lists of codes (VatPortal API v8.0)."""

import datetime
from collections.abc import Iterable

BAKU = datetime.timezone(datetime.timedelta(hours=4))
INCOMING, SENT = 0, 1


def date_text(value: datetime.date) -> str:
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(BAKU)
        return value.strftime('%d.%m.%Y %H:%M')
    if isinstance(value, datetime.date):
        return value.strftime('%d.%m.%Y')
    raise ValueError('a date or datetime is needed')


def direction_code(value: int) -> int:
    if value not in (INCOMING, SENT):
        raise ValueError('direction is 0 (incoming) or 1 (sent)')
    return int(value)


def comma_list(values: str | Iterable[str]) -> str:
    return values if isinstance(values, str) else ','.join(values)

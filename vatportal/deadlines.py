"""Until when an e-invoice, or the answer to one, is due. Days are those of Baku; the rules are data, given from outside.

Which rule holds for what is the Tax Code's and the accountant's business; here is the arithmetic alone.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, TypeVar

from .moments import BAKU

Count = Literal['calendar', 'working', 'next_month']
Stand = Literal['late', 'today', 'soon', 'later']
Key = TypeVar('Key')

# What is due within so many days is due soon.
SOON = 2
_DAY = timedelta(days=1)
# Nobody's holidays are longer; a calendar without a working day would be walked through for ever.
_LONGEST = 400


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked.

    :ivar weekdays: 0 for Monday to 6 for Sunday
    :ivar holidays: days that are not worked, whatever day of the week they are
    """

    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays


@dataclass(frozen=True)
class Rule:
    """How the last day follows from the day that is counted from.

    :ivar days: so many days after it; with ``next_month`` the day of the month that follows, 0 for the last one of its own
        month. What a month does not have is its last day.
    :ivar count: all days, working days alone, or the day of the next month
    :ivar first_day: the day that is counted from is the first of the ``days``; nothing to ``next_month``
    :ivar valid_from: it holds for what is counted from this day on, None for ever
    :ivar valid_to: and until this one, None for ever
    """

    days: int
    count: Count = 'calendar'
    first_day: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, start: date) -> bool:
        return (self.valid_from is None or self.valid_from <= start) and (self.valid_to is None or start <= self.valid_to)

    def last_day(self, start: date, calendar: WorkCalendar) -> date:
        """The last day on which it is in time, where ``start`` is the day that is counted from."""
        if self.count == 'next_month':
            return _day_of_month(start, self.days)
        if self.count == 'working':
            return self._working_day(start, calendar)
        return start + timedelta(days=self.days - 1 if self.first_day and self.days else self.days)

    def _working_day(self, start: date, calendar: WorkCalendar) -> date:
        """The day on which so many working days have passed; ``start`` itself where there are none to pass."""
        left, day = self.days, start
        if left and self.first_day and calendar.works_on(start):
            left -= 1
        for _step in range(_LONGEST + 7 * self.days):
            if not left:
                return day
            day += _DAY
            left -= calendar.works_on(day)
        return start + timedelta(days=self.days)


def _day_of_month(start: date, day: int) -> date:
    year, month = (start.year, start.month) if not day else (start.year + start.month // 12, start.month % 12 + 1)
    last = monthrange(year, month)[1]
    return date(year, month, min(day or last, last))


def earliest(rules: Iterable[tuple[Key, Rule, date]], calendar: WorkCalendar) -> tuple[date, Key] | None:
    """The strictest of ``rules``, each with a key of the caller's and the day it counts from, as (last day, key).

    None where none of them holds. Of two with the same day the first one counts.
    """
    found = [(rule.last_day(start, calendar), place, key) for place, (key, rule, start) in enumerate(rules) if rule.holds_on(start)]
    if not found:
        return None
    day, _place, key = min(found, key=lambda one: one[:2])
    return day, key


def today(now: datetime) -> date:
    """The day in Baku at ``now`` (UTC, naive)."""
    return (now + BAKU).date()


def last_moment(day: date) -> datetime:
    """The moment (UTC, naive) at which ``day`` ends in Baku: from then on it is late."""
    return datetime.combine(day + _DAY, time.min) - BAKU


def days_left(day: date, now: datetime) -> int:
    """How many days are left after today until ``day``, the last one: 0 on the day itself, negative once it has passed."""
    return (day - today(now)).days


def stand(day: date, now: datetime) -> Stand:
    """How what is due on ``day`` stands at ``now`` (UTC)."""
    left = days_left(day, now)
    if left < 0:
        return 'late'
    return 'later' if left > SOON else 'soon' if left else 'today'


def span(which: Stand, now: datetime) -> tuple[date | None, date | None]:
    """The first and the last due day (None: without end) of what stands like ``which`` at ``now``: :func:`stand` for a search."""
    day = today(now)
    spans: Mapping[Stand, tuple[date | None, date | None]] = {
        'late': (None, day - _DAY),
        'today': (day, day),
        'soon': (day + _DAY, day + timedelta(days=SOON)),
        'later': (day + timedelta(days=SOON + 1), None),
    }
    return spans[which]


@dataclass(frozen=True)
class Delivery:
    """Goods that went out for an order line, or came back from it (a negative quantity), in the unit of that line.

    :ivar key: which delivery, in the caller's words
    :ivar line: which order line, in the caller's words
    """

    key: int
    line: int
    quantity: Decimal


def _standing(deliveries: Iterable[Delivery]) -> dict[int, list[tuple[int, Decimal]]]:
    """Order line → (key, quantity) of its deliveries in their order; what came back is taken off what went out last before it."""
    standing: dict[int, list[tuple[int, Decimal]]] = {}
    for delivery in deliveries:
        line, quantity = standing.setdefault(delivery.line, []), delivery.quantity
        while quantity < 0 and line:
            key, last = line.pop()
            quantity += last
            if quantity > 0:
                line.append((key, quantity))
        if delivery.quantity > 0:
            line.append((delivery.key, quantity))
    return standing


def uninvoiced(deliveries: Iterable[Delivery], invoiced: Mapping[int, Decimal]) -> set[int]:
    """The keys of those of ``deliveries``, in the order in which they were made, that no invoice covers in full.

    What was ``invoiced`` of a line is for what was delivered first. What came back is taken off what went out last before it.
    """
    found = set()
    for number, parts in _standing(deliveries).items():
        left = invoiced.get(number, Decimal(0))
        for key, quantity in parts:
            left -= quantity
            if left < 0:
                found.add(key)
    return found


def covered(deliveries: Iterable[Delivery], invoices: Mapping[int, tuple[Decimal, Decimal]]) -> set[int]:
    """The keys of those of ``deliveries``, in the order in which they were made, of which an invoice covers anything.

    :param invoices: order line → (what was invoiced of it before, what this invoice has of it); as in :func:`uninvoiced` what was
        invoiced first is for what was delivered first
    """
    found = set()
    for number, parts in _standing(deliveries).items():
        before, quantity = invoices.get(number, (Decimal(0), Decimal(0)))
        begin = Decimal(0)
        for key, part in parts:
            if max(begin, before) < min(begin + part, before + quantity):
                found.add(key)
            begin += part
    return found

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Any


class DayIndex:
    """Things found by a key and a day: the nearest to a day, without looking at those that are farther away.

    Days may be whatever can be compared and subtracted: dates, datetimes, numbers.
    """

    def __init__(self, entries: Iterable[tuple[Hashable, Any, Any]]) -> None:
        """:param entries: iterable of (key, day, thing); of one day, those given first are found first"""
        self._days: dict[Hashable, list[Any]] = defaultdict(list)
        self._things: dict[Hashable, list[Any]] = defaultdict(list)
        for key, day, thing in sorted(entries, key=lambda entry: entry[1]):
            self._days[key].append(day)
            self._things[key].append(thing)

    def nearest(self, key: Hashable, day: Any, reach: Any, limit: int) -> list[tuple[Any, Any]]:
        """Return [(distance, thing)] of up to ``limit`` things of ``key`` no farther from ``day`` than ``reach``."""
        days, things = self._days.get(key, []), self._things.get(key, [])
        after = bisect_left(days, day)
        before = after - 1
        found: list[tuple[Any, Any]] = []
        while len(found) < limit:
            back = day - days[before] if before >= 0 else None
            ahead = days[after] - day if after < len(days) else None
            if ahead is not None and (back is None or ahead <= back):
                distance, position = ahead, after
                after += 1
            elif back is not None:
                distance, position = back, before
                before -= 1
            else:
                break
            if distance > reach:
                break
            found.append((distance, things[position]))
        return found

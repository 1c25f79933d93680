from hypothesis import given
from hypothesis import strategies as st

from vatportal.nearest import DayIndex

DAYS = st.lists(st.tuples(st.sampled_from('ab'), st.integers(0, 60)), max_size=40)


class Counted(int):
    """A day that counts how often one is compared with another, or subtracted."""

    steps = 0

    def __lt__(self, other):
        Counted.steps += 1
        return int(self) < int(other)

    def __sub__(self, other):
        Counted.steps += 1
        return int(self) - int(other)


@given(DAYS, st.sampled_from('abc'), st.integers(-5, 65), st.integers(0, 30), st.integers(0, 8))
def test_nearest(entries, key, day, reach, limit):
    index = DayIndex((*entry, number) for number, entry in enumerate(entries))
    found = index.nearest(key, day, reach, limit)
    distances = sorted(abs(at - day) for kind, at in entries if kind == key and abs(at - day) <= reach)
    assert [distance for distance, _thing in found] == distances[:limit]
    assert len({thing for _distance, thing in found}) == len(found)
    assert all(entries[thing][0] == key and abs(entries[thing][1] - day) == away for away, thing in found)


def test_what_is_far_away_is_not_looked_at():
    def steps(count):
        index = DayIndex(('a', Counted(day), day) for day in range(count))
        Counted.steps = 0
        for day in range(count):
            index.nearest('a', Counted(day), 1000, 8)
        return Counted.steps / count

    assert steps(4000) - steps(500) <= 4, 'a step more for each time that there are twice as many'

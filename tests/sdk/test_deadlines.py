"""The last day of each rule, on the days where counting goes wrong: weekends, holidays, ends of months and years, midnight in Baku."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatportal.deadlines import SOON, Delivery, Rule, WorkCalendar, covered, days_left, earliest, last_moment, span, stand, today, uninvoiced

FIVE = WorkCalendar()
# Novruz and the days after it, as Odoo's public holidays would have them.
NOVRUZ = WorkCalendar(holidays=frozenset(date(2026, 3, day) for day in (20, 21, 22, 23, 24, 25, 26)))
FRIDAY = date(2026, 11, 20)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ('rule', 'start', 'last'),
    [
        (Rule(0), FRIDAY, FRIDAY),
        (Rule(5), date(2026, 5, 1), date(2026, 5, 6)),
        (Rule(5, first_day=True), date(2026, 5, 1), date(2026, 5, 5)),
        (Rule(0, first_day=True), FRIDAY, FRIDAY),
        (Rule(1, first_day=True), FRIDAY, FRIDAY),
        (Rule(5), date(2026, 12, 29), date(2027, 1, 3)),
        (Rule(5), date(2028, 2, 26), date(2028, 3, 2)),
        (Rule(5), date(2027, 2, 26), date(2027, 3, 3)),
        # Working days.
        (Rule(0, 'working'), date(2026, 11, 21), date(2026, 11, 21)),
        (Rule(1, 'working'), FRIDAY, date(2026, 11, 23)),
        (Rule(1, 'working', first_day=True), FRIDAY, FRIDAY),
        (Rule(1, 'working', first_day=True), date(2026, 11, 21), date(2026, 11, 23)),
        (Rule(5, 'working'), FRIDAY, date(2026, 11, 27)),
        (Rule(5, 'working'), date(2026, 11, 22), date(2026, 11, 27)),
        (Rule(5, 'working', first_day=True), FRIDAY, date(2026, 11, 26)),
        (Rule(3, 'working'), date(2026, 12, 30), date(2027, 1, 4)),
        # The day of the next month.
        (Rule(20, 'next_month'), date(2026, 11, 1), date(2026, 12, 20)),
        (Rule(20, 'next_month'), date(2026, 11, 30), date(2026, 12, 20)),
        (Rule(20, 'next_month'), date(2026, 12, 31), date(2027, 1, 20)),
        (Rule(31, 'next_month'), date(2027, 1, 31), date(2027, 2, 28)),
        (Rule(31, 'next_month'), date(2028, 1, 31), date(2028, 2, 29)),
        (Rule(0, 'next_month'), date(2026, 12, 31), date(2026, 12, 31)),
        (Rule(0, 'next_month'), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_last_day(rule, start, last):
    assert rule.last_day(start, FIVE) == last


def test_holidays():
    assert Rule(3, 'working').last_day(date(2026, 3, 19), NOVRUZ) == date(2026, 3, 31)
    assert Rule(1, 'working', first_day=True).last_day(date(2026, 3, 20), NOVRUZ) == date(2026, 3, 27)
    assert Rule(3).last_day(date(2026, 3, 19), NOVRUZ) == date(2026, 3, 22), 'all days count'
    six = WorkCalendar(weekdays=frozenset(range(6)))
    assert Rule(1, 'working').last_day(FRIDAY, six) == date(2026, 11, 21)
    assert Rule(2, 'working').last_day(FRIDAY, WorkCalendar(weekdays=frozenset())) == date(2026, 11, 22), 'nobody works: it ends all the same'


@given(days, st.integers(0, 60), st.sampled_from(['calendar', 'working']), st.booleans())
def test_what_always_holds(start, count, kind, first_day):
    rule, stricter = Rule(count, kind), Rule(count, kind, first_day=True)
    last = rule.last_day(start, NOVRUZ)
    assert start <= stricter.last_day(start, NOVRUZ) <= last
    assert last < Rule(count + 1, kind).last_day(start, NOVRUZ)
    assert rule.last_day(start + timedelta(days=1), NOVRUZ) >= last
    if kind == 'working' and count:
        assert NOVRUZ.works_on(last)
        assert sum(NOVRUZ.works_on(start + timedelta(days=passed)) for passed in range(1, (last - start).days + 1)) == count


def test_the_strictest_that_holds():
    rules = [
        ('late', Rule(5), FRIDAY),
        ('old', Rule(0, valid_to=FRIDAY - timedelta(days=1)), FRIDAY),
        ('new', Rule(0, valid_from=FRIDAY + timedelta(days=1)), FRIDAY),
        ('strict', Rule(3, valid_from=FRIDAY, valid_to=FRIDAY), FRIDAY),
        ('same', Rule(3), FRIDAY),
    ]
    assert earliest(rules, FIVE) == (date(2026, 11, 23), 'strict')
    assert earliest(rules[1:3], FIVE) is None
    assert earliest([], FIVE) is None


@pytest.mark.parametrize(
    ('moment', 'day'),
    [
        (datetime(2026, 11, 29, 19, 59, 59), date(2026, 11, 29)),
        (datetime(2026, 11, 29, 20, 0, 0), date(2026, 11, 30)),
        (datetime(2026, 12, 31, 19, 59, 59), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 20, 0, 0), date(2027, 1, 1)),
        (datetime(2026, 3, 29, 1, 30), date(2026, 3, 29)),
    ],
)
def test_the_day_is_that_of_baku(moment, day):
    assert today(moment) == day
    assert days_left(day, moment) == 0
    assert stand(day, moment) == 'today'
    assert moment < last_moment(day) <= moment + timedelta(days=1)


def test_it_is_late_from_midnight_on():
    end = last_moment(FRIDAY)
    assert end == datetime(2026, 11, 20, 20)
    assert (stand(FRIDAY, end - timedelta(seconds=1)), stand(FRIDAY, end)) == ('today', 'late')


@given(days, st.integers(-1000, 1000), st.integers(0, 86399))
def test_a_search_finds_what_stands_so(day, away, second):
    now = datetime(2026, 11, 29) + timedelta(days=away, seconds=second)
    found = []
    for which in ('late', 'today', 'soon', 'later'):
        first, last = span(which, now)
        if (first is None or first <= day) and (last is None or day <= last):
            found.append(which)
    assert found == [stand(day, now)]
    assert (stand(day, now) in ('today', 'soon')) == (0 <= days_left(day, now) <= SOON)


@pytest.mark.parametrize(
    ('quantities', 'invoiced', 'open_'),
    [
        ((3,), 0, {1}),
        ((3,), 2, {1}),
        ((3,), 3, set()),
        ((3,), 5, set()),
        ((3, 4), 3, {2}),
        ((3, 4), 0, {1, 2}),
        ((3, 4), 7, set()),
        ((3, -3), 0, set()),
        ((3, 4, -4), 3, set()),
        ((3, 4, -2), 3, {2}),
        ((3, 4, -5), 0, {1}),
        ((3, 4, -5), 2, set()),
        ((3, -5, 2), 0, {3}),
        ((-5, 2), 0, {2}),
    ],
)
def test_what_no_invoice_covers(quantities, invoiced, open_):
    """The first is delivered first; what came back was the last to go."""
    deliveries = [Delivery(key, 9, Decimal(quantity)) for key, quantity in enumerate(quantities, 1)]
    assert uninvoiced(deliveries, {9: Decimal(invoiced)}) == open_


def test_each_line_by_itself():
    deliveries = [Delivery(1, 8, Decimal(2)), Delivery(1, 9, Decimal(2)), Delivery(2, 8, Decimal(1))]
    assert uninvoiced(deliveries, {8: Decimal(3)}) == {1}
    assert uninvoiced(deliveries, {8: Decimal(3), 9: Decimal(2)}) == set()
    assert uninvoiced([], {8: Decimal(3)}) == set()


@pytest.mark.parametrize(
    ('before', 'quantity', 'keys'),
    [(0, 2, {1}), (2, 1, {2}), (1, 2, {1, 2}), (0, 9, {1, 2, 3}), (4, 1, {2}), (5, 2, {3}), (7, 1, set()), (2, 0, set()), (0, 0, set())],
)
def test_what_an_invoice_covers(before, quantity, keys):
    """Two, three and two went out; an invoice is for what came after those that the ones before it are for."""
    deliveries = [Delivery(key, 9, Decimal(count)) for key, count in ((1, 2), (2, 3), (3, 2))]
    assert covered(deliveries, {9: (Decimal(before), Decimal(quantity))}) == keys
    # What came back of the last ones is covered by none.
    assert covered([*deliveries, Delivery(4, 9, Decimal(-2))], {9: (Decimal(before), Decimal(quantity))}) == keys - {3}

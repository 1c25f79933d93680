"""What discounts and returns take off, before an invoice becomes items."""

import random
from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import CENT, EXCISE, ROAD, VAT, discount, goods, items, rounded, to_invoice, totals_of
from samples import money

from vatportal.levies import charge, due
from vatportal.netting import net_rows, set_apart, settle
from vatportal.outgoing_items import AmountError, Levy, check_rows

# ---------------------------------------------------------------------- discounts


def of(rows):
    return sorted((line.label, line.quantity, line.net, line.excise, line.vat) for line in rows)


@st.composite
def book(draw):
    """Goods of several kinds of taxes, some with a discount on them."""
    kinds = [('vat', (VAT,)), ('vat', (VAT, EXCISE)), ('exempt', ())]
    rows = []
    for category, levies in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3, unique=True)):
        nets = draw(st.lists(money(highest='9999'), min_size=1, max_size=4))
        rows += [goods(net, category=category, levies=levies, label=f'{category} {net}') for net in nets]
        left = sum(nets)
        for _discount in range(draw(st.integers(0, 3))):
            off = draw(st.decimals(D(0), left, places=2))
            if 0 < off < left:
                left -= off
                rows.append(discount(-off, category=category, levies=levies))
    return rows


@given(book(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(rows, dice):
    shuffled = random.Random(dice.random()).sample(rows, len(rows))
    assert of(items(shuffled)) == of(items(rows))


@given(book())
def test_what_is_sent_adds_up_and_bears_its_own_rates(rows):
    sent = items(rows)
    totals = totals_of(rows)
    assert sum(line.net for line in sent) == sum(line.net for line in rows)
    assert sum(line.vat for line in sent) == totals['vat']
    assert sum(line.excise for line in sent) == totals['excise']
    assert all(abs(line.excise - D('0.125') * line.net) <= CENT for line in sent if EXCISE in line.levies)
    assert all(abs(line.vat - D('0.18') * line.base) <= CENT for line in sent if VAT in line.levies)
    assert to_invoice(sent).problems() == []


@pytest.mark.parametrize('first', [0, 1])
def test_a_discount_beside_a_cheap_line(first):
    lines = [goods('5.00'), goods('1449.99')]
    sent = items([lines[first], lines[1 - first], discount('-150.00')])
    assert sorted((line.net, line.vat) for line in sent) == [(D('4.48'), D('0.81')), (D('1300.51'), D('234.09'))]


def test_a_discount_lowers_the_excise_too():
    both = {'levies': (VAT, EXCISE)}
    sent = items([goods('300.00', **both), goods('1000.00', **both), discount('-130.00', **both)])
    assert [(line.net, line.excise, line.vat) for line in sent] == [(D('270'), D('33.75'), D('54.68')), (D('900'), D('112.50'), D('182.25'))]


def test_a_discount_of_other_taxes_finds_no_line():
    with pytest.raises(AmountError, match='negative'):
        items([goods(100), discount(-10, category='exempt', levies=())])
    with pytest.raises(AmountError, match='negative'):
        items([goods(100), discount(-101)])


def test_a_fixed_tax_on_a_discount_stops():
    road = (VAT, ROAD)
    rows = [goods(100, 100, levies=road), discount(-10, levies=road)]
    with pytest.raises(AmountError, match='levy'):
        items(rows, {'vat': D('16.20'), 'road': D('1.90')})


def test_a_free_line_with_road_tax_is_not_left_out():
    with pytest.raises(AmountError, match='free'):
        check_rows(net_rows([goods(100), goods(0, 5, levies=(VAT, ROAD))]))


# ---------------------------------------------------------------------- returns


def test_a_return_lowers_the_quantity():
    sent = items([goods(5000, 5), goods(20, 2), goods(-2000, -2)])
    assert [(line.quantity, line.net) for line in sent] == [(3, 3000), (2, 20)]


def test_a_return_of_all_leaves_the_line_out():
    assert [line.net for line in items([goods(20, 2), goods(3000, 3), goods(-3000, -3)])] == [20]


def test_a_return_over_several_lines_of_the_same():
    sent = items([goods(2000, 2), goods(20, 2), goods(1000, 1), goods(-2500, D('-2.5'))])
    assert [(line.quantity, line.net) for line in sent] == [(D('0.5'), 500), (2, 20)]


def test_a_return_takes_the_line_that_has_enough():
    sent = items([goods(1000, 1), goods(4000, 4), goods(-2000, -2)])
    assert [(line.quantity, line.net) for line in sent] == [(1, 1000), (2, 2000)]


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4),
    st.lists(st.integers(1, 6), min_size=1, max_size=3),
    st.sampled_from(['3.333', '10', '0.019']),
    st.randoms(use_true_random=False),
)
def test_the_order_of_returns_changes_nothing(sold, back, price, dice):
    def netted(rows):
        try:
            return sorted((line.quantity, line.net) for line in net_rows(rows))
        except AmountError as error:
            return error.reason

    same = {'price': D(price), 'goods': 'same'}
    rows = [goods(rounded(D(price) * count), count, **same) for count in sold + [-count for count in back]] + [goods(500)]
    found = netted(rows)
    assert (found == 'return') == (sum(back) > sum(sold))
    assert netted(random.Random(dice.random()).sample(rows, len(rows))) == found


def test_what_is_too_much_together_is_named_together():
    with pytest.raises(AmountError) as caught:
        net_rows([goods(100), discount(-60, label='B'), discount(-70, label='A')])
    assert (caught.value.row.label, caught.value.row.net) == ('A, B', -130)


@pytest.mark.parametrize('back', [goods(-6000, -6), goods(-1800, -2), goods(-2000, -2, category='exempt', levies=()), goods(-2000, -2, goods='another')])
def test_a_return_of_what_is_not_there_stops(back):
    with pytest.raises(AmountError, match='return'):
        items([goods(5000, 5), goods(20, 2), back])


def test_a_qepik_that_a_return_leaves_goes_to_the_rest():
    sold, back = goods('10.00', 3, price=D('3.333')), goods('-9.99', -3, price=D('3.333'), goods=D('10.00') / 3)
    assert [line.net for line in net_rows([sold, back, goods(5)])] == [D('5.01')]
    with pytest.raises(AmountError, match='return'):
        net_rows([sold, back])


# ---------------------------------------------------------------------- advances


def paid_in_advance(rows, share, **values):
    """The advances of an order of ``rows`` as Odoo divides them: a line for each kind of taxes, with the excise of which they are taken,
    and one without a tax for the other amounts by unit."""
    paid = {'vat': D(0), 'exempt': D(0), 'not_subject': D(0)}
    for row in rows:
        inside = all(levy.in_base for levy in row.levies)
        paid[row.category] += row.net + (due(row, 'excise') if inside else 0)
        paid['not_subject'] += due(row, 'road') + (0 if inside else due(row, 'excise'))
    return [
        discount(-rounded(amount * share), category=category, levies=(VAT,) if category == 'vat' else (), advance=True, **values)
        for category, amount in paid.items()
        if rounded(amount * share)
    ]


@st.composite
def advanced(draw):
    """An order of goods with taxes by unit, and how much of it was paid in advance; beside it another order without an advance."""
    excise, road = Levy('excise', fixed=D('1.25')), Levy('road', fixed=D('0.02'))
    beside = Levy('excise', fixed=D('1.25'), in_base=False)
    vat = [('vat', (VAT,)), ('vat', (VAT, road)), ('vat', (VAT, excise)), ('vat', (VAT, excise, road))]
    kinds = [*vat, ('exempt', (road,)), ('exempt', (excise,)), ('exempt', (beside, road)), ('not_subject', ()), ('not_subject', (beside,))]

    def goods_of(order, least):
        taken = draw(st.lists(st.sampled_from(kinds), min_size=least, max_size=4))
        return [
            goods(draw(money(highest='9999')), draw(st.integers(1, 50)), category=category, levies=levies, orders=frozenset({order}))
            for category, levies in taken
        ]

    rows, share = goods_of('S1', 1), draw(st.integers(1, 100)) / D(100)
    return rows, goods_of('S2', 0), share, paid_in_advance(rows, share, orders=frozenset({'S1'}))


@given(advanced())
def test_an_advance_lowers_all_that_its_order_bears_alike_and_nothing_else(drawn):
    ordered, others, share, advances = drawn
    levied = totals_of(ordered + others)
    kept, apart = set_apart(ordered + others + advances)
    assert apart == advances
    rows = charge([replace(row, key=place) for place, row in enumerate(net_rows(kept))], levied, kinds=('excise', 'road'))
    left = settle(rows, apart)
    assert sum(row.base + row.road for row in left) == sum(row.base + row.road for row in rows) + sum(row.net for row in advances)
    found = {row.key: row for row in left}
    for row in rows:
        now, part = found.get(row.key, replace(row, net=D(0), excise=D(0), road=D(0))), 1 - share if 'S1' in row.orders else 1
        for name in ('net', 'excise', 'road'):
            assert getattr(now, name) >= 0
            assert abs(getattr(now, name) - part * getattr(row, name)) <= (3 * CENT if part != 1 else 0)


def test_an_advance_of_goods_that_were_changed_since():
    """Where its order does not come to so much any more, it is a discount on what bears its taxes."""
    road = Levy('road', fixed=D('0.02'))
    rows = [goods(100, orders=frozenset({'S1'})), goods(300, 50, levies=(VAT, road))]
    left = settle(charge(rows, {'road': D(1)}, kinds=('road',)), [discount(-200, advance=True, orders=frozenset({'S1'}))])
    assert [(row.net, row.road) for row in left] == [(50, 0), (150, 1)]


def test_an_advance_of_all_leaves_nothing():
    excise = Levy('excise', fixed=D(2))
    rows = [goods(30, 10, levies=(VAT, excise), orders=frozenset({'S1'}))]
    advance = discount(-50, advance=True, orders=frozenset({'S1'}))
    sent = settle(charge(rows, {'excise': D(20)}, kinds=('excise', 'road')), [advance])
    assert sent == []
    with pytest.raises(AmountError, match='negative'):
        settle(rows, [advance])


def test_an_advance_with_a_rate_of_its_own_is_a_discount():
    both = discount(-100, levies=(VAT, EXCISE), advance=True)
    assert set_apart([goods(100), both]) == ([goods(100), both], [])

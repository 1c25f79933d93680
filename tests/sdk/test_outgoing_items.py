"""Rows of an invoice become items that obey the portal's own arithmetic."""

import random
from dataclasses import replace
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import invoice, money

from vatportal import Item
from vatportal.levies import charge, due, total_slack
from vatportal.netting import net_rows, split_untaxed
from vatportal.outgoing_items import (
    LARGEST,
    AmountError,
    Levy,
    Row,
    absorb_rounding,
    apportion,
    check_rows,
    item_amounts,
    unit_price,
)

CENT = D('0.01')
VAT = Levy('vat', rate=D('0.18'))
EXCISE = Levy('excise', rate=D('0.125'))
ROAD = Levy('road', fixed=D('0.02'))


def to_invoice(rows):
    texts = {'id': '1234567890', 'name': 'Kağız', 'unit': 'ədəd', 'barcode': '1234567890000'}
    return invoice(*(Item(**texts, **item_amounts(row)) for row in rows))


def goods(net, quantity=1, **values):
    """A row with VAT of 18 %, of goods that are named by their price."""
    net, quantity = D(str(net)), D(str(quantity))
    price = net / quantity
    return Row(**{
        'key': None, 'label': 'row', 'quantity': quantity, 'net': net, 'price': price, 'category': 'vat',
        'levies': frozenset([VAT]), 'goods': price, **values})


def discount(net, **values):
    return goods(net, takes_off=True, goods=None, **values)


def rounded(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def totals_of(rows):
    """What an invoice of ``rows`` bears, each tax rounded once over the whole."""
    rows, totals = list(rows), {}
    for levy in (EXCISE, ROAD, VAT):
        bearing = [row for row in rows if levy in row.levies]
        totals[levy] = rounded(sum((due(row, levy) for row in bearing), D(0)))
        if levy.kind != 'vat':
            rows = [replace(row, **{levy.kind: due(row, levy)}) if levy in row.levies else row for row in rows]
    return totals


def items(rows, totals=None):
    return charge(net_rows(rows), totals_of(rows) if totals is None else totals)


@st.composite
def row(draw):
    category = draw(st.sampled_from(['vat', 'not_subject', 'zero', 'exempt']))
    net, excise = draw(money()), draw(st.just(D(0)) | money(highest='999'))
    vat = ((net + excise) * D('0.18')).quantize(CENT, ROUND_HALF_UP) if category == 'vat' else D(0)
    return Row(
        key=None,
        label='row',
        quantity=draw(st.decimals(D('0.001'), D(9999), places=3)),
        net=net,
        price=draw(money()),
        excise=excise,
        category=category,
        vat=vat,
        road=draw(st.just(D(0)) | money(highest='99')),
    )


@given(st.lists(row(), min_size=1, max_size=8))
def test_items_have_no_problem(rows):
    made = to_invoice(rows)
    assert made.problems() == []
    assert made.sum_total == sum(line.total for line in rows)


@given(st.lists(row(), min_size=1, max_size=8), st.integers(-5, 5))
def test_cash_rounding_is_taken_in_or_refused(rows, cents):
    try:
        done = absorb_rounding(rows, cents * CENT, 'rounding')
    except AmountError as exc:
        assert exc.reason == 'rounding'  # noqa: PT017
        return
    assert sum(line.total for line in done) == sum(line.total for line in rows) + cents * CENT
    assert to_invoice(done).problems() == []


def test_a_rounding_goes_where_it_fits():
    rows = [goods(10, vat=D('1.80')), Row(key=None, label='exempt', quantity=D(1), net=D(9), category='exempt')]
    assert [line.net for line in absorb_rounding(rows, D('-0.60'), 'rounding')] == [10, D('8.40')]


@given(money(), st.decimals(D('0.001'), D(99999), places=3))
def test_price_times_quantity_is_the_amount(amount, quantity):
    price = unit_price(amount, quantity)
    assert abs(price * quantity - amount) < CENT
    assert -price.as_tuple().exponent <= 9


@given(st.decimals(CENT, D(10) ** 12, places=2), st.integers(1, 10**6))
def test_an_amount_up_to_a_billion_thousands_goes_in_and_comes_out(amount, quantity):
    """A qəpik of 10¹² survives price, item and JSON number."""
    line = Row(key=None, label='row', quantity=D(quantity), net=amount, category='exempt')
    made = to_invoice([line])
    assert made.problems() == []
    read = type(made).from_json(made.to_json())
    assert read.sum_total == read.items[0].subtotal1 == amount
    assert abs(read.items[0].unit_price * quantity - amount) < CENT


def test_the_price_on_the_invoice_stands_where_it_fits():
    assert unit_price(D(10), D(3), D('3.333')) == D('3.333')
    assert unit_price(D(10), D(3), D(4)) == D('3.333')
    assert unit_price(D(7) * D('1428571.43'), D(7), D('1428571.430000001')) == D('1428571.43')


@given(money(), st.lists(money(), min_size=1, max_size=9))
def test_apportioning_loses_nothing(total, weights):
    parts = apportion(total, weights, CENT)
    assert sum(parts) == total
    assert all(abs(part - total * weight / sum(weights)) < CENT for part, weight in zip(parts, weights, strict=True))


def test_apportioning_among_nothing():
    assert apportion(D('0.02'), [D(0), D(0)], CENT) == [D('0.02'), 0]


def test_vat_rounded_over_the_document_is_evened_out():
    rows = [goods('0.10') for _n in range(3)]
    assert [line.vat for line in charge(rows, {VAT: D('0.05')})] == [D('0.02'), D('0.02'), D('0.01')]
    with pytest.raises(AmountError, match='vat: row'):
        charge(rows, {VAT: D(5)})


def test_vat_rounded_line_by_line_stays_with_its_lines():
    rows = [goods(1000), *(goods('0.19') for _line in range(30)), *(goods('0.37') for _line in range(30))]
    sent = charge(rows, {VAT: D('180.00') + 30 * D('0.03') + 30 * D('0.07')}, total_slack(61, D(0)))
    assert [line.vat for line in sent] == [D('180.00')] + [D('0.03')] * 30 + [D('0.07')] * 30
    assert not any(line.extra_not_subject for line in sent)


def test_vat_that_a_row_can_not_bear_in_whole_qepik():
    """A difference that is no qəpik for any of many rows is a fraction of one on each."""
    rows = [goods('1000.00'), goods('1000.00')]
    assert [line.vat for line in charge(rows, {VAT: D('360.02')})] == [D('180.01')] * 2


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [({'quantity': D(0)}, 'quantity'), ({'net': D(0)}, 'free'), ({'net': D(-1)}, 'negative'), ({'vat': D(-1)}, 'negative'),
     ({'net': LARGEST + CENT}, 'large'), ({'quantity': LARGEST + 1}, 'large')],
)
def test_rows_that_no_qaime_holds(changes, reason):
    sound = Row(key=1, label='row', quantity=D(1), net=D(1))
    check_rows([sound])
    with pytest.raises(AmountError) as caught:
        check_rows([sound, replace(sound, **changes)])
    assert caught.value.reason == reason


def test_a_price_that_no_number_of_decimals_makes():
    with pytest.raises(AmountError, match='price'):
        item_amounts(Row(key=1, label='row', quantity=D('98765432101.123457'), net=D('8128802.77')))
    with pytest.raises(AmountError, match='price'):
        item_amounts(Row(key=1, label='row', quantity=D(10) ** 11, net=D(5)))


def test_rows_that_are_too_much_together():
    half = Row(key=1, label='row', quantity=D(1), net=LARGEST / 2 + 1)
    with pytest.raises(AmountError, match='large'):
        check_rows([half, half])


def test_a_rounding_larger_than_everything():
    with pytest.raises(AmountError):
        absorb_rounding([Row(key=1, label='row', quantity=D(1), net=CENT)], -CENT, 'rounding')
    with pytest.raises(AmountError):
        absorb_rounding([], CENT, 'rounding')


# ---------------------------------------------------------------------- discounts

def of(rows):
    return sorted((line.label, line.quantity, line.net, line.excise, line.vat) for line in rows)


@st.composite
def book(draw):
    """Goods of several kinds of taxes, some with a discount on them."""
    kinds = [('vat', frozenset([VAT])), ('vat', frozenset([VAT, EXCISE])), ('exempt', frozenset())]
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
    assert sum(line.vat for line in sent) == totals[VAT]
    assert sum(line.excise for line in sent) == totals[EXCISE]
    assert all(abs(line.excise - D('0.125') * line.net) <= CENT for line in sent if EXCISE in line.levies)
    assert all(abs(line.vat - D('0.18') * line.base) <= CENT for line in sent if VAT in line.levies)
    assert to_invoice(sent).problems() == []


@pytest.mark.parametrize('first', [0, 1])
def test_a_discount_beside_a_cheap_line(first):
    lines = [goods('5.00'), goods('1449.99')]
    sent = items([lines[first], lines[1 - first], discount('-150.00')])
    assert sorted((line.net, line.vat) for line in sent) == [
        (D('4.48'), D('0.81')), (D('1300.51'), D('234.09'))]


def test_a_discount_lowers_the_excise_too():
    both = {'levies': frozenset([VAT, EXCISE])}
    sent = items([goods('300.00', **both), goods('1000.00', **both), discount('-130.00', **both)])
    assert [(line.net, line.excise, line.vat) for line in sent] == [
        (D('270'), D('33.75'), D('54.68')), (D('900'), D('112.50'), D('182.25'))]


def test_a_discount_of_other_taxes_finds_no_line():
    with pytest.raises(AmountError, match='negative'):
        items([goods(100), discount(-10, category='exempt', levies=frozenset())])
    with pytest.raises(AmountError, match='negative'):
        items([goods(100), discount(-101)])


def test_a_fixed_tax_on_a_discount_stops():
    road = frozenset([VAT, ROAD])
    rows = [goods(100, 100, levies=road), discount(-10, levies=road)]
    with pytest.raises(AmountError, match='levy'):
        items(rows, {VAT: D('16.20'), ROAD: D('1.90')})


def test_a_free_line_with_road_tax_is_not_left_out():
    with pytest.raises(AmountError, match='free'):
        check_rows(net_rows([goods(100), goods(0, 5, levies=frozenset([VAT, ROAD]))]))


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


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.lists(st.integers(1, 6), min_size=1, max_size=3),
       st.sampled_from(['3.333', '10', '0.019']), st.randoms(use_true_random=False))
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


@pytest.mark.parametrize('back', [
    goods(-6000, -6), goods(-1800, -2), goods(-2000, -2, category='exempt', levies=frozenset()),
    goods(-2000, -2, goods='another'),
])
def test_a_return_of_what_is_not_there_stops(back):
    with pytest.raises(AmountError, match='return'):
        items([goods(5000, 5), goods(20, 2), back])


def test_a_qepik_that_a_return_leaves_goes_to_the_rest():
    sold, back = goods('10.00', 3, price=D('3.333')), goods('-9.99', -3, price=D('3.333'), goods=D('10.00') / 3)
    assert [line.net for line in net_rows([sold, back, goods(5)])] == [D('5.01')]
    with pytest.raises(AmountError, match='return'):
        net_rows([sold, back])


# ---------------------------------------------------------------------- early payment, foreign currency

def test_vat_of_less_than_the_price():
    rows = split_untaxed([goods(1000)], discount(-20), D(20))
    line, = charge(rows, {VAT: D('176.40')})
    assert (line.net, line.extra_not_subject, line.vat, line.total) == (980, 20, D('176.40'), D('1176.40'))
    made = to_invoice([line])
    assert made.problems() == []
    assert made.items[0].subtotal1 == 1000


def test_other_columns_know_no_such_thing():
    exempt = {'category': 'exempt', 'levies': frozenset()}
    rows = [goods(1000, **exempt)]
    assert split_untaxed(rows, discount(-20, **exempt), D(20)) == rows


@given(st.decimals(D(1), D(99999), places=2), st.decimals(D('0.01'), D('2.2'), places=4))
def test_vat_rounded_in_another_currency_goes(amount, rate):
    """VAT rounded in the invoice's currency and then converted: the total stays, the VAT is 18 % to the qəpik."""
    base, vat = rounded(amount * rate), rounded(rounded(amount * D('0.18')) * rate)
    if base < CENT:
        return
    line, = charge([goods(base)], {VAT: vat}, total_slack(1, CENT * rate))
    assert line.total == base + vat
    assert abs(line.vat - D('0.18') * line.net) <= CENT
    assert to_invoice([line]).problems() == []


def test_vat_changed_by_hand_in_another_currency_stops():
    with pytest.raises(AmountError, match='vat'):
        charge([goods('1422.56')], {VAT: D('257.00')}, total_slack(1, D('0.017')))

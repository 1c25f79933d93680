"""Rows of an invoice become items that obey the portal's own arithmetic."""

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import CENT, goods, rounded, row, to_invoice
from samples import money

from vatportal.levies import charge, total_slack
from vatportal.outgoing_items import LARGEST, ROUNDING_OFF, VAT_RATE, AmountError, Row, absorb_rounding, apportion, check_rows, item_amounts, unit_price


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


@given(
    st.lists(money(lowest='0.20', highest='500'), min_size=1, max_size=4),
    st.sampled_from(['0.02', '0.05', '0.10']),
    st.sampled_from([ROUND_FLOOR, ROUND_HALF_UP, ROUND_CEILING]),
)
def test_whatever_cash_is_rounded_to(nets, step, way):
    rows = [goods(net) for net in nets]
    rows = charge(rows, {'vat': rounded(sum(nets) * VAT_RATE)})
    total, step = sum(line.total for line in rows), D(step)
    to_pay = (total / step).to_integral_value(way) * step
    done = absorb_rounding(rows, to_pay - total, 'rounding')
    assert sum(line.total for line in done) == to_pay
    assert to_invoice(done).problems() == []


def test_what_is_no_rounding_of_cash_is_refused():
    rows = charge([goods(50)], {'vat': D(9)})
    assert absorb_rounding(rows, -ROUNDING_OFF, 'rounding')
    with pytest.raises(AmountError, match='rounding'):
        absorb_rounding(rows, -ROUNDING_OFF - CENT, 'rounding')


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
    assert [line.vat for line in charge(rows, {'vat': D('0.05')})] == [D('0.02'), D('0.02'), D('0.01')]
    with pytest.raises(AmountError, match='vat: row'):
        charge(rows, {'vat': D(5)})


def test_vat_rounded_line_by_line_stays_with_its_lines():
    rows = [goods(1000), *(goods('0.19') for _line in range(30)), *(goods('0.37') for _line in range(30))]
    sent = charge(rows, {'vat': D('180.00') + 30 * D('0.03') + 30 * D('0.07')}, total_slack(61, D(0)))
    assert [line.vat for line in sent] == [D('180.00')] + [D('0.03')] * 30 + [D('0.07')] * 30
    assert not any(line.extra_not_subject for line in sent)


def test_vat_that_a_row_can_not_bear_in_whole_qepik():
    """A difference that is no qəpik for any of many rows is a fraction of one on each."""
    rows = [goods('1000.00'), goods('1000.00')]
    assert [line.vat for line in charge(rows, {'vat': D('360.02')})] == [D('180.01')] * 2


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'quantity': D(0)}, 'quantity'),
        ({'net': D(0)}, 'free'),
        ({'net': D(-1)}, 'negative'),
        ({'vat': D(-1)}, 'negative'),
        ({'net': LARGEST + CENT}, 'large'),
        ({'quantity': LARGEST + 1}, 'large'),
    ],
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

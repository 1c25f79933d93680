"""Rows of an invoice become items that obey the portal's own arithmetic."""

from dataclasses import replace
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import invoice, money

from vatportal import Item
from vatportal.amounts import (
    AmountError,
    Row,
    absorb_rounding,
    check_rows,
    even_vat,
    item_amounts,
    spread,
    unit_price,
)

CENT = D('0.01')


def to_invoice(rows):
    texts = {'id': '1234567890', 'name': 'Kağız', 'unit': 'ədəd', 'barcode': '1234567890000'}
    return invoice(*(Item(**texts, **item_amounts(row)) for row in rows))


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
        rounded = absorb_rounding(rows, cents * CENT, 'rounding')
    except AmountError as exc:
        assert exc.reason == 'rounding'  # noqa: PT017
        return
    assert sum(line.total for line in rounded) == sum(line.total for line in rows) + cents * CENT
    assert to_invoice(rounded).problems() == []


@given(money(), st.decimals(D('0.001'), D(99999), places=3))
def test_price_times_quantity_is_the_amount(amount, quantity):
    price = unit_price(amount, quantity)
    assert abs(price * quantity - amount) < CENT
    assert -price.as_tuple().exponent <= 9


def test_the_price_on_the_invoice_stands_where_it_fits():
    assert unit_price(D(10), D(3), D('3.333')) == D('3.333')
    assert unit_price(D(10), D(3), D(4)) == D('3.333')


@given(money(), st.lists(money(), min_size=1, max_size=9))
def test_spread_loses_nothing(total, weights):
    assert sum(spread(total, weights, CENT)) == total


def test_vat_rounded_over_the_document_is_evened_out():
    rows = [
        Row(key=n, label='row', quantity=D(1), net=D('0.10'), category='vat', vat=D('0.02')) for n in range(3)
    ]
    assert even_vat(rows) == rows
    uneven = [
        replace(rows[0], vat=D('0.05')),
        replace(rows[1], vat=D('0.00')),
        replace(rows[2], vat=D('0.00')),
    ]
    assert [line.vat for line in even_vat(uneven)] == [D('0.0167'), D('0.0166'), D('0.0167')]
    with pytest.raises(AmountError, match='vat: row'):
        even_vat([replace(rows[0], vat=D(5))])


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [({'quantity': D(0)}, 'quantity'), ({'net': D(0)}, 'negative'), ({'vat': D(-1)}, 'negative')],
)
def test_rows_that_no_qaime_holds(changes, reason):
    sound = Row(key=1, label='row', quantity=D(1), net=D(1))
    check_rows([sound])
    with pytest.raises(AmountError) as caught:
        check_rows([sound, replace(sound, **changes)])
    assert caught.value.reason == reason


def test_a_rounding_larger_than_everything():
    with pytest.raises(AmountError):
        absorb_rounding([Row(key=1, label='row', quantity=D(1), net=CENT)], -CENT, 'rounding')
    with pytest.raises(AmountError):
        absorb_rounding([], CENT, 'rounding')

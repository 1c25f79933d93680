import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatportal.decimals import json_number, json_text, to_decimal


@pytest.mark.parametrize(
    ('value', 'expected'),
    [
        (None, '0'),
        ('', '0'),
        (False, '0'),
        ('  ', '0'),
        (0.1, '0.1'),
        (0.1 + 0.2, '0.30000000000000004'),
        (7, '7'),
        ('12,5', '12.5'),
        (' 1 200.00 ', '1200.00'),
        ('1\u00a0200,5', '1200.5'),
        (Decimal('3.10'), '3.10'),
        ('1e3', '1E+3'),
        (1e22, '1e22'),
        (-4, '-4'),
        (10**70, '1' + '0' * 70),
    ],
)
def test_reads(value, expected):
    assert to_decimal(value) == Decimal(expected)


@pytest.mark.parametrize(
    'value',
    [
        'abc',
        '1,2,3',
        'NaN',
        'Infinity',
        float('inf'),
        float('nan'),
        True,
        [],
        {},
        '1_000',
        '9' * 61,
        Decimal('NaN'),
        Decimal('Infinity'),
        '1e999999999',
        '1,234.5',
        b'1',
    ],
)
def test_refuses(value):
    with pytest.raises(ValueError, match='price: not a'):
        to_decimal(value, 'price')


@given(st.decimals(Decimal('-99999999.99'), Decimal('99999999.99'), places=5))
def test_json_number_is_exact(value):
    written = json.dumps(json_number(value))
    assert Decimal(written) == value
    assert to_decimal(json.loads(written)) == value


def test_whole_numbers_are_ints():
    assert repr(json_number(Decimal('520.000'))) == '520'
    assert repr(json_number(Decimal(10**30))) == '1' + '0' * 30
    assert repr(json_number(Decimal('0.1') + Decimal('0.2'))) == '0.3'


@pytest.mark.parametrize('value', ['0.12345678901234567890', '12345678901234567.25', 'NaN', '-Infinity', '1e-400'])
def test_json_number_refuses_what_would_change(value):
    with pytest.raises(ValueError, match='vat: '):
        json_number(Decimal(value), 'vat')


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        ({'price': 0.00001, 'name': '1e-05 "kq"'}, '{"price": 0.00001, "name": "1e-05 \\"kq\\""}'),
        ([-1.5e-7, 1e22, 3, 2.5], '[-0.00000015, 10000000000000000000000, 3, 2.5]'),
        ({'a\\': [1e-9]}, '{"a\\\\": [0.000000001]}'),
    ],
)
def test_numbers_are_written_out(value, text):
    assert json_text(value) == text
    assert json.loads(json_text(value)) == value


@given(st.recursive(st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.integers(), lambda inner: st.lists(inner)))
def test_what_is_written_out_reads_the_same(value):
    assert json.loads(json_text(value), parse_int=float) == json.loads(json.dumps(value), parse_int=float)

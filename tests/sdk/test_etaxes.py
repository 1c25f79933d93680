import datetime
import json
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatportal import EtaxesDocument, EtaxesLine, qaime_number, serie_number

FULL = {
    'id': 12345,
    'main_subject': 'Müqavilə',
    'add_subject': 'qeyd',
    'serial': 'MT2412',
    'number': '25000100',
    'qaime': 'MT241225000100',
    'cmp_from': 'A MMC',
    'cmp_to': 'B MMC',
    'tin_from': '9900003871',
    'tin_to': '1234567891',
    'datetime': '07.08.2025 14:30',
    'ini_amount': 1000.1,
    'ini_amount1': '1000,10',
    'ini_amount2': '1000.10',
    'excise_amount': None,
    'apply_amount': 1000,
    'skip_amount': 0,
    'zero_amount': 0,
    'free_amount': 0,
    'vat_amount': 180.018,
    'transp_amount': 0,
    'net_amount': 1180.118,
    'status': 'approved',
    'type': 'defaultInvoice',
    'something_new': 1,
    'lines': [
        {
            'id': 1,
            'line': '2',
            'prod_code': '1234567890',
            'prod_name': 'Kağız',
            'barcode': 0,
            'unit_name': 'kq',
            'unit_price': '0.12345678',
            'unit_qty': 3,
            'net_amount': None,
        }
    ],
}


def test_full_document():
    read = EtaxesDocument.from_portal_json(FULL)
    assert (read.id, read.qaime, read.serial, read.number) == (12345, 'MT241225000100', 'MT2412', '25000100')
    assert read.datetime == datetime.datetime(2025, 8, 7, 14, 30)
    assert read.ini_amount == read.ini_amount1 == read.ini_amount2 == D('1000.1')
    assert (read.vat_amount, read.excise_amount) == (D('180.018'), D(0))
    assert read.lines == (
        EtaxesLine(id=1, line=2, prod_code='1234567890', prod_name='Kağız', barcode='0', unit_name='kq', unit_price=D('0.12345678'), unit_qty=D(3)),
    )
    assert read.raw is FULL
    assert json.dumps(read.raw)


@pytest.mark.parametrize(
    ('data', 'expected'),
    [
        ({'serial': 'AA', 'number': '24080000001'}, ('AA', '24080000001', 'AA24080000001')),
        ({'qaime': 'AA24080000001'}, ('AA240', '80000001', 'AA24080000001')),
        ({'serial': 'MT2412', 'number': '25000100', 'qaime': '0'}, ('MT2412', '25000100', 'MT241225000100')),
        ({'serial': 0, 'number': 0, 'qaime': 'AA24080000001'}, ('AA240', '80000001', 'AA24080000001')),
        ({'qaime': 'MT2412 25000100'}, ('MT2412', '25000100', 'MT2412 25000100')),
        ({'number': 17}, ('', '17', '17')),
    ],
)
def test_numbers(data, expected):
    read = EtaxesDocument.from_portal_json(data)
    assert (read.serial, read.number, read.qaime) == expected


def test_almost_empty_document():
    read = EtaxesDocument.from_portal_json({'qaime': 'AA24080000001', 'lines': None, 'status': None, 'id': 'x'})
    assert (read.lines, read.status, read.id, read.datetime, read.net_amount) == ((), '', None, None, D(0))


def test_lines_with_holes():
    assert len(EtaxesDocument.from_portal_json({'number': '1', 'lines': {'0': {}, '2': {}}}).lines) == 2


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (None, 'not an object'),
        ([], 'not an object'),
        ({}, 'no qaimə number'),
        ({'serial': 'AA'}, 'no qaimə number'),
        ({'serial': 'MT2412', 'number': '0'}, 'no qaimə number'),
        ({'serial': 'MT2412', 'number': '0', 'qaime': 0}, 'no qaimə number'),
        ({'serial': 'MT2412', 'number': '', 'qaime': 'MT 2412'}, 'no qaimə number'),
        ({'number': '1', 'net_amount': 'x'}, 'net_amount: not a number'),
        ({'number': '1', 'lines': 'x'}, 'lines'),
        ({'number': '1', 'lines': [3]}, 'a line is not an object'),
        ({'number': '1', 'lines': [{'unit_qty': []}]}, 'unit_qty'),
    ],
)
def test_unreadable(data, words):
    with pytest.raises(ValueError, match=words):
        EtaxesDocument.from_portal_json(data)


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('07.08.2025', datetime.datetime(2025, 8, 7)),
        ('7.8.2025  9:05', datetime.datetime(2025, 8, 7, 9, 5)),
        ('07.08.2025 14:30:59', datetime.datetime(2025, 8, 7, 14, 30, 59)),
        ('August 2025', None),
        (17, None),
        ('', None),
    ],
)
def test_dates(text, expected):
    assert EtaxesDocument.from_portal_json({'number': '1', 'datetime': text}).datetime == expected


def test_statuses_and_kinds_new_to_us_are_kept():
    read = EtaxesDocument.from_portal_json({'number': '1', 'status': 'frozen', 'type': 'novelKind'})
    assert (read.status, read.type) == ('frozen', 'novelKind')


_values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()), st.dictionaries(st.text(), st.integers()))


@given(st.dictionaries(st.sampled_from(sorted(FULL)), _values))
def test_anything_is_read_or_refused_with_a_reason(data):
    try:
        assert EtaxesDocument.from_portal_json(data).raw is data
    except ValueError as exc:
        assert str(exc)  # noqa: PT017


def test_compare_form():
    assert qaime_number(' mt2412 25000100\u00a0') == 'MT241225000100'
    assert qaime_number(None) == ''


@pytest.mark.parametrize(
    ('qaime', 'expected'), [('MT240110000000', 'MT2401 10000000'), ('mt2401 10000000', 'MT2401 10000000'), ('AA24080000001', 'AA240 80000001')]
)
def test_form_for_deletion(qaime, expected):
    assert serie_number(qaime) == expected


@pytest.mark.parametrize('qaime', ['', None, '10000000', 'MT2401', 'MT24011000000X'])
def test_no_form_for_deletion(qaime):
    with pytest.raises(ValueError, match='not a qaimə number'):
        serie_number(qaime)

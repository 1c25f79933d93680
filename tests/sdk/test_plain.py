"""Whatever the portal says is read into plain, bounded values: nothing that could not be written down, or shown."""

import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_server import http, ok
from samples import invoice

from vatportal import InvalidInvoices, TransientError, UnknownOutcome, is_number, plain
from vatportal.plain import DEPTH, ROOM, TEXT

TOKEN = 'tok-SECRET-0123456789'
DAY = datetime.date(2025, 1, 31)


def nested(levels):
    value = 'end'
    for _level in range(levels):
        value = {'inner': [value]}
    return value


# --- numbers


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('MT241225000100', True),
        ('AA24080000001', True),
        ('ƏQ241225000100', True),
        ('МТ241225000100', True),  # Cyrillic
        ('9', True),
        ('A' * 12 + '12345678', True),
        ('A' * 13 + '12345678', False),
        ('', False),
        ('MT', False),
        ('MT2412\x0025000100', False),
        ('<b>MT1</b>', False),
        ('MT-1', False),
        ('MT²', False),
        ('MT٣', False),
        ('MT1\u202e', False),
        ('9' * 5000, False),
    ],
)
def test_is_number(text, expected):
    assert is_number(text) is expected


@pytest.mark.parametrize('number', ['MT\x001', '<b>MT1</b>', 'A' * 5000 + '1', TOKEN, ['MT1'], {'qaime': 'MT1'}, True, 1.5, 'none', '../1', 10**30])
def test_what_is_no_number_keeps_no_other_from_its_own(serve, connect, number):
    server = serve(ok({'invoices': [{'id': 'A', 'qaime': 'MT1'}, {'id': 'B', 'qaime': number}, {'id': 'C'}]}))
    assert connect(server).read_invoices(['A', 'B', 'C']) == {'A': 'MT1', 'B': None, 'C': ''}


def test_our_secret_is_no_number(serve, connect):
    token = 'ABCD1234EFGH5678'
    server = serve(ok({'invoices': [{'id': 'A', 'qaime': ' abcd 1234 EFGH5678'}]}))
    assert connect(server, token=token).read_invoices(['A']) == {'A': None}


def test_a_number_is_one_invoices(serve, connect):
    rows = [('A', 'MT1'), ('B', 'MT 1'), ('C', 'mt1'), ('D', 'MT2'), ('E', 'MT3'), ('E', 'MT4'), ('D', 'MT2')]
    server = serve(ok({'invoices': [{'id': erp_id, 'qaime': number} for erp_id, number in rows]}))
    numbers = connect(server).read_invoices_by_date(DAY, DAY)
    assert numbers == {'A': None, 'B': None, 'C': None, 'D': 'MT2', 'E': None}


@pytest.mark.parametrize('erp_id', ['A\x00', 'A' * 5000, True, 1.5, ['A'], {'id': 'A'}, 'A\nB'])
def test_what_is_no_erp_id_is_no_answer(serve, connect, erp_id):
    with pytest.raises(TransientError) as caught:
        connect(serve(ok({'invoices': [{'id': erp_id, 'qaime': 'MT1'}]}))).read_invoices(['A'])
    assert caught.value.reason == 'answer'


def test_documents_without_a_number_that_can_be_one(serve, connect):
    rows = [{'qaime': 'MT240110000000'}, {'qaime': 'MT\x001'}, {'qaime': '9' * 3000}, {'qaime': '<b>1</b>', 'x': TOKEN}]
    page = connect(serve(ok({'invoices': rows, 'total': 4}))).read_etaxes(direction=0, proc_id=1)
    assert [document.qaime for document in page.documents] == ['MT240110000000']
    assert [len(why) < 100 for _raw, why in page.bad] == [True] * 3
    assert TOKEN not in str(page.bad)


# --- processes


@pytest.mark.parametrize('number', [0, -1, 2**53 + 1, 10**40, '9' * 30, 1e300, None, [], {}, True and 'x'])
def test_what_is_no_process_number(serve, connect, number):
    with pytest.raises(UnknownOutcome) as caught:
        connect(serve(ok({'id': number}))).upload_invoices([invoice()], upload=True)
    assert caught.value.reason == 'answer'


def test_stats_of_any_depth_and_size(serve, connect):
    stats = {
        'log': [nested(40), 'x' * 10**5, 'nul \x00 ' + TOKEN, 10**60, *['y' * 1000] * 1000],
        'etx_exception': [f'<b>No {number}</b>\x00\u202e' + 'z' * 900 for number in range(100)],
        'pin1_code': '0472',
        'pin2_code': '1' * 50,
    }
    status = connect(serve(ok({'status': 1, 'status_desc': 'd' * 10**5, 'stats': stats}))).process_status(1)
    assert (status.stats.pin1_code, status.stats.pin2_code) == ('0472', '')
    assert all(len(text) <= 500 and text.isprintable() for text in status.stats.exceptions)
    kept = json.dumps([status.stats.raw, status.description])
    assert len(kept) < 3 * ROOM
    assert '\\u0000' not in kept
    assert TOKEN not in kept
    assert status.stats.raw['log'][0]['inner'][0], 'what is not too deep is kept'


def test_totals_that_no_company_has(serve, connect):
    for total in (10**12, '9' * 20, 1e300):
        with pytest.raises(TransientError) as caught:
            connect(serve(ok({'invoices': [], 'total': total}))).read_etaxes(direction=0, proc_id=1)
        assert caught.value.reason == 'answer'


def test_codes_of_error_14_that_are_none(serve, connect):
    """They stay codes, for an invoice without any counts as faultless."""
    codes = [[10**30, -(10**30), 41], list(range(1, 10**4)), []]
    answer = http(400, {'res': 0, 'err_code': 14, 'err_msg': '', 'data': {'invoices': codes}})
    with pytest.raises(InvalidInvoices) as caught:
        connect(serve(answer)).upload_invoices([invoice()] * 3, upload=True)
    first, second, third = caught.value.codes
    assert (first, len(second), third) == ([9999, -1, 41], 100, [])


@pytest.mark.parametrize('token', ['a\x00b', 'x' * 5000, 'two words', 'tökən', '\u202eabc', 7, ['t'], ''])
def test_what_is_no_token(serve, connect, token):
    with pytest.raises(UnknownOutcome) as caught:
        connect(serve(http(200, {'token': token}))).confirm_reset('u', 'key')
    assert caught.value.reason == 'answer'


# --- free-form JSON


def test_what_can_be_kept_is_kept_as_it_came():
    value = {'a': [1, 2.5, None, True, 'ə', {'b': -3}], 'c': ''}
    assert plain(value) == value


def test_what_no_database_holds():
    value = ['a\x00b\ud800', float('inf'), float('nan'), 2**53 + 1, 10**300, {'\x00': 'x' * (TEXT + 1)}]
    assert plain(value) == ['a�b�', 'inf', 'nan', '9007199254740993', '…', {'�': 'x' * TEXT + '…'}]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_json, st.integers(0, 3 * DEPTH))
def test_anything_becomes_something_to_store(value, levels):
    for _level in range(levels):
        value = [value]
    stored = json.dumps(plain(value), allow_nan=False)
    assert stored.encode()
    assert '\\u0000' not in stored.replace('\\\\', '')

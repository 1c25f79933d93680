import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatportal import ProcessStatus, Stats, speaks_of_pin


@pytest.mark.parametrize('none', [None, '', False, 0, 0.0, '0', [], {}])
def test_no_code_yet(none):
    assert Stats.from_json({'pin1_code': none, 'pin2_code': none}) == Stats()
    assert Stats.from_json({'pin1_code': '0000'}).pin1_code == '0000'


def test_all_keys():
    raw = {
        'imported': '3',
        'packet_created': 1,
        'pin1_code': '0472',
        'login_done': 'true',
        'pin2_code': 1234,
        'invoice_signed': 2,
        'deleted': 1.0,
        'etx_exception': ['x NEED RETRY y', 'Invalid VOEN: 1111111111'],
    }
    read = Stats.from_json(raw)
    assert read == Stats(
        imported=3,
        packet_created=True,
        pin1_code='0472',
        login_done=True,
        pin2_code='1234',
        invoice_signed=2,
        deleted=1,
        exceptions=tuple(raw['etx_exception']),
    )
    assert read.retrying
    assert read.refusals == ('Invalid VOEN: 1111111111',)
    assert read.raw is raw


@pytest.mark.parametrize('data', [None, [], {}, 'x', 3, {'pin1_code': None, 'etx_exception': None}])
def test_empty(data):
    read = Stats.from_json(data)
    assert read == Stats()
    assert not read.retrying
    assert read.refusals == ()


@pytest.mark.parametrize(
    ('value', 'expected'),
    [
        (True, True),
        (False, False),
        (1, True),
        (0, False),
        ('1', True),
        ('0', False),
        ('TRUE', True),
        ('no', False),
        (None, False),
        ([], False),
        (-1, False),
        (float('nan'), False),
        ('inf', False),
    ],
)
def test_flags(value, expected):
    assert Stats.from_json({'login_done': value}).login_done is expected


def test_signed_as_flag_or_count():
    assert Stats.from_json({'invoice_signed': True}).invoice_signed is True
    assert Stats.from_json({'invoice_signed': '5'}).invoice_signed == 5


@pytest.mark.parametrize(('value', 'expected'), [('one', ('one',)), ({'0': 'a', '3': ' b '}, ('a', 'b')), (['', None, 'c'], ('c',)), ([5], ('5',))])
def test_exceptions_in_any_shape(value, expected):
    assert Stats.from_json({'etx_exception': value}).exceptions == expected


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)
_keys = ['imported', 'packet_created', 'pin1_code', 'login_done', 'pin2_code', 'invoice_signed', 'deleted', 'etx_exception']


@given(st.dictionaries(st.sampled_from(_keys), _json))
def test_nothing_breaks_it(data):
    read = Stats.from_json(data)
    assert isinstance(read.retrying, bool)
    assert all(isinstance(text, str) for text in (*read.refusals, read.pin1_code, read.pin2_code))


@pytest.mark.parametrize(
    ('status', 'finished', 'succeeded', 'failed'),
    [(0, False, False, False), (1, False, False, False), (2, True, True, False), (3, True, False, True), (4, False, False, False), (-1, False, False, False)],
)
def test_status(status, finished, succeeded, failed):
    read = ProcessStatus(status, '', Stats())
    assert (read.finished, read.succeeded, read.failed) == (finished, succeeded, failed)


def test_words_about_a_pin():
    for text in ('PIN1 expired', 'PIN_1', 'error: PIN1_CODE_EXPIRED', 'WRONG_PIN', 'PIN kod', 'введите ПИН2', 'pin'):
        assert speaks_of_pin(text), text
    for text in ('ping: no answer', 'Shopping', 'PINK', '', 'ПИНГ'):
        assert not speaks_of_pin(text), text

from hypothesis import given
from hypothesis import strategies as st

from vatportal import natural_key


def test_numbers_count_by_their_value():
    names = ['INV/2026/10', 'INV/2026/9', 'INV/2025/11', 'RINV/2026/1', 'inv/2026/0011', 'INV/2026/100']
    assert sorted(names, key=natural_key) == ['INV/2025/11', 'INV/2026/9', 'INV/2026/10', 'inv/2026/0011', 'INV/2026/100', 'RINV/2026/1']


def test_nothing_comes_first():
    assert sorted(['1', '', 'A'], key=natural_key) == ['', '1', 'A']
    assert natural_key(None) == natural_key('')


@given(st.lists(st.text()))
def test_any_texts_can_be_compared(names):
    keys = sorted(map(natural_key, names))
    keys.reverse()
    assert sorted(keys) == keys[::-1]


def test_a_number_of_any_length():
    assert natural_key('INV/9') < natural_key('INV/' + '1' * 5000)


@given(st.text(), st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_number_at_the_end_decides(prefix, one, two):
    names = [f'{prefix}/{number}' for number in (one, two)]
    assert (natural_key(names[0]) < natural_key(names[1])) == (one < two)

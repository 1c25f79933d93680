import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatportal import voen


@pytest.mark.parametrize('text', ['9900003871', ' 990 000-3871', 'AZ9900003871', 'az 9900003871'])
def test_valid(text):
    assert voen.normalize(text) == '9900003871'
    assert voen.is_voen(text)
    assert voen.has_valid_check_digit(text)


@pytest.mark.parametrize('text', ['', None, '990000387', '99000038711', 'x', '٩٩٠٠٠٠٣٨٧١'])
def test_no_voen(text):
    assert not voen.is_voen(text)
    assert not voen.has_valid_check_digit(text)


@given(st.sampled_from('0123456789'), st.integers(0, 8))
def test_any_other_digit_shows(digit, place):
    changed = '9900003871'[:place] + digit + '9900003871'[place + 1 :]
    assert voen.is_voen(changed)
    # Two weights that are equal modulo 11 could hide a swap, never a single changed digit.
    assert voen.has_valid_check_digit(changed) == (changed == '9900003871')


def test_the_last_digit_tells_the_kind_of_person():
    assert voen.has_valid_check_digit('9900003872')
    assert not voen.has_valid_check_digit('9900003873')

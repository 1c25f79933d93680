import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatportal import DONE, FAILED, next_delay, overdue


@pytest.mark.parametrize(('elapsed', 'delay'), [(-5, 2), (0, 2), (59.99, 2), (60, 5), (119.99, 5), (120, 10), (1e9, 10)])
def test_pace(elapsed, delay):
    assert next_delay(elapsed) == delay


@pytest.mark.parametrize(('errors', 'delay'), [(1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (10, 300), (10**6, 300)])
def test_backoff(errors, delay):
    assert next_delay(0, errors) == delay


def test_errors_never_speed_it_up():
    assert next_delay(500, 1) == 10
    assert next_delay(500, 4) == 16


@given(st.floats(allow_nan=False), st.integers(0, 10**9))
def test_bounds(elapsed, errors):
    assert 1 <= next_delay(elapsed, errors) <= 300
    assert next_delay(elapsed, errors + 1) >= next_delay(elapsed, errors)


def test_overdue():
    assert not overdue(599.9)
    assert overdue(600)


def test_final_states():
    assert (DONE, FAILED) == (2, 3)

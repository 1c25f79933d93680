"""Statuses and kinds as others spell them."""

import pytest

from vatportal.codes import STATUSES, code_key, known_status


@pytest.mark.parametrize('code', STATUSES)
def test_however_it_is_written(code):
    assert known_status(code) == code
    for other in (code.upper(), code.lower(), code.capitalize(), f' {code} ', code.upper().replace('I', 'İ')):
        assert known_status(other) == code


@pytest.mark.parametrize(
    ('code', 'meant'),
    [
        ('cancelled', 'canceled'),
        ('CANCELLED', 'canceled'),
        ('cancellationRefused', 'cancelationRefused'),
        ('approved_by_system', 'approvedBySystem'),
        ('Deleted By System', 'deletedBySystem'),
        ('', ''),
        (None, ''),
        ('rejected', ''),
        ('draft', ''),
        ('approvedBy', ''),
        ('Ləğv edilib', ''),
    ],
)
def test_which_one_is_meant(code, meant):
    assert known_status(code) == meant


def test_no_two_compare_equal():
    assert len({code_key(code) for code in STATUSES}) == len(STATUSES)

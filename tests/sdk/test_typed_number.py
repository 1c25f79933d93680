"""Qaimə numbers as people type them."""

import pytest

from vatportal.typed_number import bears_number, bears_tail, same_number, tail_of, typed_numbers

QAIME = 'MT261158878148'


@pytest.mark.parametrize(
    'text',
    [
        'MT261158878148',
        'mt261158878148',
        'MT2611 58878148',
        '№ MT2611-58878148',
        'MT2611/58878148',
        'МТ261158878148',
        'MT 2611 5887 8148',
        'MT-2611-5887-8148',
        'Qaimə №MT261158878148 20.11.2026',
        'MT2611–58878148;',
        'ＭＴ２６１１５８８７８１４８',
        'мт2611 58 878 148',
    ],
)
def test_in_full(text):
    assert bears_number(text, QAIME)
    assert bears_tail(text, QAIME)
    assert typed_numbers(text) == {('2611', '58878148')}
    assert same_number(typed_numbers(text), typed_numbers(QAIME))


@pytest.mark.parametrize('text', ['58878148', '№58878148', 'qaimə 58878148', '2611-58878148', '261158878148', '5887 8148'])
def test_the_eight_digits(text):
    assert not bears_number(text, QAIME)
    assert bears_tail(text, QAIME)


@pytest.mark.parametrize('text', ['58878148', '№58878148', 'qaimə 58878148', '2611-58878148', '261158878148'])
def test_two_that_were_typed(text):
    assert same_number(typed_numbers(text), typed_numbers(QAIME))


@pytest.mark.parametrize('text', ['', None, '5887814', '588781481', '158878148', 'MT2611588781480', 'MT251258878148', '878148', 'MT2611', 'x'])
def test_another_number(text):
    assert not bears_number(text, QAIME)
    assert not bears_tail(text, QAIME)
    assert not same_number(typed_numbers(text), typed_numbers(QAIME))


@pytest.mark.parametrize('text', ['', None, 'Müqavilə 12', '1503647981', '20.11.2026', '2026-11-20', '1234567', 'BILL/2026/0001', '2026/0001'])
def test_no_number_at_all(text):
    assert not typed_numbers(text)


def test_numbers_of_other_lengths():
    """The vendor's examples have 13 characters; a number need not end in eight digits."""
    assert tail_of('AA24080000001') == '80000001'
    assert bears_number('aa-2408-0000001', 'AA24080000001')
    assert bears_tail('AA24080000001', 'AA24080000001')
    assert (tail_of('AB12'), tail_of(None)) == ('', '')
    assert bears_tail('ab-12', 'AB12')
    assert not bears_tail('12', 'AB12')
    assert not bears_tail('', '')

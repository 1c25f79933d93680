"""Words for units: which of them say how many."""

from decimal import Decimal as D

import pytest

from vatportal.units import is_container, says_how_many


@pytest.mark.parametrize(
    ('text', 'number', 'says'),
    [
        ('qutu', 6, False),
        ('Qutu', 1, False),
        ('qutu (6 ədəd)', 6, True),
        ('qutu (12 ədəd)', 6, False),
        ('Pack of 6', 6, True),
        ('6-lıq qutu', 6, True),
        ('qutu 60', 6, False),
        ('kisə 2,5 kq', D('2.5'), True),
        ('DÜJÜN', 12, True),
        ('cüt', 2, True),
        ('cüt', 12, False),
        ('', 6, False),
        (None, 6, False),
        ('yeşik 24/6', 24, True),
    ],
)
def test_says_how_many(text, number, says):
    assert says_how_many(text, D(number)) is says


@pytest.mark.parametrize(
    ('text', 'container'),
    [
        ('qutu', True),
        ('QUTU.', True),
        ('kisə', True),
        ('KİSƏ', True),
        ('Yeşik', True),
        ('kağız paket', True),
        ('мешок', True),
        ('kq', False),
        ('ton', False),
        ('sentner', False),
        ('ədəd', False),
        ('', False),
    ],
)
def test_is_container(text, container):
    assert is_container(text) is container

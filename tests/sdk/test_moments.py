"""Dates as others write them."""

from datetime import datetime

import pytest

from vatportal import EtaxesDocument
from vatportal.moments import read_moment

DAY, MOMENT = datetime(2026, 11, 3), datetime(2026, 11, 3, 21, 30)


@pytest.mark.parametrize(
    ('text', 'moment'),
    [
        ('03.11.2026', DAY),
        ('03-11-2026', DAY),
        ('3/11/2026', DAY),
        ('2026-11-03', DAY),
        ('2026.11.03', DAY),
        (' 03.11.2026  21:30 ', MOMENT),
        ('03-11-2026 21:30:00', MOMENT),
        ('03.11.2026, 21:30', MOMENT),
        ('2026-11-03T21:30', MOMENT),
        ('2026-11-03 21:30:00.123', MOMENT),
        ('2026-11-03T21:30:00+04:00', MOMENT),
        ('2026-11-03T17:30:00Z', MOMENT),
        ('2026-11-03T17:30:00+0000', MOMENT),
        ('2026-11-03T14:30:00-03', MOMENT),
        ('2026-11-04T00:30:00+07:00', MOMENT),
    ],
)
def test_forms(text, moment):
    assert read_moment(text) == moment
    assert EtaxesDocument.from_portal_json({'qaime': 'AB1', 'datetime': text}).datetime == moment


@pytest.mark.parametrize(
    'text',
    [
        '',
        'yesterday',
        '31.02.2026',
        '03.13.2026',
        '2026-13-03',
        '0000-00-00',
        '00.00.0000',
        '03.11.26',
        '20261103',
        '03.11.2026 25:00',
        '03.11.2026 21',
        '9999-12-31T23:00Z',
        '٠٣.١١.٢٠٢٦',
        '03.11.2026 21:30 x',
    ],
)
def test_none(text):
    assert read_moment(text) is None

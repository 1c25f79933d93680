"""The order in which people number things."""

import re
from typing import Any


def natural_key(text: str) -> tuple[Any, ...]:
    """A key that sorts numbers within ``text`` by their value: INV/2026/9 before INV/2026/10.

    Neither case nor leading zeros count. Keys of any two texts can be compared.
    """
    # With the group in the pattern, every second part is a number.
    parts = re.split(r'([0-9]+)', (text or '').casefold())
    return tuple(_value(part) if index % 2 else part for index, part in enumerate(parts))


def _value(digits: str) -> tuple[int, str]:
    # Not int(), which refuses very long ones.
    digits = digits.lstrip('0')
    return len(digits), digits

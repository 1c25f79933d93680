"""What the portal says, as plain values with bounds: nothing that a database, a log or a page could not hold."""

import math
import re
from collections.abc import Callable
from typing import Any

# Numbers given out by e-taxes have 13 or 14 characters; a few more may come one day.
NUMBER_LENGTH = 20
# More than any portal tells of a process: how deep, how long a text, and how much in all.
DEPTH, TEXT, ROOM = 20, 10_000, 200_000
#: The largest whole number that all readers of JSON agree upon.
INTEGER = 2**53

_NOT_STORABLE = re.compile('[\x00\ud800-\udfff]')
_LEFT_OUT = '…'


def is_number(text: str) -> bool:
    """Whether ``text``, without spaces, can be a qaimə number: letters of any alphabet and digits, not all zero, 20 at most."""
    digits = [char for char in text if char in '0123456789']
    return digits.count('0') < len(digits) and len(text) <= NUMBER_LENGTH and all(char in digits or char.isalpha() for char in text)


def is_nothing(text: str) -> bool:
    """Whether ``text`` stands for no number at all: nothing but zeros and signs."""
    return bool(re.fullmatch(r'[\W_0]*', text))


def is_storable(text: str) -> bool:
    """Whether a database can hold ``text``: no NUL, no half of a character."""
    return not _NOT_STORABLE.search(text)


def plain(value: Any, scrub: Callable[[str], str] = str) -> Any:
    """Free-form JSON that is going to be kept, cut to what is worth keeping. Raises nothing.

    Characters that no database holds become ``�``, infinite and enormous numbers become text. What is nested deeper
    than ``DEPTH``, is longer than ``TEXT`` characters, or comes after ``ROOM`` characters in all, is left out.

    :param scrub: function that takes our secrets out of a text
    """
    return _Cutter(scrub).cut(value, DEPTH)


class _Cutter:
    def __init__(self, scrub: Callable[[str], str]) -> None:
        self.scrub, self.room = scrub, ROOM

    def cut(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self.cut_text(self.scrub(value))
        self.room -= 10
        if isinstance(value, (dict, list)):
            return self.cut_all(value, depth) if depth else _LEFT_OUT
        if isinstance(value, float) and not math.isfinite(value):
            return repr(value)
        if isinstance(value, int) and abs(value) > INTEGER:
            return _LEFT_OUT if abs(value) > 10**100 else str(value)
        return value

    def cut_text(self, text: str) -> str:
        length = max(min(TEXT, self.room), 0)
        self.room -= len(text)
        return _NOT_STORABLE.sub('\ufffd', text[:length]) + (_LEFT_OUT if len(text) > length else '')

    def cut_all(self, value: dict[str, Any] | list[Any], depth: int) -> dict[str, Any] | list[Any]:
        if isinstance(value, list):
            return [self.cut(item, depth - 1) for item in value if self.room > 0]
        return {self.cut_text(self.scrub(name)): self.cut(item, depth - 1) for name, item in value.items() if self.room > 0}

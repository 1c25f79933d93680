"""Qaimə numbers as people type them: ``58878148``, ``№ MT2611-58878148``, ``MT 2611 5887 8148``, ``МТ`` in Cyrillic.

A number is a serial (letters and, mostly, year and month) and eight digits; these eight are what everybody types.
"""

import re
import unicodedata

from .etaxes import qaime_number

_TAIL = 8
_GAP = r'[\s.,/_\-–—]?'
# Eight digits in one, before them the digits of the serial, if any; after these also in the groups in which people read
# them out, which without a serial may be anything.
_ANY = re.compile(
    rf'(?<!\d)(?:(?:(?<=[^\W\d_])(\d{{1,6}})|(\d{{4}})){_GAP}(\d{{8}}|\d{{4}}{_GAP}\d{{4}}|\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{3}})'
    r'|(\d{8}))(?!\d)'
)
# Letters that look alike in both alphabets, place by place.
CYRILLIC, LATIN = 'АВЕКМНОРСТУХІ', 'ABEKMHOPCTYXI'
_CYRILLIC = str.maketrans(CYRILLIC, LATIN)


def tail_of(qaime: str) -> str:
    """The eight digits at the end of a number; '' where it does not end in so many."""
    tail = qaime_number(qaime)[-_TAIL:]
    return tail if re.fullmatch('[0-9]{8}', tail) else ''


def typed_numbers(text: str | None) -> set[tuple[str, str]]:
    """What in ``text`` may be qaimə numbers: a set of (digits of the serial, '' where they are not typed; eight digits)."""
    return {(first or second, re.sub(r'\D', '', tail or alone)) for first, second, tail, alone in _ANY.findall(_plain(text))}


def same_number(some: set[tuple[str, str]], others: set[tuple[str, str]]) -> bool:
    """Whether two such sets have a number in common; a serial that was not typed tells nothing."""
    return any(tail == other and (serial == theirs or not (serial and theirs)) for serial, tail in some for theirs, other in others)


def bears_tail(text: str | None, qaime: str) -> bool:
    """Whether the eight digits of ``qaime`` stand in ``text`` as a word of their own, or after their serial."""
    tail = tail_of(qaime)
    if not tail:
        return bears_number(text, qaime)
    start = qaime_number(qaime)[:-_TAIL]
    serial = start[len(start.rstrip('0123456789')) :]
    before = f'(?:{_GAP.join(serial)}{_GAP})?' if serial else ''
    return re.search(rf'(?<!\d){before}{_GAP.join(tail)}(?!\d)', _plain(text)) is not None


def bears_number(text: str | None, qaime: str) -> bool:
    """Whether the whole of ``qaime`` stands in ``text``, whatever parts its letters and digits."""
    wanted = map(re.escape, re.sub(r'[\W_]', '', _plain(qaime)))
    pattern = r'[\W_]*'.join(wanted)
    return bool(pattern) and re.search(rf'{pattern}(?!\d)', _plain(text)) is not None


def _plain(text: str | None) -> str:
    """Upper case, Latin letters and digits for their likes."""
    return unicodedata.normalize('NFKC', text or '').upper().translate(_CYRILLIC)

"""Names that people typed, in the form in which two of them compare."""

import re
import unicodedata

_LETTERS = str.maketrans({'ı': 'i', 'ə': 'e'})


def text_key(text: str | None) -> str:
    """Return ``text`` folded for comparison; '' for nothing.

    Case, accents, punctuation and spaces don't count, nor does what an Azerbaijani keyboard makes of them: İ, I, ı
    and i are one letter, and so are ə and e, for ``ƏDƏD``, ``ədəd`` and ``Eded`` are all typed for the same unit.
    """
    plain = unicodedata.normalize('NFKD', text or '')
    plain = ''.join(char for char in plain if not unicodedata.combining(char))
    plain = plain.casefold().translate(_LETTERS)
    return ' '.join(re.findall(r'\w+', plain)) or plain.strip()


def words(text: str | None) -> tuple[str, ...]:
    """The words of a note, or of a number, which may itself have several; without the punctuation around them."""
    return tuple(word for part in re.split(r'[\s;:,()"«»“”]+', text or '') if (word := part.strip('.№#')))


def stands_in(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Whether ``part``, unless it is empty, is among the :func:`words` of ``whole``, one after the other."""
    return bool(part) and any(whole[start : start + len(part)] == part for start in range(len(whole) - len(part) + 1))

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

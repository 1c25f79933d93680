"""VÖEN, the tax identification number of Azerbaijan.

Ten digits: the ninth is a check digit over the first eight, the tenth tells a legal person (1) from a
natural one (2). Source: Tax Code, article 33, and the algorithm that `stdnum.az.voen` publishes too;
written here because Odoo 19 still runs with releases of python-stdnum that lack it.
"""

import re

_WEIGHTS = (4, 1, 8, 6, 2, 7, 5, 3)


def normalize(text: str | None) -> str:
    """Return ``text`` without spaces, dashes and a leading country code ``AZ``; '' for nothing."""
    compact = re.sub(r'[\s.\-]', '', text or '').upper()
    return compact.removeprefix('AZ')


def is_voen(text: str | None) -> bool:
    """Whether the normalized ``text`` has the form that the portal demands: exactly 10 digits (code 21)."""
    return re.fullmatch(r'[0-9]{10}', normalize(text)) is not None


def has_valid_check_digit(text: str | None) -> bool:
    """Whether the last two digits are right; False for anything that is no VÖEN at all."""
    voen = normalize(text)
    if not is_voen(voen) or voen[9] not in '12':
        return False
    return sum(w * int(d) for w, d in zip(_WEIGHTS, voen, strict=False)) % 11 == int(voen[8])

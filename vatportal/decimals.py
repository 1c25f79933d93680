"""Between Decimal and the portal's JSON numbers, without a digit gained or lost."""

import json
import re
from decimal import Decimal, InvalidOperation

ZERO = Decimal(0)
# A string of a JSON text, or a number with an exponent.
_STRING_OR_EXPONENT = re.compile(r'("(?:[^"\\]|\\.)*")|(-?[0-9.]+e[+-]?[0-9]+)', re.IGNORECASE)


def to_decimal(value: object, field: str = '') -> Decimal:
    """A portal number as Decimal: int, float, Decimal, or a string ('12.5', '12,5', ' 1 200.00 ').

    None, '' and False count as 0, since the portal sends them for "nothing". A float is read by its
    shortest text: 0.1 means 0.1, not the binary fraction beside it.

    :raises ValueError: no number, or not a finite one; names ``field``.
    """
    if value is None or value is False or value == '':
        return ZERO
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, (int, float, str)) and value is not True:
        number = _parse(value, field)
    else:
        raise ValueError(f'{field or "amount"}: not a number ({type(value).__name__})')
    if not number.is_finite():
        raise ValueError(f'{field or "amount"}: not a finite number')
    return number


def _parse(value: float | str, field: str) -> Decimal:
    if isinstance(value, int):
        return Decimal(value)
    text = value if isinstance(value, str) else repr(value)
    text = ''.join(text.split())
    if text.count(',') == 1 and '.' not in text:
        text = text.replace(',', '.')
    if not text:
        return ZERO
    try:
        # Decimal also takes 1_000, and 1E999999999, which would fill the memory once written out.
        if '_' in text or len(text) > 60 or abs(Decimal(text).adjusted()) > 60:
            raise InvalidOperation
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f'{field or "amount"}: not a number: {text[:40]!r}') from None


def json_number(value: Decimal, field: str = '') -> int | float:
    """A Decimal as the plain JSON number that reads back as the same figure: int where whole, else float.

    :raises ValueError: not finite, or more digits than a JSON number (a double) keeps.
    """
    if not value:  # as most amounts of an item are
        return 0
    if not value.is_finite():
        raise ValueError(f'{field or "amount"}: not a finite number')
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    if Decimal(repr(number)) != value:
        raise ValueError(f'{field or "amount"}: {value} has too many digits for a JSON number')
    return number


def json_text(value: object) -> str:
    """``value`` as JSON, its numbers written out: 0.00001, never 1e-05, which not every reader takes.

    :raises ValueError: a number that is not finite
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _STRING_OR_EXPONENT.sub(lambda found: found[1] or f'{Decimal(found[2]):f}', text)

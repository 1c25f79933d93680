"""Documents as e-taxes has them, downloaded through the portal (VatPortal API v8.0, /etx/read_invoices)."""

import re
from dataclasses import dataclass, field, fields
from datetime import datetime as DateTime
from decimal import Decimal
from typing import Any

from .decimals import ZERO, to_decimal
from .moments import read_moment
from .plain import is_nothing


def qaime_number(text: object) -> str:
    """The form in which two qaimə numbers compare: every space out, upper case. No length is demanded."""
    return ''.join(str(text or '').split()).upper()


def serie_number(qaime: object) -> str:
    """``MT240110000000`` → ``MT2401 10000000``, as /etx/delete wants it: a space before the last 8 digits.

    :raises ValueError: the number does not end in 8 digits after a serial.
    """
    compact = qaime_number(qaime)
    if not re.fullmatch(r'\S+[0-9]{8}', compact):
        raise ValueError(f'not a qaimə number: {compact[:40]!r}')
    return f'{compact[:-8]} {compact[-8:]}'


@dataclass(frozen=True, kw_only=True, slots=True)
class EtaxesLine:
    """One row of a downloaded document, in AZN; ``grade`` is the excise rate, ``unit_qty`` the quantity."""

    id: int | None = None
    line: int | None = None
    prod_code: str = ''
    prod_name: str = ''
    barcode: str = ''
    unit_name: str = ''
    unit_price: Decimal = ZERO
    unit_qty: Decimal = ZERO
    ini_amount: Decimal = ZERO
    ini_amount2: Decimal = ZERO
    grade: Decimal = ZERO
    total_excise: Decimal = ZERO
    apply_amount: Decimal = ZERO
    skip_amount: Decimal = ZERO
    zero_amount: Decimal = ZERO
    free_amount: Decimal = ZERO
    vat_amount: Decimal = ZERO
    transp_amount: Decimal = ZERO
    net_amount: Decimal = ZERO

    @classmethod
    def from_portal_json(cls, data: object) -> 'EtaxesLine':
        """:raises ValueError: not an object, or an amount that is no number."""
        if not isinstance(data, dict):
            raise ValueError('a line is not an object')
        return cls(**_read_fields(cls, data))


@dataclass(frozen=True, kw_only=True, slots=True)
class EtaxesDocument:
    """One qaimə as it came. ``datetime`` is naive, in Baku time (UTC+4), None where absent or unreadable.

    ``status`` and ``type`` are kept raw, values new to us included; ``raw`` is the object as received.
    """

    id: int | None = None
    main_subject: str = ''
    add_subject: str = ''
    serial: str = ''
    number: str = ''
    qaime: str = ''
    cmp_from: str = ''
    cmp_to: str = ''
    tin_from: str = ''
    tin_to: str = ''
    datetime: DateTime | None = None
    ini_amount: Decimal = ZERO
    ini_amount1: Decimal = ZERO
    ini_amount2: Decimal = ZERO
    excise_amount: Decimal = ZERO
    apply_amount: Decimal = ZERO
    skip_amount: Decimal = ZERO
    zero_amount: Decimal = ZERO
    free_amount: Decimal = ZERO
    vat_amount: Decimal = ZERO
    transp_amount: Decimal = ZERO
    net_amount: Decimal = ZERO
    status: str = ''
    type: str = ''
    lines: tuple[EtaxesLine, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_portal_json(cls, data: object) -> 'EtaxesDocument':
        """Read one element of ``data.invoices``; missing keys, nulls and numbers in strings are fine.

        :raises ValueError: not an object, no number in it, or an amount that is no number.
        """
        if not isinstance(data, dict):
            raise ValueError('the document is not an object')
        values = _read_fields(cls, data)
        values.update(_read_number(values['serial'], values['number'], values['qaime']))
        lines = data.get('lines') or ()
        if isinstance(lines, dict):  # PHP writes an array with holes as an object
            lines = lines.values()
        elif not isinstance(lines, (list, tuple)):
            raise ValueError('lines: not an array')
        values['lines'] = tuple(EtaxesLine.from_portal_json(line) for line in lines)
        return cls(raw=data, **values)


def written_number(serial: str, number: str, qaime: str) -> str:
    """What stands in a document as its number; '' where there is none yet, for a serial alone is none."""
    serial, number, qaime = ('' if is_nothing(text) else text for text in (serial, number, qaime))
    if not number and qaime_number(qaime) == qaime_number(serial):
        return ''
    return qaime or (number and serial + number)


def _read_number(serial: str, number: str, qaime: str) -> dict[str, str]:
    qaime = written_number(serial, number, qaime)
    serial, number = ('' if is_nothing(text) else text for text in (serial, number))
    if not (qaime and re.search('[0-9]', qaime)):
        raise ValueError('the document has no qaimə number')
    if not number:
        compact = qaime_number(qaime)
        serial, number = serial or compact[:-8], compact[-8:]
    return {'serial': serial, 'number': number, 'qaime': qaime}


def _read_fields(cls: type[EtaxesLine] | type[EtaxesDocument], data: dict[str, Any]) -> dict[str, Any]:
    """The scalar fields of ``cls`` that ``data`` names, each by its declared type."""
    values: dict[str, Any] = {}
    for spec in fields(cls):
        name, value = spec.name, data.get(spec.name)
        if name in ('lines', 'raw'):
            continue
        if spec.type is Decimal:
            # Most are zero, and a page has half a million of them.
            values[name] = to_decimal(value, name) or ZERO
        elif name in ('id', 'line'):
            values[name] = _read_int(value)
        elif name == 'datetime':
            values[name] = read_moment(_read_text(value))
        else:
            values[name] = _read_text(value)
    return values


def _read_text(value: object) -> str:
    if value is None or isinstance(value, (bool, dict, list)):
        return ''
    return str(value).strip()


def _read_int(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None

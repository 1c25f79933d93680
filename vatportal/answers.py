"""What stands in ``data`` of the portal's answers, read into values with bounds (VatPortal API v8.0)."""

import contextlib
import re
from collections.abc import Iterable
from typing import Any

from .envelope import AnswerReader, BadAnswer, as_list
from .errors import clean_text
from .etaxes import qaime_number
from .plain import is_nothing, is_number

# The longest ERP id of anybody, and the longest token or plain value.
LONGEST_ID, LONGEST_WORD = 200, 1000


def object_of(envelope: dict[str, Any]) -> dict[str, Any]:
    """``data`` where it is an object, else an empty one."""
    data = envelope.get('data')
    return data if isinstance(data, dict) else {}


def rows_of(reader: AnswerReader, envelope: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """``data.invoices`` as list, and ``data`` itself; an empty PHP array stands for an empty object.

    Anything less is no answer: "nothing there" must not be read into a reply that does not say so.
    """
    if envelope.get('data') == []:
        return [], {}
    data = object_of(envelope)
    if 'invoices' in data or data.get('total') in (0, '0'):
        with contextlib.suppress(BadAnswer):
            return as_list(data.get('invoices')), data
    raise reader.doubt('no invoices in the answer')


def word_of(reader: AnswerReader, answer: dict[str, Any], name: str, characters: str) -> str:
    """A value of an answer that has no envelope by the contract, and is taken out of one if it has.

    :param characters: those that it may consist of, as a regular expression
    """
    value = answer.get(name) or object_of(answer).get(name)
    if isinstance(value, str) and re.fullmatch(f'{characters}{{1,{LONGEST_WORD}}}', value.strip()):
        return value.strip()
    del value  # whatever the portal said there
    raise reader.doubt(f'no {name} in the answer')


def check_number(qaime: object) -> None:
    """:raises ValueError: what can't be a qaimə number"""
    if not is_number(qaime_number(qaime)):
        raise ValueError(f'not a qaimə number: {clean_text(qaime, 40)}')


def invoice_numbers(reader: AnswerReader, envelope: dict[str, Any], secrets: Iterable[str]) -> dict[str, str | None]:
    """ERP id → qaimə number; '' for none yet, None for what can't be one.

    :param secrets: ours, which are no numbers
    """
    numbers: dict[str, str | None] = {}
    owners: dict[str, set[str]] = {}
    forbidden = {qaime_number(secret) for secret in secrets}
    for row in rows_of(reader, envelope)[0]:
        erp_id = _erp_id(row)
        if not erp_id:
            raise reader.doubt('an invoice without its id in the answer')
        number = _number(row.get('qaime'), forbidden)
        # One id may come twice (before and after signing): the number is what counts. Of two numbers neither does.
        known = numbers.get(erp_id, '')
        numbers[erp_id] = known if number == '' else number if known in ('', number) else None
        owners.setdefault(qaime_number(number), set()).add(erp_id)
    shared = {erp_id for number, ids in owners.items() if number and len(ids) > 1 for erp_id in ids}
    return {erp_id: None if erp_id in shared else number for erp_id, number in numbers.items()}


def _erp_id(row: Any) -> str:
    """The ERP id of a row of ``data.invoices``; '' where there is none that can be one."""
    erp_id = row.get('id') if isinstance(row, dict) else None
    if isinstance(erp_id, bool) or not isinstance(erp_id, (str, int)):
        return ''
    erp_id = str(erp_id)
    return erp_id if len(erp_id) <= LONGEST_ID and erp_id.isprintable() else ''


def _number(value: object, forbidden: set[str]) -> str | None:
    """A qaimə number as it came, '' for none, None for what can't be one."""
    if value is None or value is False or is_nothing(str(value)):
        return ''
    number = str(value).strip() if isinstance(value, (str, int)) else None
    key = qaime_number(number)
    return number if is_number(key) and key not in forbidden else None

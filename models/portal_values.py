"""A downloaded document as the values of our fields. Plain functions: nothing of the database here.

What the portal sends is written by strangers: texts may hold markup, control characters or ten thousand letters,
numbers may be absurd. Texts are stored as they came but for characters that no field can hold or that would act
beyond the field; whoever shows them escapes them. ``raw`` keeps what was received.
"""

import hashlib
import json
import math
import re

from ..vatportal import EtaxesDocument, is_number, qaime_number, voen
from .states import BAKU_OFFSET

CODE_LENGTH = 64
AMOUNT_LIMIT = 10**15
RAW_DEPTH = 30

# our column -> (field of a document, field of a line) in VatPortal API v8.0, /etx/read_invoices. ``ini_amount1`` is
# not documented anywhere; in every example it equals ``ini_amount``, the goods before excise, so it stays in raw.
AMOUNTS = {
    'amount_goods': ('ini_amount', 'ini_amount'),
    'amount_excise': ('excise_amount', 'total_excise'),
    'amount_net': ('ini_amount2', 'ini_amount2'),
    'amount_vat_base': ('apply_amount', 'apply_amount'),
    'amount_not_subject': ('skip_amount', 'skip_amount'),
    'amount_zero': ('zero_amount', 'zero_amount'),
    'amount_exempt': ('free_amount', 'free_amount'),
    'amount_vat': ('vat_amount', 'vat_amount'),
    'amount_road': ('transp_amount', 'transp_amount'),
    'amount_total': ('net_amount', 'net_amount'),
}

# Control characters, and those that turn the direction of all text after them.
_CONTROLS = re.compile('[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+')
_NOT_STORABLE = re.compile('[\x00\ud800-\udfff]')


def clean(text, length=None):
    """Return ``text`` for a field of one line: control characters become a space, lone surrogates ``�``."""
    text = _CONTROLS.sub(' ', _NOT_STORABLE.sub('\ufffd', text.replace('\x00', ' '))).strip()
    return text[:length] if length else text


def storable(value, depth=0):
    """Return the JSON ``value`` as the database can hold it: no NUL, no lone surrogate, no infinite number.

    :raises ValueError: nested deeper than any document is
    """
    if depth > RAW_DEPTH:
        raise ValueError('nested too deeply')
    if isinstance(value, str):
        return _NOT_STORABLE.sub('\ufffd', value)
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, list):
        return [storable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item, depth + 1) for key, item in value.items()}
    return value


def fingerprint(raw, own_voen):
    """Return a short text that stays the same as long as nothing of the document changes.

    The portal's own row ids don't count, nor the order of rows: a second download gives new ones. ``own_voen``
    counts, since it decides whether the document is the company's.
    """
    document = {key: value for key, value in raw.items() if key != 'id'}
    lines = document.get('lines')
    if isinstance(lines, dict):
        lines = list(lines.values())
    if isinstance(lines, list):
        document['lines'] = sorted(
            _dump({key: value for key, value in line.items() if key != 'id'}) if isinstance(line, dict) else _dump(line) for line in lines
        )
    return hashlib.sha1(f'{own_voen}:{_dump(document)}'.encode(), usedforsecurity=False).hexdigest()


# One for all: json.dumps() would make another for each row.
_dump = json.JSONEncoder(sort_keys=True, separators=(',', ':')).encode


def document_key(document: EtaxesDocument):
    """Return the qaimə number by which the document is found again.

    :raises ValueError: no qaimə number
    """
    key = qaime_number(document.qaime)
    if not is_number(key):
        raise ValueError(f'not a qaimə number: {clean(key, 40)}')
    return key


def document_values(document: EtaxesDocument, direction, own_voen, raw):
    """Return (values of a ``vatportal.document`` without kind and lines, the code of its kind).

    :param raw: what was received, as it can be stored, see :func:`storable`
    :raises ValueError: an amount that no invoice can have, or data that can't be stored
    """
    seller, buyer = voen_of(document.tin_from), voen_of(document.tin_to)
    return {
        'qaime': document_key(document),
        'date': _utc(document.datetime),
        'seller_vat': seller,
        'seller_name': clean(document.cmp_from),
        'buyer_vat': buyer,
        'buyer_name': clean(document.cmp_to),
        'main_info': clean(document.main_subject),
        'add_info': clean(document.add_subject),
        'status_code': clean(document.status, CODE_LENGTH),
        'is_foreign': not own_voen or (buyer if direction == 'incoming' else seller) != own_voen,
        'raw': raw,
        **{ours: amount_of(getattr(document, theirs)) for ours, (theirs, _line) in AMOUNTS.items()},
    }, clean(document.type, CODE_LENGTH)


def line_values(document: EtaxesDocument):
    """Return the values of the document's lines, in its own order.

    :raises ValueError: an amount that no invoice can have
    """
    numbers = [line.line for line in document.lines]
    lines = document.lines
    if None not in numbers and len(set(numbers)) == len(numbers):
        lines = sorted(lines, key=lambda line: line.line)
    return [
        {
            'sequence': position,
            'product_code': clean(line.prod_code),
            'name': clean(line.prod_name),
            'unit': clean(line.unit_name),
            'barcode': clean(line.barcode),
            'quantity': amount_of(line.unit_qty),
            'price_unit': amount_of(line.unit_price),
            'excise_rate': amount_of(line.grade),
            **{ours: amount_of(getattr(line, theirs)) for ours, (_document, theirs) in AMOUNTS.items()},
        }
        for position, line in enumerate(lines, 1)
    ]


def voen_of(text):
    """A VÖEN as it is compared and stored."""
    return clean(voen.normalize(clean(text)), CODE_LENGTH)


def amount_of(number):
    """:raises ValueError: an amount that no invoice can have"""
    if abs(number) >= AMOUNT_LIMIT:
        raise ValueError(f'an amount of {number:.3E}')
    return float(number)


def _utc(moment):
    """Return a naive moment of Baku as a naive moment of UTC; False for none, or one before all e-invoices."""
    return moment - BAKU_OFFSET if moment and moment.year >= 1990 else False

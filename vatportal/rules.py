"""The portal's own checks on an invoice (VatPortal API v8.0, error codes 20–64), made before it is asked.

The arithmetic of the amounts is the qaimə's own (VatPortal API v8.0, invoice fields; VAT of 18 % by Tax
Code article 173). A fault in a sum gets the code of that sum (25, 27, 29–36). For an item the vendor gives
52–60 without saying which is which; here they stand for, in order of the form, subtotal1, excise,
subtotal2, base at 18 %, not subject, zero rate, exempt, VAT and road tax, total.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .invoice import Invoice, Item

TYPES = ('default', 'avans', 'goodsTransfer')

#: sum field → (code when missing, code when wrong, item field it adds up)
SUMS = {
    'sum_subtotal1': (24, 25, 'subtotal1'),
    'sum_subtotal2': (26, 27, 'subtotal2'),
    'sum_total': (28, 29, 'total'),
    'sum_aksiz': (30, 30, 'aksiz'),
    'sum_apply_vat_amount': (31, 31, 'apply_vat_amount'),
    'sum_skip_vat_amount': (32, 32, 'skip_vat_amount'),
    'sum_vat_zero': (33, 33, 'vat_zero'),
    'sum_vat_free': (34, 34, 'vat_free'),
    'sum_vat_amount': (35, 35, 'vat_amount'),
    'sum_ttax': (36, 36, 'transport_tax'),
}
ITEM_AMOUNTS = {
    'subtotal1': 52, 'aksiz': 53, 'aksizgrade': 53, 'subtotal2': 54, 'apply_vat_amount': 55,
    'skip_vat_amount': 56, 'vat_zero': 57, 'vat_free': 58, 'vat_amount': 59, 'transport_tax': 59, 'total': 60,
}  # fmt: skip
VAT_PARTS = ('apply_vat_amount', 'skip_vat_amount', 'vat_zero', 'vat_free')
VAT_RATE = Decimal('0.18')
QEPIK = Decimal('0.01')


@dataclass(frozen=True)
class Problem:
    """One fault.

    :ivar code: the portal's code. :ivar field: the portal's field name. :ivar item: index of the item
        from 0, None for the invoice itself. :ivar value: what stands there. :ivar expected: the figure
        that arithmetic asks for, None where the fault is no matter of arithmetic.
    """

    code: int
    field: str
    item: int | None = None
    value: object = None
    expected: Decimal | None = None


def find_problems(invoice: 'Invoice') -> list[Problem]:
    """All faults of an :class:`~.invoice.Invoice`, invoice first, then item by item; one per field."""
    found = list(_head(invoice))
    if not invoice.settles_only:
        if not invoice.items:
            found.append(Problem(39, 'items'))
        found += _sum_values(invoice)
        for index, item in enumerate(invoice.items):
            found += _item_texts(index, item)
            found += _item_values(index, item)
        broken = {(fault.item, fault.field) for fault in found}
        found += _arithmetic(invoice, broken)
    return _first_per_field(found)


def _first_per_field(found: Iterable[Problem]) -> list[Problem]:
    unique: dict[tuple[int | None, str], Problem] = {}
    for fault in found:
        unique.setdefault((fault.item, fault.field), fault)
    return sorted(unique.values(), key=lambda fault: (-1 if fault.item is None else fault.item, fault.code))


def _digits(text: str, length: int | None = None) -> bool:
    # Not str.isdigit(): it also takes digits of other scripts, which the portal refuses.
    return bool(re.fullmatch('[0-9]+', str(text))) and length in (None, len(text))


def _head(invoice: 'Invoice') -> Iterator[Problem]:
    for name in ('seller', 'buyer'):
        value = getattr(invoice, name)
        if not value:
            yield Problem(20, name, None, value)
        elif not _digits(value, 10):
            yield Problem(21, name, None, value)
    if invoice.main_info is None:
        yield Problem(22, 'main_info')
    elif not invoice.main_info.strip():
        yield Problem(23, 'main_info', None, invoice.main_info)
    if not invoice.id:
        yield Problem(37, 'id', None, invoice.id)
    elif len(invoice.id) < 7:
        yield Problem(38, 'id', None, invoice.id)
    if invoice.type not in TYPES:
        yield Problem(61, 'type', None, invoice.type)
    if invoice.type == 'goodsTransfer':
        # An empty warehouse can't be found by code or by name, so the portal's "not found" is certain.
        for code, name in ((63, 'from_wh'), (64, 'to_wh')):
            if not getattr(invoice, name):
                yield Problem(code, name, None, '')


def _sum_values(invoice: 'Invoice') -> Iterator[Problem]:
    for name, (missing, wrong, _item) in SUMS.items():
        value = getattr(invoice, name)
        lowest_is_fine = wrong >= 30  # 25, 27 and 29 want more than 0, the others not less than 0
        if value is None:
            yield Problem(missing, name)
        elif value < 0 or not (value or lowest_is_fine) or value != round(value, 2):
            yield Problem(wrong, name, None, value)


def _item_texts(index: int, item: 'Item') -> Iterator[Problem]:
    if not item.id:
        yield Problem(40, 'id', index, item.id)
    elif not _digits(item.id, 10):
        yield Problem(41, 'id', index, item.id)
    for name, missing, empty in (('name', 42, 43), ('unit', 44, 45)):
        value = getattr(item, name)
        if value is None:
            yield Problem(missing, name, index)
        elif not value.strip():
            yield Problem(empty, name, index, value)
    if not item.barcode:
        yield Problem(50, 'barcode', index, item.barcode)
    elif not _digits(item.barcode):
        yield Problem(51, 'barcode', index, item.barcode)


def _item_values(index: int, item: 'Item') -> Iterator[Problem]:
    for name, missing, wrong in (('unit_price', 46, 47), ('quantity', 48, 49)):
        value = getattr(item, name)
        if value is None:
            yield Problem(missing, name, index)
        elif value <= 0:
            yield Problem(wrong, name, index, value)
    for name, code in ITEM_AMOUNTS.items():
        value = getattr(item, name)
        if value is None or value < 0:
            yield Problem(code, name, index, value)


def _arithmetic(invoice: 'Invoice', broken: set[tuple[int | None, str]]) -> Iterator[Problem]:
    """Faults of figures that are present and not negative; ``broken`` names those that are not."""
    in_items = [
        fault for index, item in enumerate(invoice.items) if not any(place == index for place, _field in broken) for fault in _item_arithmetic(index, item)
    ]
    yield from in_items
    if broken or in_items or not invoice.items:
        # Sums over items that are wrong in themselves would only repeat the same fault.
        return
    for name, (_missing, code, item_field) in SUMS.items():
        added = sum(getattr(item, item_field) for item in invoice.items)
        if abs(added - getattr(invoice, name)) >= QEPIK:
            yield Problem(code, name, None, getattr(invoice, name), added)
    yield from _sum_arithmetic(invoice)


def _item_arithmetic(index: int, item: 'Item') -> Iterator[Problem]:
    def check(name: str, expected: Decimal, slack: Decimal) -> Iterator[Problem]:
        value = getattr(item, name)
        if abs(value - expected) > slack:
            yield Problem(ITEM_AMOUNTS[name], name, index, value, expected)

    almost = QEPIK - Decimal('1E-9')  # less than a qəpik: exact at 2 decimals, room for rounding at 4
    yield from check('subtotal1', item.unit_price * item.quantity, QEPIK)
    yield from check('subtotal2', item.subtotal1 + item.aksiz, almost)
    parts = sum(getattr(item, name) for name in VAT_PARTS)
    # All VAT fields 0 is how simplified taxation is told (Tax Code, chapter XVII): nothing to split then.
    if parts or item.vat_amount:
        others = parts - item.apply_vat_amount
        yield from check('apply_vat_amount', item.subtotal2 - others, almost)
    # Two qəpiks: VAT taken out of an included price or rounded over the whole invoice moves a line by one.
    yield from check('vat_amount', item.apply_vat_amount * VAT_RATE, 2 * QEPIK)
    yield from check('total', item.subtotal2 + item.vat_amount + item.transport_tax, almost)


def _sum_arithmetic(invoice: 'Invoice') -> Iterator[Problem]:
    def check(name: str, expected: Decimal, slack: Decimal) -> Iterator[Problem]:
        value = getattr(invoice, name)
        if abs(value - expected) >= slack:
            yield Problem(SUMS[name][1], name, None, value, expected)

    yield from check('sum_subtotal2', invoice.sum_subtotal1 + invoice.sum_aksiz, QEPIK)
    parts = sum(getattr(invoice, f'sum_{name}') for name in VAT_PARTS)
    if parts or invoice.sum_vat_amount:
        others = parts - invoice.sum_apply_vat_amount
        yield from check('sum_apply_vat_amount', invoice.sum_subtotal2 - others, QEPIK)
    # VAT rounded line by line strays from 18 % of the whole base by up to a qəpik a line.
    slack = QEPIK * (len(invoice.items) + 1)
    yield from check('sum_vat_amount', invoice.sum_apply_vat_amount * VAT_RATE, slack)
    yield from check('sum_total', invoice.sum_subtotal2 + invoice.sum_vat_amount + invoice.sum_ttax, QEPIK)

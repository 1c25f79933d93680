"""What the columns of an e-taxes package mean, and the arithmetic every one has to obey.

Source: the packages that e-taxes.gov.az takes and gives (``root kod="QAIME_1"``). Up to version 205 there is
no column for the zero rate, so everything after the bases stands elsewhere than from version 304 on.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

CENT = Decimal('0.01')

# Columns of a row → fields of an item, columns of the totals → fields of the invoice.
Layout = tuple[dict[str, str], dict[str, str]]

# fmt: off
_COMMON = {
    'c1': 'id', 'c2': 'name', 'c3': 'unit', 'c4': 'quantity', 'c5': 'unit_price', 'c6': 'subtotal1',
    'c7': 'aksizgrade', 'c8': 'aksiz', 'c9': 'subtotal2', 'c10': 'apply_vat_amount', 'c11': 'skip_vat_amount',
    'c12': 'vat_free',
}
_COMMON_TOTALS = {
    'c1': 'sum_subtotal1', 'c2': 'sum_aksiz', 'c3': 'sum_subtotal2', 'c4': 'sum_apply_vat_amount',
    'c5': 'sum_skip_vat_amount', 'c6': 'sum_vat_free',
}

#: by version of the form
LAYOUTS: dict[int, Layout] = {
    205: (
        {**_COMMON, 'c13': 'vat_amount', 'c14': 'total', 'c15': 'transport_tax'},
        {**_COMMON_TOTALS, 'c7': 'sum_vat_amount', 'c8': 'sum_total'},
    ),
    304: (
        {**_COMMON, 'c13': 'vat_zero', 'c14': 'vat_amount', 'c15': 'transport_tax', 'c16': 'total',
         'c17': 'barcode'},
        {**_COMMON_TOTALS, 'c7': 'sum_vat_zero', 'c8': 'sum_vat_amount', 'c9': 'sum_total',
         'c10': 'sum_ttax'},
    ),
}
# fmt: on
NEWEST = 304
TEXTS = ('id', 'name', 'unit', 'barcode')
#: what can be wrong with a file that is read (the first line) or written
REASONS = (
    'large',
    'many',
    'zip',
    'no_files',
    'encrypted',
    'xml',
    'entity',
    'depth',
    'no_qaime',
    'number',
    'row',
    'total',
    'kind',
    'no_items',
    'text',
    'decimals',
)
PARTS = ('apply_vat_amount', 'skip_vat_amount', 'vat_free', 'vat_zero')


class QaimeXmlError(ValueError):
    """A package that can't be read or written.

    :ivar reason: one of :data:`REASONS`, for whoever says it in other words. :ivar name: the file in the package.
    :ivar row: number of the row, from 1, None where it concerns the document. :ivar field: the portal's
        field name. :ivar expected, found: the two figures that differ, None where it is no matter of figures.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        row: int | None = None,
        field: str = '',
        expected: Decimal | None = None,
        found: Decimal | None = None,
        name: str = '',
    ) -> None:
        place = f'row {row}: ' if row else ''
        figures = '' if found is None else f' (found {found}, expected {expected})'
        super().__init__((f'{name}: ' if name else '') + place + message + figures)
        self.reason = reason
        self.message = message
        self.name = name
        self.row = row
        self.field = field
        self.expected = expected
        self.found = found


def layout_of(version: int) -> Layout:
    """The layout for a version: its own, else that of the nearest below, else the oldest."""
    below = [known for known in LAYOUTS if known <= version]
    return LAYOUTS[max(below, default=min(LAYOUTS))]


def check(rows: Sequence[Mapping[str, Any]], totals: Mapping[str, Decimal], name: str = '') -> None:
    """Refuse amounts that don't add up: within 0.01 for a row, 0.01 a row for a total.

    A layout that was mistaken for another shows here too. Price × quantity is left alone: real documents
    carry prices rounded more than the amount.

    :param rows: one dict of Decimals per row, by item field. :param totals: the same, by invoice field.
    :raises QaimeXmlError: names the row, the field and both figures.
    """
    for number, row in enumerate(rows, 1):
        parts = sum(row.get(part, 0) for part in PARTS)
        expected = {'subtotal2': row['subtotal1'] + row['aksiz']}
        # No VAT figures at all is how simplified taxation looks: nothing to split then.
        if parts or row['vat_amount']:
            expected['vat_parts'] = row['subtotal2']
        expected['total'] = row['subtotal2'] + row['vat_amount'] + row['transport_tax']
        for field, figure in expected.items():
            found = parts if field == 'vat_parts' else row[field]
            if abs(found - figure) > CENT:
                raise QaimeXmlError(f'{field} does not add up', reason='row', row=number, field=field, expected=figure, found=found, name=name)
    for field, found in totals.items():
        column = 'transport_tax' if field == 'sum_ttax' else field.removeprefix('sum_')
        added = sum(row[column] for row in rows)
        if abs(found - added) > CENT * max(1, len(rows)):
            raise QaimeXmlError(f'the total {field} is not the sum of the rows', reason='total', field=field, expected=added, found=found, name=name)

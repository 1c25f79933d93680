"""e-taxes packages (ZIP of XML): the way in and out that needs no portal.

A package is uploaded by hand on e-taxes.gov.az, which gives series and number; files downloaded there are
read for bills. Written is version 304, read is every version (:mod:`.qaime_read`).
"""

import io
import re
import zipfile
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from xml.sax.saxutils import escape

from .decimals import ZERO
from .invoice import Invoice, Item
from .qaime_layout import LAYOUTS, NEWEST, TEXTS, QaimeXmlError, check
from .qaime_read import QaimeFile, read_document, read_package, xml_files

__all__ = ['QaimeFile', 'QaimeXmlError', 'read_document', 'read_package', 'write_invoice', 'write_package', 'xml_files']

MANIFEST = 'vhf-inf/vhf.mf'
MANIFEST_TEXT = b'VHF-Manifest-Version: 1.0\r\n\r\n'
TEXT_LIMIT = 150
QUANTITY_DECIMALS, PRICE_DECIMALS, ROW_DECIMALS, TOTAL_DECIMALS = 4, 9, 4, 2
# These elements are not there at all where nothing stands in them.
_LEFT_OUT = ('qaimeKimeAd', 'vo', 'sn')
_NOT_XML = re.compile('[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')


def write_package(invoices: Iterable[Invoice]) -> bytes:
    """A package with one file per invoice, ready to upload; the same invoices give the same bytes.

    :raises QaimeXmlError: an invoice that the form can't hold, see :func:`write_invoice`.
    :raises ValueError: no invoice.
    """
    invoices = list(invoices)
    if not invoices:
        raise ValueError('no invoices to write')
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as archive:
        _add(archive, MANIFEST, MANIFEST_TEXT)
        for number, invoice in enumerate(invoices, 1):
            # Older readers at e-taxes take plain ASCII names only; the number keeps them apart.
            name = re.sub('[^A-Za-z0-9-]+', '_', invoice.id)[:60]
            _add(archive, f'{number:04}_{name}.xml', write_invoice(invoice))
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name)  # dated 1980: the bytes don't depend on the clock
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def write_invoice(
    invoice: Invoice,
    *,
    buyer_name: str = '',
    serial: str = '',
    number: str = '',
    object_name: str = '',
    object_code: str = '',
    ref_serial: str = '',
    ref_number: str = '',
) -> bytes:
    """The XML of one invoice, version 304, UTF-8. Row amounts get 4 decimals, totals 2. ``serial`` and ``number`` are of a
    document that e-taxes has; what is to be uploaded there has none yet.

    :raises QaimeXmlError: not of type ``default`` (the others have forms of their own), no items, a text
        too long, a quantity with more than 4 decimals, or amounts that don't add up.
    """
    if invoice.type != 'default' or invoice.with_agent or invoice.main_qaime:
        raise QaimeXmlError('only plain invoices can be written as a package', reason='kind', field='type')
    if not invoice.items:
        raise QaimeXmlError('the invoice has no items', reason='no_items', field='items')
    columns, total_columns = LAYOUTS[NEWEST]
    rows = [_row(item, number, columns) for number, item in enumerate(invoice.items, 1)]
    totals = {name: _round(getattr(invoice, name), TOTAL_DECIMALS) for name in total_columns.values()}
    check(rows, totals)
    head = (
        ('qaimeKime', invoice.buyer),
        ('qaimeKimden', invoice.seller),
        ('qaimeKimeAd', buyer_name),
        ('vo', number),
        ('sn', serial),
        ('ds', ref_serial),
        ('dn', ref_number),
        ('des', invoice.main_info),
        ('des2', invoice.add_info),
        ('ma', object_name),
        ('mk', object_code),
    )
    lines = [_element(tag, _text(text, tag)) for tag, text in head if text or tag not in _LEFT_OUT]
    lines += ['<product>', '<qaimeTable>']
    for place, row in enumerate(rows):
        cells = ''.join(_element(column, _cell(field, row[field])) for column, field in columns.items())
        lines.append(f'<row no="{place}">{cells}<productId></productId></row>')
    cells = ''.join(_element(column, f'{totals[field]:f}') for column, field in total_columns.items())
    lines += ['</qaimeTable>', f'<qaimeYekunTable><row>{cells}</row></qaimeYekunTable>', '</product>']
    body = '\n'.join(lines)
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<root version="{NEWEST}" kod="QAIME_1">\n{body}\n</root>\n').encode()


def _row(item: Item, number: int, columns: dict[str, str]) -> dict[str, Any]:
    """The fields of an item as the file holds them: texts checked, amounts rounded."""
    row: dict[str, Any] = {}
    for field in columns.values():
        value = getattr(item, field)
        if field in TEXTS:
            row[field] = _text(value, field, number)
        elif field == 'unit_price':
            row[field] = _round(value, PRICE_DECIMALS)
        elif field == 'quantity':
            row[field] = _round(value, QUANTITY_DECIMALS)
            if row[field] != value:
                # Rounded, price × quantity would be another amount.
                raise QaimeXmlError(
                    f'the quantity has more than {QUANTITY_DECIMALS} decimals', reason='decimals', row=number, field=field, expected=row[field], found=value
                )
        else:
            row[field] = _round(value, ROW_DECIMALS)
    if row['barcode'] in ('', f'{item.id}000'):
        row['barcode'] = '0'
    return row


def _round(value: Decimal | None, decimals: int) -> Decimal:
    return (ZERO if value is None else value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _text(value: str | None, field: str, row: int | None = None) -> str:
    text = _NOT_XML.sub(' ', value or '').strip()
    if len(text) > TEXT_LIMIT:
        raise QaimeXmlError(f'{field} has {len(text)} characters, {TEXT_LIMIT} is the most', reason='text', row=row, field=field)
    return text


def _cell(field: str, value: str | Decimal) -> str:
    if isinstance(value, str):
        return value
    text = f'{value:f}'
    # A price or quantity is read by people: 0.4, not 0.400000000.
    return text.rstrip('0').rstrip('.') if field in ('unit_price', 'quantity') else text


def _element(tag: str, text: str) -> str:
    # \r would come back as \n, were it not written as a reference.
    escaped = escape(text, {'"': '&quot;', "'": '&apos;', '\r': '&#13;'})
    return f'<{tag}>{escaped}</{tag}>'

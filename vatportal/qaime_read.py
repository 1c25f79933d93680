"""Reading e-taxes packages, which anyone may have made: no entities, no paths, nothing without a limit."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.parsers import expat

import xmltodict

from .decimals import ZERO, to_decimal
from .errors import clean_text
from .invoice import Invoice, Item
from .qaime_layout import TEXTS, QaimeXmlError, check, layout_of

MAX_FILES = 5000
MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_TOTAL_BYTES = 128 * 1024 * 1024
MAX_RATIO = 200
MAX_DEPTH = 50
# A package in a package in a package.
MAX_PACKAGES = 2
# (name, content) of each; an element as xmltodict gives it.
Files = list[tuple[str, bytes]]
Node = dict[str, Any]
_BEFORE_XML = re.compile(rb'^(?:\xef\xbb\xbf|[ \t\r\n])+')
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


@dataclass(frozen=True, kw_only=True)
class QaimeFile:
    """One document of a package.

    :ivar name: file name inside the ZIP, without folders, '' for a bare XML; only to be shown.
    :ivar invoice: ``id`` is '' (the file knows no ERP id); sums stand as the file has them.
    :ivar number, serial: given by e-taxes, '' in a package that was never uploaded.
    :ivar object_name, object_code: the business object (branch, warehouse) that issues it.
    :ivar ref_serial, ref_number: the document it refers to. :ivar totals: the sums, by the portal's names.
    """

    invoice: Invoice
    name: str = ''
    version: int = 0
    kod: str = ''
    number: str = ''
    serial: str = ''
    buyer_name: str = ''
    object_name: str = ''
    object_code: str = ''
    ref_serial: str = ''
    ref_number: str = ''
    totals: dict[str, Decimal] = field(default_factory=dict)


def read_package(data: bytes) -> list[QaimeFile]:
    """The documents of a package (ZIP), or the one of a bare XML file.

    :raises QaimeXmlError: no package, too large, an entity in it, or amounts that don't add up.
    """
    return [read_document(content, name) for name, content in xml_files(data)]


def xml_files(data: bytes) -> Files:
    """(name, content) of each XML file of a package (ZIP), those of packages in it included, or of the bare XML file, whose
    name is ''; unread.

    :raises QaimeXmlError: no package, or too large.
    """
    if data[:2] != b'PK':
        if len(data) > MAX_FILE_BYTES:
            raise QaimeXmlError('the file is too large', reason='large')
        return [('', data)]
    files: Files = []
    _unzip(data, files)
    if not files:
        raise QaimeXmlError('the package holds no XML file', reason='no_files')
    return files


def start_of(data: bytes) -> bytes:
    """The file without byte order marks of UTF-8, and spaces, before its first element: XML takes none there."""
    return _BEFORE_XML.sub(b'', data, count=1)


def _unzip(data: bytes, files: Files, name: str = '', depth: int = 0) -> None:
    """Add (name, content) of each XML file to ``files``."""
    if depth > MAX_PACKAGES:
        raise QaimeXmlError('packages in packages', reason='depth', name=name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner, content in _entries(archive, files):
                if content[:2] == b'PK':
                    _unzip(content, files, inner, depth + 1)
                else:
                    files.append((inner, content))
    except QaimeXmlError:
        raise
    except _BROKEN_ZIP:
        raise QaimeXmlError('the package is no readable ZIP file', reason='zip', name=name) from None


def _entries(archive: zipfile.ZipFile, files: Files) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of what may be a document or a package of them; the limits hold for all of ``files``."""
    entries = archive.infolist()
    if len(entries) + len(files) > MAX_FILES:
        raise QaimeXmlError(f'the package holds more than {MAX_FILES} files', reason='many')
    for entry in entries:
        *folders, name = re.split(r'[/\\]', entry.filename)
        # What macOS and others keep beside each file begins with a dot, or lies in a folder of its own.
        if name.startswith('.') or '__MACOSX' in folders or not name.lower().endswith(('.xml', '.zip')):
            continue
        name = clean_text(name, 100)
        left = MAX_TOTAL_BYTES - sum(len(content) for _name, content in files)
        yield name, _read_entry(archive, entry, name, min(left, MAX_FILE_BYTES))


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limit: int) -> bytes:
    if entry.flag_bits & 1:
        raise QaimeXmlError('the file is encrypted', reason='encrypted', name=name)
    # What the directory says about sizes may be a lie, so the limits hold for what really comes out.
    with archive.open(entry) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit or len(content) > MAX_RATIO * max(entry.compress_size, 10_000):
        raise QaimeXmlError('the file is too large', reason='large', name=name)
    return content


def read_document(data: bytes, name: str = '') -> QaimeFile:
    """One XML file. :raises QaimeXmlError: as :func:`read_package`."""
    root = _find_root(_parse(data, name))
    if root is None:
        raise QaimeXmlError('this is no qaimə: no root element with a version', reason='no_qaime', name=name)
    digits = re.search('[0-9]{1,6}', _text(root.get('@version')))
    if not digits:
        raise QaimeXmlError('this is no qaimə: no version', reason='no_qaime', name=name)
    version = int(digits.group())
    columns, total_columns = layout_of(version)
    product = _only(root, 'product', name)
    rows = _rows(product, 'qaimeTable', name)
    if not rows:
        raise QaimeXmlError('the document has no rows', reason='no_qaime', name=name)
    items = [_item(row, columns, number, name) for number, row in enumerate(rows, 1)]
    totals = _totals(product, total_columns, name)
    check([vars(item) for item in items], totals, name)
    # The old layout has no total for the road tax.
    totals.setdefault('sum_ttax', sum((item.transport_tax for item in items), ZERO))
    invoice = Invoice(
        id='',
        main_info=_text(root.get('des')),
        add_info=_text(root.get('des2')),
        seller=_text(root.get('qaimeKimden')),
        buyer=_text(root.get('qaimeKime')),
        items=tuple(items),
        **totals,
    )
    texts = {
        'kod': '@kod',
        'number': 'vo',
        'serial': 'sn',
        'buyer_name': 'qaimeKimeAd',
        'object_name': 'ma',
        'object_code': 'mk',
        'ref_serial': 'ds',
        'ref_number': 'dn',
    }
    return QaimeFile(name=name, invoice=invoice, version=version, totals=totals, **{field_name: _text(root.get(tag)) for field_name, tag in texts.items()})


def _item(row: Node, columns: dict[str, str], number: int, name: str) -> Item:
    values: dict[str, Any] = {}
    for column, field_name in columns.items():
        cell = _text(row.get(column))
        values[field_name] = cell if field_name in TEXTS else _amount(cell, field_name, number, name)
    barcode = values.get('barcode', '')
    # "No barcode" is 0 in the file and product code + 000 at the portal.
    values['barcode'] = barcode if barcode.strip('0') else values['id'] + '000'
    return Item(**values)


def _totals(product: Node, columns: dict[str, str], name: str) -> dict[str, Any]:
    rows = _rows(product, 'qaimeYekunTable', name)
    if len(rows) != 1:
        raise QaimeXmlError('the document has no row of totals', reason='no_qaime', name=name)
    return {field_name: _amount(_text(rows[0].get(column)), field_name, None, name) for column, field_name in columns.items()}


def _amount(text: str, field_name: str, row: int | None, name: str) -> Decimal:
    try:
        return to_decimal(text, field_name)
    except ValueError as exc:
        raise QaimeXmlError(str(exc), reason='number', row=row, field=field_name, name=name) from None


def _rows(product: Node, table: str, name: str) -> list[Node]:
    rows = _only(product, table, name).get('row')
    rows = rows if isinstance(rows, list) else [rows]
    return [row for row in rows if isinstance(row, dict)]


def _only(node: Node, tag: str, name: str) -> Node:
    child = node.get(tag)
    if not isinstance(child, dict):
        raise QaimeXmlError(f'the element {tag} is missing', reason='no_qaime', name=name)
    return child


def _text(node: Any) -> str:
    if isinstance(node, dict):
        node = node.get('#text')
    return node.strip() if isinstance(node, str) else ''


def _find_root(node: Any, depth: int = 3) -> Node | None:
    """The element ``root`` with a version; a file with a stylesheet in it wraps it into another element."""
    if not isinstance(node, dict) or not depth:
        return None
    root = node.get('root')
    if isinstance(root, dict) and '@version' in root:
        return root
    found = (_find_root(child, depth - 1) for child in node.values())
    return next((child for child in found if child is not None), None)


def _parse(data: bytes, name: str) -> Node:
    data = start_of(data)
    try:
        _guard(data)
        return xmltodict.parse(data, disable_entities=True)
    except QaimeXmlError as exc:
        raise QaimeXmlError(exc.message, reason=exc.reason, name=name) from None
    except (expat.ExpatError, ValueError, LookupError):
        raise QaimeXmlError('the file is no well-formed XML', reason='xml', name=name) from None


def _guard(data: bytes) -> None:
    """Refuse entity declarations and deep nesting before a tree is built; a plain DOCTYPE is harmless."""
    parser = expat.ParserCreate()
    depth = 0

    def declare(*_entity: object) -> None:
        raise QaimeXmlError('the file declares entities, which no qaimə needs', reason='entity')

    def skip(name: str, is_parameter: bool) -> None:
        # With a DOCTYPE that points elsewhere an unknown &entity; would vanish, and 1&x;2 read as 12.
        if not is_parameter:
            raise QaimeXmlError(f'the file uses an entity that is not declared: {name[:40]}', reason='entity')

    def start(*_element: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise QaimeXmlError('the file is nested too deeply', reason='depth')

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.EntityDeclHandler = declare
    parser.SkippedEntityHandler = skip
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(data, True)

"""Archives: the documents of a period as one ZIP that people read without any program of ours, and that is read back.

===============================  ==============================================================================
``incoming/2026-01/MT….json``    a document in the portal's own words, or in their form where it has said none
``incoming/2026-01/MT….xml``     the file of e-taxes of which it was read, byte by byte
``sent/2026-01/MT….form.xml``    written by us in the layout of e-taxes, for kinds of which that is known
``index.xlsx``                   made by the caller: what is in it, for people
``manifest.json``                whose documents they are, of which days, how many; the version of this layout
``SHA256SUMS``                   of every file but itself, for ``sha256sum -c``
===============================  ==============================================================================

The same documents in the same order give the same bytes (with the same zlib). Reading is :mod:`.archive_read`.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import IO, Any

from .decimals import json_number
from .etaxes import EtaxesDocument
from .invoice import Invoice, Item
from .qaime_layout import QaimeXmlError
from .qaime_read import QaimeFile
from .qaime_xml import write_invoice

FORMAT, VERSION = 'vatportal-archive', 1
MANIFEST, SUMS, INDEX, BOOKS = 'manifest.json', 'SHA256SUMS', 'index.xlsx', 'books.xlsx'
#: folder of the ZIP, by the portal's folder
FOLDERS = {'incoming': 'incoming', 'outgoing': 'sent'}
NO_DATE = 'no-date'
# No e-invoice is older; a date before is none.
FIRST_YEAR = 1990
#: Our own key in a document's JSON, beside the portal's: what is known that the portal has not said.
MARK = '_archive'
#: Where a document's JSON comes from: said by the portal; from what was sent; from a file; from what is kept of it.
SOURCES = ('portal', 'sent', 'file', 'record')
PLAIN_KIND, PLAIN_FORM = 'defaultInvoice', 'QAIME_1'

# the portal's names in a download -> in an invoice that is sent, of a row and of the sums
ROW_NAMES = {
    'prod_code': 'id',
    'prod_name': 'name',
    'unit_name': 'unit',
    'unit_price': 'unit_price',
    'unit_qty': 'quantity',
    'barcode': 'barcode',
    'ini_amount': 'subtotal1',
    'total_excise': 'aksiz',
    'grade': 'aksizgrade',
    'ini_amount2': 'subtotal2',
    'apply_amount': 'apply_vat_amount',
    'skip_amount': 'skip_vat_amount',
    'zero_amount': 'vat_zero',
    'free_amount': 'vat_free',
    'vat_amount': 'vat_amount',
    'transp_amount': 'transport_tax',
    'net_amount': 'total',
}
SUM_NAMES = {
    'ini_amount': 'sum_subtotal1',
    'excise_amount': 'sum_aksiz',
    'ini_amount2': 'sum_subtotal2',
    'apply_amount': 'sum_apply_vat_amount',
    'skip_amount': 'sum_skip_vat_amount',
    'zero_amount': 'sum_vat_zero',
    'free_amount': 'sum_vat_free',
    'vat_amount': 'sum_vat_amount',
    'transp_amount': 'sum_ttax',
    'net_amount': 'sum_total',
}


@dataclass(frozen=True, kw_only=True)
class Archived:
    """One document of an archive.

    :ivar direction: ``incoming`` | ``outgoing``. :ivar name: what its files are called: its number, or :func:`file_stem`.
    :ivar data: its JSON, as :func:`own_mark` marks it. :ivar xml: the file of e-taxes of which it was read, or None.
    """

    direction: str
    name: str
    data: dict[str, Any]
    xml: bytes | None = None

    @property
    def source(self) -> str:
        """One of :data:`SOURCES`."""
        return source_of(self.data)

    @property
    def is_deleted(self) -> bool:
        """Whether it is known to be deleted though the portal's own words do not say so."""
        return own_mark(self.data).get('deleted') is True

    def document(self) -> EtaxesDocument:
        """What the portal would say, without our own mark where these are the portal's words.

        :raises ValueError: no document
        """
        return read_data(self.data)


def own_mark(data: dict[str, Any]) -> dict[str, Any]:
    """What stands under :data:`MARK`: ``source`` (left out for the portal's words), ``payload`` as it was sent, ``header`` of the
    file, ``deleted``."""
    mark = data.get(MARK)
    return mark if isinstance(mark, dict) else {}


def source_of(data: dict[str, Any]) -> str:
    """One of :data:`SOURCES`."""
    source = own_mark(data).get('source')
    return source if source in SOURCES else 'portal'


def as_deleted(data: dict[str, Any]) -> dict[str, Any]:
    """``data`` of a document that is known to be deleted, though the portal has not said it."""
    return {**data, MARK: {**own_mark(data), 'deleted': True}}


def read_data(data: dict[str, Any]) -> EtaxesDocument:
    """The JSON of a document of an archive. One of a file may be without a number.

    :raises ValueError: no document
    """
    source = source_of(data)
    if source == 'portal':
        return EtaxesDocument.from_portal_json({key: value for key, value in data.items() if key != MARK})
    if source == 'sent' or data.get('qaime'):
        return EtaxesDocument.from_portal_json(data)
    return replace(EtaxesDocument.from_portal_json({**data, 'qaime': '1'}), serial='', number='', qaime='', raw=data)


def file_stem(checksum: str, place: int) -> str:
    """What a document without a number is called: by the checksum of its file, and which of those with the same file it is,
    from 1."""
    return f'file-{checksum[:16]}' + (f'-{place}' if place > 1 else '')


def from_file(read: QaimeFile, number: str) -> dict[str, Any]:
    """The JSON of a document of which a file is all that is known; ``number``: its qaimə number, '' for none.

    :raises ValueError: an amount that JSON can't hold
    """
    invoice = read.invoice
    header = {name: str(getattr(read, name)) for name in ('version', 'kod', 'serial', 'number', 'object_name', 'object_code', 'ref_serial', 'ref_number')}
    return {
        MARK: {'source': 'file', 'header': header},
        'qaime': number,
        'main_subject': invoice.main_info,
        'add_subject': invoice.add_info,
        'cmp_to': read.buyer_name,
        'tin_from': invoice.seller,
        'tin_to': invoice.buyer,
        'type': PLAIN_KIND if read.kod == PLAIN_FORM else '',
        **amounts_of(invoice, SUM_NAMES),
        'lines': [{'line': place, **amounts_of(item, ROW_NAMES)} for place, item in enumerate(invoice.items, 1)],
    }


def amounts_of(record: Invoice | Item, names: dict[str, str]) -> dict[str, Any]:
    """The values of ``record`` by the names of a download.

    :raises ValueError: an amount that JSON can't hold
    """
    values = {theirs: getattr(record, ours) for theirs, ours in names.items()}
    return {name: value if isinstance(value, str) else json_number(value, name) for name, value in values.items()}


def month_of(document: EtaxesDocument) -> str:
    """``2026-01``, in Baku; :data:`NO_DATE` where there is no date."""
    moment = document.datetime
    return f'{moment:%Y-%m}' if moment and moment.year >= FIRST_YEAR else NO_DATE


def form_of(document: EtaxesDocument) -> bytes | None:
    """``document`` in the layout of e-taxes' files, as :func:`.qaime_xml.write_invoice` writes it; None where no layout of its kind
    is known, or the layout can't hold it."""
    if document.type != PLAIN_KIND or not document.number:
        return None
    items = tuple(Item(**{ours: getattr(line, theirs) for theirs, ours in ROW_NAMES.items()}) for line in document.lines)
    invoice = Invoice(
        id='',
        main_info=document.main_subject,
        add_info=document.add_subject,
        seller=document.tin_from,
        buyer=document.tin_to,
        items=items,
        **{ours: getattr(document, theirs) for theirs, ours in SUM_NAMES.items()},
    )
    try:
        return write_invoice(invoice, buyer_name=document.cmp_to, serial=document.serial, number=document.number)
    except (QaimeXmlError, ArithmeticError):  # an absurd number of digits, too
        return None


def json_bytes(value: Any) -> bytes:
    """``value`` as JSON for people and for comparing: sorted keys, a line each, UTF-8.

    :raises ValueError: a number that is not finite, or half a character
    """
    return (json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1) + '\n').encode()


class Writer:
    """Writes an archive into a file, document by document, and keeps nothing of them but names and hashes.

    :ivar sums: path → SHA-256 of what was written so far. :ivar counts: folder → number of documents.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.sums: dict[str, str] = {}
        self.counts = dict.fromkeys(FOLDERS.values(), 0)
        self._zip = zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED)

    def add(self, archived: Archived, document: EtaxesDocument) -> list[str]:
        """Write the files of a document; return their paths: the JSON first, then, where there is one, the XML.

        :param document: as :meth:`Archived.document` gives it
        :raises ValueError: a document of this name is there already, or JSON can't hold it
        """
        folder = FOLDERS[archived.direction]
        path = f'{folder}/{month_of(document)}/{archived.name}'
        files = {f'{path}.json': json_bytes(archived.data)}
        form = archived.xml or form_of(document)
        if form:
            files[f'{path}.xml' if archived.xml else f'{path}.form.xml'] = form
        for name, content in files.items():
            self.add_file(name, content)
        self.counts[folder] += 1
        return list(files)

    def add_file(self, path: str, content: bytes, *, packed: bool = False) -> None:
        """Write a file. ``packed``: it is compressed already.

        :raises ValueError: there is one at ``path`` already
        """
        if path in self.sums:
            raise ValueError(f'{path} is in the archive already')
        self.sums[path] = hashlib.sha256(content).hexdigest()
        entry = zipfile.ZipInfo(path)  # dated 1980: the bytes don't depend on the clock
        entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        entry.create_system, entry.external_attr = 3, 0o644 << 16  # nor on the operating system
        self._zip.writestr(entry, content)

    def close(self, voen: str, **told: Any) -> None:
        """Write manifest and hashes. ``voen``: the company's; ``told``: what else the manifest tells."""
        manifest = {'format': FORMAT, 'version': VERSION, 'voen': voen, 'documents': self.counts, **told}
        self.add_file(MANIFEST, json_bytes(manifest))
        self.add_file(SUMS, sums_text(self.sums.items()).encode())
        self._zip.close()


def sums_text(sums: Iterable[tuple[str, str]]) -> str:
    """(path, SHA-256) of files as ``sha256sum`` writes and reads them, sorted by path."""
    return ''.join(f'{digest}  {path}\n' for path, digest in sorted(sums))

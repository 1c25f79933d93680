"""Files of e-taxes as Odoo meets them: recognizing them, their values as our fields, their faults in an accountant's
words. Plain functions: nothing of the database here. Reading them is :mod:`..vatportal.qaime_read`."""

import hashlib
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from odoo.tools import LazyTranslate

from ..vatportal import QaimeXmlError, is_number, qaime_number
from ..vatportal.names import text_key
from ..vatportal.qaime_read import start_of, xml_files
from .amounts import API_NAMES, decimal
from .portal_values import CODE_LENGTH, amount_of, clean, voen_of

_lt = LazyTranslate(__name__)

# So many documents of one package become bills while the person waits, at about half a second each.
FILES_AT_ONCE = 100
# So many the import wizard takes, which leaves the bills of many to the scheduled action.
FILES_IN_WIZARD = 500
TEXT_LENGTH = 500
# So many characters of a name or a note stand in a file.
FILE_TEXT = 150
# The only value of ``kod`` that is known; it says that the file is a plain invoice.
PLAIN = 'QAIME_1'
_MARKS = re.compile(rb'<qaimeTable[\s/>]|<qaimeKim(de|den|e)[\s/>]|kod\s*=\s*["\']QAIME_')
_I = str.maketrans('İIı', 'iii')
# What makes a ZIP file a package, even where it can't be opened: names stand in it uncompressed.
_MANIFEST = b'vhf-inf/vhf.mf'

_LARGE = _lt('The file is too large for an e-taxes file, or unpacks to an absurd size. Nothing was read.')
_NO_QAIME = _lt('This is not a qaimə file, or it is incomplete: %(detail)s.')
_HOSTILE = _lt('The file declares or uses XML entities. No file of e-taxes does; it was not read.')
#: reason of a :class:`QaimeXmlError` → what it means and what to do
ERRORS = {
    'large': _LARGE,
    'many': _LARGE,
    'zip': _lt("The package is damaged: it can't be opened as a ZIP file. Download it again."),
    'no_files': _lt('The package holds no XML file.'),
    'encrypted': _lt('The package is protected by a password. Unpack it and take the XML files in it.'),
    'xml': _lt('The file is damaged: it is no well-formed XML. Download it again.'),
    'entity': _HOSTILE,
    'depth': _lt('The file is nested too deeply for an e-taxes file. It was not read.'),
    'no_qaime': _NO_QAIME,
    'number': _lt('%(place)s: %(field)s is no number.'),
    'row': _lt("%(place)s does not add up: %(field)s is %(found)s, but the row's other amounts make %(expected)s."),
    'total': _lt("The totals don't add up: %(field)s is %(found)s, but the rows make %(expected)s."),
    'kind': _lt('Only plain invoices can be put into an e-taxes package, not invoices of this kind. Send it through VatPortal, or enter it at e-taxes.gov.az.'),
    'no_items': _lt('The invoice has no line with an amount.'),
    'text': _lt('%(place)s: %(field)s is too long; e-taxes packages take 150 characters.'),
    'decimals': _lt("%(place)s: the quantity %(found)s has more than 4 decimals, which e-taxes packages don't take."),
}


def error_text(env, error):
    """What the :class:`QaimeXmlError` means to an accountant, in the language of ``env``."""
    place = env._('Row %s', error.row) if error.row else env._('The document')
    values = {
        'place': place,
        'field': _field_label(env, error.field, bool(error.row)),
        'detail': error.message,
        'found': _plain(error.found),
        'expected': _plain(error.expected),
    }
    # No text names all of them.
    template = env._(ERRORS[error.reason])
    text = template % values
    return f'{clean(error.name)}: {text}' if error.name else text


def _plain(number):
    """An amount without trailing zeros but those of the qəpik."""
    if number is None:
        return ''
    short = number.normalize()
    return f'{short:f}' if short.as_tuple().exponent < -2 else f'{number:.2f}'


def _field_label(env, name, of_line):
    """Our label for what the portal calls ``name``."""
    if name == 'vat_parts':
        return env._('the sum of the VAT columns')
    names = {api[0 if of_line else 1]: ours for ours, api in API_NAMES.items()} | {
        'unit_price': 'price_unit',
        'aksizgrade': 'excise_rate',
        'id': 'product_code',
        'des': 'main_info',
        'des2': 'add_info',
    }
    model = env['vatportal.document.line' if of_line else 'vatportal.document']
    field = model._fields.get(names.get(name, name))
    return f'“{field._description_string(env)}”' if field else f'“{name}”'


# ---------------------------------------------------------------------- recognizing


def is_qaime(content):
    """Whether ``content`` (bytes) means to be an e-taxes file: an XML, or a package of them; readable or not."""
    content = content or b''
    if content[:2] == b'PK':
        return _is_package(content)
    content = start_of(content)
    # In UTF-16 every other byte is none of ours.
    return b'<' in content[:200] and _MARKS.search(content.replace(b'\0', b'')) is not None


def _is_package(content):
    # A spreadsheet is a ZIP of XML files as well.
    if b'[Content_Types].xml' in content or b'META-INF/' in content or b'mimetype' in content[:60]:
        return False
    names = content.lower()
    if _MANIFEST in content or b'.xml' in names:
        return True
    return b'.zip' in names and has_qaime(content)


def is_other_package(content):
    """Whether ``content`` looks like a package and can be opened, and none of the files in it is a qaimə."""
    if (content or b'')[:2] != b'PK' or not is_qaime(content):
        return False
    try:
        files = xml_files(content)
    except QaimeXmlError:
        return False  # there is another message for that
    # Of a package that is too large, that is to be said.
    return len(files) <= FILES_AT_ONCE and not any(is_qaime(xml) for _name, xml in files)


def has_qaime(package):
    """Whether there is an e-taxes file, readable or not, in what can be opened as a package."""
    try:
        return any(is_qaime(xml) for _name, xml in xml_files(package))
    except QaimeXmlError:
        return False


# ---------------------------------------------------------------------- values


def file_number(read):
    """The qaimə number of a :class:`QaimeFile`; '' where the file carries none.

    e-taxes writes serial and number apart. One without the other names no document, unless it is all of it:
    letters, then at least twelve digits.
    """
    serial, number = qaime_number(clean(read.serial)), qaime_number(clean(read.number))
    if serial and number:
        whole = number if number.startswith(serial) else serial + number
    else:
        whole = serial + number
        if not re.fullmatch(r'[A-Z]{1,4}[0-9]{11,}', whole):
            return ''
    return whole if is_number(whole) else ''


def document_values(read):
    """The values of a ``vatportal.document`` for a :class:`QaimeFile`, verbatim; without kind, company and lines.

    The file has no date and no name of the seller: they come with the next download.

    :raises ValueError: an amount that no invoice can have
    """
    invoice = read.invoice
    return {
        'qaime': file_number(read) or False,
        'date': False,
        'seller_vat': voen_of(invoice.seller),
        'buyer_vat': voen_of(invoice.buyer),
        'buyer_name': clean(read.buyer_name, TEXT_LENGTH),
        'main_info': clean(invoice.main_info, TEXT_LENGTH),
        'add_info': clean(invoice.add_info, TEXT_LENGTH),
        'raw': {
            name: clean(str(getattr(read, name)), TEXT_LENGTH)
            for name in ('version', 'kod', 'serial', 'number', 'object_name', 'object_code', 'ref_serial', 'ref_number')
        },
        **{ours: amount_of(getattr(invoice, theirs)) for ours, (_item, theirs) in API_NAMES.items()},
    }


def line_values(read):
    """The values of the document's lines.

    :raises ValueError: an amount that no invoice can have
    """
    return [
        {
            'sequence': position,
            'product_code': clean(item.id, CODE_LENGTH),
            'name': clean(item.name, TEXT_LENGTH),
            'unit': clean(item.unit, TEXT_LENGTH),
            'barcode': clean(item.barcode, TEXT_LENGTH),
            'quantity': amount_of(item.quantity),
            'price_unit': amount_of(item.unit_price),
            'excise_rate': amount_of(item.aksizgrade),
            **{ours: amount_of(getattr(item, theirs)) for ours, (theirs, _document) in API_NAMES.items()},
        }
        for position, item in enumerate(read.invoice.items, 1)
    ]


def content_key(values, lines):
    """Tell documents apart that have no number: by seller, buyer, total, notes, and what is in the rows.

    Units and barcodes don't count, for e-taxes writes them otherwise into files than the portal does into downloads;
    nor does the order of rows, nor case and spaces in texts. Amounts count to the qəpik.

    :param values: record or dict of a document. :param lines: records or dicts of its lines
    """
    rows = sorted(f'{_figures(line)}/{_same_text(line["name"])}' for line in lines)
    note = [_same_text(values[name]) for name in ('main_info', 'add_info')]
    return hashlib.sha256('\n'.join([*_head(values), *note, *rows]).encode()).hexdigest()


def likeness(values, lines):
    """(figures and names, note) by which two documents may be one: as :func:`content_key`, but punctuation, spaces
    and accents don't count either. Two of them compare with :func:`are_alike`."""
    rows = sorted(f'{_figures(line)}/{_like_text(line["name"])}' for line in lines)
    return [*_head(values), *rows], ''.join(_like_text(values[name]) for name in ('main_info', 'add_info'))


def are_alike(one, other):
    """Whether two documents, as :func:`likeness` gives them, may be one: a note that is empty tells nothing."""
    return one[0] == other[0] and (one[1] == other[1] or not (one[1] and other[1]))


def _head(values):
    return [values['seller_vat'] or '', values['buyer_vat'] or '', _digits(values['amount_total'], 2)]


def _figures(line):
    return '/'.join(
        (
            line['product_code'] or '',
            _digits(line['quantity'], 4),
            *(_digits(line[name], 2) for name in ('amount_goods', 'amount_excise', 'amount_net', 'amount_vat', 'amount_road', 'amount_total')),
        )
    )


def _same_text(text):
    """A text of which a file holds the beginning only; in Azerbaijani İ, I, ı and i are two letters in two cases."""
    text = unicodedata.normalize('NFC', (text or '')[:FILE_TEXT]).translate(_I)
    return ' '.join(text.split()).casefold()


def _like_text(text):
    return text_key((text or '')[:FILE_TEXT]).replace(' ', '')


def _digits(number, digits):
    return f'{decimal(number).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}'

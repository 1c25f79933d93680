"""ERP ids that follow from what is sent, so that whoever sends the same invoice again uses the same one.

The portal takes an ERP id only once, for ever (VatPortal API v8.0: error 17). Where the id follows from the invoice, that
holds for a database that was restored, copied or set up anew as well, though it knows nothing of the first sending.
"""

import hashlib
import json
import re
import unicodedata
from base64 import b32encode
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

# How many characters of the digests stand in an id: 50 bits tell numbers apart, 100 more the documents of one number.
_NUMBER, _CONTENT = 10, 20
#: Characters of an id that are the same for all documents of one number, see :meth:`Identity.series`.
SERIES_LENGTH = len('ODOO--') + _NUMBER
#: Ids as they are made here, and as they were made before they followed from the invoice.
_PATTERN = re.compile(rf'(?<![A-Z0-9-])ODOO-(?:[A-Z2-7]{{{_NUMBER}}}-[A-Z2-7]{{{_CONTENT}}}|[0-9]+-[0-9a-f]{{8}})(?![A-Za-z0-9])')


@dataclass(frozen=True)
class Identity:
    """What makes a document the same one, wherever it is sent from.

    :ivar seller: VÖEN. :ivar number: of the document in the seller's books. :ivar day: its date there, or None.
    :ivar buyer: VÖEN. :ivar total: in AZN; however many zeros it is written with.
    :ivar goods: what tells documents without a total of their own apart, as texts, in any order.
    """

    seller: str
    number: str
    day: date | None
    buyer: str
    total: Decimal
    goods: tuple[str, ...] = ()

    def erp_id(self, attempt: int = 1) -> str:
        """The ERP id of this document's ``attempt``, from 1: what was removed from the portal goes again under the next.

        36 characters out of A–Z, 2–7 and ``-``. The first part is the same for all that was ever sent under this number,
        see :meth:`series`. Who does not know the invoice learns nothing of it from its id.

        :raises ValueError: an attempt below 1, or a total that is no number
        """
        if attempt < 1 or not self.total.is_finite():
            raise ValueError('an attempt from 1 and a finite total are needed')
        day = self.day.isoformat() if self.day else ''
        content = [_text(self.seller), _text(self.number), day, _text(self.buyer), _amount(self.total), sorted(map(_text, self.goods)), attempt]
        return f'{self.series()}{_digest(content)[:_CONTENT]}'

    def series(self) -> str:
        """The beginning that the ids of all documents of this seller with this number share."""
        return f'ODOO-{_digest([_text(self.seller), _text(self.number)])[:_NUMBER]}-'


def find_erp_ids(text: str) -> list[str]:
    """The ERP ids of ours that stand in ``text``, each once, in their order."""
    return list(dict.fromkeys(_PATTERN.findall(text or '')))


def is_ours(erp_id: str) -> bool:
    """Whether ``erp_id`` is one that this addon gives out, in whatever database."""
    return bool(_PATTERN.fullmatch(erp_id or ''))


def follows_from_document(erp_id: str) -> bool:
    """Whether ``erp_id``, one of ours, was made from what is sent; those of before say nothing of that."""
    return is_ours(erp_id) and len(erp_id) == SERIES_LENGTH + _CONTENT


def series_of(erp_id: str) -> str:
    """The beginning of ``erp_id`` that is the :meth:`Identity.series` of what it was given to, if it follows from that."""
    return erp_id[:SERIES_LENGTH]


def _digest(values: list[Any]) -> str:
    return b32encode(hashlib.sha256(json.dumps(values).encode()).digest()).decode()


def _text(value: str | None) -> str:
    """One form for what reads the same: composed letters, single spaces."""
    return ' '.join(unicodedata.normalize('NFC', value or '').split())


def _amount(number: Decimal) -> str:
    """118, 118.0 and 118.00 are one amount, and so are 0 and -0."""
    return f'{number.normalize() + 0:f}'

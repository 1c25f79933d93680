"""What the portal says about a running process (VatPortal API v8.0, /job/read_proc_status)."""

import re
from dataclasses import dataclass, field
from typing import Any

from .errors import clean_text
from .polling import DONE, FAILED

# Of so many exceptions a process tells; more are a portal out of order.
MOST_TEXTS = 50
#: The keys of ``stats`` that mean something to us.
KEYS = ('pin1_code', 'pin2_code', 'imported', 'packet_created', 'login_done', 'invoice_signed', 'deleted', 'etx_exception')


def read_int(value: object) -> int:
    """A count or flag that may come as int, bool, float or text; 0 where it says nothing."""
    if isinstance(value, str):
        text = value.strip().lower()
        if text in ('true', 'yes'):
            return 1
        try:
            return int(float(text))
        except (ValueError, OverflowError):
            return 0
    if isinstance(value, (bool, int, float)):
        try:
            return int(value)
        except (ValueError, OverflowError):
            return 0
    return 0


def read_flag(value: object) -> bool:
    """True for true, 1, any other positive number, "1", "true"."""
    return read_int(value) > 0


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, dict):
        value = list(value.values())
    elif not isinstance(value, (list, tuple)):
        value = [value]
    texts = (clean_text(text) for text in value[:MOST_TEXTS] if text is not False)
    return tuple(text for text in texts if text)


def _code(value: object) -> str:
    """A check code as shown on the phone: text, leading zeros and all. Empty where there is none, or what stands there
    can't be one."""
    text = '' if value is None or isinstance(value, (bool, dict, list)) else str(value).strip()
    return text if text != '0' and re.fullmatch(r'[\w -]{1,12}', text) else ''


@dataclass(frozen=True, kw_only=True)
class Stats:
    """``stats`` of a process; every key is optional there, so every field has a rest value.

    :ivar imported: invoices imported. :ivar pin1_code: check code for the log-in. :ivar pin2_code: check
        code for the signature (both to compare with the phone; no PIN ever passes through here).
    :ivar invoice_signed: how many were signed, or whether. :ivar deleted: documents deleted.
    :ivar exceptions: e-taxes' words, all of them. :ivar retrying: the portal tries again by itself, so go
        on polling. :ivar refusals: the exceptions that are e-taxes' refusals, for the person to read.
    """

    imported: int = 0
    packet_created: bool = False
    pin1_code: str = ''
    login_done: bool = False
    pin2_code: str = ''
    invoice_signed: int | bool = 0
    deleted: int = 0
    exceptions: tuple[str, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def retrying(self) -> bool:
        """Whether some exception asks for patience (``NEED RETRY``)."""
        return any(_is_retry(text) for text in self.exceptions)

    @property
    def refusals(self) -> tuple[str, ...]:
        """The exceptions that do not, word for word."""
        return tuple(text for text in self.exceptions if not _is_retry(text))

    @classmethod
    def from_json(cls, data: Any) -> 'Stats':
        """Read ``stats`` of any shape; what is no object reads as empty. Raises nothing."""
        data = data if isinstance(data, dict) else {}
        signed = data.get('invoice_signed')
        return cls(
            imported=read_int(data.get('imported')),
            packet_created=read_flag(data.get('packet_created')),
            pin1_code=_code(data.get('pin1_code')),
            login_done=read_flag(data.get('login_done')),
            pin2_code=_code(data.get('pin2_code')),
            invoice_signed=signed if isinstance(signed, bool) else read_int(signed),
            deleted=read_int(data.get('deleted')),
            exceptions=_texts(data.get('etx_exception')),
            raw=data,
        )


def speaks_of_pin(text: str) -> bool:
    """Whether ``text``, the portal's words, is about a PIN. How it words that is not documented."""
    return bool(re.search(r'(?<![^\W_])(PIN|ПИН)(?![^\W\d_])', text, re.IGNORECASE))


def _is_retry(text: str) -> bool:
    return 'NEED RETRY' in text.upper()


@dataclass(frozen=True)
class ProcessStatus:
    """Where a process stands: ``status`` 2 finished well, 3 finished with errors, anything else running."""

    status: int
    description: str
    stats: Stats

    @property
    def finished(self) -> bool:
        return self.status in (DONE, FAILED)

    @property
    def succeeded(self) -> bool:
        return self.status == DONE

    @property
    def failed(self) -> bool:
        return self.status == FAILED

"""What can go wrong between this program and VatPortal, as exceptions.

The tree answers the one question a caller must never get wrong: *may the portal have done it?*

===================  =========================  ==================================================
exception            was it done?               what to do
===================  =========================  ==================================================
AuthError            no                         mend the connector
InvalidInvoices      no                         mend the invoices that have codes
Refused              no                         read ``code`` and ``message``
TransientError       surely not, or harmless    the same call again, later
UnknownOutcome       perhaps                    ask the portal (read by ERP id), never send blindly
===================  =========================  ==================================================
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

MESSAGE_LIMIT = 500


def clean_text(text: object, limit: int = MESSAGE_LIMIT) -> str:
    """Portal words made fit for a message: one line, no control or direction characters, ``limit`` long."""
    text = str(text or '')[: limit * 8]
    # Category C holds control, format (bidi overrides), surrogate and private-use characters: shown in a
    # dialog or a log they could forge lines or hide what was really said.
    text = ''.join(' ' if unicodedata.category(char)[0] == 'C' else char for char in text)
    text = re.sub(r'\s+', ' ', text).strip()
    return text if len(text) <= limit else text[: limit - 1] + '…'


def blot_out(text: str, secrets: Iterable[str]) -> str:
    """``text`` with ``secrets`` replaced, longest first, wherever the portal echoes them."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, '***')
    return text


class Secret(str):
    """A text that nobody prints by mistake: where a traceback shows its variables, it shows asterisks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Reply(dict[str, Any]):
    """An object of a portal's answer. What the portal says may hold our secrets, so it does not show by itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f'<{len(self)} values>'


class PortalError(Exception):
    """Anything that VatPortal, or the way to it, answered instead of a result.

    :ivar code: the portal's ``err_code``, or None where there was no envelope.
    :ivar message: the portal's own words (``err_msg``), cleaned and shortened; often ''.
    :ivar detail: our words, in English, for a log; never holds a secret.
    """

    def __init__(self, message: str = '', code: int | None = None, *, detail: str = '') -> None:
        super().__init__(message, code)
        self.message = clean_text(message)
        self.code = code
        self.detail = clean_text(detail)

    def __str__(self) -> str:
        parts = [self.detail or type(self).__name__]
        if self.code is not None:
            parts.append(f'(error {self.code})')
        text = ' '.join(parts)
        return f'{text}: {self.message}' if self.message else text


class AuthError(PortalError):
    """The portal does not let us in: codes 4, 5, HTTP 401, 15, and a partner's phone (15, 16, 17).

    :ivar reason: ``credentials`` | ``asan`` (the account has no ASAN number) | ``phone`` (a partner's
        phone is missing, malformed or not authorised). Never worth a retry before a person mended it.
    """

    def __init__(self, message: str = '', code: int | None = None, *, reason: str = 'credentials', detail: str = '') -> None:
        super().__init__(message, code, detail=detail)
        self.reason = reason


class InvalidInvoices(PortalError):
    """Error 14: the portal's own checks found faults.

    :ivar codes: one list of codes per invoice sent, in the order sent; empty where that one is fine.
    """

    def __init__(self, message: str = '', code: int = 14, *, codes: Iterable[Iterable[int]] = (), detail: str = '') -> None:
        super().__init__(message, code, detail=detail)
        self.codes = [list(row) for row in codes]


class Refused(PortalError):
    """The portal understood the call and said no (1, 2, 3, 6, 17, 20 and any code unknown to us).

    :ivar http_status: set, with ``code`` None, where the web server itself refused (404: wrong address).
    """

    def __init__(self, message: str = '', code: int | None = None, *, http_status: int | None = None, detail: str = '') -> None:
        super().__init__(message, code, detail=detail)
        self.http_status = http_status


class _Interrupted(PortalError):
    def __init__(self, message: str = '', code: int | None = None, *, reason: str = 'answer', retry_after: float | None = None, detail: str = '') -> None:
        super().__init__(message, code, detail=detail)
        self.reason = reason
        self.retry_after = retry_after


class TransientError(_Interrupted):
    """Surely not processed, or a read that is harmless to repeat: the same call again, later.

    :ivar reason: ``name`` (no such host) | ``refused`` (nobody listens there) | ``connect`` (any other way of not
        getting through) | ``tls`` | ``timeout`` | ``server`` | ``busy`` | ``answer`` | ``size`` (the answer is too long) |
        ``auth_system`` | ``redirect``.
    :ivar retry_after: seconds that the portal asked for (float), or None.
    """


class UnknownOutcome(_Interrupted):
    """The request had left (at least in part) and no clear answer came: it may have been processed.

    ``reason`` and ``retry_after`` as on :class:`TransientError`.
    """

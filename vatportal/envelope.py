"""The portal's envelope (VatPortal API v8.0, error codes): from an HTTP answer to data or a typed error."""

import json
import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, NoReturn

from .errors import AuthError, InvalidInvoices, PortalError, Refused, Reply, TransientError, UnknownOutcome, blot_out, clean_text
from .process import read_int
from .transport import Answer, Fault

WRONG_METHOD = 1
SERVER_ERRORS = (10, 11, 12, 16)
# More than the codes that there are.
MOST_CODES = 100
_PHONE = re.compile(r'phone|telefon|mobil|телефон', re.IGNORECASE)
_ASAN = re.compile(r'asan', re.IGNORECASE)


class BadAnswer(ValueError):
    """The body is no JSON object, or not of the shape the contract gives."""


class AnswerReader:
    """Decides for one call what an answer, or the lack of one, means.

    :param write: the call changes something at the portal, so a doubt is an UnknownOutcome.
    :param partner: the account is a partner's, and the call carries a phone.
    :param wants_phone: the call may need a phone whatever the account is. :param lacks_phone: and it carries none.
    :param sent: how many invoices went out.
    :param scrub: function that takes our secrets out of a text that the portal sent back.
    """

    def __init__(
        self, *, write: bool, partner: bool = False, wants_phone: bool = False, lacks_phone: bool = False, sent: int = 0, scrub: Callable[[str], str] = str
    ) -> None:
        self.write = write
        self.partner = partner
        self.wants_phone = wants_phone
        self.lacks_phone = lacks_phone
        self.sent = sent
        self.scrub = scrub

    def fault(self, fault: Fault) -> PortalError:
        """The error for a call without an answer."""
        error = UnknownOutcome if self.write and fault.sent else TransientError
        return error(reason=fault.reason, detail=f'no answer from the portal, {fault.reason}: {fault.detail}')

    def doubt(self, detail: str, reason: str = 'answer', message: str = '', code: int | None = None, retry_after: float | None = None) -> PortalError:
        """The error for an answer that does not say what was done."""
        error = UnknownOutcome if self.write else TransientError
        return error(message, code, reason=reason, retry_after=retry_after, detail=detail)

    def open(self, answer: Answer) -> dict[str, Any]:
        """The whole envelope where its err_code is 0 (or absent, for answers without envelope).

        :raises AuthError, InvalidInvoices, Refused, TransientError, UnknownOutcome: as errors.py tells.
        """
        self._check_status(answer)
        try:
            envelope = parse(answer.body)
            code = read_code(envelope)
        except BadAnswer as exc:
            envelope, code, problem = {}, None, str(exc)
        else:
            problem = 'no err_code in the answer'
        if code:
            raise self._error(code, self.scrub(_text(envelope.get('err_msg'))), envelope)
        if answer.status == 401:
            raise AuthError(detail='the portal does not accept the credentials (HTTP 401)')
        if answer.status in (403, 404, 405, 410, 413, 414, 415):
            # A web server's own refusal: the portal's program was never reached.
            raise Refused(http_status=answer.status, detail=f'nothing answers at this address (HTTP {answer.status})')
        if not envelope or not 200 <= answer.status < 300:
            raise self.doubt(f'HTTP {answer.status}, {problem}')
        return envelope

    def open_enveloped(self, answer: Answer) -> dict[str, Any]:
        """As :meth:`open`, for calls that always answer with an err_code."""
        envelope = self.open(answer)
        if read_code(envelope) is None:
            raise self.doubt('no err_code in the answer')
        return envelope

    def _check_status(self, answer: Answer) -> None:
        status = answer.status
        if 300 <= status < 400:
            # The token goes to no other address. A program may well redirect after it has done its work.
            raise self.doubt(f'the portal redirects elsewhere (HTTP {status})', 'redirect')
        if status == 429:
            # Whoever counts requests does so before it works on them.
            raise TransientError(reason='busy', retry_after=answer.retry_after, detail=f'the portal is busy (HTTP {status})')
        if status == 503:
            # What stands before the portal's program also says so when that took too long, and went on working.
            raise self.doubt(f'the portal is busy (HTTP {status})', 'busy', retry_after=answer.retry_after)
        if status >= 500:
            raise self.doubt(f'the portal failed (HTTP {status})', 'server', retry_after=answer.retry_after)
        if status == 408:
            raise self.doubt('the portal waited too long for the request (HTTP 408)', 'timeout')

    def _error(self, code: int, message: str, envelope: dict[str, Any]) -> PortalError:
        if code in (4, 5):
            return AuthError(message, code, detail='the portal does not accept the credentials')
        if code == 7:
            # Credentials are looked at before anything else, so nothing was done yet.
            return TransientError(message, code, reason='auth_system', detail="the portal's log-in is out of order")
        if code == 14:
            codes = _invoice_codes(envelope.get('data'), self.sent)
            return InvalidInvoices(message, code, codes=codes, detail='the portal found faults in invoices')
        if code in (15, 16, 17) and self._is_about_phone(code, message):
            return AuthError(message, code, reason='phone', detail='the portal does not accept the phone')
        if code == 15:
            return AuthError(message, code, reason='asan', detail='the account has no ASAN number')
        if code in SERVER_ERRORS:
            return self.doubt('the portal failed', 'server', message, code)
        return Refused(message, code, detail='the portal refused')

    def _is_about_phone(self, code: int, message: str) -> bool:
        """Whether 15, 16, 17 have their second meaning, the one for partners.

        The words decide. Without words, 15 is the phone at a partner (whose account needs no ASAN number of its
        own), and where a phone may be what is missing. Without words 16 and 17 keep their general meaning: taken
        for a phone fault, an upload that was processed would count as not processed. But 17, an ERP id that is known,
        has none where no invoices went out.
        """
        if code == 15 and _ASAN.search(message):
            return (self.partner or self.wants_phone) and bool(_PHONE.search(message))
        if _PHONE.search(message) or (code == 17 and self.partner and not self.sent):
            return True
        return code == 15 and (self.partner or self.lacks_phone and not message)


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object in a body.

    :raises BadAnswer: not UTF-8, not JSON, not an object, or NaN where a number belongs.
    """
    try:
        data = json.loads(body.decode('utf-8-sig'), parse_constant=_no_constant, object_hook=Reply)
    except (ValueError, RecursionError):
        raise BadAnswer('the answer is no JSON') from None
    if not isinstance(data, dict):
        raise BadAnswer('the answer is no JSON object')
    return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def read_code(envelope: dict[str, Any]) -> int | None:
    """``err_code`` as int, None where absent. :raises BadAnswer: something that is no code."""
    code = envelope.get('err_code')
    if code is None:
        return None
    if isinstance(code, str) and re.fullmatch(r'\s*-?[0-9]{1,9}\s*', code):
        return int(code)
    if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 10**9:
        return code
    raise BadAnswer('err_code is no number')


def _text(value: object) -> str:
    return value if isinstance(value, str) else ''


def as_list(value: object) -> list[Any]:
    """A PHP array as list: it comes as [], as {"0": …} when it has holes, and as null when empty.

    :raises BadAnswer: anything else.
    """
    if value is None:
        return []
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return value
    raise BadAnswer('an array was expected')


def _invoice_codes(data: Any, sent: int) -> list[list[int]]:
    rows = data.get('invoices') if isinstance(data, dict) else data
    codes: list[list[int]] = [[] for _index in range(sent)]
    if isinstance(rows, dict):
        numbered = [(int(key), row) for key, row in rows.items() if re.fullmatch('[0-9]{1,9}', key)]
    else:
        numbered = list(enumerate(rows)) if isinstance(rows, list) else []
    for index, row in numbered:
        if index < sent:
            row = row if isinstance(row, (list, dict)) else [row]
            values = row.values() if isinstance(row, dict) else row
            # What is no code is one that nobody knows, for an invoice without codes counts as faultless.
            codes[index] = [min(max(code, -1), 9999) for code in islice(filter(None, map(read_int, values)), MOST_CODES)]
    return codes


def short(text: str, secrets: Iterable[str]) -> str:
    """``text`` with every secret of ours that the portal echoed replaced, then cleaned and shortened."""
    return clean_text(blot_out(text, secrets))

"""VatPortal, one method per endpoint (VatPortal API v8.0).

Errors are those of :mod:`.errors`; every method may raise AuthError, Refused and TransientError, and those
that change something (marked *write*) UnknownOutcome as well. Dates are ``date`` or ``datetime``, in Baku
time when naive. ``direction`` is 0 incoming, 1 sent.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn, SupportsIndex

from . import endpoints
from .answers import check_number, invoice_numbers, object_of, rows_of, word_of
from .arguments import comma_list, date_text, direction_code
from .decimals import json_text
from .envelope import WRONG_METHOD, AnswerReader, short
from .errors import Refused, Secret, blot_out, clean_text
from .etaxes import EtaxesDocument
from .invoice import Invoice
from .plain import INTEGER, plain
from .process import KEYS, ProcessStatus, Stats, read_int
from .transport import Answer, Fault, Transport

#: More documents than any company has: a total beyond it is none.
MOST_DOCUMENTS = 10**9


@dataclass(frozen=True)
class Page:
    """One page of downloaded documents.

    :ivar total: how many there are in all pages. :ivar bad: (raw, why) of each that can't be read.
    """

    documents: list[EtaxesDocument]
    total: int
    bad: list[tuple[object, str]]


class VatPortalClient:
    """One portal account.

    :param base_url: such as ``https://demo.vatportal.az/api``; plain http only to this machine.
    :param token: API token; without it ``username`` and ``password`` go into every request.
    :param phone: ASAN İmza phone, ``994`` and 9 digits: of the customer a partner acts for; else for downloads.
    :param partner: the account is a partner's, so the phone goes into every call, not ``endpoints.PHONE_CALLS`` alone.
    :param read_methods: what :attr:`read_methods` held when it was last seen.
    :param timeout: seconds for connecting and for each read.
    :param deadline: seconds for a whole call, its second try by the other HTTP method included.
    :param max_bytes: longest answer accepted, where that is less than ``endpoints`` says.
    :raises ValueError: an address or secret that can't be used. The text never holds the secret.

    :ivar read_methods: endpoint → 'GET' | 'POST', what this portal takes; store it with the connector.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        username: str | None = None,
        password: str | None = None,
        phone: str | None = None,
        partner: bool = True,
        read_methods: dict[str, str] | None = None,
        timeout: float = 30.0,
        max_bytes: int | None = None,
        deadline: float = 90.0,
    ) -> None:
        token, username, password, phone = (text and Secret(text) for text in (token, username, password, phone))
        if token and not re.fullmatch('[!-~]+', token):
            raise ValueError('The token contains spaces or characters that no token has.')
        if not token and not (username and password):
            raise ValueError('Either a token or a user name and a password are needed.')
        self._headers = {'Content-Type': 'application/json', 'Accept': 'application/json'}
        self._login = {}
        if token:
            self._headers['x-vatpapikey'] = token
        else:
            self._login = {'username': username, 'password': password}
        self._phone = phone or None
        self._partner = bool(partner and phone)
        # Very short ones are left alone: taking every "a" out of a text would hide the text.
        self._keys = {text for text in (token, password) if text and len(text) >= 4}
        self._secrets: set[str] = {text for text in (token, username, password, phone) if text and len(text) >= 4}
        self.read_methods = {path: method for path, method in (read_methods or {}).items() if path in endpoints.EITHER_METHOD and method in ('GET', 'POST')}
        self._max_bytes = max_bytes
        self._transport = Transport(base_url, timeout=timeout, deadline=deadline)

    def __repr__(self) -> str:
        # While it is being made, a traceback may ask as well.
        transport = getattr(self, '_transport', None)
        return f'<VatPortalClient {transport.base_url if transport else ""}>'

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError('a VatPortalClient holds secrets and is neither copied nor pickled')

    def __enter__(self) -> 'VatPortalClient':
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the client can still be used, it then opens new ones."""
        self._transport.close()

    # --- invoices of the ERP ---

    def upload_invoices(self, invoices: Sequence[Invoice], *, upload: bool, use_old_sys: bool = False) -> int:
        """POST /inv/import_upload_invoices.php (*write*): import, and with ``upload`` send and sign.

        :returns: the process id, one for all invoices (so one PIN1, one PIN2).
        :raises InvalidInvoices: error 14; its ``codes`` follow the order of ``invoices``.
        :raises ValueError: no invoice, or an amount that JSON can't hold; nothing was sent.
        """
        body: dict[str, Any] = {'upload': bool(upload), 'use_old_sys': bool(use_old_sys), 'invoices': [invoice.to_json() for invoice in invoices]}
        if not body['invoices']:
            raise ValueError('no invoices to send')
        return self._process(endpoints.UPLOAD, 'POST', body, sent=len(body['invoices']))

    def read_invoices(self, ids: Sequence[str]) -> dict[str, str | None]:
        """/inv/read_invoices: ERP id → qaimə number, '' where the portal has it without a number yet.

        None where what stands there can't be its number: it has not the form of one, or the answer gives it to several
        invoices. Ids that the answer does not name are not in the result. No ids, no call.
        """
        ids = [str(erp_id) for erp_id in ids]
        return self._numbers({'ids': ids}) if ids else {}

    def read_invoices_by_date(self, date_from: date, date_to: date) -> dict[str, str | None]:
        """/inv/read_invoices by date: as :meth:`read_invoices`, for all that were made in that time."""
        return self._numbers({'date_from': date_text(date_from), 'date_to': date_text(date_to)})

    def delete_invoices(self, ids: Sequence[str]) -> None:
        """DELETE /inv/delete (*write*): remove, from the portal only, what was not submitted yet."""
        ids = [str(erp_id) for erp_id in ids]
        if not ids:
            raise ValueError('no invoices to delete')
        self._call(endpoints.DELETE_INVOICES, 'DELETE', {'ids': ids}, write=True)

    # --- processes ---

    def process_status(self, proc_id: int) -> ProcessStatus:
        """/job/read_proc_status: where a process stands. See :mod:`.polling` for when to ask."""
        reader, envelope = self._call(endpoints.PROCESS_STATUS, 'GET', {'procId': int(proc_id)})
        data = object_of(envelope)
        status = str(data.get('status')).strip() if 'status' in data else ''
        if not re.fullmatch('-?[0-9]{1,9}', status):
            raise reader.doubt('no status in the answer')
        description, stats = data.get('status_desc'), object_of({'data': data.get('stats')})
        # What means something to us comes first, should the rest be too much.
        known = {name: stats[name] for name in KEYS if name in stats}
        return ProcessStatus(
            int(status), clean_text(self._kept(description)) if isinstance(description, str) else '', Stats.from_json(self._kept({**known, **stats}))
        )

    def process_data(self, proc_id: int) -> dict[str, Any]:
        """/job/read_proc_data: detail and log of a process, free-form; {} where there is none."""
        _reader, envelope = self._call(endpoints.PROCESS_DATA, 'GET', {'procId': int(proc_id)})
        data = self._kept(envelope.get('data'))
        return data if isinstance(data, dict) else ({'data': data} if data else {})

    # --- documents of e-taxes ---

    def start_download(
        self,
        date_from: date,
        date_to: date,
        *,
        direction: int,
        inc_kinds: str | Iterable[str] = (),
        exc_kinds: str | Iterable[str] = (),
        inc_status: str | Iterable[str] = (),
        exc_status: str | Iterable[str] = (),
    ) -> int:
        """POST /etx/import (*write*, since it asks a person for PIN1): fetch documents into the portal.

        Dates are when the qaimə was made. ``inc_*`` wins over ``exc_*``. Returns the process id.
        """
        body = {'date_from': date_text(date_from), 'date_to': date_text(date_to), 'dir': direction_code(direction)}
        for name, wanted, unwanted in (('kinds', inc_kinds, exc_kinds), ('status', inc_status, exc_status)):
            if wanted:
                body[f'inc_{name}'] = comma_list(wanted)
            elif unwanted:
                body[f'exc_{name}'] = comma_list(unwanted)
        return self._process(endpoints.DOWNLOAD, 'POST', body)

    def read_etaxes(self, *, direction: int, proc_id: int | None = None, date_from: date | None = None, date_to: date | None = None, page: int = 1) -> Page:
        """/etx/read_invoices: one page (``PAGE_SIZE`` documents, from 1) of what was downloaded.

        Give either ``proc_id``, or both dates. A document that can't be read lands in ``bad`` with the
        reason; the others are returned all the same.
        """
        if (proc_id is None) == (date_from is None) or (date_from is None) != (date_to is None) or page < 1:
            raise ValueError('give either proc_id, or date_from and date_to; pages count from 1')
        body: dict[str, Any] = {'dir': direction_code(direction)}
        if proc_id is not None:
            body['procId'] = int(proc_id)
        elif date_from is not None and date_to is not None:
            body.update(date_from=date_text(date_from), date_to=date_text(date_to))
        if proc_id is None or page > 1:
            body['from'] = int(page)
        reader, envelope = self._call(endpoints.READ_ETAXES, 'GET', body)
        rows, data = rows_of(reader, envelope)
        total = read_int(data.get('total'))
        if total > MOST_DOCUMENTS:
            raise reader.doubt('no total in the answer that can be one')
        documents: list[EtaxesDocument] = []
        bad: list[tuple[object, str]] = []
        for row in rows:
            try:
                document = EtaxesDocument.from_portal_json(row)
                check_number(document.qaime)
                documents.append(document)
            except ValueError as exc:
                bad.append((self._kept(row), str(exc)))
        return Page(documents, max(total, len(rows)), bad)

    def delete_etaxes(self, serial_numbers: Sequence[str], *, is_signed: bool) -> int:
        """DELETE /etx/delete (*write*): all or nothing, irreversible, from the portal and from e-taxes.

        :param serial_numbers: as :func:`~.etaxes.serie_number` writes them, all in the same folder.
        :param is_signed: False: draft folder; True: sent folder, waiting for the counterparty.
        :returns: the process id. :raises Refused: 20, not found or in the other folder.
        """
        numbers = [str(number) for number in serial_numbers]
        if not numbers:
            raise ValueError('no documents to delete')
        body = {'serialNumbers': numbers, 'is_signed': bool(is_signed)}
        return self._process(endpoints.DELETE_ETAXES, 'DELETE', body)

    # --- token renewal ---

    def start_reset(self, login: str) -> str:
        """GET /auth/reset_start.php: the plain value that :meth:`renewal_key` turns into a key."""
        login = Secret(login)
        query = {'login': login, **({'phone': self._phone} if self._partner else {})}
        reader, answer = self._call(endpoints.RESET_START, 'GET', None, query=query, enveloped=False, secrets=(login,))
        return word_of(reader, answer, 'plain_value', '[ -~]')

    def confirm_reset(self, login: str, key: str) -> str:
        """POST /auth/reset_confirm.php (*write*): the new token. The old one is dead from here on.

        After UnknownOutcome nobody knows which of the two lives: try the old one, else start again.
        """
        login, key = Secret(login), Secret(key)
        reader, answer = self._call(endpoints.RESET_CONFIRM, 'POST', {'login': login, 'key': key}, write=True, enveloped=False, secrets=(login, key))
        token = word_of(reader, answer, 'token', '[!-~]')
        if len(token) >= 4:
            self._secrets.add(token)
        return token

    @staticmethod
    def renewal_key(secret_hash: str, plain_value: str) -> str:
        """Hex HMAC-SHA256 of the plain value with the secret hash of the portal's profile page as key."""
        return hmac.new(secret_hash.encode(), plain_value.encode(), hashlib.sha256).hexdigest()

    # --- how calls are made ---

    def _kept(self, value: Any) -> Any:
        """Free-form JSON of the portal as it may be kept."""
        return plain(value, lambda text: blot_out(text, self._keys))

    def _process(self, path: str, method: str, body: dict[str, Any], sent: int = 0) -> int:
        reader, envelope = self._call(path, method, body, write=True, sent=sent)
        proc_id = read_int(object_of(envelope).get('id'))
        if not 0 < proc_id <= INTEGER:
            raise reader.doubt('no process id in the answer')
        return proc_id

    def _numbers(self, body: dict[str, Any]) -> dict[str, str | None]:
        reader, envelope = self._call(endpoints.READ_INVOICES, 'GET', body)
        return invoice_numbers(reader, envelope, self._secrets)

    def _call(
        self,
        path: str,
        method: str,
        body: dict[str, Any] | None,
        *,
        query: dict[str, Any] | None = None,
        write: bool = False,
        sent: int = 0,
        enveloped: bool = True,
        secrets: Iterable[str] = (),
    ) -> tuple[AnswerReader, dict[str, Any]]:
        """One call, its answer read. Returns the reader, for doubts about what is inside, and the envelope."""
        known = self._secrets | {text for text in secrets if len(text) >= 4}
        reader = AnswerReader(
            write=write,
            partner=self._partner,
            sent=sent,
            scrub=lambda text: short(text, known),
            wants_phone=path in endpoints.PHONE_CALLS,
            lacks_phone=path in endpoints.PHONE_CALLS and not self._phone,
        )
        unwrap = reader.open_enveloped if enveloped else reader.open
        if body is not None:
            body = {**self._login, **body}
            if self._partner or self._phone and path in endpoints.PHONE_CALLS:
                body['phone'] = self._phone
        end = time.monotonic() + self._transport.deadline
        if path not in endpoints.EITHER_METHOD:
            return reader, unwrap(self._send(reader, path, method, body, query, write, end))
        first = self.read_methods.get(path, method)
        try:
            return reader, unwrap(self._send(reader, path, first, body, query, write, end))
        except Refused as exc:
            if not _is_wrong_method(exc):
                raise
            refused = exc
        second = 'POST' if first == 'GET' else 'GET'
        try:
            envelope = unwrap(self._send(reader, path, second, body, query, write, end))
        except Refused as exc:
            if not _is_wrong_method(exc):
                self.read_methods[path] = second
            elif refused.http_status:
                raise refused from None  # that the other method is wrong does not make this refusal the portal's
            raise
        self.read_methods[path] = second
        return reader, envelope

    def _send(self, reader: AnswerReader, path: str, method: str, body: dict[str, Any] | None, query: dict[str, Any] | None, write: bool, end: float) -> Answer:
        longest = endpoints.LONGEST_OF.get(path, endpoints.LONGEST)
        try:
            # What goes out is no variable here: a traceback might show it.
            return self._transport.call(
                method,
                path,
                headers=self._headers,
                query=query,
                fresh=write,
                body=None if body is None else json_text(body).encode(),
                max_bytes=min(longest, self._max_bytes or longest),
                deadline=max(end - time.monotonic(), 0.001),
            )
        except Fault as exc:
            fault = reader.fault(exc)
        raise fault


def _is_wrong_method(refused: Refused) -> bool:
    return refused.code == WRONG_METHOD or refused.http_status in (404, 405)

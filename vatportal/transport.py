"""HTTP to the portal: one request out, status and body back, or a :class:`Fault` that says how far it got."""

import contextlib
import email.utils
import http.client
import ipaddress
import logging
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
import urllib3

from .errors import clean_text
from .watched_connection import QuietSession, Watch

_logger = logging.getLogger(__name__)
_CHUNK = 16 * 1024
# A portal may ask for patience, but not stop its callers for good by a slip of the pen.
LONGEST_RETRY = 900.0
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)
# Raised while an answer is read, so the request had left; asked only where no watched connection was dialled
# at all, for a handshake that times out is a ReadTimeout as well.
_AFTER_SENDING = (requests.exceptions.ReadTimeout, requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)


class Fault(Exception):
    """No answer. ``reason`` as on TransientError, ``sent`` whether any byte of the request may have left."""

    def __init__(self, reason: str, sent: bool, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.detail = clean_text(detail, 200)


@dataclass(frozen=True)
class Answer:
    """HTTP status, body bytes (left out for redirects and "busy", which need none), Retry-After seconds."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None


class AddressError(ValueError):
    """An address that no secret may be sent to.

    :ivar reason: ``spaces``, ``url`` (none, or not one of http), ``login`` (names a user), ``query`` or ``https``, for
        whoever says it in other words.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def portal_url(text: str) -> str:
    """The base URL of a portal from what a person types: ``demo``, ``demo.vatportal.az`` or a full URL.

    :raises AddressError: not an address that a secret may be sent to.
    """
    text = str(text or '').strip()
    if re.fullmatch(r'[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?', text):
        text = f'https://{text.lower()}.vatportal.az/api'
    elif re.fullmatch(r'[A-Za-z0-9-]+\.vatportal\.az(/api)?/?', text, re.IGNORECASE):
        text = f'https://{text.split("/")[0].lower()}/api'
    return check_url(text)


def check_url(text: str) -> str:
    """A full base URL without its trailing slash.

    :raises AddressError: not https (plain http only to this very machine), or with user, query or fragment.
    """
    text = str(text or '').strip()
    if re.search(r'[\s\x00-\x1f\\]', text):
        raise AddressError('spaces', 'The portal address must not contain spaces.')
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise AddressError('url', 'The portal address is not a valid URL.') from None
    if parts.scheme not in ('https', 'http') or not host:
        raise AddressError('url', 'The portal address must look like https://example.vatportal.az/api.')
    if parts.username is not None or parts.password is not None:
        raise AddressError('login', 'The portal address must not contain a user name or a password.')
    if '?' in text or '#' in text:
        raise AddressError('query', 'The portal address must not contain "?" or "#".')
    if parts.scheme == 'http' and not _is_loopback(host):
        raise AddressError('https', 'The portal address must begin with https://, since it carries secrets.')
    return text.rstrip('/')


def _is_loopback(host: str | None) -> bool:
    host = host or ''
    if host.lower() == 'localhost':
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_kept = threading.local()


@contextlib.contextmanager
def kept_connections() -> Iterator[None]:
    """Within it, the clients that this thread makes share their connections, which stay open from one to the next.

    For many clients of one portal, each for a moment; threads share nothing.
    """
    before = getattr(_kept, 'session', None)
    with QuietSession() as session:
        _kept.session = session
        try:
            yield
        finally:
            _kept.session = before


class Transport:
    """Requests to one base URL over one session.

    :param timeout: seconds for connecting, and for each read (one scalar; a pair would be refused by
        some test environments).
    :param deadline: seconds for a whole call, at least ``timeout``.
    """

    def __init__(self, base_url: str, *, timeout: float, deadline: float) -> None:
        self.base_url = check_url(base_url)
        self.timeout = float(timeout)
        self.deadline = max(float(deadline), self.timeout)
        kept = getattr(_kept, 'session', None)
        self._session, self._is_kept = kept or QuietSession(), bool(kept)

    def close(self) -> None:
        if not self._is_kept:
            self._session.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        max_bytes: int,
        deadline: float | None = None,
        query: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Answer:
        """One request, one answer of any status; never repeated, never redirected.

        :param max_bytes: longest body accepted, unpacked.
        :param deadline: seconds for all of it, name look-up and dialling included; by default the transport's.
        :param fresh: use a new connection. A kept connection may have been closed by the portal at the
            very moment we write to it, and then nobody can say whether the request arrived. Writes are
            rare and worth a handshake, so they don't take part in that.
        :raises Fault: no usable answer.
        """
        if fresh:
            self._session.close()
        request = requests.Request(method, self.base_url + path, headers=headers, params=query, data=body)
        prepared = request.prepare()
        started = time.monotonic()
        fault: Fault | None = None
        with Watch(self.deadline if deadline is None else deadline) as watch:
            try:
                answer = self._exchange(prepared, watch, max_bytes)
            except _FAILURES as exc:
                fault = self._fault(exc, watch)
            except Fault as exc:
                fault = exc
        if fault is not None:
            _logger.info('%s %s failed: %s (%s)', method, path, fault.reason, 'sent' if fault.sent else 'not sent')
            # Outside the except block, so that the cause, which holds headers and body, isn't carried along.
            raise fault
        _logger.debug('%s %s: %s, %s bytes, %.3f s', method, path, answer.status, len(answer.body), time.monotonic() - started)
        return answer

    def _exchange(self, prepared: requests.PreparedRequest, watch: Watch, max_bytes: int) -> Answer:
        # Everything is passed here: neither the session's settings nor the environment can turn
        # verification off or add credentials.
        response = self._session.send(
            prepared,
            timeout=min(self.timeout, watch.deadline),
            verify=_ca_bundle(),
            cert=None,
            proxies=self._proxies(str(prepared.url)),
            stream=True,
            allow_redirects=False,
        )
        try:
            self._session.cookies.clear()
            body = b'' if _is_bodyless(response.status_code) else self._read(response, watch, max_bytes)
            retry_after = _retry_after(response.headers.get('Retry-After'))
            return Answer(response.status_code, body, retry_after)
        finally:
            response.close()

    def _read(self, response: requests.Response, watch: Watch, max_bytes: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise Fault('size', True, f'the answer is longer than {max_bytes} bytes')
            chunks.append(chunk)
        if watch.expired:  # the cut looks like the end of a body without a declared length
            raise Fault('timeout', True, f'no complete answer within {watch.deadline:g} s')
        return b''.join(chunks)

    def _proxies(self, url: str) -> dict[str, str]:
        # The proxies of the environment, but nothing meant for this machine ever leaves it.
        if _is_loopback(urlsplit(url).hostname):
            return {}
        return requests.utils.get_environ_proxies(url)

    def _fault(self, exc: Exception, watch: Watch) -> Fault:
        chain = list(_causes(exc))
        sent = watch.sent or (watch.phase == 'start' and isinstance(exc, _AFTER_SENDING))
        if watch.expired:
            return Fault('timeout', sent, f'no complete answer within {watch.deadline:g} s')
        return Fault(self._reason(chain, watch), sent, _detail(chain))

    def _reason(self, chain: list[BaseException], watch: Watch) -> str:
        if any(_is_timeout(exc) for exc in chain):
            return 'timeout'
        if _any(chain, requests.exceptions.SSLError, urllib3.exceptions.SSLError, ssl.SSLError):
            return 'tls'
        if _any(
            chain,
            requests.exceptions.ContentDecodingError,
            http.client.IncompleteRead,
            urllib3.exceptions.IncompleteRead,
            urllib3.exceptions.InvalidChunkLength,
            urllib3.exceptions.DecodeError,
        ):
            return 'answer'
        direct_tls = self.base_url.startswith('https:') and not self._proxies(self.base_url)
        if watch.phase == 'dialled' and direct_tls:
            return 'tls'  # the connection stood and broke before the request: that was the handshake
        if _names_ca_bundle(chain[0]):
            return 'tls'
        if not self._proxies(self.base_url):  # else it may be the proxy's name or port
            if _any(chain, socket.gaierror):
                return 'name'
            if _any(chain, ConnectionRefusedError):
                return 'refused'
        return 'connect'


def _ca_bundle() -> str | bool:
    # Session.trust_env is off because of .netrc; a company's own CA must work all the same.
    return os.environ.get('REQUESTS_CA_BUNDLE') or os.environ.get('CURL_CA_BUNDLE') or True


def _names_ca_bundle(exc: BaseException) -> bool:
    return type(exc) is OSError and 'TLS CA certificate bundle' in str(exc)


def _is_bodyless(status: int) -> bool:
    return 300 <= status < 400 or status in (429, 503)


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """The exception and what it wraps. Not ``__context__``: that may be a fault of the caller's own."""
    pending: list[object] = [exc]
    seen: set[int] = set()
    while pending and len(seen) < 20:
        current = pending.pop(0)
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            pending += [*current.args, getattr(current, 'reason', None), current.__cause__]


def _is_timeout(exc: BaseException) -> bool:
    # urllib3 derives "connection refused" and "name not found" from its time-out.
    return isinstance(exc, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)) and not isinstance(exc, urllib3.exceptions.NewConnectionError)


def _any(chain: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(exc, kinds) for exc in chain)


def _detail(chain: list[BaseException]) -> str:
    """What the innermost system error says. Texts of requests and urllib3 are avoided: they hold the URL."""
    for exc in reversed(chain):
        if isinstance(exc, ssl.SSLCertVerificationError):
            return exc.verify_message
        if isinstance(exc, (ssl.SSLError, socket.gaierror, ConnectionError, TimeoutError)):
            return exc.strerror or exc.__class__.__name__
    return chain[-1].__class__.__name__


def _retry_after(value: str | None) -> float | None:
    """Seconds from a Retry-After header (a number or an HTTP date), 0 to ``LONGEST_RETRY``; None where unreadable."""
    if not value:
        return None
    try:
        if re.fullmatch('[0-9]+', value.strip()):
            seconds = float(value)
        else:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        return min(max(0.0, seconds), LONGEST_RETRY)
    except (TypeError, ValueError, OverflowError):
        return None

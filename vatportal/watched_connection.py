"""Connections that know how far a request got.

Whether a failed call may have been processed depends on one fact: had any byte of the request left? The
exceptions of requests do not tell (a TLS failure may come before or after it), so the connections tell it
themselves, to the :class:`Watch` of the call under way in their thread.
"""

import contextlib
import logging
import os
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    _Connection = urllib3.connection.HTTPConnection
else:
    _Connection = object

_current = threading.local()
_SHORTEST = 0.02  # seconds; with less nothing is begun


class Watch:
    """One call: how far it got (``start`` | ``dialled`` | ``sent``), and a hard end to its total time.

    Socket timeouts bound one read each; a portal that drips a byte a second would never meet them. So when
    ``deadline`` seconds (wall clock) are over, the socket is shut down under the call, which then fails. Before there
    is a socket, looking the name up and dialling one address after the other get what is :meth:`left`.
    """

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.phase = 'start'
        self._end = time.monotonic() + deadline
        self.expired = False
        self._grip: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(deadline, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> 'Watch':
        _current.watch = self
        self._timer.start()
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self._timer.cancel()
        _current.watch = None
        self._hold(None)

    def left(self) -> float:
        """Seconds until the end. :raises ConnectTimeoutError: there are none."""
        seconds = self._end - time.monotonic()
        if seconds < _SHORTEST:
            self.expired = True
            raise urllib3.exceptions.ConnectTimeoutError(None, 'no time left')
        return seconds

    @property
    def sent(self) -> bool:
        return self.phase == 'sent'

    def dialled(self, sock: socket.socket) -> None:
        if not self.sent:
            self.phase = 'dialled'
        self._hold(sock)

    def sending(self, sock: socket.socket) -> None:
        self.phase = 'sent'
        if self._grip is None:  # a connection kept from an earlier call
            self._hold(sock)

    def _hold(self, sock: socket.socket | None) -> None:
        # A second handle on the same socket: TLS detaches the first one from its descriptor.
        grip = socket.socket(fileno=os.dup(sock.fileno())) if sock is not None else None
        with self._lock:
            old, self._grip = self._grip, grip
        if old is not None:
            old.close()

    def _expire(self) -> None:
        self.expired = True
        with self._lock:
            if self._grip is not None:
                with contextlib.suppress(OSError):  # already gone: the call ends by itself
                    self._grip.shutdown(socket.SHUT_RDWR)


def _look_up(host: str, port: int | None, watch: Watch) -> list[str]:
    """The addresses of ``host``, in the order of the system. The look-up can't be given a time-out, so another thread
    does it and may be left behind."""
    found: list[list[Any] | OSError] = []

    def look() -> None:
        try:
            found.append(socket.getaddrinfo(host.strip('[]'), port, type=socket.SOCK_STREAM))
        except OSError as exc:
            found.append(exc)
        except UnicodeError:
            found.append(socket.gaierror(socket.EAI_NONAME, 'the name is not valid'))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(watch.left())
    if not found:
        watch.expired = True
        raise urllib3.exceptions.ConnectTimeoutError(None, 'the name was not looked up in time')
    if isinstance(found[0], OSError):
        raise found[0]
    return list(dict.fromkeys(address[0] for *_kind, address in found[0]))


class _Watched(_Connection):
    """Mixed into urllib3's connection classes."""

    #: http.client prints whole headers, so the token, when debugging is switched on for all connections.
    debuglevel = 0
    _dialling = False

    def connect(self) -> None:
        self._dialling = True
        try:
            super().connect()
        finally:
            self._dialling = False

    def _new_conn(self) -> socket.socket:
        watch = getattr(_current, 'watch', None)
        if watch is None:
            return super()._new_conn()
        dial = super()._new_conn
        sock = dial() if hasattr(self, '_socks_options') else self._dial(dial, watch)  # a SOCKS proxy looks the name up
        watch.dialled(sock)
        return sock

    def _dial(self, dial: Callable[[], socket.socket], watch: Watch) -> socket.socket:
        """Try the addresses of the host one after the other, in the time that is left for the call."""
        host, timeout = self._dns_host, self.timeout
        addresses = _look_up(host, self.port, watch)
        try:
            while True:
                # A number, so that urllib3 finds one address and has its time-out for that alone.
                self._dns_host = addresses.pop(0)
                left = watch.left()
                self.timeout = min(timeout or left, left)
                try:
                    return dial()
                except (urllib3.exceptions.HTTPError, OSError):
                    if not addresses:
                        raise
        finally:
            self._dns_host, self.timeout = host, timeout

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        watch = getattr(_current, 'watch', None)
        # While dialling it is the proxy that is spoken to (CONNECT), not the portal.
        if watch is not None and not self._dialling:
            watch.sending(self.sock)
        super().send(data)


def _watch_pools(manager: urllib3.PoolManager) -> urllib3.PoolManager:
    """Make every pool of a urllib3 manager, those of SOCKS proxies included, use watched connections."""
    watched = {}
    pools: dict[str, Any] = manager.pool_classes_by_scheme
    for scheme, pool in pools.items():
        connection = type('Watched' + pool.ConnectionCls.__name__, (_Watched, pool.ConnectionCls), {})
        watched[scheme] = type('Watched' + pool.__name__, (pool,), {'ConnectionCls': connection})
    manager.pool_classes_by_scheme = watched
    return manager


class WatchedAdapter(HTTPAdapter):
    """requests' adapter without its retries (a repeated write could be done twice)."""

    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=4, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _watch_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> urllib3.PoolManager:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        return manager if known else _watch_pools(manager)


class QuietSession(requests.Session):
    """A session that follows nothing, reads no .netrc, keeps no cookies for the next call."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.mount('https://', WatchedAdapter())
        self.mount('http://', WatchedAdapter())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Never one: else requests would read the whole body of a redirect just to offer the next request."""


class _HideQuery(logging.Filter):
    """Keeps log-in name and phone, which the API wants in a query string, out of urllib3's debug log."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(re.sub(r'(/auth/reset_start\.php)\?\S*', r'\1?…', arg) if isinstance(arg, str) else arg for arg in record.args)
        return True


logging.getLogger('urllib3.connectionpool').addFilter(_HideQuery())

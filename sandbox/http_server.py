"""HTTP/1.1 over a socket, with keep-alive, and with ways to break it.

werkzeug's own development server closes the connection after each answer, and knows no way to reset one;
so the standard library's server carries werkzeug's requests and responses here.
"""

import io
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from werkzeug.wrappers import Request

MAX_BODY = 200 * 1024 * 1024


class Reset(Exception):
    """Cut the connection with a TCP reset instead of answering."""


class Server(ThreadingHTTPServer):
    """One thread a connection; `stop` ends the open connections too, as a dead host would."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, address, router):
        self.router = router
        self.stopping = threading.Event()
        self.accepted = 0
        self._sockets = set()
        self._sockets_lock = threading.Lock()
        super().__init__(address, Handler)

    def process_request(self, request, client_address):
        with self._sockets_lock:
            self.accepted += 1
            self._sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        # no shutdown() first: with SO_LINGER set, the bare close is what sends the reset
        with self._sockets_lock:
            self._sockets.discard(request)
        self.close_request(request)

    def handle_error(self, request, client_address):
        """A client that went away is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def stop(self):
        """Stop listening, and cut whoever is connected."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._sockets_lock:
            sockets = list(self._sockets)
        for connection in sockets:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it was gone already


class Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the router, writes its answer."""

    protocol_version = 'HTTP/1.1'
    server_version = 'VatPortalSandbox'
    sys_version = ''
    disable_nagle_algorithm = True

    def date_time_string(self, timestamp=None):
        """For the Date header: the portal's time, however wrong its clock."""
        return super().date_time_string(self.server.router.time() if timestamp is None else timestamp)

    def log_message(self, *args):
        """The portal keeps its own log."""

    def _serve(self):
        path = unquote(urlsplit(self.path).path)
        try:
            exchange = self.server.router.arrive(self.command, path, dict(self.headers.items()), self._query())
            environ = self._environ(path)
            if environ is None:
                return
            answer = self.server.router.respond(exchange, Request(environ))
            self._wait(answer)
            self._send(answer)
        except Reset:
            self._reset()
        except ConnectionError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _serve

    # -- request ------------------------------------------------------------------------------------------

    def _query(self):
        return urlsplit(self.path).query

    def _environ(self, path):
        """The WSGI environment, with the whole body read: a rest of it would spoil the next request."""
        body = self._body()
        if body is None:
            self.send_error(411)
            self.close_connection = True
            return None
        host, port = self.server.server_address[:2]
        environ = {
            'REQUEST_METHOD': self.command,
            'SCRIPT_NAME': '',
            'PATH_INFO': path.encode().decode('latin-1'),
            'QUERY_STRING': self._query(),
            'SERVER_NAME': host,
            'SERVER_PORT': str(port),
            'SERVER_PROTOCOL': self.request_version,
            'REMOTE_ADDR': self.client_address[0],
            'CONTENT_TYPE': self.headers.get('Content-Type', ''),
            'CONTENT_LENGTH': str(len(body)),
            'wsgi.version': (1, 0),
            'wsgi.url_scheme': 'http',
            'wsgi.input': io.BytesIO(body),
            'wsgi.errors': io.StringIO(),
            'wsgi.multithread': True,
            'wsgi.multiprocess': False,
            'wsgi.run_once': False,
        }
        for name, value in self.headers.items():
            environ.setdefault(f'HTTP_{name.upper().replace("-", "_")}', value)
        return environ

    def _body(self):
        if self.headers.get('Transfer-Encoding'):
            return None
        try:
            length = int(self.headers.get('Content-Length') or 0)
        except ValueError:
            return None
        return self.rfile.read(length) if 0 <= length <= MAX_BODY else None

    # -- answer -------------------------------------------------------------------------------------------

    def _wait(self, answer):
        """A stalled answer; a server that stops does not wait for it."""
        if answer.delay and self.server.stopping.wait(answer.delay):
            raise Reset
        if answer.reset:
            raise Reset

    def _send(self, answer):
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = answer.length
        if length is None and not answer.chunked:
            length = len(answer.body)
        if answer.chunked:
            self.send_header('Transfer-Encoding', 'chunked')
        else:
            self.send_header('Content-Length', str(length))
        if answer.close:
            self.send_header('Connection', 'close')
            self.close_connection = True
        body = b'' if self.command == 'HEAD' else answer.body
        if isinstance(body, bytes) and not answer.drip:
            # headers and body in one packet
            self._headers_buffer.append(b'\r\n' + body)
            self.flush_headers()
            return
        self.end_headers()
        for piece in answer.pieces():
            self.wfile.write(b'%x\r\n%s\r\n' % (len(piece), piece) if answer.chunked else piece)
            if answer.drip and self.server.stopping.wait(answer.drip):
                raise Reset
        if answer.chunked:
            self.wfile.write(b'0\r\n\r\n')

    def _reset(self):
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))

"""A server of bare sockets that does to a connection whatever a test asks for."""

import contextlib
import json
import pathlib
import socket
import ssl
import struct
import threading

CERTIFICATE = pathlib.Path(__file__).with_name('selfsigned.pem')


class Request:
    def __init__(self, connection, head, body):
        lines = head.decode('latin-1').split('\r\n')
        self.connection = connection
        self.method, self.target, _version = lines[0].split(' ')
        self.headers = {name.lower(): value.strip() for name, value in (line.split(':', 1) for line in lines[1:])}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


def http(status, content=b'', **headers):
    """The bytes of a complete HTTP answer; ``content`` bytes, text, or something to write as JSON."""
    if not isinstance(content, (bytes, str)):
        content = json.dumps(content)
    if isinstance(content, str):
        content = content.encode()
    headers = {'Content_Type': 'application/json', 'Content_Length': len(content), **headers}
    head = ''.join(f'{name.replace("_", "-")}: {value}\r\n' for name, value in headers.items() if value is not None)
    return f'HTTP/1.1 {status} Reason\r\n{head}\r\n'.encode() + content


def ok(data=None, **more):
    return http(200, {'res': 1, 'err_code': 0, 'err_msg': '', 'data': {} if data is None else data, **more})


def error(code, message='', status=200, **more):
    return http(status, {'res': 0, 'err_code': code, 'err_msg': message, **more})


def hang_up(_conn, _request):
    """Close without a word."""


def reset(conn, _request):
    """Break the connection (RST)."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def stall(conn, _request):
    """Say nothing until the other side gives up."""
    with contextlib.suppress(OSError):
        while conn.recv(4096):
            pass


def drip(head, gap=0.05):
    """Send ``head``, then a byte at a time for ever."""

    def step(conn, _request):
        conn.sendall(head)
        conn.settimeout(gap)
        while True:
            conn.sendall(b' ')
            try:
                if not conn.recv(1):
                    return
            except TimeoutError:
                continue

    return step


def flood(head, chunk=b' ' * 65536):
    """Send ``head``, then bytes without end."""

    def step(conn, _request):
        conn.sendall(head)
        while True:
            conn.sendall(chunk)

    return step


def cut(data):
    """Send ``data`` and close."""

    def step(conn, _request):
        conn.sendall(data)

    return step


class RawServer:
    """Takes the steps of ``script`` one per request, the last one for all further requests.

    A step is bytes (sent; the connection stays) or ``step(conn, request)`` (the connection closes after it).
    With the script ``()`` every connection gets the ``greeting`` (bytes, or a step) and is closed as soon as
    it stands.
    """

    def __init__(self, script, *, tls=False, greeting=b''):
        self.script = list(script)
        self.greeting = greeting
        self.requests = []
        self.connections = 0
        self._context = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(CERTIFICATE)
        self._lock = threading.Lock()
        self._open = set()
        self._threads = []
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        self.address = f'127.0.0.1:{self.port}'
        self.url = f'{"https" if tls else "http"}://{self.address}/api'
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def stop(self):
        # shutdown() wakes accept(); close() alone would leave it sleeping.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for conn in self._open:
                with contextlib.suppress(OSError):
                    conn.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for thread in self._threads:
            thread.join()

    def _accept(self):
        while True:
            try:
                conn, _address = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._open.add(conn)
            thread = threading.Thread(target=self._serve, args=(conn, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, conn, number):
        raw = conn
        try:
            if self._context and self.script:
                conn = self._context.wrap_socket(conn, server_side=True)
                with self._lock:
                    self._open.discard(raw)
                    self._open.add(conn)
            if not self.script:
                self._greet(conn)
            while self.script and self._answer(conn, number):
                pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(raw)
                self._open.discard(conn)
                conn.close()

    def _greet(self, conn):
        if isinstance(self.greeting, bytes):
            conn.sendall(self.greeting)
        else:
            conn.recv(1)  # the other side has begun to speak
            self.greeting(conn, None)

    def _answer(self, conn, number):
        request = self._read(conn, number)
        if request is None:
            return False
        with self._lock:
            self.requests.append(request)
            step = self.script[min(len(self.requests), len(self.script)) - 1]
        if isinstance(step, bytes):
            conn.sendall(step)
            return True
        step(conn, request)
        return False

    def _read(self, conn, number):
        data = b''
        while b'\r\n\r\n' not in data:
            more = conn.recv(65536)
            if not more:
                return None
            data += more
        head, _blank, body = data.partition(b'\r\n\r\n')
        request = Request(number, head, body)
        length = int(request.headers.get('content-length', 0))
        while len(request.body) < length:
            request.body += conn.recv(65536)
        return request

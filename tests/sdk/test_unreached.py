"""Faults before anything left for the portal: every call may be repeated."""

import contextlib
import socket
import threading

import pytest
from calls import assert_fault
from raw_server import cut, error, hang_up, ok, reset, stall

from vatportal import Refused, TransientError


def test_refused_connection(call, connect):
    with socket.create_server(('127.0.0.1', 0)) as listener:
        port = listener.getsockname()[1]
    assert_fault(call(connect(f'http://127.0.0.1:{port}/api')), TransientError, 'refused')


def test_unknown_host(call, connect):
    assert_fault(call(connect('https://nowhere.invalid/api')), TransientError, 'name')


def test_connect_timeout(call, connect):
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(('127.0.0.1', 0))
        listener.listen(0)
        for _index in range(4):  # fill the queue: the kernel then leaves further attempts unanswered
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        client = connect(f'http://127.0.0.1:{listener.getsockname()[1]}/api', timeout=0.3)
        assert_fault(call(client), TransientError, 'timeout')


def test_untrusted_certificate(call, serve, connect):
    server = serve(ok({'status': 1}), tls=True)
    client = connect(server)
    client._transport._session.verify = False  # verification can't be switched off from there
    exc = call(client)
    assert_fault(exc, TransientError, 'tls')
    assert 'certificate' in str(exc)
    assert server.requests == []


def test_no_tls_at_the_other_end(call, serve, connect):
    server = serve(greeting=b'HTTP/1.1 400 Bad Request\r\n\r\n')
    assert_fault(call(connect(server.url.replace('http:', 'https:'))), TransientError, 'tls')


def test_silence_in_the_handshake(call, serve, connect):
    server = serve(stall)
    client = connect(server.url.replace('http:', 'https:'), timeout=0.3)
    assert_fault(call(client), TransientError, 'timeout')


@pytest.mark.parametrize('greeting', [b'', hang_up, reset])
def test_break_in_the_handshake(call, serve, connect, greeting):
    server = serve(greeting=greeting)
    assert_fault(call(connect(server.url.replace('http:', 'https:'))), TransientError, 'tls')


def test_missing_ca_bundle(call, serve, connect, monkeypatch):
    monkeypatch.setenv('REQUESTS_CA_BUNDLE', '/nonexistent/ca.pem')
    server = serve(ok(), tls=True)
    assert_fault(call(connect(server)), TransientError, 'tls')
    assert server.requests == []


@pytest.mark.parametrize('step', [cut(b'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'), hang_up, reset, cut(b'what?')])
def test_a_proxy_that_lets_nothing_through(call, serve, connect, monkeypatch, step):
    def proxied(conn, request):
        assert 'x-vatpapikey' not in request.headers
        step(conn, request)

    proxy = serve(proxied)
    monkeypatch.setenv('HTTPS_PROXY', f'http://{proxy.address}')
    assert_fault(call(connect('https://nowhere.invalid/api')), TransientError, 'connect')
    assert [request.method for request in proxy.requests] == ['CONNECT']


def test_proxy_down(call, connect, monkeypatch):
    with socket.create_server(('127.0.0.1', 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv('HTTPS_PROXY', f'http://127.0.0.1:{port}')
    assert_fault(call(connect('https://nowhere.invalid/api')), TransientError, 'connect')


@pytest.fixture
def addresses(monkeypatch):
    """addresses(*ips) → what every name is looked up as."""

    def become(*ips):
        def look_up(host, port, *_args, **_options):
            found = [host] if host in ips else ips
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (ip, port)) for ip in found]

        monkeypatch.setattr(socket, 'getaddrinfo', look_up)

    return become


def test_the_next_address_is_dialled_where_the_first_is_dead(call, serve, connect, addresses):
    server = serve(error(3))
    addresses('127.0.0.7', '127.0.0.1')
    with pytest.raises(Refused):
        connect(server.url.replace('127.0.0.1', 'localhost')).process_status(1)
    assert server.connections == 1


def test_dialling_dead_addresses_meets_the_deadline(serve, connect, addresses):
    with contextlib.ExitStack() as stack:
        server = serve(ok({'status': 1}))
        port = int(server.address.rpartition(':')[2])
        for ip in ('127.0.0.7', '127.0.0.8'):
            listener = stack.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((ip, port))
            listener.listen(0)
            for _index in range(4):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex((ip, port))
        addresses('127.0.0.7', '127.0.0.8', '127.0.0.1')
        client = connect(f'http://localhost:{port}/api', timeout=0.4, deadline=0.6)
        with pytest.raises(TransientError) as caught:
            client.process_status(1)
        assert_fault(caught.value, TransientError, 'timeout')
        assert server.connections == 0


def test_looking_the_name_up_meets_the_deadline(call, connect, monkeypatch):
    end = threading.Event()
    monkeypatch.setattr(socket, 'getaddrinfo', lambda *_args, **_options: end.wait(60))
    try:
        exc = call(connect('https://slow.example/api', timeout=0.2, deadline=0.3))
    finally:
        end.set()
    assert_fault(exc, TransientError, 'timeout')


def test_the_other_method_has_what_the_first_left(serve, connect):
    """GET is refused late; POST would be answered late. Together they are too late."""

    def late(answer):
        def step(conn, _request):
            threading.Event().wait(0.6)
            conn.sendall(answer)

        return step

    server = serve(late(error(1)), late(ok({'status': 1})))
    with pytest.raises(TransientError) as caught:
        connect(server, timeout=1, deadline=1).process_status(1)
    assert_fault(caught.value, TransientError, 'timeout')
    assert [request.method for request in server.requests] == ['GET', 'POST']

"""Faults after something left for the portal: a read may be repeated, a write may have been done."""

import email.utils
import gzip
import json
import time

import pytest
from calls import READS, WRITES, assert_fault
from conftest import TOKEN
from raw_server import CERTIFICATE, cut, drip, flood, hang_up, http, ok, reset, stall
from samples import invoice

from vatportal import PortalError, TransientError, UnknownOutcome

HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'


@pytest.mark.parametrize(
    ('step', 'reason'),
    [
        (hang_up, 'connect'),
        (reset, 'connect'),
        (cut(b'HTTP/1.1 200 OK\r\nContent-Le'), 'answer'),
        (cut(b'garbage\r\n\r\n'), 'connect'),
        (cut(HEAD + b'Content-Length: 100\r\n\r\n{"err_code": 0'), 'answer'),
        (cut(HEAD + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"err'), 'answer'),
        (cut(HEAD + b'Transfer-Encoding: chunked\r\n\r\nzz\r\n'), 'answer'),
        (cut(HEAD + b'Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope'), 'answer'),
    ],
    ids=['hang-up', 'reset', 'half-head', 'garbage', 'short', 'half-chunk', 'bad-chunk', 'bad-gzip'],
)
def test_broken_answer(call, serve, connect, step, reason):
    server = serve(step)
    assert_fault(call(connect(server)), UnknownOutcome if call.write else TransientError, reason)
    assert len(server.requests) == 1  # nothing repeats by itself


@pytest.mark.parametrize(
    'answer',
    [
        '',
        'null',
        '[]',
        '"x"',
        '<html>',
        '{"err_code": 0',
        '{"err_code": "x"}',
        '{"err_code": true}',
        '{"err_code": NaN}',
        b'\xff\xfe',
        '[' * 100000,
        '{"err_code": %s}' % ('9' * 5000),
    ],
)
@pytest.mark.parametrize('status', [200, 400, 418])
def test_malformed_answer(call, serve, connect, answer, status):
    assert_fault(call(connect(serve(http(status, answer)))), UnknownOutcome if call.write else TransientError, 'answer')


def test_answer_without_code(serve, connect):
    client = connect(serve(http(200, {'data': {'id': 5, 'status': 2}, 'res': 1})))
    with pytest.raises(UnknownOutcome, match='no err_code'):
        client.upload_invoices([invoice()], upload=True)
    with pytest.raises(TransientError, match='no err_code'):
        client.process_status(1)


def test_silence(call, serve, connect):
    exc = call(connect(serve(stall), timeout=0.3))
    assert_fault(exc, UnknownOutcome if call.write else TransientError, 'timeout')


@pytest.mark.parametrize(
    'head',
    [HEAD + b'Content-Length: 100000\r\n\r\n', HEAD + b'Transfer-Encoding: chunked\r\n\r\n', HEAD + b'\r\n', HEAD + b'X: '],
    ids=['body', 'chunk', 'endless', 'head'],
)
def test_dripping_answer_meets_the_deadline(serve, connect, head):
    client = connect(serve(drip(head)), timeout=0.4, deadline=0.5)
    with pytest.raises(UnknownOutcome) as caught:
        client.delete_invoices(['A'])
    assert_fault(caught.value, UnknownOutcome, 'timeout')


def test_dripping_over_tls_meets_the_deadline(serve, connect, monkeypatch):
    monkeypatch.setenv('REQUESTS_CA_BUNDLE', str(CERTIFICATE))
    client = connect(serve(ok({'status': 1}), drip(HEAD + b'\r\n'), tls=True), timeout=5, deadline=5)
    client.process_status(1)
    client._transport.deadline = 0.5
    with pytest.raises(TransientError) as caught:
        client.process_status(1)  # over the connection kept from the call before
    assert_fault(caught.value, TransientError, 'timeout')


@pytest.mark.parametrize(
    'step',
    [flood(HEAD + b'\r\n'), flood(HEAD + b'Content-Length: 99999999\r\n\r\n'), cut(http(200, gzip.compress(b' ' * 10_000_000), Content_Encoding='gzip'))],
    ids=['endless', 'long', 'bomb'],
)
def test_huge_answer(call, serve, connect, step):
    exc = call(connect(serve(step), max_bytes=100_000))
    assert_fault(exc, UnknownOutcome if call.write else TransientError, 'size')


def spaced(size, answer):
    """``answer`` behind so many blanks: valid JSON for whoever reads it to the end."""
    return cut(http(200, b' ' * size + json.dumps(answer).encode()))


EMPTY = {'err_code': 0, 'data': {'id': 1, 'status': 2, 'total': 0, 'invoices': []}, 'token': 't', 'plain_value': 'p'}
MB = 1024 * 1024


def test_fifty_megabytes_are_thrown_away(call, serve, connect):
    """By every call, by default."""
    exc = call(connect(serve(spaced(50 * MB, EMPTY))))
    assert_fault(exc, UnknownOutcome if call.write else TransientError, 'size')
    assert 'longer than' in str(exc)


@pytest.mark.parametrize('name', [*READS, *WRITES])
def test_each_call_has_its_longest_answer(serve, connect, name):
    """Great answers only where great things are read."""
    great = {'read_etaxes': 20 * MB, 'process_data': 6 * MB}
    client = connect(serve(spaced(great.get(name, 2 * MB), EMPTY), spaced(great.get(name, 2 * MB) * 3, EMPTY)))
    act = {**READS, **WRITES}[name]
    act(client)
    with pytest.raises(PortalError, match='longer than'):
        act(client)


@pytest.mark.parametrize('status', [500, 502, 504, 599])
@pytest.mark.parametrize('content', ['', '<html>', {'err_code': 0, 'data': {'id': 1, 'status': 2}}, {'err_code': 10}])
def test_server_failure(call, serve, connect, status, content):
    exc = call(connect(serve(http(status, content))))
    assert_fault(exc, UnknownOutcome if call.write else TransientError, 'server')


def test_request_timeout_status(call, serve, connect):
    assert_fault(call(connect(serve(http(408, '')))), UnknownOutcome if call.write else TransientError, 'timeout')


@pytest.mark.parametrize('status', [429, 503])
@pytest.mark.parametrize(
    ('header', 'expected'),
    [
        (None, None),
        ('7', 7),
        ('soon', None),
        ('-3', None),
        ('901', 900),
        ('999999999', 900),
        ('9' * 400, 900),
        ('Fri, 31 Dec 2199 00:00:00 GMT', 900),
        ('Mon, 01 Jan 2001 00:00:00 GMT', 0),
        ('Mon, 99 Jan 2001 00:00:00 GMT', None),
    ],
)
def test_busy(call, serve, connect, status, header, expected):
    exc = call(connect(serve(http(status, 'x', Retry_After=header))))
    # 503 may come from a front that did not wait for the program behind it; 429 comes before any work.
    assert_fault(exc, UnknownOutcome if call.write and status == 503 else TransientError, 'busy')
    assert exc.retry_after == expected


def test_busy_until_a_date(serve, connect):
    date = email.utils.formatdate(time.time() + 500, usegmt=True)
    with pytest.raises(TransientError) as caught:
        connect(serve(http(503, 'x', Retry_After=date))).process_status(1)
    assert 0 < caught.value.retry_after <= 500


@pytest.mark.parametrize('status', [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(call, serve, connect, status):
    other = serve(ok({'id': 1, 'status': 2}))
    server = serve(flood(f'HTTP/1.1 {status} Moved\r\nLocation: {other.url}\r\n\r\n'.encode()))
    assert_fault(call(connect(server)), UnknownOutcome if call.write else TransientError, 'redirect')
    assert other.connections == 0
    assert len(server.requests) == 1


def test_a_kept_connection_that_died_is_no_trouble_for_a_write(serve, connect):
    once = http(200, {'err_code': 0, 'data': {'status': 1}})
    server = serve(lambda conn, _request: conn.sendall(once), ok({'id': 8}))
    client = connect(server)
    client.process_status(1)
    assert client.upload_invoices([invoice()], upload=True) == 8


def test_tls_that_is_in_order(serve, connect, monkeypatch):
    monkeypatch.setenv('REQUESTS_CA_BUNDLE', str(CERTIFICATE))
    server = serve(ok({'id': 1, 'status': 2}), tls=True)
    client = connect(server)
    assert client.process_status(1).succeeded
    assert client.upload_invoices([invoice()], upload=True) == 1
    assert server.requests[0].headers['x-vatpapikey'] == TOKEN


@pytest.mark.parametrize('step', [hang_up, reset])
def test_broken_answer_over_tls(serve, connect, monkeypatch, step):
    monkeypatch.setenv('REQUESTS_CA_BUNDLE', str(CERTIFICATE))
    with pytest.raises(UnknownOutcome):
        connect(serve(step, tls=True)).delete_invoices(['A'])

"""Connections, addresses, and the client as an object."""

import copy
import gzip
import json
import pickle

import pytest
from raw_server import http, ok

from vatportal import AddressError, VatPortalClient, portal_url

TOKEN = 'tok-SECRET-0123456789'


def test_reads_share_a_connection_and_writes_take_a_new_one(serve, connect):
    server = serve(ok({'id': 1, 'status': 1}))
    client = connect(server)
    client.process_status(1)
    client.process_status(1)
    client.delete_invoices(['A'])
    client.process_status(1)
    assert [request.connection for request in server.requests] == [1, 1, 2, 2]


def test_packed_answers(serve, connect):
    body = gzip.compress(json.dumps({'err_code': 0, 'data': {'status': 2}}).encode())
    assert connect(serve(http(200, body, Content_Encoding='gzip'))).process_status(1).succeeded


def test_byte_order_mark(serve, connect):
    assert connect(serve(http(200, '\ufeff{"err_code": "0", "data": {"status": 2}}'))).process_status(1).succeeded


def test_cookies_are_not_kept(serve, connect):
    server = serve(http(200, {'err_code': 0, 'data': {'status': 1}}, Set_Cookie='PHPSESSID=1; Path=/'))
    client = connect(server)
    client.process_status(1)
    client.process_status(1)
    assert 'cookie' not in server.requests[1].headers


def test_netrc_does_not_speak(serve, connect, tmp_path, monkeypatch):
    netrc = tmp_path / 'netrc'
    netrc.write_text('machine 127.0.0.1 login me password mine\n')
    monkeypatch.setenv('NETRC', str(netrc))
    server = serve(ok({'status': 1}))
    connect(server).process_status(1)
    assert 'authorization' not in server.requests[0].headers


def test_a_proxy_never_sees_what_stays_on_this_machine(serve, connect, monkeypatch):
    proxy, server = serve(ok({'status': 3})), serve(ok({'status': 2}))
    monkeypatch.setenv('HTTP_PROXY', f'http://{proxy.address}')
    monkeypatch.setenv('ALL_PROXY', f'http://{proxy.address}')
    assert connect(server).process_status(1).succeeded
    assert proxy.connections == 0


def test_context_manager_and_repr(serve):
    server = serve(ok({'status': 2}))
    with VatPortalClient(server.url + '/', token=TOKEN, phone='994501234567') as client:
        assert client.process_status(1).succeeded
        assert repr(client) == f'<VatPortalClient {server.url}>'


def test_no_copies(serve):
    client = VatPortalClient('https://x.vatportal.az/api', token=TOKEN)
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match='secrets') as caught:
            attempt(client)
        assert 'SECRET' not in str(caught.value)


@pytest.mark.parametrize(
    'options', [{}, {'token': ''}, {'username': 'ali'}, {'password': 'p4ss-WORD'}, {'token': 'p4ss WORD'}, {'token': 'p4ss\r\nX: 1'}, {'token': 'p4ssə'}]
)
def test_unusable_secrets(options):
    with pytest.raises(ValueError, match='token') as caught:
        VatPortalClient('https://x.vatportal.az/api', **options)
    assert 'p4ss' not in str(caught.value)


@pytest.mark.parametrize(
    ('text', 'url'),
    [
        ('demo', 'https://demo.vatportal.az/api'),
        (' Demo ', 'https://demo.vatportal.az/api'),
        ('demo.vatportal.az', 'https://demo.vatportal.az/api'),
        ('Demo.VatPortal.az/api/', 'https://demo.vatportal.az/api'),
        ('https://x.vatportal.az/api/', 'https://x.vatportal.az/api'),
        ('http://127.0.0.1:8070/api', 'http://127.0.0.1:8070/api'),
        ('http://localhost:1/api', 'http://localhost:1/api'),
        ('http://[::1]:1/api', 'http://[::1]:1/api'),
    ],
)
def test_addresses(text, url):
    assert portal_url(text) == url


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        ('', 'url'),
        (None, 'url'),
        ('ftp://x/api', 'url'),
        ('http://x.vatportal.az/api', 'https'),
        ('http://127.0.0.1.evil.com/api', 'https'),
        ('https://', 'url'),
        ('https:///api', 'url'),
        ('https://user@x/api', 'login'),
        ('https://u:p@x/api', 'login'),
        ('https://x/api?a=1', 'query'),
        ('https://x/api#f', 'query'),
        ('https://x/api?', 'query'),
        ('-demo', 'url'),
        ('de mo', 'spaces'),
        ('https://x/a\\b', 'spaces'),
        ('https://x\r\n/api', 'spaces'),
        ('https://x:port/api', 'url'),
        ('https://[::1/api', 'url'),
        ('file:///etc/passwd', 'url'),
        ('demo/api', 'url'),
        ('http://@127.0.0.1/api', 'login'),
        ('http://10.0.0.1/api', 'https'),
    ],
)
def test_no_addresses(text, reason):
    with pytest.raises(AddressError, match='The portal address') as caught:
        portal_url(text)
    assert caught.value.reason == reason

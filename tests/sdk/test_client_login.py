"""Who asks: password, phone, and the renewal of the token."""

import datetime
import hashlib
import hmac

import pytest
from raw_server import error, http, ok
from samples import invoice

from vatportal import TransientError, UnknownOutcome


def test_renewal(serve, connect):
    server = serve(http(200, {'plain_value': 'plain'}), http(200, {'token': 'new-token'}))
    client = connect(server)
    plain = client.start_reset('user@x')
    key = client.renewal_key('hash', plain)
    assert key == hmac.new(b'hash', b'plain', hashlib.sha256).hexdigest()
    assert client.confirm_reset('user@x', key) == 'new-token'
    start, confirm = server.requests
    assert (start.method, start.target, start.body) == ('GET', '/api/auth/reset_start.php?login=user%40x', b'')
    assert (confirm.method, confirm.target) == ('POST', '/api/auth/reset_confirm.php')
    assert confirm.json == {'login': 'user@x', 'key': key}


def test_renewal_in_an_envelope(serve, connect):
    client = connect(serve(ok({'plain_value': 'plain'}), ok({'token': 'abc'}), error(5, 'no')))
    assert client.start_reset('u') == 'plain'
    assert client.confirm_reset('u', 'k') == 'abc'
    with pytest.raises(Exception, match='error 5'):
        client.start_reset('u')


@pytest.mark.parametrize('answer', [{}, {'token': ''}, {'token': None}, {'token': 5}, {'data': []}])
def test_renewal_without_token(serve, connect, answer):
    client = connect(serve(http(200, answer)))
    with pytest.raises(UnknownOutcome):
        client.confirm_reset('u', 'k')
    with pytest.raises(TransientError):
        client.start_reset('u')


def test_password_in_every_body_and_no_token(serve, connect):
    server = serve(ok({'id': 1, 'status': 1}))
    client = connect(server, username='ali', password='p4ss-WORD', phone='994501234567')
    client.process_status(1)
    client.delete_invoices(['A'])
    client.upload_invoices([invoice()], upload=False)
    for request in server.requests:
        assert 'x-vatpapikey' not in request.headers
        assert {name: request.json[name] for name in ('username', 'password', 'phone')} == {'username': 'ali', 'password': 'p4ss-WORD', 'phone': '994501234567'}


def test_phone_of_an_enterprise(serve, connect):
    """Two pages of the documentation differ: its downloads carry the phone, nothing else does."""
    answers = ok({'id': 1, 'status': 1, 'invoices': [], 'total': 0, 'plain_value': 'x'})
    client = connect(server := serve(answers), phone='994501234567', partner=False)
    client.start_download(datetime.date(2026, 11, 1), datetime.date(2026, 11, 2), direction=0)
    client.read_etaxes(direction=0, proc_id=1)
    client.read_etaxes(direction=1, date_from=datetime.date(2026, 11, 1), date_to=datetime.date(2026, 11, 2))
    assert [request.json['phone'] for request in server.requests] == ['994501234567'] * 3
    client.read_invoices(['A'])
    client.process_status(1)
    client.process_data(1)
    client.delete_invoices(['A'])
    client.delete_etaxes(['MT2611 58878148'], is_signed=True)
    client.upload_invoices([invoice()], upload=False)
    client.start_reset('u')
    for request in server.requests[3:]:
        assert b'phone' not in request.body
        assert 'phone' not in request.target


def test_phone_in_the_query_of_reset_start(serve, connect):
    server = serve(http(200, {'plain_value': 'x'}))
    connect(server, phone='994501234567').start_reset('u')
    assert server.requests[0].target == '/api/auth/reset_start.php?login=u&phone=994501234567'
    assert server.requests[0].body == b''


def test_no_password_goes_out_with_the_start_of_a_renewal(serve, connect):
    server = serve(http(200, {'plain_value': 'x'}))
    connect(server, username='user', password='secret-password').start_reset('user')
    assert server.requests[0].body == b''
    assert 'content-length' not in {name.lower() for name in server.requests[0].headers}

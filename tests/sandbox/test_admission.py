"""Who gets in: methods, content type, credentials, partner phones, and the envelope."""

import hashlib
import hmac

import pytest
from sb_client import CONFIRM, DATA, DELETE, ETX_DELETE, ETX_IMPORT, ETX_READ, EVER, IMPORT, READ, START, STATUS, Client

ENDPOINTS = [IMPORT, READ, DELETE, STATUS, DATA, ETX_IMPORT, ETX_READ, ETX_DELETE]
READERS = [READ, STATUS, DATA, ETX_READ]


@pytest.mark.parametrize('endpoint', [*ENDPOINTS, START, CONFIRM])
def test_wrong_method(demo, endpoint):
    answer = demo.call(endpoint, method='PUT')
    assert (answer.status_code, answer.json()['err_code']) == (400, 1)


@pytest.mark.parametrize('endpoint', READERS)
@pytest.mark.parametrize("style, method, code", [
    ("get", "GET", None), ("get", "POST", 1), ("post", "GET", 1), ("post", "POST", None),
    ("both", "GET", None), ("both", "POST", None),
])  # fmt: skip
def test_read_style(sb, demo, endpoint, style, method, code):
    sb.configure(read_style=style)
    assert (demo.code(endpoint, {'ids': [], 'procId': 1}, method=method) == 1) == (code == 1)


def test_read_style_by_endpoint(sb, demo):
    sb.configure(read_style={READ: 'post'})
    assert demo.code(READ, {'ids': []}) == 1
    assert demo.code(STATUS, {'procId': 1}) == 20


@pytest.mark.parametrize('status', ['405', '404'])
def test_wrong_method_as_http(sb, demo, status):
    sb.configure(wrong_method=status)
    answer = demo.call(IMPORT, method='GET')
    assert answer.status_code == int(status)
    assert 'html' in answer.headers['Content-Type']


def test_unknown_endpoint(demo):
    assert demo.call('/inv/nothing').status_code == 404


@pytest.mark.parametrize('endpoint', [*ENDPOINTS, CONFIRM])
def test_wrong_content_type(demo, endpoint):
    answer = demo.call(endpoint, json=None, data=b'{}', headers={'Content-Type': 'text/plain'})
    assert (answer.status_code, answer.json()['err_code']) == (400, 2)


@pytest.mark.parametrize('endpoint', ENDPOINTS)
@pytest.mark.parametrize('raw', [b'', b'[]', b'null', b'{', b'\xff', b'{"a":' + b'[' * 5000])
def test_root_elements_missing(demo, endpoint, raw):
    answer = demo.call(endpoint, json=None, data=raw, headers={'Content-Type': 'application/json'})
    assert answer.json()['err_code'] == 3


@pytest.mark.parametrize("endpoint, body", [
    (IMPORT, {}), (IMPORT, {"upload": "yes", "invoices": [1]}), (READ, {}), (READ, {"ids": "INV"}),
    (READ, {"date_from": "2025-01-01", "date_to": "01.02.2025"}), (DELETE, {}), (DELETE, {"ids": []}),
    (STATUS, {}), (STATUS, {"procId": "1"}), (STATUS, {"procId": True}), (DATA, {}), (ETX_IMPORT, {}),
    (ETX_IMPORT, {**EVER, "dir": 2}), (ETX_IMPORT, {**EVER, "inc_kinds": ["agent"]}), (ETX_READ, {}),
    (ETX_READ, {**EVER, "from": 0}), (ETX_READ, {"date_from": 1, "date_to": 2}), (ETX_DELETE, {}),
    (ETX_DELETE, {"serialNumbers": ["MT2611 00000001"], "is_signed": 1}),
])  # fmt: skip
def test_arguments_missing_or_wrong(demo, endpoint, body):
    assert demo.code(endpoint, body) == 3


@pytest.mark.parametrize("body", [
    {}, {"username": "demo"}, {"password": "demo"}, {"username": "", "password": ""},
])  # fmt: skip
@pytest.mark.parametrize('endpoint', ENDPOINTS)
def test_empty_credentials(sb, endpoint, body):
    assert Client(sb).code(endpoint, body) == 4


def test_empty_token(sb):
    assert Client(sb, '').code(READ, {'ids': []}) == 4


@pytest.mark.parametrize('endpoint', ENDPOINTS)
@pytest.mark.parametrize("token, body", [
    ("wrong", {}), (None, {"username": "demo", "password": "wrong"}),
    (None, {"username": "x", "password": "demo"}),
    (None, {"username": 1, "password": [2]}), (None, {"username": "\ud800", "password": "demo"}),
])  # fmt: skip
def test_bad_credentials(sb, endpoint, token, body):
    answer = Client(sb, token).call(endpoint, body)
    assert (answer.status_code, answer.json()['err_code']) == (401, 5)


def test_user_name_and_password(sb):
    login = {'username': 'demo', 'password': 'demo'}
    assert Client(sb).data(READ, {**login, 'ids': []}) == {'invoices': [], 'total': 0}


def test_envelope(sb, demo):
    good = demo.call(READ, {'ids': []})
    assert good.json() == {'res': 1, 'err_code': 0, 'err_msg': '', 'data': {'invoices': [], 'total': 0}}
    assert good.headers['Content-Type'].startswith('application/json')
    assert demo.call(READ).json()['res'] == 0
    sb.configure(include_res=False, error_http=200)
    assert 'res' not in demo.call(READ, {'ids': []}).json()
    bad = demo.call(READ)
    assert bad.status_code == 200
    assert 'res' not in bad.json()


@pytest.mark.parametrize('endpoint', ENDPOINTS)
@pytest.mark.parametrize("phone, code", [
    (None, 15), ("", 15), ("994559999999", 16), ("+994501234567", 17), ("99450123456", 17),
    (994501234567, 17),
    ("994٥٠١٢٣٤٥٦٧", 17),
])  # fmt: skip
def test_partner_phone(sb, endpoint, phone, code):
    answer = Client(sb, 'partner-token').call(endpoint, {} if phone is None else {'phone': phone}).json()
    assert answer['err_code'] == code
    assert 'phone' in answer['err_msg'].lower()


@pytest.mark.parametrize('phone, code', [(None, 15), ('994559999999', 16), ('12', 17)])
def test_partner_phone_of_renewal(sb, phone, code):
    client = Client(sb)
    body = {'login': 'partner', 'key': 'x', **({'phone': phone} if phone else {})}
    assert client.code(START, method='GET', json=None, params=body) == code
    assert client.code(CONFIRM, body) == code


def test_enterprise_phone_is_not_looked_at(demo):
    assert demo.code(READ, {'ids': [], 'phone': 'whatever'}) == 0


def test_account_without_asan_number(sb):
    sb.portal.add_account('dumb', asan=None)
    client = Client(sb, 'dumb-token')
    answer = client.call(READ, {'ids': []}).json()
    assert answer['err_code'] == 15
    assert 'phone' not in answer['err_msg'].lower()
    sb.configure(asan_check='signing')
    assert client.code(READ, {'ids': []}) == 0
    assert client.code(ETX_IMPORT, EVER) == 15


def renew(sb, login, secret, **extra):
    client = Client(sb)
    start = client.call(START, method='GET', json=None, params={'login': login, **extra}).json()
    assert set(start) == {'plain_value'}
    key = hmac.new(secret.encode(), start['plain_value'].encode(), hashlib.sha256).hexdigest()
    return client.call(CONFIRM, {'login': login, 'key': key, **extra})


def test_renewal(sb, demo):
    answer = renew(sb, 'demo', 'sandbox-secret').json()
    assert set(answer) == {'token'}
    assert demo.code(READ, {'ids': []}) == 5
    assert Client(sb, answer['token']).code(READ, {'ids': []}) == 0
    # a lost answer is mended by doing it again
    again = renew(sb, 'demo', 'sandbox-secret').json()['token']
    assert again != answer['token']
    assert Client(sb, answer['token']).code(READ, {'ids': []}) == 5


def test_renewal_of_a_partner(sb, first):
    token = renew(sb, 'partner', 'partner-secret', phone=first.phone).json()['token']
    assert first.code(READ, {'ids': []}) == 5
    assert Client(sb, token, first.phone).code(READ, {'ids': []}) == 0


def test_renewal_refused(sb, demo):
    assert renew(sb, 'demo', 'wrong').status_code == 401
    client = Client(sb)
    assert client.code(START, method='GET', json=None) == 4
    assert client.code(START, method='GET', json=None, params={'login': 'nobody'}) == 5
    assert client.code(CONFIRM, {'login': 'demo'}) == 4
    assert client.code(CONFIRM, {'login': 'demo', 'key': 'a'}) == 5
    assert demo.code(READ, {'ids': []}) == 0


def test_two_renewals_at_once(sb):
    client = Client(sb)
    values = [client.call(START, method='GET', json=None, params={'login': 'demo'}).json()['plain_value'] for _ in 'ab']
    keys = [hmac.new(b'sandbox-secret', value.encode(), hashlib.sha256).hexdigest() for value in values]
    assert client.code(CONFIRM, {'login': 'demo', 'key': keys[0]}) == 5
    # a key fits once, even a wrong one uses the value up
    assert client.code(CONFIRM, {'login': 'demo', 'key': keys[1]}) == 5

"""Each fault of an answer, as a client meets it."""

import socket
from email.utils import parsedate_to_datetime

import pytest
import requests
from sb_client import CONFIRM, ETX_READ, EVER, IMPORT, READ, STATUS, make_invoice

LOST = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def post(client, invoice, **kwargs):
    return client.call(IMPORT, {'upload': True, 'invoices': [invoice]}, **kwargs)


def at_portal(client, invoice):
    """Whether the portal has it."""
    return invoice['id'] in client.numbers(invoice['id'])


@pytest.mark.parametrize('kind, processed', [('reset', False), ('answer_lost', True)])
def test_connection_reset(sb, demo, kind, processed):
    invoice = make_invoice()
    sb.faults.add(IMPORT, kind)
    with pytest.raises(LOST):
        post(demo, invoice)
    assert at_portal(demo, invoice) is processed
    record = sb.requests[0]
    assert (record.fault, record.processed, record.json is not None) == (kind, processed, processed)
    # the next one goes through
    assert post(demo, invoice).json()['err_code'] == (17 if processed else 0)


@pytest.mark.parametrize('kind', ['reset', 'answer_lost'])
def test_it_is_a_tcp_reset(sb, kind):
    sb.faults.add('*', kind)
    with socket.create_connection((sb.host, sb.port), timeout=10) as connection:
        connection.sendall(b'GET /api/inv/read_invoices HTTP/1.1\r\nHost: x\r\n\r\n')
        with pytest.raises(ConnectionResetError):
            connection.recv(100)


@pytest.mark.parametrize('processed', [True, False])
def test_stall(sb, demo, processed):
    invoice = make_invoice()
    sb.faults.add(IMPORT, 'stall', seconds=30, processed=processed)
    with pytest.raises(requests.ReadTimeout):
        post(demo, invoice, timeout=0.2)
    assert at_portal(demo, invoice) is processed


def test_short_stall(sb, demo):
    sb.faults.add(READ, 'stall', seconds=0.05)
    assert demo.code(READ, {'ids': []}) == 0
    sb.faults.add(READ, 'stall', seconds=0.05, processed=False)
    with pytest.raises(LOST):
        demo.code(READ, {'ids': []})


@pytest.mark.parametrize('processed', [False, True])
@pytest.mark.parametrize("kind, status", [
    ("http_500", 500), ("bad_gateway", 502), ("unavailable", 503), ("unauthorized", 401), ("error", 400),
    ("redirect", 302),
])  # fmt: skip
def test_other_answers(sb, demo, kind, status, processed):
    invoice = make_invoice()
    sb.faults.add(IMPORT, kind, processed=processed)
    answer = post(demo, invoice)
    assert answer.status_code == status
    assert at_portal(demo, invoice) is processed


def test_details_of_other_answers(sb, demo):
    sb.faults.schedule([('unavailable', {'retry_after': 7}), 'bad_gateway', 'redirect', 'unauthorized'], READ)
    answers = [demo.call(READ, {'ids': []}) for _ in range(5)]
    assert answers[0].headers['Retry-After'] == '7'
    assert '<html>' in answers[1].text
    assert '127.0.0.1' not in answers[2].headers['Location']
    assert [answer.status_code for answer in answers] == [503, 502, 302, 401, 200]
    assert answers[3].json()['err_code'] == 5


def test_too_many_requests(sb, demo):
    sb.faults.add(READ, 'unavailable', status=429, retry_after=3)
    answer = demo.call(READ, {'ids': []})
    assert (answer.status_code, answer.headers['Retry-After']) == (429, '3')


def test_date_header_of_a_wrong_clock(sb, demo):
    dates = []
    for hours in (0, 2):
        sb.configure(clock_skew_hours=hours)
        dates.append(parsedate_to_datetime(demo.call(READ, {'ids': []}).headers['Date']))
    assert (dates[1] - dates[0]).total_seconds() >= 2 * 3600


@pytest.mark.parametrize('code', [7, 10, 11, 12, 16])
@pytest.mark.parametrize('http', [200, 400])
def test_error_codes(sb, demo, code, http):
    sb.faults.add('*', 'error', code=code, http=http, message='server error')
    answer = demo.call(STATUS, {'procId': 1})
    assert (answer.status_code, answer.json()['err_code'], answer.json()['err_msg']) == (http, code, 'server error')
    assert (sb.requests[-1].err_code, sb.requests[-1].processed) == (code, False)


def test_truncated(sb, demo):
    invoice = make_invoice()
    sb.faults.add(IMPORT, 'truncated', keep=0.6)
    answer = post(demo, invoice)
    assert answer.text.startswith('{"res": 1')
    with pytest.raises(ValueError):
        answer.json()
    assert at_portal(demo, invoice)


def test_cut_off(sb, demo):
    sb.faults.add(READ, 'cut_off')
    with pytest.raises(LOST):
        demo.call(READ, {'ids': []})


def test_invalid_json(sb, demo):
    sb.faults.add(READ, 'invalid_json')
    with pytest.raises(ValueError):
        demo.call(READ, {'ids': []}).json()


@pytest.mark.parametrize("shape, expected", [
    ("list", lambda body: isinstance(body, list)), ("null", lambda body: body is None),
    ("string", lambda body: body == "OK"), ("no_data", lambda body: "data" not in body),
    ("data_null", lambda body: body["data"] is None), ("data_list", lambda body: body["data"] == []),
    ("strings", lambda body: body["err_code"] == "0" and body["data"]["total"] == "0"),
])  # fmt: skip
def test_wrong_shape(sb, demo, shape, expected):
    sb.faults.add(READ, 'wrong_shape', shape=shape)
    assert expected(demo.call(READ, {'ids': []}).json())


def test_wrong_data(sb, demo):
    sb.faults.add(READ, 'wrong_data', data={'invoices': [{'id': 'A', 'qaime': 'x\x00'}]})
    body = demo.call(READ, {'ids': []}).json()
    assert (body['err_code'], body['data']) == (0, {'invoices': [{'id': 'A', 'qaime': 'x\x00'}]})


@pytest.mark.parametrize('length', [True, False])
def test_huge(sb, demo, length):
    sb.faults.add(READ, 'huge', megabytes=2, length=length)
    answer = demo.call(READ, {'ids': []})
    assert len(answer.content) > 2 * 1024 * 1024
    assert answer.json()['err_code'] == 0
    assert ('Content-Length' in answer.headers) is length


def test_huge_and_the_client_hangs_up(sb, demo):
    sb.faults.add(READ, 'huge', megabytes=50)
    with demo.call(READ, {'ids': []}, stream=True) as answer:
        next(answer.iter_content(1024))
    assert demo.code(READ, {'ids': []}) == 0


def test_slow(sb, demo):
    sb.faults.add(READ, 'slow', seconds=0.001, chunk=10)
    assert demo.code(READ, {'ids': []}) == 0


def test_rows_in_disorder(sb, demo):
    sb.portal.generate(20)
    good = [row['qaime'] for row in demo.documents(0)]
    sb.faults.schedule([('duplicated', {'count': 2}), 'reordered', ('short_page', {'missing': 3})], ETX_READ)
    twice, mixed, short = ([row['qaime'] for row in demo.documents(0)] for _ in range(3))
    assert twice == good[:2] + good
    assert mixed != good and sorted(mixed) == sorted(good)
    assert short == good[:-3]
    sb.faults.add(ETX_READ, 'short_page', missing=3)
    assert demo.data(ETX_READ, {**EVER, 'dir': 0})['total'] == 20


def test_few_rows_are_reordered_too(sb, demo):
    sb.portal.generate(2)
    good = [row['qaime'] for row in demo.documents(0)]
    sb.faults.add(ETX_READ, 'reordered')
    assert [row['qaime'] for row in demo.documents(0)] == good[::-1]


def test_clock_skew(sb, demo):
    sb.portal.add_document(0, datetime='31.12.2025 23:30')
    sb.faults.add(ETX_READ, 'clock_skew', hours=-2)
    assert [demo.documents(0)[0]['datetime'] for _ in range(2)] == ['31.12.2025 21:30', '31.12.2025 23:30']


@pytest.mark.parametrize('kind', ['duplicated', 'truncated', 'wrong_shape'])
def test_faults_of_answers_that_are_no_envelope(sb, demo, kind):
    sb.configure(wrong_method='405')
    sb.faults.add('*', kind)
    assert demo.call(READ, method='PUT').status_code == 405
    sb.faults.add('*', 'duplicated')
    assert 'token' not in demo.call(CONFIRM, {}).text

"""What goes over the wire, and how good answers are read."""

import datetime
import hashlib
import hmac
from decimal import Decimal as D

import pytest
from raw_server import error, http, ok
from samples import invoice, item

from vatportal import PAGE_SIZE, TransientError, UnknownOutcome

DAY = datetime.date(2025, 1, 31)
TOKEN = 'tok-SECRET-0123456789'


def only(server):
    """(method, path, JSON body) of the one request made."""
    [request] = server.requests
    return request.method, request.target, request.json


def test_upload(serve, connect):
    server = serve(ok({'id': 12345}))
    assert connect(server).upload_invoices([invoice()], upload=True) == 12345
    assert only(server) == (
        'POST',
        '/api/inv/import_upload_invoices.php',
        {'upload': True, 'use_old_sys': False, 'invoices': [invoice().to_json()]},
    )
    headers = server.requests[0].headers
    assert headers['x-vatpapikey'] == TOKEN
    assert headers['content-type'] == 'application/json'
    assert 'authorization' not in headers


def test_nothing_to_send_is_no_call(serve, connect):
    server = serve(ok())
    client = connect(server)
    for call in (
        lambda: client.upload_invoices([], upload=True),
        lambda: client.delete_invoices([]),
        lambda: client.delete_etaxes([], is_signed=False),
    ):
        with pytest.raises(ValueError, match='no '):
            call()
    assert client.read_invoices([]) == {}
    assert server.connections == 0


def test_amounts_that_json_cannot_hold_are_no_call(serve, connect):
    server = serve(ok({'id': 1}))
    with pytest.raises(ValueError, match='sum_total'):
        connect(server).upload_invoices([invoice(sum_total=D(1) / D(3))], upload=True)
    assert server.connections == 0


def test_read_invoices(serve, connect):
    server = serve(
        ok(
            {
                'invoices': [
                    {'id': 'A', 'qaime': 'MT1'},
                    {'id': 'A', 'qaime': ''},
                    {'id': 'B', 'qaime': None},
                    {'id': 'C'},
                    {'id': 4, 'qaime': ' MT4 '},
                    {'id': 'D'},
                    {'id': 'D', 'qaime': 'MT5'},
                ],
                'total': 7,
            }
        )
    )
    assert connect(server).read_invoices(['A', 'B', 4, 'X']) == {
        'A': 'MT1',
        'B': '',
        'C': '',
        '4': 'MT4',
        'D': 'MT5',
    }
    assert only(server) == ('GET', '/api/inv/read_invoices', {'ids': ['A', 'B', '4', 'X']})


@pytest.mark.parametrize('data', [[], {'invoices': []}, {'invoices': None}, {'total': 0}, {'invoices': {}}])
def test_read_invoices_none_there(serve, connect, data):
    answer = http(200, {'res': 1, 'err_code': 0, 'data': data})
    assert connect(serve(answer)).read_invoices(['A']) == {}


@pytest.mark.parametrize(
    'data',
    [
        'x',
        3,
        [1],
        {'total': 1},
        {'x': 1},
        {'invoices': 'x'},
        {'invoices': ['A']},
        {'invoices': [{'qaime': 'x'}]},
    ],
)
def test_read_invoices_wrong_shape(serve, connect, data):
    with pytest.raises(TransientError) as caught:
        connect(serve(ok(data))).read_invoices(['A'])
    assert caught.value.reason == 'answer'


@pytest.mark.parametrize(
    'answer', [{'err_code': 0}, {'err_code': 0, 'data': None}, {'err_code': 0, 'data': {}}]
)
def test_nothing_is_not_taken_for_no_invoices(serve, connect, answer):
    client = connect(serve(http(200, answer)))
    with pytest.raises(TransientError, match='no invoices'):
        client.read_invoices(['A'])
    with pytest.raises(TransientError, match='no invoices'):
        client.read_etaxes(direction=0, proc_id=1)


def test_read_by_date(serve, connect):
    server = serve(ok({'invoices': {'3': {'id': 'A', 'qaime': 'MT1'}}}))
    late = datetime.datetime(2025, 2, 1, 20, 30, tzinfo=datetime.timezone.utc)
    assert connect(server).read_invoices_by_date(DAY, late) == {'A': 'MT1'}
    assert only(server)[2] == {'date_from': '31.01.2025', 'date_to': '02.02.2025 00:30'}


def test_dates_only(serve, connect):
    with pytest.raises(ValueError, match='date'):
        connect(serve(ok())).read_invoices_by_date('01.01.2025', DAY)


def test_delete_invoices(serve, connect):
    server = serve(http(200, {'err_code': 0}))
    assert connect(server).delete_invoices(['A', 'B']) is None
    assert only(server) == ('DELETE', '/api/inv/delete', {'ids': ['A', 'B']})


def test_process_status(serve, connect):
    server = serve(ok({'status': '1', 'status_desc': 'Running', 'stats': {'pin1_code': '0472'}}))
    read = connect(server).process_status(7)
    assert (read.status, read.description, read.stats.pin1_code, read.finished) == (
        1,
        'Running',
        '0472',
        False,
    )
    assert only(server) == ('GET', '/api/job/read_proc_status', {'procId': 7})


@pytest.mark.parametrize('data', [None, [], {}, {'status': None}, {'status': 'done'}, {'status': True}])
def test_process_without_status(serve, connect, data):
    with pytest.raises(TransientError, match='no status'):
        connect(serve(http(200, {'err_code': 0, 'data': data}))).process_status(7)


def test_process_status_without_description(serve, connect):
    read = connect(serve(ok({'status': 2, 'status_desc': None}))).process_status(7)
    assert (read.description, read.succeeded) == ('', True)


@pytest.mark.parametrize(
    ('data', 'expected'), [({'log': 'x'}, {'log': 'x'}), ([], {}), (None, {}), ('text', {'data': 'text'})]
)
def test_process_data(serve, connect, data, expected):
    server = serve(http(200, {'err_code': 0, 'data': data}))
    assert connect(server).process_data(7) == expected
    assert only(server) == ('GET', '/api/job/read_proc_data', {'procId': 7})


def test_start_download(serve, connect):
    server = serve(ok({'id': '9'}))
    assert (
        connect(server).start_download(
            DAY,
            DAY,
            direction=0,
            inc_kinds=['defaultInvoice', 'agent'],
            exc_kinds=['resale'],
            exc_status=('canceled', 'deleted'),
        )
        == 9
    )
    assert only(server) == (
        'POST',
        '/api/etx/import',
        {
            'date_from': '31.01.2025',
            'date_to': '31.01.2025',
            'dir': 0,
            'inc_kinds': 'defaultInvoice,agent',
            'exc_status': 'canceled,deleted',
        },
    )


def test_direction_is_checked(serve, connect):
    with pytest.raises(ValueError, match='direction'):
        connect(serve(ok())).start_download(DAY, DAY, direction=2)


def test_read_etaxes(serve, connect):
    server = serve(
        ok(
            {
                'invoices': [{'qaime': 'MT240110000000', 'net_amount': 1.1}, {'qaime': ''}, 'x'],
                'total': '7001',
            }
        )
    )
    page = connect(server).read_etaxes(direction=1, date_from=DAY, date_to=DAY, page=2)
    assert [(document.qaime, document.net_amount) for document in page.documents] == [
        ('MT240110000000', D('1.1'))
    ]
    assert page.total == 7001
    assert page.bad == [
        ({'qaime': ''}, 'the document has no qaimə number'),
        ('x', 'the document is not an object'),
    ]
    assert only(server) == (
        'GET',
        '/api/etx/read_invoices',
        {'dir': 1, 'date_from': '31.01.2025', 'date_to': '31.01.2025', 'from': 2},
    )
    assert PAGE_SIZE == 5000


def test_read_etaxes_of_a_process(serve, connect):
    server = serve(ok([]))
    client = connect(server)
    page = client.read_etaxes(direction=0, proc_id=5)
    assert (page.documents, page.total, page.bad) == ([], 0, [])
    client.read_etaxes(direction=0, proc_id=5, page=2)
    assert [request.json for request in server.requests] == [
        {'dir': 0, 'procId': 5},
        {'dir': 0, 'procId': 5, 'from': 2},
    ]


@pytest.mark.parametrize(
    'wrong',
    [
        {},
        {'proc_id': 1, 'date_from': DAY, 'date_to': DAY},
        {'date_from': DAY},
        {'date_to': DAY},
        {'proc_id': 1, 'page': 0},
    ],
)
def test_read_etaxes_wants_one_way_to_ask(serve, connect, wrong):
    with pytest.raises(ValueError, match='either proc_id'):
        connect(serve(ok())).read_etaxes(direction=0, **wrong)


def test_delete_etaxes(serve, connect):
    server = serve(ok({'id': 3}))
    assert connect(server).delete_etaxes(['MT2401 10000000'], is_signed=True) == 3
    assert only(server) == (
        'DELETE',
        '/api/etx/delete',
        {'serialNumbers': ['MT2401 10000000'], 'is_signed': True},
    )


@pytest.mark.parametrize('data', [{}, {'id': None}, {'id': 0}, {'id': 'x'}, [], [5], 'x'])
def test_write_without_process_id(serve, connect, data):
    client = connect(serve(ok(data)))
    for call in (
        lambda: client.upload_invoices([invoice()], upload=True),
        lambda: client.start_download(DAY, DAY, direction=0),
        lambda: client.delete_etaxes(['MT2401 10000000'], is_signed=True),
    ):
        with pytest.raises(UnknownOutcome, match='no process id') as caught:
            call()
        assert caught.value.reason == 'answer'


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
        assert {name: request.json[name] for name in ('username', 'password', 'phone')} == {
            'username': 'ali',
            'password': 'p4ss-WORD',
            'phone': '994501234567',
        }


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


def test_small_prices_are_written_out(serve, connect):
    server = serve(ok({'id': 1}))
    made = invoice(item(unit_price='0.00001', quantity='5000'))
    connect(server).upload_invoices([made], upload=False)
    assert b'"unit_price": 0.00001,' in server.requests[0].body


def test_text_is_utf8(serve, connect):
    server = serve(ok({'id': 1}))
    connect(server).upload_invoices([invoice(main_info='Müqavilə № 5')], upload=False)
    assert 'Müqavilə № 5'.encode() in server.requests[0].body

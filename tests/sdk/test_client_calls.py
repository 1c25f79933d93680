"""Calls about invoices of the ERP and processes: what goes out, and how good answers are read."""

import datetime
from decimal import Decimal as D

import pytest
from calls import DAY, only
from raw_server import http, ok
from samples import invoice, item

from vatportal import TransientError, UnknownOutcome

TOKEN = 'tok-SECRET-0123456789'


def test_upload(serve, connect):
    server = serve(ok({'id': 12345}))
    assert connect(server).upload_invoices([invoice()], upload=True) == 12345
    assert only(server) == ('POST', '/api/inv/import_upload_invoices.php', {'upload': True, 'use_old_sys': False, 'invoices': [invoice().to_json()]})
    headers = server.requests[0].headers
    assert headers['x-vatpapikey'] == TOKEN
    assert headers['content-type'] == 'application/json'
    assert 'authorization' not in headers


def test_nothing_to_send_is_no_call(serve, connect):
    server = serve(ok())
    client = connect(server)
    for call in (lambda: client.upload_invoices([], upload=True), lambda: client.delete_invoices([]), lambda: client.delete_etaxes([], is_signed=False)):
        with pytest.raises(ValueError, match='no '):
            call()
    assert client.read_invoices([]) == {}
    assert server.connections == 0


@pytest.mark.parametrize('none', [None, '', ' ', False, 0, 0.0, '0', ' 0 ', '0.0', '00000000', '-', '—', []])
def test_no_number_yet_in_many_ways(serve, connect, none):
    assert connect(serve(ok({'invoices': [{'id': 'A', 'qaime': none}]}))).read_invoices(['A']) == {'A': ''}


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
    assert connect(server).read_invoices(['A', 'B', 4, 'X']) == {'A': 'MT1', 'B': '', 'C': '', '4': 'MT4', 'D': 'MT5'}
    assert only(server) == ('GET', '/api/inv/read_invoices', {'ids': ['A', 'B', '4', 'X']})


@pytest.mark.parametrize('data', [[], {'invoices': []}, {'invoices': None}, {'total': 0}, {'invoices': {}}])
def test_read_invoices_none_there(serve, connect, data):
    answer = http(200, {'res': 1, 'err_code': 0, 'data': data})
    assert connect(serve(answer)).read_invoices(['A']) == {}


@pytest.mark.parametrize('data', ['x', 3, [1], {'total': 1}, {'x': 1}, {'invoices': 'x'}, {'invoices': ['A']}, {'invoices': [{'qaime': 'x'}]}])
def test_read_invoices_wrong_shape(serve, connect, data):
    with pytest.raises(TransientError) as caught:
        connect(serve(ok(data))).read_invoices(['A'])
    assert caught.value.reason == 'answer'


@pytest.mark.parametrize('answer', [{'err_code': 0}, {'err_code': 0, 'data': None}, {'err_code': 0, 'data': {}}])
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
    assert (read.status, read.description, read.stats.pin1_code, read.finished) == (1, 'Running', '0472', False)
    assert only(server) == ('GET', '/api/job/read_proc_status', {'procId': 7})


@pytest.mark.parametrize('data', [None, [], {}, {'status': None}, {'status': 'done'}, {'status': True}])
def test_process_without_status(serve, connect, data):
    with pytest.raises(TransientError, match='no status'):
        connect(serve(http(200, {'err_code': 0, 'data': data}))).process_status(7)


def test_process_status_without_description(serve, connect):
    read = connect(serve(ok({'status': 2, 'status_desc': None}))).process_status(7)
    assert (read.description, read.succeeded) == ('', True)


@pytest.mark.parametrize(('data', 'expected'), [({'log': 'x'}, {'log': 'x'}), ([], {}), (None, {}), ('text', {'data': 'text'})])
def test_process_data(serve, connect, data, expected):
    server = serve(http(200, {'err_code': 0, 'data': data}))
    assert connect(server).process_data(7) == expected
    assert only(server) == ('GET', '/api/job/read_proc_data', {'procId': 7})


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


def test_small_prices_are_written_out(serve, connect):
    server = serve(ok({'id': 1}))
    made = invoice(item(unit_price='0.00001', quantity='5000'))
    connect(server).upload_invoices([made], upload=False)
    assert b'"unit_price": 0.00001,' in server.requests[0].body


def test_text_is_utf8(serve, connect):
    server = serve(ok({'id': 1}))
    connect(server).upload_invoices([invoice(main_info='Müqavilə № 5')], upload=False)
    assert 'Müqavilə № 5'.encode() in server.requests[0].body

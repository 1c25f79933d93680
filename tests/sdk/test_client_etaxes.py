"""Downloading, reading and deleting documents of e-taxes: what goes out, and how good answers are read."""

from decimal import Decimal as D

import pytest
from calls import DAY, only
from raw_server import ok

from vatportal import PAGE_SIZE


def test_start_download(serve, connect):
    server = serve(ok({'id': '9'}))
    assert (
        connect(server).start_download(DAY, DAY, direction=0, inc_kinds=['defaultInvoice', 'agent'], exc_kinds=['resale'], exc_status=('canceled', 'deleted'))
        == 9
    )
    assert only(server) == (
        'POST',
        '/api/etx/import',
        {'date_from': '31.01.2025', 'date_to': '31.01.2025', 'dir': 0, 'inc_kinds': 'defaultInvoice,agent', 'exc_status': 'canceled,deleted'},
    )


def test_direction_is_checked(serve, connect):
    with pytest.raises(ValueError, match='direction'):
        connect(serve(ok())).start_download(DAY, DAY, direction=2)


def test_read_etaxes(serve, connect):
    server = serve(ok({'invoices': [{'qaime': 'MT240110000000', 'net_amount': 1.1}, {'qaime': ''}, 'x'], 'total': '7001'}))
    page = connect(server).read_etaxes(direction=1, date_from=DAY, date_to=DAY, page=2)
    assert [(document.qaime, document.net_amount) for document in page.documents] == [('MT240110000000', D('1.1'))]
    assert page.total == 7001
    assert page.bad == [({'qaime': ''}, 'the document has no qaimə number'), ('x', 'the document is not an object')]
    assert only(server) == ('GET', '/api/etx/read_invoices', {'dir': 1, 'date_from': '31.01.2025', 'date_to': '31.01.2025', 'from': 2})
    assert PAGE_SIZE == 5000


def test_read_etaxes_of_a_process(serve, connect):
    server = serve(ok([]))
    client = connect(server)
    page = client.read_etaxes(direction=0, proc_id=5)
    assert (page.documents, page.total, page.bad) == ([], 0, [])
    client.read_etaxes(direction=0, proc_id=5, page=2)
    assert [request.json for request in server.requests] == [{'dir': 0, 'procId': 5}, {'dir': 0, 'procId': 5, 'from': 2}]


@pytest.mark.parametrize('wrong', [{}, {'proc_id': 1, 'date_from': DAY, 'date_to': DAY}, {'date_from': DAY}, {'date_to': DAY}, {'proc_id': 1, 'page': 0}])
def test_read_etaxes_wants_one_way_to_ask(serve, connect, wrong):
    with pytest.raises(ValueError, match='either proc_id'):
        connect(serve(ok())).read_etaxes(direction=0, **wrong)


def test_delete_etaxes(serve, connect):
    server = serve(ok({'id': 3}))
    assert connect(server).delete_etaxes(['MT2401 10000000'], is_signed=True) == 3
    assert only(server) == ('DELETE', '/api/etx/delete', {'serialNumbers': ['MT2401 10000000'], 'is_signed': True})

"""Endpoints that the documentation calls by GET here and by POST there."""

import pytest
from raw_server import error, http, ok

from vatportal import Refused


@pytest.mark.parametrize('refusal', [error(1), error(1, status=400), http(405, '<html>'), http(404, '')])
def test_get_falls_back_to_post_and_remembers(serve, connect, refusal):
    server = serve(refusal, ok({'status': 1}))
    client = connect(server)
    client.process_status(1)
    client.process_status(1)
    assert [request.method for request in server.requests] == ['GET', 'POST', 'POST']
    assert server.requests[0].json == server.requests[1].json
    assert client.read_methods == {'/job/read_proc_status': 'POST'}


def test_a_remembered_post_falls_back_to_get(serve, connect):
    server = serve(error(1), ok({'status': 1}))
    known = {'/job/read_proc_status': 'POST', '/other': 'GET', '/inv/read_invoices': 'PUT'}
    client = connect(server, read_methods=known)
    client.process_status(1)
    assert [request.method for request in server.requests] == ['POST', 'GET']
    assert client.read_methods == {'/job/read_proc_status': 'GET'}
    assert known['/job/read_proc_status'] == 'POST'


def test_neither_method(serve, connect):
    server = serve(error(1))
    client = connect(server)
    with pytest.raises(Refused) as caught:
        client.process_data(1)
    assert caught.value.code == 1
    assert [request.method for request in server.requests] == ['GET', 'POST']
    assert client.read_methods == {}


def test_the_method_is_learned_even_from_a_refusal(serve, connect):
    client = connect(serve(error(1), error(3)))
    with pytest.raises(Refused) as caught:
        client.process_data(1)
    assert caught.value.code == 3
    assert client.read_methods == {'/job/read_proc_data': 'POST'}


def test_writes_never_change_their_method(serve, connect):
    server = serve(error(1))
    with pytest.raises(Refused):
        connect(server).delete_invoices(['A'])
    assert len(server.requests) == 1


@pytest.mark.parametrize('answers', [(http(404, '<html>'), error(1)), (error(1), http(405, '<html>'))])
def test_a_web_server_refuses_the_right_method(serve, connect, answers):
    """The other one is none that the portal takes, which does not make the refusal the portal's."""
    with pytest.raises(Refused) as caught:
        connect(serve(*answers)).process_status(1)
    assert (caught.value.code, bool(caught.value.http_status)) == (None, True)

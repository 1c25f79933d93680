"""Many clients of one portal, each for a moment, over one connection."""

import threading

import pytest
from samples import invoice

from sandbox.server import Sandbox
from vatportal import VatPortalClient, kept_connections


@pytest.fixture
def portal():
    with Sandbox(auto_confirm=True, stage_seconds=0) as sandbox:
        yield sandbox


def ask(portal, times=1):
    for _client in range(times):
        with VatPortalClient(portal.url, token='sandbox-token') as client:
            assert client.read_invoices(['SHOP-1']) == {}


def test_one_connection(portal):
    with kept_connections():
        ask(portal, times=5)
    assert portal.connections == 1
    ask(portal, times=2)
    assert portal.connections == 3, 'each has its own again'


def test_one_within_another(portal):
    with kept_connections():
        ask(portal)
        with kept_connections():
            ask(portal, times=2)
        ask(portal)
    assert portal.connections == 2


def test_what_changes_something_goes_over_a_new_one(portal):
    with kept_connections():
        ask(portal)
        with VatPortalClient(portal.url, token='sandbox-token') as client:
            client.upload_invoices([invoice()], upload=False)
    assert portal.connections == 2


def test_threads_share_nothing(portal):
    with kept_connections():
        ask(portal)
        thread = threading.Thread(target=ask, args=[portal])
        thread.start()
        thread.join()
        ask(portal)
    assert portal.connections == 2


def test_it_ends_with_an_error(portal):
    with pytest.raises(ZeroDivisionError), kept_connections():
        ask(portal)
        raise ZeroDivisionError
    ask(portal)
    assert portal.connections == 2


def test_a_portal_that_hangs_up_meanwhile(portal):
    """What was kept open is no reason for an error."""
    with kept_connections():
        ask(portal)
        portal.stop()
        portal.start()
        ask(portal)

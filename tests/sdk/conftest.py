"""Plain pytest for ``vatportal/``: no Odoo, no mocks, real sockets."""

import pathlib
import sys

import pytest
from hypothesis import settings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from calls import READS, WRITES  # noqa: E402
from raw_server import RawServer  # noqa: E402

# A slow machine is no fault of the code.
settings.register_profile('sdk', deadline=None, database=None)
settings.load_profile('sdk')

TOKEN = 'tok-SECRET-0123456789'


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """No proxy, CA bundle or .netrc of the machine takes part."""
    for name in ('http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'request_method'):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ('REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'NETRC'):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve():
    """serve(step, …) → a running :class:`RawServer`; all are stopped at the end."""
    servers = []

    def start(*script, **options):
        servers.append(RawServer(script, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def connect():
    """connect(server, …) → a client of it, with a token unless told otherwise; closed at the end."""
    from vatportal import VatPortalClient

    clients = []

    def start(server, **options):
        options.setdefault('timeout', 20)
        if 'username' not in options:
            options.setdefault('token', TOKEN)
        url = server if isinstance(server, str) else server.url
        clients.append(VatPortalClient(url, **options))
        return clients[-1]

    yield start
    for client in clients:
        client.close()


@pytest.fixture(params=[*READS, *WRITES])
def call(request):
    """call(client) → the error it raised; ``call.write`` tells reads from writes, ``call.sends`` the upload."""
    act = {**READS, **WRITES}[request.param]

    from vatportal import PortalError

    def run(client):
        with pytest.raises(PortalError) as caught:
            act(client)
        return caught.value

    run.write = request.param in WRITES
    run.sends = request.param == 'upload'
    return run

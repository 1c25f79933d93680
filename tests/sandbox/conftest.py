"""Tests of the sandbox: over a real socket, with a plain HTTP client."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from sb_client import Client  # noqa: E402

from sandbox import Sandbox  # noqa: E402

# a slow machine is no fault of the code
settings.register_profile('sandbox', deadline=None, database=None)
settings.load_profile('sandbox')


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """The way to this computer leads over no proxy."""
    monkeypatch.setenv('NO_PROXY', '*')
    monkeypatch.setenv('no_proxy', '*')


@pytest.fixture(scope='session')
def server():
    """One server for all tests; each test gets it fresh."""
    with Sandbox(stage_seconds=0) as sandbox:
        yield sandbox


@pytest.fixture
def sb(server):
    """A fresh portal whose stages pass at once and whose phone waits for a person."""
    server.reset()
    yield server
    server.start()
    server.reset()


@pytest.fixture
def demo(sb):
    """The default account."""
    with Client(sb, 'sandbox-token') as client:
        yield client


@pytest.fixture
def first(sb):
    """A partner, for the first of its companies."""
    with Client(sb, 'partner-token', phone='994501234567') as client:
        yield client


@pytest.fixture
def second(sb):
    """The same partner, for the other company."""
    with Client(sb, 'partner-token', phone='994551234567') as client:
        yield client

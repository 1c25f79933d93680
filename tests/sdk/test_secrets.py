"""Nothing that this program says holds a secret."""

import contextlib
import http.client
import logging
import traceback
import urllib.parse

import pytest
from conftest import TOKEN
from raw_server import CERTIFICATE, error, hang_up, ok, reset
from raw_server import http as answer
from samples import invoice

from vatportal import PortalError, Secret, VatPortalClient
from vatportal.errors import clean_text

PASSWORD, PHONE, LOGIN, KEY, PLAIN, NEW = ('p4ss-WORD', '994501234567', 'ali-login@x', 'key-abcdef', 'plain-value-1', 'new-token-77')
SECRETS = (TOKEN, PASSWORD, PHONE, LOGIN, KEY, PLAIN, NEW)


def assert_silent(text):
    assert [secret for secret in SECRETS if secret in text or secret.replace('@', '%40') in text] == []


def run_everything(client):
    """Every kind of call; yields the errors they end in."""
    calls = (
        lambda: client.process_status(1),
        lambda: client.upload_invoices([invoice()], upload=True),
        lambda: client.delete_invoices(['A']),
        lambda: client.start_reset(LOGIN),
        lambda: client.confirm_reset(LOGIN, KEY),
        lambda: client.renewal_key('hash-secret', PLAIN),
    )
    for call in calls:
        try:
            call()
        except PortalError as exc:
            yield exc


def with_locals(exc):
    """The traceback with the variables of each of our frames, as error trackers show it."""
    report = traceback.TracebackException.from_exception(exc, capture_locals=True)
    assert any(frame.locals and 'reader' in frame.locals for frame in report.stack)
    return ''.join(report.format())


ECHO = ' '.join(SECRETS)


def echo(code):
    """Answer with an error whose message repeats all that the request held."""

    def step(conn, request):
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(request.target).query)
        words = [request.headers.get('x-vatpapikey', ''), request.target.replace('%40', '@'), str(asked), request.body.decode()]
        conn.sendall(error(code, ' '.join(words)))

    return step


SCRIPTS = {
    'fine': [ok({'id': 1, 'status': 2}), ok({'id': 1}), ok(), answer(200, {'plain_value': PLAIN}), answer(200, {'token': NEW})],
    'hang-up': [hang_up],
    'reset': [reset],
    'echo': [echo(99)],
    'echo-auth': [echo(5)],
    'echo-server': [echo(10)],
    'no-json': [answer(200, ECHO)],
    'failure': [answer(500, ECHO)],
    'redirect': [answer(302, '', Location=f'https://{TOKEN}.example/{PHONE}')],
    'busy': [answer(503, ECHO, Retry_After=TOKEN)],
    'odd': [answer(200, {'err_code': 0, 'data': {'said': ECHO}, 'said': ECHO})],
    'odd-data': [answer(200, {'err_code': 0, 'data': ECHO})],
}
LOG_IN = {'token': {'token': TOKEN}, 'password': {'username': LOGIN, 'password': PASSWORD}}


@pytest.mark.parametrize('tls', [False, True])
@pytest.mark.parametrize('log_in', LOG_IN)
@pytest.mark.parametrize('script', SCRIPTS)
def test_logs_and_errors_are_silent(serve, caplog, capsys, monkeypatch, script, log_in, tls):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(http.client.HTTPConnection, 'debuglevel', 1)
    if tls:
        monkeypatch.setenv('REQUESTS_CA_BUNDLE', str(CERTIFICATE))
    server = serve(*SCRIPTS[script], tls=tls)
    with VatPortalClient(server.url, phone=PHONE, timeout=20, **LOG_IN[log_in]) as client:
        found = list(run_everything(client))
        assert_silent(repr(client) + str(client))
    assert bool(found) == (script != 'fine')
    for exc in found:
        known = exc.__dict__.values()
        assert_silent(' '.join([str(exc), repr(exc), *map(str, known), *traceback.format_exception(exc)]))
        assert_silent(with_locals(exc))
        assert exc.__context__ is None
        assert exc.__cause__ is None
    assert 'vatportal.transport' in caplog.text  # logging was on
    assert 'urllib3' in caplog.text
    assert_silent(caplog.text)
    assert_silent(''.join(capsys.readouterr()))


@pytest.mark.parametrize(
    ('address', 'log_in'),
    [
        ('https://demo.vatportal.az/api', {'token': f'{TOKEN} {TOKEN}'}),
        ('http://demo.vatportal.az/api', {'token': TOKEN, 'phone': PHONE}),
        ('http://demo.vatportal.az/api', {'username': LOGIN, 'password': PASSWORD}),
        ('https://demo.vatportal.az/api', {'password': PASSWORD}),
    ],
)
def test_a_client_that_can_not_be_made_is_silent(address, log_in):
    hidden = {name: Secret(value) for name, value in log_in.items()}
    del log_in
    with pytest.raises(ValueError, match='needed|token|https') as caught:
        VatPortalClient(address, **hidden)
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    report.stack[:] = [frame for frame in report.stack if 'vatportal' in frame.filename]
    assert report.stack
    assert_silent(''.join(report.format()))


def test_the_new_token_is_a_secret_from_then_on(serve):
    server = serve(answer(200, {'token': NEW}), error(99, f'about {NEW}'))
    with VatPortalClient(server.url, token=TOKEN) as client:
        client.confirm_reset(LOGIN, KEY)
        with contextlib.suppress(PortalError):
            client.process_status(1)
        with pytest.raises(PortalError) as caught:
            client.process_status(1)
    assert caught.value.message == 'about ***'


def test_a_short_secret_does_not_blot_the_text(serve):
    with VatPortalClient(serve(error(99, 'a bad day')).url, username='ali', password='a') as client, pytest.raises(PortalError) as caught:
        client.process_status(1)
    assert caught.value.message == 'a bad day'


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('two\r\nlines\x00\x1b[31m', 'two lines [31m'),
        ('a\u202eb', 'a b'),
        (None, ''),
        (5, '5'),
        ('ş ə', 'ş ə'),
        ('x' * 600, 'x' * 499 + '…'),
        (' ' * 10000 + 'x', ''),
    ],
)
def test_portal_words_are_cleaned(text, expected):
    assert clean_text(text) == expected

"""The server: log, connections, starting and stopping, command line."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from sb_client import ETX_READ, EVER, IMPORT, READ, STATUS, Client, make_invoice

from sandbox import Sandbox
from sandbox.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


# -- log -------------------------------------------------------------------------------------------------


def test_log(sb, demo):
    demo.call(READ, {'ids': ['x'], 'amount': 1.5})
    demo.call(STATUS, {'procId': 1})
    demo.session.get(f'{sb.url}/auth/reset_start.php?login=nobody')
    one, two, three = sb.requests
    assert (one.method, one.path, one.json, one.err_code, one.status) == ('GET', READ, {'ids': ['x'], 'amount': 1.5}, 0, 200)
    assert one.headers['x-vatpapikey'] == 'sandbox-token'
    assert one.reply == {'invoices': [], 'total': 0}
    assert (two.err_code, two.status, two.processed) == (20, 400, False)
    assert (three.query, three.err_code) == ({'login': 'nobody'}, 5)
    assert one.time <= two.time and one.monotonic <= two.monotonic <= three.monotonic
    assert sb.log.all(path=STATUS) == [two]


def test_log_is_bounded():
    with Sandbox(log_size=3) as sandbox, Client(sandbox, 'sandbox-token') as client:
        for name in 'abcde':
            client.call(READ, {'ids': [name]})
        assert [record.json['ids'] for record in sandbox.requests] == [['c'], ['d'], ['e']]


# -- life ------------------------------------------------------------------------------------------------


def test_keep_alive(sb, demo):
    with socket.create_connection((sb.host, sb.port)) as connection:
        for _ in range(2):
            connection.sendall(b'GET /phone/prompts HTTP/1.1\r\nHost: x\r\n\r\n')
            answer = connection.recv(65536)
            assert answer.startswith(b'HTTP/1.1 200') and b'Connection: close' not in answer


def test_bodies_without_length_are_refused(sb, demo):
    answer = requests.post(sb.url + IMPORT, data=iter([b'{}']), headers={'x-vatpapikey': 'sandbox-token'})
    assert answer.status_code == 411
    assert demo.session.post(sb.url + READ, headers={'Content-Length': 'x'}).status_code in (400, 411)


def test_stopped_portal_refuses_and_comes_back(sb, demo):
    invoice, port = make_invoice(), sb.port
    demo.send(invoice, upload=False)
    sb.stop()
    assert not sb.running
    with pytest.raises(requests.ConnectionError):
        demo.call(READ, {'ids': []})
    sb.stop()
    assert sb.start().port == port
    assert demo.numbers(invoice['id']) == {invoice['id']: ''}


def test_stopping_does_not_wait_for_the_stalled(sb, demo):
    sb.faults.add(READ, 'stall', seconds=600)
    with pytest.raises(requests.ReadTimeout):
        demo.call(READ, {'ids': []}, timeout=0.1)
    sb.stop()


def test_numbers_and_ids_outlive_a_reset(sb, demo):
    sb.configure(auto_confirm=True)
    invoice = make_invoice()
    old_process = demo.send(invoice)
    old = demo.numbers(invoice['id'])[invoice['id']]
    sb.reset()
    sb.configure(auto_confirm=True)
    assert demo.send(invoice) > old_process
    assert demo.numbers(invoice['id'])[invoice['id']] != old


@pytest.mark.parametrize('host', ['0.0.0.0', '::', '192.168.1.5', 'example.com'])
def test_loopback_only(host):
    with pytest.raises(ValueError, match='loopback'):
        Sandbox(host=host)


def test_wrong_settings():
    with pytest.raises(ValueError):
        Sandbox(nonsense=1)
    with pytest.raises(ValueError):
        Settings().set(refusal='maybe')


def run(*arguments):
    return subprocess.Popen([sys.executable, '-m', 'sandbox', *arguments], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_command_line():
    with run('--port', '0', '--auto-confirm', '--speed', '1000') as process:
        try:
            lines = [process.stdout.readline() for _ in range(3)]
            url = lines[0].split()[2]
            answer = requests.post(url + ETX_READ, json={**EVER, 'dir': 0, 'username': 'demo', 'password': 'demo'})
            assert answer.json()['err_code'] == 0
            assert lines[1].split()[-1].endswith('/phone')
            port = url.split(':')[2].split('/')[0]
            with run('--port', port) as other:
                assert 'in use' in other.communicate()[1]
                assert other.returncode == 1
        finally:
            os.kill(process.pid, signal.SIGTERM)
    assert process.returncode == 0


@pytest.mark.parametrize('arguments', [['--speed', '0'], ['--host', '0.0.0.0']])
def test_command_line_refuses(arguments):
    with run('--port', '0', *arguments) as process:
        assert process.communicate()[1].startswith('sandbox: ')
    assert process.returncode == 1

"""The admin API."""

import pytest
import requests
from sb_client import READ, Client, make_invoice


@pytest.fixture
def admin(sb):
    """admin(route, body) → JSON of a POST; without a body, of a GET."""
    with requests.Session() as session:
        session.trust_env = False

        def ask(route, body=None, status=200):
            url = f'{sb.admin_url}/{route}'
            answer = session.get(url) if body is None else session.post(url, json=body)
            assert answer.status_code == status, answer.text
            assert answer.headers['Access-Control-Allow-Origin'] == '*'
            return answer.json()

        yield ask


def test_admin_settings(admin, demo):
    assert admin('settings')['page_size'] == 5000
    assert admin('settings', {'include_res': False, 'page_size': 2})['page_size'] == 2
    assert 'res' not in demo.call(READ, {'ids': []}).json()
    for wrong in ({'nonsense': 1}, {'read_style': 'put'}, {'unknown_ids': 'x', 'page_size': 9}, {'running_status': 2}, {'read_style': {'/x': 'put'}}):
        assert 'error' in admin('settings', wrong, status=400)
    assert admin('settings')['page_size'] == 2
    admin('reset', {})
    assert admin('settings')['page_size'] == 5000
    assert admin('settings')['stage_seconds'] == 0


def test_admin_accounts(sb, admin):
    admin('accounts', {'username': 'new', 'token': 't', 'voens': ['1700000011']})
    admin('accounts', {'username': 'firm', 'phones': {'994500000001': '1', '994500000002': {'voens': ['2'], 'name': 'B'}}})
    assert [account['username'] for account in admin('accounts')] == ['demo', 'partner', 'new', 'firm']
    assert Client(sb, 't').code(READ, {'ids': []}) == 0
    assert Client(sb, 'firm-token', '994500000002').code(READ, {'ids': []}) == 0
    admin('accounts', {'username': 'new', 'token': 'u'})
    assert Client(sb, 't').code(READ, {'ids': []}) == 5
    assert 'error' in admin('accounts', {}, status=400)


def test_admin_documents(sb, admin, demo):
    added = admin('documents', {'folder': 1, 'documents': [{'status': 'approved'}, {'qaime': 'AA240100000001'}]})
    assert [row['qaime'] for row in demo.documents(1)] == [row['qaime'] for row in added['documents']]
    assert len(admin('generate', {'count': 3, 'folder': 0, 'seed': 2})['qaimes']) == 3
    assert len(demo.documents(0)) == 3
    admin('status', {'qaime': 'AA240100000001', 'status': 'canceled'})
    assert demo.documents(1)[1]['status'] == 'canceled'
    for route, body in (('status', {'qaime': 'x', 'status': 'y'}), ('generate', {'count': 1, 'company': 'nobody'})):
        assert 'error' in admin(route, body, status=400)


def test_admin_phone_and_state(admin, demo):
    invoice = make_invoice()
    process = demo.send(invoice)
    assert [prompt['pin'] for prompt in admin('prompts')] == [1]
    assert admin('confirm', {'pin': 1})['prompts'][0]['state'] == 'confirmed'
    assert admin('confirm', {'pin': 1}, status=400)
    assert admin('confirm', {'confirm': False, 'all': True})['prompts'][0]['pin'] == 2
    state = admin('state')
    assert state["processes"][0] | {"stats": 0} == {
        "id": process, "kind": "upload", "company": "demo", "stage": "pin2", "status": 3, "stats": 0,
    }  # fmt: skip
    assert state['invoices'][0]['qaime'] is None
    qaime = admin('sign', {'id': invoice['id']})['qaime']
    assert demo.numbers(invoice['id']) == {invoice['id']: qaime}
    assert admin('state')['folders'] == {'demo/1': 1}


def test_admin_faults_log_and_clock(admin, demo):
    admin('faults', {'endpoint': READ, 'kind': 'http_500', 'after': 1})
    assert admin('faults')[0] == {'endpoint': READ, 'kind': 'http_500', 'times': 1, 'after': 1}
    assert admin('faults', {'clear': True}) == []
    admin('schedule', {'endpoint': READ, 'kinds': [None, ['error', {'code': 12}]]})
    assert [demo.code(READ, {'ids': ['a']}) for _ in range(3)] == [0, 12, 0]
    records = admin('requests')
    assert [record['err_code'] for record in records] == [0, 12, 0]
    assert records[0]['json'] == {'ids': ['a']}
    demo.call(READ, method='POST')
    for _ in range(2):  # reading it through the query
        answer = requests.get(f'{demo.sandbox.admin_url}/requests', params={'path': READ, 'method': 'POST'}).json()
        assert len(answer) == 1
    admin('log', {})
    assert admin('requests') == []
    admin('settings', {'stage_seconds': 3600})
    process = demo.send(make_invoice())
    admin('advance', {'seconds': 3600})
    assert demo.status(process)[1] == {'imported': 1}


def test_admin_refuses_nonsense(sb, admin):
    assert requests.get(f'{sb.root_url}/nothing').status_code == 404
    assert admin('nothing', {}, status=404)
    assert admin('state', {}, status=404)
    assert admin('reset', {'x': 1}, status=400)
    assert admin('faults', [1], status=400)
    assert requests.post(f'{sb.admin_url}/settings', data=b'{').status_code == 400
    preflight = requests.options(f'{sb.admin_url}/settings')
    assert (preflight.status_code, preflight.headers['Access-Control-Allow-Headers']) == (204, 'Content-Type')

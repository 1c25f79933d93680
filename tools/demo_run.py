"""How the demo works the running Odoo: over HTTP as the user admin, the way a browser does, with the phone confirming."""

import http.cookiejar
import json
import time
import urllib.request

from base import Failure, say

PATIENCE = 240  # seconds until a process must have ended


class Browser:
    """Logged in as a user whose password is the login."""

    def __init__(self, url: str, database: str, login: str = 'admin'):
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies))
        self._post('/web/session/authenticate', {'db': database, 'login': login, 'password': login})

    def call(self, model: str, method: str, *args, **kwargs):
        return self._post(f'/web/dataset/call_kw/{model}/{method}', {'model': model, 'method': method, 'args': args, 'kwargs': kwargs})

    def session(self) -> str:
        """What a browser needs to be this one."""
        return next(cookie.value for cookie in self.cookies if cookie.name == 'session_id')

    def _post(self, path: str, params: dict):
        answer = send(self.opener, self.url + path, {'jsonrpc': '2.0', 'method': 'call', 'params': params})
        if 'error' in answer:
            data = answer['error'].get('data', {})
            raise Failure(f'Odoo refused {path}: {data.get("message") or answer["error"]}')
        return answer.get('result')  # there is none where a method returns nothing


class Phone:
    """The person with the phone, and all else that happens at e-taxes, played through the sandbox's admin API."""

    def __init__(self, sandbox: str):
        self.url = f'{sandbox}/admin'
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def confirm(self, code: str) -> bool:
        """Type the PIN if the phone shows the very same code."""
        waiting = send(self.opener, f'{self.url}/prompts')
        prompt = next((prompt for prompt in waiting if str(prompt['code']) == str(code)), None)
        if prompt:
            send(self.opener, f'{self.url}/confirm', {'prompt': prompt['id']})
        return bool(prompt)

    def play(self, route: str, **values):
        """Change what is at e-taxes, or how the sandbox behaves; see sandbox/admin.py."""
        return send(self.opener, f'{self.url}/{route}', values)


def send(opener, url: str, body: dict | None = None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {'Content-Type': 'application/json'})
    with opener.open(request, timeout=60) as response:
        return json.load(response)


def start(browser: Browser, model: str, records: list[int]) -> int:
    """The button "Send to e-taxes" and its wizard; the process they start."""
    context = browser.call(model, 'action_vatportal_send', records)['context']
    wizard = browser.call('vatportal.send.wizard', 'create', {}, context=context)
    return browser.call('vatportal.send.wizard', 'action_send', [wizard])['res_id']


def send_through(browser: Browser, move: int, connector: int) -> int:
    """The same for one invoice, through the connector that is chosen in the dialog."""
    wizard = browser.call('vatportal.send.wizard', 'create', {'move_ids': [(6, 0, [move])], 'connector_id': connector})
    return browser.call('vatportal.send.wizard', 'action_send', [wizard])['res_id']


def follow(browser: Browser, phone: Phone, job: int, brief: bool = False) -> bool:
    """Ask for the progress as the open dialog would, and tell what is new; `brief` leaves out the steps. True when all went well."""
    begin, told = time.monotonic(), set()

    def tell(text, always=True):
        if text not in told and (always or not brief):
            told.add(text)
            say(f'  {time.monotonic() - begin:5.1f} s  {text}')

    while time.monotonic() - begin < PATIENCE:
        progress = browser.call('vatportal.job', 'action_refresh', [job])
        for step in progress['steps']:
            if step['state'] in ('done', 'failed'):
                tell(f'{"✓" if step["state"] == "done" else "✗"} {step["label"]}', step['state'] == 'failed')
        code = progress['code']
        if code:
            tell(f'{code["kind"].upper()} check code {code["value"]}: ASAN İmza asks on the phone', False)
            if phone.confirm(code['value']):
                tell(f'{"" if brief else "  "}the phone shows {code["value"]} too: {code["kind"].upper()} is typed there')
        if progress['finished']:
            if progress['problem']:
                tell(f'✗ {progress["problem"]} {progress["portal_message"] or ""}')
            rejected = [document for document in progress['documents'] if document['state'] == 'rejected']
            for document in rejected:
                tell(f'✗ {document["name"]}: {document["message"]} {document["portal_message"] or ""}')
            return progress['state'] == 'done' and not rejected
        time.sleep(1 if brief else min(progress['next_poll'] or 1, 10))
    tell(f'✗ no end after {PATIENCE} s; the last word was: {progress["headline"]}')
    return False


def until_code(browser: Browser, job: int) -> None:
    """Ask for the progress until the portal has a check code."""
    _until(browser, job, 'code')


def until_end(browser: Browser, job: int) -> None:
    """Ask for the progress until the process has ended, in whatever way."""
    _until(browser, job, 'finished')


def _until(browser: Browser, job: int, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not browser.call('vatportal.job', 'action_refresh', [job])[what]:
        if time.monotonic() > end:
            raise Failure(f'{what}: not after {PATIENCE} s')
        time.sleep(1)


def table(browser: Browser, moves: list[int]) -> bool:
    fields = ['name', 'partner_id', 'amount_total', 'vatportal_qaime', 'vatportal_state']
    rows = [
        (row['name'], row['partner_id'][1], f'{row["amount_total"]:,.2f}', row['vatportal_qaime'] or f'– ({row["vatportal_state"]})')
        for row in browser.call('account.move', 'read', moves, fields)
    ]
    head = ('Invoice', 'Customer', 'Total, AZN', 'Qaimə')
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    say()
    for row in [head, tuple('─' * width for width in widths), *rows]:
        say(
            '  '
            + '  '.join(cell.rjust(width) if column == 2 else cell.ljust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        )
    return bool(rows) and all(not row[3].startswith('–') for row in rows)

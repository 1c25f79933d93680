"""Takes pictures of Odoo's pages in a headless browser; started by screenshots.py with the Python that has websocket-client."""

import base64
import contextlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

PATIENCE_S = 60
# What is at work on the page, in Odoo's own words.
QUIET = "!document.querySelector('.o_loading_indicator, .o_view_sample_data .o_loading')"


class Page:
    """One tab, worked through the browser's DevTools protocol."""

    def __init__(self, address: str):
        self.socket = websocket.create_connection(address, timeout=PATIENCE_S, suppress_origin=True)
        self.number = 0

    def send(self, method: str, **params):
        self.number += 1
        self.socket.send(json.dumps({'id': self.number, 'method': method, 'params': params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get('id') == self.number:
                if 'error' in answer:
                    raise SystemExit(f'{method}: {answer["error"]}')
                return answer.get('result', {})

    def value(self, expression: str):
        return self.send('Runtime.evaluate', expression=expression, awaitPromise=True, returnByValue=True).get('result', {}).get('value')

    def until(self, expression: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not self.value(expression):
            if time.monotonic() > end:
                raise SystemExit(f'never true: {expression}\n{self.value("document.body.innerText")}')
            time.sleep(0.2)


def take(page: Page, picture: dict) -> None:
    page.send('Emulation.setDeviceMetricsOverride', width=picture['width'], height=picture['height'], deviceScaleFactor=1, mobile=False)
    page.send('Page.navigate', url=picture['url'])
    for selector in [*picture.get('clicks', ()), picture['wait']]:
        page.until(f'window.odoo?.isReady && document.querySelector({json.dumps(selector)}) && {QUIET}')
        if selector != picture['wait']:
            page.value(f'document.querySelector({json.dumps(selector)}).click()')
    page.value("document.querySelectorAll('.o_notification_close').forEach((button) => button.click())")
    time.sleep(1.5)  # transitions of dialogs and menus
    options = {'format': 'png'}
    if 'cut' in picture:
        box = page.value(
            f'(() => {{ const box = document.querySelector({json.dumps(picture["cut"])}).getBoundingClientRect();'
            'return {x: box.x, y: box.y, width: box.width, height: box.height}; })()'
        )
        options['clip'] = {**box, 'scale': 1}
    Path(picture['file']).write_bytes(base64.b64decode(page.send('Page.captureScreenshot', **options)['data']))


@contextlib.contextmanager
def tab(order: dict):
    """A tab of a headless browser of its own; `order`: `browser`, and `url` and `session` of the Odoo that it is logged in at."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, contextlib.ExitStack() as stack:
        browser = subprocess.Popen(
            [order['browser'], '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-port=0', f'--user-data-dir={profile}'],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(browser.wait)
        stack.callback(browser.terminate)
        told = Path(profile) / 'DevToolsActivePort'
        end = time.monotonic() + PATIENCE_S
        while not told.is_file() or not told.read_text().strip():
            if time.monotonic() > end:
                raise SystemExit('the browser does not start')
            time.sleep(0.1)
        port = told.read_text().split()[0]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        tabs = json.load(opener.open(f'http://127.0.0.1:{port}/json/list', timeout=30))
        page = Page(next(tab['webSocketDebuggerUrl'] for tab in tabs if tab['type'] == 'page'))
        page.send('Network.setCookie', name='session_id', value=order['session'], url=order['url'])
        yield page


def main(order: dict) -> None:
    with tab(order) as page:
        for picture in order['pictures']:
            take(page, {**picture, 'url': order['url'] + picture['path']})


if __name__ == '__main__':
    main(json.loads(Path(sys.argv[1]).read_text()))

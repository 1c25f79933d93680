"""A person who sends invoices in Chromium and reads the codes; started by bench_codes.py with the Python that has websocket-client."""

import json
import sys
import time
from pathlib import Path

from demo_run import Browser, Phone, send_through
from demo_run import send as ask
from shoot import PATIENCE_S, Page, tab

LOOK_S = 0.03
SHOWN = "(document.querySelector('.modal .o_vatportal_code')?.textContent || '').replace(/\\s/g, '')"
FOLLOW = """(async () => {
    const { orm, action } = odoo.__WOWL_DEBUG__.root.env.services;
    await action.doAction(await orm.call('vatportal.job', 'action_follow', [[%d]]));
})()"""


def main(order: dict) -> None:
    browser, phone, waits = Browser(order['url'], order['database']), Phone(order['sandbox']), []
    seen = {prompt['id'] for prompt in prompts(phone, order['phone'])}
    with tab(order) as page:
        for move in order['moves']:
            page.send('Page.navigate', url=order['url'] + '/odoo/action-l10n_az_vatportal.vatportal_job_action')
            page.until("window.odoo?.isReady && !!document.querySelector('.o_list_view')")
            job = send_through(browser, move, order['connector'])
            page.value(FOLLOW % job)
            for _pin in range(2):
                waits.append(waited(page, phone, order['phone'], seen))
            page.until("!!document.querySelector('.modal .o_vatportal_progress[data-state=done]')")
    Path(order['found']).write_text(json.dumps(waits))


def waited(page: Page, phone: Phone, number: str, seen: set) -> float:
    """Seconds from when the phone shows the next code to when the page does; then the PIN is typed."""
    end, prompt, begin = time.monotonic() + PATIENCE_S, None, None
    while time.monotonic() < end:
        if not prompt:
            prompt = next((prompt for prompt in prompts(phone, number) if prompt['id'] not in seen), None)
            begin = time.monotonic()
        elif str(prompt['code']) in page.value(SHOWN):
            seen.add(prompt['id'])
            wait = time.monotonic() - begin
            time.sleep(2)  # it is compared and typed
            phone.play('confirm', prompt=prompt['id'])
            return wait
        time.sleep(LOOK_S)
    raise SystemExit(f'no code: {prompt}')


def prompts(phone: Phone, number: str) -> list[dict]:
    """What the phone of this number shows."""
    return [prompt for prompt in ask(phone.opener, f'{phone.url}/prompts') if prompt['phone'] == number]


if __name__ == '__main__':
    main(json.loads(Path(sys.argv[1]).read_text()))

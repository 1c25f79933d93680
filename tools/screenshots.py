"""./dev screenshots: the pictures in static/description, taken of the running demo, so that they stay true."""

import json
import subprocess

import databases
import demo
import demo_run
import system
from base import LOGS, ROOT, TOOLS, WORK, Failure, clean_env, say
from python_env import PYTHON
from servers import free_port

FOLDER = ROOT / 'static' / 'description'
LANGUAGES = {'en_US': '', 'az_AZ': '_az'}
# The three invoices that the demo leaves to its reader.
WAITING = [('move_type', '=', 'out_invoice'), ('state', '=', 'posted'), ('vatportal_state', 'in', [False, 'none'])]


def main(given: list[str]) -> int:
    if given:
        raise Failure('./dev screenshots takes no arguments.')
    options = demo.arguments(['--port', str(free_port()), '--sandbox-port', str(free_port())])
    return demo.run(options, take)


def take(_options, _children, odoo: str, sandbox: str) -> int:
    browser, phone = demo_run.Browser(odoo, databases.DEMO), demo_run.Phone(sandbox)
    phone.play('settings', pin_timeout=600)
    waiting = browser.call('account.move', 'search', WAITING)
    user = browser.call('res.users', 'search', [('login', '=', 'admin')])
    for lang, suffix in LANGUAGES.items():
        browser.call('res.users', 'write', user, {'lang': lang})
        # A prompt of its own for each language: the time left is on the pictures.
        job = demo_run.start(browser, 'account.move', waiting)
        demo_run.until_code(browser, job)
        # Logged in anew, in the new language.
        shoot(
            odoo,
            demo_run.Browser(odoo, databases.DEMO).session(),
            [{**picture, 'file': str(FOLDER / f'{picture["name"]}{suffix}.png')} for picture in pictures(browser)],
        )
        phone.play('confirm', confirm=False, all=True)
        demo_run.until_end(browser, job)
    return 0


def pictures(browser: demo_run.Browser) -> list[dict]:
    """What is shown: {name, width, height, path, clicks: what is pressed there, wait: what must be there then, cut: what is cut out}."""
    sent = browser.call('account.move', 'search', [('move_type', '=', 'out_invoice'), ('vatportal_state', '=', 'registered')], limit=1, order='id')
    invoice = f'/odoo/action-account.action_move_out_invoice_type/{sent[0]}'
    prompt = {'clicks': ['.o_vatportal_systray', '.o_vatportal_prompt'], 'wait': '.modal-content .o_vatportal_code', 'cut': '.modal-content'}
    return [
        {'name': 'dialog', 'width': 1280, 'height': 900, 'path': invoice, **prompt},
        {'name': 'invoice', 'width': 1280, 'height': 650, 'path': invoice, 'wait': '.o_form_view'},
        {'name': 'bills', 'width': 1500, 'height': 463, 'path': '/odoo/action-l10n_az_vatportal.vatportal_document_action_incoming', 'wait': '.o_data_row'},
        {'name': 'todo', 'width': 1280, 'height': 650, 'path': '/odoo/action-l10n_az_vatportal.vatportal_desk_action', 'wait': '.o_vatportal_desk'},
        {'name': 'answer', 'width': 1500, 'height': 310, 'path': '/odoo/action-l10n_az_vatportal.vatportal_document_action_answer', 'wait': '.o_data_row'},
        {'name': 'deadlines', 'width': 1500, 'height': 480, 'path': '/odoo/action-l10n_az_vatportal.vatportal_deadline_action', 'wait': '.o_data_row'},
        {
            'name': 'reconciliation',
            'width': 1500,
            'height': 550,
            'path': '/odoo/action-l10n_az_vatportal.vatportal_reconciliation_action_sale',
            # The last finding is opened, so that its rows are seen.
            'clicks': ['.o_group_header:last-child'],
            'wait': '.o_data_row',
        },
        {
            'name': 'vat_return',
            'width': 1100,
            'height': 640,
            'path': '/odoo/action-l10n_az_vatportal.vatportal_vat_return_action_sale',
            'wait': '.o_pivot table',
        },
    ]


def shoot(odoo: str, session: str, wanted: list[dict]) -> None:
    """Take the pictures in a browser of its own; see tools/shoot.py."""
    log = LOGS / 'screenshots.log'
    order = WORK / 'screenshots.json'
    order.write_text(json.dumps({'url': odoo, 'session': session, 'browser': system.find_browser(), 'pictures': wanted}))
    with log.open('w') as sink:
        done = subprocess.run([str(PYTHON), str(TOOLS / 'shoot.py'), str(order)], stdout=sink, stderr=sink, env=clean_env(HOME=str(WORK / 'home')))
    if done.returncode:
        raise Failure(f'No picture was taken:\n{log.read_text()[-2000:]}')
    for picture in wanted:
        say(f'  {picture["file"]}')

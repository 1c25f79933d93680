import logging
import re
import threading
from unittest.mock import patch

import requests
import websocket

from odoo.tests.common import HOST, ChromeBrowser

from ..companies_common import PHONES, CompaniesCommon
from ..phone_common import PhoneCase

_SHOWN = re.compile(r'ASAN SHOWN: (.+) ([0-9.]+) s')
_TAB = re.compile(r'ASAN TAB: (\S+)')
_spawn_chrome = ChromeBrowser._spawn_chrome


class TestTourCompanies(CompaniesCommon, PhoneCase):
    """Three companies in one press, with two tabs open; the three codes come at the same moment. The tabs hear of them over
    Odoo's real bus."""

    def setUp(self):
        self.startPatcher(patch.object(ChromeBrowser, '_spawn_chrome', lambda browser, command: self._spawn(browser, command)))
        super().setUp()
        self.sandbox.configure(auto_confirm=False)
        self.env['account.move'].search([('company_id', 'in', self.companies.ids), ('move_type', '=', 'out_invoice')]).filtered(
            lambda move: move.state == 'draft'
        ).unlink()
        self.env.user.group_ids += self.env.ref('base.group_multi_company')
        self.moves = self.invoices_of_all()
        self.assertEqual(len(set(self.moves.mapped('name'))), 1, 'they could be told apart by their numbers')
        self.shown = []
        ear = logging.Handler()
        ear.emit = self._hear
        console = self._logger.getChild('browser')
        console.addHandler(ear)
        self.addCleanup(console.removeHandler, ear)

    def _spawn(self, browser, command):
        """A tour clicks without a mouse, which Chrome takes for an advertisement that opens tabs."""
        self.browser = browser
        return _spawn_chrome(browser, [command[0], '--disable-popup-blocking', *command[1:]])

    def _hear(self, record):
        shown, tab = (pattern.search(record.getMessage()) for pattern in (_SHOWN, _TAB))
        if shown:
            self.shown.append(shown.groups())
        elif tab:
            # Who listens must not wait for the browser, which waits for it.
            threading.Thread(target=self._put_side_by_side, args=tab.groups()).start()

    def _put_side_by_side(self, path):
        """Show the tab with that path as if it had a screen of its own; Chrome draws nothing in tabs behind another."""
        for tab in requests.get(f'http://{HOST}:{self.browser.devtools_port}/json/list', timeout=10).json():
            if tab['type'] == 'page' and path in tab['url']:
                wire = websocket.create_connection(tab['webSocketDebuggerUrl'], suppress_origin=True, timeout=10)
                self.addCleanup(wire.close)  # it lasts as long as that
                wire.send('{"id": 1, "method": "Emulation.setFocusEmulationEnabled", "params": {"enabled": true}}')

    def tour(self, name):
        self.start_tour('/odoo/customer-invoices', name, login=self.env.user.login, timeout=180, cookies={'cids': '-'.join(map(str, self.companies.ids))})
        self.env.invalidate_all()
        self.assertEqual(set(self.moves.mapped('vatportal_state')), {'registered'})
        self.assertEqual(len(self.uploads()), 3)
        prompts = self.sandbox.prompts(None)
        self.assertEqual(
            sorted((prompt.process.company.phone, prompt.pin, prompt.state) for prompt in prompts),
            sorted((phone, pin, 'confirmed') for phone in PHONES for pin in (1, 2)),
        )
        for pin in (1, 2):
            times = [prompt.created for prompt in prompts if prompt.pin == pin]
            self._logger.info('PIN%s: %.2f s from the first prompt to the last', pin, max(times) - min(times))

    def test_all_codes_at_once(self):
        self.tour('vatportal_three_companies')
        self.assertEqual({company for company, _seconds in self.shown}, set(self.companies.mapped('name')))
        self._logger.info('Seconds from the press to the code on screen: %s', self.shown)

    def test_with_the_dialog_closed(self):
        self.tour('vatportal_three_companies_closed')

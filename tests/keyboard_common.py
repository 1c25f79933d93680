import contextlib
import json
import os
from pathlib import Path
from urllib.parse import urljoin

from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser

# Resolves as soon as the condition holds: at a change of the page, or where the focus goes.
_WAIT = """new Promise((resolve) => {
    const look = () => {
        if (%s) {
            observer.disconnect();
            document.removeEventListener('focusin', look);
            resolve(true);
        }
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    document.addEventListener('focusin', look);
    look();
})"""
# What a person works with, and so has to have a name.
WORKED_WITH = {'button', 'link', 'checkbox', 'switch', 'radio', 'textbox', 'combobox', 'tab', 'menuitem', 'spinbutton'}
_KEYS = {'Tab': (9, ''), 'Enter': (13, '\r'), 'Escape': (27, ''), 'Space': (32, ' '), 'ArrowDown': (40, '')}
# What Odoo's theme colours is left to it.
_OF_THEME = ('.badge', '.btn', '.o_form_label_readonly')
# Of axe-core's rules, those that keep somebody out.
_GRAVE = ('serious', 'critical')
_MEASURE = "odoo.loader.modules.get('@l10n_az_vatportal/../tests/tours/measure')"


class KeyboardCase(HttpCase):
    """A person with a keyboard and a screen reader: real keys, and what Chromium tells assistive technology."""

    @contextlib.contextmanager
    def page(self, path):
        """``path`` open in a browser, for the length of the context."""
        self.chrome = ChromeBrowser(self)
        login = self.env.user.login
        with self.allow_requests(browser=self.chrome), contextlib.ExitStack() as at_exit:
            at_exit.callback(self._wait_remaining_requests)
            self.authenticate(login, login, browser=self.chrome)
            self.cr.flush()
            self.cr.clear()
            self.chrome.navigate_to(urljoin(self.base_url(), path), wait_stop=False)
            at_exit.callback(self.chrome.stop)
            self.assertTrue(self.chrome._wait_ready('odoo.isReady === true'))
            self.chrome._websocket_request('Accessibility.enable')
            yield

    def js(self, expression, timeout=60):
        answer = self.chrome._websocket_request(
            'Runtime.evaluate', params={'expression': expression, 'awaitPromise': True, 'returnByValue': True}, timeout=timeout
        )
        self.assertNotIn('exceptionDetails', answer)
        return answer['result'].get('value')

    def wait(self, selector):
        """Wait until the page has ``selector``."""
        try:
            self.js(_WAIT % f'document.querySelector({selector!r})')
        except TimeoutError:
            self.fail(f'{selector} did not come; the focus is on {self.focused()}')

    def press(self, key):
        code, text = _KEYS[key]
        event = {'key': ' ' if key == 'Space' else key, 'code': key, 'windowsVirtualKeyCode': code}
        self.chrome._websocket_request('Input.dispatchKeyEvent', params={**event, 'type': 'keyDown', 'text': text})
        self.chrome._websocket_request('Input.dispatchKeyEvent', params={**event, 'type': 'keyUp'})

    def tree(self):
        """What assistive technology is told: list of (role, name, properties)."""
        nodes = self.chrome._websocket_request('Accessibility.getFullAXTree')['nodes']
        return [
            (
                node.get('role', {}).get('value', ''),
                (node.get('name') or {}).get('value', ''),
                {entry['name']: entry['value'].get('value') for entry in node.get('properties', [])},
            )
            for node in nodes
            if not node.get('ignored')
        ]

    def focused(self):
        """(role, name) of what has the focus."""
        found = [(role, name) for role, name, values in self.tree() if values.get('focused') and role != 'RootWebArea']
        return found[-1] if found else ('', '')

    def tab_to(self, name, limit=60, key='Tab'):
        """Press Tab, or another key, until what has the focus is called ``name``; return the names on the way."""
        passed = []
        for _key in range(limit):
            self.press(key)
            passed.append(self.focused())
            if passed[-1][1].strip() == name:
                return passed
        self.fail(f'{key} does not lead to {name}: {passed}')

    def assert_named(self):
        """Nothing on the page that a person works with is without a name."""
        self.assertEqual([role for role, name, _values in self.tree() if role in WORKED_WITH and not name.strip()], [])

    def assert_readable(self, selector):
        self.assertEqual(self.js(f'{_MEASURE}.lowContrast(document.querySelector({selector!r}))'), [])

    def assert_accessible(self, selector, rules=()):
        """axe-core finds nothing grave in what is ours on the page.

        :param selector: CSS of what is ours
        :param rules: those of its rules that are looked at; not given: all of them
        """
        if not self.js('Boolean(window.axe)'):
            self.js(f'{Path(os.environ["DEV_AXE"]).read_text()}; true')
        context = json.dumps({'include': [[selector]], 'exclude': [[one] for one in _OF_THEME]})
        options = json.dumps({'resultTypes': ['violations'], **({'runOnly': list(rules)} if rules else {})})
        found = self.js(f'axe.run({context}, {options}).then((result) => result.violations)')
        grave = [f'{rule["id"]}: {node["html"][:200]} {node["failureSummary"]}' for rule in found if rule['impact'] in _GRAVE for node in rule['nodes']]
        self.assertEqual(grave, [])

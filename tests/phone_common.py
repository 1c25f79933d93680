import json
import logging
import re

from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser

# What the tours' step `readOut` writes to the console.
_READ_OUT = re.compile(r'ASAN: (confirm|decline) PIN([12]) ([0-9]+)')
# Press a button of the prompt that shows the code, as soon as there is one; without such a prompt nothing is pressed.
_PRESS = """((button, pin, code) => {
    const look = () => {
        const card = [...document.querySelectorAll('.o_prompt')].find((prompt) =>
            prompt.dataset.pin === pin && prompt.querySelector('.o_code').textContent === code);
        if (card) {
            observer.disconnect();
            card.querySelector(`button.o_${button}`).click();
        }
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true });
    look();
})(...%s)"""


class _Ear(logging.Handler):
    """Hears what a tour reads out."""

    def __init__(self, heard):
        super().__init__()
        self.heard = heard

    def emit(self, record):
        match = _READ_OUT.search(record.getMessage())
        if match:
            self.heard(*match.groups())


class PhoneCase(HttpCase):
    """Tours with the phone beside the screen: the sandbox's phone page in a browser of its own, with its real buttons.

    A code that a tour reads out from Odoo is looked for on the phone page, and the button of its prompt is pressed
    there. Where the two differ, the prompt stays and the tour fails at its next step.
    """

    def setUp(self):
        super().setUp()
        self.codes_shown = []
        self.phone = ChromeBrowser(self)
        self.addCleanup(self.phone.stop)
        self.phone.navigate_to(self.sandbox.phone_url, wait_stop=True)
        self.assertTrue(self.phone._wait_ready("document.querySelector('.o_empty') !== null"))
        console, ear = self._logger.getChild('browser'), _Ear(self._press)
        level = console.level
        console.setLevel(logging.INFO)
        console.addHandler(ear)
        self.addCleanup(console.setLevel, level)
        self.addCleanup(console.removeHandler, ear)

    def _press(self, button, pin, code):
        """Called while the test waits for its tour, so without waiting for the phone."""
        self.codes_shown.append(code)
        self.phone._websocket_send('Runtime.evaluate', params={'expression': _PRESS % json.dumps([button, pin, code])})

    def assert_prompts(self, *expected):
        """The phone had the prompts ``expected``, (pin, state) each, and Odoo showed the code of each of them."""
        prompts = self.sandbox.prompts(None)
        self.assertEqual([(prompt.pin, prompt.state) for prompt in prompts], list(expected))
        self.assertEqual(self.codes_shown, [prompt.code for prompt in prompts])

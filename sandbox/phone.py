"""/phone: the signing person's phone, as a page.

Shows the prompts that wait, the check code of each in large digits, and two buttons. The page asks for
news every second; it builds everything as text nodes, so that nothing a document says can become markup.
"""

import json
from pathlib import Path

from .answers import CORS, Answer, html_answer, json_answer

PAGE = Path(__file__).parent / 'pages' / 'phone.html'
HISTORY = 10


class Phone:
    """The page, the prompts as JSON, and the two answers."""

    def __init__(self, portal):
        self.portal = portal

    def answer(self, request, path):
        """Answers any request to /phone."""
        name = path.strip('/')
        if request.method == 'OPTIONS':
            return Answer(204, dict(CORS))
        if request.method == 'GET' and name == '':
            return html_answer(PAGE.read_text(encoding='utf-8'))
        if request.method == 'GET' and name == 'prompts':
            return json_answer(self._prompts(), 200, CORS)
        if request.method == 'POST' and name in ('confirm', 'decline'):
            return self._decide(request, name == 'confirm')
        return json_answer({'error': 'no such page'}, 404, CORS)

    def _prompts(self):
        with self.portal.lock:
            now = self.portal.clock.now()
            prompts = [prompt.to_json(now) for prompt in self.portal.prompts(None)]
        done = [prompt for prompt in prompts if prompt['state'] != 'waiting']
        return {'waiting': [p for p in prompts if p['state'] == 'waiting'], 'history': done[: -HISTORY - 1 : -1]}

    def _decide(self, request, confirm):
        """{"id": prompt}; too late is HTTP 409."""
        try:
            prompt = self.portal.answer_prompt(confirm, json.loads(request.get_data())['id'])
        except (ValueError, TypeError, KeyError):
            return json_answer({'error': 'id is missing'}, 400, CORS)
        except LookupError as error:
            return json_answer({'error': str(error)}, 409, CORS)
        return json_answer(prompt.to_json(self.portal.clock.now()), 200, CORS)

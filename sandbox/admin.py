"""/admin: the sandbox's own API, JSON in and out, for tests in other processes and in browsers.

It asks for no credentials and answers pages of any origin: the server listens on the loopback interface
only, and there is nothing behind it but play. Errors are {"error": "…"} with HTTP 400.
"""

import json

from .answers import CORS, Answer, json_answer

POST_ROUTES = ('reset', 'settings', 'accounts', 'documents', 'generate', 'status', 'faults', 'schedule', 'confirm', 'sign', 'advance', 'log')
GET_ROUTES = ('settings', 'accounts', 'faults', 'requests', 'state', 'prompts')


class Admin:
    """One method a route: get_… and post_…"""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.portal = sandbox.portal

    def answer(self, request, path):
        """Answers any request to /admin."""
        name = path.strip('/')
        if request.method == 'OPTIONS':
            return Answer(204, dict(CORS))
        if name not in (POST_ROUTES if request.method == 'POST' else GET_ROUTES if request.method == 'GET' else ()):
            return json_answer({'error': 'no such route'}, 404, CORS)
        try:
            with self.portal.lock:
                return json_answer(self._call(request, name), 200, CORS)
        except (ValueError, TypeError, LookupError) as error:
            return json_answer({'error': str(error)}, 400, CORS)

    def _call(self, request, name):
        if request.method == 'GET':
            return getattr(self, f'get_{name}')(request.args.to_dict())
        raw = request.get_data()
        values = json.loads(raw) if raw.strip() else {}
        if not isinstance(values, dict):
            raise ValueError('the body is to be a JSON object')
        return getattr(self, f'post_{name}')(**values)

    # -- state --------------------------------------------------------------------------------------------

    def get_state(self, _query):
        return self.portal.summary()

    def post_reset(self):
        self.sandbox.reset()
        return {}

    def get_settings(self, _query):
        return self.portal.settings.to_json()

    def post_settings(self, **values):
        self.sandbox.configure(**values)
        return self.portal.settings.to_json()

    def get_accounts(self, _query):
        return [account.to_json() for account in self.portal.state.accounts]

    def post_accounts(self, username, **values):
        return self.portal.add_account(username, **values).to_json()

    def post_advance(self, seconds):
        self.sandbox.advance(seconds)
        return {}

    # -- documents ----------------------------------------------------------------------------------------

    def post_documents(self, documents, folder=0, company=None, held=True):
        """Each document any part of one; the rest is filled."""
        added = [self.portal.add_document(folder, company, held, **document) for document in documents]
        return {'documents': added}

    def post_generate(self, count, folder=0, company=None, **options):
        return {'qaimes': self.portal.generate(count, folder, company, **options)}

    def post_status(self, qaime, status, held=True, **fields):
        """With further fields (lines, say) its issuer corrects the document too."""
        self.portal.set_status(qaime, status, held, **fields)
        return {}

    def post_sign(self, id, company=None, draft=False):  # noqa: A002 - the name in the JSON
        return {'qaime': self.portal.sign_by_hand(id, company, draft)}

    # -- phone --------------------------------------------------------------------------------------------

    def get_prompts(self, _query):
        now = self.portal.clock.now()
        return [prompt.to_json(now) for prompt in self.portal.prompts()]

    def post_confirm(self, confirm=True, prompt=None, pin=None, all=False):  # noqa: A002 - the name in the JSON
        """Answer a waiting prompt, or all of them."""
        now = self.portal.clock.now()
        wanted = [p.id for p in self.portal.prompts()] if all else [prompt]
        answered = [self.portal.answer_prompt(confirm, which, pin) for which in wanted]
        return {'prompts': [p.to_json(now) for p in answered]}

    # -- faults and log -----------------------------------------------------------------------------------

    def get_faults(self, _query):
        return [fault.to_json() for fault in self.sandbox.faults.all()]

    def post_faults(self, clear=False, **values):
        """Order one; {"clear": true} drops what is in store."""
        if clear:
            self.sandbox.faults.clear()
        if values:
            self.sandbox.faults.add(**values)
        return self.get_faults({})

    def post_schedule(self, kinds, endpoint='*'):
        row = [tuple(entry) if isinstance(entry, list) else entry for entry in kinds]
        self.sandbox.faults.schedule(row, endpoint)
        return self.get_faults({})

    def get_requests(self, query):
        records = self.sandbox.log.all(query.get('path'), query.get('method'))
        return [record.to_json() for record in records]

    def post_log(self, clear=True):
        """Forget the requests so far."""
        if clear:
            self.sandbox.log.clear()
        return {}

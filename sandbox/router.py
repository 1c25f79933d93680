"""From a request to its answer: who handles it, its record in the log, the fault it meets."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from .admin import Admin
from .admission import parse_json
from .answers import Answer, damaged, instead, json_answer, web_server_error
from .api import Api
from .errors import ApiError, HttpError
from .faults import CREATORS, on_process
from .http_server import Reset
from .phone import Phone

API = '/api'


@dataclass
class Exchange:
    """A request of which only the first lines are known yet."""

    path: str
    record: object = None
    fault: object = None


class Router:
    """Sees each request twice: when it arrives, and when it is read."""

    def __init__(self, sandbox):
        self.portal = sandbox.portal
        self.faults = sandbox.faults
        self.log = sandbox.log
        self.api = Api(self.portal)
        self.handlers = {'/admin': Admin(sandbox), '/phone': Phone(self.portal)}

    def time(self):
        """Seconds since the epoch by the portal's own clock."""
        return self.portal.clock.now() + self.portal.settings.clock_skew_hours * 3600

    def arrive(self, method, path, headers, query):
        """Before the body is read: note it, choose its fault; a reset happens here."""
        exchange = Exchange(path)
        if path.startswith(API + '/'):
            endpoint = path[len(API) :]
            values = {name: found[-1] for name, found in parse_qs(query).items()}
            exchange.record = self.log.add(method, endpoint, headers, values)
            exchange.fault = self.faults.take(endpoint)
            if exchange.fault:
                exchange.record.fault = exchange.fault.kind
                if exchange.fault.kind == 'reset':
                    raise Reset
        return exchange

    def respond(self, exchange, request):
        """The answer to the whole request."""
        if exchange.record is None:
            return self._elsewhere(exchange.path, request)
        exchange.record.json = as_logged(request)
        fault = exchange.fault
        if fault is None or fault.phase == 'process':
            return self._answer(exchange, request)[1]
        if fault.phase == 'instead':
            if fault.get('processed'):
                self._answer(exchange, request)
            answer = instead(fault)
            exchange.record.status = answer.status
            exchange.record.err_code = {'error': fault.get('code', 10), 'unauthorized': 5}.get(fault.kind)
            return answer
        if fault.kind == 'stall' and not fault.get('processed', True):
            return damaged(fault, None, Answer())
        body, answer = self._answer(exchange, request)
        return answer if body is None else damaged(fault, body, answer)

    def _elsewhere(self, path, request):
        for prefix, handler in self.handlers.items():
            if path == prefix or path.startswith(prefix + '/'):
                return handler.answer(request, path[len(prefix) :])
        if path == '/':
            return Answer(302, {'Location': '/phone'})
        return web_server_error(404, 'Not Found')

    def _answer(self, exchange, request):
        """(envelope, answer) of an API request, the portal's work done."""
        record = exchange.record
        with self.portal.lock:
            self.portal.tick()
            try:
                body, status = self._carry_out(exchange, request)
            except HttpError as error:
                record.status = error.status
                title = 'Not Found' if error.status == 404 else 'Method Not Allowed'
                return None, web_server_error(error.status, title)
        record.err_code = body.get('err_code', 0)
        record.status = status
        record.reply = body.get('data', body)
        return body, json_answer(body, status)

    def _carry_out(self, exchange, request):
        """(envelope, HTTP status)"""
        settings = self.portal.settings
        try:
            call = self.api.admission.admit(request, exchange.path[len(API) :])
            fault = exchange.fault
            if fault is not None:
                self._before(fault, call)
            data = self.api.answer(call)
            if fault is not None and fault.phase == 'process' and call.process is not None and (call.endpoint in CREATORS):
                on_process(fault, call.process)
        except ApiError as error:
            body = {'res': 0, 'err_code': error.code, 'err_msg': error.message, 'data': error.data or {}}
            documented = error.http or (401 if error.code == 5 else 400)
            return self._without_res(body), 200 if settings.error_http == 200 else documented
        exchange.record.processed = True
        if not call.envelope:
            return data, 200
        return self._without_res({'res': 1, 'err_code': 0, 'err_msg': '', 'data': data}), 200

    def _before(self, fault, call):
        """What a fault changes before the portal looks."""
        if fault.kind == 'process_back':
            call.back = fault.get('steps', 1)
        elif fault.kind == 'clock_skew':
            call.skew = fault.get('hours', 2)
        elif fault.kind == 'process_unknown' and call.endpoint not in CREATORS:
            process = self.portal.process(call.body.get('procId'), call.company)
            if process is not None:
                process.forgotten = True

    def _without_res(self, body):
        return body if self.portal.settings.include_res else {k: v for k, v in body.items() if k != 'res'}


def as_logged(request):
    """The JSON body as plain data: floats again, so that tests can compare and print it."""
    body = parse_json(request.get_data())
    return plain_data(body)


def plain_data(value):
    """Decimals as numbers that JSON and assertions know."""
    if isinstance(value, dict):
        return {name: plain_data(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain_data(item) for item in value]
    return value if isinstance(value, (str, int, float, type(None))) else float(value)

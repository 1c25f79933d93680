"""An answer as it goes over the wire, and what faults make of it."""

import json
from dataclasses import dataclass, field

from .faults import spoil

JSON = {'Content-Type': 'application/json; charset=utf-8'}
HTML = {'Content-Type': 'text/html; charset=utf-8'}
CORS = {'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'GET, POST, OPTIONS', 'Access-Control-Allow-Headers': 'Content-Type'}
PIECE = 64 * 1024


@dataclass
class Answer:
    """Status, headers, body, and how badly it travels."""

    status: int = 200
    headers: dict = field(default_factory=dict)
    body: object = b''  # bytes, or an iterator of bytes
    length: int | None = None  # the Content-Length to claim; None: the true one
    chunked: bool = False
    close: bool = False
    delay: float = 0.0  # seconds of silence before it
    drip: float = 0.0  # seconds between two pieces
    drip_size: int = 1
    reset: bool = False

    def pieces(self):
        """The body in the pieces it is sent in."""
        if not isinstance(self.body, bytes):
            yield from self.body
            return
        for start in range(0, len(self.body), self.drip_size):
            yield self.body[start : start + self.drip_size]


def json_answer(data, status=200, headers=None):
    """Data as JSON."""
    return Answer(status, {**JSON, **(headers or {})}, json.dumps(data, default=str).encode())


def html_answer(text, status=200):
    """An HTML page."""
    return Answer(status, dict(HTML), text.encode())


def web_server_error(status, title):
    """What a web server says when the application behind it does not."""
    return html_answer(f'<html><head><title>{status} {title}</title></head><body><h1>{title}</h1></body></html>', status)


def instead(fault):
    """The answer of a fault that has its own one."""
    get = fault.get
    if fault.kind == 'http_500':
        return web_server_error(500, 'Internal Server Error')
    if fault.kind == 'bad_gateway':
        return web_server_error(502, 'Bad Gateway')
    if fault.kind == 'unavailable':
        busy = get('status', 503)
        answer = web_server_error(busy, 'Service Unavailable' if busy == 503 else 'Too Many Requests')
        answer.headers['Retry-After'] = str(get('retry_after', 1))
        return answer
    if fault.kind == 'web_refusal':
        return web_server_error(get('status', 404), 'Refused')
    if fault.kind == 'redirect':
        headers = {'Location': get('location', 'http://vatportal.invalid/api/')}
        return Answer(get('status', 302), {**HTML, **headers})
    code, http = (5, 401) if fault.kind == 'unauthorized' else (get('code', 10), get('http', 400))
    return json_answer({'res': 0, 'err_code': code, 'err_msg': get('message', ''), 'data': {}}, http)


def damaged(fault, body, answer):
    """The right answer (its data and itself) as the fault lets it travel."""
    get = fault.get
    kind = fault.kind
    if kind == 'answer_lost':
        return Answer(reset=True)
    if kind == 'stall':
        answer.delay = get('seconds', 30)
        answer.reset = not get('processed', True)
    elif kind == 'slow':
        answer.drip, answer.drip_size = get('seconds', 0.1), get('chunk', 1)
    elif kind in ('truncated', 'cut_off'):
        whole = answer.body
        answer.body = whole[: int(len(whole) * get('keep', 0.5))]
        if kind == 'cut_off':
            answer.length, answer.close = len(whole), True
    elif kind == 'invalid_json':
        answer.body = b'<br />\n<b>Warning</b>: Undefined index in /var/www/api on line 42<br />'
    elif kind == 'huge':
        return _huge(answer, int(get('megabytes', 50) * 1024 * 1024), get('length', True))
    else:
        answer.body = json_answer(spoil(fault, body)).body
    return answer


def _huge(answer, size, with_length):
    """The right answer behind a mountain of white space: valid JSON, for whoever reads it to the end."""
    small = answer.body

    def pieces():
        left = size
        while left > 0:
            yield b' ' * min(PIECE, left)
            left -= PIECE
        yield small

    answer.body = pieces()
    answer.chunked = not with_length
    answer.length = size + len(small) if with_length else None
    answer.close = True
    return answer

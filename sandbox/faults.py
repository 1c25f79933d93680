"""Faults to inject, and when.

`add(endpoint, kind, times=1, after=0, **params)`: the first `after` requests to that endpoint pass, the
next `times` ones (None: all of them) meet the fault. `schedule` orders a whole row. One request meets one
fault at most: the one that was added first. The kinds, with their parameters:

before the request is read
    reset                                connection reset, nothing processed
instead of the right answer; processed=False: it may be carried out all the same with processed=True
    http_500 · bad_gateway (502 and HTML) · unavailable (retry_after=1, status=503; or 429) · unauthorized (err 5, HTTP 401)
    error (code=10, message='', http=400) · redirect (location, status=302) · web_refusal (status=404: the web server's own)
after processing
    answer_lost                          connection reset instead of the answer
    stall (seconds=30, processed=True)   silence, then the answer; not processed: silence, then reset
    slow (seconds=0.1, chunk=1)          the answer drips
    truncated (keep=0.5)                 whole HTTP, half of the JSON
    cut_off (keep=0.5)                   connection closed amid the body
    invalid_json · huge (megabytes=50, length=True: Content-Length, else chunked)
    wrong_shape (shape=list | null | string | no_data | data_null | data_list | strings)
    wrong_data (data)                    `data` of the answer is this
    wrong_total (total=None)             `total` of the answer is this
    duplicated (count=1) · reordered · short_page (missing=1)   documents of the answer; `total` stays
    clock_skew (hours=2)                 `datetime` of the answer's documents
processes; on the endpoint that starts one
    process_hangs (stage='': at once)    never ends
    process_unknown                      the portal does not know it any more, though it goes on; also /job/…
    process_back (steps=1)               on /job/…: the status is that of some stages before
    nothing_deleted                      on /etx/delete: it ends well, having deleted nothing
    breaks (stage, description='', exceptions=[])   fails in that stage, with these words
    need_retry (count=2) · refused (message; '' for no word of it) · pin_declined (pin=1, wordless=False: no
    exception, and the code stays in the stats) · pin_expired (the same)
"""

import random
import threading
from dataclasses import dataclass, field

CREATORS = ('/inv/import_upload_invoices.php', '/etx/import', '/etx/delete')

KINDS = {
    'reset': 'before',
    'http_500': 'instead',
    'bad_gateway': 'instead',
    'unavailable': 'instead',
    'unauthorized': 'instead',
    'error': 'instead',
    'redirect': 'instead',
    'web_refusal': 'instead',
    'answer_lost': 'after',
    'stall': 'after',
    'slow': 'after',
    'truncated': 'after',
    'cut_off': 'after',
    'invalid_json': 'after',
    'huge': 'after',
    'wrong_shape': 'after',
    'wrong_data': 'after',
    'wrong_total': 'after',
    'duplicated': 'after',
    'reordered': 'after',
    'short_page': 'after',
    'clock_skew': 'after',
    'process_hangs': 'process',
    'process_unknown': 'process',
    'process_back': 'process',
    'nothing_deleted': 'process',
    'need_retry': 'process',
    'breaks': 'process',
    'refused': 'process',
    'pin_declined': 'process',
    'pin_expired': 'process',
}
SHAPES = ('list', 'null', 'string', 'no_data', 'data_null', 'data_list', 'strings')


@dataclass(eq=False)
class Fault:
    """One order; `left` requests are still to meet it (None: every one)."""

    endpoint: str
    kind: str
    left: int | None = 1
    after: int = 0
    params: dict = field(default_factory=dict)

    @property
    def phase(self):
        return KINDS[self.kind]

    def get(self, name, default=None):
        """A parameter."""
        return self.params.get(name, default)

    def to_json(self):
        return {'endpoint': self.endpoint, 'kind': self.kind, 'times': self.left, 'after': self.after, **self.params}


class Faults:
    """The faults that are in store."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []

    def add(self, endpoint='*', kind='http_500', times=1, after=0, **params):
        """Order a fault; see the module for kinds and parameters."""
        if kind not in KINDS:
            raise ValueError(f'unknown fault: {kind}')
        if kind == 'wrong_shape' and params.get('shape', 'list') not in SHAPES:
            raise ValueError(f'wrong_shape: shape must be one of {SHAPES}')
        if KINDS[kind] == 'process' and endpoint != '*' and not _concerns(kind, endpoint):
            raise ValueError(f'{kind} never happens at {endpoint}')
        fault = Fault(endpoint, kind, times, after, params)
        with self._lock:
            self._faults.append(fault)
        return fault

    def schedule(self, kinds, endpoint='*'):
        """A row: the nth request meets the nth entry: a kind, (kind, params), or None for a good answer."""
        for position, entry in enumerate(kinds):
            if entry is not None:
                kind, params = (entry, {}) if isinstance(entry, str) else entry
                self.add(endpoint, kind, after=position, **params)

    def clear(self):
        """No more faults."""
        with self._lock:
            self._faults.clear()

    def all(self):
        """What is still in store."""
        with self._lock:
            return list(self._faults)

    def take(self, endpoint):
        """The fault that this request meets, or None. Every order counts it, even where another one wins."""
        chosen = None
        with self._lock:
            for fault in self._faults:
                if fault.endpoint not in ('*', endpoint):
                    continue
                if fault.phase == 'process' and not _concerns(fault.kind, endpoint):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                elif chosen is None:
                    chosen = fault
                    fault.left = None if fault.left is None else fault.left - 1
            self._faults = [fault for fault in self._faults if fault.left is None or fault.left > 0]
        return chosen


def _concerns(kind, endpoint):
    """Process faults wait for a request that has to do with processes."""
    looking = endpoint.startswith('/job/')
    if kind == 'process_back':
        return looking
    if kind == 'nothing_deleted':
        return endpoint == '/etx/delete'
    return endpoint in CREATORS or (looking and kind == 'process_unknown')


def on_process(fault, process):
    """Order a process that was just started to go wrong."""
    if fault.kind == 'process_hangs':
        process.hang_at = fault.get('stage', '')
    elif fault.kind == 'process_unknown':
        process.forgotten = True
    elif fault.kind == 'nothing_deleted':
        process.idle = True
    elif fault.kind == 'breaks':
        process.break_at = fault.get('stage')
        process.description = fault.get('description', '')
        process.break_words = fault.get('exceptions', [])
    elif fault.kind == 'need_retry':
        process.retries = fault.get('count', 2)
    elif fault.kind == 'refused':
        process.refuse = fault.get('message', 'Invalid VOEN: 1111111111')
    elif fault.kind in ('pin_declined', 'pin_expired'):
        process.answers[fault.get('pin', 1)] = fault.kind.removeprefix('pin_')
        process.wordless = fault.get('wordless', False)


def spoil(fault, body):
    """The answer as the fault leaves it, of those kinds that only change its content."""
    if fault.kind == 'wrong_shape':
        return _misshapen(fault.get('shape', 'list'), body)
    if fault.kind == 'wrong_data':
        return {**body, 'data': fault.get('data')}
    if fault.kind == 'wrong_total' and isinstance(body.get('data'), dict):
        return {**body, 'data': {**body['data'], 'total': fault.get('total')}}
    if fault.kind in ('duplicated', 'reordered', 'short_page'):
        return _with_rows(body, lambda rows: _muddle(fault, rows))
    return body


def _with_rows(body, change):
    """The answer with other rows in data.invoices."""
    data = body.get('data') if isinstance(body, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get('invoices'), list):
        return body
    return {**body, 'data': {**data, 'invoices': change(data['invoices'])}}


def _muddle(fault, rows):
    if fault.kind == 'duplicated':
        return rows[: fault.get('count', 1)] + rows
    if fault.kind == 'short_page':
        return rows[: len(rows) - fault.get('missing', 1)]
    mixed = random.Random(len(rows)).sample(rows, len(rows))
    # a shuffle may leave few rows where they are
    return rows[::-1] if mixed == rows else mixed


def _misshapen(shape, body):
    if shape == 'no_data':
        return {name: value for name, value in body.items() if name != 'data'}
    if shape in ('data_null', 'data_list'):
        return {**body, 'data': None if shape == 'data_null' else []}
    if shape == 'strings':
        return _stringify(body)
    return {'list': [body], 'null': None, 'string': 'OK'}[shape]


def _stringify(value):
    """Every number as a string, as a careless PHP portal would."""
    if isinstance(value, dict):
        return {name: _stringify(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_stringify(item) for item in value]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value

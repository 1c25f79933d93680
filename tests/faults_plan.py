"""What goes wrong in one schedule: everything random is drawn here, from its seed alone."""
from random import Random

UPLOAD, READ, STATUS, DELETE = (
    '/inv/import_upload_invoices.php', '/inv/read_invoices', '/job/read_proc_status', '/inv/delete')
ENDPOINTS = ('*', UPLOAD, UPLOAD, READ, STATUS, DELETE)
SERVER_ERRORS = (7, 10, 11, 12, 16)
SHAPES = ('list', 'null', 'string', 'no_data', 'data_null', 'data_list', 'strings')
# What a portal may do to a request, with how often it is drawn.
KINDS = {
    'reset': 3, 'http_500': 2, 'bad_gateway': 2, 'unavailable': 2, 'unauthorized': 1, 'error': 4, 'redirect': 1,
    'answer_lost': 6, 'stall': 2, 'slow': 1, 'truncated': 2, 'cut_off': 2, 'invalid_json': 2, 'huge': 0.15,
    'wrong_shape': 3, 'duplicated': 1, 'reordered': 1, 'short_page': 1, 'process_hangs': 2, 'process_unknown': 2,
    'process_back': 1, 'need_retry': 1, 'refused': 1, 'pin_declined': 1, 'pin_expired': 1,
}
STAGES = ('', 'imported', 'packet_created', 'pin1', 'login_done', 'uploaded', 'pin2', 'invoice_signed', 'numbers')
# What leaves open whether the portal has the invoices.
LOST = ('answer_lost', 'answer_lost', 'reset', 'http_500', 'bad_gateway', 'error', 'stall', 'truncated', 'cut_off',
        'invalid_json', 'wrong_shape', 'process_hangs')
# Ways in which a portal may answer with a failure and yet have done what it was asked.
HALF_DONE = ('http_500', 'bad_gateway', 'unavailable', 'error', 'redirect')


class Plan:
    """One schedule.

    :ivar size: number of invoices. :ivar settings: of the portal. :ivar sign: send to e-taxes and sign.
    :ivar phone: ``auto`` (confirms by itself), ``person`` (now and then, one way or the other) or ``nobody``.
    :ivar last_phone: the same once the faults have stopped; ``auto`` or ``nobody``.
    :ivar bad_buyer: e-taxes does not know the buyer of every third invoice.
    :ivar resume: when a hanging process goes on: ``stop`` with the faults, ``late`` after the job, or ``never``.
    :ivar steps: list of (action, argument), see :mod:`.faults_world`.
    """

    def __init__(self, seed):
        self.seed = seed
        self.rng = rng = Random(f'vatportal {seed}')
        self.size = rng.choice((1, 1, 2, 3, 5, rng.randint(6, 20)))
        self.sign = rng.random() < 0.85
        self.phone = rng.choice(('auto', 'auto', 'person', 'person', 'nobody'))
        self.last_phone = rng.choice(('auto', 'auto', 'nobody'))
        self.bad_buyer = rng.random() < 0.25
        self.resume = rng.choice(('stop', 'late', 'never'))
        self.settings = self._settings(rng)
        self.steps = self._steps(rng)

    def describe(self):
        """The schedule's circumstances, for whoever replays it; the steps are told as they happen."""
        return (f'schedule {self.seed}: {self.size} invoices, sign: {self.sign}, phone: {self.phone}, then '
                f'{self.last_phone}; bad buyers: {self.bad_buyer}; processes that hang resume: {self.resume}\n'
                f'{self.settings}')

    def _settings(self, rng):
        return {
            'stage_seconds': rng.choice((0, 1, 4, 20)),
            'stages': {'imported': rng.choice((5, 30, 300))} if rng.random() < 0.4 else {},
            'confirm_after': rng.choice((0, 5, 30)),
            'auto_confirm': self.phone == 'auto',
            'read_style': rng.choice(('both', 'both', 'get', 'post')),
            'wrong_method': rng.choice(('error', '405', '404')),
            'include_res': rng.random() < 0.7,
            'error_http': rng.choice(('documented', 200)),
            'running_status': rng.choice((0, 1, 7)),
            'empty_stats': rng.choice(('empty', 'missing')),
            'need_retry': rng.choice((0, 0, 0, 1, 4)),
            'refusal': rng.choice(('packet', 'single')),
            'visible': rng.choice(('at_once', 'after_import')),
            'unknown_ids': rng.choice(('absent', 'absent', 'empty', 'null')),
            'unsigned_qaime': rng.choice(('empty', 'null', 'absent')),
            'reuse_deleted_ids': rng.random() < 0.2,
            'step_per_look': rng.random() < 0.1,
            'unknown_process_code': rng.choice((20, 20, 404)),
        }

    def _steps(self, rng):
        steps = [('fault', self._fault(rng)) for _n in range(rng.randint(0, 3))]
        if rng.random() < 0.6:
            # The moment that matters most: whether the portal has the invoices is not known.
            steps.insert(0, ('fault', {**self._fault(rng, rng.choice(LOST)), 'endpoint': UPLOAD, 'times': 1, 'after': 0}))
        steps.append(('click', rng.random() < 0.7))
        weights = {
            'click': 2, 'dialog': 8, 'cron': 5, 'wait': 10, 'fault': 4, 'phone': 4 if self.phone == 'person' else 0,
            'kill': 4, 'clash': 2, 'down': 0.7, 'up': 1.4, 'numbers': 0.7,
        }
        for _n in range(rng.randint(4, 45)):
            steps.append(self._step(rng, *rng.choices(list(weights), list(weights.values()))))
        return steps

    def _step(self, rng, action):
        argument = {
            'click': lambda: rng.random() < 0.5,
            'wait': lambda: rng.choice((1, 2, 3, 3, 5, 10, 30, 65, 130, 700)),
            'fault': lambda: self._fault(rng),
            'phone': lambda: rng.random() < 0.8,
            'kill': lambda: (rng.choice(('dialog', 'cron', 'click')), rng.randint(0, 5), rng.random() < 0.5),
            'clash': lambda: (rng.choice(('dialog', 'cron', 'click')), rng.randint(0, 5), False),
        }.get(action, lambda: None)()
        return action, argument

    def _fault(self, rng, kind=None):
        kind = kind or rng.choices(list(KINDS), list(KINDS.values()))[0]
        fault = {'kind': kind, 'endpoint': rng.choice(ENDPOINTS), 'times': rng.choice((1, 1, 1, 2, 4)),
                 'after': rng.choice((0, 0, 0, 1, 2, 5))}
        if kind in HALF_DONE:
            fault['processed'] = rng.random() < 0.5
        if kind in ('process_hangs', 'need_retry', 'refused', 'pin_declined', 'pin_expired'):
            fault['endpoint'] = UPLOAD
        elif kind == 'process_unknown':
            fault['endpoint'] = rng.choice((UPLOAD, STATUS))
        elif kind == 'process_back':
            fault['endpoint'] = STATUS
        elif kind in ('duplicated', 'reordered', 'short_page'):
            fault['endpoint'] = READ
        fault |= {
            'error': lambda: {'code': rng.choice(SERVER_ERRORS)},
            'wrong_shape': lambda: {'shape': rng.choice(SHAPES)},
            'process_hangs': lambda: {'stage': rng.choice(STAGES)},
            'process_back': lambda: {'steps': rng.randint(1, 4)},
            'pin_declined': lambda: {'pin': rng.randint(1, 2)},
            'pin_expired': lambda: {'pin': rng.randint(1, 2)},
            'unavailable': lambda: {'retry_after': rng.choice((1, 20, 3600))},
            'stall': lambda: {'seconds': 0.02, 'processed': rng.random() < 0.5},
            'slow': lambda: {'seconds': 0.002, 'chunk': 40},
            'huge': lambda: {'megabytes': rng.choice((50, 70)), 'length': rng.random() < 0.5, 'times': 1},
        }.get(kind, dict)()
        return fault

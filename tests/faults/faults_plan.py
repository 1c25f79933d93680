"""What goes wrong in one schedule: everything random is drawn here, from its seed alone."""

from random import Random

UPLOAD, READ, STATUS, DELETE = ('/inv/import_upload_invoices.php', '/inv/read_invoices', '/job/read_proc_status', '/inv/delete')
ENDPOINTS = ('*', UPLOAD, UPLOAD, READ, STATUS, DELETE)
SERVER_ERRORS = (7, 10, 11, 12, 16)
SHAPES = ('list', 'null', 'string', 'no_data', 'data_null', 'data_list', 'strings')
# What a portal may do to a request, with how often it is drawn; ``timeout`` is a silence longer than the client waits.
KINDS = {
    'reset': 3,
    'http_500': 2,
    'bad_gateway': 2,
    'unavailable': 2,
    'unauthorized': 1,
    'error': 4,
    'redirect': 1,
    'answer_lost': 6,
    'stall': 1,
    'timeout': 2,
    'slow': 1,
    'truncated': 2,
    'cut_off': 2,
    'invalid_json': 2,
    'huge': 0.15,
    'wrong_shape': 3,
    'duplicated': 1,
    'reordered': 1,
    'short_page': 1,
    'process_hangs': 2,
    'process_unknown': 2,
    'process_back': 1,
    'need_retry': 1,
    'refused': 1,
    'pin_declined': 1,
    'pin_expired': 1,
}
# What else may go wrong, or is done about it: error 14 for some of a batch, a portal with a wrong clock, one that refuses a
# known ERP id only once that is imported, one that is not there; a sending given up, a rejected invoice changed.
TURNS = ('spoil', 'skew', 'taken', 'down', 'cancel', 'correct')
# Each schedule has two of these by its number, so that any twenty have all of them.
SURE = (*KINDS, *TURNS)
# How long the client waits here, and what is longer.
PATIENCE_S, TOO_LONG_S = 0.4, 0.6
STAGES = ('', 'imported', 'packet_created', 'pin1', 'login_done', 'uploaded', 'pin2', 'invoice_signed', 'numbers')
# What leaves open whether the portal has the invoices.
LOST = (
    'answer_lost',
    'answer_lost',
    'reset',
    'http_500',
    'bad_gateway',
    'unavailable',
    'redirect',
    'error',
    'timeout',
    'truncated',
    'cut_off',
    'invalid_json',
    'wrong_shape',
    'process_hangs',
)
# What concerns the process that an upload starts, and what concerns a reading.
OF_UPLOAD = ('process_hangs', 'process_unknown', 'need_retry', 'refused', 'pin_declined', 'pin_expired')
OF_READ = ('duplicated', 'reordered', 'short_page')
# Ways in which a portal may answer with a failure and yet have done what it was asked.
HALF_DONE = ('http_500', 'bad_gateway', 'unavailable', 'error', 'redirect')


class Plan:
    """One schedule.

    :ivar size: number of invoices. :ivar settings: of the portal. :ivar sign: send to e-taxes and sign.
    :ivar phone: ``auto`` (confirms by itself), ``person`` (now and then, one way or the other) or ``nobody``.
    :ivar last_phone: the same once the faults have stopped; ``auto`` or ``nobody``.
    :ivar bad_buyer: e-taxes does not know the buyer of every third invoice.
    :ivar resume: when a hanging process goes on: ``stop`` with the faults, ``late`` after the job, or ``never``.
    :ivar again: whether what was rejected in the end is sent once more, in which pauses (seconds) before.
    :ivar connectors: of the one account, pressed at random. :ivar figures: whether corrections change totals.
    :ivar elsewhere: another database sends, or this one did before it was restored; or there are two connectors.
    :ivar late: steps for when all has come to its end.
    :ivar sure: what it has by its number, two of :data:`SURE`.
    :ivar steps: list of (action, argument), see :mod:`.faults_world`.
    """

    def __init__(self, seed):
        self.seed = seed
        self.rng = rng = Random(f'vatportal {seed}')
        self.sure = [SURE[(seed + number) % len(SURE)] for number in (0, len(SURE) // 2)]
        self.size = rng.choice((1, 1, 2, 3, 5, rng.randint(6, 20)))
        if 'spoil' in self.sure:
            self.size = max(2, self.size)
        self.sign = rng.random() < 0.85
        self.phone = rng.choice(('auto', 'auto', 'person', 'person', 'nobody'))
        self.last_phone = rng.choice(('auto', 'auto', 'nobody'))
        self.bad_buyer = rng.random() < 0.25
        self.resume = rng.choice(('stop', 'late', 'never'))
        self.settings = self._settings(rng)
        if 'taken' in self.sure or rng.random() < 0.15:
            # Within what the vendor says of imports: of one that takes longer nobody could know.
            self.settings |= {'taken': 'after_import', 'step_per_look': False, 'stages': {'imported': rng.choice((5, 30, 60))}}
        if 'skew' in self.sure:
            self.settings['clock_skew_hours'] = rng.choice((2, -2))
        self.steps = self._sure_steps(rng) + self._steps(rng)
        self._later(Random(f'vatportal later {seed}'))
        self._elsewhere(Random(f'vatportal elsewhere {seed}'))
        self._stops(Random(f'vatportal stops {seed}'))

    def _later(self, rng):
        """What was added later has a row of its own, so that a schedule known by its seed stays what it was."""
        self.settings |= {'shown_after': rng.choice((0, 0, 0, 900, 4000, 30000)), 'deletes': rng.choice(('known', 'known', 'any'))}
        self.again = [rng.choice((0, 700, 4000)) for _time in range(rng.choice((0, 1, 2, 3)))]

    def _elsewhere(self, rng):
        """Every third schedule has a backup and its restore, every third a second database; the others are as ever."""
        restores, copies = self.seed % 3 == 1, self.seed % 3 == 2
        self.elsewhere = restores or copies
        self.connectors = rng.choice((1, 2)) if self.elsewhere else 1
        self.figures, self.late = not self.elsewhere, []
        begin = rng.randint(0, len(self.steps))
        if self.elsewhere:
            # What one removes, the other can't tell from what never was there where its id is free again. Ids are unique for ever.
            self.settings['reuse_deleted_ids'] = False
        if restores:
            self.figures = rng.random() < 0.5
            end = rng.randint(begin, len(self.steps))
            self.steps[end:end] = self._restored(rng)
            self.late = self._restored(rng) if rng.random() < 0.5 else []
            self.steps.insert(begin, ('backup', None))
        elif copies:
            # Where two send at one moment what the portal refuses only a while later, neither can know of the other.
            self.settings.pop('taken', None)
            for _n in range(rng.randint(1, 8)):
                place = rng.randint(begin, len(self.steps))
                self.steps[place:place] = [('switch', None), *rng.choice(([], [('click', True)], [('click', False)]))]
            self.steps.insert(begin, ('copy', None))

    def _stops(self, rng):
        """Every other schedule has somebody stop what waits for a PIN, which can't be before a process has come so far."""
        for _n in range(rng.randint(1, 3) if self.seed % 2 else 0):
            place = rng.randint(len(self.steps) // 3, len(self.steps))
            self.steps[place:place] = [('dialog', None), ('stop', None)]

    def _restored(self, rng):
        waits = [] if self.figures else rng.choice(([], [('wait', 4000)]))
        return [('restore', None), *waits, *rng.choice(([], [('compare', None)])), ('click', True)]

    def describe(self):
        """The schedule's circumstances, for whoever replays it; the steps are told as they happen."""
        return (
            f'schedule {self.seed}: {self.size} invoices, sign: {self.sign}, phone: {self.phone}, then '
            f'{self.last_phone}; bad buyers: {self.bad_buyer}; processes that hang resume: {self.resume}; sent again: {self.again}; '
            f'connectors: {self.connectors}; late: {self.late}\n'
            f'{self.settings}'
        )

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
            'clock_skew_hours': rng.choice((0, 0, 0, 2, -2)),
        }

    def _sure_steps(self, rng):
        """The beginning, in which what the schedule surely has gets its turn: what needs an upload of its own first, then
        what may happen to any request."""
        turns = [step for name in self.sure if name in TURNS for step in self._turn(name)]
        faults = []
        for name in sorted(self.sure, key=lambda name: name not in OF_UPLOAD):
            if name in TURNS:
                continue
            fault = self._fault(rng, name) | {'times': 1, 'after': 0}
            if name in OF_READ:
                # An answer that was lost has the numbers read soon.
                faults.append(('fault', {'kind': 'answer_lost', 'endpoint': UPLOAD}))
            elif name not in OF_UPLOAD and name != 'process_back':
                fault['endpoint'] = '*' if turns or faults else UPLOAD
            faults.append(('fault', fault))
        return [*turns, *faults, ('click', True), ('wait', 3), ('cron', None), ('dialog', None)]

    @staticmethod
    def _turn(name):
        click = ('click', True)
        return {
            'spoil': [('spoil', 0.4), click, ('correct', True), click],
            'down': [('down', None), click, ('up', None), ('wait', 5)],
            'cancel': [('fault', {'kind': 'unavailable', 'endpoint': UPLOAD, 'status': 429, 'retry_after': 1}), click, ('cancel', None), ('wait', 3), click],
            'correct': [('fault', {'kind': 'unauthorized', 'endpoint': UPLOAD}), click, ('correct', True), click],
        }.get(name, [])

    def _steps(self, rng):
        steps = [('fault', self._fault(rng)) for _n in range(rng.randint(0, 3))]
        if rng.random() < 0.6:
            # The moment that matters most: whether the portal has the invoices is not known.
            steps.insert(0, ('fault', {**self._fault(rng, rng.choice(LOST)), 'endpoint': UPLOAD, 'times': 1, 'after': 0}))
        steps.append(('click', rng.random() < 0.7))
        weights = {
            'click': 2,
            'dialog': 8,
            'cron': 5,
            'wait': 10,
            'fault': 4,
            'phone': 4 if self.phone == 'person' else 0,
            'kill': 4,
            'clash': 2,
            'down': 0.7,
            'up': 1.4,
            'numbers': 0.7,
            'spoil': 0.5,
            'correct': 2,
            'cancel': 1,
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
            'spoil': lambda: 0.3,
            'correct': lambda: rng.random() < 0.5,
            'kill': lambda: (rng.choice(('dialog', 'cron', 'click')), rng.randint(0, 5), rng.random() < 0.5),
            'clash': lambda: (rng.choice(('dialog', 'cron', 'click')), rng.randint(0, 5), False),
        }.get(action, lambda: None)()
        return action, argument

    def _fault(self, rng, kind=None):
        kind = kind or rng.choices(list(KINDS), list(KINDS.values()))[0]
        fault = {'kind': kind, 'endpoint': rng.choice(ENDPOINTS), 'times': rng.choice((1, 1, 1, 2, 4)), 'after': rng.choice((0, 0, 0, 1, 2, 5))}
        if kind in HALF_DONE:
            fault['processed'] = rng.random() < 0.5
        if kind == 'process_unknown':
            fault['endpoint'] = rng.choice((UPLOAD, STATUS))
        elif kind in OF_UPLOAD:
            fault['endpoint'] = UPLOAD
        elif kind == 'process_back':
            fault['endpoint'] = STATUS
        elif kind in OF_READ:
            fault['endpoint'] = READ
        fault |= {
            'error': lambda: self._error(rng),
            'wrong_shape': lambda: {'shape': rng.choice(SHAPES)},
            'process_hangs': lambda: {'stage': rng.choice(STAGES[2:] if 'taken' in self.settings else STAGES)},
            'process_back': lambda: {'steps': rng.randint(1, 4)},
            'pin_declined': lambda: {'pin': rng.randint(1, 2)},
            'pin_expired': lambda: {'pin': rng.randint(1, 2)},
            'unavailable': lambda: self._unavailable(rng),
            'stall': lambda: {'seconds': 0.02, 'processed': rng.random() < 0.5},
            'timeout': lambda: {'kind': 'stall', 'seconds': TOO_LONG_S, 'processed': rng.random() < 0.5, 'times': 1},
            'slow': lambda: {'seconds': 0.002, 'chunk': 40},
            'huge': lambda: {'megabytes': rng.choice((50, 70)), 'length': rng.random() < 0.5, 'times': 1},
        }.get(kind, dict)()
        return fault

    @staticmethod
    def _error(rng):
        """7 is the log-in's own error, which comes before anything is done; the others say nothing."""
        code = rng.choice(SERVER_ERRORS)
        return {'code': code} | ({'processed': False} if code == 7 else {})

    @staticmethod
    def _unavailable(rng):
        """503 says nothing; 429 says that nothing was done."""
        params = {'retry_after': rng.choice((1, 20, 3600)), 'status': rng.choice((503, 503, 429))}
        return params | ({'processed': False} if params['status'] == 429 else {})

"""Asynchronous processes: a row of stages that pass by themselves, with prompts on the phone in between.

No thread runs a process. How far it came follows from the time that passed, and is worked out whenever
somebody looks at the portal; so a thousand waiting processes cost nothing, and pushing the clock forward
is all a test needs.
"""

import itertools
from dataclasses import dataclass, field

from .etaxes import DELETABLE, DRAFT, SENT

SUCCESS, FAILED = 2, 3
PIN_STAGES = {'pin1': 1, 'pin2': 2}
NEED_RETRY = 'NEED RETRY: e-taxes did not answer, the portal tries again'


@dataclass(eq=False)
class Prompt:
    """What a phone shows: compare the code, then type PIN1 or PIN2."""

    id: int
    process: object
    pin: int
    code: str
    created: float
    expires: float
    state: str = 'waiting'  # waiting | confirmed | declined | expired
    answered: float | None = None

    def to_json(self, now):
        company = self.process.company
        return {
            'id': self.id,
            'process': self.process.id,
            'pin': self.pin,
            'code': self.code,
            'state': self.state,
            'company': company.name,
            'phone': company.phone,
            'operation': self.process.kind,
            'count': self.process.count,
            'seconds_left': max(0, round(self.expires - now)),
        }


@dataclass(eq=False)
class Process:
    """One process; the kinds below say which stages it has and what each one does."""

    id: int
    company: object
    portal: object
    since: float  # when the present stage began
    index: int = 0
    status: int | None = None  # None while it runs
    stats: dict = field(default_factory=dict)
    exceptions: list = field(default_factory=list)
    prompt: Prompt | None = None
    log: list = field(default_factory=list)
    history: list = field(default_factory=list)  # (status, stats) at the start of each stage
    forgotten: bool = False  # the portal no longer knows it, though it goes on
    # what was ordered to go wrong
    hang_at: str | None = None
    retries: int = 0
    break_at: str | None = None
    break_words: list = field(default_factory=list)
    description: str = ''  # status_desc of its end
    refuse: str | None = None
    idle: bool = False  # ends well, having done nothing
    answers: dict = field(default_factory=dict)  # pin -> 'declined' | 'expired'
    wordless: bool = False  # a PIN that was not typed ends it without a word, its code still in the stats

    kind = ''
    stages = ()
    count = 0

    @property
    def running(self):
        return self.status is None

    @property
    def stage(self):
        """Name of the present stage, '' at the end."""
        return self.stages[self.index] if self.index < len(self.stages) else ''

    def start(self):
        """Enter the first stage."""
        self.retries = self.retries or (self.portal.settings.need_retry if 'uploaded' in self.stages else 0)
        self._enter(self.since)

    def advance(self, now, limit=None):
        """Carry out every stage whose time has passed, at most `limit` of them."""
        for _ in itertools.count() if limit is None else range(limit):
            if not self.running:
                return
            end = self._stage_end(now, at_once=limit is not None)
            if end is None or end > now:
                return
            self._finish_stage(end)

    # -- time ---------------------------------------------------------------------------------------------

    def _stage_end(self, now, at_once):
        """When the present stage ends, None if nobody knows yet."""
        if self.hang_at is not None and self.hang_at in ('', self.stage):
            return None
        if self.stage in PIN_STAGES:
            return self._prompt_end(now, at_once)
        return now if at_once else self.since + self.portal.settings.seconds(self.stage)

    def _prompt_end(self, now, at_once):
        prompt, settings = self.prompt, self.portal.settings
        if prompt.state != 'waiting':
            return prompt.answered
        ordered = self.answers.get(prompt.pin)
        if ordered == 'expired' or (ordered is None and not settings.auto_confirm):
            return self._answer(prompt, 'expired', prompt.expires, now)
        answered = now if at_once else min(prompt.created + settings.confirm_after, prompt.expires)
        state = 'expired' if answered == prompt.expires else (ordered or 'confirmed')
        return self._answer(prompt, state, answered, now)

    @staticmethod
    def _answer(prompt, state, at, now):
        if at <= now:
            prompt.state, prompt.answered = state, at
        return at

    # -- stages -------------------------------------------------------------------------------------------

    def _enter(self, now):
        self.since = now
        if self.stage in PIN_STAGES:
            pin = PIN_STAGES[self.stage]
            self.prompt = self.portal.new_prompt(self, pin, now)
            self.stats[f'pin{pin}_code'] = self.prompt.code
        self.history.append((self.status, self._stats()))

    def _finish_stage(self, now):
        stage = self.stage
        if stage == self.break_at:
            return self.fail(now, *self.break_words)
        if stage in PIN_STAGES:
            pin = PIN_STAGES[stage]
            if self.prompt.state != 'confirmed' and self.wordless:
                return self.fail(now)
            self.stats.pop(f'pin{pin}_code', None)
            if self.prompt.state != 'confirmed':
                why = 'declined on the phone' if self.prompt.state == 'declined' else 'not confirmed in time'
                return self.fail(now, f'ASAN: PIN{pin} was {why}')
        elif stage == 'uploaded' and self.retries > 0:
            self.retries -= 1
            self.exceptions.append(NEED_RETRY)
            return self._enter(now)
        elif not getattr(self, f'do_{stage}')(now):
            return None
        self.log.append({'stage': stage, 'at': now})
        self.index += 1
        if self.stage:
            return self._enter(now)
        return self.end(now, FAILED if self.failed_partly else SUCCESS)

    failed_partly = False

    def fail(self, now, *messages):
        """End with errors. Returns None, so that a stage can end with it."""
        self.exceptions.extend(messages)
        self.end(now, FAILED)

    def end(self, now, status):
        """Leave the running processes."""
        self.status = status
        self.since = now
        self.history.append((self.status, self._stats()))
        self.released()

    def released(self):
        """What is to be done when the process is over, whichever way."""

    def do_login_done(self, _now):
        self.stats['login_done'] = True
        return True

    # -- looks --------------------------------------------------------------------------------------------

    def _stats(self):
        return {**self.stats, **({'etx_exception': list(self.exceptions)} if self.exceptions else {})}

    def look(self, back=0):
        """(status or None, stats) as of now, or `back` steps ago."""
        if back:
            return self.history[max(0, len(self.history) - 1 - back)]
        return self.status, self._stats()


class ImportOnly(Process):
    """Invoices into the portal, not to e-taxes: done within a stage or two, and no number."""

    kind = 'import'
    stages = ('imported',)

    def __init__(self, *args, invoices=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.invoices = list(invoices)
        self.refused = []
        self.count = len(self.invoices)

    @property
    def failed_partly(self):
        return bool(self.refused)

    def do_imported(self, _now):
        for invoice in self.invoices:
            invoice.visible = invoice.imported = True
        self.stats['imported'] = len(self.invoices)
        return True

    def released(self):
        for invoice in self.invoices:
            invoice.process = None


class Upload(ImportOnly):
    """Invoices into the portal, to e-taxes, signed: one PIN1 and one PIN2 for the whole packet."""

    kind = 'upload'
    stages = ('imported', 'packet_created', 'pin1', 'login_done', 'uploaded', 'pin2', 'invoice_signed', 'numbers')

    def do_packet_created(self, _now):
        self.stats['packet_created'] = 1
        return True

    def do_uploaded(self, now):
        """e-taxes looks at each invoice; what it says of a bad one it says of the buyer's VÖEN."""
        if self.refuse is not None:
            return self.fail(now, *filter(None, [self.refuse]))
        settings = self.portal.settings
        self.refused = [i for i in self.invoices if i.payload['buyer'] in settings.unknown_voens or not self.portal.may_sell(self.company, i.payload['seller'])]
        self.exceptions.extend(f'Invalid VOEN: {self._bad_voen(invoice)}' for invoice in self.refused)
        if self.refused and (settings.refusal == 'packet' or len(self.refused) == len(self.invoices)):
            return self.fail(now)
        return True

    def _bad_voen(self, invoice):
        bad_buyer = invoice.payload['buyer'] in self.portal.settings.unknown_voens
        return invoice.payload['buyer' if bad_buyer else 'seller']

    def do_invoice_signed(self, _now):
        self.stats['invoice_signed'] = len(self.invoices) - len(self.refused)
        return True

    def do_numbers(self, _now):
        for invoice in self.invoices:
            if invoice not in self.refused:
                self.portal.register(invoice)
        return True


class Download(Process):
    """Documents from e-taxes into the portal: PIN1 only."""

    kind = 'download'
    stages = ('started', 'pin1', 'login_done', 'downloaded')

    def __init__(self, *args, folder=0, dates=(None, None), filters=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.folder = folder
        self.dates = dates
        self.filters = filters or {}
        self.result = []

    def do_started(self, _now):
        return True

    def do_downloaded(self, now):
        if self.refuse is not None:
            return self.fail(now, *filter(None, [self.refuse]))
        etaxes = self.portal.etaxes
        self.result = etaxes.select(self.company, self.folder, *self.dates, filters=self.filters)
        etaxes.download(self.company, self.result, self.folder)
        self.count = len(self.result)
        return True


class Delete(Process):
    """Documents out of e-taxes and the portal, all or none."""

    kind = 'delete'
    stages = ('started', 'pin1', 'login_done', 'pin2', 'deleted')

    def __init__(self, *args, qaimes=(), signed=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.qaimes = list(qaimes)
        self.folder = SENT if signed else DRAFT
        self.count = len(self.qaimes)

    def do_started(self, _now):
        return True

    def do_deleted(self, now):
        """Looks again: a counterparty may have approved while the phone was waiting."""
        if self.refuse is not None:
            return self.fail(now, *filter(None, [self.refuse]))
        if self.idle:
            self.stats['deleted'] = 0
            return True
        bad = [q for q in self.qaimes if not deletable(self.portal.etaxes, self.company, self.folder, q)]
        if bad:
            return self.fail(now, *(f'Cannot be deleted: {qaime}' for qaime in bad))
        for qaime in self.qaimes:
            self.portal.unregister(self.company, self.folder, qaime)
        self.stats['deleted'] = len(self.qaimes)
        return True


def deletable(etaxes, company, folder, qaime):
    """Whether that document stands in that folder and can still be taken back."""
    document = etaxes.find(company, folder, qaime)
    return document is not None and (folder == DRAFT or document['status'] in DELETABLE)

"""The portal's state: accounts, invoices, processes, prompts. Everything here is called with `lock` held."""

import itertools
import random
import threading
from dataclasses import dataclass, field

from .accounts import default_accounts, make_account
from .clock import Clock
from .etaxes import DRAFT, GONE, INCOMING, SENT, Etaxes
from .generator import generate_documents
from .processes import Delete, Download, ImportOnly, Prompt, Upload
from .settings import Settings


@dataclass(eq=False)
class Invoice:
    """An invoice as an ERP posted it."""

    company: object
    payload: dict
    created: object  # Baku time
    posted: float  # the same in seconds, of the clock that never goes back
    visible: bool = True
    imported: bool = False
    qaime: str | None = None
    process: object = None  # the process that has it in hand
    deleted: bool = False

    @property
    def erp_id(self):
        return self.payload['id']


@dataclass
class _State:
    """What a reset forgets."""

    accounts: list = field(default_factory=default_accounts)
    invoices: dict = field(default_factory=dict)  # (company key, ERP id) -> Invoice; (…, …, any) superseded
    processes: dict = field(default_factory=dict)  # id -> Process
    running: dict = field(default_factory=dict)
    prompts: list = field(default_factory=list)


class Portal:
    """One portal with its accounts, and the tax portal behind it."""

    def __init__(self, **settings):
        self.lock = threading.RLock()
        self.clock = Clock()
        self._initial = settings
        # a portal that was restarted never gives a number or an id again, though it remembers nothing
        moment = int(self.clock.now())
        self._process_ids = itertools.count(moment % 10**9)
        self._prompt_ids = itertools.count(1)
        self._numbers = itertools.count(moment % 10**8)
        self.settings = Settings()
        self.reset()

    def reset(self):
        """Back to a fresh portal: accounts, settings, documents, processes."""
        with self.lock:
            # the object stays the same, others hold on to it
            self.settings.__init__()
            self.settings.set(**self._initial)
            self.state = _State()
            self.etaxes = Etaxes(self.clock, self.settings, self._numbers)
            self._codes = random.Random(7)

    def tick(self):
        """Bring every running process up to now; with `step_per_look` only looks at its status move one."""
        now = self.clock.now()
        limit = 0 if self.settings.step_per_look else None
        for process in list(self.state.running.values()):
            process.advance(now, limit)
            self._retire(process)

    def look_at(self, process):
        """One step further, where steps are counted by looks."""
        if self.settings.step_per_look:
            process.advance(self.clock.now(), 1)
            self._retire(process)

    def _retire(self, process):
        if not process.running:
            self.state.running.pop(process.id, None)

    # -- accounts -----------------------------------------------------------------------------------------

    def add_account(self, username, **values):
        """Add an account, or replace the one of that name (see accounts.make_account)."""
        with self.lock:
            account = make_account(username, **values)
            self.state.accounts = [a for a in self.state.accounts if a.username != username] + [account]
            return account

    def account(self, username):
        """The account of that name, or None."""
        return next((a for a in self.state.accounts if a.username == username), None)

    def companies(self):
        return [company for account in self.state.accounts for company in account.companies.values()]

    def company(self, ref=None):
        """A company by key, phone or VÖEN; the first account's one by default."""
        if ref is None:
            return self.companies()[0]
        for company in self.companies():
            if ref in (company.key, company.phone) or ref in company.voens:
                return company
        raise LookupError(f'no company {ref!r}')

    @staticmethod
    def may_sell(company, voen):
        """Whether that company may issue in the name of that VÖEN."""
        return not company.voens or voen in company.voens

    # -- processes and prompts ----------------------------------------------------------------------------

    def _start(self, kind, company, **values):
        process = kind(next(self._process_ids), company, self, self.clock.now(), **values)
        self.state.processes[process.id] = self.state.running[process.id] = process
        process.start()
        return process

    def new_prompt(self, process, pin, now):
        """Ask a phone for a PIN."""
        code = f'{self._codes.randrange(10000):04d}'
        prompt = Prompt(next(self._prompt_ids), process, pin, code, now, now + self.settings.pin_timeout)
        self.state.prompts.append(prompt)
        return prompt

    def process(self, process_id, company=None):
        """A process of that company that the portal still knows, or None."""
        process = self.state.processes.get(process_id)
        if process is None or process.forgotten or (company is not None and process.company is not company):
            return None
        return process

    def prompts(self, state='waiting'):
        """Prompts of that state (None: all), oldest first."""
        with self.lock:
            self.tick()
            return [p for p in self.state.prompts if state is None or p.state == state]

    def answer_prompt(self, confirm=True, prompt=None, pin=None):
        """Confirm or decline the waiting prompt of that id, or of that PIN, or the oldest one."""
        with self.lock:
            for waiting in self.prompts():
                if prompt in (None, waiting.id) and pin in (None, waiting.pin):
                    waiting.state = 'confirmed' if confirm else 'declined'
                    waiting.answered = self.clock.now()
                    self.tick()
                    return waiting
        raise LookupError('no such prompt is waiting')

    # -- invoices -----------------------------------------------------------------------------------------

    def invoice(self, company, erp_id):
        """An invoice that stands at the portal, or None."""
        invoice = self.state.invoices.get((company.key, erp_id))
        return None if invoice is None or invoice.deleted else invoice

    def found(self, company, erp_id):
        """An invoice that stands at the portal, if looking for its ERP id finds it yet; or None."""
        invoice = self.invoice(company, erp_id) if isinstance(erp_id, str) else None
        return None if invoice is None or self._is_late(invoice) else invoice

    def is_shown(self, invoice):
        """Whether the portal names it to whoever asks."""
        return invoice.visible and not self._is_late(invoice)

    def _is_late(self, invoice):
        return self.clock.now() - invoice.posted < self.settings.shown_after

    def is_taken(self, company, erp_id):
        """Whether that ERP id was used before."""
        invoice = self.state.invoices.get((company.key, erp_id))
        if invoice is None or (invoice.deleted and self.settings.reuse_deleted_ids):
            return False
        return self.settings.taken == 'at_once' or invoice.imported

    def post(self, company, payloads, upload):
        """Take invoices in and start their process."""
        visible = self.settings.visible == 'at_once'
        invoices = [Invoice(company, payload, self.clock.baku(), self.clock.now(), visible) for payload in payloads]
        for invoice in invoices:
            key = (company.key, invoice.erp_id)
            if key in self.state.invoices:
                # what had the id before stays at the portal, though nobody can ask for it any more
                older = self.state.invoices.pop(key)
                self.state.invoices[(*key, id(older))] = older
            self.state.invoices[key] = invoice
        process = self._start(Upload if upload else ImportOnly, company, invoices=invoices)
        for invoice in invoices:
            invoice.process = process
        return process

    def find_advance(self, company, qaime, seller):
        """The document of an advance of that seller that stands in the sent folder, or None."""
        document = self.etaxes.find(company, SENT, qaime) if isinstance(qaime, str) else None
        if document is None or document['type'] != 'advanceInvoice' or document['tin_from'] != seller:
            return None
        return None if document['status'] in GONE else document

    def register(self, invoice, draft=False):
        """Give an invoice its number and file its document with the seller and, if it is ours, the buyer."""
        if invoice.qaime:
            return invoice.qaime
        payload = invoice.payload
        advance = self.find_advance(invoice.company, payload.get('main_qaime'), payload['seller'])
        document = self.etaxes.from_invoice(invoice, advance)
        invoice.qaime = document['qaime']
        self.etaxes.put(invoice.company, DRAFT if draft else SENT, document)
        for company in [] if draft else self.companies():
            if payload['buyer'] in company.voens and company is not invoice.company:
                # the buyer learns of it by a download only
                self.etaxes.put(company, INCOMING, {**document, 'id': self.etaxes.next_id()}, held=False)
        return invoice.qaime

    def unregister(self, company, folder, qaime):
        """Delete a document at e-taxes, and its invoice at the portal."""
        if folder == DRAFT:
            self.etaxes.discard(company, folder, qaime)
        self.etaxes.set_status(qaime, 'deleted')
        for invoice in self.state.invoices.values():
            if invoice.qaime == qaime and invoice.company is company:
                invoice.deleted = True

    def sign_by_hand(self, erp_id, company=None, draft=False):
        """Somebody signs an imported invoice at the portal itself (or only makes its draft): the number."""
        with self.lock:
            self.tick()
            invoice = self.invoice(self.company(company), erp_id)
            if invoice is None:
                raise LookupError(f'no invoice {erp_id!r}')
            return self.register(invoice, draft)

    def download(self, company, folder, dates, filters):
        """Start a download."""
        return self._start(Download, company, folder=folder, dates=dates, filters=filters)

    def delete(self, company, qaimes, signed):
        """Start a deletion."""
        return self._start(Delete, company, qaimes=qaimes, signed=signed)

    # -- what tests put in --------------------------------------------------------------------------------

    def add_document(self, folder=INCOMING, company=None, held=True, **fields):
        """File a document (0 incoming, 1 sent, 'draft'); what is not given is filled in."""
        with self.lock:
            owner = self.company(company)
            return self.etaxes.put(owner, folder, self.etaxes.complete(owner, folder, **fields), held)

    def generate(self, count, folder=INCOMING, company=None, held=True, **options):
        """File many documents as varied as real ones (generator.generate_documents); their qaimə numbers."""
        with self.lock:
            owner = self.company(company)
            documents = generate_documents(count, folder, owner, self.clock.baku(), **options)
            return [self.etaxes.put(owner, folder, self.etaxes.complete(owner, folder, **document), held)['qaime'] for document in documents]

    def set_status(self, qaime, status, held=True, **fields):
        """What the counterparty, e-taxes or (with further fields) the issuer did; `held=False`: the next download
        brings it to the portal.
        """
        with self.lock:
            self.tick()
            if not self.etaxes.set_status(qaime, status, held, **fields):
                raise LookupError(f'no document {qaime!r}')

    def summary(self):
        """The state as plain data, for assertions and for people."""
        with self.lock:
            self.tick()
            state, now = self.state, self.clock.now()
            return {
                'accounts': [account.to_json() for account in state.accounts],
                'invoices': [
                    {
                        'id': i.erp_id,
                        'company': i.company.key,
                        'qaime': i.qaime,
                        'deleted': i.deleted,
                        'process': i.process.id if i.process else None,
                        'main_info': i.payload.get('main_info', ''),
                    }
                    for i in state.invoices.values()
                ],
                'processes': [
                    {'id': p.id, 'kind': p.kind, 'company': p.company.key, 'stage': p.stage, 'status': p.status, 'stats': p.look()[1]}
                    for p in state.processes.values()
                ],
                'prompts': [prompt.to_json(now) for prompt in state.prompts],
                'folders': {f'{key}/{folder}': len(documents) for (key, folder), documents in self.etaxes.folders.items()},
            }

"""The rules of sending, each broken on purpose; ./dev faults --mutants says which break nobody notices."""

from dataclasses import dataclass

from base import ROOT, Failure

SETTLE, REMOVE = 'vatportal/settlement.py', 'vatportal/removals.py'
UPLOAD, DOUBT, ENGINE, DELETE, ERP_ID = (
    f'models/{name}.py' for name in ('operation/upload', 'document/doubt', 'job/engine', 'operation/deletion', 'document/erp_id')
)
EXPLORED = ('tests/sdk/test_settlement_explored.py::test_one_invoice',)
RULES = ('tests/sdk/test_settlement.py',)
COMMITS, LOST, EXISTS, ATTEMPTS, DOUBTS = (f'tests/send/test_{name}.py' for name in ('commits', 'send_lost', 'send_exists', 'attempts', 'doubt'))
REMOVALS = 'tests/lifecycle/test_removals.py'


@dataclass(frozen=True)
class Mutant:
    """One break: `old` in `file` becomes `new`. `tests` notice it, files or single tests; where there are none, the random
    schedules of faults must.

    A test is quick and names the rule; the schedules need an hour for as many, and luck."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = ()


# fmt: off
MUTANTS = [
    Mutant('resend early', SETTLE, 'SHOWN_S = 150', 'SHOWN_S = 0', EXPLORED),
    Mutant('trust the first "not there" after a lost answer', SETTLE, 'LOST_S = 600', 'LOST_S = 0', EXPLORED),
    Mutant('resend under a new ERP id', 'models/document/document.py', """            document._set_state('queued', resend_count=document.resend_count + 1)
""", """            document._set_state('queued', resend_count=document.resend_count + 1)
            document.sudo().erp_id = f'{document.erp_id}{document.resend_count}'
""", (LOST,)),
    Mutant('a rejected invoice always gets a new ERP id', SETTLE, 'return invoice.rejected and not spent', 'return False', EXPLORED),
    Mutant('a used-up ERP id goes again', SETTLE, 'return invoice.rejected and not spent', 'return invoice.rejected', EXPLORED),
    Mutant('an id that the portal knows and hides is given up at once', SETTLE, 'HIDDEN_S = 24 * 3600', 'HIDDEN_S = 0', EXPLORED),
    Mutant('no commit of the intent', ENGINE, """        self._go('start', CALL_S, state='starting', **self._starting_values())
        self._commit()
""", """        self._go('start', CALL_S, state='starting', **self._starting_values())
""", (COMMITS,)),
    Mutant('no commit of the answer before what follows from it', ENGINE, """            job.answer = answer
            job._commit()
""", """            job.answer = answer
""", (COMMITS,)),
    Mutant('who died in mid-call is taken for not having called', ENGINE, "answer = answer_of('start', error=UnknownOutcome(reason='answer'))",
           "answer = answer_of('start', error=TransientError(reason='answer'))", (LOST,)),
    Mutant('no lock of the job', ENGINE, 'return self.try_lock_for_update().filtered(', 'return self.filtered(', (COMMITS,)),
    Mutant('a lost answer counts as not taken', UPLOAD, "'UnknownOutcome': Outcome.LOST", "'UnknownOutcome': Outcome.NOT_TAKEN", (LOST,)),
    Mutant('error 17 is a refusal like any other', UPLOAD, "answer['code'] == 17", "answer['code'] == 1700", (EXISTS,)),
    Mutant('no wait for what may be at work', SETTLE, 'return _again(process) if process.settling < LOST_S else _clean(reading)', 'return _clean(reading)',
           EXPLORED),
    Mutant('no reading after a process that failed', UPLOAD, "self._ask_what_it_has(job, 'done' if succeeded else 'failed')",
           "self._ask_what_it_has(job, 'done') if succeeded else (self._reject_pending(job, self._pending(job)), self._end(job))", (REMOVALS,)),
    Mutant('no second reading after a removal', SETTLE, "return Decision('read', 0, memory={**memory, 'last_read': True})",
           "return Decision('end', 0, _all(_pending(invoices), Verdict.REJECTED), memory)", RULES),
    Mutant('a removal counts as done because the portal says yes', UPLOAD, """        self._go_on_removing(job, granted=True)
""", """        self._reject_pending(job, self._pending(job), spent=True)
        self._go_on_removing(job, granted=True)
""", (REMOVALS,)),
    Mutant('what is shown no more does not count as removed', SETTLE, """    gone = [invoice for invoice in rest if is_used_up(invoice)]
""", """    gone = []
""",
           (REMOVALS,)),
    Mutant('what the portal does not let go of stays', SETTLE, 'held = [invoice for invoice in invoices if invoice.due]',
           'held = []', (REMOVALS,)),
    Mutant('a deletion that ends well is believed', DELETE, "self._settle(job, 'done' if succeeded else 'failed')",
           "(self._gone(job, self._to_delete(job)), self._end(job)) if succeeded else self._settle(job, 'failed')",
           (REMOVALS,)),
    Mutant('a yes to a deletion from the portal is believed', REMOVE, 'gone = [invoice for invoice in absent if is_used_up(invoice)]',
           'gone = [invoice for invoice in invoices if invoice.pending]',
           (REMOVALS,)),
    Mutant('renewed ERP ids do not follow from the invoice', ERP_ID, "document.sudo().write({'erp_id': identity.erp_id(attempt), 'attempt': attempt})",
           "document.sudo().write({'erp_id': f'ODOO-{document.id}-00000000', 'attempt': attempt})", ('tests/faults/test_restored.py',)),
    Mutant('new ERP ids do not follow from the invoice', ERP_ID, "vals.update(erp_id=identity.erp_id(attempt), attempt=attempt)",
           "vals.update(erp_id=f'ODOO-{id(vals) % 10 ** 9}-00000000', attempt=attempt)", ('tests/faults/test_restored.py',)),
    Mutant('what was stopped goes again by itself', UPLOAD, "        if job.stopped_by_id:\n", "        if False:\n", ('tests/send/test_stop.py',)),
    Mutant('later attempts are not looked for', ERP_ID, 'LATER = 4', 'LATER = 0', (ATTEMPTS,)),
    Mutant('what the portal knows keeps the rest of its batch', SETTLE, "    if not rest:\n", "    if True:\n", (ATTEMPTS,)),
    Mutant('a portal that names whatever it is asked for is believed', SETTLE,
           'if (process.last_read or process.refused_ids) and reading.names_all:', 'if False:', RULES),
    Mutant('what error 14 refused is not looked for', SETTLE, "if process.reason == 'invalid' and refused:", 'if False:', RULES),
    Mutant('a rejected invoice that may be there is not looked for', DOUBT,
           "('state', '=', 'rejected')", "('id', '=', 0)", (DOUBTS,)),
    Mutant('what appeared later, unsigned, stays at the portal', DOUBT, 'unsigned = self.filtered(lambda doc: doc._sending().sign)',
           'unsigned = self.browse()', (DOUBTS,)),
    Mutant('what the portal took and never shows counts as there for ever', SETTLE, 'if invoice.imported and', 'if False and', EXPLORED),
    Mutant('a restored backup counts as looked at', 'models/intake/compare.py', ' or self.compared_in != self._database()', '', ('tests/send/test_look.py',)),
    Mutant('a process is asked at once again', 'vatportal/polling.py', 'MINIMUM_S = 1.0', 'MINIMUM_S = 0.0', EXPLORED),
]
# fmt: on


def broken(mutant: Mutant, text: str) -> str:
    """`text` of the mutant's file with the rule broken.

    :raises Failure: when what is to be broken does not stand there exactly once; then the list is to be brought up to date
    """
    if text.count(mutant.old) != 1:
        raise Failure(f'“{mutant.name}”: what it breaks stands {text.count(mutant.old)} times in {mutant.file}. Bring tools/mutants_list.py up to date.')
    return text.replace(mutant.old, mutant.new)


def check_list() -> None:
    """Each break must still be possible; part of ./dev lint, for the code moves on."""
    for mutant in MUTANTS:
        broken(mutant, (ROOT / mutant.file).read_text())

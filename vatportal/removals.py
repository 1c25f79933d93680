"""What follows when invoices are removed from the portal alone, by ERP id and without PINs, see :mod:`.settlement`.

Nothing counts as removed because the portal says so, only because it does not show what it has shown before.
"""

from collections.abc import Iterable, Sequence

from . import polling
from .settlement import HIDDEN_S, is_used_up
from .settlement_facts import Decision, Invoice, Process, Reading, Verdict

# In how many seconds the removal of what the portal does not let go of is tried again, twice as many each time.
REMOVE_AGAIN_S = 900


def is_due(since_held: float, tries: int) -> bool:
    """Whether the removal of what the portal has not let go of for ``since_held`` seconds is to be tried now: ever more
    seldom, for a day."""
    return REMOVE_AGAIN_S * ((1 << tries) - 1) <= since_held < HIDDEN_S


def _ids(invoices: Iterable[Invoice]) -> tuple[str, ...]:
    return tuple(invoice.erp_id for invoice in invoices)


def unsure(process: Process, invoices: Sequence[Invoice]) -> list[Invoice]:
    """The invoices of a removal that were not removed one by one yet."""
    return [invoice for invoice in invoices if invoice.pending and invoice.erp_id not in process.kept_ids]


def after_reading(process: Process, invoices: Sequence[Invoice], reading: Reading) -> Decision:
    """What follows from what the portal shows, by ERP id, of ``invoices`` that it was to remove. Pending is what it had
    without a number: who has one by now is not removed."""
    left = [invoice for invoice in invoices if invoice.pending]
    unseen = [invoice for invoice in invoices if invoice.erp_id not in reading.numbered and not reading.shows(invoice.erp_id)]
    # Where it names whatever it is asked for, this answer does not tell that one is not shown any more.
    missed = [invoice for invoice in unseen if is_used_up(invoice) and not reading.names_all]
    memory = {'unseen_ids': _ids(unseen), 'missed_ids': _ids(missed)}
    if process.reason != 'done' and unsure(process, invoices):
        return Decision('remove', memory=memory)
    return Decision('list' if left else 'end', memory=memory)


def after_listing(process: Process, invoices: Sequence[Invoice], reading: Reading) -> Decision:
    """The same by date. What was shown before and two answers do not show is gone: a portal may not show yet what it has, and
    may leave something out for a moment. Unless the removal went well, it is removed once more, one by one, which is
    harmless."""
    absent = [invoice for invoice in invoices if invoice.pending and invoice.erp_id in process.unseen_ids and invoice.erp_id not in reading.named]
    gone = [invoice for invoice in absent if is_used_up(invoice)]
    if any(invoice.erp_id not in process.missed_ids for invoice in gone):
        return Decision('list', polling.MINIMUM_S, memory={'missed_ids': _ids(gone)})
    left = [invoice for invoice in invoices if invoice not in gone]
    verdicts = {invoice.erp_id: Verdict.DELETED for invoice in gone}
    if process.reason == 'done' and unsure(process, left):
        return Decision('remove', 0, verdicts, {'reason': 'failed'})  # it said that all were gone
    return Decision('end', 0, verdicts)

"""What becomes of each invoice of an upload, from what is known of it and what the portal has answered.

Whether one bad invoice stops its whole packet is not documented (VatPortal API v8.0), and neither is what a portal shows
when. So nothing is assumed: after every process, done or failed or lost, each ERP id is read back. Here stand the rules
alone: no database, no clock, no network. The words for what is known, and for what follows, are in ``settlement_facts``.

What is taken for granted of a portal, and nothing beyond it:

- it takes an ERP id only once, for ever (error 17), from when it has imported it, which takes less than :data:`SHOWN_S`
- of what it refuses (errors 14, 17 and others) it has taken nothing
- what a process has not imported when the portal says that it has ended, it imports no more; nothing else that the portal
  says of a process need be so
- what it has taken it shows within :data:`HIDDEN_S`, or never
- what it has shown it may leave out once, and not once more while the same is under way
- what it removes stays removed, and what has a number is not removed from the portal alone; what it answers to a removal
  need not be so
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from . import polling
from .settlement_facts import Decision, Invoice, Outcome, Process, Reading, Verdict

# How long after a lost answer the portal may still be working on the invoices: prompts on the phone end after two
# minutes, a process takes three to five.
LOST_S = 600
# How long the numbers of a process that ended well may take to appear.
NUMBERS_S = 120
# How long the portal may work on an upload before it shows the invoices; an import takes 30 to 60 s. Until then "not
# there" says nothing, and nothing goes again: that a known ERP id is refused at once is nowhere documented.
SHOWN_S = 150
# A portal may fail to show something for a moment: what it no longer shows is asked for again after so many seconds.
SHOW_AGAIN_S = 30
# For how long, and how often, invoices that the portal surely does not have go again by themselves. After that
# nobody may be there to type the PIN.
RESEND_S = 1800
RESENDS = 2
# How long the portal may keep back an invoice that it has taken, without showing it, before it is believed gone.
HIDDEN_S = 24 * 3600
# For how many days the number of an invoice whose fate stayed unclear is looked for.
LOOK_DAYS = 7

# Why the portal is asked, where it may be at work on what it was sent without having said so.
UNCLEAR = ('lost', 'exists')


def _all(invoices: Sequence[Invoice], verdict: Verdict) -> dict[str, Verdict]:
    return {invoice.erp_id: verdict for invoice in invoices}


def _second_half(invoices: Sequence[Invoice]) -> Sequence[Invoice]:
    return invoices[(len(invoices) + 1) // 2 :]


def _pending(invoices: Sequence[Invoice]) -> list[Invoice]:
    return [invoice for invoice in invoices if invoice.pending]


# ---------------------------------------------------------------------- the answer to the sending


def started(process: Process, invoices: Sequence[Invoice], outcome: Outcome, named: Collection[str] = ()) -> Decision:
    """What follows from the answer to the sending of ``invoices``, all pending.

    :param named: with INVALID those that the portal found fault with; with KNOWN those whose ERP ids stand in its words
    """
    if outcome == Outcome.TAKEN:
        return Decision('follow', polling.next_delay(0), _all(invoices, Verdict.TAKEN))
    if outcome == Outcome.NOT_TAKEN and process.since_started <= RESEND_S:
        # The same again later, while somebody may still be there to type the PIN.
        return Decision('start', polling.next_delay(0, process.errors + 1))
    if outcome == Outcome.LOST:
        return _with(asking('lost', ()), _all(invoices, Verdict.UNANSWERED))
    if outcome == Outcome.KNOWN:
        refused = len(invoices) > 1 and {invoice.erp_id: invoice.doubtful or invoice.erp_id in named for invoice in invoices}
        return _remembering(_with(asking('exists', ()), _all(invoices, Verdict.KNOWN)), refused_ids=refused)
    if outcome == Outcome.TOO_LARGE and len(invoices) > 1:
        return _send(_all(_second_half(invoices), Verdict.PARTED))
    if outcome == Outcome.INVALID:
        faulty = [invoice for invoice in invoices if invoice.erp_id in named]
        others = [invoice for invoice in invoices if invoice.erp_id not in named]
        return _with(asking('invalid', others), _all(faulty, Verdict.GIVEN_BACK))
    # Those of which an earlier answer was lost are given back only once the portal was asked.
    doubtful = [invoice for invoice in invoices if invoice.doubtful]
    clear = [invoice for invoice in invoices if not invoice.doubtful]
    return _with(asking('lost', doubtful) if doubtful else Decision('end'), _all(clear, Verdict.GIVEN_BACK))


def asking(reason: str, invoices: Sequence[Invoice]) -> Decision:
    """From now on the portal is asked what it has of ``invoices``, for ``reason``."""
    return Decision(
        'read',
        0 if reason in ('done', 'failed') else polling.next_delay(0),
        _all(_pending(invoices), Verdict.DOUBTED) if reason in UNCLEAR else {},
        {'reason': reason, 'last_read': False, 'by_date': False},
    )


def _with(decision: Decision, verdicts: dict[str, Verdict]) -> Decision:
    return replace(decision, verdicts={**verdicts, **decision.verdicts})


def _remembering(decision: Decision, **memory: Any) -> Decision:
    return replace(decision, memory={**decision.memory, **memory})


# ---------------------------------------------------------------------- the answer to what it has


def read(process: Process, invoices: Sequence[Invoice], reading: Reading) -> Decision:
    """What follows from what the portal shows of ``invoices``. The numbers that it names have been taken before: who has
    one is not pending any more, or ``unnumbered``."""
    unnumbered = [invoice for invoice in invoices if invoice.unnumbered]
    if unnumbered and process.settling < NUMBERS_S:
        return _again(process)  # a slip of the portal, or of the moment
    rest = [invoice for invoice in invoices if not invoice.unnumbered]
    return _with(_read_unclear(process, rest, reading), _all(unnumbered, Verdict.UNNUMBERED))


def _read_unclear(process: Process, invoices: Sequence[Invoice], reading: Reading) -> Decision:
    refused = [invoice for invoice in invoices if invoice.rejected and invoice.doubtful]
    if process.reason == 'invalid' and refused:
        # It found fault with something that it may have from an earlier try, in which it found none.
        if reading.names_all:
            return _by_date()
        there = [invoice for invoice in refused if invoice.erp_id in reading.named]
        if there:
            return _with(asking('exists', invoices), _all(there, Verdict.RECALLED))
    there = []
    if not process.sign and process.reason in UNCLEAR:
        there = [invoice for invoice in _pending(invoices) if reading.shows(invoice.erp_id)]
    pending = [invoice for invoice in _pending(invoices) if invoice not in there]
    return _with(_read_pending(process, pending, reading), _all(there, Verdict.IMPORTED))


def _read_pending(process: Process, pending: Sequence[Invoice], reading: Reading) -> Decision:
    if not pending:
        return Decision('end')
    if (process.last_read or process.refused_ids) and reading.names_all:
        return _by_date()
    if process.last_read:
        return _removed(process, pending, reading)
    return _REASONS[process.reason](process, pending, reading)


def _again(process: Process) -> Decision:
    return Decision('read', polling.next_delay(process.settling))


def _by_date() -> Decision:
    """It names whatever it is asked for; what it names unasked, it has."""
    return Decision('read', polling.MINIMUM_S, memory={'by_date': True})


def _done(process: Process, pending: Sequence[Invoice], reading: Reading) -> Decision:
    """The process ended well. Without a signature there is no number yet; with one it may take a moment."""
    if process.sign and process.settling < NUMBERS_S:
        return _again(process)
    if reading.names_all:
        return _by_date()  # once it is to be removed, it counts whether it was ever there
    return Decision('end', 0, _all(pending, Verdict.IMPORTED))


def _failed(process: Process, pending: Sequence[Invoice], reading: Reading) -> Decision:
    """The process ended with errors and these got no number: they leave the portal, to be sent again.

    Where something was signed, a number may only be late: those of which e-taxes said nothing are waited for.
    """
    late = not all(invoice.objected for invoice in pending)
    if process.signed and late and process.settling < NUMBERS_S:
        return _again(process)
    return _clean(reading)


def _lost(process: Process, pending: Sequence[Invoice], reading: Reading) -> Decision:
    """What the portal has not shown for a good while goes again, under the same ERP id: should it be at work on it after
    all, it answers 17. Else wait until no process can be at work any more."""
    # Where an id asked for is left out of the answer, the portal leaves out what it does not have.
    absent = not process.by_date and not any(invoice.erp_id in reading.named for invoice in pending)
    if absent and _goes_again(process, pending):
        return _send(_all(pending, Verdict.AGAIN))
    return _wait_or_clean(process, reading)


def _exists(process: Process, pending: Sequence[Invoice], reading: Reading) -> Decision:
    """Error 17: the portal knows one of the ERP ids. What has nothing to do with it goes again by itself; of the rest
    wait until no process can be at work."""
    refused = process.refused_ids or {}
    # What another attempt was found of has another ERP id by now.
    known = [invoice for invoice in pending if invoice.erp_id in reading.named or refused.get(invoice.erp_id, True)]
    rest = [invoice for invoice in pending if invoice not in known]
    if not rest:
        return _remembering(_wait_or_clean(process, reading), refused_ids=False)
    verdicts = {**_all(known, Verdict.APART), **_all(rest, Verdict.UNSENT)}
    if not known and len(pending) == len(refused):  # nor has one got its number
        verdicts.update(_all(_second_half(rest), Verdict.HALVED))
    return _remembering(_send(verdicts), refused_ids=False)


def _invalid(_process: Process, pending: Sequence[Invoice], _reading: Reading) -> Decision:
    """Error 14: nothing was imported, so those that the portal did not object to go again at once."""
    return _send(_all(pending, Verdict.AGAIN))


_REASONS = {'done': _done, 'failed': _failed, 'lost': _lost, 'exists': _exists, 'invalid': _invalid}


def _goes_again(process: Process, invoices: Sequence[Invoice]) -> bool:
    return process.since_sent >= SHOWN_S and process.since_started < RESEND_S and max(invoice.resends for invoice in invoices) < RESENDS


def _send(verdicts: dict[str, Verdict]) -> Decision:
    return Decision('start', polling.next_delay(0), verdicts)


def _wait_or_clean(process: Process, reading: Reading) -> Decision:
    return _again(process) if process.settling < LOST_S else _clean(reading)


# ---------------------------------------------------------------------- the end for what got no number


def _clean(reading: Reading) -> Decision:
    """Remove from the portal what got no number, all together. What the portal has is seen before, for whether it does
    not have it any more afterwards is what counts."""
    if reading.names_all:
        return _by_date()
    return Decision('clean', 0, memory={'one_by_one': False, 'kept_ids': (), 'missed_ids': ()})


def to_clean(process: Process, invoices: Sequence[Invoice]) -> list[Invoice]:
    """Those that the next call removes from the portal."""
    left = [invoice for invoice in _pending(invoices) if invoice.erp_id not in process.kept_ids]
    return left[:1] if process.one_by_one else left


def cleaned(process: Process, invoices: Sequence[Invoice], granted: bool) -> Decision:
    """The portal has answered the removal of :func:`to_clean`. Its answer proves nothing, neither yes nor no: it may say
    yes of what it does not have, or not have yet, and no of what it has just removed. A no of several may be meant for
    one of them; which, single calls tell."""
    answered = to_clean(process, invoices)
    if not granted and len(answered) > 1:
        answered = []
    memory: dict[str, Any] = {'one_by_one': process.one_by_one or not granted, 'kept_ids': (*process.kept_ids, *(invoice.erp_id for invoice in answered))}
    if to_clean(replace(process, **memory), invoices):
        return Decision('clean', polling.MINIMUM_S, memory=memory)
    if _pending(invoices):
        # One of them may have got its number just now.
        return Decision('read', 0, memory={**memory, 'last_read': True})
    return Decision('end', memory=memory)


def _removed(process: Process, pending: Sequence[Invoice], reading: Reading) -> Decision:
    """All of ``pending`` were to be removed. Those that the portal goes on showing it has begun to submit, so they may
    still get their number, or be signed there by hand; the others are rejected.

    What was shown before and is not shown now is asked for once more first.
    """
    held = [invoice for invoice in pending if invoice.erp_id in reading.named]
    rest = [invoice for invoice in pending if invoice not in held]
    gone = [invoice for invoice in rest if is_used_up(invoice)]
    if any(invoice.erp_id not in process.missed_ids for invoice in gone):
        # What it refused to remove it may have in hand, and may fail to show for a moment.
        return Decision('read', SHOW_AGAIN_S if process.one_by_one else polling.MINIMUM_S, memory={'missed_ids': tuple(invoice.erp_id for invoice in gone)})
    # Whatever it answered to the removal: what it has shown before and does not show any more was removed. What it has
    # not shown yet it may keep back, for it may still be importing it.
    return Decision('end', 0, {**_all(held, Verdict.HELD), **_all(rest, Verdict.REJECTED), **_all(gone, Verdict.SPENT)})


def is_used_up(invoice: Invoice) -> bool:
    """Of an invoice that the portal does not show: whether it was surely removed there."""
    return invoice.shown or invoice.since_sent > HIDDEN_S


# ---------------------------------------------------------------------- what comes to light later


def looked_up(invoices: Sequence[Invoice], reading: Reading) -> dict[str, Verdict] | None:
    """The verdicts on invoices that no process works on, from what the portal shows of them; None where that can't be
    told before it is asked by date."""
    doubtful = [invoice for invoice in invoices if invoice.rejected and invoice.doubtful]
    held = [invoice for invoice in invoices if invoice.due]
    # That a process has ended well is not proof that each of its invoices was imported.
    unseen = [invoice for invoice in invoices if invoice.imported and not invoice.shown and invoice.since_sent > HIDDEN_S]
    if reading.names_all:
        return None if doubtful or held or unseen else {}
    return {
        **{invoice.erp_id: Verdict.APPEARED for invoice in doubtful if invoice.erp_id in reading.named},
        **{invoice.erp_id: Verdict.REMOVE for invoice in held if invoice.erp_id in reading.named},
        **{invoice.erp_id: Verdict.NEVER_SHOWN for invoice in unseen if invoice.erp_id not in reading.named},
    }


def is_taken_up(invoice: Invoice, spent: bool) -> bool:
    """Whether an invoice that is sent once more goes under the ERP id that it has had; else under the next one."""
    return invoice.rejected and not spent

"""Every sequence of what a portal may do, against the rules of ``vatportal.settlement`` and ``vatportal.removals``.

At most one live invoice per invoice at the portal; none lost, none stuck; nothing given up that stands there. What is taken
for granted of a portal stands at the head of ``settlement``. Beyond it one thing can't be known, by anybody: an invoice that
the portal has taken, keeps back for more than :data:`settlement.HIDDEN_S` without showing it, and goes on with after that.
"""

import gc

import pytest
import settlement_answers
import settlement_moves
import settlement_state
from explorer import Violation, explore
from settlement_world import Portal

from vatportal import removals, settlement
from vatportal.settlement_facts import Decision, Outcome, Reading, Verdict

KINDS = [{'sign': sign, 'names_all': names_all} for sign in (True, False) for names_all in (False, True)]


@pytest.fixture(autouse=True)
def no_pauses():
    """The states are many and none of them goes before the end."""
    gc.disable()
    yield
    for module in (settlement_answers, settlement_moves, settlement_state):
        for function in vars(module).values():
            if hasattr(function, 'cache_clear'):
                function.cache_clear()
    gc.enable()
    gc.collect()


def states(count, **kind):
    portal = Portal(**kind)
    return explore(portal.starts(count), portal.events, portal.problem, portal.ended)


@pytest.mark.parametrize('kind', KINDS, ids=str)
def test_one_invoice(kind, record_property):
    # A portal that may leave out what it has shown need not do so: what the other kind does is among this.
    found = states(1, slips=True, **kind)
    record_property('states', found)
    assert found > 4000


@pytest.mark.parametrize('kind', KINDS, ids=str)
def test_two_invoices(kind, record_property):
    found = states(2, **kind)
    record_property('states', found)
    assert found > 6000


# ---------------------------------------------------------------------- rules broken on purpose

STARTED, CLEANED, REMOVED, PENDING, LOOKED_UP = (settlement.started, settlement.cleaned, settlement._removed, settlement._read_pending, settlement.looked_up)


def _instead(asked, told):
    return lambda process, invoices, outcome, named=(): STARTED(process, invoices, told if outcome == asked else outcome, named)


def _end(invoices, verdict):
    return Decision('end', 0, {invoice.erp_id: verdict for invoice in invoices if invoice.pending})


def _removed_at_first_sight(process, pending, reading):
    return REMOVED(settlement.replace(process, missed_ids=tuple(invoice.erp_id for invoice in pending)), pending, reading)


def _believed(process, pending, reading):
    return PENDING(process, pending, Reading(reading.named, reading.numbered))


BROKEN = {
    'goes again after 10 s': (settlement, 'SHOWN_S', 10, 'twice at the portal'),
    'the first "not there" after a lost answer is trusted': (settlement, 'LOST_S', 0, 'twice at the portal'),
    'a lost answer counts as not taken': (settlement, 'started', _instead(Outcome.LOST, Outcome.NOT_TAKEN), 'rejected, yet at the portal'),
    'error 17 is a refusal like any other': (settlement, 'started', _instead(Outcome.KNOWN, Outcome.REFUSED), 'rejected, yet at the portal'),
    'a process that failed is believed': (
        settlement,
        '_REASONS',
        {**settlement._REASONS, 'failed': lambda process, pending, reading: _end(pending, Verdict.GIVEN_BACK)},
        'rejected, yet at the portal',
    ),
    'a yes to a removal is believed': (
        settlement,
        'cleaned',
        lambda process, invoices, granted: _end(invoices, Verdict.SPENT) if granted else CLEANED(process, invoices, granted),
        'rejected, yet at the portal',
    ),
    'what was never shown counts as removed': (settlement, 'is_used_up', lambda invoice: True, 'rejected, yet at the portal'),
    'what is not shown once counts as removed': (settlement, '_removed', _removed_at_first_sight, 'rejected, yet at the portal'),
    'what was not shown for an hour counts as removed': (settlement, 'HIDDEN_S', 3600, 'rejected, yet at the portal'),
    'the portal is asked without a pause': (settlement, '_again', lambda process: Decision('read', 0), 'asked the same again at once'),
    'every ERP id is given up': (settlement, 'is_taken_up', lambda invoice, spent: False, 'goes under another ERP id'),
    'a portal that names whatever it is asked for is believed': (settlement, '_read_pending', _believed, 'kept as being at the portal, where it never was'),
    'a process that ended well is believed': (
        settlement,
        'looked_up',
        lambda invoices, reading: LOOKED_UP([settlement.replace(invoice, imported=False) for invoice in invoices], reading),
        'stuck',
    ),
    'it is waited for ever': (settlement, '_wait_or_clean', lambda process, reading: settlement._again(process), 'stuck'),
    'a deletion is believed': (removals, 'is_used_up', lambda invoice: True, 'deleted, yet at the portal'),
}


# For the others a portal that slips only means more states.
FOUND_BY_SLIPS = {'what is not shown once counts as removed'}


@pytest.mark.parametrize('rule', BROKEN)
def test_a_broken_rule_is_found(rule, monkeypatch):
    module, name, value, wrong = BROKEN[rule]
    monkeypatch.setattr(module, name, value)
    with pytest.raises(Violation, match=wrong) as caught:
        for kind in KINDS:
            states(1, slips=rule in FOUND_BY_SLIPS, **kind)
    assert caught.value.sequence[0].startswith('sent')
    print(caught.value)


def _forgetting(_process, pending, _reading):
    return Decision('end', 0, {pending[0].erp_id: Verdict.APART})


def _all_faulty_but_one(process, invoices, outcome, named=()):
    decision = STARTED(process, invoices, outcome, named)
    return settlement.replace(decision, phase='end') if outcome == Outcome.INVALID and named else decision


BROKEN_FOR_TWO = {
    'what has nothing to do with error 17 is forgotten': ('_REASONS', {**settlement._REASONS, 'exists': _forgetting}),
    'what has nothing to do with error 14 is forgotten': ('started', _all_faulty_but_one),
}


@pytest.mark.parametrize('rule', BROKEN_FOR_TWO)
def test_a_rule_that_is_broken_for_two_is_found(rule, monkeypatch):
    monkeypatch.setattr(settlement, *BROKEN_FOR_TWO[rule])
    with pytest.raises(Violation, match='lost: no process works on it'):
        states(2)


def test_the_shortest_sequence_is_told(monkeypatch):
    monkeypatch.setattr(settlement, 'SHOWN_S', 10)
    with pytest.raises(Violation) as caught:
        states(1)
    assert caught.value.sequence == [
        'sent',
        'sent: lost, yet taken',
        '10 s pass',
        'read: [], with a number []',
        'sent: taken',
        'the portal imports 0',
        'the portal imports 0',
    ]

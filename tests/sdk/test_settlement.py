"""The rules of ``vatportal.settlement``, one by one; that they hold together is explored beside."""

import pytest

from vatportal import removals
from vatportal.settlement import (
    HIDDEN_S,
    LOST_S,
    NUMBERS_S,
    RESEND_S,
    RESENDS,
    SHOW_AGAIN_S,
    SHOWN_S,
    asking,
    cleaned,
    is_taken_up,
    is_used_up,
    looked_up,
    read,
    started,
    to_clean,
)
from vatportal.settlement_facts import Invoice, Outcome, Process, Reading, Verdict

NOTHING = Reading(frozenset())
A, B = Invoice('A'), Invoice('B')


def shown(*erp_ids, numbered=(), names_all=False):
    return Reading(frozenset(erp_ids), frozenset(numbered), names_all)


def lost(**known):
    return Process(**{'reason': 'lost', 'since_started': SHOWN_S, 'since_sent': SHOWN_S, 'settling': SHOWN_S, **known})


# ---------------------------------------------------------------------- the answer to the sending


def test_what_was_taken_is_followed():
    decision = started(Process(), [A, B], Outcome.TAKEN)
    assert (decision.phase, decision.verdicts) == ('follow', {'A': Verdict.TAKEN, 'B': Verdict.TAKEN})


def test_what_was_not_taken_is_tried_again_ever_more_seldom():
    assert [started(Process(errors=errors), [A], Outcome.NOT_TAKEN).wait_s for errors in range(4)] == [2, 4, 8, 16]
    assert started(Process(since_started=RESEND_S), [A], Outcome.NOT_TAKEN).phase == 'start'


def test_what_was_not_taken_for_long_is_given_back():
    decision = started(Process(since_started=RESEND_S + 1), [A], Outcome.NOT_TAKEN)
    assert (decision.phase, decision.verdicts) == ('end', {'A': Verdict.GIVEN_BACK})


def test_a_lost_answer_is_asked_for():
    decision = started(Process(), [A], Outcome.LOST)
    assert (decision.phase, decision.memory['reason'], decision.verdicts) == ('read', 'lost', {'A': Verdict.UNANSWERED})


def test_known_together_tells_which_it_may_be():
    decision = started(Process(), [A, Invoice('B', doubtful=True), Invoice('C')], Outcome.KNOWN, ['C'])
    assert decision.memory['reason'] == 'exists'
    assert decision.memory['refused_ids'] == {'A': False, 'B': True, 'C': True}
    assert started(Process(), [A], Outcome.KNOWN).memory['refused_ids'] is False


def test_invalid_gives_back_what_was_found_fault_with():
    decision = started(Process(), [A, B], Outcome.INVALID, ['B'])
    assert (decision.memory['reason'], decision.verdicts) == ('invalid', {'B': Verdict.GIVEN_BACK})


def test_a_refusal_asks_for_what_may_be_there_from_before():
    decision = started(Process(), [A, Invoice('B', doubtful=True)], Outcome.REFUSED)
    assert started(Process(), [A, Invoice('B', doubtful=True)], Outcome.TOO_LARGE).verdicts == {'B': Verdict.PARTED}
    assert started(Process(), [A], Outcome.TOO_LARGE) == started(Process(), [A], Outcome.REFUSED)
    assert decision.memory['reason'] == 'lost'
    assert decision.verdicts == {'A': Verdict.GIVEN_BACK, 'B': Verdict.DOUBTED}


@pytest.mark.parametrize(
    ('reason', 'wait', 'verdicts'),
    [('done', 0, {}), ('failed', 0, {}), ('invalid', 2, {}), ('lost', 2, {'A': Verdict.DOUBTED}), ('exists', 2, {'A': Verdict.DOUBTED})],
)
def test_asking(reason, wait, verdicts):
    decision = asking(reason, [A, Invoice('B', pending=False, rejected=True)])
    assert (decision.wait_s, decision.verdicts) == (wait, verdicts)


# ---------------------------------------------------------------------- what the portal shows


def test_nothing_left_is_the_end():
    assert read(Process(reason='lost'), [Invoice('A', pending=False)], NOTHING).phase == 'end'


def test_a_number_may_take_a_moment_after_the_end():
    assert read(Process(reason='done', settling=NUMBERS_S - 1), [A], shown('A')).wait_s == 5
    assert read(Process(reason='done', settling=NUMBERS_S), [A], shown('A')).verdicts == {'A': Verdict.IMPORTED}


def test_without_a_signature_no_number_is_waited_for():
    assert read(Process(reason='done', sign=False), [A], shown('A')).verdicts == {'A': Verdict.IMPORTED}


def test_a_late_number_is_waited_for_where_e_taxes_said_nothing():
    failed = Process(reason='failed', signed=True)
    assert read(failed, [A], shown('A')).phase == 'read'
    assert read(failed, [Invoice('A', objected=True)], shown('A')).phase == 'clean'
    assert read(Process(reason='failed'), [A], shown('A')).phase == 'clean'


@pytest.mark.parametrize('known', [{'since_sent': SHOWN_S - 1}, {'since_started': RESEND_S}, {'by_date': True}])
def test_it_does_not_go_again_too_early_nor_too_late(known):
    assert read(lost(**known), [A], NOTHING).phase == 'read'


def test_it_goes_again_once_it_would_be_shown():
    assert read(lost(), [A], NOTHING).verdicts == {'A': Verdict.AGAIN}
    assert read(lost(), [Invoice('A', resends=RESENDS)], NOTHING).phase == 'read'


def test_what_is_shown_is_waited_for_then_removed():
    assert read(lost(), [A], shown('A')).phase == 'read'
    assert read(lost(settling=LOST_S), [A], shown('A')).phase == 'clean'


def test_one_that_is_shown_keeps_the_others_from_going_again():
    assert read(lost(), [A, B], shown('A')).phase == 'read'


def test_unsigned_and_there_is_as_wanted():
    assert read(lost(sign=False), [A], shown('A')).verdicts == {'A': Verdict.IMPORTED}
    assert read(lost(sign=False), [A], shown('A', names_all=True)).verdicts == {}


def test_the_known_one_is_asked_for_apart():
    process = Process(reason='exists', refused_ids={'A': False, 'B': False})
    decision = read(process, [A, B], shown('A'))
    assert (decision.phase, decision.verdicts) == ('start', {'A': Verdict.APART, 'B': Verdict.UNSENT})


def test_what_nothing_explains_goes_in_halves():
    invoices = [A, B, Invoice('C')]
    process = Process(reason='exists', refused_ids=dict.fromkeys('ABC', False))
    assert read(process, invoices, NOTHING).verdicts == {'A': Verdict.UNSENT, 'B': Verdict.UNSENT, 'C': Verdict.HALVED}


def test_faultless_ones_go_again_at_once():
    assert read(Process(reason='invalid'), [A], NOTHING).verdicts == {'A': Verdict.AGAIN}


def test_found_fault_with_yet_there_is_doubted():
    refused = Invoice('B', pending=False, rejected=True, doubtful=True)
    decision = read(Process(reason='invalid'), [A, refused], shown('B'))
    assert decision.verdicts == {'A': Verdict.DOUBTED, 'B': Verdict.RECALLED}
    assert decision.memory['reason'] == 'exists'


@pytest.mark.parametrize(
    'process',
    [
        Process(reason='done', settling=NUMBERS_S),
        Process(reason='failed'),
        lost(settling=LOST_S),
        lost(last_read=True),
        Process(reason='exists', refused_ids={'A': True}),
    ],
    ids=lambda process: process.reason,
)
def test_a_portal_that_names_whatever_it_is_asked_for_is_asked_by_date(process):
    assert read(process, [A], shown('A', names_all=True)).memory['by_date']


def test_a_number_that_cannot_be_written_is_read_once_more():
    invoice = Invoice('A', unnumbered=True)
    assert read(Process(reason='done'), [invoice], shown('A')).verdicts == {}
    assert read(Process(reason='done', settling=NUMBERS_S), [invoice], shown('A')).verdicts == {'A': Verdict.UNNUMBERED}


# ---------------------------------------------------------------------- removal


def test_several_that_are_refused_together_go_one_by_one():
    decision = cleaned(Process(), [A, B], granted=False)
    assert (decision.phase, decision.memory) == ('clean', {'one_by_one': True, 'kept_ids': ()})
    assert to_clean(Process(one_by_one=True), [A, B]) == [A]
    assert to_clean(Process(one_by_one=True, kept_ids=('A',)), [A, B]) == [B]


@pytest.mark.parametrize('granted', [True, False])
def test_no_answer_to_a_removal_is_believed(granted):
    decision = cleaned(Process(), [A], granted)
    assert (decision.phase, decision.verdicts, decision.memory['last_read']) == ('read', {}, True)


@pytest.mark.parametrize(('one_by_one', 'wait'), [(False, 1), (True, SHOW_AGAIN_S)])
def test_what_is_not_shown_any_more_is_asked_for_twice(one_by_one, wait):
    process, invoice = lost(last_read=True, one_by_one=one_by_one), Invoice('A', shown=True)
    decision = read(process, [invoice], NOTHING)
    assert (decision.phase, decision.wait_s, decision.memory) == ('read', wait, {'missed_ids': ('A',)})
    assert read(lost(last_read=True, missed_ids=('A',)), [invoice], NOTHING).verdicts == {'A': Verdict.SPENT}


def test_what_was_never_shown_keeps_its_erp_id_and_what_is_shown_is_held():
    decision = read(lost(last_read=True), [A, B], shown('B'))
    assert decision.verdicts == {'A': Verdict.REJECTED, 'B': Verdict.HELD}


def test_used_up():
    assert is_used_up(Invoice('A', shown=True))
    assert is_used_up(Invoice('A', since_sent=HIDDEN_S + 1))
    assert not is_used_up(Invoice('A', since_sent=HIDDEN_S))


def test_taken_up():
    assert is_taken_up(Invoice('A', pending=False, rejected=True), spent=False)
    assert not is_taken_up(Invoice('A', pending=False, rejected=True), spent=True)


def test_looked_up():
    doubtful = Invoice('A', pending=False, rejected=True, doubtful=True)
    held = Invoice('B', pending=False, due=True)
    assert looked_up([doubtful, held], shown('A', 'B')) == {'A': Verdict.APPEARED, 'B': Verdict.REMOVE}
    assert looked_up([doubtful, held], NOTHING) == {}
    assert looked_up([doubtful], shown('A', names_all=True)) is None
    assert looked_up([Invoice('C', pending=False)], shown('C', names_all=True)) == {}


def test_what_was_to_be_there_and_was_not_shown_for_a_day_is_given_back():
    late = Invoice('A', pending=False, imported=True, since_sent=HIDDEN_S + 1)
    assert looked_up([late], NOTHING) == {'A': Verdict.NEVER_SHOWN}
    assert looked_up([late], shown('A')) == {}
    assert looked_up([late], shown('A', names_all=True)) is None
    assert looked_up([Invoice('A', pending=False, imported=True, since_sent=HIDDEN_S)], NOTHING) == {}
    assert looked_up([Invoice('A', pending=False, imported=True, shown=True, since_sent=HIDDEN_S + 1)], NOTHING) == {}


def test_held_ones_are_removed_ever_more_seldom():
    assert [removals.is_due(900, tries) for tries in (0, 1, 2)] == [True, True, False]
    assert not removals.is_due(HIDDEN_S, 0)


def test_a_removal_is_seen_twice():
    invoice = Invoice('A', shown=True)
    read_by_id = removals.after_reading(Process(reason='done'), [invoice], NOTHING)
    assert (read_by_id.phase, read_by_id.memory) == ('list', {'unseen_ids': ('A',), 'missed_ids': ('A',)})
    process = Process(reason='done', **read_by_id.memory)
    assert removals.after_listing(process, [invoice], NOTHING).verdicts == {'A': Verdict.DELETED}


def test_a_portal_that_names_whatever_it_is_asked_for_is_asked_by_date_twice():
    invoice = Invoice('A', shown=True)
    read_by_id = removals.after_reading(Process(reason='done'), [invoice], shown('A', names_all=True))
    once = removals.after_listing(Process(reason='done', **read_by_id.memory), [invoice], NOTHING)
    assert (once.phase, once.verdicts, once.memory) == ('list', {}, {'missed_ids': ('A',)})
    process = Process(reason='done', unseen_ids=('A',), missed_ids=('A',))
    assert removals.after_listing(process, [invoice], NOTHING).verdicts == {'A': Verdict.DELETED}


def test_a_yes_that_was_none_is_tried_one_by_one():
    decision = removals.after_listing(Process(reason='done'), [A], shown('A'))
    assert (decision.phase, decision.memory) == ('remove', {'reason': 'failed'})
    assert removals.after_reading(Process(reason='failed'), [A], NOTHING).phase == 'remove'
    assert removals.after_reading(Process(reason='failed', kept_ids=('A',)), [A], NOTHING).phase == 'list'

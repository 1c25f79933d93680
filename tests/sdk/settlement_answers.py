"""What a portal may answer when it is asked what it has, or is to remove something, for :mod:`settlement_world`."""

from functools import cache

from settlement_state import NOTHING, World, subsets, with_record

from vatportal.settlement_facts import Reading


@cache
def answers(before, asked, names_all, slips):
    """List of (what it says, whether all of it is true, :class:`Reading`, records) for what may be read of ``asked``, where the
    records were ``before``."""
    seen = [index for index in asked if before[index].copies and before[index].visible]
    may_slip = [index for index in seen if slips and not before[index].slipped]
    found = []
    for left_out in subsets(may_slip):
        shown = [index for index in seen if index not in left_out]
        records = tuple(record._replace(slipped=True) if index in left_out else record for index, record in enumerate(before))
        answer = Reading(
            frozenset(str(index) for index in (asked if names_all else shown)), frozenset(str(index) for index in shown if before[index].numbered), names_all
        )
        told = f'{"all are named" if names_all else shown}, with a number {sorted(map(int, answer.numbered))}'
        found.append((told, not left_out, answer, records))
    return found


def taken(world, asked, answer, records):
    """Write the numbers, and what was shown; the portal's records are ``records`` now."""
    documents = list(world.documents)
    for index in asked:
        if answer.shows(str(index)):
            documents[index] = _taken(documents[index], str(index) in answer.numbered)
    return World(tuple(documents), records, world.jobs)


@cache
def _taken(document, numbered):
    if numbered and document.state != 'deleted':
        document = document._replace(state='registered', doubtful=False, held=False)
    return document._replace(shown=True)


def removed(world, asked):
    """Yield (what happens, whether the portal does as it says, whether it grants it or None for an answer lost, world)."""
    may = [index for index in asked if world.records[index].copies and not (world.records[index].submitted or world.records[index].numbered)]
    for gone in subsets(may):
        after = world
        for index in gone:
            after = with_record(after, index, NOTHING._replace(removed=True, arriving=world.records[index].arriving, foreign=world.records[index].foreign))
        told = f'removal of {asked}, removed {list(gone)}'
        everything = list(gone) == asked
        honest = list(gone) == may
        yield f'{told}: granted', honest and everything, True, after
        yield f'{told}: refused', honest and not everything, False, after
        yield f'{told}: answer lost', False, None, after

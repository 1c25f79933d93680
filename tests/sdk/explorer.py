"""Breadth-first search through all that can happen, with the shortest way to whatever must not."""

from collections import deque


class Violation(AssertionError):
    """Something that must not happen, after the shortest sequence of events that leads to it."""

    def __init__(self, what, sequence):
        super().__init__('\n'.join([what, *(f'{number:3}. {event}' for number, event in enumerate(sequence, 1))]))
        self.what, self.sequence = what, sequence


def explore(starts, events, problem, ended):
    """Visit every state that can be reached, each once.

    :param starts: {what it is: state}
    :param events: function of a state → iterable of (what happens, whether a portal out of which nothing new comes still
        does this, list of the states that are left: those of invoices that have nothing to do with each other any more)
    :param problem: function of a state → what is wrong with it, or ''
    :param ended: function of a state → whether nothing is left to be done in it
    :return: the number of states
    :raises Violation: for a state with a problem, and for one from which no end is reachable
    """
    came = {}  # state → (state before, event)
    queue = deque()
    for name, state in starts.items():
        if state not in came:
            came[state] = (None, name)
            queue.append(state)
    calm = {}  # state → the states that each calm event leaves
    while queue:
        state = queue.popleft()
        if wrong := problem(state):
            raise Violation(wrong, _sequence(came, state))
        ways = calm[state] = []
        for event, is_calm, left in events(state):
            for after in left:
                if after not in came:
                    came[after] = (state, event)
                    queue.append(after)
            if is_calm:
                ways.append(left)
    _expect_ends(calm, came, ended)
    return len(came)


def _expect_ends(calm, came, ended):
    """From every state all that is left must come to its end, whatever the portal does no more."""
    waiting = {}  # state → the (state, number of its way) that need it
    open_parts = {}  # (state, number of its way) → how many of its parts have not ended yet
    good = [state for state in calm if ended(state)]
    for state, ways in calm.items():
        for number, left in enumerate(ways):
            parts = set(left)
            open_parts[state, number] = len(parts)
            for part in parts:
                waiting.setdefault(part, []).append((state, number))
    reached = set(good)
    while good:
        for way in waiting.get(good.pop(), ()):
            open_parts[way] -= 1
            if not open_parts[way] and way[0] not in reached:
                reached.add(way[0])
                good.append(way[0])
    for state in came:  # in the order in which they were found: the shortest way first
        if state not in reached:
            raise Violation('stuck', _sequence(came, state))


def _sequence(came, state):
    events = []
    while state is not None:
        state, event = came[state]
        events.append(event)
    return events[::-1]

"""When to ask the portal about a process again (VatPortal API v8.0, polling best practices).

Every 2 s in the first minute, every 5 s in the second, every 10 s after; never more often than once a
second. After failures the wait doubles instead, so that a portal in trouble is left in peace.
"""

DONE = 2
FAILED = 3

MINIMUM_S = 1.0
SLOWEST_S = 10.0  # while all goes well
MAXIMUM_S = 300.0
SILENCE_S = 600.0


def next_delay(elapsed_s: float, errors: int = 0) -> float:
    """Seconds to wait before the next question.

    :param elapsed_s: seconds since the process started; a clock that went back counts as 0.
    :param errors: how many questions in a row failed.
    :returns: 1.0 … 300.0. With errors 2, 4, 8 … seconds, yet never less than without.
    """
    if elapsed_s < 60:
        pace = 2.0
    elif elapsed_s < 120:
        pace = 5.0
    else:
        pace = SLOWEST_S
    if errors > 0:
        # Past 2**9 the cap holds anyway; the bound keeps a long outage from overflowing the float.
        pace = max(pace, 2.0 ** min(errors, 9))
    return min(MAXIMUM_S, max(MINIMUM_S, pace))


def overdue(silence_s: float) -> bool:
    """Whether a process that said nothing new for ``silence_s`` seconds is one to stop watching.

    The process id is to be kept all the same: the portal may still finish it.
    """
    return silence_s >= SILENCE_S

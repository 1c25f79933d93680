"""What is known of an upload and its invoices, and what follows from it: the words of :mod:`.settlement`.

Moments come as the seconds that have passed since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Outcome(Enum):
    """What came of the call that hands the invoices to the portal."""

    TAKEN = 'taken'
    NOT_TAKEN = 'not_taken'  #: surely not processed; it may be tried again
    LOST = 'lost'
    KNOWN = 'known'  #: error 17
    INVALID = 'invalid'  #: error 14, with codes for some
    TOO_LARGE = 'too_large'  #: together they are more than the portal's web server lets through
    REFUSED = 'refused'


class Verdict(Enum):
    """What becomes of one invoice."""

    TAKEN = 'taken'  #: the portal is at work on it
    UNANSWERED = 'unanswered'  #: it went, and no answer came: the portal may have it
    KNOWN = 'known'  #: the portal has refused it, alone or with others, for it knows one of them
    DOUBTED = 'doubted'  #: the portal may have it, and is being asked
    RECALLED = 'recalled'  #: it was given back, yet the portal has it from before: it is doubted as well
    IMPORTED = 'imported'  #: the portal has it without a number, as was wanted, or until the number comes
    UNNUMBERED = 'unnumbered'  #: the portal has it with a number, which can't be written
    HELD = 'held'  #: the portal has it, unsigned, and does not let it be removed
    APPEARED = 'appeared'  #: it was given back, and the portal has it after all, unsigned
    REMOVE = 'remove'  #: its removal is to be tried again
    NEVER_SHOWN = 'never_shown'  #: it was to be there, and was never shown: rejected, with doubt
    GIVEN_BACK = 'given_back'  #: rejected, with no more doubt than before
    REJECTED = 'rejected'  #: rejected; the portal may have it still, so it goes again under the same ERP id only
    SPENT = 'spent'  #: rejected; the portal has had it and removed it, so it goes again under the next ERP id
    AGAIN = 'again'  #: goes again by itself, under the same ERP id
    UNSENT = 'unsent'  #: goes again, for it was not what the portal refused
    HALVED = 'halved'  #: goes again in a process of its own, for the same reason
    PARTED = 'parted'  #: goes again in a process of its own, for all together were too much
    APART = 'apart'  #: is asked for in a process of its own
    DELETED = 'deleted'  #: was to be removed, and is gone


@dataclass(frozen=True)
class Invoice:
    """What is known of one invoice of a process.

    :ivar pending: its fate is open. :ivar rejected: it was given back to the person.
    :ivar doubtful: an answer was lost, so the portal may have it. :ivar shown: the portal has named it since it last went.
    :ivar since_sent: seconds since it last went without being refused; if it never did, since it was made.
    :ivar resends: how often it has gone again by itself. :ivar objected: e-taxes has named its buyer in a refusal.
    :ivar unnumbered: the portal names a number for it that can't be written.
    :ivar due: it was held, and its removal is to be tried now, see :func:`.removals.is_due`.
    :ivar imported: it is taken for being there without a number, and is not being removed.
    """

    erp_id: str
    pending: bool = True
    rejected: bool = False
    doubtful: bool = False
    shown: bool = False
    since_sent: float = 0.0
    resends: int = 0
    objected: bool = False
    unnumbered: bool = False
    due: bool = False
    imported: bool = False


@dataclass(frozen=True)
class Process:
    """What is known of a process, and what it remembers from one question to the next.

    :ivar reason: why the portal is being asked: done, failed, lost, exists, invalid. :ivar sign: to be signed.
    :ivar signed: the portal has said that something was signed. :ivar errors: how many calls in a row have failed.
    :ivar since_started, since_sent, settling: seconds since it was begun, since the invoices last went, and since the
        portal is being asked. :ivar last_read: what has no number now is rejected.
    :ivar by_date: the last question was by date. :ivar one_by_one: the portal refused to remove several together.
    :ivar kept_ids: those whose removal was answered. :ivar missed_ids: those shown before that were not shown last.
    :ivar unseen_ids: of a removal, those not shown by ERP id when last asked.
    :ivar refused_ids: of those refused together with error 17, whether each may be the one that the portal knows.
    """

    reason: str = ''
    sign: bool = True
    signed: bool = False
    errors: int = 0
    since_started: float = 0.0
    since_sent: float = 0.0
    settling: float = 0.0
    last_read: bool = False
    by_date: bool = False
    one_by_one: bool = False
    kept_ids: tuple[str, ...] = ()
    missed_ids: tuple[str, ...] = ()
    unseen_ids: tuple[str, ...] = ()
    refused_ids: Mapping[str, bool] | None = None


@dataclass(frozen=True)
class Reading:
    """What the portal answered when it was asked what it has.

    :ivar named: the ERP ids in its answer, and those among them that have a number
    :ivar names_all: it names whatever it is asked for, so that without a number that says nothing
    """

    named: frozenset[str]
    numbered: frozenset[str] = frozenset()
    names_all: bool = False

    def shows(self, erp_id: str) -> bool:
        """Whether the portal has this one, as far as this answer tells."""
        return erp_id in self.named and (not self.names_all or erp_id in self.numbered)


@dataclass(frozen=True)
class Decision:
    """What follows.

    :ivar phase: what comes next: start (send), follow, read, clean or remove (delete at the portal), list (read by date,
        of a removal), end
    :ivar wait_s: in how many seconds. :ivar verdicts: ERP id → :class:`Verdict`; who is not in it stays what it is.
    :ivar memory: fields of :class:`Process` to be remembered. With a ``reason`` the asking begins anew.
    """

    phase: str
    wait_s: float = 0.0
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    memory: Mapping[str, Any] = field(default_factory=dict)

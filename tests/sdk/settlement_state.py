"""The states of one or two invoices between a database and a portal, for :mod:`settlement_world`."""

from collections import namedtuple
from functools import cache
from itertools import product

from vatportal import settlement
from vatportal.settlement_facts import Verdict

# What stands here. state: pending, imported, registered, rejected, deleted. old: sent more than HIDDEN_S ago. sent: whether
# a moment of sending is known; passing: that moment is this process' own, which the portal has refused.
Document = namedtuple('Document', 'state doubtful shown old sent passing resends spent held')
# What stands at the portal under the present ERP id. arriving: ages of the uploads it has taken and not imported yet.
# copies: live ones. submitted: it does not let it be removed. slipped: an answer has left it out by mistake, once for all that
# is under way with it. foreign: another database has sent it. former: something is there under the ERP id before.
Record = namedtuple('Record', 'arriving copies visible submitted numbered old slipped removed foreign former')
Job = namedtuple('Job', 'kind phase members reason last_read by_date one_by_one kept missed unseen refused signed objected started sent settling')
World = namedtuple('World', 'documents records jobs')

NEW_DOCUMENT = Document('pending', False, False, False, False, False, 0, False, False)
NOTHING = Record((), 0, False, False, False, False, False, False, False, False)


def new_job(members, started=0, **values):
    return Job('upload', 'start', members, '', False, False, False, (), (), (), (), False, (), started, 0, 0)._replace(**values)


@cache
def with_verdict(document, verdict, sign):
    """What is written on a document for a verdict."""
    changes = {
        Verdict.TAKEN: {'sent': True, 'old': False, 'shown': False, 'doubtful': False, 'passing': False},
        Verdict.UNANSWERED: {'sent': True, 'old': False, 'shown': False, 'doubtful': True, 'passing': False},
        Verdict.KNOWN: {'doubtful': True, 'sent': True, 'passing': not document.sent, 'old': document.old and document.sent},
        Verdict.DOUBTED: {'doubtful': True},
        Verdict.RECALLED: {'state': 'pending', 'doubtful': True},
        Verdict.NEVER_SHOWN: {'state': 'rejected', 'doubtful': True},
        Verdict.IMPORTED: {'state': 'imported'},
        Verdict.HELD: {'state': 'imported', 'held': sign},
        Verdict.GIVEN_BACK: {'state': 'rejected'},
        Verdict.REJECTED: {'state': 'rejected', 'spent': False, 'doubtful': True},
        Verdict.SPENT: {'state': 'rejected', 'spent': True, 'doubtful': False},
        Verdict.AGAIN: {'resends': document.resends + 1},
        Verdict.DELETED: {'state': 'deleted'},
        Verdict.APART: {},
        Verdict.PARTED: {},
    }
    if verdict in (Verdict.UNSENT, Verdict.HALVED):
        return document._replace(doubtful=False, sent=document.sent and not document.passing, passing=False)
    return document._replace(**changes[verdict])


def new_removal(index):
    return new_job((index,), kind='delete')


def removals_of(world, index):
    return [job for job in world.jobs if job.kind == 'delete' and index in job.members]


def is_there(record):
    """Whether this is at the portal, or may get there. What it has kept back for longer than a day can't be known."""
    return bool(record.arriving or record.copies and not (record.old and not record.visible))


def subsets(values):
    """All subsets, as tuples in the order of ``values``."""
    for chosen in product((False, True), repeat=len(values)):
        yield tuple(value for value, taken in zip(values, chosen, strict=False) if taken)


def with_record(world, index, record):
    return World(world.documents, world.records[:index] + (record,) + world.records[index + 1 :], world.jobs)


def with_document(world, index, document):
    return World(world.documents[:index] + (document,) + world.documents[index + 1 :], world.records, world.jobs)


def with_job(world, job, after):
    """``world`` with ``after`` in place of ``job``, and ``after``."""
    return World(world.documents, world.records, tuple([after if other == job else other for other in world.jobs])), after


def without(world, job):
    return World(world.documents, world.records, tuple([other for other in world.jobs if other != job]))


def parts(world):
    """The worlds of the invoices that a process still joins; those that none joins have nothing to do with each other. What
    was given back with a doubt counts for its process still, what is settled otherwise does not."""

    documents, records, jobs = world
    if len(documents) == 1:
        return [world]
    open_ones = tuple([document.state == 'pending' or document.state == 'rejected' and document.doubtful for document in documents])
    jobs = tuple([_of_open(job, open_ones) if len(job.members) > 1 else job for job in jobs])
    if any(len(job.members) > 1 for job in jobs):
        return [World(documents, records, jobs)]
    return [World((document,), (records[index],), tuple([_renamed(job) for job in jobs if index in job.members])) for index, document in enumerate(documents)]


@cache
def tidied(world):
    """``world`` without what makes no difference any more, so that what comes to the same is one state."""
    at_work = {index for job in world.jobs for index in job.members}
    pairs = [_tidy_pair(document, record, index in at_work) for index, (document, record) in enumerate(zip(world.documents, world.records, strict=False))]
    tidy = World(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs), tuple(map(_without_clocks, world.jobs)))
    # Which of two is the first makes a difference only where one is removed after the other.
    if len(pairs) == 2 and not any(job.one_by_one for job in tidy.jobs):
        return min(tidy, World(tidy.documents[::-1], tidy.records[::-1], tuple(map(_swapped, tidy.jobs))))
    return tidy


@cache
def _tidy_pair(document, record, at_work):
    if document.state == 'registered' and record.numbered:
        return NEW_DOCUMENT._replace(state='registered'), NOTHING._replace(numbered=True)
    if document.state != 'pending':
        document = document._replace(resends=0, passing=False)
    return document, record if at_work else record._replace(slipped=False)


@cache
def _swapped(job):
    def swap(indexes):
        return tuple(sorted(1 - index for index in indexes))

    return job._replace(
        members=swap(job.members),
        kept=swap(job.kept),
        missed=swap(job.missed),
        unseen=swap(job.unseen),
        objected=swap(job.objected),
        refused=tuple(sorted((1 - index, may) for index, may in job.refused)),
    )


@cache
def _without_clocks(job):
    if job.kind == 'delete' or job.phase == 'clean' or job.last_read:
        return job._replace(started=0, sent=0, settling=0, signed=False, objected=())
    if job.phase == 'start':
        return job._replace(sent=0)
    if job.reason in ('done', 'failed', 'invalid'):
        return job._replace(sent=0, started=0 if job.reason != 'invalid' else job.started, settling=min(job.settling, settlement.NUMBERS_S))
    if job.reason == 'lost':
        return job._replace(sent=min(job.sent, settlement.SHOWN_S))
    return job._replace(sent=0) if job.reason == 'exists' else job


@cache
def _of_open(job, open_ones):
    """``job`` without the invoices that do not count for it any more."""
    return job._replace(members=tuple(index for index in job.members if open_ones[index]))


@cache
def _renamed(job):
    """``job``, which has one invoice left, with what it remembers of that one alone."""
    old = job.members[0]

    def own(indexes):
        return tuple(0 for index in indexes if index == old)

    return job._replace(
        members=(0,),
        kept=own(job.kept),
        missed=own(job.missed),
        unseen=own(job.unseen),
        objected=own(job.objected),
        refused=tuple((0, may) for index, may in job.refused if index == old),
    )

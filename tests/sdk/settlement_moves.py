"""What becomes of one invoice or one process by itself, for :mod:`settlement_world`: the same few times over and over, so kept."""

from functools import cache

from vatportal.settlement_facts import Invoice, Process

# For how long a portal may keep back what it has taken.
KEPT_BACK_S = 24 * 3600


@cache
def portal_moves(record, sign):
    """List of (what the portal may do by itself, whether one out of which nothing new comes still does, the record then)."""
    moves = []

    def moved(what, calm=False, **values):
        moves.append((what, calm, record._replace(**values)))

    if record.arriving:
        moved('imports', arriving=record.arriving[1:], copies=record.copies + 1, removed=False)
        moved('drops', calm=True, arriving=record.arriving[1:])
    if not record.copies:
        return moves
    if not record.visible and not record.old:
        moved('can show', visible=True)
    if sign and not record.submitted:
        moved('submits', submitted=True)
    if record.submitted and not record.numbered:
        moved('gets the number of', numbered=True)
    return moves


# ---------------------------------------------------------------------- time


def _clock(value, seconds, limits):
    return max(limit for limit in limits if limit <= value + seconds)


@cache
def older(document):
    return document._replace(old=True)


@cache
def later_record(record, seconds, day, limits):
    return record._replace(old=record.old or day and bool(record.copies), arriving=tuple(_clock(age, seconds, limits) for age in record.arriving))


@cache
def later_job(job, seconds, limits):
    return job._replace(**{name: _clock(getattr(job, name), seconds, limits) for name in ('started', 'sent', 'settling')})


# ---------------------------------------------------------------------- as the rules are told


@cache
def process_of(job, sign):
    return Process(
        reason=job.reason,
        sign=sign,
        signed=job.signed,
        since_started=job.started,
        since_sent=job.sent,
        settling=job.settling,
        last_read=job.last_read,
        by_date=job.by_date,
        one_by_one=job.one_by_one,
        kept_ids=tuple(map(str, job.kept)),
        missed_ids=tuple(map(str, job.missed)),
        unseen_ids=tuple(map(str, job.unseen)),
        refused_ids={str(index): may for index, may in job.refused},
    )


@cache
def invoice_of(index, document, pending, objected, removable):
    """
    :param pending: the state in which it is one of those that the process is for
    """
    return Invoice(
        str(index),
        pending=document.state == pending,
        rejected=document.state == 'rejected',
        doubtful=document.doubtful,
        shown=document.shown,
        resends=document.resends,
        since_sent=KEPT_BACK_S + 1 if document.old or not document.sent else KEPT_BACK_S,
        objected=objected,
        due=removable and document.held and document.state == 'imported',
        imported=removable and document.state == 'imported',
    )

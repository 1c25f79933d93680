"""What a portal, a process and a person may do with one or two invoices, around the rules of ``vatportal.settlement``.

A state is a :class:`World`. What the portal may do it does by an event of its own, so that every order is tried; of the
time that passes only the limits count. The portal keeps to what stands at the head of ``settlement``, and to nothing else:
in particular, what it says of a process or a removal need not be so.
"""

from itertools import pairwise

from settlement_answers import answers, removed, taken
from settlement_moves import invoice_of, later_job, later_record, older, portal_moves, process_of
from settlement_state import (
    NEW_DOCUMENT,
    NOTHING,
    World,
    is_there,
    new_job,
    new_removal,
    parts,
    removals_of,
    subsets,
    tidied,
    with_document,
    with_job,
    with_record,
    with_verdict,
    without,
)

from vatportal import removals, settlement
from vatportal.settlement_facts import Outcome, Verdict

# How long an import takes at most (VatPortal API v8.0: 30 to 60 s).
IMPORT_S = 60
# It is not asked the same twice within so many seconds.
PAUSE_S = 1


class Portal:
    """The rules of one kind of portal, and of one kind of sending.

    :ivar sign: whether the invoices are to be signed. :ivar names_all: whether it names whatever ERP id it is asked for.
    :ivar slips: whether it may leave out once what it has shown before.
    """

    def __init__(self, sign=True, names_all=False, slips=False):
        self.sign, self.names_all, self.slips = sign, names_all, slips
        self.limits = tuple(sorted({0, IMPORT_S, settlement.NUMBERS_S, settlement.SHOWN_S, settlement.LOST_S, settlement.RESEND_S}))
        self.steps = {limit: after - limit for limit, after in pairwise(self.limits)}  # how long it is to the next one

    def starts(self, count):
        """{what it is: World} of ``count`` invoices that go together, the first of which another database may have sent."""
        there = NOTHING._replace(copies=1, foreign=True)
        firsts = {
            'sent': NOTHING,
            'sent from a database that was restored, and at the portal': there._replace(visible=True),
            'sent from a database that was restored, and kept back by the portal': there,
            'sent from a database that was restored, and removed from the portal': NOTHING._replace(removed=True, foreign=True),
        }
        return {name: World((NEW_DOCUMENT,) * count, (first, *(NOTHING,) * (count - 1)), (new_job(tuple(range(count))),)) for name, first in firsts.items()}

    # ------------------------------------------------------------------ what must hold

    @staticmethod
    def problem(world):
        """What must not be, in any state."""
        for index, (document, record) in enumerate(zip(world.documents, world.records, strict=False)):
            if record.copies > 1:
                return 'twice at the portal'
            if record.former:
                return 'goes under another ERP id while it is at the portal under the one before'
            # What another database has sent nobody here need have heard of.
            gone = document.state == 'deleted' or document.state == 'rejected' and (document.spent or not document.doubtful and not record.foreign)
            if gone and is_there(record):
                return f'{document.state}{" with a number" * record.numbered}, yet at the portal, and looked for by nobody'
            if document.held and not (record.copies or record.removed or record.arriving):
                return 'kept as being at the portal, where it never was'
            if document.state == 'registered' and not record.numbered:
                return 'registered without a number'
            if document.state == 'pending' and sum(index in job.members for job in world.jobs) != 1:
                return 'lost: no process works on it, or two do'
        return 'the portal is asked the same again at once' if any(job.phase == 'hurried' for job in world.jobs) else ''

    @staticmethod
    def ended(world):
        """Nothing is under way, what has a number that can be seen has it here, and what is said to be at the portal is there
        or was."""

        def waits(document, record):
            if document.state == 'imported' and not (record.copies or record.removed):
                return True
            unheard_of = record.foreign and document.state == 'rejected' and not document.doubtful
            return document.state != 'registered' and record.numbered and record.visible and not unheard_of

        return not world.jobs and not any(map(waits, world.documents, world.records))

    # ------------------------------------------------------------------ what may happen

    def events(self, world):
        for event, calm, left in self._all_events(world):
            yield event, calm, [tidied(part) for world in left for part in parts(world)]

    def _all_events(self, world):
        for index in range(len(world.records)):
            yield from self._portal_moves(world, index)
        for job in world.jobs:
            yield from getattr(self, f'_{job.phase}')(world, job)
        yield from self._time(world)
        for index in range(len(world.documents)):
            yield from self._looked_up(world, index)
            yield from self._person(world, index)

    def _portal_moves(self, world, index):
        for what, calm, record in portal_moves(world.records[index], self.sign):
            yield f'the portal {what} {index}', calm, [with_record(world, index, record)]

    # ------------------------------------------------------------------ time

    def _time(self, world):
        """Time passes until the next limit; or a day."""
        ages = [age for record in world.records for age in record.arriving]
        clocks = {*ages, *(clock for job in world.jobs for clock in (job.started, job.sent, job.settling))}
        steps = [self.steps[clock] for clock in clocks if clock in self.steps]
        if steps:
            step = min(steps)
            if all(age + step < IMPORT_S for age in ages):
                yield f'{step} s pass', True, [self._later(world, step)]
        if not ages:
            yield 'a day passes', True, [self._later(world, settlement.RESEND_S, day=True)]

    def _later(self, world, seconds, day=False):
        return World(
            tuple([older(document) if day else document for document in world.documents]),
            tuple([later_record(record, seconds, day, self.limits) for record in world.records]),
            tuple([later_job(job, seconds, self.limits) for job in world.jobs]),
        )

    # ------------------------------------------------------------------ an upload

    def _start(self, world, job):
        if job.kind == 'delete':
            yield from self._delete(world, job)
            return
        world, job = with_job(world, job, job._replace(sent=0))
        pending = [index for index in job.members if world.documents[index].state == 'pending']
        known = [index for index in pending if world.records[index].copies or world.records[index].removed]

        def answered(outcome, named=(), at=world, calm=False):
            decision = settlement.started(self._facts(job), self._invoices(at, job, pending), outcome, [str(index) for index in named])
            told = f' of {list(named)}' if named else ''
            return f'sent: {outcome.value}{told}', calm, self._carry_out(at, job, decision)

        if known:
            told = world
            if len(pending) == 1:  # from now on it is heard of here
                told = with_record(world, pending[0], world.records[pending[0]]._replace(foreign=False))
            for named in ((), tuple(known)):
                yield answered(Outcome.KNOWN, named, at=told, calm=bool(named))
        else:
            arrived = world._replace(
                records=tuple(record._replace(arriving=(0, *record.arriving)[:2]) if index in pending else record for index, record in enumerate(world.records))
            )
            yield answered(Outcome.TAKEN, at=arrived, calm=True)
            event, calm, left = answered(Outcome.LOST, at=arrived)
            yield f'{event}, yet taken', calm, left
        yield answered(Outcome.NOT_TAKEN)
        yield answered(Outcome.LOST)
        yield answered(Outcome.REFUSED)
        yield answered(Outcome.TOO_LARGE)
        for count in range(1, len(pending) + 1):
            for named in sorted({tuple(pending[:count]), tuple(pending[-count:])}):
                yield answered(Outcome.INVALID, named)
        if not any(world.documents[index].doubtful for index in pending):
            yield 'given up', False, self._carry_out(world, job, settlement.Decision('end', 0, {str(index): Verdict.GIVEN_BACK for index in pending}))

    def _follow(self, world, job):
        if any(world.records[index].arriving for index in job.members):
            signs = ()  # what has ended does not import any more
        else:
            signs = (False, True) if self.sign else (False,)
            yield 'the process ends well', True, self._ask(world, job, 'done')
        for signed in signs:
            for objected in subsets(job.members):
                yield (
                    f'the process ends badly, signed: {signed}, refused: {objected}',
                    False,
                    self._ask(world, job._replace(signed=signed, objected=objected), 'failed', job),
                )
        yield 'the process is silent or forgotten', True, self._ask(world, job, 'lost')

    def _ask(self, world, job, reason, before=None):
        world, job = with_job(world, before or job, job)
        return self._carry_out(world, job, settlement.asking(reason, self._invoices(world, job, job.members)))

    def _read(self, world, job):
        for told, calm, answer, records in answers(world.records, job.members, self.names_all and not job.by_date, self.slips):
            seen, invoices = taken(world, job.members, answer, records), job.members
            if job.kind == 'delete':
                decision = removals.after_reading(self._facts(job), self._invoices(seen, job, invoices), answer)
            else:
                decision = settlement.read(self._facts(job), self._invoices(seen, job, invoices), answer)
            yield f'read: {told}', calm, self._carry_out(seen, job, decision)

    def _clean(self, world, job):
        facts = self._facts(job)
        asked = [int(invoice.erp_id) for invoice in settlement.to_clean(facts, self._invoices(world, job, job.members))]
        for told, calm, granted, after in removed(world, asked):
            if granted is None:
                yield told, calm, [after]
                continue
            decision = settlement.cleaned(facts, self._invoices(after, job, job.members), granted)
            yield told, calm, self._carry_out(after, job, decision)

    # ------------------------------------------------------------------ a removal from the portal alone

    def _delete(self, world, job):
        for told, calm, granted, after in removed(world, list(job.members)):
            reason = {True: 'done', False: 'failed', None: 'lost'}[granted]
            yield told, calm, [with_job(after, job, job._replace(phase='read', reason=reason))[0]]
        yield 'removal given up', False, [without(world, job)]

    def _remove(self, world, job):
        asked = [int(invoice.erp_id) for invoice in removals.unsure(self._facts(job), self._invoices(world, job, job.members))][:1]
        for told, calm, granted, after in removed(world, asked):
            if granted is None:
                yield told, calm, [after]
                continue
            done = job._replace(kept=(*job.kept, *asked))
            left = removals.unsure(self._facts(done), self._invoices(after, done, job.members))
            yield told, calm, [with_job(after, job, done._replace(phase='remove' if left else 'read'))[0]]

    def _list(self, world, job):
        for told, calm, answer, records in answers(world.records, job.members, False, self.slips):
            seen = world._replace(records=records)
            decision = removals.after_listing(self._facts(job), self._invoices(seen, job, job.members), answer)
            yield f'list: {told}', calm, self._carry_out(seen, job, decision)

    # ------------------------------------------------------------------ afterwards

    def _looked_up(self, world, index):
        """The scheduled action looks at what is not finished."""
        document = world.documents[index]
        if not (document.state == 'imported' or document.state == 'rejected' and document.doubtful):
            return
        for told, calm, answer, records in answers(world.records, (index,), False, self.slips):
            seen = taken(world, (index,), answer, records)
            after, jobs = seen.documents[index], world.jobs
            if after.state != 'registered':
                after = document._replace(shown=document.shown or document.state == 'imported' and after.shown)
                (invoice,) = self._invoices(with_document(world, index, after), None, (index,), removable=not removals_of(world, index))
                verdict = (settlement.looked_up([invoice], answer) or {}).get(str(index))
                if verdict == Verdict.APPEARED:
                    after = after._replace(state='imported', shown=True, held=self.sign)
                if verdict == Verdict.NEVER_SHOWN:
                    after = with_verdict(after, verdict, self.sign)
                if verdict == Verdict.REMOVE or verdict == Verdict.APPEARED and self.sign:
                    jobs = (*jobs, new_removal(index))
            yield f'looked up: {told}', calm, parts(with_document(seen, index, after)._replace(jobs=jobs))

    def _person(self, world, index):
        """What was rejected is sent again, corrected or not (which gives another ERP id to what never went); what was
        imported is deleted."""
        document, record = world.documents[index], world.records[index]
        if document.state in ('rejected', 'deleted'):
            jobs = tuple(job._replace(members=tuple(member for member in job.members if member != index)) for job in world.jobs)
            after = world._replace(jobs=(*(job for job in jobs if job.members), new_job((index,))))
            (invoice,) = self._invoices(world, None, (index,))
            if settlement.is_taken_up(invoice, document.spent):
                after = with_document(after, index, document._replace(state='pending', resends=0))
            else:
                after = with_document(after, index, NEW_DOCUMENT)
                after = with_record(after, index, NOTHING._replace(former=is_there(record)))
            yield f'{index} is sent again by a person', False, parts(after)
        if document.state == 'imported' and not removals_of(world, index):
            yield f'{index} is deleted by a person', False, [world._replace(jobs=(*world.jobs, new_removal(index)))]

    # ------------------------------------------------------------------ facts and verdicts

    def _facts(self, job):
        return process_of(job, self.sign)

    @staticmethod
    def _invoices(world, job, members, removable=False):
        removal = job is not None and job.kind == 'delete'
        return [
            invoice_of(index, world.documents[index], 'imported' if removal else 'pending', job is not None and index in job.objected, removable)
            for index in members
        ]

    def _carry_out(self, world, job, decision):
        """What the models write for ``decision``; return the parts of the world that have to do with each other."""
        documents, apart, halved = list(world.documents), [], []
        for erp_id, verdict in decision.verdicts.items():
            index = int(erp_id)
            documents[index] = with_verdict(documents[index], verdict, self.sign)
            apart += [index] * (verdict == Verdict.APART)
            halved += [index] * (verdict in (Verdict.HALVED, Verdict.PARTED))
        memory = dict(decision.memory)
        values = {name: memory[name] for name in ('reason', 'last_read', 'by_date', 'one_by_one') if name in memory}
        values |= {name: tuple(map(int, memory[f'{name}_ids'])) for name in ('kept', 'missed', 'unseen') if f'{name}_ids' in memory}
        if 'refused_ids' in memory:
            refused = memory['refused_ids']
            values['refused'] = tuple((int(erp_id), may) for erp_id, may in (refused or {}).items())
        if 'reason' in memory and job.kind == 'upload':
            values['settling'] = 0
        if decision.phase == 'start':
            values |= {'reason': '', 'settling': 0, 'signed': False, 'objected': ()}
        members = tuple(index for index in job.members if index not in apart and index not in halved)
        phase = 'hurried' if decision.phase == job.phase and decision.wait_s < PAUSE_S else decision.phase
        jobs = [job._replace(phase=phase, members=members, **values)] if phase != 'end' else []
        if apart:
            jobs.append(new_job(tuple(apart), job.started, phase='read', reason='exists', sent=job.sent))
        if halved:
            jobs.append(new_job(tuple(halved), job.started))
        return parts(World(tuple(documents), world.records, (*[other for other in world.jobs if other != job], *jobs)))

from datetime import datetime, time, timedelta

from odoo import api, fields, models

from ...vatportal import removals, settlement
from ...vatportal.settlement import LOOK_DAYS
from ...vatportal.settlement_facts import Invoice, Reading, Verdict
from ..connector.setup import NO_INVOICE

_DAY = timedelta(days=1)


class VatportalDocument(models.Model):
    """What is not known for sure: whether the portal has a document after all.

    An ERP id that the portal knows (error 17) and does not show was either removed there, and then the invoice can go
    again under a new id only; or the portal is still importing it, and then a new id would make a second qaimə of it.
    Hence the id is given up only where the portal has shown the invoice before, or had a day to show it.

    A day since it last went out without a refusal, not since the document was made: one that was rejected goes again
    days later, under the same id.
    """

    _inherit = 'vatportal.document'

    first_sent_at = fields.Datetime(readonly=True, copy=False, help='When it was first about to go to the portal.')
    last_sent_at = fields.Datetime(readonly=True, copy=False, help='When it last went to the portal without being refused there.')
    shown = fields.Boolean(readonly=True, copy=False, help='The portal has named it in an answer since it last went there.')
    doubtful = fields.Boolean(
        readonly=True,
        copy=False,
        index='btree_not_null',
        help='An answer was lost, so the portal may have it: once rejected, its number is looked for all the same.',
    )
    held_since = fields.Datetime(readonly=True, copy=False, help='Since when it was to be removed from the portal, which has not let go of it.')
    earlier_payload = fields.Json(
        readonly=True,
        copy=False,
        groups='account.group_account_manager',
        prefetch=False,
        help='As it was sent before it was corrected, while the portal may have that.',
    )

    def _write_payload(self):
        """Write what is about to be sent; what may be at the portal from an earlier try, with other figures, is kept."""
        for document in self.sudo():
            payload = document._to_invoice().to_json()
            vals = {'payload': payload, 'first_sent_at': document.first_sent_at or fields.Datetime.now()}
            if document.doubtful and document.payload and document.payload != payload:
                vals['earlier_payload'] = document.earlier_payload or document.payload
            document.write(vals)

    def _note_sent(self, moment, taken):
        """The documents went to the portal at ``moment``. ``taken``: it said so, and hence had none of them before;
        else its answer was lost, and it may have them."""
        vals = {'last_sent_at': moment, 'shown': False, 'doubtful': not taken}
        if taken:
            vals['earlier_payload'] = False
        self.sudo().write(vals)

    def _note_known(self, moment):
        """The portal refused documents at ``moment`` because it knows one of them. Where nothing is written of an
        earlier sending (a database that was restored, say), it may have got there just now."""
        for document in self.sudo():
            document.write({'doubtful': True, 'last_sent_at': document.last_sent_at or moment})

    def _sending(self):
        """The process that has this document in hand, or had it last: one rejected is sent again by another."""
        return self.sudo().job_ids.filtered(lambda job: job.operation == 'upload').sorted('id')[-1:]

    # ------------------------------------------------------------------ a number, and what it may belong to

    def _was_changed_since(self):
        """Whether the portal may have this document as it was sent, though it was given back and changed here since."""
        return self.doubtful and self.state in ('rejected', 'imported') and not self._is_as_sent()

    def _settle_doubt(self, qaime, changed):
        """The portal has this document, for it has told the number ``qaime``. Say so where it may have it with other figures.

        :param changed: see :meth:`_was_changed_since`
        """
        if self.doubtful:
            self.sudo().doubtful = False
        earlier = self.sudo().earlier_payload
        source = self._source().sudo()
        if earlier and source:
            source.message_post(
                body=self.env._(
                    'Compare this with qaimə %(number)s in VatPortal: an earlier try may have reached the portal before the '
                    'correction, with a total of %(total)s. If so, delete it from e-taxes and send it again.',
                    number=qaime,
                    total=earlier.get('sum_total'),
                )
            )
            self.sudo().earlier_payload = False
        elif changed:
            source.message_post(
                body=self.env._(
                    'Compare this with qaimə %(number)s in VatPortal: it holds what was sent before this was changed here, '
                    'with a total of %(total)s. Where they differ, delete it from e-taxes and send it again.',
                    number=qaime,
                    total=self.amount_total,
                )
            )

    def _is_as_sent(self):
        """Whether what this document was made from still says what went to the portal. While the document lives
        nobody can change that; once it is rejected, anybody may."""
        source = self._source().sudo()
        if not source or not self.sudo().payload:
            return True
        if not source._vatportal_can_be_sent():
            return False
        try:
            vals = source._vatportal_document_vals(self.connector_id.sudo())
            return self._invoice_of({**vals, 'erp_id': self.erp_id}).to_json() == self.sudo().payload
        except ValueError:
            return False  # no qaimə can say it any more

    def _ask_numbers(self, client, by_date, later=False):
        """Ask the portal for these documents; return a dict of ERP id → number.

        :param later: ask for attempts of them that only another database can have sent; always done of those in doubt
        """
        if not by_date:
            # Whether the portal names ids that it does not have is not documented; one that it can't have tells. It
            # comes first, for an answer that is too short lacks its end.
            others = (self if later else self.filtered('doubtful'))._later_ids()
            return client.read_invoices([NO_INVOICE, *self.mapped('erp_id'), *others])
        return client.read_invoices_by_date(self._first_day(), fields.Datetime.now() + _DAY)

    def _first_day(self):
        """From when on the portal may have these documents, whichever database sent them. A day more on either side, for its
        clock may be another."""
        moments = [document.first_sent_at or document.create_date for document in self]
        for document in self.sudo():
            source = document._source()
            day = source and source._vatportal_day()
            moments += [source.create_date] if source else []
            moments += [datetime.combine(day, time())] if day else []
        # Of none, for all have gone with another process meanwhile, nothing has to be found.
        return min(moments, default=fields.Datetime.now()) - _DAY

    def _facts(self, **known):
        """What is known of this document, for :mod:`settlement`; ``known``: fields of :class:`settlement_facts.Invoice`."""
        self.ensure_one()
        since = fields.Datetime.now() - (self.last_sent_at or self.create_date)
        return Invoice(
            **{
                'erp_id': self.erp_id,
                'rejected': self.state == 'rejected',
                'doubtful': self.doubtful,
                'shown': self.shown,
                'since_sent': since.total_seconds(),
                'resends': self.resend_count,
                **known,
            }
        )

    def _take_appeared(self, numbers):
        """Say of rejected documents that the portal has after all, if without a number, that they are there, and have those
        that were to be signed removed there; so with what it did not let go of before. What was to be there, and was not shown
        for a day, is given back.

        :return: whether ``numbers`` do not tell, for this portal names any ERP id that it is asked for
        """
        reading = read_as(numbers)
        shown = self.filtered(lambda doc: doc.state == 'imported' and not doc.shown and reading.shows(doc.erp_id))
        shown._settle(lambda documents: documents.sudo().write({'shown': True}))
        facts = [document._facts(pending=False, due=document._is_removed_now(), imported=document._is_taken_for_there()) for document in self]
        verdicts = settlement.looked_up(facts, reading)
        for verdict, change in {
            Verdict.APPEARED: lambda documents: documents._set_appeared(),
            Verdict.REMOVE: lambda documents: documents._queue_removal(self.env._('The portal had kept it, unsigned.')),
            Verdict.NEVER_SHOWN: lambda documents: documents._set_never_shown(),
        }.items():
            self.filtered(lambda doc, verdict=verdict: (verdicts or {}).get(doc.erp_id) == verdict)._settle(change)
        return verdicts is None

    def _set_appeared(self):
        """The portal has these rejected documents after all, without a number."""
        others = self._leave_move()
        self._set_state(
            'imported',
            portal_message=False,
            shown=True,
            message=self.env._(
                'The portal has this invoice after all, without a qaimə number. Sign it in VatPortal; or delete it from e-taxes here and send it again.'
            ),
        )
        # What was to be signed and was given back must not stay: as after any process that ended without a number.
        unsigned = self.filtered(lambda doc: doc._sending().sign)
        unsigned.sudo().write({'held_since': fields.Datetime.now()})
        unsigned._queue_removal(self.env._('It appeared at the portal, unsigned, after it was given back here.'))
        self._mark_doubles(others)

    def _is_taken_for_there(self):
        """Whether a document that went out from here of late counts as being at the portal, where nobody is removing it."""
        if self.state != 'imported' or not self.last_sent_at or self._open_deletions():
            return False
        # What is given back later would be looked for by nobody.
        return self.date > fields.Datetime.now() - timedelta(days=LOOK_DAYS)

    def _set_never_shown(self):
        self._reject(
            self.env._(
                'The portal took this invoice and has not shown it for a day, so it seems that it was not imported. Send it again: should '
                'the portal have it after all, it takes it only once.'
            ),
            doubtful=True,
        )

    def _set_held(self, sign):
        """The portal has these documents, without a number, and did not remove them.

        :param sign: whether they were to be signed; then they must not stay, and are removed as soon as it lets go of them
        """
        text = self.env._(
            'The portal has this invoice but no qaimə number for it, and does not let it be removed. Look for its ERP ID in '
            'VatPortal and sign or delete it there.'
        )
        if sign:
            again = self.env._('Its removal is tried again by itself for a day; once it is gone, it can be sent again.')
            text = f'{text} {again}'
        self._set_state('imported', message=text, held_since=sign and fields.Datetime.now())

    def _is_removed_now(self):
        """Whether the removal of a document that the portal did not let go of is to be tried now: ever more seldom."""
        if self.state != 'imported' or not self.held_since or self._open_deletions():
            return False
        since_held = (fields.Datetime.now() - self.held_since).total_seconds()
        tries = self.sudo().job_ids.filtered(lambda job: job.operation == 'delete' and job.started_at >= self.held_since)
        return removals.is_due(since_held, len(tries))

    def _queue_removal(self, reason):
        for user, documents in self.grouped(lambda doc: doc._sending().user_id).items():
            self.env['vatportal.job']._queue_deletion(documents, 'portal', reason, user=user)._wake()

    @api.model
    def _numbers_domain(self):
        """The documents whose numbers may come later: unsigned ones, and those whose fate stayed unclear."""
        since = fields.Datetime.now() - timedelta(days=LOOK_DAYS)
        return [
            ('direction', '=', 'outgoing'),
            '|',
            ('state', '=', 'imported'),
            '&',
            '&',
            ('state', '=', 'rejected'),
            ('doubtful', '=', True),
            ('date', '>', since),
        ]


def read_as(numbers):
    """``numbers``, ERP id → number as the portal names them, as :class:`settlement_facts.Reading`."""
    return Reading(frozenset(numbers), frozenset(erp_id for erp_id, number in numbers.items() if number != ''), NO_INVOICE in numbers)

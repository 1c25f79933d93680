from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ...vatportal import voen
from ...vatportal.erp_id import series_of
from ...vatportal.nearest import DayIndex
from ..states import FAR, FINAL_STATUSES, LIVE_STATES, NEAR

# Days of Baku begin and end at other moments than those of UTC.
DAY = timedelta(days=1)


class VatportalDocument(models.Model):
    """Documents of the sent folder that may be those of invoices which are sent, or were sent, from here as well: somebody
    entered them at e-taxes by hand. Before the sending a person is asked; afterwards both are marked."""

    _inherit = 'vatportal.document'

    other_move_ids = fields.Many2many(
        'account.move',
        'vatportal_document_other_rel',
        string='Not the Document of',
        readonly=True,
        copy=False,
        help='Invoices of which a person has said that this document is another one.',
    )
    double_id = fields.Many2one(
        'vatportal.document',
        string='May Be the Same as',
        readonly=True,
        copy=False,
        ondelete='set null',
        index='btree_not_null',
        help='Another document at e-taxes for the same buyer, with the same total, of about the same day.',
    )

    # ------------------------------------------------------------------ before the sending

    @api.model
    def _candidates_for(self, moves):
        """The documents without an invoice that may be that of each of ``moves``, which are about to be sent.

        :return: dict of invoice → documents, nearest first
        """
        moves = moves.filtered(lambda move: move.invoice_date and move._vatportal_total() is not None)
        return {move: found for group in moves.grouped('company_id').values() for move, found in self._candidates_of_company(group).items()}

    def _candidates_of_company(self, moves):
        """:meth:`_candidates_for` invoices of one company. Asked for by number, by buyer and day, and by what was proposed
        one after the other, for each has an index."""
        lone = Domain(
            [
                ('company_id', 'in', self._taxpayer_above(moves.company_id).ids),
                ('direction', '=', 'outgoing'),
                ('move_id', '=', False),
                ('is_foreign', '=', False),
                ('state', 'in', ('imported', 'registered')),
                ('status', 'not in', FINAL_STATUSES),
            ]
        )
        # The contact may be younger than the document, or one of several.
        of_buyers = Domain('buyer_vat', 'in', list({move._vatportal_buyer_voen() for move in moves} - {False}))
        of_partners = Domain('partner_id', 'any', [('commercial_partner_id', 'in', moves.commercial_partner_id.ids)])
        days = [fields.Datetime.to_datetime(day) for day in moves.mapped('invoice_date')]
        about = Domain('date', '>=', min(days) - NEAR - DAY) & Domain('date', '<=', max(days) + NEAR + DAY)
        ways = (
            self._of_series({move._vatportal_series() for move in moves}),
            Domain('proposed_move_ids', 'in', moves.ids),
            about & of_buyers,
            about & of_partners,
        )
        documents = self.sudo().union(*(self.sudo().search(lone & way) for way in ways)).filtered(lambda document: not document._source())
        documents -= documents._copies()
        by_key = defaultdict(set)
        for document in documents:
            for key in document._keys():
                by_key[key].add(document.id)
        return {move: documents.browse(sorted(set().union(*(by_key[key] for key in self._keys_of(move)))))._nearest_to(move) for move in moves}

    def _keys(self):
        """What an invoice must have one of for this document to be its; :meth:`_keys_of` an invoice are looked up among these, so that not
        each invoice is held against each document."""
        keys = {('partner', self.partner_id.commercial_partner_id.id), ('number', self.buyer_vat), ('series', series_of(self.erp_id or ''))}
        return keys | {('proposed', move_id) for move_id in self.proposed_move_ids.ids}

    def _keys_of(self, move):
        number = move._vatportal_buyer_voen()
        keys = {('partner', move.commercial_partner_id.id), ('series', move._vatportal_series()), ('proposed', move.id)}
        return keys | {('number', number)} if number else keys

    def _nearest_to(self, move):
        """Those of these documents that may be that of ``move``, nearest first."""
        found, total = {}, move._vatportal_total()
        for document in self:
            if move in document.other_move_ids:
                continue
            away = abs(document._baku_date() - move.invoice_date) if document.date else None
            # What went out from Odoo under its number is asked about, whatever it says.
            if document._went_as(move) or (
                away is not None
                and away <= (FAR if move in document.proposed_move_ids else NEAR)
                and document._is_to(move)
                and document._amount_to_pay() == total
                and document._may_be(move.move_type, move.vatportal_kind_id)
            ):
                found[document] = (NEAR if away is None else away, document.id)
        return self.browse([document.id for document in sorted(found, key=found.get)])

    def _is_to(self, move):
        """Whether this document is for the customer of ``move``, or was proposed for it."""
        return move in self.proposed_move_ids or self._is_of_buyer(move)

    def _is_of_buyer(self, move):
        """Whether the buyer is the customer of ``move``: of several contacts with one VÖEN e-taxes knows nothing."""
        return self.partner_id.commercial_partner_id == move.commercial_partner_id or bool(self.buyer_vat) and self.buyer_vat == move._vatportal_buyer_voen()

    def _buyer_keys(self):
        return [key for key in (self.partner_id.commercial_partner_id, self.buyer_vat) if key]

    def _went_as(self, move):
        """Whether this document went out from Odoo under the number of ``move``."""
        return bool(self.erp_id) and self.erp_id.startswith(move._vatportal_series())

    def _asked_by_number(self):
        """The invoices that a person is asked about because this document went out under their number; no other one is its
        invoice before that is answered."""
        return self.proposed_move_ids.filtered(lambda move: self._went_as(move) and move.state != 'cancel')

    def _copies(self):
        """Those of these documents that are here once more, with what they were made from: a branch sends, and its parent
        reads the folder of both."""
        if not self:
            return self
        companies = self._of_taxpayer(self.company_id)
        if len(companies) < 2:
            return self.browse()
        others = (
            self.sudo()
            .search([('company_id', 'in', companies.ids), ('direction', '=', 'outgoing'), ('qaime', 'in', self.filtered('qaime').mapped('qaime'))])
            .filtered(lambda other: other._source())
        )
        keys = {(self._taxpayer_key(other.company_id), other.qaime) for other in others}
        return self.filtered(lambda document: not document._source() and (self._taxpayer_key(document.company_id), document.qaime) in keys)

    def _say_other(self, move):
        """A person says that this document is not that of ``move``."""
        self.sudo().write({'other_move_ids': [Command.link(move.id)], 'proposed_move_ids': [Command.unlink(move.id)]})
        self.sudo()._message_log(body=self.env._('%(user)s: it is not the document of %(move)s.', user=self.env.user.name, move=move.display_name))

    # ------------------------------------------------------------------ after the sending

    def _suspect_doubles(self):
        """Mark those of these documents, without an invoice, that an invoice was sent for as well, and that one's. Marks of
        before stay as long as they are true."""
        lone = (self | self.double_id).filtered(lambda document: document._may_be_double() and document.date and not document._source())
        lone -= lone._copies()
        self.filtered(lambda document: document.double_id and not (document | document.double_id) & lone)._clear_double()
        if not lone:
            return
        days = lone.mapped('date')
        sent = self.search(
            [
                ('company_id', 'in', self._of_taxpayer(lone.company_id).ids),
                ('direction', '=', 'outgoing'),
                ('move_id', '!=', False),
                ('state', 'in', LIVE_STATES),
                ('status', 'not in', FINAL_STATUSES),
                # One of the two went out from Odoo.
                *([] if any(lone.mapped('erp_id')) else [('erp_id', '!=', False)]),
                ('buyer_vat', 'in', list(set(lone.mapped('buyer_vat')))),
                ('date', '>=', min(days) - NEAR),
                ('date', '<=', max(days) + NEAR),
            ]
        )
        keys = {company: self._taxpayer_key(company) for company in (sent | lone).company_id}
        alike = DayIndex(((keys[doc.company_id], doc.buyer_vat, doc._amount_to_pay()), doc.date, doc) for doc in sent)
        for document in lone:
            near = alike.nearest((keys[document.company_id], document.buyer_vat, document._amount_to_pay()), document.date, NEAR, 8)
            others = [
                other
                for _away, other in near
                if (document.erp_id or other.erp_id) and other.move_id not in document.other_move_ids and other.double_id in (document, document.browse())
            ]
            if document.double_id.move_id and document._went_as(document.double_id.move_id):
                continue  # whatever it says, and whatever else is like it: it was sent for the same invoice
            if others and document.double_id != others[0]:
                document._mark_double(others[0])
            elif not others and document.double_id:
                document._clear_double()

    def _suspect_rivals(self):
        """Where these documents were sent, and have their invoices: look whether any without one is the same."""
        for document in self.sudo().filtered(lambda doc: doc.direction == 'outgoing' and doc.move_id and doc.erp_id and doc.date):
            total = document.amount_total
            alike = Domain.OR(Domain('amount_total', '>=', sign * total - 0.01) & Domain('amount_total', '<=', sign * total + 0.01) for sign in (1, -1))
            rivals = self.sudo().search(
                alike
                & Domain(
                    [
                        ('company_id', 'in', self._of_taxpayer(document.company_id).ids),
                        ('direction', '=', 'outgoing'),
                        ('move_id', '=', False),
                        ('is_foreign', '=', False),
                        ('state', 'in', LIVE_STATES),
                        ('buyer_vat', '=', document.buyer_vat),
                        ('date', '>=', document.date - NEAR),
                        ('date', '<=', document.date + NEAR),
                    ]
                )
            )
            (rivals | document.double_id)._suspect_doubles()

    def _leave_move(self):
        """The portal has these documents after all. Where an invoice has got another document meanwhile, entered at e-taxes by hand
        for example, both are there: each stays what it is, and the two are to be marked.

        :return: dict of document that stands alone from now on → the invoice's other one
        """
        others = {}
        for document in self.filtered(lambda doc: doc.direction == 'outgoing' and doc.state not in LIVE_STATES):
            source = document._source().sudo()
            other = source and source._vatportal_live_document() - document
            if other:
                document.sudo()[source._vatportal_link] = False
                source._message_log(body=self.env._('%(number)s, which was sent for this invoice before, is at the portal after all.', number=document.name))
                others[document] = other
        return others

    def _mark_doubles(self, others):
        for document, other in others.items():
            document._mark_double(other)

    def _may_be_double(self):
        return self.state in LIVE_STATES and self.status not in FINAL_STATUSES

    def _mark_double(self, other):
        self._clear_double()
        self.sudo().double_id = other
        other.sudo().double_id = self
        (self | other).sudo()._follow_status()

    def _clear_double(self):
        pair = self.sudo() | self.sudo().double_id
        if pair.filtered('double_id'):
            pair.double_id = False
            pair._follow_status()

    def action_no_double(self):
        """A person has compared the two: they are different documents.

        :raises AccessError: for users who may not invoice
        """
        self.check_access('read')
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users can say that documents are different ones.'))
        for document in self.sudo().filtered('double_id'):
            pair = document | document.double_id
            for lone in pair.filtered(lambda one: not one.move_id):
                for move in pair.move_id:
                    lone.with_env(self.env)._say_other(move)
            document._clear_double()
        return True

    def _double_task(self):
        """(summary, what to do) where this document may stand at e-taxes twice; None where it may not."""
        if not self.double_id:
            return None
        names = {'number': self.qaime or self.name, 'other': self.double_id.qaime or self.double_id.name}
        return (
            self.env._('e-taxes: %(number)s and %(other)s may be the same', **names),
            self.env._(
                'Both are at e-taxes, for the same buyer, with the same total and of about the same day; one was sent from '
                'Odoo. Compare them. If they are the same, delete one of them; if not, press “They Are Different” on the '
                'document.'
            ),
        )


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_buyer_voen(self):
        """The VÖEN of the customer; False where it is none."""
        number = self._vatportal_voen_of(self.commercial_partner_id)
        return voen.is_voen(number) and number

    def _vatportal_buyer_keys(self):
        """The customer, and the VÖEN, of which documents for it have one; see :meth:`VatportalDocument._buyer_keys`."""
        return [key for key in (self.commercial_partner_id, self._vatportal_buyer_voen()) if key]

    def _vatportal_candidate_problems(self):
        """What may be at e-taxes already is not sent before a person has looked; dict of invoice → list of problems."""
        found = self.env['vatportal.document']._candidates_for(self._vatportal_asked_about())
        return {move: [move._vatportal_candidate_problem(documents[0])] for move, documents in found.items() if documents}

    def _vatportal_asked_about(self):
        """Those of these invoices of which it is asked whether they are at e-taxes already."""
        return self.filtered(lambda move: move.state == 'posted' and not move._vatportal_live_document())

    def _vatportal_candidate_problem(self, document):
        number = document.qaime or document.erp_id
        text = (
            self.env._(
                "VatPortal has %(number)s, sent from another database under this invoice's number, with another customer, date or "
                'total. Look for it there. Say whether it is this invoice: link them, or say that it is another one.',
                number=number,
            )
            if document._went_as(self)
            else self.env._(
                '%(number)s of %(day)s, for the same buyer and with the same total, is at e-taxes and has no invoice in Odoo. It may be '
                'this one. Say whether it is: link them, or say that it is another one.',
                number=number,
                day=format_date(self.env, document._baku_date()),
            )
        )
        return {**self._vatportal_problem(self.env._('At e-taxes Already?'), text, record=document.sudo(False)), 'candidate': document.id}

    def _vatportal_double_text(self, document):
        """What to say of a ``document`` that may stand at e-taxes twice; False of others."""
        return (
            document.double_id
            and self.env._(
                'e-taxes: %(number)s and %(other)s may be the same. Compare them there.',
                number=document.qaime or document.name,
                other=document.double_id.qaime or document.double_id.name,
            )
            or False
        )

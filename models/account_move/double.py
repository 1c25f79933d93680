from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain

from ...vatportal import voen
from ...vatportal.nearest import DayIndex
from ..states import FAR, FINAL_STATUSES, LIVE_STATES, NEAR


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
    def _candidates_for(self, move):
        """The documents without an invoice that may be that of ``move``, which is about to be sent; nearest first."""
        move.ensure_one()
        total, day = move._vatportal_total(), move.invoice_date
        if total is None or not day:
            return self.browse()
        companies = self._taxpayer_above(move.company_id)
        buyer = (
            Domain('partner_id.commercial_partner_id', '=', move.commercial_partner_id.id)
            | Domain('proposed_move_ids', 'in', move.ids)
            | Domain('erp_id', '=like', f'{move._vatportal_series()}%')
        )
        number = move._vatportal_voen_of(move.commercial_partner_id)
        if voen.is_voen(number):
            # The contact may be younger than the document, or one of several.
            buyer |= Domain('buyer_vat', '=', number)
        documents = (
            self.sudo()
            .search(
                buyer
                & Domain(
                    [
                        ('company_id', 'in', companies.ids),
                        ('direction', '=', 'outgoing'),
                        ('move_id', '=', False),
                        ('is_foreign', '=', False),
                        ('state', 'in', ('imported', 'registered')),
                        ('status', 'not in', FINAL_STATUSES),
                        ('other_move_ids', 'not in', move.ids),
                    ]
                )
            )
            .filtered(lambda document: not document._source())
        )
        documents -= documents._copies()
        away = {document: abs(document._baku_date() - day) for document in documents if document.date}
        # What went out from Odoo under its number is asked about, whatever it says.
        fitting = documents.filtered(lambda document: document._went_as(move))
        fitting |= documents.filtered(
            lambda document: (
                document in away
                and away[document] <= (FAR if move in document.proposed_move_ids else NEAR)
                and document._amount_to_pay() == total
                and document._may_be(move.move_type, move.vatportal_kind_id)
            )
        )
        return fitting.sorted(lambda document: (away.get(document, NEAR), document.id))

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
                ('erp_id', '!=', False),
                ('buyer_vat', 'in', list(set(lone.mapped('buyer_vat')))),
                ('date', '>=', min(days) - NEAR),
                ('date', '<=', max(days) + NEAR),
            ]
        )
        keys = {company: self._taxpayer_key(company) for company in (sent | lone).company_id}
        alike = DayIndex(((keys[doc.company_id], doc.buyer_vat, doc._amount_to_pay()), doc.date, doc) for doc in sent)
        for document in lone:
            near = alike.nearest((keys[document.company_id], document.buyer_vat, document._amount_to_pay()), document.date, NEAR, 8)
            others = [other for _away, other in near if other.move_id not in document.other_move_ids and other.double_id in (document, document.browse())]
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

    def _vatportal_candidate_problems(self):
        """What may be at e-taxes already is not sent before a person has looked."""
        if self.state != 'posted' or self._vatportal_live_document():
            return []
        return [self._vatportal_candidate_problem(document) for document in self.env['vatportal.document']._candidates_for(self)[:1]]

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
                day=f'{document._baku_date():%d.%m.%Y}',
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

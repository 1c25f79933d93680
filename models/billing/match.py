from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command, Domain

from ...vatportal import find_erp_ids, follows_from_document, qaime_number, voen
from ...vatportal.nearest import DayIndex
from ..states import ADJUSTMENTS, DEAD_STATES, FAR, FINAL_STATUSES, LIVE_STATES, NEAR, SALE_TYPES

PROPOSED = 8


class VatportalDocument(models.Model):
    """Documents of the sent folder find their invoice. Only what leaves no doubt is linked; the rest is proposed."""

    _inherit = 'vatportal.document'

    proposed_move_ids = fields.Many2many('account.move', 'vatportal_document_proposed_rel', string='Invoices That May Be Meant', readonly=True, copy=False)
    had_bill = fields.Boolean(readonly=True, copy=False, help='Its bill was deleted by a person; another one is not made by itself.')

    @api.model
    def _on_imported(self, created, changed):
        """What follows from an import; the importer calls it with the documents that are new or have changed.

        Works on thousands of documents at once: bills are left to the scheduled action.
        """
        created, changed = self._merge_numberless(created, changed)
        documents = (created | changed).sudo().filtered(lambda document: not document.is_foreign)
        documents._set_partners()
        documents = documents._settle_sent()
        documents.filtered(lambda document: document.direction == 'outgoing')._match_invoices()
        documents._request_wanted_bills()
        documents.filtered(lambda document: document.move_id or document.direction == 'outgoing')._follow_status()
        (created | changed).exists().sudo().filtered(lambda document: document.direction == 'outgoing' and not document.is_foreign)._suspect_doubles()
        for document in changed.sudo():
            document._complete_bill()

    def _note_lost_bills(self):
        """These documents lose their bills, if they have one: a person has thrown it away."""
        self.filtered(lambda document: document.direction == 'incoming' and document.move_id and not document.had_bill).had_bill = True

    def _request_wanted_bills(self):
        """Let the bills be made that the connector makes by itself; not those that a person has thrown away."""
        self.filtered(
            lambda document: (
                document.bill_state == 'to_bill'
                and not document.move_id
                and not document.had_bill
                and document.connector_id.auto_bill
                and document._baku_date() >= (document.connector_id.auto_bill_from or document._baku_date())
            )
        )._request_bills()

    # ------------------------------------------------------------------ matching

    def _match_invoices(self):
        """Link each of these documents of the sent folder with its invoice, or propose some; advances first, for those that
        settle them name them then."""
        advances = self.filtered('is_advance')
        for documents in filter(None, (advances, self - advances)):
            documents._match_each()

    def _match_each(self):
        for _company, documents in (
            self.filtered(
                lambda document: not document.move_id and document.direction == 'outgoing' and not document._is_missing() and document.state not in DEAD_STATES
            )
            .grouped('company_id')
            .items()
        ):
            documents -= documents._copies()
            rest = documents - documents._match_by_number()
            rest -= rest._match_by_erp_id()
            rest = rest.filtered(lambda document: document.status not in FINAL_STATUSES)
            (rest - rest._match_by_note())._match_by_total()
        for _company, documents in (
            self.filtered(lambda document: document.direction == 'outgoing' and not document.move_id and document.state == 'registered')
            .grouped('company_id')
            .items()
        ):
            documents._match_packaged()

    def _free_invoices(self, domain):
        """Invoices of the documents' company, and of its branches, that have no document at e-taxes yet."""
        taken = Domain('vatportal_document_ids', 'any', [('direction', '=', 'outgoing'), ('state', 'in', LIVE_STATES)])
        return self.env['account.move'].search(
            Domain('company_id', 'in', self._invoicing_companies().ids)
            & Domain('move_type', 'in', SALE_TYPES)
            & Domain('state', '!=', 'cancel')
            & ~taken
            & Domain(domain)
        )

    def _invoicing_companies(self):
        """The documents' company and those of its branches that invoice under its VÖEN."""
        company = self.company_id.sudo()
        branches = company.search([('id', 'child_of', company.ids), ('id', 'not in', company.ids)])
        own = voen.normalize(company.vat)
        return company + branches.filtered(lambda branch: voen.normalize(branch.vat) in ('', own))

    def _check_company(self, fnames=None):
        """A document is the company's that has the VÖEN; its invoice may be that of a branch."""
        names = set(self._fields if fnames is None else fnames)
        if {'company_id', 'company_ids'} & names:
            names = set(self._fields)
        # And so may be the advance that the invoice settles.
        for name in {'move_id', 'advance_id'} & names:
            strange = self.sudo().filtered(
                lambda document, name=name: document[name].company_id - document.company_id and document[name].company_id not in document._invoicing_companies()
            )
            super(VatportalDocument, strange)._check_company([name])
        return super()._check_company(names - {'move_id', 'advance_id', 'company_id'})

    def _match_by_number(self):
        """The qaimə number stands on the invoice: somebody typed it there, with or without a space.

        :return: the documents for which that tells something
        """
        found = self.browse()
        forms = {form for document in self for form in (document.qaime, document._payment_reference()) if form}
        forms |= {form.lower() for form in forms}
        if not forms:
            return found
        moves = self._free_invoices(Domain('ref', 'in', list(forms)) | Domain('payment_reference', 'in', list(forms)))
        by_number = defaultdict(self.env['account.move'].browse)
        for move in moves:
            for text in {qaime_number(move.ref), qaime_number(move.payment_reference)}:
                by_number[text] |= move
        for document in self.filtered(lambda document: document.qaime in by_number):
            meant = (by_number[document.qaime] - document.other_move_ids).filtered(document._can_be_of)
            if meant:
                document._link_or_propose(meant)
                found += document
        return found

    def _settle_sent(self):
        """Downloads that name the ERP id of a document of ours that waits for its number are that document: signed
        at the portal, by hand. They are merged; return the others."""
        rest = self
        for document, other in self._named_documents().items():
            if other.state in LIVE_STATES and not other.qaime and not document.is_mere_file:
                rest -= document
                other._set_number(document.qaime)
        return rest

    def _match_by_erp_id(self):
        """The text of the document names the ERP id under which an invoice was once sent. Return those for which that
        tells something."""
        found = self.browse()
        for document, other in self._named_documents().items():
            if other.move_id - document.other_move_ids and (other.state not in LIVE_STATES or document.is_mere_file):
                document._link_or_propose(other.move_id)
                found += document
        return found

    def _named_documents(self):
        """Return a dict of downloaded document → the one document whose ERP id its text names."""
        wanted = {}
        for document in self.filtered(lambda doc: doc.direction == 'outgoing' and not doc.erp_id and not doc.move_id):
            erp_ids = find_erp_ids(f'{document.main_info or ""} {document.add_info or ""}')
            if len(erp_ids) == 1:
                (wanted[document],) = erp_ids
        if not wanted:
            return {}
        known = self.search([('erp_id', 'in', list(wanted.values())), ('company_id', 'in', self.company_id.ids)])
        by_id = {(other.company_id, other.erp_id): other for other in known}
        found = {document: by_id.get((document.company_id, erp_id)) for document, erp_id in wanted.items()}
        return {document: other for document, other in found.items() if other}

    def _match_by_total(self):
        """VÖEN, total and about the same day, unique from either side."""
        dated = self.filtered(lambda document: document.date and (document.partner_id or document.buyer_vat))
        if not dated:
            return
        days = [document._baku_date() for document in dated]
        moves = self._free_invoices(
            [
                ('commercial_partner_id', 'in', dated._buyers().commercial_partner_id.ids),
                ('invoice_date', '>=', min(days) - FAR),
                ('invoice_date', '<=', max(days) + FAR),
            ]
        )
        candidates = _Candidates(moves)
        sure = {}
        for document in dated:
            only, proposed = candidates.of(document)
            sure[document] = only
            document._propose(proposed)
        claimed = defaultdict(list)
        for document, move in sure.items():
            claimed[move].append(document)
        twins = dated._twins()
        for move, documents in claimed.items():
            if move and len(documents) == 1 and not twins[documents[0]] and documents[0]._is_surely_of(move):
                documents[0]._link(move)

    def _is_surely_of(self, move):
        """Whether nothing speaks against ``move`` but that there may be others like it: this document did not go out from Odoo under
        the number of another one."""
        return not self._asked_by_number() - move and (not follows_from_document(self.erp_id or '') or self._went_as(move))

    def _twins(self):
        """Return a dict of document → whether another unmatched one of about the same day has the same buyer and total.

        The other one may have come before there was a contact with this VÖEN.
        """

        def key(document):
            return document.buyer_vat or document.partner_id, document._amount_to_pay()

        dates, numbers = self.mapped('date'), [number for number in set(self.mapped('buyer_vat')) if number]
        others = self.search(
            [
                ('company_id', 'in', self.company_id.ids),
                ('direction', '=', 'outgoing'),
                ('move_id', '=', False),
                '|',
                ('partner_id', 'in', self.partner_id.ids),
                ('buyer_vat', 'in', numbers),
                ('state', 'in', LIVE_STATES),
                ('status', 'not in', FINAL_STATUSES),
                ('date', '>=', min(dates) - 2 * NEAR),
                ('date', '<=', max(dates) + 2 * NEAR),
            ]
        )
        alike = DayIndex((key(other), other.date, other) for other in others if not other._source())
        return {document: any(other != document for _away, other in alike.nearest(key(document), document.date, 2 * NEAR, 2)) for document in self}

    def _may_be(self, move_type, kind):
        """Whether this document can have been issued for an entry of ``move_type`` that goes out as ``kind``.

        A credit note is none of what e-taxes calls an invoice: it must say itself that it goes out as this kind.
        """
        if kind and kind == self.kind_id:
            return True
        if move_type == 'out_invoice':
            return self.kind_id.code != 'returnInvoice'
        return move_type == 'out_refund' and self.kind_id.code in ADJUSTMENTS

    def _link_or_propose(self, moves):
        fitting = moves.filtered(
            lambda move: move.state == 'posted' and self._may_be(move.move_type, move.vatportal_kind_id) and not self._strange_move_text(move)
        )
        if len(fitting) == 1 and not fitting._vatportal_live_document() and not self.is_mere_file:
            self._link(fitting)
        else:
            self._propose(moves)

    def _propose(self, moves):
        day, asked = self._baku_date(), self._asked_by_number()
        others = moves - asked - self.other_move_ids
        nearest = asked | others.sorted(lambda move: abs((move.invoice_date or day) - day))[:PROPOSED]
        if nearest != self.proposed_move_ids:
            self.sudo().proposed_move_ids = [Command.set(nearest.ids)]

    def _link(self, move):
        """Make ``move`` the invoice, or the bill, of this document."""
        self.ensure_one()
        advance = move.sudo()._vatportal_advance_vals() if self.direction == 'outgoing' else {}
        # e-taxes does not tell which advance a document settles; the number that it names stays as it is.
        advance.pop('main_qaime', None)
        lines = move.sudo().invoice_line_ids
        if self.direction == 'incoming' and not any(line._vatportal_is_made() for line in lines):
            lines._vatportal_mark_other_file()
        vals = {
            **advance,
            'move_id': move.id,
            'proposed_move_ids': [Command.clear()],
            'bill_question': False,
            'partner_id': self.partner_id.id or move.commercial_partner_id.id,
        }
        with move._vatportal_following_documents():
            self.sudo().write(vals)
        move.sudo()._message_log(body=self.env._('Linked with the e-taxes document %s.', self.qaime or self.name))
        if move in self.other_move_ids:
            self.sudo().other_move_ids -= move
        self._clear_double()
        self._suspect_rivals()
        # A draft that was made for its file is not needed any more.
        (self.sudo().file_move_ids - move)._vatportal_existing_bills()
        if self.direction == 'outgoing' and self.state == 'registered' and self.qaime:
            move._vatportal_numbered()


class _Candidates:
    """The free invoices among which documents find theirs: looked up by buyer, total and day, for there may be
    thousands on either side."""

    def __init__(self, moves):
        self.none = moves.browse()
        entries = []
        for move in moves:
            group = (move.move_type, move.vatportal_kind_id)
            entries += [(buyer, group, move._vatportal_total(), move) for buyer in move._vatportal_buyer_keys()]
        self.groups = {group for _buyer, group, _total, _move in entries}
        self.alike = _index(entries)
        self.posted = _index(entry for entry in entries if entry[-1].state == 'posted')
        self.others = DayIndex(((buyer, group), move.invoice_date, move) for buyer, group, _total, move in entries)

    def of(self, document):
        """Return (the one invoice that is surely meant or none, those to be proposed)."""
        day, total, buyers = document._baku_date(), document._amount_to_pay(), document._buyer_keys()
        groups = [group for group in self.groups if document._may_be(*group)]
        keys = [(buyer, group, total) for buyer in buyers for group in groups]
        # Of which a person has said that they are not meant.
        denied = document.other_move_ids
        close = _nearest(self.posted, keys, day, NEAR, 2, denied)
        proposed = _nearest(self.alike, keys, day, FAR, PROPOSED, denied) or _nearest(
            self.others, [(buyer, group) for buyer in buyers for group in groups], day, NEAR, PROPOSED, denied
        )
        return close[0] if len(close) == 1 else self.none, self.none.union(*proposed)


def _index(entries):
    return DayIndex(((buyer, group, total), move.invoice_date, move) for buyer, group, total, move in entries)


def _nearest(index, keys, day, reach, limit, denied):
    """The nearest of several keys, nearest first, without those ``denied``; each once, though several keys lead to it."""
    found = {move: away for key in keys for away, move in index.nearest(key, day, reach, limit + len(denied)) if move not in denied}
    return sorted(found, key=found.get)[:limit]

import re
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from ..vatportal import qaime_number
from .document import LIVE_STATES
from .document_delete import FINAL_STATUSES

# How the ERP ids that we give out look, wherever e-taxes shows them.
_ERP_ID = re.compile(r'ODOO-[0-9]+-[0-9a-f]{8}')
SALE_TYPES = ('out_invoice', 'out_refund', 'in_refund')
# An invoice may be issued at e-taxes some days before or after its date in the books.
NEAR = timedelta(days=7)
# Farther away than this it is not even proposed.
FAR = timedelta(days=45)
PROPOSED = 8
# What a download knows better than we do.
_TAKEN_OVER = ('status', 'status_code', 'date', 'fingerprint', 'import_job_id', 'raw')


class VatportalDocument(models.Model):
    """Documents of the sent folder find their invoice. Only what leaves no doubt is linked; the rest is proposed."""

    _inherit = 'vatportal.document'

    proposed_move_ids = fields.Many2many(
        'account.move', 'vatportal_document_proposed_rel', string="Invoices That May Be Meant", readonly=True,
        copy=False)

    @api.model
    def _on_imported(self, created, changed):
        """What follows from an import; the importer calls it with the documents that are new or have changed.

        Works on thousands of documents at once: bills are left to the scheduled action.
        """
        documents = (created | changed).sudo().filtered(lambda document: not document.is_foreign)
        documents._set_partners()
        documents = documents._settle_sent()
        documents.filtered(lambda document: document.direction == 'outgoing')._match_invoices()
        documents._request_wanted_bills()
        documents.filtered('move_id')._follow_status()

    def _request_wanted_bills(self):
        self.filtered(lambda document: (
            document.bill_state == 'to_bill' and not document.move_id and document.connector_id.auto_bill
            and document._baku_date() >= (document.connector_id.auto_bill_from or document._baku_date())
        ))._request_bills()

    # ------------------------------------------------------------------ matching

    def _match_invoices(self):
        """Link each of these documents of the sent folder with its invoice, or propose some."""
        for _company, documents in self.filtered(
                lambda document: not document.move_id and document.direction == 'outgoing'
                and document.state not in ('rejected', 'deleted')).grouped('company_id').items():
            documents._match_by_number()
            documents.filtered(lambda document: not document.move_id)._match_by_erp_id()
            documents.filtered(
                lambda document: not document.move_id and document.status not in FINAL_STATUSES)._match_by_total()

    def _free_invoices(self, domain):
        """Invoices of the documents' company that have no document at e-taxes yet."""
        taken = Domain('vatportal_document_ids', 'any', [
            ('direction', '=', 'outgoing'), ('state', 'in', LIVE_STATES)])
        return self.env['account.move'].search(
            Domain('company_id', '=', self.company_id.id) & Domain('move_type', 'in', SALE_TYPES)
            & Domain('state', '!=', 'cancel') & ~taken & Domain(domain))

    def _match_by_number(self):
        """The qaimə number stands on the invoice: somebody typed it there, with or without a space."""
        forms = {form for document in self for form in (document.qaime, document._payment_reference()) if form}
        forms |= {form.lower() for form in forms}
        if not forms:
            return
        moves = self._free_invoices(
            Domain('ref', 'in', list(forms)) | Domain('payment_reference', 'in', list(forms)))
        by_number = defaultdict(self.env['account.move'].browse)
        for move in moves:
            for text in {qaime_number(move.ref), qaime_number(move.payment_reference)}:
                by_number[text] |= move
        for document in self.filtered('qaime'):
            document._link_or_propose(by_number.get(document.qaime, moves.browse()))

    def _settle_sent(self):
        """Downloads that name the ERP id of a document of ours that waits for its number are that document: signed
        at the portal, by hand. They are merged; return the others."""
        rest = self
        for document, other in self._named_documents().items():
            if other.state in LIVE_STATES and not other.qaime:
                rest -= document
                other._set_number(document.qaime)
        return rest

    def _match_by_erp_id(self):
        """The text of the document names the ERP id under which an invoice was once sent."""
        for document, other in self._named_documents().items():
            if other.move_id and other.state not in LIVE_STATES:
                document._link_or_propose(other.move_id)

    def _named_documents(self):
        """Return a dict of downloaded document → the one document whose ERP id its text names."""
        wanted = {}
        for document in self.filtered(lambda doc: doc.direction == 'outgoing' and not doc.erp_id and not doc.move_id):
            erp_ids = set(_ERP_ID.findall(f'{document.main_info or ""} {document.add_info or ""}'))
            if len(erp_ids) == 1:
                wanted[document] = erp_ids.pop()
        if not wanted:
            return {}
        known = self.search([('erp_id', 'in', list(wanted.values())), ('company_id', 'in', self.company_id.ids)])
        by_id = {(other.company_id, other.erp_id): other for other in known}
        found = {document: by_id.get((document.company_id, erp_id)) for document, erp_id in wanted.items()}
        return {document: other for document, other in found.items() if other}

    def _match_by_total(self):
        """VÖEN, total and about the same day, unique from either side."""
        dated = self.filtered(lambda document: document.date and document.partner_id)
        if not dated:
            return
        days = [document._baku_date() for document in dated]
        moves = self._free_invoices([
            ('commercial_partner_id', 'in', dated.partner_id.commercial_partner_id.ids),
            ('invoice_date', '>=', min(days) - FAR), ('invoice_date', '<=', max(days) + FAR)])
        by_partner = moves.grouped('commercial_partner_id')
        totals = {move: move._vatportal_total() for move in moves}
        sure = {}
        for document in dated:
            day, types, total = document._baku_date(), document._invoice_types(), document._amount_to_pay()
            theirs = [
                (abs(move.invoice_date - day), move)
                for move in by_partner.get(document.partner_id.commercial_partner_id, ()) if move.move_type in types]
            same = [(away, move) for away, move in theirs if totals[move] == total and away <= FAR]
            close = [move for away, move in same if away <= NEAR and move.state == 'posted']
            sure[document] = close[0] if len(close) == 1 else moves.browse()
            document._propose(moves.union(*(
                move for _away, move in same or [pair for pair in theirs if pair[0] <= NEAR])))
        claimed = defaultdict(list)
        for document, move in sure.items():
            claimed[move].append(document)
        twins = dated._twins()
        for move, documents in claimed.items():
            if move and len(documents) == 1 and not twins[documents[0]]:
                documents[0]._link(move)

    def _twins(self):
        """Return a dict of document → whether another unmatched one of about the same day has the same partner and
        total."""
        dates = self.mapped('date')
        others = self.search([
            ('company_id', 'in', self.company_id.ids), ('direction', '=', 'outgoing'), ('move_id', '=', False),
            ('partner_id', 'in', self.partner_id.ids), ('state', 'in', LIVE_STATES), ('status', 'not in', FINAL_STATUSES),
            ('date', '>=', min(dates) - 2 * NEAR), ('date', '<=', max(dates) + 2 * NEAR)])
        alike = others.grouped(lambda document: (document.partner_id, document._amount_to_pay()))
        return {document: any(
            other != document and abs(other.date - document.date) <= 2 * NEAR
            for other in alike.get((document.partner_id, document._amount_to_pay()), ())) for document in self}

    def _invoice_types(self):
        """What in Odoo can be behind a document that we issued: we return goods with a vendor credit note."""
        if self.kind_id.code == 'returnInvoice':
            return ('in_refund',)
        return ('out_invoice', 'out_refund')

    def _link_or_propose(self, moves):
        fitting = moves.filtered(lambda move: move.state == 'posted' and move.move_type in self._invoice_types())
        if len(fitting) == 1 and not self._live_documents(fitting):
            self._link(fitting)
        elif moves:
            self._propose(moves)

    def _live_documents(self, move):
        return move.sudo().vatportal_document_ids.filtered(
            lambda document: document.direction == 'outgoing' and document.state in LIVE_STATES)

    def _propose(self, moves):
        day = self._baku_date()
        nearest = moves.sorted(lambda move: abs((move.invoice_date or day) - day))[:PROPOSED]
        if nearest != self.proposed_move_ids:
            self.sudo().proposed_move_ids = [Command.set(nearest.ids)]

    def _link(self, move):
        """Make ``move`` the invoice, or the bill, of this document."""
        self.ensure_one()
        self.sudo().write({
            'move_id': move.id, 'proposed_move_ids': [Command.clear()], 'bill_question': False,
            'partner_id': self.partner_id.id or move.commercial_partner_id.id})
        move.sudo()._message_log(body=self.env._("Linked with the e-taxes document %s.", self.qaime or self.name))

    # ------------------------------------------------------------------ a person confirms

    def action_link_move(self, move_id):
        """Link this document with the invoice or bill ``move_id``, as a person says."""
        self.ensure_one()
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._("Only invoicing users can link documents."))
        self.check_access('read')
        move = self.env['account.move'].browse(move_id).exists()
        move.check_access('write')
        problem = self._link_problem(move)
        if problem:
            raise UserError(problem)
        self._link(move)
        self.sudo()._follow_status()
        return move._vatportal_open()

    def _link_problem(self, move):
        """What stands against linking this document with ``move``; False for nothing."""
        _ = self.env._
        if len(move) != 1 or move.company_id != self.company_id:
            return _("Choose an invoice of %s.", self.company_id.name)
        if self.is_foreign:
            return _("%s is not the company's document.", self.display_name)
        if self.move_id and self.move_id != move and self.move_id.state != 'cancel':
            return _("%(name)s belongs to %(move)s.", name=self.display_name, move=self.move_id.display_name)
        if self.direction == 'outgoing':
            if move.move_type not in SALE_TYPES:
                return _("%s can't be an invoice that you sent.", move.display_name)
            if self._live_documents(move) - self:
                return _("%s has another document at e-taxes.", move.display_name)
        elif move.move_type not in ('in_invoice', 'in_refund', 'in_receipt', 'out_refund'):
            return _("%s can't be the bill of a received document.", move.display_name)
        elif move.sudo().vatportal_bill_document_id not in (self, self.browse()):
            return _("%s is the bill of another document.", move.display_name)
        return False

    # ------------------------------------------------------------------ one record for one document

    def _set_number(self, qaime):
        """A download may have brought the document before the portal told us its number: it is the same one."""
        self.ensure_one()
        self._absorb_download(qaime_number(qaime))
        return super()._set_number(qaime)

    def _absorb_download(self, number):
        twin = self.sudo().search([
            ('company_id', '=', self.company_id.id), ('direction', '=', self.direction), ('qaime', '=', number),
            ('id', '!=', self.id), ('erp_id', '=', False)])
        if not twin:
            return
        known = twin.read(list(_TAKEN_OVER), load=False)[0]
        if twin.move_id and twin.move_id != self.move_id:
            twin.move_id._message_log(body=self.env._(
                "The e-taxes document %(number)s was taken off: it belongs to %(move)s.",
                number=number, move=self.move_id.display_name))
        twin._set_state('deleted', qaime=False, move_id=False)
        twin.flush_recordset()
        twin.unlink()
        self.sudo().write({name: known[name] for name in _TAKEN_OVER if known[name]})

import logging
from decimal import ROUND_HALF_UP, Decimal

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, RedirectWarning, UserError
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.misc import split_every

from ..vatportal import qaime_number, serie_number
from .amounts import decimal
from .document_delete import FINAL_STATUSES
from .portal_values import clean

_logger = logging.getLogger(__name__)

BAKU = pytz.timezone('Asia/Baku')
QEPIK = Decimal('0.01')
# A difference of this size between lines and total is rounding; a larger one is for a person to look at.
ROUNDING_LIMIT = Decimal('0.05')
# More bills than this are made by the scheduled action.
AT_ONCE = 50
BATCH = 20


class BillQuestion(UserError):
    """A bill can't be made without a person's word: which vendor, which booking, or whether it exists already."""


class VatportalDocument(models.Model):
    """From a received document to a draft bill."""

    _inherit = 'vatportal.document'

    bill_state = fields.Selection(
        [('none', "No bill"), ('to_bill', "To bill"), ('billed', "Billed"), ('ask', "Question"),
         ('ignored', "No bill wanted")],
        string="Bill", compute='_compute_bill_state', store=True, index=True,
        help="No bill: the kind, or the status, asks for none.\n"
             "To bill: a bill can be made.\n"
             "Billed: its bill exists.\n"
             "Question: a person has to decide something first.\n"
             "No bill wanted: a person decided so.")
    bill_question = fields.Text(readonly=True, copy=False)
    bill_ignored = fields.Boolean(readonly=True, copy=False)
    bill_requested = fields.Boolean(
        readonly=True, copy=False, index=True, help="The scheduled action makes the bill.")
    bill_notes = fields.Json(readonly=True, copy=False, help="What was noticed when the bill was made.")
    bill_partner_chosen = fields.Boolean(
        readonly=True, copy=False, help="A person chose the partner among several with this VÖEN.")
    amount_differs = fields.Boolean(
        compute='_compute_amount_differs', store=True,
        help="The total of the invoice or bill is not that of the document.")
    amount_difference = fields.Float(
        string="Difference", digits=(16, 2), compute='_compute_amount_differs', store=True,
        help="Total of the invoice or bill less that of the document, in AZN.")

    _one_bill = models.UniqueIndex(
        "(move_id) WHERE move_id IS NOT NULL AND direction = 'incoming'", "This bill belongs to another document.")

    @api.depends('direction', 'is_foreign', 'status', 'state', 'kind_id.booking', 'bill_ignored', 'bill_question',
                 'move_id.state')
    def _compute_bill_state(self):
        for document in self:
            document.bill_state = document._get_bill_state()

    def _get_bill_state(self):
        if self.direction != 'incoming' or self.is_foreign:
            return 'none'
        if self.move_id and self.move_id.state != 'cancel':
            return 'billed'
        if self.status in FINAL_STATUSES or self.state == 'deleted':
            return 'none'
        if self.bill_ignored:
            return 'ignored'
        if self.kind_id.booking == 'none':
            return 'none'
        return 'ask' if self.bill_question or not self.kind_id.booking else 'to_bill'

    @api.depends('amount_total', 'state', 'status', 'move_id.state', 'move_id.amount_total',
                 'move_id.amount_total_signed', 'move_id.currency_id')
    def _compute_amount_differs(self):
        for document in self:
            move = document.move_id
            total = move and move._vatportal_total()
            dead = document.state in ('rejected', 'deleted') or document.status in FINAL_STATUSES
            if not move or move.state == 'cancel' or dead or total is None:
                document.amount_difference = 0.0
            else:
                document.amount_difference = float(total - document._amount_to_pay())
            document.amount_differs = bool(document.amount_difference)

    def _amount_to_pay(self):
        """The document's total in whole qəpik."""
        return decimal(self.amount_total).quantize(QEPIK, ROUND_HALF_UP)

    # ------------------------------------------------------------------ buttons

    def action_create_bills(self):
        """Make the draft bills of these documents; more than a few are left to the scheduled action."""
        self._check_can_bill()
        documents = self.filtered(lambda document: document.bill_state in ('to_bill', 'ask'))
        billed = self.filtered(lambda document: document.bill_state == 'billed')
        if billed and not documents:
            return billed.move_id._vatportal_open()  # a second click, or a colleague was faster
        if not documents:
            raise UserError(self.env._(
                "There is no bill to be made: these documents have one already, are of a kind that is not billed, or "
                "were cancelled."))
        if len(documents) > AT_ONCE:
            documents._request_bills()
            return self._bill_notification(self.env._(
                "%s bills are being made. They appear among the bills one after the other.", len(documents)))
        if len(documents) == 1 and documents.bill_state == 'ask':
            return documents.action_bill_wizard()
        bills = documents._make_bills()
        asked = documents.filtered(lambda document: document.bill_state == 'ask')
        if len(documents) == 1 and asked:
            return asked.action_bill_wizard()
        if not bills:
            return self._bill_notification(self.env._(
                "No bill could be made: each of the documents has a question. Open it to answer."), 'warning')
        return bills._vatportal_open()

    def action_bill_wizard(self):
        """Open the dialog in which a person says what Odoo can't know: the vendor, the invoice, the booking."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'vatportal.bill.wizard', 'view_mode': 'form',
            'target': 'new', 'name': self.display_name, 'context': {'default_document_id': self.id},
        }

    def action_ignore_bill(self):
        """No bill is wanted of these documents."""
        self._check_can_bill()
        self.sudo().write({'bill_ignored': True, 'bill_requested': False})

    def action_want_bill(self):
        """Take back :meth:`action_ignore_bill`."""
        self._check_can_bill()
        self.sudo().write({'bill_ignored': False, 'bill_question': False})

    def _check_can_bill(self):
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._("Only invoicing users can make bills."))
        self.check_access('read')

    def _bill_notification(self, message, kind='info'):
        return {'type': 'ir.actions.client', 'tag': 'display_notification',
                'params': {'type': kind, 'message': message, 'next': {'type': 'ir.actions.act_window_close'}}}

    # ------------------------------------------------------------------ by itself

    def _request_bills(self):
        """Let the scheduled action make the bills of these documents."""
        if self:
            self.sudo().write({'bill_requested': True})
            self.env.ref('l10n_az_vatportal.cron_bill')._trigger()

    @api.model
    def _cron_make_bills(self):
        """Scheduled action: make the bills that were asked for, a few per transaction."""
        waiting = self.search([('bill_requested', '=', True)], order='date, id')
        self.env['ir.cron']._commit_progress(remaining=len(waiting))
        for ids in split_every(BATCH, waiting.ids):
            documents = self.browse(ids)
            documents.filtered(lambda document: document.bill_state == 'to_bill')._make_bills()
            documents.write({'bill_requested': False})
            if not self.env['ir.cron']._commit_progress(len(ids)):
                break

    def _make_bills(self):
        """Make a draft bill of each document, or write on it what stands against that; return the bills."""
        bills = self.env['account.move']
        for document in self:
            try:
                with self.env.cr.savepoint():
                    bills += document._make_bill()
            except (ConcurrencyError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                raise
            except (UserError, RedirectWarning) as error:
                document.sudo().bill_question = str(error)
            except Exception:
                _logger.exception("VatPortal: no bill could be made of document %s", document.id)
                document.sudo().bill_question = self.env._(
                    "The bill could not be made for a reason that is not ours to tell; the server's log has it.")
        return bills

    # ------------------------------------------------------------------ one bill

    def _make_bill(self, partner=None, booking=None, duplicates=False):
        """Make the draft bill, or return the one that exists.

        :param partner: a person's choice of the vendor; without it the VÖEN decides
        :param booking: a person's choice where the kind leaves it open
        :param duplicates: a person has seen that a bill with this number exists, and wants another
        :raises BillQuestion: when a person must decide
        :raises UserError: when something is missing in the configuration
        """
        self.ensure_one()
        document = self.with_company(self.company_id)
        if not document.sudo().try_lock_for_update():
            raise UserError(self.env._("Somebody else is making the bill of %s at this moment.", self.display_name))
        document.invalidate_recordset(['move_id', 'bill_state'])
        if document.bill_state == 'billed':
            return document.move_id
        if document.bill_state == 'none' and not booking:
            raise UserError(self.env._("%s is not billed: see its kind and status.", self.display_name))
        move_type = document.kind_id._bill_move_type(booking)
        if not move_type:
            raise BillQuestion(self.env._(
                "Documents of the kind “%s” are booked case by case: say how.", document.kind_id.display_name or '?'))
        existing = document._bills_with_number()
        if existing and not duplicates:
            raise BillQuestion(self.env._(
                "%s bears this number already. Link the document to it, or make another one.",
                ', '.join(existing.mapped('display_name'))))
        partner = partner or document._find_vendor()
        move, notes = document._create_bill(move_type, partner)
        document.sudo().write({
            'move_id': move.id, 'partner_id': partner.id, 'bill_question': False, 'bill_requested': False,
            'bill_notes': notes, 'bill_ignored': False})
        document._log_bill(move, notes)
        return move

    def _create_bill(self, move_type, partner):
        """Return (draft move, notes about it)."""
        move = self.with_context(vatportal_billing=True)._new_bill(self._bill_header(move_type, partner))
        with move._get_edi_creation() as move:
            commands, notes = self._bill_line_commands(move)
            move.invoice_line_ids = commands
        if move.invoice_date and move.invoice_date_due and move.invoice_date_due < move.invoice_date:
            # Without payment terms Odoo puts its own today there, which Baku's may be ahead of.
            move.invoice_date_due = move.invoice_date
        difference = self._amount_to_pay() - move._vatportal_total()
        if difference and abs(difference) <= ROUNDING_LIMIT:
            with move._get_edi_creation() as move:
                move.invoice_line_ids = [Command.create(self._rounding_line(difference))]
            notes.append({'level': 'info', 'text': self.env._(
                "%s AZN of rounding make the bill's total that of the document.", difference)})
        elif difference:
            notes.append({'level': 'warning', 'text': self.env._(
                "The lines of the document add up to %(lines)s AZN, but its total is %(total)s AZN.",
                lines=move._vatportal_total(), total=self._amount_to_pay())})
        return move.with_context(vatportal_billing=False), notes

    def _new_bill(self, vals):
        return self.env['account.move'].create(vals)

    def _bill_header(self, move_type, partner):
        connector = self.connector_id or self.env['vatportal.connector']._default_for(self.company_id)
        notes = [text for text in (self.main_info, self.add_info) if text]
        vals = {
            'move_type': move_type,
            'partner_id': partner.id,
            'currency_id': self.currency_id.id,
            'invoice_date': self._baku_date(),
            'ref': self.qaime,
            # Payment orders quote series and number of the qaimə (Tax Code, article 16.11.1).
            'payment_reference': self._payment_reference(),
            'narration': Markup().join(Markup("<p>%s</p>") % text for text in notes),
        }
        if move_type.startswith('in_') and connector.bill_journal_id:
            vals['journal_id'] = connector.bill_journal_id.id
        if self.env.user == self.env.ref('base.user_root'):
            vals['invoice_user_id'] = connector.responsible_id.id
        return vals

    def _baku_date(self):
        """The day on which the document was made, where it was made."""
        return pytz.utc.localize(self.date).astimezone(BAKU).date() if self.date else fields.Date.context_today(self)

    def _payment_reference(self):
        try:
            return serie_number(self.qaime)
        except ValueError:
            return self.qaime

    def _rounding_line(self, difference):
        connector = self.connector_id or self.env['vatportal.connector']._default_for(self.company_id)
        return {
            'name': self.env._("Rounding"), 'quantity': 1, 'price_unit': float(difference), 'sequence': 9999,
            'tax_ids': [Command.clear()], 'is_imported': True,
            **({'account_id': connector.rounding_account_id.id} if connector.rounding_account_id else {})}

    def _log_bill(self, move, notes):
        items = Markup().join(Markup("<li>%s</li>") % note['text'] for note in notes)
        move._message_log(body=Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._("Made of the e-taxes document %s.", self.qaime or ''), items))
        self.sudo()._message_log(body=self.env._("A draft was made of it: %s", move.display_name))

    # ------------------------------------------------------------------ duplicates

    def _bills_with_number(self):
        """Bills, of whatever origin, that bear this document's number; spaces and case don't count."""
        if not self.qaime:
            return self.env['account.move']
        move_type = self.kind_id._bill_move_type()
        types = ('out_refund',) if move_type == 'out_refund' else ('in_invoice', 'in_refund', 'in_receipt')
        # The number's own digits narrow it down; what people type around them is settled below.
        candidates = self.env['account.move'].search([
            ('company_id', '=', self.company_id.id), ('move_type', 'in', types), ('state', '!=', 'cancel'),
            '|', ('ref', 'ilike', self.qaime[-8:]), ('payment_reference', 'ilike', self.qaime[-8:])])
        return candidates.filtered(lambda move: not move.sudo().vatportal_bill_document_id and any(
            self.qaime in qaime_number(clean(text or '')) for text in (move.ref, move.payment_reference)))

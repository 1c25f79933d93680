from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...vatportal import voen
from ..amounts import in_qepik
from ..states import DEAD_STATES, FINAL_STATUSES

# More bills than this are made by the scheduled action.
AT_ONCE = 50


class BillQuestion(UserError):
    """A bill can't be made without a person's word: which vendor, which booking, or whether it exists already."""


class OpenQuestion(BillQuestion):
    """One that is put anew whenever somebody reads what is open; see :meth:`VatportalDocument._all_questions`."""


class VatportalDocument(models.Model):
    """Which received documents become bills, and what people say to that."""

    _inherit = 'vatportal.document'

    bill_state = fields.Selection(
        [('none', 'No bill'), ('to_bill', 'To bill'), ('billed', 'Billed'), ('ask', 'Question'), ('ignored', 'No bill wanted')],
        string='Bill',
        compute='_compute_bill_state',
        store=True,
        index=True,
        help='No bill: the kind, or the status, asks for none.\n'
        'To bill: a bill can be made.\n'
        'Billed: its bill exists.\n'
        'Question: a person has to decide something first.\n'
        'No bill wanted: a person decided so.',
    )
    bill_question = fields.Text(readonly=True, copy=False)
    bill_question_open = fields.Boolean(readonly=True, copy=False, help='What was asked is put anew whenever it is read, as long as it is open.')
    bill_ask = fields.Text(string='Question', compute='_compute_bill_ask', help='What a person has to decide before a bill can be made.')
    bill_ignored = fields.Boolean(readonly=True, copy=False)
    bill_company_id = fields.Many2one(
        'res.company', string='Branch', readonly=True, copy=False, help="The branch under the company's VÖEN that took the document in: the bill is made there."
    )
    bill_notes = fields.Json(readonly=True, copy=False, help='What was noticed when the bill was made.')
    bill_partner_chosen = fields.Boolean(readonly=True, copy=False, help='A person chose the partner among several with this VÖEN.')
    amount_differs = fields.Boolean(
        compute='_compute_amount_differs', store=True, help='The total of the invoice or bill, or the VAT of the bill, is not that of the document.'
    )
    amount_difference = fields.Float(
        string='Difference',
        digits=(16, 2),
        compute='_compute_amount_differs',
        store=True,
        help='Total of the invoice or bill less that of the document, in AZN.',
    )

    _one_bill = models.UniqueIndex("(move_id) WHERE move_id IS NOT NULL AND direction = 'incoming'", 'This bill belongs to another document.')

    @api.depends(
        'direction',
        'is_foreign',
        'status',
        'state',
        'kind_id.booking',
        'bill_ignored',
        'bill_question',
        'move_id.state',
        'amount_total',
        'amount_vat',
        'fingerprint',
        'seller_vat',
        'buyer_vat',
        'missing_since',
    )
    def _compute_bill_state(self):
        for document in self:
            document.bill_state = document._get_bill_state()

    def _bill_company(self):
        return self.bill_company_id or self.company_id

    def _get_bill_state(self):
        if self.direction != 'incoming' or self.is_foreign or self._is_to_oneself():
            return 'none'
        if self.move_id and self.move_id.state != 'cancel':
            return 'billed'
        if self.status in FINAL_STATUSES or self.state == 'deleted':
            return 'none'
        if self.bill_ignored:
            return 'ignored'
        booking = self._booking()
        if booking == 'none':
            return 'none'
        asks = self.bill_question or not booking or self._has_new_status() or self._is_missing()
        return 'ask' if asks else 'to_bill'

    def _booking(self):
        """What the kind says of this document: ``bill``, ``refund`` or ``none``; False where a person decides."""
        booking = self.kind_id.booking
        if booking == 'amount':
            return False if self.amount_total or self.amount_vat else 'none'
        return booking

    @api.depends('bill_state', 'bill_question', 'bill_question_open', 'kind_id', 'status_code', 'line_ids.quantity', 'missing_since')
    @api.depends_context('lang', 'uid', 'allowed_company_ids', 'vatportal_for_all')
    def _compute_bill_ask(self):
        for document in self:
            document.bill_ask = document.bill_state == 'ask' and document._all_questions()

    def _all_questions(self):
        """All that a person has to say at once, for the answer makes the bill."""
        # Where nobody has tried to make the bill yet, nothing is written on the document; and what is, is one of several things at most, in
        # the language of whoever tried.
        written = not self.bill_question_open and self.bill_question
        texts = (written, self._kind_question(), self._status_question(), *self._elsewhere_texts(), *self._booked_questions())
        open_texts = dict.fromkeys(text for text in (*texts, self._quantity_question()) if text)
        return '\n'.join(open_texts) or self.env._('Its bill can be made now; try again.')

    def _kind_question(self):
        """What a person has to say because of the document's kind; False for nothing."""
        return not self._booking() and self.env._('Documents of the kind “%s” are booked case by case: say how.', self.kind_id.display_name or '?')

    def _has_new_status(self):
        """Whether e-taxes says of this document what nobody here understands, or nothing. A file says nothing ever."""
        return self.status == 'unknown' or bool(self.fingerprint and not self.status)

    def _status_question(self):
        """What a person has to say because of the document's status, or for want of one; False for nothing."""
        if self._is_missing():
            return self._missing_text()
        return self._has_new_status() and self.env._(
            'The status of this document at e-taxes, “%s”, is not known here. Look at e-taxes.gov.az whether the document '
            'is in force, then make its bill, or say that none is wanted.',
            self.status_code or '–',
        )

    @api.depends(
        'amount_total',
        'amount_vat',
        'bill_notes',
        'state',
        'status',
        'advance_id',
        'kind_id.booking',
        'move_id.state',
        'move_id.move_type',
        'move_id.reversal_move_ids.state',
        'move_id.reversal_move_ids.vatportal_kind_id',
        'move_id.reversal_move_ids.vatportal_bill_document_id',
    )
    def _compute_amount_differs(self):
        self.mapped('lowering_move_ids')  # what was there is compared with what is: asked for all at once
        for document in self:
            move = document.move_id
            total = move and move._vatportal_total()
            dead = document.state in DEAD_STATES or document.status in FINAL_STATUSES
            # Where nothing remains to be paid, the portal shows the advance's total.
            only_settles = document.advance_id and total == 0
            if not move or move.state == 'cancel' or dead or total is None or only_settles:
                document.amount_difference = 0.0
                document.amount_differs = document.lowering_move_ids = False
            else:
                document.lowering_move_ids = document._lowering()
                document.amount_difference = float(document._lowered_total() - document._amount_to_pay())
                document.amount_differs = bool(document.amount_difference or document._vat_difference())

    def _amount_to_pay(self, move_type=None):
        """The document's total in whole qəpik, with the sign that it has on an entry of ``move_type`` (that of its
        entry, if there is one)."""
        return self._to_book('amount_total', move_type)

    def _to_book(self, name, move_type=None):
        """The amount ``name`` as :meth:`_amount_to_pay` gives the total."""
        amount = in_qepik(self[name])
        return -amount if self._is_turned(move_type) else amount

    def _vat_to_book(self):
        """The VAT, in AZN, that stands among the taxes of this document's bill: all that is no part of its prices."""
        # A bill that was made of the document says itself what VAT its prices hold, however the company was taxed then.
        move, inside = self.sudo().move_id, self._vat_in_prices()
        if self._connector().taxation == 'simplified' and not move.invoice_line_ids.vatportal_line_id:
            return Decimal(0)
        # Prices that were corrected since hold all of it, as they held that of before.
        if inside and not move._vatportal_vat_items() and self._lowered_total() == self._amount_to_pay():
            return Decimal(0)
        return self._to_book('amount_vat') - inside

    def _vat_in_prices(self):
        """The VAT, in AZN, that was put into the prices of this document's bill as it was made."""
        return sum((Decimal(note['vat']) for note in self.bill_notes or () if 'vat' in note), Decimal(0))

    def _vat_difference(self):
        """The VAT of the bill, less what credit notes take off it, less that of the document, in AZN."""
        if self.direction != 'incoming' or not self.move_id:
            return Decimal(0)
        return self.move_id._vatportal_vat() - self._lowered_by(lambda credit: credit._vatportal_vat()) - self._vat_to_book()

    def _is_turned(self, move_type=None):
        """Whether the document's amounts have the other sign on an entry of ``move_type``: it says with minus signs what a credit
        note says without, or one of both takes back what the other one charges."""
        move_type = move_type or self.move_id.move_type or self.kind_id._bill_move_type() or ''
        return move_type.endswith('refund') if self.amount_total < 0 else self._is_contrary(move_type)

    def _is_contrary(self, move_type):
        """Whether this document, received, surely charges what an entry of ``move_type`` takes back, or the other way round."""
        booking = self.direction == 'incoming' and bool(move_type) and self.kind_id._sure_booking()
        return bool(booking) and (booking == 'refund') != move_type.endswith('refund')

    # ------------------------------------------------------------------ buttons

    def action_create_bills(self):
        """Make the draft bills of these documents; more than a few are left to the scheduled action. What became of those
        without a new bill is said."""
        self._check_can_bill()
        documents = self.filtered(lambda document: document.bill_state in ('to_bill', 'ask'))
        billed = self.filtered(lambda document: document.bill_state == 'billed')
        if billed and not documents:
            # A second click, or a colleague was faster.
            return (self - billed)._beside(billed.move_id._vatportal_open())
        if not documents:
            raise UserError(
                self.env._('There is no bill to be made: these documents have one already, are of a kind that is not billed, or were cancelled.')
                + '\n'
                + self._unbilled_text()
            )
        if len(documents) > AT_ONCE:
            documents._request_bills()
            return (self - documents)._beside({'type': 'ir.actions.act_window_close'}, documents._requested_text(), 'info')
        if len(documents) == 1 and documents.bill_state == 'ask' and not documents.bill_retry_at and documents == self:
            return documents.action_bill_wizard()
        bills = documents._make_bills()
        if len(self) == 1 and documents.bill_state == 'ask':
            return documents.action_bill_wizard()
        left = self.filtered(lambda document: document.move_id not in bills)
        if not bills:
            return left._beside(
                {'type': 'ir.actions.act_window_close'}, self.env._('No bill could be made: each of the documents has a question. Open it to answer.')
            )
        return left._beside(bills._vatportal_open(), self.env._('%(made)s of %(all)s bills were made.', made=len(bills), all=len(self)))

    def action_bill_wizard(self):
        """Open the dialog in which a person says what Odoo can't know: the vendor, the invoice, the booking."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'vatportal.bill.wizard',
            'view_mode': 'form',
            'target': 'new',
            'name': self.display_name,
            'context': {'default_document_id': self.id},
        }

    def action_ignore_bill(self):
        """No bill is wanted of these documents."""
        self._check_can_bill()
        documents = self.filtered(lambda document: document.bill_state in ('to_bill', 'ask'))
        if not documents:
            raise UserError(self.env._('None of these documents waits for a bill.'))
        documents.sudo().write({'bill_ignored': True, 'bill_requested': False, 'bill_retry_at': False})
        return True

    def action_rebuild_bill(self):
        """Take over into the draft bill what the document says now."""
        self.ensure_one()
        self._check_can_bill()
        return self.move_id.action_vatportal_rebuild_bill()

    def action_want_bill(self):
        """Take back :meth:`action_ignore_bill`."""
        self._check_can_bill()
        self.sudo().write({'bill_ignored': False, 'bill_question': False, 'bill_retry_at': False})
        return True

    def _check_can_bill(self):
        if not self.env.user.has_group('account.group_account_invoice'):
            raise AccessError(self.env._('Only invoicing users can make bills.'))
        self.check_access('read')

    # ------------------------------------------------------------------ duplicates

    def _bills_that_may_be_meant(self):
        """Bills of which a person may say that they are this document's."""
        of_files = self._may_be_same().filtered(lambda other: other._is_billed()).move_id._filtered_access('read')
        vendors = self._known_vendors()
        meant = (self._bills_with_number(vendors) | self._filled_drafts() | self._bills_alike(vendors))._filtered_access('read').filtered(self._can_be_of)
        return (meant | of_files) - self.other_move_ids

    def _bills_with_number(self, vendors=None, companies=None):
        """Bills, of whatever origin, that bear this document's number, however it was typed: all of it, or its last eight
        digits on a bill of the same vendor, or of one whose VÖEN nobody has entered.

        :param vendors: those of :meth:`_known_vendors`, where they are known
        :param companies: where to look; without it where the document can be linked with them
        """
        if not self.qaime:
            return self.env['account.move']
        vendors = self._known_vendors() if vendors is None else vendors
        # What people type between its digits is settled below.
        moves = (
            self.env['account.move']
            .sudo()
            .search(
                Domain('company_id', 'in', (self._invoicing_companies() if companies is None else companies).ids)
                & Domain('state', '!=', 'cancel')
                & Domain('move_type', 'in', self._entry_types())
                & Domain('vatportal_bill_document_id', '=', False)
                & (_typed_like(self.qaime[-8:]) | Domain('commercial_partner_id', 'in', vendors.ids) & _typed_like('%'.join(self.qaime[-8:])))
            )
        )
        return (
            moves.filtered(
                lambda move: move._vatportal_bears(
                    self.qaime, in_full=not (move.commercial_partner_id in vendors or not voen.is_voen(move.commercial_partner_id._vatportal_voen()))
                )
            )
            .sudo(False)
            .with_env(self.env)
        )


def _typed_like(digits):
    return Domain.OR(Domain(name, 'ilike', digits) for name in ('ref', 'payment_reference', 'name'))

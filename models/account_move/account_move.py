from odoo import api, fields, models
from odoo.fields import Domain

from ..document.status import ACTIVITY
from ..states import INVOICE_KINDS, LIVE_STATES, SALE_TYPES
from .credits import CHARGES
from .due import SAYS_SOMETHING

# What AccountMove._vatportal_is_issued_here() is true of.
ISSUED = Domain('vatportal_bill_document_id', '=', False) & (
    Domain('move_type', '=', 'out_invoice') | Domain('move_type', 'in', ('out_refund', 'in_refund')) & Domain('vatportal_kind_id', '!=', False)
)


class AccountMove(models.Model):
    _name = 'account.move'
    _inherit = ['account.move', 'vatportal.source']

    _vatportal_link = 'move_id'
    _vatportal_owner_fields = ('company_id', 'journal_id')
    # Proposals that a form sends back with what it was shown, so that what a person chose is told from them.
    _vatportal_given_fields = ('vatportal_kind_proposed_id', 'vatportal_main_info_proposed', 'vatportal_advance_found_id', 'vatportal_advance_amount_proposed')

    vatportal_kind_id = fields.Many2one(
        'vatportal.kind',
        string='e-taxes Kind',
        compute='_compute_vatportal_kind_id',
        store=True,
        readonly=False,
        domain=INVOICE_KINDS,
        copy=False,
        help='Chosen by the rules of the VatPortal connector; another one can be set here.',
    )
    vatportal_kind_proposed_id = fields.Many2one(
        'vatportal.kind',
        compute='_compute_vatportal_kind_id',
        store=True,
        copy=False,
        help='What the rules proposed last; a kind that differs, or is missing, was chosen by a person.',
        string='Proposed Kind of e-Invoice',
    )
    vatportal_document_ids = fields.One2many('vatportal.document', 'move_id', string='e-taxes Documents')
    vatportal_main_info = fields.Char(
        string='Main Note',
        compute='_compute_vatportal_main_info',
        store=True,
        readonly=False,
        copy=False,
        help='The main note of the electronic invoice: contract, order or reference, with its date.',
    )
    vatportal_main_info_proposed = fields.Char(
        compute='_compute_vatportal_main_info',
        store=True,
        copy=False,
        help='What the connector proposed last; a main note that differs was written by a person.',
        string='Proposed Main Note',
    )
    vatportal_signed_total = fields.Float(
        string='Total, AZN', digits=(16, 2), compute='_compute_vatportal_signed_total', help='Returns and credit notes are less than nothing.'
    )

    # ------------------------------------------------------------------ computed fields

    @api.depends('move_type', 'journal_id', 'fiscal_position_id', 'company_id')
    def _compute_vatportal_kind_id(self):
        connectors = {}
        for move in self:
            company, kind, proposed = move.company_id, move.vatportal_kind_id, move.vatportal_kind_proposed_id
            if company not in connectors:
                connectors[company] = self.env['vatportal.connector']._default_for(company).sudo()
            connector = connectors[company]
            if move.move_type not in SALE_TYPES:
                kind = proposed = False
            elif kind == proposed:
                # Without a connector yet, its rules decide once there is one.
                kind = proposed = connector._kind_for(move) if connector else False
            move.vatportal_kind_id, move.vatportal_kind_proposed_id = kind, proposed

    @api.depends('name', 'invoice_date', 'ref', 'invoice_origin', 'company_id')
    def _compute_vatportal_main_info(self):
        connectors = {}
        for move in self:
            company, note, proposed = move.company_id, move.vatportal_main_info, move.vatportal_main_info_proposed
            if company not in connectors:
                connectors[company] = self.env['vatportal.connector']._default_for(company)
            written = (note or '').strip() and note != proposed
            if connectors[company] and move.is_invoice() and not written and move.sudo().vatportal_document_id.state not in LIVE_STATES:
                note = proposed = (
                    connectors[company]
                    .sudo()
                    ._format_main_info(
                        number=move.name if move.name != '/' else '',
                        date=move.invoice_date.strftime('%d.%m.%Y') if move.invoice_date else '',
                        reference=move.ref or '',
                        origin=move.invoice_origin or '',
                    )
                )
            move.vatportal_main_info, move.vatportal_main_info_proposed = note, proposed

    @api.depends('state', 'move_type', 'vatportal_kind_id', 'vatportal_bill_document_id')
    def _compute_vatportal_can_send(self):
        return super()._compute_vatportal_can_send()

    def _vatportal_can_be_sent(self):
        return self.state == 'posted' and self._vatportal_is_issued_here()

    def _vatportal_amount(self, connector):
        return abs(self.amount_total_signed) - self.vatportal_outside

    @api.depends('amount_total_signed', 'vatportal_outside', 'vatportal_kind_id', 'move_type')
    def _compute_vatportal_signed_total(self):
        for move in self:
            move.vatportal_signed_total = move._vatportal_signed_amount(False)

    def _vatportal_signed_amount(self, connector):
        # EXTENDS vatportal.source
        amount = self._vatportal_amount(connector)
        return -amount if self.vatportal_kind_id._takes_back(self.move_type) else amount

    def _vatportal_is_issued_here(self):
        """Whether the company itself issues this invoice at e-taxes: customer invoices, and whatever else has
        got a kind by rule or by hand (a vendor credit note returns goods to their seller)."""
        self.ensure_one()
        if self.vatportal_bill_document_id:
            return False  # what was made of a received document is e-taxes' already
        return self.move_type == 'out_invoice' or (self.move_type in ('out_refund', 'in_refund') and bool(self.vatportal_kind_id))

    @api.depends(
        'move_type',
        'payment_state',
        'reversed_entry_id.state',
        'reversed_entry_id.vatportal_package_date',
        'reversed_entry_id.vatportal_state',
        'reversed_entry_id.vatportal_status',
        'reversed_entry_id.vatportal_bill_document_id.status',
        'amount_total',
        'vatportal_advance_id',
        'vatportal_kind_id',
        'vatportal_package_date',
        'vatportal_bill_document_id.shown_status',
    )
    def _compute_vatportal_shown_status(self):
        super()._compute_vatportal_shown_status()
        # Whether a credit note takes something back depends on its document, too, and on that of what takes it back.
        posted = self.sudo().filtered(lambda move: move.id and move.state == 'posted')
        credits = posted.filtered(lambda move: move.move_type in ('out_refund', 'in_refund'))
        again = posted.filtered(lambda move: move.move_type in CHARGES and move.reversed_entry_id)
        # What names a credit note follows it by itself, and goes on with what that one took back: not in a circle.
        taken_back = credits._vatportal_entries_taken_back() - credits.reversal_move_ids | again._vatportal_all_taken_back()
        (taken_back - posted)._vatportal_renew_of_credits()
        taken_back._vatportal_renew_amounts()

    def _vatportal_is_unsent(self):
        # EXTENDS vatportal.source
        return self.state != 'cancel' and super()._vatportal_is_unsent() and self._vatportal_says_something()

    @api.model
    def _vatportal_unsent_domain(self, domain):
        # EXTENDS vatportal.source
        found = domain & ISSUED & SAYS_SOMETHING & Domain('state', '!=', 'cancel')
        return found & Domain('id', 'not in', self._vatportal_reversed_in_full(found).ids)

    # ------------------------------------------------------------------ banner

    @api.depends(
        # What e-taxes says of the document.
        'vatportal_state',
        'vatportal_is_being_deleted',
        'vatportal_document_id.message',
        'vatportal_document_id.portal_message',
        'vatportal_document_id.missing_since',
        'vatportal_document_id.status',
        'vatportal_document_id.amount_difference',
        'vatportal_document_id.source_name',
        'vatportal_document_id.kind_refused',
        'vatportal_document_id.can_delete',
        'name',
        'state',
        'payment_state',
        'vatportal_kind_id',
        'vatportal_package_date',
        # What was reversed, and what stands in its place.
        'vatportal_replaced_id.vatportal_document_id.state',
        'vatportal_replacing_ids.state',
        'reversal_move_ids.state',
        'reversal_move_ids.vatportal_document_id.state',
        # The document of a bill, and the units of its lines.
        'vatportal_bill_document_id.amount_differs',
        'vatportal_bill_document_id.amount_difference',
        'vatportal_bill_document_id.amount_vat',
        'vatportal_bill_document_id.status',
        'vatportal_bill_document_id.bill_notes',
        'vatportal_bill_document_id.missing_since',
        'vatportal_bill_document_id.date',
        'vatportal_bill_document_id.bill_day',
        'invoice_date',
        'commercial_partner_id',
        'amount_tax',
        'auto_post',
        'vatportal_file_document_id.bill_ask',
        'invoice_line_ids.product_uom_id',
        'invoice_line_ids.product_id',
        'invoice_line_ids.quantity',
    )
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _get_alerts(self):
        # EXTENDS account
        alerts = super()._get_alerts()
        if not self._vatportal_is_concerned():
            return alerts
        ours = {
            **self._vatportal_alerts(),
            **self._vatportal_bill_alerts(),
            **self._vatportal_unit_alerts(),
            **self._vatportal_renamed_alerts(),
            **self._vatportal_replaced_alerts(),
            **self._vatportal_kind_alerts(),
            **self._vatportal_deleted_alerts(),
            **self._vatportal_file_alerts(),
            **self._vatportal_waiting_alerts(),
            **self._vatportal_package_alerts(),
        }
        return {**alerts, **self._vatportal_usable(ours)}

    def _vatportal_is_concerned(self):
        """Whether anything but the invoice itself can make an alert: read with it, for most invoices have nothing of e-taxes."""
        return self._vatportal_has_documents() or bool(self.vatportal_file_document_id or self.vatportal_replaced_id or self.vatportal_package_date)

    def _vatportal_has_documents(self):
        # EXTENDS vatportal.source
        return super()._vatportal_has_documents() or bool(self.vatportal_bill_document_id)

    def _vatportal_deleted_alerts(self):
        if self.vatportal_state != 'deleted' or self.state != 'posted' or self.vatportal_is_being_deleted:
            return {}
        document = self.sudo().vatportal_document_id
        number = self.vatportal_qaime or document.erp_id
        text = (
            self.env._('e-taxes: %s was deleted. The invoice can be reset to draft, corrected and sent anew.', number)
            if not document._is_ended_otherwise()
            else self.env._(
                'e-taxes: %(number)s is no longer in force (%(status)s). The invoice can be reset to draft, corrected and sent anew.',
                number=number,
                status=document.status_label,
            )
        )
        return {'vatportal_deleted': {'level': 'info', 'message': text}}

    # ------------------------------------------------------------------ guards

    def button_draft(self):
        self._vatportal_check_may_write()
        self._vatportal_guard_draft()
        self.action_vatportal_no_mail()
        return super().button_draft()

    def button_cancel(self):
        self._vatportal_check_may_write()
        self._vatportal_guard()
        self.action_vatportal_no_mail()
        result = super().button_cancel()
        self.sudo().activity_feedback([ACTIVITY], feedback=self.env._('Cancelled'))
        return result

    @api.depends('vatportal_can_send')
    def _compute_highlight_send_button(self):
        # EXTENDS account: the customer's copy is better sent once it has its qaimə number
        super()._compute_highlight_send_button()
        self.filtered('vatportal_can_send').highlight_send_button = False

    @api.depends('vatportal_locked', 'vatportal_to_correct')
    def _compute_show_reset_to_draft_button(self):
        super()._compute_show_reset_to_draft_button()
        self.filtered(lambda move: move.vatportal_locked and not move.vatportal_to_correct).show_reset_to_draft_button = False

    def write(self, vals):
        if 'state' in vals:
            self._vatportal_check_may_write()
        if vals.get('state') == 'draft':
            self.filtered(lambda move: move.state == 'posted')._vatportal_guard_draft()
        elif vals.get('state') == 'cancel':
            self._vatportal_guard()
        other_advance = self._vatportal_of_other_advance(vals)
        # A credit note without a kind may lower the bill as its document was lowered.
        touched = {'invoice_line_ids', 'line_ids', 'vatportal_kind_id', 'state'} & vals.keys()
        lowered = self._vatportal_all_taken_back() if touched else self.browse()
        taken_back = self._vatportal_entries_taken_back() if 'state' in vals else self.browse()
        concerned = self | lowered | taken_back if touched else lowered
        with concerned._vatportal_following_amounts(own=self), taken_back._vatportal_following_ends():
            result = super().write(vals)
            if 'vatportal_kind_id' in vals:
                lowered._vatportal_renew_amounts()
            # No field tells the one entry of the state of another that is reconciled with it.
            taken_back.invalidate_recordset(['vatportal_bill_void'], flush=False)
            # Nor that of another one that takes back the same credit note: both may come to more than it does.
            again = taken_back.filtered(lambda move: move.move_type not in CHARGES).reversal_move_ids
            (taken_back | again)._vatportal_renew_of_credits()
        # As a form does.
        other_advance._onchange_vatportal_advance_id()
        return result

    def _post(self, soft=True):
        # EXTENDS account
        moves = self._vatportal_without_waiting()
        moves._vatportal_drop_strange_names()
        for move in moves.filtered('vatportal_document_id'):
            move._vatportal_check_buyer()
        moves._vatportal_put_on_payment()
        posted = super(AccountMove, moves)._post(soft)
        posted._vatportal_learn_bills()
        posted._vatportal_close_tasks()
        return posted

    def _vatportal_close_tasks(self):
        """Entries that come to their document's total again are nobody's task any more."""
        moves = self.filtered(lambda move: move._vatportal_has_documents() and move.activity_ids).sudo()
        moves.vatportal_bill_document_id.filtered(lambda document: not document.amount_differs)._follow_status()
        moves.vatportal_document_id.filtered(lambda document: document.state == 'registered')._follow_status()

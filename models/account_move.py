from odoo import api, fields, models

from .document import LIVE_STATES
from .kind import INVOICE_KINDS


class AccountMove(models.Model):
    _name = 'account.move'
    _inherit = ['account.move', 'vatportal.source']

    _vatportal_link = 'move_id'
    _vatportal_owner_fields = ('company_id', 'journal_id')
    # Proposals that a form sends back with what it was shown, so that what a person chose is told from them.
    _vatportal_given_fields = (
        'vatportal_kind_proposed_id', 'vatportal_main_info_proposed', 'vatportal_advance_found_id',
        'vatportal_advance_amount_proposed')

    vatportal_kind_id = fields.Many2one(
        'vatportal.kind', string="e-taxes Kind", compute='_compute_vatportal_kind_id', store=True, readonly=False,
        domain=INVOICE_KINDS, copy=False,
        help="Chosen by the rules of the VatPortal connector; another one can be set here.")
    vatportal_kind_proposed_id = fields.Many2one(
        'vatportal.kind', compute='_compute_vatportal_kind_id', store=True, copy=False,
        help="What the rules proposed last; a kind that differs, or is missing, was chosen by a person.")
    vatportal_document_ids = fields.One2many('vatportal.document', 'move_id', string="e-taxes Documents")
    vatportal_main_info = fields.Char(
        string="Main Note", compute='_compute_vatportal_main_info', store=True, readonly=False, copy=False,
        help="The main note of the electronic invoice: contract, order or reference, with its date.")
    vatportal_main_info_proposed = fields.Char(
        compute='_compute_vatportal_main_info', store=True, copy=False,
        help="What the connector proposed last; a main note that differs was written by a person.")

    # ------------------------------------------------------------------ computed fields

    @api.depends('move_type', 'journal_id', 'fiscal_position_id', 'company_id')
    def _compute_vatportal_kind_id(self):
        connectors = {}
        for move in self:
            company, kind, proposed = move.company_id, move.vatportal_kind_id, move.vatportal_kind_proposed_id
            if company not in connectors:
                connectors[company] = self.env['vatportal.connector']._default_for(company).sudo()
            connector = connectors[company]
            if move.move_type not in ('out_invoice', 'out_refund', 'in_refund'):
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
            if connectors[company] and move.is_invoice() and not written \
                    and move.sudo().vatportal_document_id.state not in LIVE_STATES:
                note = proposed = connectors[company].sudo()._format_main_info(
                    number=move.name if move.name != '/' else '',
                    date=move.invoice_date.strftime('%d.%m.%Y') if move.invoice_date else '',
                    reference=move.ref or '',
                    origin=move.invoice_origin or '')
            move.vatportal_main_info, move.vatportal_main_info_proposed = note, proposed

    @api.depends('state', 'move_type', 'vatportal_kind_id')
    def _compute_vatportal_can_send(self):
        return super()._compute_vatportal_can_send()

    def _vatportal_can_be_sent(self):
        return self.state == 'posted' and self._vatportal_is_issued_here()

    def _vatportal_amount(self, connector):
        return abs(self.amount_total_signed)

    def _vatportal_is_issued_here(self):
        """Whether the company itself issues this invoice at e-taxes: customer invoices, and whatever else has
        got a kind by rule or by hand (a vendor credit note returns goods to their seller)."""
        self.ensure_one()
        return self.move_type == 'out_invoice' or (
            self.move_type in ('out_refund', 'in_refund') and bool(self.vatportal_kind_id))

    # ------------------------------------------------------------------ banner

    @api.depends('vatportal_state', 'vatportal_is_being_deleted', 'vatportal_document_id.message',
                 'vatportal_document_id.portal_message', 'vatportal_document_id.missing_since')
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _get_alerts(self):
        # EXTENDS account
        return {**super()._get_alerts(), **self._vatportal_alerts()}

    # ------------------------------------------------------------------ guards

    def button_draft(self):
        self._vatportal_check_may_write()
        self._vatportal_guard_draft()
        return super().button_draft()

    def button_cancel(self):
        self._vatportal_check_may_write()
        self._vatportal_guard()
        return super().button_cancel()

    @api.depends('vatportal_can_send')
    def _compute_highlight_send_button(self):
        # EXTENDS account: the customer's copy is better sent once it has its qaimə number
        super()._compute_highlight_send_button()
        self.filtered('vatportal_can_send').highlight_send_button = False

    @api.depends('vatportal_locked')
    def _compute_show_reset_to_draft_button(self):
        super()._compute_show_reset_to_draft_button()
        self.filtered(
            lambda move: move.vatportal_locked and not move.vatportal_to_correct).show_reset_to_draft_button = False

    def write(self, vals):
        if 'state' in vals:
            self._vatportal_check_may_write()
        if vals.get('state') == 'draft':
            self.filtered(lambda move: move.state == 'posted')._vatportal_guard_draft()
        elif vals.get('state') == 'cancel':
            self._vatportal_guard()
        return super().write(vals)

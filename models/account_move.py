from odoo import api, fields, models
from odoo.exceptions import UserError

from .document import LIVE_STATES, PENDING_STATES

# Shown on the invoice: what its current document is doing, in the accountant's words.
MOVE_STATES = [
    ('none', "Not sent"),
    ('progress', "In progress"),
    ('pin', "Waiting for PIN"),
    ('unconfirmed', "Unconfirmed"),
    ('imported', "At the portal, not signed"),
    ('registered', "Registered"),
    ('rejected', "Rejected"),
    ('deleted', "Deleted"),
]
_DOCUMENT_STATES = {'queued': 'progress', 'processing': 'progress'}


class AccountMove(models.Model):
    _inherit = 'account.move'

    vatportal_kind_id = fields.Many2one(
        'vatportal.kind', string="e-taxes Kind", compute='_compute_vatportal_kind_id', store=True, readonly=False,
        domain="[('upload_type', '!=', False)]", copy=False,
        help="Chosen by the rules of the VatPortal connector; another one can be set here.")
    vatportal_document_ids = fields.One2many('vatportal.document', 'move_id', string="e-taxes Documents")
    vatportal_document_id = fields.Many2one(
        'vatportal.document', string="e-taxes Document", compute='_compute_vatportal_document_id', store=True,
        copy=False, index='btree_not_null')
    vatportal_state = fields.Selection(
        MOVE_STATES, string="e-taxes State", compute='_compute_vatportal_state', store=True, copy=False, index=True)
    vatportal_status = fields.Selection(
        string="e-taxes Status", related='vatportal_document_id.status', store=True, copy=False)
    vatportal_qaime = fields.Char(
        string="Qaimə Number", related='vatportal_document_id.qaime', store=True, copy=False, index='trigram')
    vatportal_main_info = fields.Char(
        string="Main Note", compute='_compute_vatportal_main_info', store=True, readonly=False, copy=False,
        help="The main note of the electronic invoice: contract, order or reference, with its date.")
    vatportal_main_info_proposed = fields.Char(
        compute='_compute_vatportal_main_info', store=True, copy=False,
        help="What the connector proposed last; a main note that differs was written by a person.")
    vatportal_add_info = fields.Char(string="Additional Note", copy=False)
    vatportal_transp_reg_number = fields.Char(string="Transport Registration Number", copy=False)
    vatportal_can_send = fields.Boolean(compute='_compute_vatportal_can_send')
    vatportal_document_count = fields.Integer(compute='_compute_vatportal_document_count')

    # ------------------------------------------------------------------ computed fields

    @api.depends('move_type', 'journal_id', 'fiscal_position_id', 'company_id')
    def _compute_vatportal_kind_id(self):
        connectors = {}
        for move in self:
            if move.move_type not in ('out_invoice', 'out_refund', 'in_refund'):
                move.vatportal_kind_id = False
                continue
            company = move.company_id
            if company not in connectors:
                connectors[company] = self.env['vatportal.connector']._default_for(company)
            connector = connectors[company].sudo()
            # Without a connector yet, the default rules decide once there is one.
            move.vatportal_kind_id = connector and connector._kind_for(move)

    @api.depends('vatportal_document_ids.state')
    def _compute_vatportal_document_id(self):
        for move in self:
            documents = move.sudo().vatportal_document_ids.filtered(
                lambda document: document.direction == 'outgoing' and document.id).sorted('id')
            live = documents.filtered(lambda document: document.state in LIVE_STATES)
            move.vatportal_document_id = (live or documents)[-1:]

    @api.depends('vatportal_document_id.state', 'vatportal_document_id.job_ids.waits_for_pin')
    def _compute_vatportal_state(self):
        for move in self:
            document = move.sudo().vatportal_document_id
            state = document.state or 'none'
            if state == 'processing' and any(document.job_ids.mapped('waits_for_pin')):
                state = 'pin'
            move.vatportal_state = _DOCUMENT_STATES.get(state, state)

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

    @api.depends('state', 'move_type', 'vatportal_state', 'vatportal_kind_id', 'company_id')
    def _compute_vatportal_can_send(self):
        connectors = {
            company: self.env['vatportal.connector']._default_for(company) for company in self.company_id}
        for move in self:
            move.vatportal_can_send = (
                move.state == 'posted'
                and move._vatportal_is_issued_here()
                and move.vatportal_state in ('none', 'rejected', 'deleted')
                and bool(connectors.get(move.company_id)))

    def _compute_vatportal_document_count(self):
        counts = dict(self.env['vatportal.document']._read_group(
            [('move_id', 'in', self.ids)], ['move_id'], ['__count']))
        for move in self:
            move.vatportal_document_count = counts.get(move, 0)

    def _vatportal_is_issued_here(self):
        """Whether the company itself issues this invoice at e-taxes: customer invoices, and whatever else has
        got a kind by rule or by hand (a vendor credit note returns goods to their seller)."""
        self.ensure_one()
        return self.move_type == 'out_invoice' or (
            self.move_type in ('out_refund', 'in_refund') and bool(self.vatportal_kind_id))

    # ------------------------------------------------------------------ buttons

    def action_vatportal_send(self):
        """Open the send wizard for these invoices; the header button, the list's action, and the way to try a
        rejected one again."""
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Send to e-taxes"),
            'res_model': 'vatportal.send.wizard',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_move_ids': [fields.Command.set(self.ids)], 'active_ids': self.ids,
                        'active_model': 'account.move'},
        }

    def action_vatportal_documents(self):
        """Open the e-taxes documents of this invoice."""
        self.ensure_one()
        action = {
            'type': 'ir.actions.act_window',
            'name': self.env._("e-taxes Documents"),
            'res_model': 'vatportal.document',
            'view_mode': 'list,form',
            'domain': [('move_id', '=', self.id)],
        }
        if len(self.vatportal_document_ids) == 1:
            action |= {'view_mode': 'form', 'res_id': self.vatportal_document_ids.id}
        return action

    def action_vatportal_follow(self):
        """Open the live view of the process that is sending this invoice."""
        self.ensure_one()
        return self.vatportal_document_id.action_open_job()

    # ------------------------------------------------------------------ banner

    @api.depends('vatportal_state', 'vatportal_document_id.message', 'vatportal_document_id.portal_message')
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _get_alerts(self):
        # EXTENDS account
        alerts = super()._get_alerts()
        document = self.vatportal_document_id
        if self.vatportal_state in ('progress', 'pin', 'unconfirmed'):
            text = {
                'progress': self.env._("e-taxes: this invoice is being sent."),
                'pin': self.env._("e-taxes: ASAN İmza waits for the PIN on the phone."),
                'unconfirmed': self.env._("e-taxes: the portal's answer was lost; it is being asked what it has. "
                                 "The invoice is not sent a second time."),
            }[self.vatportal_state]
            alerts['vatportal_progress'] = {
                'level': 'warning' if self.vatportal_state != 'progress' else 'info',
                'message': text,
                'action_text': self.env._("Follow"),
                'action_call': ('account.move', 'action_vatportal_follow', self.ids),
            }
        elif self.vatportal_state == 'rejected':
            said = document.portal_message
            alerts['vatportal_rejected'] = {
                'level': 'danger',
                'message': self.env._("e-taxes: %s", document.message or '')
                + (' ' + self.env._("The portal said: %s", said) if said else ''),
                'action_text': self.env._("Send again"),
                'action_call': ('account.move', 'action_vatportal_send', self.ids),
            }
        elif self.vatportal_state == 'imported':
            alerts['vatportal_imported'] = {
                'level': 'info',
                'message': document.message or self.env._(
                    "e-taxes: the invoice is at VatPortal and waits to be signed there. Its number is fetched "
                    "by itself."),
            }
        return alerts

    # ------------------------------------------------------------------ guards

    def _vatportal_guard(self):
        """:raises UserError: when one of the invoices lives, or may live, at the portal"""
        for move in self:
            document = move.sudo().vatportal_document_ids.filtered(
                lambda doc: doc.direction == 'outgoing' and doc.state in LIVE_STATES)[:1]
            if document.state in PENDING_STATES:
                raise UserError(self.env._(
                    "%s is being sent to e-taxes. Wait for the end of the process; then it can be deleted from "
                    "e-taxes if it must be changed.", move.display_name))
            if document:
                raise UserError(self.env._(
                    "%(name)s is at e-taxes (%(number)s). Delete it there first; then it can be changed here.",
                    name=move.display_name, number=document.qaime or document.erp_id))

    def button_draft(self):
        self._vatportal_guard()
        return super().button_draft()

    def button_cancel(self):
        self._vatportal_guard()
        return super().button_cancel()

    @api.depends('vatportal_can_send')
    def _compute_highlight_send_button(self):
        # EXTENDS account: the customer's copy is better sent once it has its qaimə number
        super()._compute_highlight_send_button()
        self.filtered('vatportal_can_send').highlight_send_button = False

    @api.depends('vatportal_state')
    def _compute_show_reset_to_draft_button(self):
        super()._compute_show_reset_to_draft_button()
        self.filtered(
            lambda move: move.vatportal_state in ('progress', 'pin', *LIVE_STATES)
        ).show_reset_to_draft_button = False

    def write(self, vals):
        if vals.get('state') in ('draft', 'cancel'):
            self.filtered(lambda move: move.state == 'posted')._vatportal_guard()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_etaxes(self):
        self._vatportal_guard()
        sent = self.filtered('vatportal_document_ids')
        if sent:
            raise UserError(self.env._(
                "%s was sent to e-taxes and stays as part of its history; cancel it instead.", sent[0].display_name))

    # ------------------------------------------------------------------ queueing

    def _vatportal_queue(self):
        """Queue what is ready of these invoices, for the scheduled action to send; return the errors of the rest.

        :return: dict of ``account.move`` → list of problems, see :meth:`_vatportal_problems`
        """
        refused = {}
        for company, moves in self.grouped('company_id').items():
            connector = self.env['vatportal.connector']._default_for(company)
            ready = self.browse()
            for move in moves:
                errors = [problem for problem in move._vatportal_problems(connector) if problem['level'] == 'error']
                if errors:
                    refused[move] = errors
                else:
                    ready += move
            if ready:
                self.env['vatportal.job']._queue(ready, connector, connector.sign_on_send)
                self.env.ref('l10n_az_vatportal.cron_advance')._trigger()
        return refused

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..vatportal import voen


class VatportalBillWizard(models.TransientModel):
    """What Odoo can't know about a document: whose it is, how it is booked, and which entry it belongs to."""

    _name = 'vatportal.bill.wizard'
    _description = 'Decide about an e-taxes document'
    _inherit = ['vatportal.guard']

    document_id = fields.Many2one('vatportal.document', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(related='document_id.company_id', related_sudo=False)
    entry_company_ids = fields.Many2many('res.company', compute='_compute_candidates', string='Companies of the Entry')
    entry_types = fields.Json(compute='_compute_candidates', export_string_translation=False)
    direction = fields.Selection(related='document_id.direction', related_sudo=False)
    question = fields.Text(related='document_id.bill_ask', related_sudo=False)
    date = fields.Datetime(related='document_id.date', related_sudo=False, string='Date of the Document')
    amount_total = fields.Float(related='document_id.amount_total', related_sudo=False, string='Total, AZN', digits=(16, 2))
    main_info = fields.Char(related='document_id.main_info', related_sudo=False)
    counterparty = fields.Char(compute='_compute_candidates', string='On the Document')
    asks_partner = fields.Boolean(compute='_compute_candidates')
    asks_booking = fields.Boolean(compute='_compute_candidates')
    candidate_ids = fields.Many2many('res.partner', compute='_compute_candidates')
    partner_id = fields.Many2one('res.partner', compute='_compute_choices', compute_sudo=False, store=True, readonly=False, check_company=True)
    booking = fields.Selection([('bill', 'Vendor bill'), ('refund', 'Credit note')], string='Book as')
    proposed_ids = fields.Many2many('account.move', compute='_compute_candidates', string='Entries That May Be Meant')
    move_id = fields.Many2one(
        'account.move',
        string='Existing Entry',
        compute='_compute_choices',
        compute_sudo=False,
        store=True,
        readonly=False,
        help='An entry that is in Odoo already and belongs to this document: it is linked with it, and none is made.',
        domain="[('company_id', 'in', entry_company_ids), ('state', '!=', 'cancel'), ('move_type', 'in', entry_types)]",
    )

    @api.depends('document_id')
    def _compute_candidates(self):
        for wizard in self:
            document = wizard.document_id
            if not document:
                wizard.counterparty = wizard.candidate_ids = wizard.proposed_ids = wizard.entry_company_ids = False
                wizard.asks_partner = wizard.asks_booking = wizard.entry_types = False
                continue
            number, name = document._counterparty()
            wizard.counterparty = f'{name} ({number})' if number else name
            wizard.candidate_ids = document._vendor_candidates()
            wizard.asks_partner = (
                len(wizard.candidate_ids) > 1
                or not voen.is_voen(number)
                or bool(not wizard.candidate_ids and (document._archived_vendors() or document._vendors_abroad()))
            )
            wizard.asks_booking = not document._booking()
            wizard.entry_types = document._entry_types()
            wizard.entry_company_ids = document._invoicing_companies().with_env(self.env).sudo(False)._filtered_access('read')
            meant = document._bills_that_may_be_meant() if document.direction == 'incoming' else document.proposed_move_ids
            # Of the user, also where a field is recomputed with more rights than theirs.
            wizard.proposed_ids = (document.proposed_move_ids | meant).sudo(False)._filtered_access('read')

    @api.depends('document_id')
    def _compute_choices(self):
        for wizard in self:
            wizard.move_id = wizard.proposed_ids if len(wizard.proposed_ids) == 1 else False
            wizard.partner_id = False

    def action_create(self):
        """Make the bill as the person has decided."""
        self.ensure_one()
        document = self.document_id
        document._check_can_bill()
        if self.asks_partner and not self.partner_id:
            raise UserError(self.env._('Choose the partner.'))
        if self.asks_booking and not self.booking:
            raise UserError(self.env._('Choose how the document is booked.'))
        partner = self.partner_id.commercial_partner_id if self.asks_partner else None
        if partner:
            self._take_partner(partner)
        return document._make_bill(partner, self.booking or None, duplicates=True)._vatportal_open()

    def _take_partner(self, partner):
        """:raises UserError: for a partner that is surely somebody else"""
        strange = self.document_id._strange_partner_text(partner)
        if strange:
            raise UserError(strange)
        if not partner.active:
            raise UserError(self.env._('%s is archived: take it out of the archive, or choose another partner.', partner.display_name))
        self.document_id.sudo().bill_partner_chosen = True

    def action_link(self):
        """Link the document with the entry that exists already."""
        self.ensure_one()
        if not self.move_id:
            raise UserError(self.env._('Choose the entry.'))
        return self.document_id.action_link_move(self.move_id.id)

    def action_ignore(self):
        """No bill is wanted."""
        self.ensure_one()
        self.document_id.action_ignore_bill()
        return {'type': 'ir.actions.act_window_close'}

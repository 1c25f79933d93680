from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import formatLang

from ..account_tax import BESIDE_VAT
from ..amounts import in_qepik
from ..states import FINAL_STATUSES

# So many notes are shown on the bill; all of them stand in its chatter.
NOTES_SHOWN = 5


class AccountMove(models.Model):
    """A bill, or a credit note, that was made of a received document."""

    _inherit = 'account.move'

    vatportal_bill_document_id = fields.Many2one(
        'vatportal.document', string='Received e-taxes Document', compute='_compute_vatportal_bill_document_id', store=True, copy=False, index='btree_not_null'
    )
    vatportal_bill_qaime = fields.Char(string='Qaimə', related='vatportal_bill_document_id.qaime')
    vatportal_bill_status = fields.Selection(related='vatportal_bill_document_id.status', string='Status at e-taxes')
    vatportal_bill_total = fields.Float(string='Total of the Document', related='vatportal_bill_document_id.amount_total', digits=(16, 2))
    vatportal_bill_difference = fields.Float(related='vatportal_bill_document_id.amount_difference')
    vatportal_hint = fields.Char(string='e-taxes Hint', compute='_compute_vatportal_hint')
    vatportal_bill_void = fields.Boolean(compute='_compute_vatportal_bill_void', search='_search_vatportal_bill_void', string='Bill No Longer Valid')

    @api.depends('vatportal_document_ids.direction')
    def _compute_vatportal_bill_document_id(self):
        for move in self:
            move.vatportal_bill_document_id = move.sudo().vatportal_document_ids.filtered(lambda document: document.direction == 'incoming' and document.id)[:1]

    def _vatportal_status_document(self):
        # EXTENDS vatportal.source: a bill shows what it was made of
        return self.vatportal_bill_document_id or super()._vatportal_status_document()

    @api.depends('vatportal_bill_document_id.qaime')
    def _compute_vatportal_qaime_search(self):
        return super()._compute_vatportal_qaime_search()

    @api.model
    def _vatportal_qaime_fields(self):
        # EXTENDS vatportal.source
        return (*super()._vatportal_qaime_fields(), 'vatportal_bill_qaime')

    @api.depends('vatportal_bill_document_id.hint', 'vatportal_document_id.hint')
    @api.depends_context('lang')
    def _compute_vatportal_hint(self):
        for move in self.sudo():
            move.vatportal_hint = (move.vatportal_bill_document_id or move.vatportal_document_id).hint

    @api.depends('vatportal_bill_document_id.status', 'state', 'payment_state', 'reversal_move_ids.state')
    def _compute_vatportal_bill_void(self):
        for move in self.sudo():
            # What was taken back in full stands no more than what is cancelled; of few it need be asked.
            gone = move.state != 'cancel' and move.vatportal_bill_document_id.status in FINAL_STATUSES
            move.vatportal_bill_void = gone and not move._vatportal_is_taken_back()

    @api.model
    def _search_vatportal_bill_void(self, operator, value):
        if operator != 'in':
            return NotImplemented
        gone = Domain('state', '!=', 'cancel') & Domain('vatportal_bill_document_id.status', 'in', FINAL_STATUSES)
        back = self._vatportal_reversed_in_full(gone)
        void = gone & Domain('id', 'not in', back.ids)
        return Domain.OR(void if asked else ~void for asked in value)

    @api.depends('vatportal_bill_document_id.can_refresh')
    def _compute_vatportal_can_refresh(self):
        return super()._compute_vatportal_can_refresh()

    def _vatportal_shown_document(self):
        return self.vatportal_bill_document_id | super()._vatportal_shown_document()

    def _vatportal_total(self):
        """What a qaimə of this entry comes to, in AZN, as Decimal, whatever the sign of the entry: its total without the taxes that
        stand on no qaimə; None where no amount of it is in AZN."""
        self.ensure_one()
        # By name: looking the currency up would be a query for each of thousands of invoices.
        if self.currency_id.name == 'AZN':
            total = self.amount_total - self.vatportal_outside_currency
        elif self.company_currency_id.name == 'AZN':
            total = self._vatportal_amount(False)
        else:
            return None
        return in_qepik(total)

    def _vatportal_mend_due_date(self):
        """Without payment terms Odoo puts its own today there, which Baku's may be ahead of."""
        if self.invoice_date and self.invoice_date_due and self.invoice_date_due < self.invoice_date:
            self.invoice_date_due = self.invoice_date

    def _vatportal_vat(self):
        """The VAT of an entry that has a total in AZN, as Decimal: all taxes but excise and road tax, for what a fiscal
        position puts in the place of VAT may have no category; what of it can't be deducted too."""
        lines = self._vatportal_vat_items()
        amount = 'amount_currency' if self.currency_id.name == 'AZN' else 'balance'
        return in_qepik(self.direction_sign * sum(lines.mapped(amount)))

    def _vatportal_vat_items(self):
        return self.line_ids.filtered(
            lambda line: line.display_type == 'non_deductible_tax' or line.tax_line_id and not line.tax_line_id._vatportal_categories() & BESIDE_VAT
        )

    # ------------------------------------------------------------------ buttons

    def _vatportal_open(self):
        """Return the action that shows these entries."""
        types = self.mapped('move_type')
        move_type = 'in_invoice' if 'in_invoice' in types else types[0]
        # The type is what makes Odoo show the columns of a bill, its vendor above all.
        action = {'type': 'ir.actions.act_window', 'res_model': 'account.move', 'name': self.env._('Bills'), 'context': {'default_move_type': move_type}}
        if len(self) == 1:
            # Odoo adds views to no action that is inside another, as beside a notification.
            return {**action, 'view_mode': 'form', 'views': [[False, 'form']], 'res_id': self.id}
        view = 'view_in_invoice_bill_tree' if move_type.startswith('in_') else 'view_invoice_tree'
        return {
            **action,
            'view_mode': 'list,form',
            'domain': [('id', 'in', self.ids)],
            'views': [[self.env.ref(f'account.{view}').id, 'list'], [False, 'form']],
        }

    def action_vatportal_bill_document(self):
        """Open the document of which this bill was made."""
        self.ensure_one()
        self.check_access('read')
        return {'type': 'ir.actions.act_window', 'res_model': 'vatportal.document', 'view_mode': 'form', 'res_id': self.vatportal_bill_document_id.id}

    def action_vatportal_cancel_bill(self):
        """Cancel draft bills whose document was cancelled or deleted at e-taxes."""
        self.check_access('write')
        for move in self:
            if not move.vatportal_bill_void:
                raise UserError(self.env._('The document of %s is still valid at e-taxes.', move.display_name))
            if move.state != 'draft':
                raise UserError(self.env._('%s is confirmed. Reset it to draft first, or make a credit note.', move.display_name))
            move._vatportal_cancel_bill()
        return True

    def action_vatportal_rebuild_bill(self):
        """Take over the new figures: make the lines of this draft anew of its document, which was corrected."""
        self.ensure_one()
        self.check_access('write')
        document = self.sudo().vatportal_bill_document_id  # which may be the parent's of the branch
        if not document:
            raise UserError(self.env._('%s was not made of an e-taxes document.', self.display_name))
        if self.state != 'draft':
            raise UserError(self.env._('%s is confirmed. Reset it to draft first, or make a credit note.', self.display_name))
        if self._vatportal_is_typed():
            raise UserError(self._vatportal_typed_text())
        document._rebuild_bill()
        return True

    def _vatportal_cancel_bill(self):
        self.ensure_one()
        self.button_cancel()
        self._message_log(body=self.env._('Cancelled, because its document is no longer valid at e-taxes.'))

    def action_vatportal_link(self):
        """Link the document in the context with this invoice; the button beside a proposal."""
        self.ensure_one()
        self.check_access('read')
        document = self.env['vatportal.document'].browse(self.env.context.get('vatportal_document_id')).exists()
        if not document:
            raise UserError(self.env._('Open the document again; it is no longer known which one was meant.'))
        return document.action_link_move(self.id)

    # ------------------------------------------------------------------ life of a bill

    def unlink(self):
        """A draft bill may be thrown away; its document waits for another one, but none is made by itself."""
        if self:
            self.check_access('unlink')
        drafts = self.filtered(lambda move: move.state != 'posted' and move.vatportal_bill_document_id)
        documents = drafts.vatportal_bill_document_id.sudo()
        for document in documents:
            document._message_log(body=self.env._('The bill made of it was deleted.'))
        documents.write({'move_id': False, 'bill_requested': False, 'bill_notes': False})
        return super().unlink()

    def _vatportal_learn_bills(self):
        """Whoever confirms a bill confirms how its lines are booked."""
        lines = self.filtered('vatportal_bill_document_id').invoice_line_ids.filtered('vatportal_line_id')
        if lines:
            self.env['vatportal.product.mapping']._learn(lines)

    # ------------------------------------------------------------------ banner

    def _vatportal_bill_alerts(self):
        document, alerts = self.sudo().vatportal_bill_document_id, {}
        if not document or self.state == 'cancel':
            return alerts
        look = {'action_text': self.env._('See the document'), 'action_call': ('account.move', 'action_vatportal_bill_document', self.ids)}
        if self.vatportal_bill_void:
            alerts['vatportal_bill_void'] = {
                'level': 'danger',
                'message': self.env._('e-taxes: the document of this bill was cancelled or deleted.'),
                **(
                    {'action_text': self.env._('Cancel the bill'), 'action_call': ('account.move', 'action_vatportal_cancel_bill', self.ids)}
                    if self.state == 'draft'
                    else look
                ),
            }
        elif document.amount_differs:
            alerts['vatportal_bill_differs'] = self._vatportal_take_over_alert(self._vatportal_bill_difference_text(document), look)
        if not self.vatportal_bill_void and document._is_day_corrected():
            alerts['vatportal_bill_day'] = self._vatportal_take_over_alert(self.env._('e-taxes: %s', document._day_text()), look)
        strange = document._strange_partner_text(self.commercial_partner_id)
        if strange:
            alerts['vatportal_bill_vendor'] = {'level': 'warning', 'message': self.env._('e-taxes: %s', strange), **look}
        if document._is_missing():
            alerts['vatportal_bill_missing'] = {'level': 'warning', 'message': self.env._('e-taxes: %s', document._missing_text()), **look}
        if self.state == 'draft':
            for level in ('warning', 'info'):
                texts = [note['text'] for note in document.bill_notes or () if note['level'] == level]
                if texts:
                    more = [self.env._('%s more in the chatter.', len(texts) - NOTES_SHOWN)] if len(texts) > NOTES_SHOWN else []
                    alerts[f'vatportal_bill_{level}'] = {'level': level, 'message': ' '.join(texts[:NOTES_SHOWN] + more), **look}
        return alerts

    def _vatportal_take_over_alert(self, text, look):
        """:param look: what is offered where nothing can be taken over"""
        typed = self.state == 'draft' and self._vatportal_is_typed()
        if typed:
            text = f'{text} {self._vatportal_typed_text()}'
        elif self.state == 'draft':
            look = {'action_text': self.env._('Take over the new figures'), 'action_call': ('account.move', 'action_vatportal_rebuild_bill', self.ids)}
        return {'level': 'warning', 'message': text, **look}

    def _vatportal_bill_difference_text(self, document):
        def money(amount):
            return formatLang(self.env, float(amount), currency_obj=document.currency_id)

        if document.amount_difference:
            return self.env._(
                'e-taxes: the total of the document is %(total)s, this entry differs by %(difference)s.',
                total=money(document._amount_to_pay()),
                difference=money(document.amount_difference),
            )
        return self.env._(
            'e-taxes: by the document, VAT of %(vat)s is to be booked, this entry differs by %(difference)s.',
            vat=money(document._vat_to_book()),
            difference=money(document._vat_difference()),
        )

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ...vatportal import voen
from ..states import FINAL_STATUSES, LIVE_STATES, SENDABLE_STATES, baku_day


class VatportalDocument(models.Model):
    """Advances: a qaimə for money received before the delivery, and the final one that settles it.

    The final document names the advance by its number (``main_qaime``), and both are linked here. What is left of an
    advance is its total less what the documents settle that are at the portal, or on their way.
    """

    _inherit = 'vatportal.document'

    is_advance = fields.Boolean(compute='_compute_is_advance', store=True, index=True)
    advance_id = fields.Many2one(
        'vatportal.document', string='Settles the Advance', readonly=True, copy=False, index='btree_not_null', ondelete='restrict', check_company=True
    )
    advance_settled = fields.Float(string='Settled of the Advance', digits=(16, 2), readonly=True, copy=False)
    settlement_ids = fields.One2many('vatportal.document', 'advance_id', string='Settled by', readonly=True)
    advance_left = fields.Float(string='Left of the Advance', digits=(16, 2), compute='_compute_advance_left', store=True)
    advance_label = fields.Char(compute='_compute_advance_label', help='The advance as people choose it: number, date, and what is left of it.')
    advance_day = fields.Date(string='Advance Received on', readonly=True, copy=False, help='The day on which it had to be issued.')
    is_late_advance = fields.Boolean(
        string='Issued Late', compute='_compute_is_late_advance', store=True, help='The advance was not issued on the day it was received.'
    )

    _advance_settled_positive = models.Constraint('CHECK (advance_settled >= 0)', 'No less than nothing can be settled of an advance.')

    @api.depends('kind_id.code', 'kind_id.upload_type')
    def _compute_is_advance(self):
        for document in self:
            kind = document.kind_id
            document.is_advance = kind.code == 'advanceInvoice' or kind.upload_type == 'avans'

    @api.depends(
        'is_advance',
        'direction',
        'amount_total',
        'status',
        'state',
        'settlement_ids.state',
        'settlement_ids.status',
        'settlement_ids.advance_settled',
        'move_id.reversal_move_ids.state',
    )
    def _compute_advance_left(self):
        for document in self:
            # What settles an advance that was received, only its seller knows.
            if not document.is_advance or document.direction == 'incoming' or document.state == 'deleted' or document.status in FINAL_STATUSES:
                document.advance_left = 0.0
                continue
            left = max(0.0, round(document._advance_balance(), 2))
            document.advance_left = 0.0 if document.move_id._vatportal_is_rounding(left) else left

    def _advance_balance(self):
        """The advance less what was settled of it, and less what was credited in Odoo: that money is given back."""
        return self.amount_total - sum(self._settlements().mapped('advance_settled')) - self.move_id._vatportal_credited_azn()

    def _settlements(self):
        """The documents that settle this advance and are at the portal, or may be."""
        return self.settlement_ids.filtered(lambda doc: doc.state in LIVE_STATES and doc.status not in FINAL_STATUSES)

    @api.depends('is_advance', 'advance_day', 'date')
    def _compute_is_late_advance(self):
        for document in self:
            made = document.date and baku_day(document.date)
            document.is_late_advance = bool(document.is_advance and document.advance_day and made and made > document.advance_day)

    @api.depends('name', 'date', 'advance_left')
    @api.depends_context('lang')
    def _compute_advance_label(self):
        for document in self:
            document.advance_label = document.name and self.env._(
                '%(number)s of %(date)s, %(left)s left',
                number=document.name,
                date=format_date(self.env, document.date and document._baku_date()),
                left=formatLang(self.env, document.advance_left, currency_obj=document.currency_id),
            )

    @api.depends('advance_label')
    @api.depends_context('vatportal_advance')
    def _compute_display_name(self):
        # On the invoice the advances are told apart by more than their numbers.
        super()._compute_display_name()
        if self.env.context.get('vatportal_advance'):
            for document in self.filtered('is_advance'):
                document.display_name = document.advance_label

    # ------------------------------------------------------------------ which invoices settle it

    def _propose_to_finals(self):
        """These advances got their number, or lost it: the unsent invoices that take them off look for theirs anew."""
        advances = self.filtered(lambda document: document.is_advance and document.direction == 'outgoing')
        Move = self.env['account.move']
        moves = advances and Move.search(
            [
                ('company_id', 'in', advances.company_id.ids),
                ('commercial_partner_id', 'in', advances._buyers().ids),
                ('move_type', '=', 'out_invoice'),
                ('state', '!=', 'cancel'),
                ('vatportal_state', 'in', (*SENDABLE_STATES, False)),
                '|',
                ('vatportal_advance_id', '!=', False),
                ('invoice_line_ids.price_subtotal', '<', 0),
            ]
        )
        if moves:
            self.env.add_to_compute(Move._fields['vatportal_advance_id'], moves)
            moves.modified(['vatportal_advance_id'])

    def _buyers(self):
        """The contacts that are the buyers of these documents, and all others with their VÖEN, of whichever company, archived or not."""
        numbers = {number for number in self.mapped('buyer_vat') if voen.is_voen(number)}
        alike = self._partners_with(numbers).filtered(lambda partner: partner._vatportal_voen() in numbers) if numbers else self.partner_id.browse()
        return self.partner_id | alike.commercial_partner_id.sudo(False)

    def _sent_again(self):
        """This advance; where it was deleted, and its invoice sent again, the one that is at e-taxes now."""
        current = self.sudo().move_id.vatportal_document_id
        if self.sudo().state != 'registered' and current.is_advance and current.state == 'registered':
            return current.sudo(False)
        return self

    def _hand_over_as_advance(self, other):
        """``other`` turned out to be this advance: what settles this one, or is to, settles that one."""
        self.settlement_ids.advance_id = other
        self.env['account.move'].search([('vatportal_advance_found_id', '=', self.id)]).vatportal_advance_found_id = other
        for move in self.env['account.move'].search([('vatportal_advance_id', '=', self.id)]):
            # It is the same advance: what was written of it holds. What was proposed is proposed anew.
            amount, proposed = move.vatportal_advance_amount, move.vatportal_advance_amount_proposed
            written = move.company_currency_id.compare_amounts(amount, proposed)
            move.write({'vatportal_advance_id': other.id, **({'vatportal_advance_amount': amount} if written else {})})

    def _lock_advances(self):
        """Keep others from settling these advances until this transaction ends.

        :raises UserError: when someone else is at it at this very moment
        """
        busy = self._lock_free_advances()
        if busy:
            raise UserError(
                self.env._(
                    '%s: someone else is sending or changing it at this moment. Wait a little and press the button again.',
                    ', '.join(busy.mapped('display_name')),
                )
            )

    def _lock_free_advances(self):
        """Keep others from settling these advances until this transaction ends; return those that someone else is settling."""
        return self - self.sudo().try_lock_for_update(allow_referencing=True).sudo(False)

    def _check_settled(self):
        """:raises UserError: when one of these documents settles nothing of its advance, or more than there is"""
        for document in self.sudo().filtered('advance_id'):
            advance, compare = document.advance_id, document.currency_id.compare_amounts
            if compare(document.advance_settled, 0) <= 0 or compare(advance._advance_balance(), 0) < 0:
                raise UserError(
                    self.env._(
                        'Nothing was sent: there is not enough left of the advance %(number)s for %(name)s and the other invoices that settle it.',
                        number=advance.display_name,
                        name=document._source().display_name,
                    )
                )

    # ------------------------------------------------------------------ guards and messages

    def _delete_advance_problem(self):
        settlements = self._settlements() if self.is_advance else self.browse()
        return bool(settlements) and self.env._('It is an advance that %s settles. Delete that one first.', ', '.join(settlements.mapped('display_name')))

    def _advance_unknown_text(self):
        """Say which advance is meant."""
        advance = self.advance_id
        if not advance:
            return self.env._('The portal does not know the advance %s. Check its number.', self.main_qaime)
        return self.env._(
            'The portal does not know the advance %(number)s of %(date)s over %(amount)s, which this invoice settles. '
            'Look whether it was cancelled at e-taxes, or choose another one on the invoice.',
            number=self.main_qaime,
            date=format_date(self.env, advance.date),
            amount=formatLang(self.env, advance.amount_total, currency_obj=advance.currency_id),
        )


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_lock_for_queue(self):
        # Checked before, but not against what others queue at the same time.
        self.vatportal_advance_id._lock_advances()

    def _vatportal_try_lock_for_queue(self):
        # EXTENDS vatportal.source
        busy = self.vatportal_advance_id._lock_free_advances()
        return self.filtered(lambda move: move.vatportal_advance_id not in busy)

    def _vatportal_check_queued(self, documents):
        documents._check_settled()


class VatportalConnector(models.Model):
    _inherit = 'vatportal.connector'

    advance_product_id = fields.Many2one(
        'product.product',
        string='Product for Advances',
        check_company=True,
        ondelete='restrict',
        help="Down-payment lines of sales orders have no product. This one's e-taxes code and unit stand on the "
        'electronic invoice of the advance instead. On an invoice that settles an advance, negative lines with this '
        'product take the advance off.',
    )

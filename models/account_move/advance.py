from odoo import api, fields, models
from odoo.fields import Domain

from ...vatportal.etaxes import qaime_number
from ..states import LIVE_STATES


class AccountMove(models.Model):
    """An invoice that is an advance, or settles one.

    A final invoice names the advance and carries its own figures: what remains after the advance was taken off, as
    on the invoice, so that advance and final invoice add up to the sale. Where nothing remains it carries none, and
    the portal takes them from the advance (VatPortal API v8.0, ``main_qaime``). It can name one advance only.
    """

    _inherit = 'account.move'

    vatportal_advance_id = fields.Many2one(
        'vatportal.document',
        string='Settles the Advance',
        compute='_compute_vatportal_advance_id',
        store=True,
        readonly=False,
        copy=False,
        check_company=True,
        index='btree_not_null',
        domain="[('id', 'in', vatportal_open_advance_ids)]",
        help="The advance's electronic invoice that this invoice settles. Found by itself where the invoice has "
        "down-payment lines; else it can be chosen among the customer's open advances.",
    )
    vatportal_advance_found_id = fields.Many2one(
        'vatportal.document',
        compute='_compute_vatportal_advance_id',
        store=True,
        copy=False,
        help='What was found by itself last; an advance that differs, or is missing, was chosen by a person.',
        string='Advance Found',
    )
    vatportal_advance_amount = fields.Float(
        string='Amount Settled',
        digits=(16, 2),
        compute='_compute_vatportal_advance_amount',
        store=True,
        readonly=False,
        copy=False,
        help='How much of the advance this invoice settles, in AZN with VAT. What is left can be settled by others.',
    )
    vatportal_advance_amount_proposed = fields.Float(
        digits=(16, 2),
        compute='_compute_vatportal_advance_amount',
        store=True,
        copy=False,
        help='What was proposed last; an amount that differs was written by a person.',
        string='Proposed Amount Settled',
    )
    vatportal_advance_left = fields.Float(related='vatportal_advance_id.advance_left', string='Left of the Advance')
    vatportal_is_advance = fields.Boolean(string='Advance', compute='_compute_vatportal_is_advance', store=True, help='Sent as an advance.')
    vatportal_advance_day = fields.Date(
        string='Advance Received on',
        compute='_compute_vatportal_advance_day',
        store=True,
        help="The day on which an advance has to be issued: that of its first payment, else the invoice's.",
    )
    # Whoever may read the invoice may read it without access to the documents themselves.
    vatportal_open_advance_ids = fields.Many2many(
        'vatportal.document', compute='_compute_vatportal_open_advance_ids', compute_sudo=True, string='Open Advances of the Customer'
    )
    vatportal_open_advance_count = fields.Integer(compute='_compute_vatportal_open_advance_ids', compute_sudo=True, string='Number of Open Advances')

    _vatportal_advance_amount_positive = models.Constraint('CHECK (vatportal_advance_amount >= 0)', 'No less than nothing can be settled of an advance.')

    # ------------------------------------------------------------------ computed fields

    @api.depends('invoice_line_ids', 'move_type')
    def _compute_vatportal_advance_id(self):
        for move in self:
            advance, found = move.vatportal_advance_id, move.vatportal_advance_found_id
            if move.sudo().vatportal_document_id.state not in LIVE_STATES:
                if advance == found:
                    advances = move._vatportal_found_advances()
                    # e-taxes settles one with each invoice: of several a person chooses.
                    advance = found = advances if len(advances) == 1 else advances.browse()
                else:
                    advance = advance._sent_again()
            move.vatportal_advance_id, move.vatportal_advance_found_id = advance, found

    @api.depends('vatportal_advance_id.advance_left', 'invoice_line_ids.price_total', 'amount_total_signed')
    def _compute_vatportal_advance_amount(self):
        for move in self:
            advance = move.vatportal_advance_id
            amount, proposed = move.vatportal_advance_amount, move.vatportal_advance_amount_proposed
            if not advance:
                amount = proposed = 0.0
            elif move.sudo().vatportal_document_id.state not in LIVE_STATES and not move.company_currency_id.compare_amounts(amount, proposed):
                amount = proposed = move._vatportal_settled(advance)
            move.vatportal_advance_amount, move.vatportal_advance_amount_proposed = amount, proposed

    @api.onchange('vatportal_advance_id')
    def _onchange_vatportal_advance_id(self):
        """What was written for another advance does not hold for this one."""
        for move in self:
            advance = move.vatportal_advance_id
            move.vatportal_advance_amount = move.vatportal_advance_amount_proposed = move._vatportal_settled(advance) if advance else 0.0

    def _vatportal_of_other_advance(self, vals):
        """Those of these invoices that settle another advance by ``vals``, which do not say how much of it. What is at e-taxes, or on its way,
        settles what it says there."""
        if 'vatportal_advance_id' not in vals or 'vatportal_advance_amount' in vals:
            return self.browse()
        others = self.filtered(lambda move: move.vatportal_advance_id.id != (vals['vatportal_advance_id'] or False))
        return others.filtered(lambda move: move.sudo().vatportal_document_id.state not in LIVE_STATES)

    @api.depends('vatportal_kind_id.code', 'vatportal_kind_id.upload_type')
    def _compute_vatportal_is_advance(self):
        for move in self:
            kind = move.vatportal_kind_id
            move.vatportal_is_advance = kind.code == 'advanceInvoice' or kind.upload_type == 'avans'

    @api.depends('vatportal_is_advance', 'invoice_date', 'line_ids.amount_residual')
    def _compute_vatportal_advance_day(self):
        for move in self:
            days = move._vatportal_payment_days() if move.vatportal_is_advance else []
            move.vatportal_advance_day = move.vatportal_is_advance and min(days, default=move.invoice_date)

    def _vatportal_payment_days(self):
        """The days of what was paid on this invoice. A credit note is no payment."""
        partials = self._origin and self._origin.sudo()._get_all_reconciled_invoice_partials()
        return [partial['aml'].date for partial in partials if not partial['is_exchange'] and not partial['aml'].move_id.is_invoice(include_receipts=True)]

    @api.depends('commercial_partner_id', 'company_id', 'move_type')
    def _compute_vatportal_open_advance_ids(self):
        advances = self._vatportal_open_advances()
        for move in self:
            move.vatportal_open_advance_ids = advances.get(move)
            move.vatportal_open_advance_count = len(move.vatportal_open_advance_ids)

    def _vatportal_open_advances(self):
        """The advances that these invoices can settle, as a dict of invoice → documents: those of the customer, or of another contact
        with its VÖEN."""
        Connector = self.env['vatportal.connector']
        moves = self.filtered(lambda move: move.move_type == 'out_invoice' and move.commercial_partner_id and Connector._default_for(move.company_id))
        if not moves:
            return {}
        numbers = {move: move._vatportal_buyer_voen() for move in moves}
        documents = self.env['vatportal.document'].search(
            (Domain('partner_id', 'in', moves.commercial_partner_id.ids) | Domain('buyer_vat', 'in', list(set(numbers.values()) - {False})))
            & Domain(
                [
                    ('is_advance', '=', True),
                    ('direction', '=', 'outgoing'),
                    ('state', '=', 'registered'),
                    ('company_id', 'in', moves.company_id.ids),
                    ('advance_left', '>', 0),
                ]
            )
        )
        by_partner = documents.grouped(lambda document: (document.company_id, document.partner_id))
        by_number = documents.grouped(lambda document: (document.company_id, document.buyer_vat))
        none = documents.browse()
        return {
            move: by_partner.get((move.company_id, move.commercial_partner_id), none) | by_number.get((move.company_id, number or None), none)
            for move, number in numbers.items()
        }

    # ------------------------------------------------------------------ which advance

    def _vatportal_downpayments(self):
        """The down-payment invoices that this final invoice takes off, with its own lines that do so.

        :return: dict of ``account.move`` → ``account.move.line`` of this invoice. Empty without the app that makes
            down payments, for nothing but it knows of them.
        """
        found = {}
        if self.move_type != 'out_invoice' or self._is_downpayment():
            return found
        for line in self.invoice_line_ids.filtered(lambda line: line.display_type == 'product' and line.price_subtotal < 0):
            for origin in line._vatportal_downpayment_lines().move_id - self:
                if origin.state == 'posted':
                    found[origin] = found.get(origin, line.browse()) | line
        return found

    def _vatportal_found_advances(self):
        """The registered advances of this invoice's down payments."""
        documents = self.env['vatportal.document'].sudo()
        for origin in self._vatportal_downpayments():
            document = origin.sudo().vatportal_document_id
            if document.is_advance and document.state == 'registered':
                documents |= document
        return documents.sudo(False)

    def _vatportal_taken(self, advance):
        """What this invoice takes off for ``advance``, in AZN with VAT: by its down-payment lines, else by its negative
        lines with the connector's product for advances; 0 where it has none. Any other negative line is a discount."""
        origin = advance.sudo().move_id
        lines = self._vatportal_downpayments().get(origin) or self._vatportal_advance_lines()
        # In the currency of the advance it is known how much of it is taken: at the rate of another day there would be a rest, or too little.
        rate = origin._vatportal_booked_rate() if origin.currency_id == self.currency_id else 1 / (self.invoice_currency_rate or 1.0)
        taken = round(-sum(line._vatportal_total() for line in lines) * rate, 2)
        return advance.advance_left if origin._vatportal_is_rounding(taken - advance.advance_left) else taken

    def _vatportal_advance_lines(self):
        """The negative lines with the connector's product for advances."""
        negative = self.invoice_line_ids.filtered(lambda line: line.display_type == 'product' and line.price_subtotal < 0 and line.product_id)
        if not negative:
            return negative
        product = self.env['vatportal.connector']._default_for(self.company_id).sudo().advance_product_id
        return negative.filtered(lambda line: line.product_id == product)

    def _vatportal_likely_advances(self):
        """The customer's open advances one of which this invoice is likely to settle, though it has no lines that tell which:
        any where it takes one off, else those of its own order."""
        advances = self.vatportal_open_advance_ids
        if self._vatportal_advance_lines() or any(origin.vatportal_is_advance for origin in self._vatportal_downpayments()):
            return advances
        orders = self._vatportal_orders()
        return advances.filtered(lambda advance: orders & advance.sudo().move_id._vatportal_orders())

    def _vatportal_orders(self):
        """The names of the orders that this invoice comes of."""
        return {name.strip() for name in (self.invoice_origin or '').split(',')} - {''}

    def _vatportal_settled(self, advance):
        """How much of ``advance`` this invoice settles, in AZN with VAT; without lines that take it off, as much as
        there is of both. A person may write another amount."""
        taken = self._vatportal_taken(advance) or self._vatportal_amount(False)
        return round(min(taken, advance.advance_left), 2)

    # ------------------------------------------------------------------ lines without a product

    def _vatportal_advance_product(self, connector):
        """The product that stands on the electronic invoice for down-payment lines, which have none in Odoo."""
        return connector.sudo().advance_product_id if self.vatportal_is_advance else self.env['product.product']

    def _vatportal_fill_bare_lines(self, lines, product):
        """Give those of the document's ``lines`` that have no product the one for advances."""
        code = product.product_tmpl_id._vatportal_code()
        for line in lines:
            if not line['product_id']:
                line.update(product_id=product.id, product_code=code, barcode=f'{code}000', unit=line['unit'] or product.uom_id._vatportal_unit())

    # ------------------------------------------------------------------ the document

    def _vatportal_advance_vals(self):
        """The values of the document that tell which advance this invoice is, or settles."""
        advance = self.vatportal_advance_id
        return {
            'main_qaime': qaime_number(advance.qaime) if advance.qaime else False,
            'advance_id': advance.id,
            'advance_settled': self.vatportal_advance_amount if advance else 0.0,
            'advance_day': self.vatportal_advance_day,
        }

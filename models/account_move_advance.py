from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..vatportal.etaxes import qaime_number
from .document import LIVE_STATES


class AccountMove(models.Model):
    """An invoice that is an advance, or settles one.

    A final invoice names the advance and carries its own figures: what remains after the advance was taken off, as
    on the invoice, so that advance and final invoice add up to the sale. Where nothing remains it carries none, and
    the portal takes them from the advance (VatPortal API v8.0, ``main_qaime``).
    """

    _inherit = 'account.move'

    vatportal_advance_id = fields.Many2one(
        'vatportal.document', string="Settles the Advance", compute='_compute_vatportal_advance_id', store=True,
        readonly=False, copy=False, check_company=True, index='btree_not_null',
        domain="[('is_advance', '=', True), ('direction', '=', 'outgoing'), ('state', '=', 'registered'), "
               "('company_id', '=', company_id), ('partner_id', '=', commercial_partner_id), ('advance_left', '>', 0)]",
        help="The advance's electronic invoice that this invoice settles. Found by itself where the invoice has "
             "down-payment lines; else it can be chosen among the customer's open advances.")
    vatportal_advance_amount = fields.Float(
        string="Settled of It", digits=(16, 2), compute='_compute_vatportal_advance_amount', store=True,
        readonly=False, copy=False,
        help="How much of the advance this invoice settles, in AZN with VAT. What is left can be settled by others.")
    vatportal_advance_left = fields.Float(related='vatportal_advance_id.advance_left', string="Left of It")
    vatportal_is_advance = fields.Boolean(compute='_compute_vatportal_is_advance')
    vatportal_open_advance_count = fields.Integer(compute='_compute_vatportal_open_advance_count')

    @api.depends('invoice_line_ids', 'state', 'move_type')
    def _compute_vatportal_advance_id(self):
        for move in self:
            # What a person has chosen stays.
            move.vatportal_advance_id = move.vatportal_advance_id or move._vatportal_found_advances()[:1]

    @api.depends('vatportal_advance_id', 'invoice_line_ids.price_total', 'state')
    def _compute_vatportal_advance_amount(self):
        for move in self:
            if move.sudo().vatportal_document_id.state in LIVE_STATES:
                move.vatportal_advance_amount = move.vatportal_advance_amount
            else:
                advance = move.vatportal_advance_id
                move.vatportal_advance_amount = advance and move._vatportal_settled(advance)

    @api.depends('vatportal_kind_id')
    def _compute_vatportal_is_advance(self):
        for move in self:
            kind = move.vatportal_kind_id
            move.vatportal_is_advance = kind.code == 'advanceInvoice' or kind.upload_type == 'avans'

    @api.depends('commercial_partner_id', 'company_id', 'move_type')
    def _compute_vatportal_open_advance_count(self):
        for move in self:
            move.vatportal_open_advance_count = self.env['vatportal.document'].sudo().search_count(
                move._vatportal_open_advances_domain()) if move.move_type == 'out_invoice' else 0

    def _vatportal_open_advances_domain(self):
        return [
            ('is_advance', '=', True), ('direction', '=', 'outgoing'), ('state', '=', 'registered'),
            ('company_id', '=', self.company_id.id), ('partner_id', '=', self.commercial_partner_id.id),
            ('advance_left', '>', 0)]

    # ------------------------------------------------------------------ which advance

    def _vatportal_downpayments(self):
        """The down-payment invoices that this final invoice takes off, with its own lines that do so.

        :return: dict of ``account.move`` → ``account.move.line`` of this invoice. Empty without the app that makes
            down payments, for nothing but it knows of them.
        """
        found = {}
        if self.move_type != 'out_invoice' or self._is_downpayment():
            return found
        for line in self.invoice_line_ids.filtered(lambda line: line.display_type == 'product'):
            for origin in line._get_downpayment_lines().move_id - self:
                if origin.state == 'posted' and line.price_subtotal < 0:
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

    def _vatportal_advance(self):
        """The advance that this invoice settles: the one chosen, else the only one found."""
        self.ensure_one()
        found = self._vatportal_found_advances()
        return self.vatportal_advance_id or (found if len(found) == 1 else found.browse())

    def _vatportal_taken(self, advance):
        """What this invoice takes off for ``advance``, in AZN with VAT: by its down-payment lines, else by all its
        negative lines; 0 where it has none."""
        lines = self._vatportal_downpayments().get(advance.sudo().move_id) or self.invoice_line_ids.filtered(
            lambda line: line.display_type == 'product' and line.price_subtotal < 0)
        return round(-sum(lines.mapped('price_total')) / (self.invoice_currency_rate or 1.0), 2)

    def _vatportal_settled(self, advance):
        """How much of ``advance`` this invoice settles, in AZN with VAT; without lines that take it off, as much as
        there is of both."""
        taken = self._vatportal_taken(advance) or abs(self.amount_total_signed)
        return round(min(taken, advance.advance_left), 2)

    # ------------------------------------------------------------------ lines without a product

    def _vatportal_advance_product(self, connector):
        """The product that stands on the electronic invoice for down-payment lines, which have none in Odoo."""
        return connector.sudo().advance_product_id if self.vatportal_is_advance else self.env['product.product']

    def _vatportal_line_problems(self):
        problems = super()._vatportal_line_problems()
        connector = self.env['vatportal.connector'].browse(self.env.context.get('vatportal_connector_id'))
        if not self.vatportal_is_advance or not connector:
            return problems
        bare = self.invoice_line_ids.filtered(lambda line: not line.product_id)
        product = self._vatportal_advance_product(connector)
        others = [problem for problem in problems if problem['line_id'] not in bare.ids]
        if len(others) == len(problems):
            return problems
        if not product:
            others.append(self._vatportal_problem(self.env._("Product"), self.env._(
                "The lines of the advance have no product. Choose the product for advances on the connector, or a "
                "product on each line."), record=connector))
        elif not (product.product_tmpl_id._vatportal_code() and product.uom_id._vatportal_unit()):
            others.append(self._vatportal_problem(self.env._("e-taxes Code"), self.env._(
                "%s, the product for advances, has no e-taxes code or no unit of measure. Set the 10-digit code on it "
                "or its category.", product.display_name), record=product.product_tmpl_id))
        return others

    def _vatportal_fill_bare_lines(self, vals, product):
        """Give the lines of the document's ``vals`` that have no product the one for advances."""
        code = product.product_tmpl_id._vatportal_code()
        for line in [command[2] for command in vals['line_ids'] if command[2]]:
            if not line['product_id']:
                line.update(product_id=product.id, product_code=code, barcode=f'{code}000',
                            unit=line['unit'] or product.uom_id._vatportal_unit())

    # ------------------------------------------------------------------ the document

    def _vatportal_document_vals(self, connector):
        vals = super()._vatportal_document_vals(connector)
        advance = self._vatportal_advance()
        product = self._vatportal_advance_product(connector)
        if product:
            self._vatportal_fill_bare_lines(vals, product)
        vals.update(
            main_qaime=qaime_number(advance.qaime) if advance.qaime else False,
            advance_id=advance.id,
            advance_settled=(self.vatportal_advance_id and self.vatportal_advance_amount
                             or advance and self._vatportal_settled(advance) or 0.0),
            advance_day=self._vatportal_advance_day() if self.vatportal_is_advance else False,
        )
        return vals

    def _vatportal_advance_day(self):
        """The day on which the advance was received: that of its first payment, else the invoice's."""
        payments = self.sudo()._get_all_reconciled_invoice_partials()
        days = [partial['aml'].date for partial in payments if not partial['is_exchange']]
        return min(days, default=self.invoice_date)

    # ------------------------------------------------------------------ checks

    def _vatportal_move_problems(self, connector):
        move = self.with_context(vatportal_connector_id=connector.id)
        problems = super(AccountMove, move)._vatportal_move_problems(connector)
        if self.state == 'posted' and connector and self.vatportal_can_send:
            problems += self._vatportal_advance_problems() + self._vatportal_late_problems()
        return problems

    def _vatportal_late_problems(self):
        day = self._vatportal_advance_day() if self.vatportal_is_advance else None
        today = fields.Date.context_today(self.with_context(tz='Asia/Baku'))
        if not day or day >= today:
            return []
        return [self._vatportal_problem(self.env._("Advance"), self.env._(
            "An advance is issued on the day it is received. This one is of %s; it can be sent all the same.",
            format_date(self.env, day)), level='warning')]

    def _vatportal_advance_problems(self):
        _ = self.env._
        advance, found = self._vatportal_advance(), self._vatportal_found_advances()
        problems = []
        if not advance and len(found) > 1:
            problems.append(self._vatportal_problem(_("Advance"), _(
                "The invoice takes off %(count)s advances (%(numbers)s), and e-taxes settles one with each invoice. "
                "Choose one on the invoice, tab e-taxes, or make an invoice for each.",
                count=len(found), numbers=', '.join(found.mapped('qaime')))))
        for origin in self._vatportal_downpayments():
            state = origin.sudo().vatportal_state
            if not advance and origin.vatportal_is_advance and state != 'registered':
                problems.append(self._vatportal_problem(_("Advance"), _(
                    "The down payment %s that this invoice takes off has no qaimə number yet. Send it first, or this "
                    "invoice does not refer to it.", origin.name), level='warning', record=origin))
        if advance:
            problems += self._vatportal_chosen_problems(advance)
        return problems

    def _vatportal_chosen_problems(self, advance):
        """What stands against settling this very ``advance``."""
        _ = self.env._
        stop = None
        if self.vatportal_is_advance:
            stop = _("An advance does not settle another one. Remove the advance on the invoice, tab e-taxes.")
        elif advance.state != 'registered' or advance.company_id != self.company_id:
            stop = _("The advance %s is no longer at e-taxes. Choose another one.", advance.display_name)
        elif advance.partner_id and advance.partner_id != self.commercial_partner_id:
            stop = _("The advance %(number)s is of %(other)s, not of this customer. Choose another one.",
                     number=advance.qaime, other=advance.partner_id.name)
        elif not advance.advance_left:
            stop = _("Nothing is left of the advance %s. Choose another one.", advance.qaime)
        if stop:
            return [self._vatportal_problem(_("Advance"), stop)]
        taken = self._vatportal_taken(advance)
        if self.company_currency_id.compare_amounts(taken, advance.advance_left) > 0:
            return [self._vatportal_problem(_("Advance"), _(
                "The invoice takes off %(taken)s, but %(left)s is left of the advance %(number)s.",
                taken=formatLang(self.env, taken, currency_obj=self.company_currency_id),
                left=formatLang(self.env, advance.advance_left, currency_obj=self.company_currency_id),
                number=advance.qaime), level='warning', record=advance)]
        return []

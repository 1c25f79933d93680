from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class AccountMove(models.Model):
    """What the invoice bears beside the qaimə: taxes that are withheld, or between the company and the state alone, and what the
    customer pays on it by gift card or eWallet, for the qaimə is over the full price."""

    _inherit = 'account.move'

    vatportal_outside = fields.Monetary(
        string='Beside the e-Invoice',
        compute='_compute_vatportal_outside',
        currency_field='company_currency_id',
        help='What taxes that are not part of the e-invoice, gift cards and eWallets add to the total, in the currency of the company; negative for '
        'what they take off.',
    )
    vatportal_outside_currency = fields.Monetary(
        string='Beside the e-Invoice, in Currency',
        compute='_compute_vatportal_outside',
        currency_field='currency_id',
        help='The same in the currency of the invoice.',
    )

    vatportal_is_empty = fields.Boolean(
        string='Nothing for e-taxes', compute='_compute_vatportal_is_empty', search='_search_vatportal_is_empty', export_string_translation=False
    )

    @api.depends('line_ids.tax_line_id', 'line_ids.tax_ids', 'line_ids.product_id', 'line_ids.balance', 'line_ids.amount_currency')
    def _compute_vatportal_outside(self):
        Tax = self.env['account.tax'].sudo().with_context(active_test=False)
        taxes = Tax.search(Tax._check_company_domain(self.company_id))._vatportal_outside() if self.company_id else Tax
        products = self._vatportal_payment_products()
        for move in self:
            # Lines are looked at only where there can be such a one: the matching asks for thousands of totals.
            lines = move.line_ids.filtered(lambda line: line.tax_line_id in taxes) if taxes else move.line_ids.browse()
            if products:
                lines |= move.line_ids.filtered(lambda line: line._vatportal_pays_with(products))
            move.vatportal_outside = move.direction_sign * sum(lines.mapped('balance'))
            move.vatportal_outside_currency = move.direction_sign * sum(lines.mapped('amount_currency'))

    @api.depends('amount_total_signed', 'vatportal_outside', 'vatportal_advance_id')
    def _compute_vatportal_is_empty(self):
        """What comes to nothing never goes, unless it settles an advance."""
        for move in self:
            move.vatportal_is_empty = not move.vatportal_advance_id and move.company_currency_id.is_zero(move._vatportal_amount(None))

    @api.model
    def _search_vatportal_is_empty(self, operator, value):
        if operator != 'in':
            return NotImplemented
        taxes = self.env['account.tax'].sudo().with_context(active_test=False).search([('company_id', '!=', False)])._vatportal_outside()
        products = self._vatportal_payment_products()

        def to_sql(model, alias, query):
            """As :meth:`_compute_vatportal_is_empty` has it."""
            beside = SQL('0')
            if taxes or products:
                beside = SQL(
                    """COALESCE((SELECT SUM(line.balance) FROM account_move_line line
                                  WHERE line.move_id = %(move)s
                                    AND (line.tax_line_id = ANY(%(taxes)s::integer[])
                                         OR line.display_type = 'product' AND line.product_id = ANY(%(products)s::integer[])
                                        AND NOT EXISTS (SELECT FROM account_move_line_account_tax_rel rel WHERE rel.account_move_line_id = line.id))), 0)
                       * CASE WHEN %(type)s IN %(minus)s THEN -1 ELSE 1 END""",
                    move=model._field_to_sql(alias, 'id', query),
                    type=model._field_to_sql(alias, 'move_type', query),
                    minus=('out_invoice', 'out_receipt', 'in_refund'),
                    taxes=taxes.ids,
                    products=products.ids,
                )
            return SQL(
                '%s IS NULL AND ROUND(ABS(COALESCE(%s, 0)) - (%s), 2) = 0',
                model._field_to_sql(alias, 'vatportal_advance_id', query),
                model._field_to_sql(alias, 'amount_total_signed', query),
                beside,
            )

        empty = Domain.custom(to_sql=to_sql)
        return Domain.OR(empty if one else ~empty for one in value)

    def _vatportal_payment_products(self):
        """The products of lines with which a customer pays by gift card or eWallet."""
        return self._vatportal_products_of(('loyalty.reward', 'discount_line_product_id', [('program_id.program_type', 'in', ('gift_card', 'ewallet'))]))

    def _vatportal_goods_lines(self):
        """The lines that stand on the qaimə, or are taken off what stands there, in the order in which they are printed."""
        products = self._vatportal_payment_products()
        lines = self._vatportal_journal_items('product').filtered(lambda line: not line._vatportal_pays_with(products))
        return lines.sorted(lambda line: (line.sequence, line.id))


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _vatportal_pays_with(self, products):
        """Whether this line is a payment by one of ``products``, and no discount: one with a tax lowers what VAT is taken of."""
        return self.display_type == 'product' and self.product_id in products and not self.tax_ids

    def _vatportal_total(self):
        """What the line comes to on a qaimə, in the currency of the invoice: its total without the taxes beside."""
        taxes = self.tax_ids.sudo()._vatportal_flat()
        outside = taxes._vatportal_outside()
        if not outside:
            return self.price_total
        price = self.price_unit * (1 - self.discount / 100)
        return (taxes - outside).compute_all(price, self.currency_id, self.quantity, self.product_id, self.partner_id)['total_included']

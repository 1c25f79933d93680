from odoo import api, fields, models


class AccountMove(models.Model):
    """What the invoice bears beside the qaimə: taxes that are withheld, or between the company and the state alone."""

    _inherit = 'account.move'

    vatportal_outside = fields.Monetary(
        string='Beside the e-Invoice',
        compute='_compute_vatportal_outside',
        currency_field='company_currency_id',
        help='What taxes that are not part of the e-invoice add to the total, in the currency of the company; negative for what they take off.',
    )
    vatportal_outside_currency = fields.Monetary(
        string='Beside the e-Invoice, in Currency',
        compute='_compute_vatportal_outside',
        currency_field='currency_id',
        help='The same in the currency of the invoice.',
    )

    @api.depends('line_ids.tax_line_id', 'line_ids.balance', 'line_ids.amount_currency')
    def _compute_vatportal_outside(self):
        Tax = self.env['account.tax'].sudo().with_context(active_test=False)
        taxes = Tax.search(Tax._check_company_domain(self.company_id))._vatportal_outside() if self.company_id else Tax
        for move in self:
            # Lines are looked at only where there can be such a one: the matching asks for thousands of totals.
            lines = move.line_ids.filtered(lambda line: line.tax_line_id in taxes) if taxes else move.line_ids.browse()
            move.vatportal_outside = move.direction_sign * sum(lines.mapped('balance'))
            move.vatportal_outside_currency = move.direction_sign * sum(lines.mapped('amount_currency'))


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _vatportal_total(self):
        """What the line comes to on a qaimə, in the currency of the invoice: its total without the taxes beside."""
        taxes = self.tax_ids.sudo().flatten_taxes_hierarchy()
        outside = taxes._vatportal_outside()
        if not outside:
            return self.price_total
        price = self.price_unit * (1 - self.discount / 100)
        return (taxes - outside).compute_all(price, self.currency_id, self.quantity, self.product_id, self.partner_id)['total_included']

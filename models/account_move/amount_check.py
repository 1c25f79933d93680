from odoo import models
from odoo.tools import formatLang

from ...vatportal import outgoing_items
from ..amounts import decimal


class AccountMove(models.Model):
    """What stands between the figures of an invoice and e-taxes, in the accountant's words."""

    _inherit = 'account.move'

    def _vatportal_free_lines(self, vals):
        """Warn of lines without an amount: e-taxes takes no price of zero, so they are left out."""
        sent = {command[2]['move_line_id'] for command in vals['line_ids'] if command[2]}
        return [
            self._vatportal_problem(self.env._('Price'), self._vatportal_left_out_text(line), level='warning', line=line)
            for line in self.invoice_line_ids
            if line.display_type == 'product' and line.id not in sent and line.quantity >= 0 and not self.company_currency_id.compare_amounts(line.balance, 0)
        ]

    def _vatportal_bare_lines(self, connector):
        """Warn of lines without a tax where that means "not subject to VAT": it may have been forgotten."""
        if connector.taxation == 'simplified' or not (self.company_id._vatportal_has_national_chart() or self.sudo()._is_downpayment()):
            return []
        return [
            self._vatportal_problem(self.env._('Taxes'), self._vatportal_bare_text(line), level='warning', line=line)
            for line in self._vatportal_goods_lines()
            if not self.company_currency_id.is_zero(line.balance)
            and not (taxes := line.tax_ids._vatportal_flat()) - taxes._vatportal_outside()
            and not (line.balance * self.direction_sign < 0 and self._vatportal_is_down_payment_line(line))
        ]

    def _vatportal_bare_text(self, line):
        label = self._vatportal_line_label(line)
        if self.sudo()._is_downpayment():
            return self.env._(
                '“%s” goes without a tax, as not subject to VAT. In a down payment this is the excise or road tax that the order bears as an '
                'amount per unit; look whether a line of the order lacks its tax.',
                label,
            )
        return self.env._('“%s” goes without a tax, as not subject to VAT. Look whether the tax was forgotten.', label)

    def _vatportal_left_out_text(self, line):
        label = self._vatportal_line_label(line)
        if line.quantity and not line.price_subtotal:
            return self.env._('“%s” is free of charge and is left out: e-taxes takes no line with a price of zero.', label)
        return self.env._('“%s” comes to 0.00 AZN and is left out: e-taxes takes no line without an amount.', label)

    # ------------------------------------------------------------------ a line that no qaimə can express

    def _vatportal_amount_problem(self, error):
        """Return an :class:`outgoing_items.AmountError` in the accountant's words, naming the line."""
        row = error.row
        record = row.info['tax'] if error.reason in ('tax', 'rate', 'categories') else None
        text = getattr(self, _TEXTS[error.reason])(row)
        return self._vatportal_problem(self.env._('Amount'), text, line=row.key or None, record=record)

    def _vatportal_tax_text(self, row):
        return self.env._('“%(line)s”: the tax %(tax)s has no e-taxes category. Set it on the tax.', line=row.label, tax=row.info['tax'].name)

    def _vatportal_rate_text(self, row):
        return self.env._(
            '“%(line)s”: the e-taxes category of the tax %(tax)s bears no VAT, but the tax has an amount. Correct the category or the rate of the tax.',
            line=row.label,
            tax=row.info['tax'].name,
        )

    def _vatportal_category_text(self, row):
        return self.env._('“%s” has no tax that tells its VAT category. Add one, for instance the tax “exempt” or “not subject to VAT”.', row.label)

    def _vatportal_categories_text(self, row):
        if row.info['tax']:
            return self.env._(
                '“%(line)s”: the tax %(tax)s stands for 0 %% and for exempt, and nothing tells which. Use a copy of it with its e-taxes category.',
                line=row.label,
                tax=row.info['tax'].name,
            )
        return self.env._(
            '“%s” has taxes of more than one VAT category. Keep one of them; of a product of which a part is '
            'taxable, make two lines, and tick “One Item with Line Above” on the second.',
            row.label,
        )

    def _vatportal_part_text(self, row):
        return self.env._(
            '“%s” is to be one item with the line above, but has another product or unit. Choose the same, or '
            'take the product off, so that it adds its amount alone.',
            row.label,
        )

    def _vatportal_part_price_text(self, row):
        return self.env._(
            '“%s” is to be one item with the line above, but has another price. Divide the quantity between the '
            'two lines and leave the price; or take the product off the second, so that it adds its amount '
            'alone.',
            row.label,
        )

    def _vatportal_part_alone_text(self, row):
        return self.env._(
            '“%s” is to be one item with the line above, but none above stands on the electronic invoice: what is '
            'free of charge, taken back or taken off does not. Move it below the line that it belongs to, or '
            'untick “One Item with Line Above” and choose a product.',
            row.label,
        )

    def _vatportal_part_excise_text(self, row):
        return self.env._('“%s” is to be one item with the line above, but bears another rate of excise. An item has one rate.', row.label)

    def _vatportal_simplified_text(self, row):
        return self.env._('“%s” has a VAT tax, but the connector is set to simplified taxation. Remove the tax, or correct the connector.', row.label)

    def _vatportal_quantity_text(self, row):
        return self.env._('“%s” has no positive quantity. e-taxes takes no such line.', row.label)

    def _vatportal_return_text(self, row):
        return self.env._(
            '“%(line)s” takes back %(quantity)s, and no line of the same product, unit, taxes and price has as '
            'many. A return needs a document of its own: reset the invoice to draft, take the line out, and '
            'make a credit note for the invoice that the goods came with. A discount has a negative price, not '
            'a negative quantity.',
            line=row.label,
            quantity=f'{-row.quantity:f}',
        )

    def _vatportal_free_text(self, row):
        return self.env._(
            '“%s” is free of charge but bears excise or road tax, and e-taxes takes no line with a price of '
            'zero. Reset the invoice to draft and give the line a price, or take the tax off.',
            row.label,
        )

    def _vatportal_vat_text(self, row):
        wrong = self._vatportal_wrong_base_taxes(row.key.tax_ids._vatportal_flat())
        if wrong:
            return self.env._(
                '“%(line)s”: its VAT is not 18 %% of its amount with excise. Excise has to come before VAT and to affect its '
                'base, road tax must not. Correct the order, or the advanced options, of %(taxes)s; then reset the invoice '
                'to draft and enter the taxes of the line anew.',
                line=row.label,
                taxes=', '.join(wrong.mapped('name')),
            )
        return self.env._("“%s”: its VAT is not 18 %% of its amount. Look whether the tax was changed by hand, and whether the tax's rate is 18 %%.", row.label)

    def _vatportal_wrong_base_taxes(self, taxes):
        """Those of ``taxes``, in their order, of which VAT is taken although it must not be, or the other way round."""
        vat = taxes.filtered(lambda tax: 'vat' in tax._vatportal_categories())[:1]
        before = list(taxes)[: list(taxes).index(vat)] if vat else []
        excise, road = (taxes.filtered(lambda tax, kind=kind: tax._vatportal_levy_kind() == kind) for kind in ('excise', 'road'))
        wrong = taxes.filtered(lambda tax: tax in excise | road and (tax in before and tax.include_base_amount) != (tax in excise))
        return wrong | vat.filtered(lambda tax: not tax.is_base_affected and excise)

    def _vatportal_affected_levies(self, taxes):
        """Those of ``taxes``, excise and road tax, in their order, that are taken of another tax as well."""
        affecting = taxes.filtered(lambda tax: tax.include_base_amount and tax.amount)
        affected = taxes.filtered(lambda tax: tax._vatportal_levy_kind() in ('excise', 'road') and tax.amount_type != 'fixed' and tax.is_base_affected)
        order = list(taxes)
        return affected.filtered(lambda tax: any(order.index(other) < order.index(tax) for other in affecting))

    def _vatportal_levy_text(self, row):
        wrong = self._vatportal_affected_levies(row.key.tax_ids._vatportal_flat())
        if wrong:
            return self.env._(
                '“%(line)s”: its excise or road tax is not of its amount alone, for another tax comes before it and affects its base. Correct the '
                'order, or the advanced options, of %(taxes)s; then reset the invoice to draft and enter the taxes of the line anew.',
                line=row.label,
                taxes=', '.join(wrong.mapped('name')),
            )
        return self.env._(
            '“%s”: its excise or road tax is not what the rate of the tax asks for. Look whether the tax was '
            'changed by hand, whether its rate was changed since the invoice was confirmed, or whether it '
            'stands on a discount as an amount per unit.',
            row.label,
        )

    def _vatportal_rounding_text(self, row):
        return self.env._(
            'The cash rounding “%(name)s” is %(amount)s. e-taxes has no column for it: what is rounded off lowers the goods, by no more than '
            '%(most)s where they bear VAT, and by less than a line comes to. Reset the invoice to draft and choose a finer rounding, or '
            'none; what the customer is let off beyond that is a discount with VAT.',
            name=row.label,
            amount=self._vatportal_money(float(row.net)),
            most=self._vatportal_money(float(outgoing_items.ROUNDING_OFF)),
        )

    def _vatportal_negative_text(self, row):
        if row.key and row.key.display_type == 'epd':
            return self.env._(
                'The early payment discount of the payment term %(term)s lowers the VAT by more than there is of '
                'it. Choose another payment term on the invoice.',
                term=self.invoice_payment_term_id.name,
            )
        return self.env._(
            '“%(line)s” comes to %(amount)s. e-taxes takes no negative amounts, and no other line has the same taxes and enough to take it off.',
            line=row.label,
            amount=self._vatportal_money(float(row.net)),
        )

    # ------------------------------------------------------------------ the figures as a whole

    def _vatportal_portal_problems(self, vals):
        # EXTENDS vatportal.source: what is sent is what the invoice says
        total, asked = decimal(vals['amount_total'], 2), decimal(self._vatportal_amount(False), 2)
        problems = []
        if not (any(command[2] for command in vals['line_ids']) or vals.get('main_qaime')):
            return [
                self._vatportal_problem(
                    self.env._('Lines'), self.env._('The lines of the invoice come to nothing together, so there is nothing to send to e-taxes.')
                )
            ]
        if total != asked:
            problems.append(
                self._vatportal_problem(
                    self.env._('Total'),
                    self.env._(
                        "The lines add up to %(sum)s for e-taxes, but the invoice's total is %(total)s. Reset the invoice to draft, "
                        'look at its lines and taxes, and confirm it again.',
                        sum=self._vatportal_money(float(total)),
                        total=self._vatportal_money(float(asked)),
                    ),
                )
            )
        return problems + self._vatportal_vat_problems(vals) + super()._vatportal_portal_problems(vals)

    def _vatportal_vat_problems(self, vals):
        """Say where the VAT is not the one in the books, to the qəpik, because that is not 18 % of the amount."""
        sent = decimal(vals['amount_vat'], 2)
        booked = self._vatportal_tax_totals().get('vat', 0)
        if sent == booked or not sent:
            return []
        values = {'sent': self._vatportal_money(float(sent)), 'booked': self._vatportal_money(float(booked))}
        if self.currency_id != self.company_currency_id:
            text = self.env._(
                'The VAT goes to e-taxes as %(sent)s, 18 %% of the amount; in the books it is %(booked)s, for it was rounded in '
                '%(currency)s. The total is the same.',
                currency=self.currency_id.name,
                **values,
            )
        elif self._vatportal_rounding():
            text = self.env._(
                'The VAT goes to e-taxes as %(sent)s, 18 %% of the amount; in the books it is %(booked)s, for the cash rounding lowers '
                'the amount. The total is the same.',
                **values,
            )
        else:
            text = self.env._(
                'The VAT goes to e-taxes as %(sent)s, 18 %% of the amount; in the books it is %(booked)s, for it was rounded line '
                'by line. The total is the same.',
                **values,
            )
        return [self._vatportal_problem(self.env._('VAT'), text, level='warning')]

    def _vatportal_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.company_currency_id)


# The reason of an AmountError → what says it.
_TEXTS = {
    'tax': '_vatportal_tax_text',
    'rate': '_vatportal_rate_text',
    'category': '_vatportal_category_text',
    'categories': '_vatportal_categories_text',
    'simplified': '_vatportal_simplified_text',
    'quantity': '_vatportal_quantity_text',
    'large': '_vatportal_large_text',
    'return': '_vatportal_return_text',
    'vat': '_vatportal_vat_text',
    'levy': '_vatportal_levy_text',
    'rounding': '_vatportal_rounding_text',
    'part': '_vatportal_part_text',
    'part_price': '_vatportal_part_price_text',
    'part_excise': '_vatportal_part_excise_text',
    'part_alone': '_vatportal_part_alone_text',
    'negative': '_vatportal_negative_text',
    'free': '_vatportal_free_text',
    'price': '_vatportal_price_text',
}

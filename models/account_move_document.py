from decimal import Decimal

from odoo import models

from ..vatportal import amounts
from .account_tax import VAT_CATEGORIES
from .amounts import decimal


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _vatportal_document_vals(self, connector):
        """Return the values of the ``vatportal.document`` that says at e-taxes what this invoice says here.

        The figures are those of Odoo's tax engine in AZN; lines add up to sums, and sums to the invoice's
        total, to the qəpik.

        :raises AmountError: for a line that no qaimə can express; its row's ``key`` is the ``account.move.line``
        """
        self.ensure_one()
        rows = self._vatportal_rows(connector)
        lines = [self._vatportal_line_vals(row, sequence) for sequence, row in enumerate(rows, 1)]
        return {
            **self._vatportal_base_vals(connector, self.commercial_partner_id, lines),
            'kind_id': (self.vatportal_kind_id or connector._kind_for(self)).id,
            'main_info': (self.vatportal_main_info or '').strip(),
        }

    def _vatportal_line_vals(self, row, sequence):
        """Return the values of one document line for an :class:`amounts.Row`."""
        line = row.key
        return {
            **self._vatportal_item_vals(row, sequence, line.product_id, line.product_uom_id),
            'move_line_id': line.id,
        }

    def _vatportal_line_label(self, line):
        """The line's name as it stands on the qaimə: one line, without our own article number before it."""
        return self._vatportal_label(line.name, line.product_id)

    # ------------------------------------------------------------------ amounts

    def _vatportal_rows(self, connector):
        """Return the invoice as :class:`amounts.Row` objects, in AZN.

        Discounts given as negative lines are taken off the lines with the same taxes, by Odoo's own means; a
        line that comes to nothing is left out, for e-taxes takes no price of zero.
        """
        base_lines, rounding = self._vatportal_base_lines()
        rows = [self._vatportal_row(base_line, connector) for base_line in base_lines]
        rows = [row for row in rows if row.total or row.net]
        amounts.check_rows(rows)
        rows = amounts.even_vat(rows)
        return amounts.absorb_rounding(rows, rounding, self.invoice_cash_rounding_id.display_name or '')

    def _vatportal_base_lines(self):
        """Return (base lines of the tax engine with discount lines taken off the others, cash rounding in AZN)."""
        AccountTax = self.env['account.tax']
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        rounding = Decimal(0)
        lines = []
        for base_line in base_lines:
            if base_line['special_type'] == 'cash_rounding':
                rounding += _net(base_line)
                continue
            if not base_line['special_type'] and _net(base_line) < 0:
                base_line['special_type'] = 'global_discount'
            lines.append(base_line)
        lines = AccountTax._dispatch_global_discount_lines(lines, self.company_id)
        AccountTax._squash_global_discount_lines(lines, self.company_id)
        return lines, rounding

    def _vatportal_row(self, base_line, connector):
        """Return one base line of the tax engine as a :class:`amounts.Row`.

        :raises AmountError: when its taxes do not say into which VAT column it goes
        """
        line = base_line['record']
        taxes = {'excise': Decimal(0), 'road': Decimal(0), 'vat': Decimal(0)}
        rate, categories, unknown, odd = Decimal(0), set(), None, None
        for tax_data in base_line['tax_details']['taxes_data']:
            tax, amount = tax_data['tax'], decimal(tax_data['tax_amount'], 2)
            category = tax.vatportal_category
            if category in VAT_CATEGORIES:
                categories.add(category)
            if category in taxes:
                taxes[category] += amount
            elif category not in VAT_CATEGORIES:
                unknown = tax
            elif amount:
                odd = tax
            if category == 'excise' and tax.amount_type != 'fixed':
                rate += decimal(tax.amount)
        price = base_line['price_unit'] * (1 - base_line['discount'] / 100)
        row = amounts.Row(
            key=line,
            label=self._vatportal_line_label(line) if line.display_type == 'product' else line.name or '',
            quantity=decimal(base_line['quantity'], 6),
            net=_net(base_line),
            price=decimal(price),
            excise=taxes['excise'],
            excise_rate=rate,
            category=min(categories, default=None),
            vat=taxes['vat'],
            road=taxes['road'],
        )
        if row.net or row.total:
            self._vatportal_check_taxes(row, categories, unknown, odd, connector)
        return row

    def _vatportal_check_taxes(self, row, categories, unknown, odd, connector):
        """:raises AmountError: 'tax' or 'rate' (the tax in ``row.info``), 'category', 'categories' or 'simplified'"""
        if unknown or odd:
            row.info['tax'] = unknown or odd
            raise amounts.AmountError('tax' if unknown else 'rate', row)
        if len(categories) > 1:
            raise amounts.AmountError('categories', row)
        if connector.taxation == 'simplified':
            if categories:
                raise amounts.AmountError('simplified', row)
        elif not categories:
            raise amounts.AmountError('category', row)


def _net(base_line):
    """The base line's amount without taxes in company currency, with its share of the document's rounding."""
    details = base_line['tax_details']
    return decimal(details['total_excluded'] + details['delta_total_excluded'], 2)

from dataclasses import replace
from decimal import Decimal

from odoo import models
from odoo.tools import float_compare

from ...vatportal import levies, netting, outgoing_items
from ..account_tax import VAT_CATEGORIES
from ..amounts import COLUMNS, decimal
from .line_taxes import TaxesOfLines

# So large that a qəpik of it is less than the last digit of a rate that matters.
_SAMPLE = 10000000000.0


class AccountMove(models.Model):
    """An invoice as a document of e-taxes.

    The figures are the confirmed ones, as the journal items have them in AZN: settings may have changed since. They add
    up to the invoice's total to the qəpik; how each of its taxes is divided among the items follows from their bases.
    """

    _inherit = 'account.move'

    def _vatportal_document_vals(self, connector):
        """Return the values of the ``vatportal.document`` that says at e-taxes what this invoice says here.

        :raises AmountError: for a line that no qaimə can express; its row's ``key`` is the ``account.move.line``
        """
        self.ensure_one()
        rows = self._vatportal_rows(connector)
        lines = [self._vatportal_line_vals(item, sequence) for sequence, item in enumerate(self._vatportal_items(rows), 1)]
        product = self._vatportal_advance_product(connector)
        if product:
            self._vatportal_fill_bare_lines(lines, product)
        return {
            **self._vatportal_base_vals(connector, self.commercial_partner_id, lines),
            **self._vatportal_advance_vals(),
            'kind_id': self._vatportal_sent_kind(connector).id,
            'main_info': (self.vatportal_main_info or '').strip(),
        }

    def _vatportal_line_vals(self, item, sequence):
        """Return the values of one document line for an item, see :meth:`_vatportal_items`."""
        row, *parts = item
        line = row.key
        return {**self._vatportal_item_vals(row, sequence, line.product_id, line.product_uom_id, parts), 'move_line_id': line.id}

    def _vatportal_line_label(self, line):
        """The line's name as it stands on the qaimə: one line, without our own article number before it."""
        return self._vatportal_label(line.name, line.product_id)

    # ------------------------------------------------------------------ amounts

    def _vatportal_rows(self, connector):
        """Return the invoice as :class:`outgoing_items.Row` objects, in AZN: what was taken back and what discounts take off is
        no row of its own, and what comes to nothing is left out, for e-taxes takes no price of zero."""
        said, orders = TaxesOfLines(), self._vatportal_orders_by_line()
        rows = [self._vatportal_row(line, connector, said, orders[line]) for line in self._vatportal_goods_lines()]
        self._vatportal_check_items(rows)
        rows, advances = netting.set_apart(rows)
        rows = netting.net_rows(rows)
        for line in self._vatportal_journal_items('epd').filtered(lambda line: line.tax_ids):
            row = self._vatportal_row(line, connector, said, orders[line])
            rows = netting.split_untaxed(rows, row, -row.net)
        # Where all of the goods was paid in advance, the rest of the advance is of what they bear by unit.
        outgoing_items.check_rows([row for row in rows if row.net or not advances])
        totals, by_tax, slack = self._vatportal_tax_totals(), self._vatportal_totals_by_tax(), self._vatportal_slack()
        # VAT is due of what is left of the goods and their excise.
        rows = netting.settle(levies.charge(rows, totals, slack, ('excise', 'road'), by_tax), advances)
        rows = levies.charge(rows, totals, slack, ('vat',))
        rows = outgoing_items.absorb_rounding(rows, self._vatportal_rounding(), self.invoice_cash_rounding_id.display_name or '')
        outgoing_items.check_rows(rows)
        return rows

    def _vatportal_journal_items(self, *display_types):
        return self.line_ids.filtered(lambda line: line.display_type in display_types)

    def _vatportal_net(self, line):
        """What a journal item adds to the invoice, in AZN: negative for what it takes off."""
        return decimal(line.balance * self.direction_sign, 2)

    def _vatportal_row(self, line, connector, said, orders):
        """Return one journal item of the invoice as a :class:`outgoing_items.Row`.

        :param said: a :class:`TaxesOfLines`
        :param orders: ids of the sales orders of which it is, a frozenset
        :raises AmountError: when its taxes do not say into which VAT column it goes
        """
        taxes = said[line.tax_ids]
        categories = self._vatportal_vat_columns(line, taxes, connector)
        # The price for one unit, unless it is in another currency, or VAT is in it.
        price = decimal(line.price_unit * (1 - line.discount / 100))
        levied = self._vatportal_levies(line, taxes.flat)
        row = outgoing_items.Row(
            key=line,
            label=self._vatportal_line_label(line) if line.display_type == 'product' else line.name or '',
            quantity=decimal(line.quantity, 6),
            net=self._vatportal_net(line),
            price=price,
            category=min(categories, default=None),
            excise_rate=round(100 * sum((levy.rate for levy in levied if levy.kind == 'excise'), Decimal(0)), 4),
            levies=levied,
            goods=(line.product_id.id, line.product_uom_id.id, taxes.included),
            takes_off=self._vatportal_takes_off(line, connector),
            advance=self._vatportal_takes_off_advance(line, orders),
            orders=orders,
            counts=bool(line.product_id) or not line.vatportal_with_above,
        )
        if row.net:
            self._vatportal_check_taxes(row, taxes, categories, connector)
        return row

    def _vatportal_vat_columns(self, line, taxes, connector):
        """The VAT columns, a set, that the ``taxes`` (:class:`LineTaxes`) of ``line`` name. In the national chart no tax at all means *not
        subject to VAT*."""
        bare = connector.taxation != 'simplified' and self.company_id._vatportal_has_national_chart()
        if not taxes.inside and (bare or (connector.taxation != 'simplified' and self._vatportal_is_bare_advance(line))):
            return {'not_subject'}
        columns = taxes.columns
        # One tax can stand for two columns: goods that go back are in that in which they came.
        return (columns > {min(columns)} and self._vatportal_columns_of_original(line) & columns or columns) if columns else columns

    def _vatportal_columns_of_original(self, line):
        """The VAT columns of the received documents' lines that ``line`` gives back."""
        billed = self.reversed_entry_id.sudo().invoice_line_ids.filtered(lambda old: old.product_id == line.product_id and old.tax_ids == line.tax_ids)
        return {column for column in VAT_CATEGORIES for row in billed.vatportal_line_id if row[COLUMNS[column]]}

    def _vatportal_levies(self, line, taxes):
        """The ``taxes`` of ``line``, in the order in which they are computed, as a tuple of :class:`outgoing_items.Levy`."""
        found = [(place, levy) for place, tax in enumerate(taxes, 1) if (levy := self._vatportal_levy(tax, line))]
        return tuple(replace(levy, in_base=self._vatportal_is_in_base(taxes[place - 1], taxes[place:]), tax=taxes[place - 1].id) for place, levy in found)

    def _vatportal_is_in_base(self, tax, later):
        """Whether that of the ``later`` taxes which names the VAT column is taken of ``tax`` too."""
        return tax.include_base_amount and any(other.is_base_affected and other._vatportal_own_columns() for other in later)

    def _vatportal_levy(self, tax, line):
        """Return ``tax`` as the :class:`outgoing_items.Levy` that ``line`` of this invoice bears; None for one without an amount."""
        kind = tax._vatportal_levy_kind()
        if not kind:
            return None
        if kind == 'vat':
            # There is one rate, whatever the tax may have been set to since.
            return outgoing_items.Levy('vat', rate=outgoing_items.VAT_RATE)
        if tax.amount_type == 'percent':
            return outgoing_items.Levy(kind, rate=decimal(tax.amount) / 100)
        if tax.amount_type == 'fixed':
            return outgoing_items.Levy(kind, fixed=decimal(tax.amount / (self.invoice_currency_rate or 1)))
        if tax.amount_type == 'code':
            return self._vatportal_formula_levy(kind, tax, line)
        # Of other ways to compute it, what Odoo makes of a large amount is the rate.
        computed = tax.compute_all(_SAMPLE, self.company_currency_id, handle_price_include=False)
        return outgoing_items.Levy(kind, rate=decimal((computed['total_included'] - computed['total_excluded']) / _SAMPLE, 12))

    def _vatportal_formula_levy(self, kind, tax, line):
        """``tax``, by a formula, as ``line`` bears it: a share where the formula is one of what the line comes to; else an amount per
        unit, for it may follow from anything. None where it comes to nothing.

        Odoo's own discounts and down payments never bear it, share or not: then it is an amount that they leave as it is.
        """
        amount, base = self._vatportal_formula(tax, line)
        twice = [self._vatportal_formula(tax, line, **{name: 2 * line[name]})[0] for name in ('price_unit', 'quantity')]
        if base and self._vatportal_is_taken_off(tax) and all(float_compare(each, 2 * amount, precision_digits=6) == 0 for each in twice):
            return outgoing_items.Levy(kind, rate=decimal(amount / base, 12))
        return outgoing_items.Levy(kind, fixed=decimal(amount / line.quantity, 12)) if line.quantity else None

    def _vatportal_is_taken_off(self, tax):
        """Whether what the invoice takes off, if it takes anything off, bears ``tax``."""
        less = self._vatportal_goods_lines().filtered(lambda line: self._vatportal_net(line) < 0)
        return not less or tax in less.tax_ids._vatportal_flat()

    def _vatportal_formula(self, tax, line, **changes):
        """What ``tax`` comes to on ``line``, with ``changes``, and of what; both in AZN, unrounded."""
        base_line = self._prepare_product_base_line_for_taxes_computation(line)
        base_line = tax._prepare_base_line_for_taxes_computation(base_line, **changes)
        tax._add_tax_details_in_base_line(base_line, self.company_id)
        found = [(data['raw_tax_amount'], data['raw_base_amount']) for data in base_line['tax_details']['taxes_data'] if data['tax'] == tax]
        return found[0] if found else (0.0, 0.0)

    def _vatportal_check_taxes(self, row, taxes, categories, connector):
        """:raises AmountError: 'tax' or 'rate' (the tax in ``row.info``), 'category', 'categories' or 'simplified'"""
        if taxes.unknown or taxes.odd:
            row.info['tax'] = taxes.unknown or taxes.odd
            raise outgoing_items.AmountError('tax' if taxes.unknown else 'rate', row)
        if len(categories) > 1:
            row.info['tax'] = taxes.flat.filtered(lambda tax: len(tax._vatportal_own_columns()) > 1)[:1]
            raise outgoing_items.AmountError('categories', row)
        if connector.taxation == 'simplified':
            if categories:
                raise outgoing_items.AmountError('simplified', row)
        elif not categories:
            raise outgoing_items.AmountError('category', row)

    # ------------------------------------------------------------------ taxes and rounding of the invoice

    def _vatportal_tax_totals(self):
        """Return a dict of kind (see :class:`outgoing_items.Levy`) → what the invoice bears of it, in AZN."""
        totals = {}
        for line in self._vatportal_journal_items('tax'):
            kind = line.tax_line_id._vatportal_levy_kind()
            if kind:
                totals[kind] = totals.get(kind, Decimal(0)) + self._vatportal_net(line)
        # Of what is used privately the VAT stands apart in the books; the vendor is given it back all the same.
        if 'vat' in totals:
            totals['vat'] += sum((self._vatportal_net(line) for line in self._vatportal_journal_items('non_deductible_tax')), Decimal(0))
        return totals

    def _vatportal_totals_by_tax(self):
        """Return a dict of id of a tax → what the invoice bears of it, in AZN."""
        totals = {}
        for line in self._vatportal_journal_items('tax'):
            totals[line.tax_line_id.id] = totals.get(line.tax_line_id.id, Decimal(0)) + self._vatportal_net(line)
        return totals

    def _vatportal_rounding(self):
        """The cash rounding, in AZN, whether it has a line of its own or was put into the largest tax."""
        return sum((self._vatportal_net(line) for line in self._vatportal_journal_items('rounding')), Decimal(0))

    def _vatportal_slack(self):
        """How far rounding alone may have taken a tax of this invoice from its rate, in AZN, beyond a qəpik.

        Rounded line by line (the lines then add up to the tax), each adds its part; else the tax was rounded once. In a
        foreign currency it was rounded there.
        """
        lines = self._vatportal_journal_items('product')
        discounts = self._vatportal_journal_items('epd').filtered('tax_ids')
        by_line = sum(lines.mapped('price_total')) - sum(lines.mapped('price_subtotal'))
        by_line -= sum(self._vatportal_early_tax(line) for line in discounts)
        explained = not self.currency_id.compare_amounts(by_line, self.amount_tax)
        count = len(lines + discounts) if explained else 1 + len(lines.filtered(lambda line: line.price_subtotal < 0))
        foreign = self.currency_id != self.company_currency_id
        step = decimal(self.currency_id.rounding / (self.invoice_currency_rate or 1)) if foreign else Decimal(0)
        return levies.total_slack(count, step) + sum((self._vatportal_stored_slack(line) for line in lines), Decimal(0))

    def _vatportal_stored_slack(self, line):
        """How far rounding may have taken the taxes that Odoo stored with ``line`` from their rates, in AZN: a down payment, or a
        discount of a whole order, has its share of the order's taxes. Rounded line by line, each line of the order adds half of the
        smallest amount at most, and the share another half; what is beyond is another rate, or was changed by hand."""
        orders = line.sudo().sale_line_ids.order_id if 'sale_line_ids' in line._fields else ()
        most, slack = self.currency_id.rounding / 2 * (1 + sum(len(order.order_line) for order in orders)), 0.0
        for tax_id, amounts in ((line.extra_tax_data or {}).get('manual_tax_amounts') or {}).items():
            levy = self._vatportal_levy(self.env['account.tax'].browse(int(tax_id)).exists(), line)
            if levy and levy.rate and amounts:
                slack += min(abs(amounts['tax_amount_currency'] - float(levy.rate) * amounts['base_amount_currency']), most)
        return decimal(slack / (self.invoice_currency_rate or 1))

    def _vatportal_early_tax(self, line):
        """By how much an early payment discount lowers the taxes, in the invoice's currency."""
        computed = line.tax_ids.compute_all(abs(line.amount_currency), self.currency_id, handle_price_include=False)
        return computed['total_included'] - computed['total_excluded']

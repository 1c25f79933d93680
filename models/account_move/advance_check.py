from odoo import fields, models
from odoo.tools import format_date

from ..states import baku_day

# So many of the customer's open advances are proposed by name.
ADVANCES_SHOWN = 5


class AccountMove(models.Model):
    """What stands between an advance, or the invoice that settles it, and e-taxes."""

    _inherit = 'account.move'

    def _vatportal_advance_lines_problems(self, connector, problems):
        """Return ``problems``, those of the lines, with what is said of an advance, whose lines need no product."""
        if not self.vatportal_is_advance:
            return problems
        bare = self.invoice_line_ids.filtered(lambda line: not line.product_id)
        product = self._vatportal_advance_product(connector)
        others = [problem for problem in problems if problem['line_id'] not in bare.ids]
        if len(others) == len(problems):
            return problems
        if not product:
            others.append(
                self._vatportal_problem(
                    self.env._('Product'),
                    self.env._('The lines of the advance have no product. Choose the product for advances on the connector, or a product on each line.'),
                    record=connector,
                )
            )
        elif not (product.product_tmpl_id._vatportal_code() and product.uom_id._vatportal_unit()):
            others.append(
                self._vatportal_problem(
                    self.env._('e-taxes Code'),
                    self.env._(
                        '%s, the product for advances, has no e-taxes code or no unit of measure. Set the 10-digit code on it or its category.',
                        product.display_name,
                    ),
                    record=product.product_tmpl_id,
                )
            )
        return others

    def _vatportal_advance_problems(self, connector):
        if self.state != 'posted' or not connector or not self.vatportal_can_send:
            return []
        return self._vatportal_settling_problems() + self._vatportal_late_problems()

    def _vatportal_late_problems(self):
        day = self.vatportal_advance_day
        today = baku_day(fields.Datetime.now())
        if not day or day >= today:
            return []
        return [
            self._vatportal_problem(
                self.env._('Advance'),
                self.env._('An advance is issued on the day it is received. This one is of %s; it can be sent all the same.', format_date(self.env, day)),
                level='warning',
            )
        ]

    # ------------------------------------------------------------------ which advance

    def _vatportal_settling_problems(self):
        advance = self.vatportal_advance_id
        found = self._vatportal_found_advances()
        problems = self._vatportal_found_problems(advance, found)
        if not (advance or found or self.vatportal_is_advance):
            problems += self._vatportal_likely_problems()
        for origin in self._vatportal_downpayments():
            if origin.vatportal_is_advance and origin.sudo().vatportal_state != 'registered':
                problems.append(
                    self._vatportal_problem(
                        self.env._('Advance'),
                        self.env._(
                            'The down payment %s that this invoice takes off has no qaimə number yet. Send it first, or this invoice does not refer to it.',
                            origin.name,
                        ),
                        level='warning',
                        record=origin,
                        asks=True,
                    )
                )
        if advance:
            stop = self._vatportal_advance_stop(advance)
            problems += [self._vatportal_problem(self.env._('Advance'), stop)] if stop else self._vatportal_left_problems(advance)
        return problems

    def _vatportal_found_problems(self, advance, found):
        """What is to be said of the advances ``found`` by the down-payment lines, beside the one that is settled."""
        if not advance and len(found) > 1:
            return [
                self._vatportal_problem(
                    self.env._('Advance'),
                    self.env._(
                        'The invoice takes off %(count)s advances (%(numbers)s), and e-taxes settles one with each invoice. '
                        'Choose one on the invoice, tab e-taxes, or make an invoice for each.',
                        count=len(found),
                        numbers=', '.join(found.mapped('qaime')),
                    ),
                )
            ]
        return [
            self._vatportal_problem(
                self.env._('Advance'),
                self.env._(
                    'The invoice takes off the advance %s as well and does not settle it, so it stays open at e-taxes. Settle '
                    'it with an invoice of its own, or have it cancelled at e-taxes.gov.az.',
                    other.qaime,
                ),
                level='warning',
                record=other,
                asks=not advance,
            )
            for other in found - advance
        ]

    def _vatportal_likely_problems(self):
        """Propose the customer's open advances where none is settled, though one seems to be meant."""
        likely = self._vatportal_likely_advances().sudo()
        if not likely:
            return []
        names = '; '.join(likely[:ADVANCES_SHOWN].mapped('advance_label')) + ('; …' if len(likely) > ADVANCES_SHOWN else '')
        return [
            self._vatportal_problem(
                self.env._('Advance'),
                self.env._(
                    "The invoice settles no advance at e-taxes, and of the customer's these are open: %s. If one is meant, choose it on "
                    'the invoice, tab e-taxes, and look whether its amount is taken off; else its VAT is paid twice.',
                    names,
                ),
                level='warning',
                asks=True,
            )
        ]

    def _vatportal_advance_stop(self, advance):
        """What makes it impossible to settle this very ``advance``; None for nothing."""
        _ = self.env._
        if self.vatportal_is_advance:
            return _('An advance does not settle another one. Remove the advance on the invoice, tab e-taxes.')
        if advance.state != 'registered' or advance.company_id != self.company_id:
            return _('The advance %s is no longer at e-taxes. Choose another one.', advance.display_name)
        if advance.partner_id and not advance._is_of_buyer(self):
            return _('The advance %(number)s is of %(other)s, not of this customer. Choose another one.', number=advance.qaime, other=advance.partner_id.name)
        if not advance.advance_left:
            return _('Nothing is left of the advance %s. Choose another one.', advance.qaime)
        return None

    # ------------------------------------------------------------------ how much of it

    def _vatportal_left_problems(self, advance):
        """What is wrong with the amount that this invoice settles of ``advance``."""
        currency, left, amount = self.company_currency_id, advance.advance_left, self.vatportal_advance_amount
        if currency.compare_amounts(amount, 0) <= 0 or currency.compare_amounts(amount, left) > 0:
            return [
                self._vatportal_problem(
                    self.env._('Advance'),
                    self.env._(
                        'The invoice is to settle %(amount)s of the advance %(number)s, of which %(left)s is left. Write an amount '
                        'from 0.01 to %(left)s on the invoice, tab e-taxes.',
                        amount=self._vatportal_money(amount),
                        number=advance.qaime,
                        left=self._vatportal_money(left),
                    ),
                )
            ]
        taken = self._vatportal_taken(advance)
        if currency.compare_amounts(taken, left) > 0:
            return [
                self._vatportal_problem(
                    self.env._('Advance'),
                    self.env._(
                        'The invoice takes off %(taken)s, but %(left)s is left of the advance %(number)s.',
                        taken=self._vatportal_money(taken),
                        left=self._vatportal_money(left),
                        number=advance.qaime,
                    ),
                    level='warning',
                    record=advance,
                    asks=True,
                )
            ]
        return []

    def _vatportal_together_problems(self):
        # EXTENDS vatportal.source: each takes of an advance what those before it leave
        problems = super()._vatportal_together_problems()
        for advance, moves in self.grouped('vatportal_advance_id').items():
            left = advance.advance_left
            for move in moves.sorted('id') if advance else moves.browse():
                amount = move.vatportal_advance_amount
                if move.company_currency_id.compare_amounts(amount, left) > 0:
                    problems.setdefault(move, []).append(
                        move._vatportal_problem(
                            self.env._('Advance'),
                            self.env._(
                                'The invoice is to settle %(amount)s of the advance %(number)s, and the other invoices sent with '
                                'it leave %(left)s. Write less on one of them, tab e-taxes, or choose another advance.',
                                amount=move._vatportal_money(amount),
                                number=advance.qaime,
                                left=move._vatportal_money(left),
                            ),
                        )
                    )
                else:
                    left = round(left - amount, 2)
        return problems

from odoo import models
from odoo.tools import format_date

from ...vatportal import outgoing_items, voen
from ..states import SALE_TYPES, TRANSFERS


class AccountMove(models.Model):
    """What stands between an invoice and e-taxes, told before the portal is asked."""

    _inherit = 'account.move'

    def _vatportal_record_problems(self, connector, values):
        self.ensure_one()
        return [
            *self._vatportal_move_problems(connector, values),
            *self._vatportal_replaced_problems(),
            *self._vatportal_advance_problems(connector),
            *self._vatportal_package_warnings(),
        ]

    def _vatportal_searched_problems(self):
        # EXTENDS vatportal.source
        found = {move: move._vatportal_reversal_problems(others) for move, others in self._vatportal_reversed_alike().items()}
        for move, problems in self._vatportal_candidate_problems().items():
            found.setdefault(move, []).extend(problems)
        return found

    def _vatportal_move_problems(self, connector, values):
        """What the invoice itself lacks, or has too much."""
        stop = self._vatportal_state_problem(connector)
        if stop:
            return [stop]
        problems = self._vatportal_party_problems() + self._vatportal_self_problems(connector)
        problems += self._vatportal_date_problems() + self._vatportal_type_problems(self._vatportal_sent_kind(connector))
        problems += self._vatportal_advance_lines_problems(connector, self._vatportal_line_problems())
        if not (self.vatportal_main_info or '').strip():
            problems.append(self._vatportal_problem(self.env._('Main Note'), self.env._('The main note is empty. Fill it in on the invoice, tab e-taxes.')))
        try:
            vals = values[self] = self._vatportal_document_vals(connector)
        except outgoing_items.AmountError as error:
            return problems + [self._vatportal_amount_problem(error)]
        problems += self._vatportal_free_lines(vals) + self._vatportal_bare_lines(connector)
        if not any(problem['level'] == 'error' for problem in problems):
            problems += self._vatportal_portal_problems(vals)
        return problems

    def _vatportal_problem(self, field, message, level='error', record=None, line=None, asks=False):
        return {**super()._vatportal_problem(field, message, level, record, line, asks), 'move_id': self.id}

    # ------------------------------------------------------------------ the invoice as a whole

    def _vatportal_is_ever_sent(self):
        return self.move_type in SALE_TYPES

    def _vatportal_never_sent_text(self):
        return self.env._('Vendor bills, receipts and journal entries are not sent to e-taxes; choose customer invoices, credit notes, or returns to a vendor.')

    def _vatportal_state_problem(self, connector):
        """Return the one problem that makes all others pointless, or None."""
        received = self._vatportal_received_problem()
        if received:
            return received
        if self.state != 'posted':
            return self._vatportal_problem(
                self.env._('Status'),
                self.env._("The invoice is cancelled; it can't be sent.")
                if self.state == 'cancel'
                else self.env._('The invoice is a draft. Confirm it first.'),
            )
        stop = self._vatportal_sent_problem() or self._vatportal_unsent_problem() or self._vatportal_connector_problem(connector)
        if stop:
            return stop
        if not self._vatportal_is_ever_sent():
            return self._vatportal_problem(self.env._('Type'), self.env._('This kind of entry is not sent to e-taxes.'))
        return self._vatportal_kind_problem(connector) or self._vatportal_currency_problem()

    def _vatportal_received_problem(self):
        """The problem that the other side has issued the document of this entry; None where it has not."""
        document = self.sudo().vatportal_bill_document_id
        if not document:
            return None
        return self._vatportal_problem(
            self._fields['vatportal_bill_document_id']._description_string(self.env),
            self.env._('Its document is %s, which the other side issued at e-taxes: there is nothing to send.', document.qaime or document.name),
            record=document,
        )

    def _vatportal_kind_problem(self, connector):
        """The problem that it is not known as what the invoice is sent; None where it is."""
        if self._vatportal_sent_kind(connector):
            return None
        text = (
            self.env._('No rule of the connector gives this invoice an e-taxes kind. Choose one on the invoice, tab e-taxes.')
            if self.move_type == 'out_invoice'
            else self.env._(
                'It has no e-taxes kind, which means that the other side issues the electronic invoice, and nothing is sent. If your company issues '
                'it, choose the kind on the credit note, tab e-taxes.'
            )
        )
        return self._vatportal_problem(self.env._('e-taxes Kind'), text)

    def _vatportal_sent_kind(self, connector):
        """As what this invoice is sent through ``connector``. A credit note without a kind is the other side's to issue: no rule has
        the last word there."""
        return self.vatportal_kind_id if self.vatportal_kind_id or self.move_type != 'out_invoice' else connector._kind_for(self)

    def _vatportal_party_problems(self):
        partner, company = self.commercial_partner_id, self.company_id.partner_id
        if partner.vatportal_is_abroad and not partner.vatportal_voen:
            return self._vatportal_voen_problems(company) + [
                self._vatportal_problem(
                    self.env._('Vendor') if self.is_purchase_document() else self.env._('Customer'), self._vatportal_abroad_text(partner), record=partner
                )
            ]
        return self._vatportal_voen_problems(company | partner)

    def _vatportal_self_problems(self, connector):
        """Warn of an invoice to the company itself. e-taxes knows such of goods that are moved; whether it takes others, nobody has said."""
        partner, kind = self.commercial_partner_id, self._vatportal_sent_kind(connector)
        if kind.code in TRANSFERS or self._vatportal_buyer_voen() != voen.normalize(self.company_id.vat):
            return []
        text = self.env._(
            '%(name)s has the VÖEN of %(company)s, so the invoice goes to the company itself. Look whether it is the right contact. What is moved between '
            'its own warehouses goes as a goods transfer.',
            name=partner.name,
            company=self.company_id.name,
        )
        return [self._vatportal_problem(self.env._('VÖEN'), text, level='warning', record=partner, asks=True)]

    def _vatportal_abroad_text(self, partner):
        values = {'name': partner.name, 'country': partner._vatportal_country().name, 'vat': partner.vat}
        if voen.is_voen(partner.vat):
            return self.env._(
                '%(name)s is of %(country)s, so its Tax ID %(vat)s is not taken for a VÖEN; e-taxes takes invoices to '
                "taxpayers of Azerbaijan only. If it has a branch in Azerbaijan, enter the branch's VÖEN on the contact, "
                '“VÖEN in Azerbaijan”; if the country is wrong, correct it.',
                **values,
            )
        return self.env._(
            '%(name)s is of %(country)s and without VÖEN; e-taxes takes invoices to taxpayers of Azerbaijan only. If it has '
            "a branch in Azerbaijan, enter the branch's VÖEN on the contact, “VÖEN in Azerbaijan”.",
            **values,
        )

    def _vatportal_date_problems(self):
        """Warn of a date far off, or in a period that is closed in the books."""
        label, day = self.env._('Invoice Date'), self.invoice_date
        problems = self._vatportal_day_problems(label, day)
        locks = self._get_violated_lock_dates(day, bool(self.invoice_line_ids.tax_ids))
        if locks:
            problems.append(
                self._vatportal_problem(
                    label,
                    self.env._(
                        '%(date)s lies in a period that is closed in the books: %(locks)s. Look whether it is right; it can be sent all the same.',
                        date=format_date(self.env, day),
                        locks=self.company_id._format_lock_dates(locks),
                    ),
                    level='warning',
                )
            )
        return problems

    # ------------------------------------------------------------------ lines

    def _vatportal_line_problems(self):
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == 'product' and line.price_subtotal > 0 and self.company_currency_id.compare_amounts(line.balance, 0)
        )
        if not lines:
            return [self._vatportal_problem(self.env._('Lines'), self.env._('The invoice has no line with an amount.'))]
        problems, heads = [], self._vatportal_heads()
        # What only adds an amount to the item above needs neither a product nor a unit.
        for line in lines.filtered(lambda line: line.product_id or line not in heads):
            problems += self._vatportal_product_problems(line, line.product_id.product_tmpl_id, line.product_uom_id, self._vatportal_line_label(line))
        return problems

    def _vatportal_is_under_excise(self, line):
        return 'excise' in line.tax_ids._vatportal_categories()

    def _vatportal_line_of(self, line_vals):
        return self.env['account.move.line'].browse(line_vals['move_line_id'])

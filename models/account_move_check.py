from odoo import models
from odoo.tools import formatLang

from ..vatportal import amounts, voen
from . import portal_text
from .amounts import API_NAMES
from .document import LIVE_STATES

# Fields of the API whose name is not ours, beside those of API_NAMES.
_LINE_NAMES = {'id': 'product_code', 'unit_price': 'price_unit', 'aksizgrade': 'excise_rate'}
_INVOICE_NAMES = {'id': 'erp_id', 'seller': 'seller_vat', 'buyer': 'buyer_vat', 'type': 'kind_id', 'items': 'line_ids'}
# Said in better words by our own checks before the portal's rules are asked.
_CHECKED_BEFORE = {20, 21, 22, 23, 39, 40, 41, 44, 45, 61}


class AccountMove(models.Model):
    """What stands between an invoice and e-taxes, told before the portal is asked."""

    _inherit = 'account.move'

    def _vatportal_problems(self, connector):
        """Return the problems of these invoices, in their order, as a list of dicts.

        ``move_id``, ``line_id`` (an ``account.move.line`` or empty), ``level`` ('error' stops the invoice,
        'warning' does not), ``field`` (the accountant's name for it), ``message`` (what is wrong and what to
        do), ``res_model`` and ``res_id`` (the record to mend).
        """
        return [problem for move in self for problem in move._vatportal_move_problems(connector)]

    def _vatportal_move_problems(self, connector):
        self.ensure_one()
        stop = self._vatportal_state_problem(connector)
        if stop:
            return [stop]
        problems = self._vatportal_party_problems() + self._vatportal_line_problems()
        if not (self.vatportal_main_info or '').strip():
            problems.append(self._vatportal_problem(
                self.env._("Main Note"), self.env._("The main note is empty. Fill it in on the invoice, tab e-taxes.")))
        try:
            vals = self._vatportal_document_vals(connector)
        except amounts.AmountError as error:
            return problems + [self._vatportal_amount_problem(error)]
        problems += self._vatportal_free_lines(vals)
        if not any(problem['level'] == 'error' for problem in problems):
            problems += self._vatportal_portal_problems(vals)
        return problems

    def _vatportal_problem(self, field, message, level='error', record=None, line=None):
        record = record if record is not None else self
        return {
            'move_id': self.id, 'line_id': line.id if line else False, 'level': level, 'field': field,
            'message': message, 'res_model': record._name, 'res_id': record.id,
        }

    # ------------------------------------------------------------------ the invoice as a whole

    def _vatportal_state_problem(self, connector):
        """Return the one problem that makes all others pointless, or None."""
        document = self.sudo().vatportal_document_ids.filtered(
            lambda doc: doc.direction == 'outgoing' and doc.state in LIVE_STATES)[:1]
        if self.state != 'posted':
            return self._vatportal_problem(self.env._("Status"), self.env._(
                "The invoice is cancelled; it can't be sent.") if self.state == 'cancel' else self.env._(
                "The invoice is a draft. Confirm it first."))
        if document:
            if document.qaime:
                text = self.env._("The invoice is at e-taxes already, with the number %s.", document.qaime)
            else:
                text = self.env._("The invoice was sent already; its process has not ended.")
            return self._vatportal_problem(self.env._("Status"), text, record=document)
        if not connector:
            return self._vatportal_problem(
                self.env._("Connector"),
                self.env._("%s has no VatPortal connector. An accounting manager can create one under Accounting → "
                  "Configuration → VatPortal Connectors.", self.company_id.name),
                record=self.company_id)
        if connector.company_id != self.company_id:
            return self._vatportal_problem(self.env._("Company"), self.env._(
                "The invoice belongs to %(company)s, the connector to %(other)s. Choose a connector of the "
                "invoice's company.", company=self.company_id.name, other=connector.company_id.name))
        if self.move_type not in ('out_invoice', 'out_refund', 'in_refund'):
            return self._vatportal_problem(self.env._("Type"), self.env._("This kind of entry is not sent to e-taxes."))
        if not (self.vatportal_kind_id or connector._kind_for(self)):
            return self._vatportal_problem(self.env._("e-taxes Kind"), self.env._(
                "No rule of the connector gives this invoice an e-taxes kind. Choose one on the invoice, tab "
                "e-taxes. A return of goods is issued by the buyer who returns them."))
        if self.company_currency_id.name != 'AZN':
            return self._vatportal_problem(self.env._("Currency"), self.env._(
                "The currency of %s is not AZN; e-taxes takes manat only.", self.company_id.name),
                record=self.company_id)
        return None

    def _vatportal_party_problems(self):
        partner, company = self.commercial_partner_id, self.company_id.partner_id
        problems = []
        country = partner.country_id.code
        if country and country != 'AZ' and not voen.is_voen(partner.vat):
            return [self._vatportal_problem(self.env._("Customer"), self.env._(
                "%(name)s is a company of %(country)s without VÖEN; e-taxes takes invoices to taxpayers of "
                "Azerbaijan only.", name=partner.name, country=partner.country_id.name), record=partner)]
        for party in company | partner:
            if not voen.normalize(party.vat):
                text, level = self.env._("%s has no VÖEN. Fill in the Tax ID.", party.name), 'error'
            elif not voen.is_voen(party.vat):
                text, level = self.env._("The VÖEN of %(name)s must have exactly 10 digits, not “%(vat)s”. Correct the "
                                "Tax ID.", name=party.name, vat=party.vat), 'error'
            elif not voen.has_valid_check_digit(party.vat):
                text, level = self.env._("The check digit of the VÖEN %(vat)s of %(name)s is wrong. Look whether it was "
                                "mistyped.", name=party.name, vat=party.vat), 'warning'
            else:
                continue
            problems.append(self._vatportal_problem(self.env._("VÖEN"), text, level=level, record=party))
        return problems

    # ------------------------------------------------------------------ lines

    def _vatportal_line_problems(self):
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == 'product' and line.price_subtotal > 0)
        if not lines:
            return [self._vatportal_problem(self.env._("Lines"), self.env._("The invoice has no line with an amount."))]
        problems = []
        for line in lines:
            product = line.product_id.product_tmpl_id
            label = self._vatportal_line_label(line)
            if not product:
                problems.append(self._vatportal_problem(self.env._("Product"), self.env._(
                    "“%s” has no product. Choose one that has an e-taxes code.", label), line=line))
            elif not product._vatportal_code():
                problems.append(self._vatportal_problem(self.env._("e-taxes Code"), self.env._(
                    "%s has no e-taxes code. Set the 10-digit code on the product or its category.",
                    product.display_name), line=line, record=product))
            if not line.product_uom_id._vatportal_unit():
                problems.append(self._vatportal_problem(self.env._("Unit"), self.env._(
                    "“%s” has no unit of measure. Choose one on the line.", label), line=line))
        return problems

    def _vatportal_free_lines(self, vals):
        """Warn of lines without an amount: e-taxes takes no price of zero, so they are left out."""
        sent = {command[2]['move_line_id'] for command in vals['line_ids'] if command[2]}
        return [
            self._vatportal_problem(self.env._("Price"), self.env._(
                "“%s” is free of charge and is left out: e-taxes takes no line with a price of zero.",
                self._vatportal_line_label(line)), level='warning', line=line)
            for line in self.invoice_line_ids
            if line.display_type == 'product' and line.id not in sent and not line.price_total and line.quantity > 0
        ]

    def _vatportal_amount_problem(self, error):
        """Return an :class:`amounts.AmountError` in the accountant's words, naming the line."""
        row = error.row
        line = row.key if row.key else None
        label, record = row.label, None
        amount = formatLang(self.env, float(row.net), currency_obj=self.company_currency_id)
        if error.reason == 'tax':
            record = row.info['tax']
            text = self.env._("“%(line)s”: the tax %(tax)s has no e-taxes category. Set it on the tax.",
                     line=label, tax=record.name)
        elif error.reason == 'category':
            text = self.env._("“%s” has no tax that tells its VAT category. Add one, for instance the tax “exempt” or "
                     "“not subject to VAT”.", label)
        elif error.reason == 'categories':
            text = self.env._("“%s” has taxes of more than one VAT category. Keep one of them.", label)
        elif error.reason == 'simplified':
            text = self.env._("“%s” has a VAT tax, but the connector is set to simplified taxation. Remove the tax, or "
                     "correct the connector.", label)
        elif error.reason == 'quantity':
            text = self.env._("“%s” has no positive quantity. e-taxes takes no such line.", label)
        elif error.reason == 'vat':
            text = self.env._("“%s”: its VAT is not 18 %% of its amount. Look whether the tax was changed by hand, and "
                     "whether the tax's rate is 18 %%.", label)
        elif error.reason == 'rounding':
            text = self.env._("The cash rounding “%(name)s” of %(amount)s can't be expressed at e-taxes. Remove it from "
                     "the invoice.", name=label, amount=amount)
        else:
            text = self.env._("“%(line)s” comes to %(amount)s. e-taxes takes no negative amounts, and no other line has the "
                     "same taxes and enough to take it off.", line=label, amount=amount)
        return self._vatportal_problem(self.env._("Amount"), text, line=line, record=record)

    # ------------------------------------------------------------------ the portal's own rules

    def _vatportal_portal_problems(self, vals):
        """Check what would be sent against the portal's rules 20–64, as it stands ready to be sent."""
        document = self.env['vatportal.document'].new({**vals, 'erp_id': '0' * 7})
        total = sum(document.line_ids.mapped('amount_total'))
        problems = []
        if self.company_currency_id.compare_amounts(total, abs(self.amount_total_signed)):
            problems.append(self._vatportal_problem(self.env._("Total"), self.env._(
                "The lines add up to %(sum)s for e-taxes, but the invoice's total is %(total)s.",
                sum=formatLang(self.env, total, currency_obj=self.company_currency_id),
                total=formatLang(self.env, abs(self.amount_total_signed), currency_obj=self.company_currency_id))))
        lines = [command[2]['move_line_id'] for command in vals['line_ids'] if command[2]]
        for problem in document._to_invoice().problems():
            if problem.code in _CHECKED_BEFORE:
                continue
            line = self.env['account.move.line'].browse(
                lines[problem.item] if problem.item is not None else ())
            text = portal_text.validation_text(self.env, problem.code)
            if line:
                text = f"“{self._vatportal_line_label(line)}”: {text}"
            problems.append(self._vatportal_problem(
                self._vatportal_field_label(problem.field, bool(line)), text, line=line))
        return problems

    def _vatportal_field_label(self, name, of_line):
        """Our label for the field that the portal calls ``name``, of an item or of the invoice; else that name."""
        names = {api[0 if of_line else 1]: ours for ours, api in API_NAMES.items()} | (
            _LINE_NAMES if of_line else _INVOICE_NAMES)
        model = self.env['vatportal.document.line' if of_line else 'vatportal.document']
        field = model._fields.get(names.get(name, name))
        return field._description_string(self.env) if field else name

from odoo import api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Command

from .setup import notification


class VatportalConnector(models.Model):
    """The taxes that a payer of VAT needs: created where the company lacks them, on payment where it uses cash basis.

    VAT is due when the customer has paid since 2020 (Tax Code, article 166), so a company that keeps Odoo's cash basis off is
    told, and offered to switch it on. The national chart has all taxes; nothing is created or changed beside it.
    """

    _inherit = 'vatportal.connector'

    vat_on_invoice = fields.Boolean(
        string='VAT Booked with the Invoice', compute='_compute_vat_on_invoice', help='VAT of 18 % is booked with the invoice, not with its payment.'
    )

    @api.depends('company_id', 'taxation')
    def _compute_vat_on_invoice(self):
        for connector in self:
            connector.vat_on_invoice = bool(connector._late_taxes())

    def _tax_definitions(self):
        """(VAT category, name, rate) of the taxes that a VAT payer needs (Tax Code, articles 164, 165, 173)."""
        return [
            ('vat', self.env._('VAT 18 %'), 18.0),
            ('zero', self.env._('VAT 0 %'), 0.0),
            ('exempt', self.env._('Exempt from VAT'), 0.0),
            ('not_subject', self.env._('Not subject to VAT'), 0.0),
        ]

    # ------------------------------------------------------------------ buttons

    def action_create_taxes(self):
        """Create the Azerbaijani taxes that the company lacks, for sales and purchases, each with its category.

        A tax of 18 % that the company has already, or one of 0 % by the same name, only gets the category.

        :raises AccessError: for anyone but accounting managers
        :raises RedirectWarning: while the company has no chart of accounts; loading one later would delete the taxes
        """
        self.ensure_one()
        self._check_may_set_taxes()
        _ = self.env._
        if self.company_id._vatportal_has_national_chart():
            return notification('info', _('Taxes'), _('The chart of accounts for Azerbaijan has all taxes, and they are known. Nothing was created.'))
        self._check_chart()
        done = [self._ensure_tax(use, *definition) for use in ('sale', 'purchase') for definition in self._tax_definitions()]
        done = self.env['account.tax'].union(*filter(None, done))
        uses = dict(done._fields['type_tax_use']._description_selection(self.env))
        texts = [_('%s.', ', '.join(f'{tax.name} ({uses[tax.type_tax_use]})' for tax in done)) if done else _('The company has all of them already.')]
        bare = done.filtered(lambda tax: tax.amount and not tax.repartition_line_ids.account_id)
        if bare:
            names = ', '.join(bare.mapped('name'))
            texts.append(
                _('Set the account for the tax amount on: %s; without it the VAT stays where it waits for its payment.', names)
                if any(tax.tax_exigibility == 'on_payment' for tax in bare)
                else _('Set the account for the tax amount on: %s; without it the VAT is booked to the account of the line.', names)
            )
        late = self._late_taxes()
        if self.company_id.sudo().tax_exigibility and done.filtered(lambda tax: tax.tax_exigibility == 'on_payment'):
            texts.append(_('VAT of 18 % is booked when it is paid, for the company uses cash basis.'))
        elif late:
            texts.append(self._late_text(late))
        # What is booked with the invoice the set-up goes on saying, and the button on the connector.
        kind = 'warning' if bare or late else 'success' if done else 'info'
        return notification(kind, _('Taxes are ready') if done else _('Taxes'), ' '.join(texts), sticky=bool(bare))

    def action_use_cash_basis(self):
        """Switch Odoo's cash basis on for the company, and book its VAT of 18 % when it is paid.

        What is confirmed already stays as it was booked: Odoo asks the taxes of old entries when it reports and when it is paid, so a tax that
        was used is replaced by one on payment, and archived. What is a draft or an order yet gets the new one when it is confirmed.

        :raises AccessError: for anyone but accounting managers
        :raises RedirectWarning: while the company has no chart of accounts
        :raises UserError: where the national chart decides it, or a tax has no account for its amount
        """
        self.ensure_one()
        self._check_may_set_taxes()
        if self.company_id._vatportal_has_national_chart():
            raise UserError(
                self.env._('The chart of accounts for Azerbaijan decides when its taxes are due. Change that in Accounting ‣ Configuration ‣ Taxes.')
            )
        self._check_chart()
        taxes = self._taxes_on_invoice()
        bare = taxes.filtered(lambda tax: not tax.repartition_line_ids.account_id)
        if bare:
            text = self.env._(
                'Set the account for the tax amount first on: %s; without it the VAT would stay where it waits for its payment.', ', '.join(bare.mapped('name'))
            )
            raise UserError(text)
        self._check_nothing_sells()
        company = self.company_id.root_id.sudo()
        company.tax_exigibility = True
        if not company.tax_cash_basis_journal_id:
            company.tax_cash_basis_journal_id = self._cash_basis_journal(company)
        for tax in taxes:
            self._put_on_payment(tax)
        return notification(
            'success',
            self.env._('VAT on Payment'),
            self.env._('From now on VAT is booked when it is paid: %s. What is confirmed already stays as it is.', ', '.join(taxes.mapped('name')))
            if taxes
            else self.env._('Cash basis is on. The company has no tax that it would change.'),
            reload=True,
        )

    def _check_nothing_sells(self):
        """Checked last, for it is the only thing that a person would put right in vain if another were missing.

        :raises UserError: while something sells with the taxes of before that can't get the new ones meanwhile
        """

    def _check_may_set_taxes(self):
        self.check_access('write')
        if not self.env.user.has_group('account.group_account_manager'):
            raise AccessError(self.env._('Only accounting managers can create taxes.'))

    def _check_chart(self):
        if not self._has_chart():
            raise RedirectWarning(
                self.env._(
                    'Load a chart of accounts first: %s has none, and loading one later would delete the taxes that are created now. '
                    'Choose it in the settings of Invoicing, under “Fiscal Localization”, and save.',
                    self.company_id.name,
                ),
                self.env.ref('account.action_account_config').id,
                self.env._('Open the Settings'),
            )

    def _has_chart(self):
        """Whether the company, or the one of which it is a branch, has the books of a chart."""
        return bool(self.company_id._vatportal_with_chart())

    # ------------------------------------------------------------------ a tax

    def _own_taxes(self, use):
        """The company's taxes of a percentage for ``use`` (sale, purchase); one of another country, or for a fiscal position from
        abroad alone, is no tax for a qaimə."""
        Tax = self.env['account.tax'].with_company(self.company_id)
        return Tax.search([*Tax._check_company_domain(self.company_id), ('type_tax_use', '=', use), ('amount_type', '=', 'percent')])._vatportal_domestic()

    def _taxes_on_invoice(self, taxes=None):
        """The company's taxes of VAT that are booked with the invoice, though VAT is due on payment. What is part of a group is left to
        those who made the group.

        :param taxes: all of the company, where they are known, see ``account.tax._vatportal_of``
        """
        if taxes is None:
            taxes = self.env['account.tax'].with_company(self.company_id)._vatportal_of(self.company_id)[self.company_id]
        late = taxes.filtered(lambda tax: tax.amount_type == 'percent' and tax.amount and tax.tax_exigibility == 'on_invoice' and not tax.vatportal_group_ids)
        return late.filtered(lambda tax: 'vat' in tax._vatportal_categories())

    def _late_taxes(self, taxes=None):
        """Those of :meth:`_taxes_on_invoice` that *VAT on Payment* is offered for: the national chart decides itself, and under simplified
        taxation there is no VAT."""
        if not self.company_id or self.company_id._vatportal_has_national_chart() or self.taxation == 'simplified':
            return self.env['account.tax']
        return self._taxes_on_invoice(taxes)

    def _late_text(self, taxes):
        """What there is to say of ``taxes`` that are booked with the invoice."""
        return self.env._(
            'Since 2020 VAT is due when it is paid, and here %s are booked with the invoice. “VAT on Payment” switches that.', ', '.join(taxes.mapped('name'))
        )

    def _ensure_tax(self, use, category, name, rate):
        """Return the tax that was created or given its category; None where there was one."""
        own = self._own_taxes(use)
        # A group of taxes is one of the category, too.
        if (use, category) in own._vatportal_of(self.company_id)[self.company_id]._vatportal_columns(self.company_id):
            return None
        # What a rate of 0 % means only its name tells.
        same = own.filtered(lambda tax: not tax._vatportal_categories() and tax.amount == rate and (rate or tax.name == name))[:1]
        if same:
            same.vatportal_category = category
            return same
        account = own.repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax').account_id[:1]
        lines = [
            Command.create({'document_type': document, 'repartition_type': part, 'account_id': account.id if part == 'tax' and rate else False})
            for document in ('invoice', 'refund')
            for part in ('base', 'tax')
        ]
        tax = own.create(
            {
                'name': self._free_tax_name(name, use),
                'type_tax_use': use,
                'amount_type': 'percent',
                'amount': rate,
                'company_id': self.company_id.id,
                'vatportal_category': category,
                'tax_group_id': self._tax_group(name).id,
                'repartition_line_ids': lines,
                **(self._on_payment_vals(use) if rate and self.company_id.sudo().tax_exigibility else {}),
            }
        )
        self._translate_names((tax, tax.tax_group_id), name, lambda connector: connector._tax_names()[category])
        return tax

    def _tax_names(self):
        return {category: name for category, name, _rate in self._tax_definitions()}

    def _translate_names(self, records, name, translated):
        """Give new ``records`` that are called ``name`` their name in every language of the database, for each reader has their own.

        :param translated: function of a connector → the name in the language of its context
        """
        records = [record for record in records if record.name == name]
        for lang, _label in self.env['res.lang'].get_installed():
            for record in records:
                record.with_context(lang=lang).name = translated(self.with_context(lang=lang))

    def _free_tax_name(self, name, use):
        """``name``, told apart from that of a tax that is something else: names are unique in a company."""
        Tax = self.env['account.tax']
        taken = Tax.search([*Tax._check_company_domain(self.company_id), ('type_tax_use', '=', use), ('name', '=', name)])
        return f'{name} (e-taxes)' if taken else name

    def _tax_group(self, name):
        Group = self.env['account.tax.group']
        country = self.company_id.account_fiscal_country_id
        domain = [('company_id', '=', self.company_id.id), ('name', '=', name), ('country_id', '=', country.id)]
        return Group.search(domain, limit=1) or Group.create({'name': name, 'company_id': self.company_id.id, 'country_id': country.id})

    # ------------------------------------------------------------------ cash basis

    def _cash_basis_journal(self, company):
        Journal = self.env['account.journal'].sudo()
        return Journal.search([('company_id', '=', company.id), ('type', '=', 'general'), ('code', '=', 'CABA')], limit=1) or Journal.create(
            {'name': self.env._('Cash Basis Taxes'), 'code': 'CABA', 'type': 'general', 'company_id': company.id, 'show_on_dashboard': False}
        )

    def _put_on_payment(self, tax):
        """Book the VAT of ``tax`` when it is paid; where entries have it, by a tax in its place."""
        vals = self._on_payment_vals(tax.type_tax_use)
        if not tax.is_used:
            tax.write(vals)
            return
        tax.active = False  # no two active ones have the same name
        new = tax.copy({'name': tax.name, 'active': True, **vals})
        for lang, _label in self.env['res.lang'].get_installed():
            new.with_context(lang=lang).name = tax.with_context(lang=lang).name
        tax._vatportal_replace(new)

    def _on_payment_vals(self, use):
        return {'tax_exigibility': 'on_payment', 'cash_basis_transition_account_id': self._transition_account(use).id}

    def _transition_account(self, use):
        """The account where VAT of ``use`` (sale, purchase) waits for its payment: that of the company's other taxes, else a new one."""
        Tax = self.env['account.tax'].with_company(self.company_id)
        used = Tax.search(
            [*Tax._check_company_domain(self.company_id), ('type_tax_use', '=', use), ('cash_basis_transition_account_id', '!=', False)], limit=1
        ).cash_basis_transition_account_id
        if used:
            return used
        company = self.company_id.root_id
        Account = self.env['account.account'].with_company(company)
        account_type, start = ('liability_current', '251000') if use == 'sale' else ('asset_current', '131000')
        alike = Account.search([*Account._check_company_domain(company), ('account_type', '=', account_type)], limit=1)
        name = self._transition_name(use)
        account = Account.create(
            {
                'name': name,
                'code': Account._search_new_account_code(alike.code or start),
                'account_type': account_type,
                'reconcile': True,
                'company_ids': [Command.set(company.ids)],
            }
        )
        self._translate_names((account,), name, lambda connector: connector._transition_name(use))
        return account

    def _transition_name(self, use):
        return self.env._('VAT on sales, until paid') if use == 'sale' else self.env._('VAT on purchases, until paid')

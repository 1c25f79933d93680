from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Command

from ...vatportal import PortalError
from .. import portal_text

# What the connection test asks for: an ERP id that no invoice can have.
NO_INVOICE = 'CONNECTION-TEST'


class VatportalConnector(models.Model):
    """What an administrator does once: try the connection, create the taxes."""

    _inherit = 'vatportal.connector'

    # ------------------------------------------------------------------ test

    def action_test_connection(self):
        """Ask the portal for an invoice that does not exist, and say what came of it.

        Tells apart: address, certificate, log-in data, partner's phone, missing ASAN İmza number.
        """
        self.ensure_one()
        self.check_access('write')
        problem = self._test_connection()
        if problem:
            return _notification('danger', self.env._('The connection does not work'), problem, sticky=True)
        return _notification('success', self.env._('The connection works'), self.env._('VatPortal accepted the log-in data at %s.', self.base_url), reload=True)

    def _test_connection(self):
        """Return what stands against using the portal, or False."""
        with self._client() as client:
            try:
                client.read_invoices([NO_INVOICE])
            except PortalError as error:
                text = portal_text.explain(self.env, error)
                said = f' ({self.env._("The portal said: %s", error.message)})' if error.message else ''
                if self.retry_at:
                    self._note_outcome(type(error).__name__, getattr(error, 'reason', None), text, client.read_methods)
                return f'{self.base_url}: {text}{said}'
            self._note_answer(client.read_methods)
        return False

    # ------------------------------------------------------------------ taxes

    def _tax_definitions(self):
        """(VAT category, name, rate) of the taxes that a VAT payer needs (Tax Code, articles 164, 165, 173)."""
        return [
            ('vat', self.env._('VAT 18 %'), 18.0),
            ('zero', self.env._('VAT 0 %'), 0.0),
            ('exempt', self.env._('Exempt from VAT'), 0.0),
            ('not_subject', self.env._('Not subject to VAT'), 0.0),
        ]

    def action_create_taxes(self):
        """Create the Azerbaijani taxes that the company lacks, for sales and purchases, each with its category.

        A tax of 18 % that the company has already, or one of 0 % by the same name, only gets the category.

        :raises AccessError: for anyone but accounting managers
        """
        self.ensure_one()
        self.check_access('write')
        if not self.env.user.has_group('account.group_account_manager'):
            raise AccessError(self.env._('Only accounting managers can create taxes.'))
        done = [self._ensure_tax(use, *definition) for use in ('sale', 'purchase') for definition in self._tax_definitions()]
        names = [f'{tax.name} ({tax.type_tax_use})' for tax in done if tax]
        if not names:
            return _notification('info', self.env._('Taxes'), self.env._('The company has all of them already.'))
        bare = [tax.name for tax in done if tax and tax.amount and not tax.repartition_line_ids.account_id]
        if bare:
            return _notification(
                'warning',
                self.env._('Taxes are ready'),
                self.env._(
                    '%(taxes)s. Set the account for the tax amount on: %(bare)s; without it the VAT is booked to the account of the line.',
                    taxes=', '.join(names),
                    bare=', '.join(bare),
                ),
                sticky=True,
            )
        return _notification('success', self.env._('Taxes are ready'), ', '.join(names))

    def _ensure_tax(self, use, category, name, rate):
        """Return the tax that was created or given its category; None where there was one."""
        Tax = self.env['account.tax'].with_company(self.company_id)
        # One of another country, or for a fiscal position from abroad alone, is no tax for a qaimə.
        own = Tax.search(
            [
                *Tax._check_company_domain(self.company_id),
                ('type_tax_use', '=', use),
                ('amount_type', '=', 'percent'),
                ('country_id', '=', self.company_id.account_fiscal_country_id.id),
            ]
        ).filtered('is_domestic')
        if own.filtered(lambda tax: tax.vatportal_category == category):
            return None
        # What a rate of 0 % means only its name tells.
        same = own.filtered(lambda tax: not tax.vatportal_category and tax.amount == rate and (rate or tax.name == name))[:1]
        if same:
            same.vatportal_category = category
            return same
        account = own.repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax').account_id[:1]
        lines = [
            Command.create({'document_type': document, 'repartition_type': part, 'account_id': account.id if part == 'tax' and rate else False})
            for document in ('invoice', 'refund')
            for part in ('base', 'tax')
        ]
        tax = Tax.create(
            {
                'name': self._free_tax_name(name, use),
                'type_tax_use': use,
                'amount_type': 'percent',
                'amount': rate,
                'company_id': self.company_id.id,
                'vatportal_category': category,
                'tax_group_id': self._tax_group(name).id,
                'repartition_line_ids': lines,
            }
        )
        self._translate_tax(tax, category)
        return tax

    def _translate_tax(self, tax, category):
        """Give a new tax its name in every language of the database, for each reader has their own."""
        if tax.name != {key: name for key, name, _rate in self._tax_definitions()}[category]:
            return
        for lang, _label in self.env['res.lang'].get_installed():
            names = {key: name for key, name, _rate in self.with_context(lang=lang)._tax_definitions()}
            for record in (tax, tax.tax_group_id):
                record.with_context(lang=lang).name = names[category]

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


def _notification(kind, title, message, sticky=False, reload=False):
    return {
        'type': 'ir.actions.client',
        'tag': 'display_notification',
        'params': {
            'type': kind,
            'title': title,
            'message': message,
            'sticky': sticky,
            **({'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'}} if reload else {}),
        },
    }

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class VatportalChecklist(models.AbstractModel):
    """What the buttons of the set-up do. Each checks the rights of its own on what it changes."""

    _inherit = 'vatportal.checklist'

    @api.model
    def action_step(self, company_id, key):
        """Do what the button ``key`` of a step says, for the company with that id.

        :return: an action; False where there is nothing to open
        :raises AccessError: for anyone but accounting managers, for a company that is not at work, and for a right that it takes
        :raises UserError: for a button that is none, or that has nothing to do any more
        """
        self._check_rights()
        company = self._company(company_id)
        actions = {
            'chart': self._load_chart,
            'currency': self._set_currency,
            'voen': self._open_company,
            'connector': self._open_connector,
            'test': self._test,
            'taxes': self._create_taxes,
            'default_taxes': self._set_default_taxes,
            'no_tax': self._take_off_default_tax,
            'cash_basis': self._use_cash_basis,
            'products': self._open_products,
            'categories': self._open_categories,
            'classifier': self._open_classifier,
            'invoice': self._make_invoice,
        }
        if key not in actions:
            raise UserError(self.env._('There is no such step any more. Reload the page.'))
        return actions[key](company) or False

    def _window(self, xml_id, **values):
        return {**self.env['ir.actions.act_window']._for_xml_id(xml_id), **values}

    # ------------------------------------------------------------------ the company

    def _load_chart(self, company):
        company._vatportal_load_chart()

    def _set_currency(self, company):
        company._vatportal_move_to_azerbaijan()

    def _open_company(self, company):
        return {
            'type': 'ir.actions.act_window',
            'name': company.name,
            'res_model': 'res.company',
            'res_id': company.id,
            'views': [[self.env.ref('account.res_company_form_view_onboarding').id, 'form']],
            'target': 'new',
        }

    # ------------------------------------------------------------------ the portal

    def _connector_of(self, company):
        return self.env['vatportal.connector'].search([('company_id', '=', company.id)], limit=1)

    def _open_connector(self, company):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('VatPortal Connector'),
            'res_model': 'vatportal.connector',
            'res_id': self._connector_of(company).id,
            'views': [[False, 'form']],
            'context': {'default_company_id': company.id, 'default_name': company.name},
        }

    def _test(self, company):
        connector = self._connector_of(company)
        return connector and connector.action_test_connection()

    # ------------------------------------------------------------------ taxes

    def _create_taxes(self, company):
        return self._connector_for_taxes(company).action_create_taxes()

    def _use_cash_basis(self, company):
        return self._connector_for_taxes(company).action_use_cash_basis()

    def _connector_for_taxes(self, company):
        connector = self._connector_of(company)
        if not connector:
            raise UserError(self.env._('The chart of accounts and the connector come first.'))
        return connector

    def _set_default_taxes(self, company):
        company.check_access('write')
        for use, name in (('sale', 'account_sale_tax_id'), ('purchase', 'account_purchase_tax_id')):
            if not company[name]._vatportal_is_known():
                company[name] = self._tax_of_18(company, use)

    def _tax_of_18(self, company, use):
        """The tax of 18 % that new products are to have: the first, a group of taxes before those that are only its parts.

        :raises UserError: where there is none
        """
        Tax = self.env['account.tax']
        own = Tax.search([*Tax._check_company_domain(company), ('type_tax_use', '=', use)])._vatportal_domestic()
        taxes = own.filtered(lambda tax: tax._vatportal_own_columns() == {'vat'} and tax._vatportal_is_known() and not tax._vatportal_is_by_hand())
        groups = taxes.filtered(lambda tax: tax.amount_type == 'group')
        found = (groups or taxes)[:1]
        if not found:
            raise UserError(self.env._('There is no tax of 18 % with the e-taxes category. Create the missing taxes first.'))
        return found

    def _take_off_default_tax(self, company):
        company.check_access('write')
        company.account_sale_tax_id = False

    # ------------------------------------------------------------------ products, the first invoice

    def _open_products(self, company):
        """The products that need a code: those sold of late, where there are such, else all that can be sold."""
        bare = Domain('vatportal_has_code', '=', False)
        templates = self._sold_bare(company).get(company)
        own = Domain('id', 'in', templates.ids) if templates else self._sellable_domain(company) & bare
        return self._window('l10n_az_vatportal.vatportal_product_template_action', domain=list(own), context={'active_test': False} if templates else {})

    def _open_categories(self, _company):
        return self._window('l10n_az_vatportal.vatportal_product_category_action')

    def _open_classifier(self, _company):
        return self._window('l10n_az_vatportal.vatportal_product_code_action')

    def _make_invoice(self, _company):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Invoice'),
            'res_model': 'account.move',
            'views': [[self.env.ref('account.view_move_form').id, 'form']],
            'context': {'default_move_type': 'out_invoice'},
        }

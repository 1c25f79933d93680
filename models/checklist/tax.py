from odoo import models

from ..account_tax import VAT_CATEGORIES


class AccountTax(models.Model):
    _inherit = 'account.tax'

    def _vatportal_columns(self, company):
        """The VAT columns of a qaimə for which ``company`` has a tax.

        :return: set of (``sale`` or ``purchase``, category)
        """
        taxes = self.search([*self._check_company_domain(company), ('type_tax_use', 'in', ('sale', 'purchase'))])
        # In the national chart a line without a tax says "not subject to VAT".
        bare = {(use, 'not_subject') for use in ('sale', 'purchase') if self._vatportal_has_national_chart(company)}
        return bare | {(tax.type_tax_use, column) for tax in taxes for column in tax._vatportal_own_columns()}

    def _vatportal_own_columns(self):
        """The VAT columns into which lines with these taxes go; groups are looked through."""
        return set(self._vatportal_categories().intersection(VAT_CATEGORIES))

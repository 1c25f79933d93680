from odoo import models

from odoo.addons.account.models.chart_template import template


class AccountChartTemplate(models.AbstractModel):
    """Odoo's generic chart is of no country, and takes that of the United States: its taxes, and dollars for the company."""

    _inherit = 'account.chart.template'

    def _vatportal_is_for_azerbaijan(self):
        # A branch without an address is where its company is.
        company = self.env.company.sudo()
        return (company.country_id or company.root_id.country_id).code == 'AZ'

    # Templates are taken by the names of their methods, the later one's values over the earlier one's.
    @template('generic_coa', 'res.company')
    def _get_vatportal_generic_coa_res_company(self):
        if not self._vatportal_is_for_azerbaijan():
            return {}
        return {self.env.company.id: {'account_fiscal_country_id': 'base.az'}}

    @template('generic_coa', 'account.tax.group')
    def _get_vatportal_generic_coa_tax_group(self):
        return self._vatportal_moved('account.tax.group')

    @template('generic_coa', 'account.fiscal.position')
    def _get_vatportal_generic_coa_fiscal_position(self):
        return self._vatportal_moved('account.fiscal.position')

    def _vatportal_moved(self, model):
        """What the generic chart has of ``model`` for its own country, for Azerbaijan. Read from the chart itself: another
        series may name it differently, and a name that it does not have would be a record of its own."""
        if not self._vatportal_is_for_azerbaijan():
            return {}
        return {name: {'country_id': 'base.az'} for name, values in self._parse_csv('generic_coa', model).items() if values.get('country_id')}

from odoo import models
from odoo.exceptions import UserError

GENERIC = 'generic_coa'


class ResCompany(models.Model):
    """What of a company the set-up looks at and changes."""

    _inherit = 'res.company'

    def _vatportal_chart(self):
        """(code, name) of the chart that Odoo has for Azerbaijan, of the generic one where it has none."""
        charts = self.env['account.chart.template']._select_chart_template(self.env.ref('base.az'))
        own = self.env['account.chart.template']._get_chart_template_mapping()[charts[0][0]].get('country_id') == self.env.ref('base.az').id
        return charts[0] if own else next(chart for chart in charts if chart[0] == GENERIC)

    def _vatportal_load_chart(self):
        """Load Odoo's chart for Azerbaijan.

        :raises AccessError: for anyone but administrators
        :raises UserError: where there is a chart, or something was booked
        """
        self.ensure_one()
        self.check_access('write')
        if self._vatportal_with_chart() or self.root_id._existing_accounting():
            raise UserError(self.env._('%s has accounts and journals already. Another chart is chosen under Configuration → Settings.', self.name))
        # Odoo's templates are for the country that the company says.
        self.country_id = self.env.ref('base.az')
        self.env['account.chart.template'].with_company(self).try_loading(self._vatportal_chart()[0], self)

    def _vatportal_is_of_azerbaijan(self):
        """Whether country, tax country and currency are those of Azerbaijan."""
        return self.country_id.code == 'AZ' and self.account_fiscal_country_id.code == 'AZ' and self.currency_id.name == 'AZN'

    def _vatportal_move_to_azerbaijan(self):
        """Give the company country, tax country and currency of Azerbaijan, and with it what a generic chart has made for
        another country before there was an entry.

        :raises AccessError: for those who may not change companies
        :raises UserError: where something was booked in another currency
        """
        self.ensure_one()
        self.check_access('write')
        azerbaijan, manat = self.env.ref('base.az'), self.env.ref('base.AZN')
        before = self.account_fiscal_country_id
        if self.currency_id != manat and self.root_id._existing_accounting():
            raise UserError(self.env._('Something was booked in %s already, so the currency of the company stays.', self.currency_id.name))
        manat.sudo().active = True
        self.write({'country_id': azerbaijan.id, 'currency_id': manat.id, 'account_fiscal_country_id': azerbaijan.id})
        if before != azerbaijan and self.chart_template == GENERIC and not self.root_id._existing_accounting():
            for model in ('account.tax.group', 'account.tax', 'account.fiscal.position'):
                records = self.env[model].with_context(active_test=False).search([('company_id', '=', self.id), ('country_id', '=', before.id)])
                records.country_id = azerbaijan

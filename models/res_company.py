from odoo import models

from . import national_chart


class ResCompany(models.Model):
    _inherit = 'res.company'

    def _vatportal_has_national_chart(self):
        """Whether the company, or the one of which it is a branch, keeps its books by the chart of accounts for Azerbaijan."""
        return self.sudo().root_id.chart_template == national_chart.CHART

    def _vatportal_with_chart(self):
        """Those of these companies that have the books of a chart, their own or those of the company whose branch they are:
        one of Odoo's, or at least a journal for sales."""
        companies = self.sudo()
        bare = companies.filtered(lambda company: not company.chart_template)
        keeping = bare and self.env['account.journal'].sudo().search([('company_id', 'in', bare.parent_ids.ids), ('type', '=', 'sale')]).company_id
        return (companies - bare.filtered(lambda company: not company.parent_ids & keeping)).sudo(False)

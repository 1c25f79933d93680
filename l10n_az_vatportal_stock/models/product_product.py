from odoo import models


class ProductProduct(models.Model):
    """What a product costs, or sells for, where it is moved between own warehouses."""

    _inherit = 'product.product'

    def _vatportal_cost(self, lot, moment=None):
        """The cost of one unit to the company in the environment, in its currency.

        :param lot: ``stock.lot``, maybe none; its own cost goes before that of the product
        :param moment: UTC datetime, as far as *Stock Valuation* is installed and knows the past; None: now
        """
        self.ensure_one()
        # The fields are of Stock Valuation, which may have been uninstalled.
        lot = lot.with_company(self.env.company) if lot and 'lot_valuated' in self._fields and self.lot_valuated else lot.browse()
        past = self._vatportal_past_cost(lot, moment) if moment and 'cost_method' in self._fields else 0.0
        return past or lot.standard_price or self.standard_price if lot else past or self.standard_price

    def _vatportal_past_cost(self, lot, moment):
        """The cost at ``moment``; 0 where Odoo does not know it."""
        company, values = self.env.company, self.env['product.value'].sudo()
        known = [('product_id', '=', self.id), ('move_id', '=', False)]
        if self.cost_method == 'standard':
            if lot:
                return 0.0  # of these Odoo keeps no history
            values = values.search([*known, ('lot_id', '=', False), ('company_id', '=', company.id)], order='date, id')
            return (values.filtered(lambda value: value.date <= moment)[-1:] or values[:1]).value
        if values.search_count([*known, ('company_id', '!=', company.id)], limit=1):
            return 0.0  # Odoo would mix them up
        product = self.with_context(allowed_company_ids=company.ids)
        if lot or self.cost_method == 'average':
            return product._run_avco(at_date=moment, lot=lot or None)[0]
        return product.with_context(to_date=moment).avg_cost

    def _vatportal_list_price(self):
        """The sales price of one unit without the taxes that are included in it, in the currency of the product."""
        taxes = self.sudo().taxes_id._filter_taxes_by_company(self.env.company)
        return taxes._get_tax_details(self.lst_price, 1.0, rounding_method='round_globally', product=self)['total_excluded'] if taxes else self.lst_price

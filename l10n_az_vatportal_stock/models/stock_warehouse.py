from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = 'stock.warehouse'

    vatportal_code = fields.Char(string='e-taxes Code', help="The warehouse's code at VatPortal. Empty: its short name in Odoo.")
    vatportal_name = fields.Char(string='e-taxes Name', help="The warehouse's name at VatPortal. Empty: its name in Odoo.")

    def _vatportal_key(self, warehouse_field):
        """By what the portal knows this warehouse; '' for none.

        :param warehouse_field: '1' by code, '2' by name (VatPortal API v8.0, ``wh_field``)
        """
        if warehouse_field == '2':
            return (self.vatportal_name or self.name or '').strip()
        return (self.vatportal_code or self.code or '').strip()

from odoo import fields, models


class VatportalConnector(models.Model):
    """How goods transfers are sent."""

    _inherit = 'vatportal.connector'

    transfer_price = fields.Selection(
        [('cost', 'Cost of the product'), ('list', 'Sales price of the product')],
        string='Prices of Goods Transfers',
        required=True,
        default='cost',
        help='The prices that stand on goods transfers between own warehouses.',
    )
    warehouse_field = fields.Selection(
        [('1', 'Code'), ('2', 'Name')],
        string='Warehouses by',
        required=True,
        default='1',
        help='What the portal looks up the warehouses of a goods transfer by: the e-taxes code or the e-taxes name of the warehouse.',
    )

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

    def _people_notes(self, deaf):
        # EXTENDS l10n_az_vatportal: inventory users to notify hear of what they may carry on, see vatportal.job, _may_use()
        keepers = self._at_work(deaf & self.sudo().notify_user_ids, self.company_id).filtered(lambda user: user.has_group('stock.group_stock_user'))
        notes = super()._people_notes(deaf - keepers)
        if keepers:
            text = self.env._(
                'Told of goods transfers alone, for they may not send the invoices of %(company)s: %(names)s.',
                company=self.company_id.display_name,
                names=', '.join(keepers.mapped('name')),
            )
            notes.append(text)
        return notes

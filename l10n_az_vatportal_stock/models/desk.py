from odoo import api, models
from odoo.fields import Domain

from odoo.addons.l10n_az_vatportal.models.desk import Task

_PICKINGS, _ALL = 'stock.picking', 'l10n_az_vatportal_stock.stock_picking_action_due'
_SOON = Domain('vatportal_due_state', 'in', ('today', 'soon'))
_LATE = Domain('vatportal_due_state', '=', 'late')
_TRANSFER, _SALE = (Domain('vatportal_awaits', '=', awaited) for awaited in ('transfer', 'invoice'))

TASKS = (
    Task('transfers_late', 'sale', _PICKINGS, _TRANSFER & _LATE, urgent=True, opens=_ALL, dated=True),
    Task('transfers_due', 'sale', _PICKINGS, _TRANSFER & _SOON, opens=_ALL, dated=True),
    Task('uninvoiced_late', 'sale', _PICKINGS, _SALE & _LATE, urgent=True, opens=_ALL, dated=True),
    Task('uninvoiced_due', 'sale', _PICKINGS, _SALE & _SOON, opens=_ALL, dated=True),
)


class VatportalDesk(models.AbstractModel):
    _inherit = 'vatportal.desk'

    @api.model
    def _tasks(self):
        # EXTENDS l10n_az_vatportal
        tasks = super()._tasks()
        return (*tasks, *TASKS) if self.env[_PICKINGS].has_access('read') else tasks

    @api.model
    def _labels(self):
        # EXTENDS l10n_az_vatportal
        _ = self.env._
        delivered = _('Delivered to a customer, and on no invoice.')
        return super()._labels() | {
            'transfers_late': (_('Goods transfers late at e-taxes'), _('The last day on which they were to be sent has passed.')),
            'transfers_due': (_('Goods transfers due at e-taxes soon'), _('To be sent today or within two days.')),
            'uninvoiced_late': (_('Deliveries not invoiced in time'), delivered),
            'uninvoiced_due': (_('Deliveries to invoice'), delivered),
        }

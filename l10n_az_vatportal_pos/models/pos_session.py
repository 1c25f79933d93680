import logging

from odoo import fields, models

_logger = logging.getLogger(__name__)


class PosSession(models.Model):
    _inherit = 'pos.session'

    vatportal_to_gather = fields.Boolean(copy=False, help='It was closed, and e-taxes has yet to be sent what it has made.')

    def _validate_session(self, *args, **kwargs):
        # EXTENDS point_of_sale
        result = super()._validate_session(*args, **kwargs)
        if self.state == 'closed':
            try:
                with self.env.cr.savepoint():
                    self.sudo().vatportal_to_gather = self.env['vatportal.connector'].sudo()._trigger_pos(self.company_id, 'session')
            except Exception:
                _logger.exception('VatPortal: the session %s is closed, its invoices were not gathered', self.id)
        return result

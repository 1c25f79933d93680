from odoo import fields, models


class VatportalConnector(models.Model):
    """What the list tells of each connector at a glance, by a few questions for all of them."""

    _inherit = 'vatportal.connector'

    last_success_at = fields.Datetime(string='Last Success', compute='_compute_last_success_at', help='When a process of this connector last ended well.')
    pin_count = fields.Integer(string='Waiting for a PIN', compute='_compute_pin_count', help='How many processes wait at this moment for a PIN on the phone.')

    def _compute_last_success_at(self):
        moments = dict(self.env['vatportal.job']._read_group([('connector_id', 'in', self.ids), ('state', '=', 'done')], ['connector_id'], ['finished_at:max']))
        for connector in self:
            connector.last_success_at = moments.get(connector._origin, False)

    def _compute_pin_count(self):
        counts = dict(self.env['vatportal.job']._read_group([('connector_id', 'in', self.ids), ('waits_for_pin', '=', True)], ['connector_id'], ['__count']))
        for connector in self:
            connector.pin_count = counts.get(connector._origin, 0)

    def action_waiting_jobs(self):
        """Open the processes of this connector that wait for a PIN."""
        action = self.action_jobs()
        return {**action, 'domain': [*action['domain'], ('waits_for_pin', '=', True)]}

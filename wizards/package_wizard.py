from odoo import api, fields, models
from odoo.exceptions import UserError


class VatportalPackageWizard(models.TransientModel):
    """Shows what stands against putting invoices into an e-taxes package, and makes it of those that are ready."""

    _name = 'vatportal.package.wizard'
    _description = 'e-taxes package'
    _inherit = ['vatportal.guard']

    move_ids = fields.Many2many('account.move', string='Invoices', required=True)
    alerts = fields.Json(compute='_compute_problems')
    ready_ids = fields.Many2many('account.move', compute='_compute_problems')
    ready_count = fields.Integer(compute='_compute_problems')
    move_count = fields.Integer(compute='_compute_problems')

    @api.depends('move_ids')
    def _compute_problems(self):
        for wizard in self:
            moves = wizard.move_ids._origin
            problems = moves._vatportal_package_problems()
            stopped = {problem['move_id'] for problem in problems if problem['level'] == 'error'}
            wizard.alerts = self.env['vatportal.send.wizard']._alerts(problems)
            wizard.ready_ids = moves.filtered(lambda move, stopped=stopped: move.id not in stopped)
            wizard.ready_count = len(wizard.ready_ids)
            wizard.move_count = len(moves)

    def action_download(self):
        """Download the package of the invoices that are ready, and close the dialog.

        :raises UserError: when none is
        """
        self.ensure_one()
        self.move_ids._vatportal_check_package()
        if not self.ready_ids:
            raise UserError(self.env._('None of the invoices can be put into a package.'))
        # With the target “download” Odoo closes no dialog.
        return {**self.ready_ids._vatportal_download_package(), 'target': 'new', 'close': True}

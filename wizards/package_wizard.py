from odoo import api, fields, models
from odoo.exceptions import UserError


class VatportalPackageWizard(models.TransientModel):
    """Shows what stands against putting invoices into an e-taxes package, and makes it of those that are ready."""

    _name = 'vatportal.package.wizard'
    _description = 'e-taxes package'
    _inherit = ['vatportal.problem.dialog']
    _question_field = 'package_wizard_id'

    move_ids = fields.Many2many('account.move', string='Invoices', required=True)
    ready_ids = fields.Many2many('account.move', compute='_compute_problems')
    ready_count = fields.Integer(compute='_compute_problems')
    move_count = fields.Integer(compute='_compute_problems')

    def _problems_follow(self):
        return ['move_ids']

    def _title(self):
        return self.env._('e-taxes Package')

    @api.depends(lambda self: self._problems_follow())
    @api.depends_context('lang')
    def _compute_problems(self):
        for wizard in self:
            moves = wizard.move_ids._origin
            problems = moves._vatportal_package_problems()
            stopped = {problem['move_id'] for problem in problems if problem['level'] == 'error'}
            wizard.problems = problems
            wizard.alerts = wizard._alerts(problems)
            wizard.ready_ids = moves.filtered(lambda move, stopped=stopped: move.id not in stopped)
            wizard.ready_count = len(wizard.ready_ids)
            wizard.move_count = len(moves)

    def action_download(self):
        """Download the package of the invoices that are ready, and close the dialog. Where something came up that asks whoever
        presses, no package is made, and the dialog opens again with that: its files have no ERP id, so e-taxes would take what is
        there already.

        :raises UserError: when none is
        """
        self.ensure_one()
        self.move_ids._vatportal_check_package()
        if not self.ready_ids:
            raise UserError(self.env._('None of the invoices can be put into a package.'))
        if self._has_unseen(problem for problem in self.problems if problem['move_id'] in self.ready_ids.ids):
            return self._shown_again()
        # With the target “download” Odoo closes no dialog.
        return {**self.ready_ids._vatportal_download_package(), 'target': 'new', 'close': True}

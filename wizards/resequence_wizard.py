import json

from odoo import api, fields, models

NAMES_SHOWN = 10


class AccountResequenceWizard(models.TransientModel):
    _inherit = 'account.resequence.wizard'

    vatportal_warning = fields.Text(compute='_compute_vatportal_warning', string='Warning of e-taxes')

    @api.depends('new_values', 'ordering')
    @api.depends_context('lang')
    def _compute_vatportal_warning(self):
        for wizard in self:
            renamed = wizard._vatportal_renamed()
            wizard.vatportal_warning = bool(renamed) and self.env._(
                '%(count)s of these invoices are at e-taxes, which goes on to know them by their present numbers: %(names)s. '
                'Each of them will show both numbers.',
                count=len(renamed),
                names=', '.join(renamed[:NAMES_SHOWN]) + ('…' if len(renamed) > NAMES_SHOWN else ''),
            )

    def _vatportal_renamed(self):
        """What happens to the numbers of invoices that are at e-taxes, or on their way: a list of “old → new”."""
        key = 'new_by_date' if self.ordering == 'date' else 'new_by_name'
        new = {int(move_id): values[key] for move_id, values in json.loads(self.new_values or '{}').items()}
        return [
            f'{move.name} → {new[move.id]}' for move in self.move_ids._origin if move._vatportal_live_document() and new.get(move.id, move.name) != move.name
        ]

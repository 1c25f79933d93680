from odoo import fields, models


class VatportalImportChoice(models.AbstractModel):
    """Which kinds and statuses an import takes: those that are named, or all but those."""

    _name = 'vatportal.import.choice'
    _description = 'Kinds and statuses of an import'

    kinds_choice = fields.Selection([('include', 'Only these kinds'), ('exclude', 'All but these kinds')], required=True, default='include')
    kind_ids = fields.Many2many('vatportal.kind', string='Kinds', context={'active_test': False}, help='None: all of them.')
    statuses_choice = fields.Selection([('include', 'Only these statuses'), ('exclude', 'All but these statuses')], required=True, default='include')
    status_ids = fields.Many2many('vatportal.status', string='Statuses', help='None: all of them.')

    def _filters(self):
        """What the API takes as filters; what is included wins over what is not, so only one of them is given."""
        kinds, statuses = self.kind_ids.mapped('code'), self.status_ids.mapped('code')
        prefix = {'include': 'inc', 'exclude': 'exc'}
        return {f'{prefix[self.kinds_choice]}_kinds': kinds, f'{prefix[self.statuses_choice]}_status': statuses}

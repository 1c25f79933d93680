from odoo import fields, models


class VatportalStatus(models.Model):
    """The statuses of e-taxes (VatPortal API v8.0, "Statuses"), to choose from in the import.

    What a document carries is its own field, which also holds statuses that nobody has heard of yet.
    """

    _name = 'vatportal.status'
    _description = 'e-taxes status'
    _inherit = ['vatportal.guard']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=100)

    _code_unique = models.Constraint('UNIQUE (code)', 'This e-taxes status exists already.')

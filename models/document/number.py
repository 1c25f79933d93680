from odoo import api, fields, models


class VatportalDocument(models.Model):
    """The number under which e-taxes knows what a document was made from."""

    _inherit = 'vatportal.document'

    source_name = fields.Char(
        string='Number When It Was Sent',
        compute='_compute_source_name',
        store=True,
        copy=False,
        help='The number that the invoice had when this document was made for it, as its main note says. It stays, '
        'whatever number the invoice gets afterwards.',
    )

    @api.depends('move_id')
    def _compute_source_name(self):
        for document in self:
            document.source_name = document.direction == 'outgoing' and document._source().name

from odoo import api, fields, models

from odoo.addons.l10n_az_vatportal.models.document_delete import FINAL_STATUSES


class VatportalDocument(models.Model):
    """Documents that were made from a transfer of goods."""

    _inherit = 'vatportal.document'

    picking_id = fields.Many2one(
        'stock.picking', string="Transfer", readonly=True, ondelete='restrict', index='btree_not_null',
        check_company=True)

    _one_live_picking = models.UniqueIndex(
        "(picking_id) WHERE picking_id IS NOT NULL AND direction = 'outgoing' AND state NOT IN ('rejected', 'deleted')",
        "This transfer was sent to e-taxes already.")

    @api.depends('picking_id.name')
    def _compute_name(self):
        return super()._compute_name()

    def _source(self):
        return self.picking_id or super()._source()

    # ------------------------------------------------------------------ imports

    @api.model
    def _on_imported(self, created, changed):
        """What is no longer in force at e-taxes gives its transfer free, to be sent anew."""
        super()._on_imported(created, changed)
        for document in (created | changed).sudo().exists():
            if document.picking_id and document.state == 'registered' and document.status in FINAL_STATUSES:
                document._set_state('deleted')

    def _match_invoices(self):
        # What was made from a transfer belongs to no invoice.
        return super(VatportalDocument, self.filtered(lambda document: not document.picking_id))._match_invoices()

    def _link_problem(self, move):
        if self.picking_id:
            return self.env._("%(name)s belongs to the transfer %(transfer)s.",
                              name=self.display_name, transfer=self.sudo().picking_id.name)
        return super()._link_problem(move)

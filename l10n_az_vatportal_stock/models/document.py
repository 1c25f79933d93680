from odoo import api, fields, models

from odoo.addons.l10n_az_vatportal.models.portal_text import KIND_UNKNOWN
from odoo.addons.l10n_az_vatportal.models.states import FINAL_STATUSES, LIVE_STATES


class VatportalDocument(models.Model):
    """Documents that were made from a transfer of goods."""

    _inherit = 'vatportal.document'

    picking_id = fields.Many2one('stock.picking', string='Transfer', readonly=True, ondelete='restrict', index='btree_not_null', check_company=True)

    _one_live_picking = models.UniqueIndex(
        "(picking_id) WHERE picking_id IS NOT NULL AND direction = 'outgoing' AND state NOT IN ('rejected', 'deleted')",
        'This transfer was sent to e-taxes already.',
    )

    @api.depends('picking_id.name')
    def _compute_name(self):
        return super()._compute_name()

    def _source(self):
        return self.picking_id or super()._source()

    @api.model_create_multi
    def create(self, vals_list):
        # As _set_state() below.
        self.check_access('create')
        pickings = self.env['stock.picking'].browse([vals['picking_id'] for vals in vals_list if vals.get('picking_id')])
        with pickings._vatportal_related()._vatportal_following_ends():
            return super().create(vals_list)

    def _set_state(self, state, **vals):
        # EXTENDS l10n_az_vatportal: what is left of a transfer depends on which of its returns are at e-taxes, and of these on it
        turning = self.sudo().filtered(lambda document: document.picking_id and (document.state in LIVE_STATES) != (state in LIVE_STATES))
        with turning.picking_id._vatportal_related()._vatportal_following_ends():
            super()._set_state(state, **vals)

    def _follow_status(self):
        # EXTENDS l10n_az_vatportal: of a transfer and its return that have ended together nothing is asked
        ended = self.filtered(lambda document: document.picking_id and document.state == 'registered' and document.status in FINAL_STATUSES)
        ended._set_state('deleted')
        super()._follow_status()

    # ------------------------------------------------------------------ imports

    def _code_text(self, code):
        if code == KIND_UNKNOWN and self.picking_id:
            return self.env._('This portal account does not take goods transfers through the API. Enter this one by hand at e-taxes.gov.az.')
        return super()._code_text(code)

    def _sent_task(self, number):
        """What a person has to do for a transfer; there is no credit note for it."""
        _ = self.env._
        if not self.picking_id:
            return super()._sent_task(number)
        if self.status == 'updateRequested':
            return (
                _('e-taxes: %s was sent back for correction', number),
                _(
                    'Read the reason at e-taxes.gov.az and correct the document there. Where goods or quantities were '
                    'wrong, correct them in Odoo with another transfer.'
                ),
            )
        if self.status == 'cancelRequested':
            return (
                _('e-taxes: the cancellation of %s was asked for', number),
                _('Agree or refuse at e-taxes.gov.az. Once the document is cancelled, return the goods in Odoo or send this transfer again.'),
            )
        if self.status in FINAL_STATUSES:
            return (
                _('e-taxes: %s is no longer valid', number),
                _('The document of this transfer was cancelled or deleted at e-taxes. Return the goods, or send the transfer again.'),
            )
        return None

    def _otherwise_text(self):
        if not self.picking_id:
            return super()._otherwise_text()
        return self.env._(
            'VatPortal has a transfer that was sent under this number from another database, with other goods, quantities, '
            'warehouses or another day. Nothing was sent. Look for it in VatPortal; send this one again only if it is another one.'
        )

    def _match_invoices(self):
        # What was made from a transfer belongs to no invoice.
        return super(VatportalDocument, self.filtered(lambda document: not document.picking_id))._match_invoices()

    def _check_may_refresh(self):
        if not (self.env.user.has_group('stock.group_stock_user') and all(document.picking_id for document in self)):
            super()._check_may_refresh()

    def _link_problem(self, move):
        if self.picking_id:
            return self.env._('%(name)s belongs to the transfer %(transfer)s.', name=self.display_name, transfer=self.sudo().picking_id.name)
        return super()._link_problem(move)

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import split_every

from odoo.addons.l10n_az_vatportal.models.catalog.due import BATCH
from odoo.addons.l10n_az_vatportal.models.source.source import SOURCE_STATES
from odoo.addons.l10n_az_vatportal.models.states import baku_day

from .sent_fields import changed
from .stock_move_line import leaves_warehouse

# By these fields other apps tell of a transfer that it serves a sale; where it brings the goods to the customer, the
# invoice is what goes to e-taxes.
_SALE_FIELDS = ('sale_id', 'pos_order_id', 'pos_session_id', 'move_ids.sale_line_id', 'reference_ids.sale_ids', 'reference_ids.pos_order_ids')
# What of a transfer stands on the electronic document.
_SENT_FIELDS = {
    'name',
    'date_done',
    'state',
    'company_id',
    'picking_type_id',
    'location_id',
    'location_dest_id',
    'vatportal_to_warehouse_id',
    'vatportal_to_warehouse_chosen_id',
    'vatportal_main_info',
    'vatportal_add_info',
    'vatportal_transp_reg_number',
}
# What a person has said of a transfer, and means of the rest of it as well.
_KEPT_FIELDS = ('vatportal_to_warehouse_chosen_id', 'vatportal_main_info', 'vatportal_add_info', 'vatportal_transp_reg_number')


class StockPicking(models.Model):
    """A transfer of goods between the company's own warehouses, sent to e-taxes as ``goodsTransfer``.

    It is either an internal transfer from one warehouse to another, or a dispatch without a sale. Where the goods go
    by way of a transit location, the leg that leaves the warehouse is the one that is sent.
    """

    _name = 'stock.picking'
    _inherit = ['stock.picking', 'vatportal.source']

    _vatportal_link = 'picking_id'
    _vatportal_one_live_index = '_one_live_picking'
    _vatportal_order_fields = ('name', 'company_id', 'date_done')
    _vatportal_owner_fields = ('company_id', 'picking_type_id', 'location_id', 'location_dest_id')
    _vatportal_user_field = 'user_id'
    _vatportal_groups = 'account.group_account_invoice,stock.group_stock_user'
    _vatportal_activity_type = 'l10n_az_vatportal_stock.mail_activity_etaxes'

    vatportal_document_ids = fields.One2many('vatportal.document', 'picking_id', string='e-taxes Documents')
    # Given once more: the labels of its values are translated by the addon that names the values.
    vatportal_state = fields.Selection(SOURCE_STATES)
    vatportal_is_transfer = fields.Boolean(compute='_compute_vatportal_is_transfer')
    vatportal_from_warehouse_id = fields.Many2one('stock.warehouse', string='From Warehouse', compute='_compute_vatportal_warehouses')
    vatportal_to_warehouse_id = fields.Many2one(
        'stock.warehouse',
        string='To Warehouse',
        compute='_compute_vatportal_warehouses',
        inverse='_inverse_vatportal_to_warehouse_id',
        domain="[('company_id', '=', company_id), ('id', '!=', vatportal_from_warehouse_id)]",
        help='Where the goods go. Found by itself where Odoo knows it; for other dispatches it is chosen here.',
    )
    vatportal_to_warehouse_chosen_id = fields.Many2one('stock.warehouse', copy=False, check_company=True)
    vatportal_main_info = fields.Char(string='Main Note', copy=False, help='The main note of the electronic document. Empty: as the connector has it.')
    vatportal_main_info_proposed = fields.Char(compute='_compute_vatportal_main_info_proposed')
    vatportal_alerts = fields.Json(compute='_compute_vatportal_alerts')

    # ------------------------------------------------------------------ computed fields

    @api.depends(
        lambda self: [
            'location_id',
            'location_dest_id',
            'picking_type_id',
            'state',
            'move_line_ids.location_id',
            'move_line_ids.location_dest_id',
            *self._vatportal_sale_fields(),
        ]
    )
    def _compute_vatportal_is_transfer(self):
        for picking in self:
            picking.vatportal_is_transfer = picking._vatportal_leaves_warehouse() and not picking._vatportal_is_sold()

    @api.depends(
        'location_id',
        'location_dest_id',
        'vatportal_to_warehouse_chosen_id',
        'move_ids.move_dest_ids',
        'state',
        'move_line_ids.location_id',
        'move_line_ids.location_dest_id',
    )
    def _compute_vatportal_warehouses(self):
        for picking in self:
            picking.vatportal_from_warehouse_id = picking._vatportal_origin_warehouse()
            picking.vatportal_to_warehouse_id = picking.vatportal_to_warehouse_chosen_id or picking._vatportal_found_warehouse()

    def _inverse_vatportal_to_warehouse_id(self):
        for picking in self:
            picking.vatportal_to_warehouse_chosen_id = picking.vatportal_to_warehouse_id

    @api.depends('name', 'date_done', 'origin', 'company_id')
    def _compute_vatportal_main_info_proposed(self):
        for picking in self:
            connector = self.env['vatportal.connector']._default_for(picking.company_id).sudo()
            picking.vatportal_main_info_proposed = connector and picking._vatportal_proposed_note(connector)

    @api.depends('state', 'vatportal_is_transfer')
    def _compute_vatportal_can_send(self):
        return super()._compute_vatportal_can_send()

    @api.depends(
        'vatportal_state',
        'vatportal_is_being_deleted',
        'vatportal_document_id.message',
        'vatportal_document_id.portal_message',
        'vatportal_document_id.status',
        'vatportal_document_id.missing_since',
    )
    @api.depends_context('lang', 'uid', 'allowed_company_ids')
    def _compute_vatportal_alerts(self):
        for picking in self:
            picking.vatportal_alerts = picking._vatportal_usable(picking._vatportal_alerts())

    # ------------------------------------------------------------------ what is sent

    @api.model
    def _vatportal_issued_domain(self):
        """What holds of all transfers that can be sent, and of more."""
        return [('state', '=', 'done'), ('picking_type_id.code', 'in', ('internal', 'outgoing'))]

    @api.model
    def _vatportal_unsent_domain(self, domain):
        # EXTENDS vatportal.source: what a transfer is has to be found out one by one, so of what was done before the company
        # had its connector nothing is told
        asked = domain & Domain(self._vatportal_issued_domain()) & self._vatportal_since('date_done')
        ids = self.sudo().with_context(active_test=False).search(asked).ids
        found = []
        for part in split_every(BATCH, ids):
            pickings = self.sudo().browse(part)
            found += pickings.filtered('vatportal_is_transfer').ids
            if len(ids) > BATCH:
                self.env.flush_all()
                self.env.invalidate_all()
        return Domain('id', 'in', found)

    def _vatportal_can_be_sent(self):
        return self.state == 'done' and self.vatportal_is_transfer

    def _vatportal_leaves_warehouse(self):
        """Whether goods leave one of the company's warehouses, for another one or on the way to it: by the head of the
        transfer, and once it is done by its lines."""
        if self.state == 'done':
            return any(line._vatportal_leaves() for line in self.move_ids._vatportal_lines())
        return leaves_warehouse(self.picking_type_code, self.location_id, self.location_dest_id)

    def _vatportal_is_sold(self):
        """Whether this is the delivery of a sale, or takes a sale's return out again. The transfers between own warehouses
        that supply it carry the sale too, and are goods transfers all the same."""
        return self._vatportal_reaches_customer() and any(
            picking.mapped(name) for picking in self.sudo()._vatportal_returned_chain() for name in self._vatportal_sale_fields()
        )

    def _vatportal_reaches_customer(self):
        """Whether the goods go to a customer, or to another company of the database by way of the transit between
        companies. A sale's customer may live behind any other location too: then nothing takes the goods on from there."""
        targets = self.location_dest_id | self.move_ids.location_dest_id
        if any(target._is_outgoing() for target in targets):
            return True
        return (
            self.picking_type_code == 'outgoing'
            and not self.vatportal_to_warehouse_id
            and not (self.sudo().move_ids.move_dest_ids - self.sudo().move_ids.returned_move_ids)
        )

    def _vatportal_returned_chain(self):
        """This transfer, what it returns, what that returns, and so on."""
        chain, found = self, self.move_ids
        while found:
            found = found.origin_returned_move_id
            if found.picking_id <= chain:
                break
            chain |= found.picking_id
        return chain

    @api.model
    def _vatportal_sale_fields(self):
        """Those of the fields that tell of a sale whose apps are installed."""

        def exists(path):
            model = self
            for name in path.split('.'):
                if name not in model._fields:
                    return False
                model = self.env.get(model._fields[name].comodel_name, model) if model._fields[name].relational else model
            return True

        return [path for path in _SALE_FIELDS if exists(path)]

    def _vatportal_note(self, connector):
        """The main note: what a person wrote, else what the connector proposes."""
        return (self.vatportal_main_info or '').strip() or self._vatportal_proposed_note(connector.sudo())

    def _vatportal_proposed_note(self, connector):
        done = self._vatportal_day()
        return connector._format_main_info(number=self.name or '', date=f'{done:%d.%m.%Y}' if done else '', reference='', origin=self.origin or '')

    def _vatportal_day(self):
        """The day in Azerbaijan on which the goods were moved; None where they were not."""
        # EXTENDS vatportal.source
        return self._vatportal_day_of(self.date_done) if self.date_done else None

    def _vatportal_day_of(self, moment):
        return baku_day(moment)

    # ------------------------------------------------------------------ backorders

    def _create_backorder_picking(self):
        # EXTENDS stock: what was said of the transfer is said of the rest of it
        backorder = super()._create_backorder_picking()
        backorder.write({name: self._fields[name].convert_to_write(self[name], self) for name in _KEPT_FIELDS})
        return backorder

    # ------------------------------------------------------------------ guards

    def write(self, vals):
        changed(self, vals, _SENT_FIELDS)._vatportal_guard()
        return super().write(vals)

    def action_cancel(self):
        self._vatportal_check_may_write()
        self._vatportal_guard()
        return super().action_cancel()

    def action_toggle_is_locked(self):
        self._vatportal_check_may_write()
        self.filtered('is_locked')._vatportal_guard()
        return super().action_toggle_is_locked()

    def unlink(self):
        # Before anything is cancelled on the way.
        if self:
            self.check_access('unlink')
        self._vatportal_guard()
        return super().unlink()

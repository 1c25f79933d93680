from odoo import api, fields, models

from odoo.addons.l10n_az_vatportal.models.source import SOURCE_STATES

# Other apps tell by these fields of a transfer that it serves a sale; where it brings the goods to the customer, the
# invoice is what goes to e-taxes.
_SALE_FIELDS = ('sale_id', 'pos_order_id')


class StockPicking(models.Model):
    """A transfer of goods between the company's own warehouses, sent to e-taxes as ``goodsTransfer``.

    It is either an internal transfer from one warehouse to another, or a dispatch without a sale. Where the goods go
    by way of a transit location, the leg that leaves the warehouse is the one that is sent.
    """

    _name = 'stock.picking'
    _inherit = ['stock.picking', 'vatportal.source']

    _vatportal_link = 'picking_id'
    _vatportal_user_field = 'user_id'
    _vatportal_activity_type = 'l10n_az_vatportal_stock.mail_activity_etaxes'

    vatportal_document_ids = fields.One2many('vatportal.document', 'picking_id', string="e-taxes Documents")
    # Given once more: the labels of its values are translated by the addon that names the values.
    vatportal_state = fields.Selection(SOURCE_STATES)
    vatportal_is_transfer = fields.Boolean(compute='_compute_vatportal_is_transfer')
    vatportal_from_warehouse_id = fields.Many2one(
        'stock.warehouse', string="From Warehouse", compute='_compute_vatportal_warehouses')
    vatportal_to_warehouse_id = fields.Many2one(
        'stock.warehouse', string="To Warehouse", compute='_compute_vatportal_warehouses',
        inverse='_inverse_vatportal_to_warehouse_id',
        domain="[('company_id', '=', company_id), ('id', '!=', vatportal_from_warehouse_id)]",
        help="Where the goods go. Found by itself where Odoo knows it; for other dispatches it is chosen here.")
    vatportal_to_warehouse_chosen_id = fields.Many2one('stock.warehouse', copy=False, check_company=True)
    vatportal_main_info = fields.Char(
        string="Main Note", copy=False, help="The main note of the electronic document. Empty: as the connector has it.")
    vatportal_main_info_proposed = fields.Char(compute='_compute_vatportal_main_info_proposed')
    vatportal_alerts = fields.Json(compute='_compute_vatportal_alerts')

    # ------------------------------------------------------------------ computed fields

    @api.depends('location_id', 'location_dest_id', 'picking_type_id')
    def _compute_vatportal_is_transfer(self):
        for picking in self:
            picking.vatportal_is_transfer = picking._vatportal_leaves_warehouse() and not picking._vatportal_is_sold()

    @api.depends('location_id', 'location_dest_id', 'vatportal_to_warehouse_chosen_id', 'move_ids.move_dest_ids')
    def _compute_vatportal_warehouses(self):
        for picking in self:
            picking.vatportal_from_warehouse_id = picking.location_id.warehouse_id
            picking.vatportal_to_warehouse_id = (
                picking.vatportal_to_warehouse_chosen_id or picking._vatportal_found_warehouse())

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

    @api.depends('vatportal_state', 'vatportal_is_being_deleted', 'vatportal_document_id.message',
                 'vatportal_document_id.portal_message', 'vatportal_document_id.status')
    def _compute_vatportal_alerts(self):
        for picking in self:
            picking.vatportal_alerts = picking._vatportal_alerts()

    # ------------------------------------------------------------------ what is sent

    def _vatportal_can_be_sent(self):
        return self.state == 'done' and self.vatportal_is_transfer

    def _vatportal_leaves_warehouse(self):
        """Whether goods leave one of the company's warehouses, for another one or on the way to it."""
        origin, target = self.location_id.warehouse_id, self.location_dest_id
        if not origin or origin == target.warehouse_id:
            return False
        if self.picking_type_code == 'internal':
            return bool(target.warehouse_id) or target.usage == 'transit'
        return self.picking_type_code == 'outgoing' and target.usage in ('customer', 'transit', 'internal')

    def _vatportal_is_sold(self):
        """Whether this is the delivery of a sale. The transfers between own warehouses that supply it carry the sale
        too, and are goods transfers all the same."""
        if self.location_dest_id.usage != 'customer':
            return False
        record = self.sudo()
        return any(record[name] for name in _SALE_FIELDS if name in record._fields)

    def _vatportal_found_warehouse(self):
        """The warehouse of the company that the goods go to: that of the destination, or behind the transit that of the
        transfers that take them on. Empty where there is none, or more than one."""
        found = self.location_dest_id.warehouse_id or self.sudo().move_ids.move_dest_ids.location_dest_id.warehouse_id
        own = found.filtered(lambda warehouse: warehouse.company_id == self.company_id)
        return own.sudo(False) if len(own) == 1 else own.browse()

    def _vatportal_note(self, connector):
        """The main note: what a person wrote, else what the connector proposes."""
        return (self.vatportal_main_info or '').strip() or self._vatportal_proposed_note(connector.sudo())

    def _vatportal_proposed_note(self, connector):
        done = self._vatportal_day()
        return connector._format_main_info(
            number=self.name or '', date=f'{done:%d.%m.%Y}' if done else '', reference='', origin=self.origin or '')

    def _vatportal_day(self):
        """The day in Azerbaijan on which the goods were moved; None where they were not."""
        # EXTENDS vatportal.source
        return fields.Datetime.context_timestamp(
            self.with_context(tz='Asia/Baku'), self.date_done).date() if self.date_done else None

    # ------------------------------------------------------------------ guards

    def action_cancel(self):
        self._vatportal_guard()
        return super().action_cancel()

    def action_toggle_is_locked(self):
        self.filtered('is_locked')._vatportal_guard()
        return super().action_toggle_is_locked()

    def unlink(self):
        # Before anything is cancelled on the way.
        self._vatportal_guard()
        return super().unlink()

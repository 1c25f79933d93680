from odoo.fields import Command

from odoo.addons.l10n_az_vatportal.tests.lifecycle_common import LifecycleCommon


class TransferCommon(LifecycleCommon):
    """A company with two warehouses, which the sandbox knows as WH001 "Bakı anbarı" and WH002 "Gəncə anbarı"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Warehouse = cls.env['stock.warehouse']
        cls.baku = Warehouse.search([('company_id', '=', cls.company.id)], limit=1)
        cls.baku.write({'name': 'Bakı anbarı', 'code': 'BAK', 'vatportal_code': 'WH001'})
        cls.ganja = Warehouse.create({'name': 'Gəncə anbarı', 'code': 'GNC', 'vatportal_code': 'WH002', 'company_id': cls.company.id})
        cls.dozen = cls.env.ref('uom.product_uom_dozen')
        cls.dozen.vatportal_unit = 'düjün'
        cls.cement = cls.create_product('Sement M400', '2523290000', is_storable=True, default_code='S400', barcode='4760001234564', list_price=10)
        cls.gloves = cls.create_product('Əlcək', '6116930000', is_storable=True, list_price=3)
        cls.cement.with_company(cls.company).standard_price = 7.344
        cls.gloves.with_company(cls.company).standard_price = 1.5
        cls.transit = cls.env['stock.location'].create({'name': 'Yolda', 'usage': 'transit', 'company_id': cls.company.id})

    @classmethod
    def create_transfer(cls, *lines, done=True, picking_type=None, source=None, target=None, **vals):
        """A transfer from Baku to Ganja; each of ``lines`` (product, quantity, unit), by default 3 of cement."""
        source = source or cls.baku.lot_stock_id
        target = target or cls.ganja.lot_stock_id
        picking = cls.env['stock.picking'].create(
            {
                'picking_type_id': (picking_type or cls.baku.int_type_id).id,
                'location_id': source.id,
                'location_dest_id': target.id,
                'move_ids': [
                    Command.create(
                        {
                            'product_id': product.id,
                            'product_uom_qty': quantity,
                            'product_uom': uom.id,
                            'location_id': source.id,
                            'location_dest_id': target.id,
                            'company_id': (picking_type or cls.baku.int_type_id).company_id.id,
                        }
                    )
                    for product, quantity, uom in lines or [(cls.cement, 3, cls.unit)]
                ],
                **vals,
            }
        )
        picking.action_confirm()
        if done:
            for move in picking.move_ids:
                move.write({'quantity': move.product_uom_qty, 'picked': True})
            picking.with_context(skip_backorder=True).button_validate()
            cls.env.flush_all()
        return picking

    @classmethod
    def create_dispatch(cls, **vals):
        """A dispatch without a sale."""
        return cls.create_transfer(picking_type=cls.baku.out_type_id, target=cls.env.ref('stock.stock_location_customers'), **vals)

    def create_by_way_of_transit(self):
        """A transfer of 3 of each in two legs, both done; return them."""
        first = self.create_transfer(target=self.transit, done=False)
        second = self.create_transfer(source=self.transit, picking_type=self.ganja.int_type_id, done=False)
        first.move_ids.move_dest_ids = second.move_ids
        for picking in (first, second):
            picking.move_ids.write({'quantity': 3, 'picked': True})
            picking.button_validate()
        return first, second

    def give_back(self, picking, quantity, done=True, **vals):
        """Return ``quantity`` of each of the lines of ``picking``; return the transfer that brings it back."""
        wizard = self.env['stock.return.picking'].with_context(active_model='stock.picking', active_id=picking.id).create({})
        wizard.product_return_moves.quantity = quantity
        back = self.env['stock.picking'].browse(wizard.action_create_returns()['res_id'])
        back.write(vals)
        back.move_ids.write({'quantity': quantity, 'picked': True})
        if done:
            back.button_validate()
        return back

    @classmethod
    def create_third(cls):
        return cls.env['stock.warehouse'].create({'name': 'Şəki anbarı', 'code': 'SHK', 'vatportal_code': 'WH003', 'company_id': cls.company.id})

    def give_back_to_a_third(self, picking, quantity):
        """As :meth:`give_back`, but to a warehouse from which nothing had left."""
        back, place = self.give_back(picking, quantity, done=False), self.create_third().lot_stock_id
        for records in (back, back.move_ids, back.move_line_ids):
            records.location_dest_id = place
        back.button_validate()
        return back

    def items(self, *pickings):
        """Send ``pickings``; return [(code, price, quantity)] of the items of the last of them."""
        invoice = self.sent(*pickings)[-1]
        return [(item['id'], item['unit_price'], item['quantity']) for item in invoice['items']]

    def wizard(self, records, **vals):
        field = 'picking_ids' if records._name == 'stock.picking' else 'move_ids'
        return self.env['vatportal.send.wizard'].create({field: [Command.set(records.ids)], **vals})

    def sent(self, *pickings, **vals):
        """Send ``pickings`` to the end; return the invoices of the last upload, as the portal got them."""
        job = self.send(self.env['stock.picking'].union(*pickings), **vals)
        self.finish(job)
        return self.uploads()[-1].json['invoices']

    def problems(self, picking, level='error'):
        return [problem['message'] for problem in picking._vatportal_problems(self.connector) if problem['level'] == level]

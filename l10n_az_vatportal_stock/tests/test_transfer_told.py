from odoo.fields import Command

from odoo.addons.l10n_az_vatportal.tests.platform.walk_common import BUYER, ERP_ID, MAIN, NOTE, QAIME, REFUSAL, STATUS, TOTAL, WalkCommon

from .transfer_common import TransferCommon


class TestTransferTold(WalkCommon, TransferCommon):
    """Nothing of another company's transfers is told, nor of its invoices, whoever looks through Inventory."""

    @classmethod
    def everybody(cls):
        return {
            'strange-store': ('stock.group_stock_user', cls.other),
            'strange-keeper': ('stock.group_stock_manager,account.group_account_invoice', cls.other),
        }

    @classmethod
    def make_foreign(cls):
        foreign = super().make_foreign()
        picking = cls.create_transfer()
        picking.sudo().name = 'GIZLI/00018'
        document = (
            cls.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': 'outgoing',
                    'company_id': cls.company.id,
                    'connector_id': cls.connector.id,
                    'picking_id': picking.id,
                    'kind_id': cls.env.ref('l10n_az_vatportal.kind_goods_transfer').id,
                    'qaime': f'{QAIME[:-1]}9',
                    'erp_id': f'{ERP_ID}-2',
                    'state': 'registered',
                    'status': STATUS,
                    'status_code': STATUS,
                    'buyer_name': BUYER,
                    'main_info': MAIN,
                    'amount_total': TOTAL,
                    'message': REFUSAL,
                    'portal_message': REFUSAL,
                    'from_wh': NOTE,
                    'to_wh': NOTE,
                    'line_ids': [Command.create({'name': NOTE, 'amount_total': TOTAL, 'quantity': 1, 'price_unit': TOTAL})],
                }
            )
        )
        cls.env.flush_all()
        return {
            **foreign,
            'stock.picking': picking,
            'stock.location': cls.baku.lot_stock_id,
            'stock.picking.type': cls.baku.int_type_id,
            'stock.move': picking.move_ids[:1],
            document._name: document,
            document.line_ids._name: document.line_ids,
        }

    @classmethod
    def make_own(cls):
        own = super().make_own()
        warehouse = cls.env['stock.warehouse'].search([('company_id', '=', cls.other.id)], limit=1)
        picking = cls.env['stock.picking'].create(
            {
                'picking_type_id': warehouse.int_type_id.id,
                'location_id': warehouse.lot_stock_id.id,
                'location_dest_id': warehouse.lot_stock_id.id,
                'company_id': cls.other.id,
            }
        )
        return {**own, 'stock.picking': picking, 'stock.picking.type': warehouse.int_type_id, 'stock.location': warehouse.lot_stock_id}

    def test_nothing_is_told(self):
        self.assertNothingTold()


class TestInvoicesToldInInventory(WalkCommon, TransferCommon):
    """Whoever sees transfers alone hears nothing of the company's own invoices."""

    @classmethod
    def everybody(cls):
        return {'own-store': ('stock.group_stock_user', cls.company)}

    @classmethod
    def make_foreign(cls):
        foreign = super().make_foreign()
        # Of these an inventory user of the company may know, and the connector is used for transfers too.
        cls.connector.sudo().write({'name': 'Hesab', 'last_error': False, 'main_info_template': '{number}'})
        cls.env.flush_all()
        return {
            name: record
            for name, record in foreign.items()
            if name not in ('res.company', 'res.partner', 'vatportal.connector', 'vatportal.kind.rule', 'account.journal')
        }

    def test_nothing_is_told(self):
        self.assertNothingTold()

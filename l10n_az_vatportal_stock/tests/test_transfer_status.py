from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import new_test_user

from odoo.addons.l10n_az_vatportal.tests.common import script
from odoo.addons.l10n_az_vatportal_stock.models import stock_picking

from .transfer_common import TransferCommon


class TestTransferStatus(TransferCommon):
    """What e-taxes says of a transfer later, and what is sent where other apps or lots have a part in it."""

    # ------------------------------------------------------------------ status

    def import_status(self, picking, status, document=None):
        document = document or picking.vatportal_document_id
        self.sandbox.portal.set_status(document.qaime, status)
        day, margin = document.date.date(), timedelta(days=1)
        wizard = self.env['vatportal.import.wizard'].create(
            {
                'company_id': self.company.id,
                'connector_id': self.connector.id,
                'direction': 'outgoing',
                'source': 'portal',
                'period': 'custom',
                'date_from': day - margin,
                'date_to': day + margin,
            }
        )
        self.finish(self.env['vatportal.job'].browse(wizard.action_import()['res_id']))
        self.assertEqual(document.status, status)
        return document

    def test_cancelled_at_etaxes(self):
        """The import brings the end of a document; its transfer is free then, and somebody is told."""
        picking = self.create_transfer()
        self.sent(picking)
        document = self.import_status(picking, 'canceled')
        self.assertEqual((document.state, document.move_id), ('deleted', self.env['account.move']))
        self.assertTrue(picking.vatportal_can_send)
        self.assertIn('no longer valid', picking.activity_ids.summary)
        self.assertIn('Return the goods', picking.activity_ids.note)
        self.give_back(picking, 1)
        self.assertTrue(picking.activity_ids)
        back = self.give_back(picking, 2)
        self.assertFalse(picking.activity_ids)
        document.sudo()._follow_status()
        self.assertFalse(picking.activity_ids)
        self.give_back(back, 2)
        self.assertIn('no longer valid', picking.activity_ids.summary)

    def test_in_force_again(self):
        """After the transfer was sent once more: both are at e-taxes, and its own is the later one."""
        picking = self.create_transfer()
        self.sent(picking)
        first = self.import_status(picking, 'canceled')
        self.sent(picking)
        later = picking.vatportal_document_id
        self.assertNotEqual(later, first)
        self.import_status(picking, 'approved', first)
        self.assertEqual((first.state, first.picking_id.ids, picking.vatportal_document_id), ('registered', [], later))
        self.assertIn(f'{first.qaime}, which was sent', ' '.join(picking.message_ids.mapped('body')))

    def test_only_what_is_sent_reads_as_not_sent_yet(self):
        planned, done, receipt = (
            self.create_transfer(done=False),
            self.create_transfer(),
            self.create_transfer(picking_type=self.baku.in_type_id, source=self.env.ref('stock.stock_location_suppliers'), target=self.baku.lot_stock_id),
        )
        # What was done before the company had its connector.
        old = self.create_transfer()
        self.env.cr.execute("UPDATE stock_picking SET date_done = '2020-02-03' WHERE id = %s", [old.id])
        pickings = planned + done + receipt + old
        self.assertEqual(pickings.mapped('vatportal_shown_status'), [False, 'none', False, 'none'])
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_picking SET vatportal_shown_status = 'none'")
        script('19.0.1.7.0/end-unsent.py').migrate(self.env.cr, '19.0.1.6.0')
        self.env.invalidate_all()
        self.assertEqual(pickings.mapped('vatportal_shown_status'), [False, 'none', False, False])
        self.connector.active = False
        self.assertEqual(pickings.mapped('vatportal_shown_status'), [False] * 4)
        with patch.object(stock_picking, 'BATCH', 1):
            self.connector.active = True
        self.assertEqual(pickings.mapped('vatportal_shown_status'), [False, 'none', False, False])
        self.sent(done)
        self.assertEqual(done.vatportal_document_id.amount_total_signed, 0, 'nothing was sold')
        number = done.vatportal_qaime
        self.assertEqual(self.env['stock.picking'].search([('vatportal_qaime_search', 'ilike', f'{number[:-8]} {number[-8:]}')]), done)

    def test_the_first_night(self):
        """The day on which the company begins is Baku's: its first hours are the evening before in UTC."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE vatportal_connector SET create_date = '2026-12-01 05:00:00' WHERE company_id = %s", [self.company.id])
        for moment, counts in (('2026-11-30 19:59:59', False), ('2026-11-30 20:00:00', True)):
            picking = self.create_transfer()
            picking.date_done = moment
            self.env.flush_all()
            self.env.invalidate_all()
            asked = Domain('id', '=', picking.id)
            self.assertEqual(bool(self.env['stock.picking'].search(asked & self.env['stock.picking']._vatportal_since('date_done'))), counts)
            self.env.add_to_compute(picking._fields['vatportal_awaits'], picking)
            self.assertEqual(picking.vatportal_awaits, 'transfer' if counts else False)
            self.env.flush_all()
            self.env.cr.execute('UPDATE stock_picking SET vatportal_awaits = NULL, vatportal_shown_status = NULL WHERE id = %s', [picking.id])
            self.env.invalidate_all()
            script('19.0.1.11.0/end-begun.py', 'l10n_az_vatportal_stock').migrate(self.env.cr, '19.0.1.10.0')
            self.assertEqual((picking.vatportal_awaits, picking.vatportal_shown_status), ('transfer', 'none') if counts else (False, False))

    def test_activities_come_and_go_with_the_status(self):
        keeper = new_test_user(self.env, 'vp_keeper', groups='stock.group_stock_user', company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        picking = self.create_transfer(user_id=keeper.id)
        self.sent(picking)
        self.import_status(picking, 'updateRequested')
        self.assertIn('sent back for correction', picking.activity_ids.summary)
        self.assertEqual(picking.activity_ids.user_id, keeper)
        self.assertEqual(picking.activity_ids.activity_type_id.res_model, 'stock.picking')
        self.import_status(picking, 'cancelRequested')
        self.assertIn('cancellation', picking.activity_ids.summary)
        self.import_status(picking, 'approved')
        self.assertFalse(picking.activity_ids)

    # ------------------------------------------------------------------ what is sent

    def test_the_supply_of_a_sale_is_a_transfer(self):
        """Where a sale stands on the whole chain, its delivery alone is sold. The field of the sale is of an app that
        need not be there; one that is stands for it."""
        with patch.object(stock_picking, '_SALE_FIELDS', ('partner_id', 'field_of_no_app')):
            supply = self.create_transfer(partner_id=self.partner.id)
            self.assertFalse(supply._vatportal_is_sold())
            self.assertTrue(supply.vatportal_can_send)
            [sent] = self.sent(supply)
            self.assertEqual(sent['type'], 'goodsTransfer')
            delivery = self.create_dispatch(partner_id=self.partner.id)
            self.assertTrue(delivery._vatportal_is_sold())
            self.assertFalse(delivery.vatportal_is_transfer)
            self.assertEqual(self.problems(delivery), ['Its goods were sold: send the invoice to e-taxes.'])

    def test_lots_are_one_line(self):
        self.cement.tracking = 'lot'
        lots = self.env['stock.lot'].create([{'name': f'LOT{number}', 'product_id': self.cement.id, 'company_id': self.company.id} for number in (1, 2)])
        for lot, quantity in zip(lots, (2, 5), strict=True):
            self.env['stock.quant']._update_available_quantity(self.cement, self.baku.lot_stock_id, quantity, lot_id=lot)
        picking = self.create_transfer((self.cement, 7, self.unit), done=False)
        picking.action_assign()
        self.assertEqual(picking.move_line_ids.lot_id, lots)
        picking.move_ids.picked = True
        picking.button_validate()
        [sent] = self.sent(picking)
        self.assertEqual([(item['id'], item['quantity'], item['subtotal1']) for item in sent['items']], [('2523290000', 7, 51.41)])

    def test_an_account_that_takes_no_transfers(self):
        self.sandbox.configure(accepted_types=['default'])
        picking = self.create_transfer()
        self.sent(picking)
        self.assertEqual(picking.vatportal_state, 'rejected')
        self.assertIn('by hand at e-taxes.gov.az', picking.vatportal_document_id.message)

    def test_the_actions_of_the_list_say_what_they_are_for(self):
        receipt = self.create_transfer(picking_type=self.baku.in_type_id, source=self.env.ref('stock.stock_location_suppliers'), target=self.baku.lot_stock_id)
        with self.assertRaisesRegex(UserError, 'Receipts, and transfers within a warehouse'):
            receipt.action_vatportal_send()
        with self.assertRaisesRegex(UserError, 'nothing to delete'):
            receipt.action_vatportal_delete()
        action = (receipt + self.create_transfer()).action_vatportal_send()
        self.assertEqual(action['res_model'], 'vatportal.send.wizard')

    # ------------------------------------------------------------------ missing, and one at a time

    def day_of(self, document):
        day, margin = document._baku_date(), timedelta(days=1)
        return day - margin, day + margin

    def import_folder(self, document):
        job = self.env['vatportal.job']._queue_download(self.connector, ['outgoing'], *self.day_of(document), 'portal')
        self.finish(job)
        return job

    def test_missing_at_etaxes(self):
        """A transfer that e-taxes shows no more: somebody is told, and the transfer stays as it is."""
        pickings = [self.create_transfer() for _each in range(3)]
        self.sent(*pickings)
        picking = pickings[0]
        document = picking.vatportal_document_id
        self.import_folder(document)
        row = self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 1)[document.qaime]
        self.sandbox.portal.etaxes.discard(self.sandbox.portal.company(None), 1, document.qaime)
        self.import_folder(document)
        self.assertTrue(document.missing_since)
        self.assertFalse((pickings[1] | pickings[2]).vatportal_document_id.filtered('missing_since'))
        self.assertEqual((picking.state, picking.vatportal_state), ('done', 'registered'))
        self.assertIn('is missing', picking.activity_ids.summary)
        self.assertIn('missing at e-taxes', str(picking.vatportal_alerts))
        self.sandbox.portal.etaxes.put(self.sandbox.portal.company(None), 1, row)
        self.import_folder(document)
        self.assertFalse(document.missing_since or picking.activity_ids)

    def test_refresh_status(self):
        """Inventory users ask for transfers, and for nothing else."""
        keeper = new_test_user(self.env, 'vp_asker', groups='stock.group_stock_user', company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        picking = self.create_transfer()
        self.sent(picking)
        self.assertTrue(picking.vatportal_can_refresh)
        self.sandbox.portal.set_status(picking.vatportal_qaime, 'approved')
        action = picking.with_user(keeper).action_vatportal_refresh_status()
        job = self.env['vatportal.job'].browse(action['res_id'])
        self.finish(job)
        self.assertEqual(picking.vatportal_status, 'approved')
        data = job.with_user(keeper).action_refresh()
        self.assertEqual([row['id'] for row in data['documents']], picking.vatportal_document_id.ids)
        asked = self.env['vatportal.job'].browse(job.with_user(keeper).action_ask_etaxes()['res_id'])
        self.assertEqual((asked.source, asked.user_id), ('etaxes', keeper))
        self.finish(asked)
        move = self.registered()
        with self.assertRaises(AccessError):
            move.vatportal_document_id.with_user(keeper).action_refresh_status()
        both = move.vatportal_document_id | picking.vatportal_document_id
        other = self.env['vatportal.job']._queue_refresh(both, 'portal')
        with self.assertRaises(AccessError):
            other.with_user(keeper).action_refresh()

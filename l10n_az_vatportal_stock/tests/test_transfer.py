from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .transfer_common import TransferCommon

SELLER = '1402345691'


class TestTransfer(TransferCommon):
    """From a done transfer to its number and back, over a real socket."""

    # ------------------------------------------------------------------ sending

    def test_whole_payload(self):
        picking = self.create_transfer(
            (self.cement, 3, self.unit),
            (self.gloves, 2, self.dozen),
            origin='Sifariş 7',
            vatportal_transp_reg_number=' 90-AA-123 ',
            vatportal_add_info='Ehtiyatla',
        )
        picking.date_done = '2026-11-20 21:30:00'  # in Baku it is the next day
        self.assertTrue(picking.vatportal_can_send)
        [sent] = self.sent(picking)
        document = picking.vatportal_document_id
        self.assertEqual(
            sent,
            {
                'id': document.erp_id,
                'type': 'goodsTransfer',
                'seller': SELLER,
                'buyer': SELLER,
                'from_wh': 'WH001',
                'to_wh': 'WH002',
                'wh_field': 1,
                'transp_reg_number': '90-AA-123',
                'main_info': f'{picking.name}; 21.11.2026',
                'add_info': 'Ehtiyatla',
                'sum_subtotal1': 58.03,
                'sum_aksiz': 0,
                'sum_subtotal2': 58.03,
                'sum_apply_vat_amount': 0,
                'sum_skip_vat_amount': 0,
                'sum_vat_zero': 0,
                'sum_vat_free': 0,
                'sum_vat_amount': 0,
                'sum_ttax': 0,
                'sum_total': 58.03,
                'items': [
                    {
                        'id': '2523290000',
                        'name': 'Sement M400',
                        'unit': 'ədəd',
                        'unit_price': 7.344,
                        'quantity': 3,
                        'barcode': '4760001234564',
                        'subtotal1': 22.03,
                        'aksiz': 0,
                        'aksizgrade': 0,
                        'subtotal2': 22.03,
                        'apply_vat_amount': 0,
                        'skip_vat_amount': 0,
                        'vat_zero': 0,
                        'vat_free': 0,
                        'vat_amount': 0,
                        'transport_tax': 0,
                        'total': 22.03,
                    },
                    {
                        'id': '6116930000',
                        'name': 'Əlcək',
                        'unit': 'düjün',
                        'unit_price': 18,
                        'quantity': 2,
                        'barcode': '6116930000000',
                        'subtotal1': 36,
                        'aksiz': 0,
                        'aksizgrade': 0,
                        'subtotal2': 36,
                        'apply_vat_amount': 0,
                        'skip_vat_amount': 0,
                        'vat_zero': 0,
                        'vat_free': 0,
                        'vat_amount': 0,
                        'transport_tax': 0,
                        'total': 36,
                    },
                ],
            },
        )
        self.assertEqual((picking.vatportal_state, document.state, document.picking_id), ('registered', 'registered', picking))
        self.assertTrue(picking.vatportal_qaime)
        self.assertEqual(picking.vatportal_status, 'onApproval')
        self.assertFalse(picking.vatportal_can_send)
        self.assertTrue(any(picking.vatportal_qaime in (message.body or '') for message in picking.message_ids))

    def test_by_name(self):
        self.connector.warehouse_field = '2'
        [sent] = self.sent(self.create_transfer())
        self.assertEqual((sent['from_wh'], sent['to_wh'], sent['wh_field']), ('Bakı anbarı', 'Gəncə anbarı', 2))
        self.ganja.write({'name': 'Gəncə', 'vatportal_name': 'Gəncə anbarı'})
        [sent] = self.sent(self.create_transfer())
        self.assertEqual(sent['to_wh'], 'Gəncə anbarı')

    def test_short_name_stands_for_a_missing_code(self):
        self.ganja.write({'vatportal_code': False, 'code': 'WH002'})
        picking = self.create_transfer()
        [sent] = self.sent(picking)
        self.assertEqual((sent['to_wh'], picking.vatportal_state), ('WH002', 'registered'))

    def test_list_price(self):
        self.connector.transfer_price = 'list'
        [sent] = self.sent(self.create_transfer((self.gloves, 2, self.dozen)))
        self.assertEqual((sent['items'][0]['unit_price'], sent['sum_total']), (36, 72))

    def test_cost_of_the_company(self):
        """Each company has its own cost of a product; the transfer's company counts, whoever sends."""
        other = self.setup_other_company()['company']
        self.cement.with_company(other).standard_price = 99
        wizard = self.wizard(self.create_transfer())
        self.env.user.company_ids |= other
        action = wizard.with_context(allowed_company_ids=(other + self.company).ids).action_send()
        self.finish(self.env['vatportal.job'].browse(action['res_id']))
        self.assertEqual(self.uploads()[0].json['invoices'][0]['items'][0]['unit_price'], 7.344)

    def test_what_was_moved_counts(self):
        """Done quantities, not the demand; a line that was not moved is left out."""
        picking = self.create_transfer((self.cement, 10, self.unit), (self.gloves, 5, self.unit), done=False)
        picking.move_ids[0].write({'quantity': 4, 'picked': True})
        picking.with_context(skip_backorder=True, picking_ids_not_to_backorder=picking.ids).button_validate()
        [sent] = self.sent(picking)
        self.assertEqual([(item['id'], item['quantity']) for item in sent['items']], [('2523290000', 4)])

    def test_many_are_one_process(self):
        pickings = self.create_transfer() + self.create_transfer((self.gloves, 7, self.unit))
        self.assertEqual(len(self.sent(pickings)), 2)
        self.assertEqual([prompt.pin for prompt in self.sandbox.prompts(None)], [1, 2])
        self.assertEqual(len(set(pickings.mapped('vatportal_qaime'))), 2)
        self.assertIn('2 transfers', pickings.vatportal_document_ids.job_ids.name)

    def test_dispatch_without_a_sale(self):
        """To where Odoo does not know; a person says it."""
        picking = self.create_dispatch()
        self.assertEqual(self.problems(picking), ['It is not known to which warehouse the goods go. Choose it on the transfer, tab e-taxes.'])
        picking.vatportal_to_warehouse_id = self.ganja
        [sent] = self.sent(picking)
        self.assertEqual((sent['from_wh'], sent['to_wh']), ('WH001', 'WH002'))

    def test_by_way_of_a_transit(self):
        """The leg that leaves the warehouse is sent, and knows where the goods go on to; the other leg is not."""
        first, second = self.create_by_way_of_transit()
        self.assertEqual((first.vatportal_to_warehouse_id, first.vatportal_can_send, second.vatportal_can_send), (self.ganja, True, False))
        [sent] = self.sent(first)
        self.assertEqual(sent['to_wh'], 'WH002')

    def test_imported_without_signature(self):
        picking = self.create_transfer()
        self.finish(self.send(picking, sign=False))
        self.assertEqual(picking.vatportal_state, 'imported')
        self.sandbox.portal.sign_by_hand(picking.vatportal_document_id.erp_id)
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_read_numbers').method_direct_trigger()
        self.assertTrue(picking.vatportal_qaime)

    # ------------------------------------------------------------------ refused and sent again

    def test_unknown_warehouses_are_named(self):
        self.baku.vatportal_code = 'WH009'
        self.ganja.vatportal_code = 'WH010'
        picking = self.create_transfer()
        self.sent(picking)
        message = picking.vatportal_document_id.message
        self.assertEqual(picking.vatportal_state, 'rejected')
        self.assertIn('no warehouse with the code “WH009”, from which the goods leave', message)
        self.assertIn('no warehouse with the code “WH010”, to which the goods go', message)
        self.assertEqual(picking.vatportal_document_id.portal_message, 'Error codes: 63, 64')
        self.assertIn('WH009', picking.vatportal_alerts['vatportal_rejected']['message'])

        self.connector.warehouse_field = '2'
        self.ganja.vatportal_name = 'Sumqayıt anbarı'
        self.sent(picking)
        message = picking.vatportal_document_id.message
        self.assertIn('no warehouse with the name “Sumqayıt anbarı”, to which the goods go', message)
        self.assertNotIn('Bakı', message)

        self.ganja.vatportal_name = False
        erp_id = picking.vatportal_document_id.erp_id
        self.sent(picking)
        self.assertEqual((picking.vatportal_state, picking.vatportal_document_ids.mapped('erp_id')), ('registered', [erp_id]))

    def test_declined_and_tried_again(self):
        picking = self.create_transfer()
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'pin_declined', pin=1)
        job = self.send(picking)
        self.finish(job)
        self.assertEqual(picking.vatportal_state, 'rejected')
        action = picking.action_vatportal_send()
        wizard = self.env['vatportal.send.wizard'].with_context(**action['context']).create({})
        self.assertEqual((wizard.ready_picking_ids, wizard.ready_count), (picking, 1))
        # Nothing has changed since: it goes at once.
        again = self.env['vatportal.job'].browse(job.action_retry()['res_id'])
        self.assertEqual(again.document_ids.picking_id, picking)
        self.finish(again)
        self.assertEqual(picking.vatportal_state, 'registered')

    def test_answer_lost(self):
        """Sent, and the answer lost: the portal is asked; the transfer goes once."""
        picking = self.create_transfer()
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'answer_lost')
        job = self.send(picking)
        self.assertEqual(picking.vatportal_state, 'unconfirmed')
        self.finish(job)
        self.assertEqual(picking.vatportal_state, 'registered')
        self.assertEqual(len([record for record in self.uploads() if record.processed]), 1)

    # ------------------------------------------------------------------ live view

    def test_progress_leads_to_the_transfer(self):
        picking = self.create_transfer()
        job = self.send(picking)
        [document] = job.action_refresh()['documents']
        self.assertEqual((document['res_model'], document['res_id'], document['name'], document['move_id']), ('stock.picking', picking.id, picking.name, False))
        self.assertIn(picking.name, job.name)
        self.assertEqual(picking.action_vatportal_follow()['res_id'], job.id)
        self.assertEqual(picking.vatportal_document_id.action_open_move()['res_model'], 'stock.picking')
        self.assertEqual(picking.action_vatportal_documents()['res_id'], picking.vatportal_document_id.id)

    def test_second_click(self):
        self.sandbox.configure(auto_confirm=False)
        picking = self.create_transfer()
        wizard = self.wizard(picking)
        self.assertEqual(wizard.action_send()['res_id'], wizard.action_send()['res_id'])
        self.assertEqual(self.wizard(picking).action_send()['res_id'], picking.vatportal_document_ids.job_ids.id)
        self.assertEqual((len(self.uploads()), len(picking.vatportal_document_ids)), (1, 1))

    def test_invoice_and_transfer_together(self):
        """Chosen together they are checked together, and go as a process each."""
        picking, move = self.create_transfer(), self.create_invoice()
        action = self.env['vatportal.send.wizard']._open(picking, move)
        wizard = self.env['vatportal.send.wizard'].with_context(**action['context']).create({})
        self.assertEqual((wizard.ready_picking_ids, wizard.ready_ids, wizard.ready_count), (picking, move, 2))
        self.assertEqual(wizard.amount_ready, 118 + 22.03)
        jobs = self.env['vatportal.job'].browse(wizard.action_send()['res_id'])._batch()
        for job in jobs:
            self.finish(job)
        self.assertEqual([picking.vatportal_state, move.vatportal_state, len(jobs)], ['registered', 'registered', 2])

    # ------------------------------------------------------------------ guards

    def test_no_change_while_it_lives(self):
        picking = self.create_transfer()
        self.sent(picking)
        ways = {
            'cancel': lambda: picking.action_cancel(),
            'unlink': lambda: picking.unlink(),
            'unlock': lambda: picking.action_toggle_is_locked(),
            'quantity of a move': lambda: picking.move_ids.write({'quantity': 5}),
            'quantity of a line': lambda: picking.move_line_ids.write({'quantity': 5}),
            'another line': lambda: self.env['stock.move.line'].create(
                {
                    'picking_id': picking.id,
                    'move_id': picking.move_ids.id,
                    'product_id': self.cement.id,
                    'quantity': 1,
                    'location_id': picking.location_id.id,
                    'location_dest_id': picking.location_dest_id.id,
                }
            ),
        }
        picking.is_locked = True
        for name, way in ways.items():
            with self.subTest(way=name), self.assertRaisesRegex(UserError, 'Delete it there first'), self.cr.savepoint():
                way()
        self.assertEqual((picking.state, picking.move_ids.quantity), ('done', 3))

    def test_no_change_while_it_is_being_sent(self):
        self.sandbox.configure(auto_confirm=False)
        picking = self.create_transfer()
        self.send(picking)
        with self.assertRaisesRegex(UserError, 'Wait for the end'):
            picking.move_line_ids.quantity = 5

    def test_rejected_is_free_and_goes_with_the_new_figures(self):
        picking = self.create_transfer()
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'pin_declined', pin=1)
        self.sent(picking)
        picking.is_locked = True
        picking.action_toggle_is_locked()
        picking.move_line_ids.quantity = 5
        [sent] = self.sent(picking)
        self.assertEqual(sent['items'][0]['quantity'], 5)

    def test_return_is_allowed(self):
        """A return is a transfer of its own, and is sent as one."""
        picking = self.create_transfer()
        self.sent(picking)
        wizard = self.env['stock.return.picking'].with_context(active_id=picking.id, active_ids=picking.ids, active_model='stock.picking').create({})
        wizard.product_return_moves.quantity = 1
        back = self.env['stock.picking'].browse(wizard.action_create_returns()['res_id'])
        self.assertFalse(back.vatportal_document_ids or back.vatportal_qaime)
        back.move_ids.write({'quantity': 1, 'picked': True})
        back.button_validate()
        [sent] = self.sent(back)
        self.assertEqual((sent['from_wh'], sent['to_wh'], sent['items'][0]['quantity']), ('WH002', 'WH001', 1))

    def test_no_second_live_document(self):
        """The database itself takes one live document per transfer."""
        picking = self.create_transfer()
        Job = self.env['vatportal.job']
        Job._queue(picking, self.connector, True)
        with self.assertRaises(UniqueViolation), mute_logger('odoo.sql_db'), self.cr.savepoint():
            Job._queue(picking, self.connector, True)
        self.assertEqual(len(picking.vatportal_document_ids), 1)

    # ------------------------------------------------------------------ deletion

    def test_delete_and_send_anew(self):
        picking = self.create_transfer()
        self.sent(picking)
        old = picking.vatportal_document_id
        action = picking.action_vatportal_delete()
        wizard = self.env['vatportal.delete.wizard'].with_context(**action['context']).create({'reason': 'Wrong truck'})
        self.assertEqual(wizard.line_ids.document_id, old)
        job = self.env['vatportal.job'].browse(wizard.action_delete()['res_id'])
        self.assertTrue(picking.vatportal_is_being_deleted)
        self.assertIn('vatportal_deletion', picking.vatportal_alerts)
        self.assertEqual(picking.action_vatportal_follow()['res_id'], job.id)
        self.finish(job)
        self.assertEqual((old.state, picking.vatportal_state, picking.vatportal_can_send), ('deleted', 'deleted', True))
        self.assertTrue(any('Wrong truck' in (message.body or '') for message in picking.message_ids))

        picking.vatportal_transp_reg_number = '10-BB-456'
        [sent] = self.sent(picking)
        new = picking.vatportal_document_id
        self.assertEqual((sent['transp_reg_number'], new.state, picking.vatportal_document_ids.sorted('id')), ('10-BB-456', 'registered', old + new))
        self.assertNotEqual(new.erp_id, old.erp_id)

    def test_unsigned_is_deleted_from_the_portal(self):
        picking = self.create_transfer()
        self.finish(self.send(picking, sign=False))
        self.finish(self.delete(picking.vatportal_document_id))
        self.assertEqual(picking.vatportal_state, 'deleted')
        self.assertEqual(len(self.calls('/inv/delete')), 1)

    def test_delete_wizard_from_the_list(self):
        picking = self.create_transfer()
        self.sent(picking)
        wizard = self.env['vatportal.delete.wizard'].with_context(active_model='stock.picking', active_ids=picking.ids).create({})
        self.assertEqual(wizard.document_ids, picking.vatportal_document_id)

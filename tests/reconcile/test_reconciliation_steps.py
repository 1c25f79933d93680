from odoo.exceptions import UserError

from .reconcile_common import ReconcileCommon


class TestReconciliationSteps(ReconcileCommon):
    """From each row both sides open, and the next step begins."""

    def test_both_sides(self):
        move = self.sale()
        row = self.rows(move)
        self.assertEqual((row.action_open_move()['res_model'], row.action_open_move()['res_id']), ('account.move', move.id))
        with self.assertRaises(UserError):
            row.action_open_document()
        document = self.at_etaxes(move)
        self.assertEqual(self.rows(move).action_open_document()['res_id'], document.id)

    def test_sent(self):
        """Sent from its row, an invoice is matched."""
        move = self.sale()
        action = self.rows(move).action_next()
        wizard = self.env[action['res_model']].with_context(**action['context']).create({})
        job = self.env['vatportal.job'].browse(wizard.action_send()['res_id'])
        self.assertEqual(self.found(move), ('only_odoo', 'on_its_way'))
        self.finish(job)
        move.vatportal_document_id.sudo().date = f'{move.invoice_date} 08:00:00'  # of the same month, whenever this runs
        self.assertEqual(self.found(move), ('not_final', 'waiting'))
        self.assertFalse(self.rows(move).diff_total)

    def test_billed(self):
        documents = self.document() + self.document()
        rows = self.env['vatportal.reconciliation'].search([('document_id', 'in', documents.ids)])
        rows.action_next()
        self.assertTrue(all(documents.mapped('move_id')))
        self.assertEqual(self.found(documents[0]), ('only_etaxes', 'draft'))
        documents.move_id.action_post()
        self.assertEqual(self.found(documents[0]), ('matched', False))

    def test_linked(self):
        document = self.document(partner_id=self.vendor.id)
        typed = self.purchase_entry({'vat': 100}, ref=document.qaime)
        for row in (self.rows(typed), self.rows(self.document(direction='outgoing'))):
            action = row.action_next()
            self.assertEqual(action['res_model'], 'vatportal.bill.wizard')
        document.action_link_move(typed.id)
        self.assertEqual(self.found(typed)[0], 'other_month' if document._baku_date().month != 11 else 'matched')

    def test_imported(self):
        """A qaimə that has not come is looked for in its folder, around its day."""
        lowered = self.purchase_entry({'vat': 5}, move_type='in_refund')
        lowered.vatportal_kind_id = False
        for move, folder in ((self.purchase_entry(), 'incoming'), (self.sale(move_type='out_refund'), 'incoming'), (lowered, 'incoming')):
            context = self.rows(move).action_next()['context']
            self.assertEqual((context['default_direction'], context['default_date_from'], context['default_date_to'][:8]), (folder, '2026-11-15', '2026-11-'))

    def test_imported_around_the_vendors_day(self):
        """However late the bill is booked."""
        row = self.rows(self.purchase_entry(invoice_date='2026-10-31', date='2026-11-28'))
        context = row.action_next()['context']
        self.assertEqual((context['default_date_from'], context['default_date_to']), ('2026-10-26', '2026-11-05'))

    def test_compared(self):
        move = self.sale()
        self.at_etaxes(move, {'vat': 90.0})
        row = self.rows(move)
        self.assertEqual((row.action_next()['res_model'], row.action_next()['res_id']), (row._name, row.id))

    def test_gone_at_etaxes(self):
        """What the company issued can be sent again, on whichever side it counts; of what others issued both sides are compared."""
        to_vendor, from_customer = self.kind('returnInvoice'), {'move_type': 'out_refund'}
        for move, vals, step in (
            (self.sale(), {}, 'send'),
            (self.purchase_entry(move_type='in_refund', vatportal_kind_id=to_vendor.id), {'kind': 'returnInvoice'}, 'send'),
            (self.purchase_entry(), {}, 'look'),
            (self.sale(**from_customer), {'kind': 'returnInvoice', 'direction': 'incoming'}, 'look'),
        ):
            with self.subTest(move_type=move.move_type):
                self.at_etaxes(move, status='canceled', **vals)
                row = self.rows(move)
                self.assertEqual((row.reason, row.next_step), ('void', step))

    def test_rows_together(self):
        to_send, to_import, matched = self.sale(), self.purchase_entry(), self.sale()
        self.at_etaxes(matched)
        for moves in (to_send + to_import, matched):
            rows = self.env['vatportal.reconciliation'].search([('move_id', 'in', moves.ids)])
            with self.assertRaises(UserError):
                rows.action_next()

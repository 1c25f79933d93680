from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form
from odoo.tests.common import mute_logger

from odoo.addons.l10n_az_vatportal.models.states import SENDABLE_STATES

from .pos_common import PosCommon


class TestPosGather(PosCommon):
    """Invoices of Point of Sale go to e-taxes at the time that the connector says, in as few processes as possible."""

    def states(self, moves):
        return set(moves.mapped('vatportal_state'))

    # ------------------------------------------------------------------ when

    def test_at_once(self):
        self.connector.pos_sending = 'now'
        moves = self.invoices(1)
        self.assertTrue(self.is_due())
        first = self.gather()
        self.assertEqual((first.document_ids.move_id, self.states(moves)), (moves, {'progress'}))
        # While one process is under way the others wait, and then go together.
        later = self.invoices(3)
        self.assertFalse(self.gather() or self.gather(hourly=True))
        self.is_due()
        self.finish(first)
        self.assertTrue(self.is_due(), 'the end of a process calls for the next')
        second = self.gather()
        self.assertEqual((len(second), second.document_ids.move_id), (1, later))
        self.finish(second)
        self.assertEqual(self.states(moves + later), {'registered'})
        self.assertFalse(self.gather())

    def test_every_hour(self):
        self.connector.pos_sending = 'hour'
        session = self.opened()
        moves = self.invoices(3)
        self.assertFalse(self.is_due() or self.gather())
        job = self.gather(hourly=True)
        self.assertEqual((len(job), job.document_ids.move_id), (1, moves))
        self.finish(job)
        moves = self.invoices(1)
        self.close(session)
        self.assertFalse(self.is_due() or self.gather())
        self.assertEqual(self.gather(hourly=True).document_ids.move_id, moves)

    def test_at_the_close_of_a_session(self):
        moves = self.invoices(2)
        uninvoiced = self.sell(invoice=False)
        self.assertFalse(self.is_due() or self.gather() or self.gather(hourly=True))
        self.close(self.opened())
        self.assertTrue(self.is_due())
        job = self.gather()
        self.assertEqual((len(job), job.document_ids.move_id), (1, moves))
        self.finish(job)
        # What is invoiced after that goes with the next session.
        uninvoiced.action_pos_order_invoice()
        self.assertFalse(self.gather() or self.gather(hourly=True))
        late = uninvoiced.account_move + self.invoices(1)
        self.close(self.opened())
        self.assertEqual(self.gather(hourly=True).document_ids.move_id, late, 'with the hour, should the call be lost')

    def test_close_while_a_process_is_under_way(self):
        job = self.send(self.create_invoice())
        moves = self.invoices(1)
        self.close(self.opened())
        self.assertFalse(self.gather())
        self.finish(job)
        self.assertTrue(self.is_due())
        self.assertEqual(self.gather().document_ids.move_id, moves)

    def test_by_hand(self):
        self.connector.pos_sending = 'manual'
        self.assertFalse(self.connector.pos_from)
        moves = self.invoices(2)
        refused = self.invoices(1, partner=self.env['res.partner'].create({'name': 'Aygün'}))
        other = self.create_invoice()
        self.close(self.opened())
        self.assertFalse(self.is_due() or self.gather() or self.gather(hourly=True))
        action = self.env.ref('l10n_az_vatportal_pos.action_pos_invoices').with_user(self.accountant).run()
        self.env['account.move'].with_user(self.accountant).get_view(action['views'][0][0], 'list')
        listed = self.env['account.move'].with_user(self.accountant).search(action['domain'])
        self.assertEqual(listed, (moves + refused).sorted(lambda move: listed.ids.index(move.id)))
        self.assertNotIn(other, listed)
        wizard = Form(self.env['vatportal.send.wizard'].with_user(self.accountant).with_context(**listed.action_vatportal_send()['context'])).save()
        self.assertEqual(wizard.ready_ids, moves)
        job = self.env['vatportal.job'].browse(wizard.action_send()['res_id'])
        self.assertEqual(job.user_id, self.accountant)
        self.finish(job)
        self.assertEqual(self.env['vatportal.connector'].action_pos_invoices()['domain'], [('id', 'in', refused.ids)])

    def test_from_the_day_it_was_chosen(self):
        """What was made before is not sent by itself, nor what has lain for months."""
        old = self.invoices(1)
        for mode in ('manual', 'hour'):
            self.connector.pos_sending = mode
            self.env.flush_all()
        self.assertEqual(self.connector.pos_from, fields.Date.context_today(self.connector))
        self.connector.pos_from += timedelta(days=1)
        self.assertFalse(self.gather(hourly=True))
        self.connector.pos_from = '2020-01-01'
        self.env.cr.execute('UPDATE account_move SET invoice_date = %s WHERE id = %s', [fields.Date.context_today(old) - timedelta(days=40), old.id])
        self.env.invalidate_all()
        self.assertFalse(self.gather(hourly=True))
        self.env.cr.execute('UPDATE account_move SET invoice_date = %s WHERE id = %s', [fields.Date.context_today(old) - timedelta(days=10), old.id])
        self.env.invalidate_all()
        self.assertEqual(self.gather(hourly=True).document_ids.move_id, old)

    # ------------------------------------------------------------------ what

    def test_as_few_processes_as_possible(self):
        self.connector.write({'pos_sending': 'hour', 'batch_size': 2})
        moves = self.invoices(3)
        jobs = self.gather(hourly=True).sorted('id')
        self.assertEqual(jobs.mapped('document_count'), [2, 1])
        self.assertEqual(jobs.mapped('on_hold'), [False, True], 'one after the other')
        self.assertEqual(jobs.document_ids.move_id, moves)
        for job in jobs:
            self.finish(job)
        self.assertEqual(self.states(moves), {'registered'})

    def test_nobodys_process_is_told_to_the_users_to_notify(self):
        self.connector.pos_sending = 'now'
        self.invoices(1)
        told = []
        self.patch(type(self.env['res.users']), '_bus_send', lambda user, kind, _message: told.append(user) if kind == 'vatportal.job' else None)
        self.finish(self.gather())
        self.assertEqual({user.id for user in told}, {self.accountant.id})

    def test_two_shops_and_two_companies(self):
        second = self.create_shop('Köşk', self.company_data)
        other = self.setup_other_company(name='Gəncə Ticarət MMC', vat='2001876531', country_id=self.env.ref('base.az').id)
        azn = self.env.ref('base.AZN')
        other['company'].write({'currency_id': azn.id, 'account_fiscal_country_id': self.env.ref('base.az').id})
        others = self.env['vatportal.connector'].create(
            {
                'name': 'Other',
                'base_url': self.sandbox.url,
                'token': 'sandbox-token',
                'company_id': other['company'].id,
                'taxation': 'simplified',
                'pos_sending': 'now',
            }
        )
        self.cashier.company_ids += other['company']
        theirs = self.create_shop('Gəncə', other)
        plain = (
            self.env['product.product']
            .with_company(other['company'])
            .create({'name': 'Kərpic', 'vatportal_code': '6904100000', 'uom_id': self.unit.id, 'taxes_id': False, 'list_price': 3, 'available_in_pos': True})
        )
        moves = self.invoices(1) + self.invoices(1, shop=second)
        abroad = self.sell((plain, 5), shop=theirs.with_company(other['company'])).account_move
        self.assertEqual(abroad.company_id, other['company'])
        job = self.gather()
        self.assertEqual((job.connector_id, job.document_ids.move_id), (others, abroad))
        self.close(self.opened(second))
        job = self.gather()
        self.assertEqual((len(job), job.connector_id, job.document_ids.move_id), (1, self.connector, moves))

    def test_orders_invoiced_together(self):
        orders = self.sell(invoice=False) + self.sell((self.product, 2), invoice=False)
        self.close(self.opened())
        self.gather()
        self.env['pos.make.invoice'].create({'consolidated_billing': True}).with_context(active_ids=orders.ids).action_create_invoices()
        self.assertEqual(len(orders.account_move), 1)
        self.connector.pos_sending = 'now'
        job = self.gather()
        self.assertEqual(job.document_ids.move_id, orders.account_move)
        self.finish(job)
        self.assertEqual(orders.account_move.vatportal_state, 'registered')

    # ------------------------------------------------------------------ refunds

    def test_refund_after_the_invoice_went(self):
        """The buyer issues the return at e-taxes; the credit note stays here, printed."""
        self.connector.pos_sending = 'now'
        order = self.sell()
        self.finish(self.gather())
        credit = self.refund(order)
        self.assertEqual(credit.move_type, 'out_refund')
        self.assertFalse(self.gather())
        self.assertTrue(credit.invoice_pdf_report_id)
        self.assertEqual((credit.vatportal_state, self.notes(credit)), ('none', []))

    def test_refund_before_the_invoice_went(self):
        order, kept = self.sell(), self.sell()
        credit = self.refund(order)
        self.assertEqual(credit.move_type, 'out_refund')
        self.close(self.opened())
        self.assertEqual(self.gather().document_ids.move_id, kept.account_move)
        [note] = self.notes(order.account_move)
        self.assertIn(credit.name, note)
        # By hand it goes.
        self.finish(self.send(order.account_move))
        self.assertEqual(order.account_move.vatportal_state, 'registered')

    def test_credited_by_what_names_no_invoice(self):
        """A credit note that was entered by hand, and reconciled."""
        move = self.create_invoice()
        credit = self.create_invoice(move_type='out_refund')
        self.assertFalse(move._vatportal_credited())
        (move | credit).line_ids.filtered(lambda line: line.account_type == 'asset_receivable').reconcile()
        [problem] = move._vatportal_credited()[move]
        self.assertIn(credit.name, problem['message'])

    # ------------------------------------------------------------------ what does not go

    def told(self):
        return [message for message in self.connector.message_ids if 'Point of Sale' in message.body]

    def test_told_once_and_gone_once_mended(self):
        self.connector.pos_sending = 'hour'
        sand = self.create_product('Qum', False, available_in_pos=True, taxes_id=[Command.set(self.taxes['vat'].ids)])
        good, bad = self.sell().account_move, self.sell((sand, 1)).account_move
        job = self.gather(hourly=True)
        self.assertEqual(job.document_ids.move_id, good)
        self.finish(job)
        for _hour in range(3):
            self.assertFalse(self.gather(hourly=True))
        self.assertEqual(len(self.notes(bad)), 1)
        self.assertIn('Qum', self.notes(bad)[0])
        [message] = self.told()
        self.assertIn(bad.name, message.body)
        self.assertEqual(message.notified_partner_ids, self.accountant.partner_id)
        sand.vatportal_code = '2505100000'
        self.assertEqual(self.gather(hourly=True).document_ids.move_id, bad)

    def test_with_nobody_to_notify_the_administrators_hear(self):
        self.connector.write({'pos_sending': 'hour', 'notify_user_ids': [Command.clear()]})
        self.sell((self.create_product('Qum', False, available_in_pos=True), 1))
        self.gather(hourly=True)
        [message] = self.told()
        self.assertIn(self.connector._administrators()[:1].partner_id, message.notified_partner_ids)

    def test_deleted_waits_for_a_person(self):
        """Whatever can be sent again is offered; it does not go by itself."""
        for state in SENDABLE_STATES[1:]:
            with self.subTest(state):
                move = self.invoices(1)
                self.finish(self.send(move))
                move.vatportal_document_id.sudo().state = state
                self.assertTrue(move.vatportal_can_send)
                self.assertFalse(self.gather(hourly=True))
                self.assertIn(move.id, self.env['vatportal.connector'].action_pos_invoices()['domain'][0][2])

    def test_what_nobody_has_to_send_is_not_offered(self):
        """A sale that was taken back once it was deleted at e-taxes, its credit note, and what waits in a package."""

        def offered():
            return self.env['account.move'].browse(self.env['vatportal.connector'].action_pos_invoices()['domain'][0][2])

        orders = [self.sell((self.product, 2)) for _number in range(4)]
        back, part, kept, unsent = (order.account_move for order in orders)
        self.finish(self.send(back + part + kept))
        for move in back + part + kept:
            move.vatportal_document_id.sudo()._set_state('deleted')
        self.assertEqual(offered(), back + part + kept + unsent)
        line = orders[1].lines
        credits = self.refund(orders[0]) + self.refund(orders[3])
        credits += self.sell((line.product_id, -1, {'refunded_orderline_id': line.id}), partner=orders[1].partner_id, is_refund=True).account_move
        self.assertEqual(set(credits.mapped('state')), {'posted'})
        self.assertEqual(offered(), part + kept)
        kept.action_vatportal_xml()
        self.assertEqual(offered(), part)

    def test_rejected_waits_for_a_person(self):
        self.connector.pos_sending = 'now'
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'error', code=9)
        moves = self.invoices(1)
        self.finish(self.gather())
        self.assertEqual(moves.vatportal_state, 'rejected')
        self.assertFalse(self.gather() or self.gather(hourly=True))
        self.assertEqual(self.env['vatportal.connector'].action_pos_invoices()['domain'], [('id', 'in', moves.ids)])

    def test_package_is_left_alone(self):
        self.connector.pos_sending = 'now'
        move = self.invoices(1)
        move.action_vatportal_xml()
        self.assertFalse(self.gather())
        self.assertEqual(self.notes(move), [])

    def test_what_somebody_said_is_not_sent(self):
        """It is neither gathered nor told of nor offered, until the reason is gone."""
        self.connector.pos_sending = 'hour'
        kept, other = self.invoices(2)
        kept.vatportal_unsent_reason = 'It was written at e-taxes.gov.az'
        job = self.gather(hourly=True)
        self.assertEqual(job.document_ids.move_id, other)
        self.finish(job)
        self.assertFalse(self.gather(hourly=True))
        self.assertEqual((self.notes(kept), self.told()), ([], []))
        self.assertEqual(self.env['vatportal.connector'].action_pos_invoices()['domain'], [('id', 'in', [])])
        kept.vatportal_unsent_reason = ''
        self.assertEqual(self.env['vatportal.connector'].action_pos_invoices()['domain'], [('id', 'in', kept.ids)])
        self.assertEqual(self.gather(hourly=True).document_ids.move_id, kept)

    def test_one_failure_does_not_touch_the_next(self):
        self.connector.pos_sending = 'now'
        moves = self.invoices(3)
        plain = type(self.env['vatportal.job'])._queue_document

        def fails(job, record, connector):
            if record == moves[1]:
                raise ValueError('broken')
            return plain(job, record, connector)

        with patch.object(type(self.env['vatportal.job']), '_queue_document', fails), mute_logger('odoo.addons.l10n_az_vatportal.models.account_move.send'):
            jobs = self.gather()
        self.assertEqual(jobs.document_ids.move_id, moves[0] + moves[2])
        self.assertIn('ValueError', self.notes(moves[1])[0])

from itertools import product

from odoo.fields import Domain
from odoo.tests import tagged

from ..common import script
from .sale_advance_common import SaleAdvanceCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestSaleCredits(SaleAdvanceCommon):
    """The credit notes of an order of which less is wanted: they name no invoice."""

    def credited(self, order, quantity=0):
        """The credit note of ``order``, of which no more than ``quantity`` is wanted."""
        order.order_line.filtered(lambda line: not line.is_downpayment).product_uom_qty = quantity
        credit = order._create_invoices(final=True)
        credit.invoice_date = '2026-11-20'
        credit.action_post()
        self.assertEqual((credit.move_type, credit.reversed_entry_id.ids), ('out_refund', []))
        return credit

    def test_an_order_that_is_not_wanted_any_more(self):
        unsent_order, order = self.order(), self.order(2000)
        unsent, sent = self.invoice(unsent_order), self.invoice(order)
        self.finish(self.send(sent))
        credits = self.credited(unsent_order), self.credited(order)
        self.reconcile(unsent | credits[0])
        self.reconcile(sent | credits[1])
        self.assertEqual({unsent.payment_state, sent.payment_state}, {'reversed'})
        [warning] = self.warnings(unsent)
        self.assertIn(credits[0].name, warning)
        self.assertFalse(self.env['account.move.send']._is_vatportal_applicable(unsent))
        self.assertIn(credits[1].name, self.alerts(sent))
        order.order_line.product_uom_qty = 3
        [warning] = self.warnings(self.invoice(order))
        self.assertIn(sent.vatportal_qaime, warning)

    def test_a_part_of_an_order(self):
        order = self.order()
        order.order_line.product_uom_qty = 10
        move = self.invoice(order)
        self.reconcile(move | self.credited(order, 4))
        self.assertFalse(self.warnings(move))

    def test_an_advance_given_back(self):
        """Its invoice is open, or was paid long ago, as advances are."""
        for paid in (False, True):
            with self.subTest(paid=paid):
                order = self.order()
                advance = self.prepaid(order)
                document = advance.vatportal_document_id
                if paid:
                    self.pay(advance)
                credit = self.credited(order)
                self.assertEqual((credit.amount_total, document.advance_left), (354, 0))
                if not paid:
                    self.reconcile(advance | credit)
                self.assertEqual(document.advance_left, 0)
                self.assertIn(credit.name, self.alerts(advance))
                self.assertIn(f'takes back the advance {advance.vatportal_qaime}', credit.vatportal_refund_note)
                self.assertFalse(credit.vatportal_kind_id)
                self.assertFalse(self.create_invoice().vatportal_open_advance_ids & document)
                credit.button_draft()
                self.assertEqual(document.advance_left, 354)
                credit.unlink()

    def test_two_advances_given_back(self):
        """Each by its own lines."""
        order = self.order()
        first, second = self.prepaid(order, 30), self.prepaid(order, 20)
        credit = self.credited(order)
        self.assertEqual(credit.amount_total, 590)
        self.assertFalse((first | second).vatportal_document_id.filtered('advance_left'))
        self.assertIn(first.vatportal_qaime, credit.vatportal_refund_note)
        self.assertIn(second.vatportal_qaime, credit.vatportal_refund_note)

    def test_what_pays_another_invoice(self):
        """An advance that is given back, and with which the customer pays for something else: that was sold."""
        order = self.order()
        advance = self.prepaid(order)
        self.pay(advance)
        credit = self.credited(order)
        other = self.create_invoice({'price_unit': 250})
        self.reconcile(other | credit)
        self.assertEqual(other.payment_state, 'reversed')
        self.assertFalse(self.warnings(other))
        self.assertEqual(advance.vatportal_document_id.advance_left, 0)

    # ------------------------------------------------------------------ what is not reconciled with anything

    def assertHeldBack(self, move, credit):
        """``move`` is asked about, and not offered, because of ``credit``, a credit note or a document."""
        [warning] = self.warnings(move)
        self.assertIn(credit.name, warning)
        self.assertFalse(self.env['account.move.send']._is_vatportal_applicable(move))

    def test_paid_or_open_and_credited_by_its_order(self):
        """Odoo reconciles the credit note of an order with nothing."""
        for paid in (True, False):
            with self.subTest(paid=paid):
                order, other = self.order(), self.order(2000)
                sent, unsent = self.invoice(order), self.invoice(other)
                self.finish(self.send(sent))
                if paid:
                    self.pay(sent)
                    self.pay(unsent)
                credit, unsent_credit = self.credited(order), self.credited(other)
                self.assertNotIn('reversed', (sent | unsent).mapped('payment_state'))
                self.assertIn(credit.name, self.alerts(sent))
                self.assertHeldBack(unsent, unsent_credit)
                order.order_line.product_uom_qty = 1
                self.assertHeldBack(self.invoice(order), sent.vatportal_document_id)
                credit.button_draft()
                self.env.invalidate_all()
                self.assertFalse(self.alerts(sent))

    def test_unsent_and_credited_by_its_order_is_due_no_more(self):
        """Paid or not; until the credit note is reset."""
        self.begin()
        for paid in (True, False):
            with self.subTest(paid=paid):
                order = self.order()
                move = self.invoice(order)
                if paid:
                    self.pay(move)
                self.assertEqual((move.vatportal_shown_status, bool(move.vatportal_due_date)), ('none', True))
                credit = self.credited(order)
                self.assertEqual((move.vatportal_shown_status, move.vatportal_due_date), (False, False))
                self.assertIn(move, move._vatportal_reversed_in_full(Domain('id', '=', move.id)))
                credit.button_draft()
                self.assertEqual((move.vatportal_shown_status, bool(move.vatportal_due_date)), ('none', True))
                self.assertFalse(move._vatportal_reversed_in_full(Domain('id', '=', move.id)))

    def test_both_sides_in_the_reconciliation(self):
        """Neither is anybody's task, until the return of the buyer stands: then the invoice is missing at e-taxes."""
        self.begin()
        for paid, quantity in product((True, False), (0, 0.5)):
            with self.subTest(paid=paid, quantity=quantity):
                order = self.order()
                move = self.invoice(order)
                if paid:
                    self.pay(move)
                credit = self.credited(order, quantity)
                missing = 'only_odoo', 'not_sent'
                self.assertEqual(self.found(move), missing if quantity else ('never', 'reversed'))
                self.assertEqual(self.found(credit), ('never', 'reversed'))
                self.env['vatportal.document'].sudo().create(
                    {
                        'company_id': self.company.id,
                        'connector_id': self.connector.id,
                        'direction': 'incoming',
                        'state': 'registered',
                        'status': 'approved',
                        'qaime': f'MT26{credit.id:010}',
                        'kind_id': self.env['vatportal.kind'].search([('code', '=', 'returnInvoice')], limit=1).id,
                        'date': '2026-11-20 10:00:00',
                        'move_id': credit.id,
                    }
                )
                self.assertEqual(self.found(move), missing)

    def test_a_credit_note_of_two_invoices_one_of_which_was_sent(self):
        """The return for that one is awaited."""
        self.begin()
        order = self.order(500)
        first = self.invoice(order)
        self.finish(self.send(first))
        order.order_line.product_uom_qty = 2
        second = self.invoice(order)
        credit = self.credited(order)
        self.assertEqual(self.found(second), ('never', 'reversed'))
        self.assertEqual(self.found(credit), ('only_odoo', 'awaits_return'))

    def test_of_several_invoices_of_an_order(self):
        """The latest is taken back, unless the credit note is reconciled with another one, or another one is named by its own."""
        for how in ('latest', 'reconciled', 'named'):
            with self.subTest(how):
                order = self.order(500)
                first = self.invoice(order)
                order.order_line.product_uom_qty = 2
                second = self.invoice(order)
                if how == 'named':
                    second._reverse_moves([{'invoice_date': '2026-11-20', 'date': '2026-11-20'}], cancel=True)
                credit = self.credited(order, 0 if how == 'named' else 1)
                if how == 'reconciled':
                    self.reconcile(first | credit)
                taken = [credit in move._vatportal_credits() for move in (first, second)]
                self.assertEqual(taken, [how != 'latest', how == 'latest'])
                self.assertEqual([move._vatportal_is_taken_back() for move in (first, second)], [how != 'latest', how != 'reconciled'])

    def test_a_credit_note_that_was_taken_back(self):
        """What it credited stands again, and is what the next one of the order takes back."""
        self.begin()
        order = self.order(500)
        move = self.invoice(order)
        credit = self.credited(order)
        self.assertTrue(move._vatportal_is_taken_back())
        again = credit._reverse_moves([{'invoice_date': '2026-11-20', 'date': '2026-11-20'}], cancel=True)
        self.assertEqual((again.move_type, move._vatportal_credits()), ('out_invoice', {}))
        self.assertEqual((move.vatportal_shown_status, again.vatportal_shown_status), ('none', False))
        self.assertEqual([self.found(one) for one in (move, credit, again)], [('only_odoo', 'not_sent'), ('never', 'reversed'), ('never', 'reversed')])
        last = self.credited(order)
        self.assertEqual(list(move._vatportal_credits()), [last])
        self.assertEqual((move.vatportal_shown_status, again.vatportal_shown_status), (False, False))
        self.assertEqual([self.found(one) for one in (move, last)], [('never', 'reversed')] * 2)

    def two_and_a_credit_note(self):
        """Two invoices of an order, the later one cancelled, and a draft credit note of the order that is younger and names neither."""
        self.begin()
        order = self.order(500)
        first = self.invoice(order)
        order.order_line.product_uom_qty = 2
        second = order._create_invoices()
        second.invoice_date = '2026-11-20'
        second.invoice_line_ids.quantity = 1
        credit = self.create_invoice({'price_unit': 500}, move_type='out_refund', post=False)
        credit.invoice_line_ids.sale_line_ids = order.order_line
        credit.invoice_date = '2026-11-20'
        second.button_cancel()
        self.assertLess(second.id, credit.id, 'it takes the credit note, which is younger')
        return first, second, credit

    def test_an_invoice_that_is_posted_later_takes_the_credit_note(self):
        """The one before it is to be sent again."""
        first, second, credit = self.two_and_a_credit_note()
        credit.action_post()
        self.assertEqual((first.vatportal_shown_status, first.vatportal_due_date), (False, False))
        second.button_draft()
        second.action_post()
        self.env.flush_all()
        self.assertIn(credit, second._vatportal_credits())
        self.assertEqual((first.vatportal_shown_status, bool(first.vatportal_due_date)), ('none', True))
        second.button_draft()
        self.assertEqual((first.vatportal_shown_status, first.vatportal_due_date), (False, False))

    def test_what_is_asked_of_the_invoice_beside(self):
        """It comes and goes with the credit note, where its own document is no more."""
        first, second, credit = self.two_and_a_credit_note()
        self.finish(self.send(first))
        document = first.vatportal_document_id.sudo()
        document.status = 'canceled'
        document._follow_status()
        asked = [len(first.activity_ids)]
        for step in (credit.action_post, second.button_draft, second.action_post, second.button_draft):
            step()
            asked.append(len(first.activity_ids))
        self.assertEqual(asked, [1, 0, 0, 1, 0])

    def test_a_final_invoice_that_took_off_an_advance(self):
        order = self.order()
        self.prepaid(order)
        final = self.invoice(order)
        self.assertEqual(final.amount_total, 826)
        self.assertFalse(final._vatportal_credits())
        credit = self.credited(order)
        self.assertEqual((credit in final._vatportal_credits(), final._vatportal_is_taken_back()), (True, True))

    def test_an_advance_given_back_beside_a_delivery(self):
        """One credit note takes off what was delivered and gives back the rest."""
        for percents in ((30,), (30, 20)):
            with self.subTest(percents):
                order = self.order()
                advances = [self.prepaid(order, percent) for percent in percents]
                credit = self.credited(order, 0.01)
                delivered = sum(move.amount_total for move in advances) - credit.amount_total
                self.assertGreater(delivered, 1)
                self.assertAlmostEqual(sum(move.vatportal_document_id.advance_left for move in advances), delivered, delta=0.01)

    def test_what_is_given_back_of_several_advances_adds_up(self):
        """To the qəpik: of each a part, and together what the credit note gives back."""
        line, whole = 'round_per_line', 'round_globally'
        cases = (line, (20, 20), 0.01), (whole, (10, 10, 10), 0.01), (whole, (30, 20), 0.0133), (line, (11.11, 22.22, 7.77), 0.0777)
        for rounding, percents, quantity in cases:
            with self.subTest(rounding=rounding, percents=percents, quantity=quantity):
                self.company.tax_calculation_rounding_method = rounding
                order = self.order(1000.05)
                advances = [self.prepaid(order, percent) for percent in percents]
                credit = self.credited(order, quantity)
                given = [move._vatportal_credited_azn() for move in advances]
                self.assertEqual(given, [round(azn, 2) for azn in given])
                self.assertEqual(round(sum(given), 2), credit.amount_total)
                left = sum(move.vatportal_document_id.advance_left for move in advances)
                self.assertEqual(round(left + credit.amount_total, 2), round(sum(move.amount_total for move in advances), 2))

    # ------------------------------------------------------------------ what pays

    def test_an_advance_paid_with_a_credit_note_of_something_else(self):
        """A bonus, an earlier return, what another order gives back: the advance was received."""
        for origin in (False, 'S-other'):
            with self.subTest(origin):
                order = self.order()
                advance = self.prepaid(order)
                bonus = self.create_invoice({'price_unit': 300}, move_type='out_refund', invoice_origin=origin)
                self.reconcile(advance | bonus)
                self.assertEqual((advance.payment_state, advance.vatportal_document_id.advance_left), ('reversed', 354))
                self.assertFalse(self.alerts(advance))
                final = self.invoice(order)
                self.assertEqual(final.vatportal_advance_amount, 354)
                self.assertFalse(self.warnings(final))

    def test_an_invoice_of_no_order_paid_with_what_an_order_gives_back(self):
        order = self.order(500)
        sent = self.invoice(order)
        credit = self.credited(order)
        other = self.create_invoice({'price_unit': 500})
        self.reconcile(other | credit)
        self.assertEqual(other.payment_state, 'reversed')
        self.assertFalse(self.warnings(other))
        self.assertHeldBack(sent, credit)

    # ------------------------------------------------------------------ an update

    def test_what_an_update_settles(self):
        """Once the apps are loaded; before that no down payment is known, and an unsent final invoice would settle its own total."""
        order, other, open_order = self.order(), self.order(), self.order()
        advance, given_back = self.prepaid(order, 80), self.prepaid(other)
        final, credit = self.invoice(order), self.credited(other)
        self.assertEqual((final.amount_total, final.vatportal_advance_amount), (236, 944))
        untouched = self.prepaid(open_order)
        self.assertEqual(given_back.vatportal_document_id.advance_left, 0, credit.name)
        self.env.flush_all()
        self.env.cr.execute(
            'UPDATE vatportal_document SET advance_left = 354 - advance_left WHERE id IN %s', [(given_back | untouched).vatportal_document_id._ids]
        )
        self.env.invalidate_all()
        script('19.0.1.10.0/end-advances_left.py').migrate(self.env.cr, '19.0.1.9.0')
        self.env.invalidate_all()
        self.assertEqual((final.vatportal_advance_amount, final.vatportal_advance_amount_proposed), (944, 944))
        self.assertEqual([move.vatportal_document_id.advance_left for move in (advance, given_back, untouched)], [944, 0, 354])
